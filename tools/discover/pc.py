"""Learn the equivalence class of DAGs that fits the independencies in the data, with the PC algorithm."""

from __future__ import annotations

from itertools import combinations

from ..domain.evidence import Check
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Env, Tool
from ._causallearn import call, positional, skeleton_of
from ._columns import Columns
from ._common import Learned, TestedArgs, learn, search_cost
from ._knowledge import banned_pairs
from ._orient import Collider, direct, direction_check
from ._tests import WORDS, Guard, TableTest, choose_test, p_values, register

ASSUMES = ("no hidden common cause", "faithfulness", "acyclicity", "independent rows")
MAX_GIVEN = 3
"""Largest conditioning set tried for a pair that knowledge, not a test, keeps apart."""

Pairs = frozenset[frozenset[str]]
Separators = dict[frozenset[str], frozenset[str]]


class PcArgs(TestedArgs):
    """Arguments of `discover_pc`."""


def run(args: PcArgs, env: Env) -> GraphResult:
    """Learn a CPDAG: edges the data cannot direct stay undirected.

    Raises:
        BadArguments: columns or knowledge do not fit the table.
        AssumptionViolated: unusable columns, a test that does not fit them, or knowledge the data cannot keep.
        BackendFailed: causal-learn failed.
    """

    def search(columns: Columns, knowledge: Knowledge) -> Learned:
        test = choose_test(columns, args.test)
        p_value = p_values(columns, test)
        guard = Guard(columns, p_value, knowledge, args.alpha)
        pairs, separators = _skeleton(columns, guard, args.alpha)
        pairs -= banned_pairs(knowledge, columns.names)
        colliders = _colliders(columns.names, pairs, separators, guard)
        found = direct(columns.names, pairs, colliders, knowledge)
        return Learned(
            graph=found.graph,
            checks=(direction_check(found), *thin_tables(p_value, guard)),
            warnings=unsupported(columns, knowledge, guard),
            notes=(f"{WORDS[test]} at level {args.alpha:g}; {guard.n_tests} tests",),
        )

    return learn(args, env, search, method="pc", assumes=ASSUMES)


def _skeleton(columns: Columns, guard: Guard, alpha: float) -> tuple[Pairs, Separators]:
    """Adjacent pairs, and for every other pair the set that separates it."""
    from causallearn.utils.PCUtils.SkeletonDiscovery import skeleton_discovery

    test = register()(columns.values, guard)
    found = call(
        "PC",
        lambda: skeleton_discovery(
            data=columns.values,
            alpha=alpha,
            indep_test=test,
            stable=True,
            background_knowledge=None,
            verbose=False,
            show_progress=False,
            node_names=positional(len(columns.names)),
            max_k=None,
        ),
    )
    pairs = skeleton_of(found.G.graph, columns.names)
    separators: Separators = {}
    for (i, j), (_, given) in guard.separator.items():
        pair = frozenset((columns.names[i], columns.names[j]))
        if pair not in pairs:
            separators[pair] = frozenset(columns.names[s] for s in given)
    return pairs, separators


def _colliders(names: tuple[str, ...], pairs: Pairs, separators: Separators, guard: Guard) -> list[Collider]:
    """Unshielded a - b - c with b outside the set that separates a and c, the clearest first."""
    near: dict[str, list[str]] = {n: [m for m in names if frozenset((n, m)) in pairs] for n in names}
    position = {n: i for i, n in enumerate(names)}
    found: list[tuple[float, Collider]] = []
    for b in names:
        for a, c in combinations(near[b], 2):
            pair = frozenset((a, c))
            if pair in pairs:
                continue
            given = separators.get(pair)
            if given is None:
                given = _best_separator(a, c, sorted({*near[a], *near[c]} - {a, c}), position, guard)
            if b not in given:
                with_b = tuple(sorted(position[s] for s in {*given, b}))
                found.append((guard.plain(position[a], position[c], with_b), (a, b, c)))
    return [collider for _, collider in sorted(found)]


def _best_separator(a: str, c: str, around: list[str], position: dict[str, int], guard: Guard) -> frozenset[str]:
    """For a pair that knowledge keeps apart: the neighbours given which the two look most independent."""
    sets = [s for k in range(MAX_GIVEN + 1) for s in combinations(around, k)][:500]
    best = max(sets, key=lambda s: guard.plain(position[a], position[c], tuple(sorted(position[n] for n in s))))
    return frozenset(best)


def unsupported(columns: Columns, knowledge: Knowledge, guard: Guard) -> tuple[str, ...]:
    """Warnings on required edges that the data do not show."""
    found: list[str] = []
    for cause, effect in knowledge.required:
        i, j = sorted((columns.names.index(cause), columns.names.index(effect)))
        if (i, j) in guard.separator:
            p_value, given = guard.separator[i, j]
            among = f" given {', '.join(columns.names[s] for s in given)}" if given else ""
            found.append(
                f"{cause} -> {effect} was kept because the knowledge requires it; the data show no dependence{among} (p = {p_value:.2g})."
            )
    return tuple(found)


def thin_tables(p_value: object, guard: Guard) -> tuple[Check, ...]:
    """Say how many contingency tables were too thin to test; none for other tests."""
    if not isinstance(p_value, TableTest):
        return ()
    skipped, total = p_value.n_skipped, max(guard.n_tests, 1)
    return (
        Check(
            name="rows per cell",
            status="uninformative" if skipped > 0.2 * total else "pass",
            statistic=skipped / total,
            meaning=f"{skipped} of {total} independence tests were not run because their tables had under 5 rows a cell; such edges stay.",
            does_not_show="Whether the edges that stayed for want of rows are real.",
        ),
    )


TOOL = Tool(
    "discover_pc",
    PcArgs,
    run,
    assumes=ASSUMES,
    example=PcArgs(dataset="chain_of_three"),
    reference="Spirtes, Glymour and Scheines 2000; Colombo and Maathuis 2014 (stable skeleton); Meek 1995",
    cost=search_cost,
)
