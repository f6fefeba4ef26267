"""Hold what the person knows against the tables, the graph and the question, before anything rests on it."""

from __future__ import annotations

from collections.abc import Iterable

from ..tools.domain.errors import UsageError
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.questions import EffectQuestion
from .state import Reading


def check_known(known: Knowledge, names: Iterable[str], graph: AnyGraph | None) -> None:
    """Refuse knowledge about names that are nowhere, and a graph that breaks it.

    Args:
        known: What the person said.
        names: Columns of the loaded tables.
        graph: The one in use; None when there is none.

    Raises:
        UsageError: with the nearest name, or the edge that is forbidden.
    """
    there = dict.fromkeys((*names, *(graph.nodes if graph else ())))
    unknown = sorted(known.names() - there.keys())
    if unknown and there:
        from difflib import get_close_matches

        folded = {n.casefold(): n for n in there}
        near = [folded[f] for f in get_close_matches(unknown[0].casefold(), list(folded), n=3, cutoff=0.5)]
        raise UsageError(
            f"The knowledge speaks of {unknown[0][:80]!r}, which is no column of the table and no node of the graph. "
            f"{'Did you mean' if near else 'There are'} {', '.join(map(repr, near or list(there)[:8]))}? Write the name as it is there."
        )
    if graph and (broken := known.violations(graph)):
        raise UsageError(f"The graph and the knowledge contradict each other: {broken[0]}. Take one of the two back.")


def heeded(reading: Reading, known: Knowledge) -> Reading:
    """A reading that says when knowledge rules out what is asked."""
    question = reading.question
    if not isinstance(question, EffectQuestion):
        return reading
    t, y = question.treatment, question.outcome
    why = known.forbids(t, y)
    if why is None:
        return reading
    if (t, y) in known.forbidden:
        note = f"not used: you said that {t} does not cause {y} directly, or comes after it; the estimate does not take that for granted"
        return reading.model_copy(update={"because": (*reading.because, note)})
    problem = f"You said that {why}, so {t} has no effect on {y} by what you know. Ask the other way round, or take that back."
    return reading.model_copy(update={"question": None, "options": (), "problem": problem})
