"""Apply background knowledge to the marks of a partial ancestral graph.

Knowledge that a does not cause b puts an arrowhead at a, not a directed edge b -> a: a hidden common cause stays possible.
"""

from __future__ import annotations

from itertools import permutations

from ..domain.edges import Edge, Mark, Origin
from ..domain.errors import AssumptionViolated
from ..domain.graphs import Pag, find_cycle
from ..domain.knowledge import Knowledge

Marks = dict[tuple[str, str], Mark]
"""(a, b) is the mark at a of the edge between a and b."""


def apply(pag: Pag, knowledge: Knowledge) -> tuple[Pag, tuple[str, ...]]:
    """Put the knowledge into the marks, and what follows by rules R1 and R2.

    Returns:
        The PAG, and a warning for every mark of the data that the knowledge overruled.

    Raises:
        AssumptionViolated: the result has a directed cycle.

    Reference: Zhang 2008, rules R1 and R2; Andrews, Spirtes and Cooper 2020 for tiers.
    """
    if knowledge.empty:
        return pag, ()
    marks: Marks = {}
    for e in pag.edges:
        marks[e.source, e.target], marks[e.target, e.source] = e.mark_source, e.mark_target
    overruled: list[str] = []
    for a, b in list(marks):
        required = (a, b) in knowledge.required
        if required:
            wanted: Mark | None = "tail"
        else:
            wanted = "arrow" if knowledge.forbids(a, b) else None
        if wanted is None or marks[a, b] == wanted:
            continue
        if marks[a, b] != "circle":
            reason = f"{a} -> {b} is required" if required else knowledge.forbids(a, b)
            overruled.append(
                f"Between {a} and {b} the data alone put the mark {marks[a, b]!r} at {a}; the knowledge ({reason}) overruled it."
            )
        marks[a, b] = wanted
    for cause, effect in knowledge.required:
        if (effect, cause) in marks:
            marks[effect, cause] = "arrow"
    _close(pag.nodes, marks)
    return _pag(pag, marks, knowledge), tuple(overruled)


def _close(nodes: tuple[str, ...], marks: Marks) -> None:
    changed = True
    while changed:
        changed = False
        for a, b, c in permutations(nodes, 3):
            if (a, b) not in marks or (b, c) not in marks:
                continue
            # R1: a *-> b o-* c with a, c not adjacent gives b -> c
            if (a, c) not in marks and marks[b, a] == "arrow" and marks[b, c] == "circle" and marks[c, b] != "tail":
                marks[b, c], marks[c, b] = "tail", "arrow"
                changed = True
            # R2: a -> b *-> c or a *-> b -> c, with a *-o c, gives a *-> c
            elif (
                marks.get((c, a)) == "circle"
                and marks[b, a] == "arrow"
                and marks[c, b] == "arrow"
                and (marks[a, b] == "tail" or marks[b, c] == "tail")
            ):
                marks[c, a] = "arrow"
                changed = True


def _pag(pag: Pag, marks: Marks, knowledge: Knowledge) -> Pag:
    edges: list[Edge] = []
    children: dict[str, list[str]] = {n: [] for n in pag.nodes}
    for e in pag.edges:
        origin: Origin = "user" if {(e.source, e.target), (e.target, e.source)} & {*knowledge.required} else e.origin
        marked = {"mark_source": marks[e.source, e.target], "mark_target": marks[e.target, e.source], "origin": origin}
        changed = e.model_copy(update=marked)
        changed = changed.reversed() if changed.symbol in ("<-", "<-o", "--o") else changed
        edges.append(changed)
        if changed.symbol == "->":
            children[changed.source].append(changed.target)
    if cycle := find_cycle(children):
        raise AssumptionViolated(
            f"Data and knowledge together direct edges into a cycle: {' -> '.join(cycle)}. Take back what you know about one of them, "
            f"or leave one of these variables out."
        )
    return Pag.build(edges, nodes=pag.nodes)
