"""Background knowledge at the seam with the algorithms: checked before a run, applied in it, verified after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coding import show
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.graphs import Graph
from ..domain.knowledge import Knowledge

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def usable_knowledge(
    knowledge: Knowledge, names: tuple[str, ...], table_columns: tuple[str, ...]
) -> tuple[Knowledge, tuple[str, ...]]:
    """The part of the knowledge that speaks of the variables, and warnings on the rest.

    Raises:
        BadArguments: it names something that is not a column at all.
        AssumptionViolated: it contradicts itself.
    """
    unknown = sorted(knowledge.names() - set(table_columns) - set(names))
    if unknown:
        raise BadArguments(
            f"The knowledge names {', '.join(map(show, unknown[:5]))}, which the table does not have. Its columns are: "
            f"{', '.join(map(show, table_columns[:20]))}."
        )
    if reason := knowledge.contradiction():
        raise AssumptionViolated(f"The knowledge contradicts itself: {reason}. Take one of the two back.")
    inside = set(names)
    outside = sorted(knowledge.names() - inside)
    if not outside:
        return knowledge, ()
    kept = Knowledge(
        required=tuple(p for p in knowledge.required if inside.issuperset(p)),
        forbidden=tuple(p for p in knowledge.forbidden if inside.issuperset(p)),
        tiers=tuple(tuple(n for n in tier if n in inside) for tier in knowledge.tiers),
        exogenous=tuple(n for n in knowledge.exogenous if n in inside),
        leaves=tuple(n for n in knowledge.leaves if n in inside),
    )
    return kept, (
        f"Knowledge about {', '.join(map(show, outside[:5]))} was not used: not among the variables of this graph.",
    )


def banned_pairs(knowledge: Knowledge, names: tuple[str, ...]) -> frozenset[frozenset[str]]:
    """Pairs that may have no directed edge either way."""
    return frozenset(
        frozenset((a, b))
        for i, a in enumerate(names)
        for b in names[:i]
        if knowledge.forbids(a, b) and knowledge.forbids(b, a)
    )


def known_arrows(
    knowledge: Knowledge, pairs: frozenset[frozenset[str]], names: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """The (cause, effect) directions of adjacent pairs that the knowledge alone decides, in the order of `names`."""
    found: list[tuple[str, str]] = []
    for i, a in enumerate(names):
        for b in names[:i]:
            if frozenset((a, b)) not in pairs:
                continue
            into_b, into_a = knowledge.forbids(a, b) is None, knowledge.forbids(b, a) is None
            if into_b != into_a:
                found.append((a, b) if into_b else (b, a))
    return tuple(found)


def path_matrix(knowledge: Knowledge, names: tuple[str, ...]) -> npt.NDArray[np.int64] | None:
    """The knowledge as DirectLiNGAM takes it; None when it says nothing.

    causal-learn's docstring has the direction the wrong way round; its code reads entry [i, j] as a statement about the
    path from j to i: 1 there is one, 0 there is none, -1 unknown. A single forbidden edge forbids no path, so it is not
    here; edges are taken out after the fit.
    """
    import numpy as np

    n = len(names)
    matrix = np.full((n, n), -1, dtype=np.int64)
    for i, effect in enumerate(names):
        for j, cause in enumerate(names):
            before, after = knowledge.tier_of(cause), knowledge.tier_of(effect)
            backwards = before is not None and after is not None and before > after
            if i != j and (effect in knowledge.exogenous or cause in knowledge.leaves or backwards):
                matrix[i, j] = 0
    for cause, effect in knowledge.required:
        matrix[names.index(effect), names.index(cause)] = 1
        matrix[names.index(cause), names.index(effect)] = 0
    return matrix if (matrix != -1).any() else None


def verify(graph: Graph, knowledge: Knowledge) -> None:
    """Stop when the learned graph breaks the knowledge after all.

    Raises:
        AssumptionViolated: naming every broken constraint.
    """
    if broken := knowledge.violations(graph):
        raise AssumptionViolated(
            f"The data do not allow a graph that keeps the knowledge: {'; '.join(broken[:5])}. Take that constraint back, or "
            f"name other variables."
        )
