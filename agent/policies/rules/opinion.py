"""A model's opinion of the graph, set beside what the data say; its directions are used only where they were accepted."""

from __future__ import annotations

from ....tools.domain.knowledge import Knowledge
from ....tools.domain.results import GraphComparison, GraphResult
from ...policy import Situation
from ...state import Claim, Derived, ToolCall
from .ledger import Seen

LEARNED = "learned"
WITH_MODEL = "learned with the model's directions"


def opinion_calls(situation: Situation, seen: Seen, known: Knowledge) -> tuple[ToolCall, ...]:
    """Learn again with the directions that were accepted, then compare; only compare where none was.

    Args:
        situation: What is known; a graph was learned from the data alone.
        seen: Its ledger.
        known: Everything that is known, with what was accepted.
    """
    catalog = situation.catalog
    alone = next((e for e, r in seen.pairs(GraphResult) if r.learned and r.name == LEARNED), None)
    if catalog.proposed is None or alone is None:
        return ()
    again = next((e for e in seen.ledger if e.args.get("name") == WITH_MODEL), None)
    if again is None and not catalog.accepted.empty:
        args = alone.args | {"name": WITH_MODEL, "knowledge": known.model_dump(mode="json")}
        return (ToolCall(tool=alone.tool, args=args, why="learn again with the directions of the model's graph"),)
    if seen.ran("graph_compare"):
        return ()
    second = WITH_MODEL if again is not None and again.ok else catalog.proposed
    args = {"first": LEARNED, "second": second}
    return (ToolCall(tool="graph_compare", args=args, why="see what the model's graph changes"),)


def opinion_claims(situation: Situation, seen: Seen) -> tuple[Claim, ...]:
    """What the model's graph changed, or would change; nothing where no model was asked."""
    found = seen.pair(GraphComparison)
    if found is None or situation.catalog.proposed is None:
        return ()
    evidence, compared = found
    if compared.second == WITH_MODEL:
        begin = "With the directions of the model's graph, which you accepted, the learned graph"
        end = " A model's directions are opinions, not findings."
    else:
        begin = "The graph that the model proposes"
        end = " It is an opinion and was not used."
    if not compared.distance:
        return (Claim(text=f"{begin} is the same as from the data alone.{end}", evidence=(evidence.id,)),)
    shown = "; ".join(compared.differences[:6]) + ("; and more" if len(compared.differences) > 6 else "")
    text = f"{begin} differs from that of the data alone in {compared.distance} places: {shown}.{end}"
    parts = (compared.n_other_marks, compared.n_only_first, compared.n_only_second)
    count = Derived(value=compared.distance, how="sum", of=tuple(map(float, parts)))
    return (Claim(text=text, evidence=(evidence.id,), derived=(count,)),)
