"""Decide from independencies whether one variable is a cause, effect or relative of another.

The independencies fix a Markov equivalence class; a relation is entailed when it holds in every DAG of it. An
indirect cause has a directed path of two or more edges, a direct edge may be there as well. A common effect (cause)
is a third variable with disjoint directed paths from (to) both.
"""

from __future__ import annotations

from typing import Literal

from ..domain.edges import edge
from ..domain.equivalence import count_members
from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.graphs import Cpdag, Dag
from ..domain.meek import Partial
from ..domain.model import Model
from ..domain.results import RelationVerdict
from ..spec import Args, Env, Tool
from ._independencies import Statement, agreeing_dags, build_class, words
from ._search import Arrows, Holds, find_member, is_ancestor, is_indirect_cause, is_parent, share_cause, share_effect

Relation = Literal[
    "parent", "child", "ancestor", "descendant", "indirect_cause", "common_cause", "common_effect", "adjacent"
]


class Independence(Model):
    """One statement: two variables are (in)dependent given a set."""

    source: str
    target: str
    given: tuple[str, ...] = ()


class RelationsArgs(Args):
    """Arguments of `reason_relations`."""

    variables: tuple[str, ...]
    """All variables of the closed system; none is hidden."""
    independencies: tuple[Independence, ...]
    """Pairs that are independent, each with the set given; when `complete`, every such statement."""
    dependencies: tuple[Independence, ...] = ()
    """Pairs that are known to be dependent given a set; a complete list needs none."""
    complete: bool = True
    """Whether all that is not listed as independent is dependent; False when only these statements are known."""
    relation: Relation
    """What the source is to the target: `parent` asks whether source -> target, `descendant` whether target causes it."""
    source: str
    """One variable of the pair."""
    target: str
    """The other variable."""


def run(args: RelationsArgs, env: Env) -> RelationVerdict:
    """Decide in all members of the class, in none, or in some."""
    del env
    _check_names(args)
    independent = frozenset(_ordered(args.variables, s) for s in args.independencies)
    dependent = frozenset(_ordered(args.variables, s) for s in args.dependencies)
    if both := sorted((s for s in independent & dependent), key=str):
        return _inconsistent(args, [f"{words(s)}, and also not" for s in both])
    if args.complete:
        return _decide_class(args, independent)
    return _decide_partial(args, independent, dependent)


def _decide_class(args: RelationsArgs, independent: frozenset[Statement]) -> RelationVerdict:
    partial, clashes = build_class(args.variables, independent)
    if clashes:
        return _inconsistent(args, clashes)
    holds, adjacent = _holds(args), args.target in partial.adjacent[args.source]
    if args.relation == "adjacent":
        arrows = partial.extension()
        true, false = (arrows, None) if adjacent else (None, arrows)
    else:
        pair = (args.source, args.target)
        true, false = (find_member(partial, holds, pair, want) for want in (True, False))
    graph = _graph(args.variables, partial)
    return _verdict(args, true, false, graph, f"The equivalence class is {graph}.")


def _decide_partial(
    args: RelationsArgs, independent: frozenset[Statement], dependent: frozenset[Statement]
) -> RelationVerdict:
    holds = _holds(args)
    found: dict[bool, list[tuple[str, str]]] = {}
    for arrows in agreeing_dags(args.variables, independent, dependent):
        found.setdefault(holds(_effects(args.variables, arrows)), arrows)
        if len(found) == 2:
            break
    if not found:
        return _inconsistent(args, ["no DAG over these variables has all the statements together"])
    note = "All DAGs with the known statements were looked at, whatever else holds in them."
    return _verdict(args, found.get(True), found.get(False), None, note)


def _holds(args: RelationsArgs) -> Holds:
    a, b = args.source, args.target
    if args.relation in ("child", "descendant"):
        a, b = b, a
    test = {
        "parent": is_parent, "child": is_parent, "ancestor": is_ancestor, "descendant": is_ancestor,
        "indirect_cause": is_indirect_cause, "common_cause": share_cause, "common_effect": share_effect,
        "adjacent": _is_adjacent,
    }[args.relation]  # fmt: skip

    def holds(arrows: Arrows) -> bool:
        return test(arrows, a, b)

    return holds


def _is_adjacent(arrows: Arrows, a: str, b: str) -> bool:
    return is_parent(arrows, a, b) or is_parent(arrows, b, a)


def _verdict(
    args: RelationsArgs,
    true: list[tuple[str, str]] | None,
    false: list[tuple[str, str]] | None,
    graph: Cpdag | None,
    reason: str,
) -> RelationVerdict:
    yes, no = _dag(args.variables, true), _dag(args.variables, false)
    if yes is not None and no is not None:
        reason += f" It holds in {yes}; it fails in {no}."
    return RelationVerdict(
        relation=args.relation,
        source=args.source,
        target=args.target,
        verdict="some" if yes and no else "all" if yes else "none",
        reason=reason,
        graph=graph,
        n_members=count_members(graph) if graph else None,
        holds_in=yes,
        fails_in=no,
        assumptions=_premises(),
    )


def _inconsistent(args: RelationsArgs, clashes: list[str]) -> RelationVerdict:
    return RelationVerdict(
        relation=args.relation,
        source=args.source,
        target=args.target,
        verdict="inconsistent",
        reason=f"No DAG has these premises: {'; '.join(clashes[:5])}.",
        conflicts=tuple(clashes[:50]),
        assumptions=_premises(),
    )


def _premises() -> tuple[Assumption, ...]:
    return (
        Assumption(name="no hidden common cause", meaning="No variable outside the list causes two of them."),
        Assumption(
            name="faithfulness", meaning="Every independence comes from the graph, none from cancelling effects."
        ),
        Assumption(name="acyclicity", meaning="No variable causes itself through others."),
    )


def _check_names(args: RelationsArgs) -> None:
    known = set(args.variables)
    if len(known) != len(args.variables):
        raise BadArguments(f"variables {args.variables!r} names one twice; give each once.")
    for statement in (*args.independencies, *args.dependencies, args):
        given = statement.given if isinstance(statement, Independence) else ()
        names = (statement.source, statement.target, *given)
        if unknown := [n for n in names if n not in known]:
            raise BadArguments(f"{unknown[0][:80]!r} is not among the variables {', '.join(args.variables)[:200]}.")
        if len({statement.source, statement.target, *given}) < len(set(given)) + 2:
            raise BadArguments(
                f"{statement.source[:80]!r} and {statement.target[:80]!r} given {given!r} must all be different."
            )


def _ordered(names: tuple[str, ...], s: Independence) -> Statement:
    x, y = (s.source, s.target) if names.index(s.source) < names.index(s.target) else (s.target, s.source)
    return x, y, frozenset(s.given)


def _effects(names: tuple[str, ...], arrows: list[tuple[str, str]]) -> Arrows:
    effects: dict[str, set[str]] = {n: set() for n in names}
    for a, b in arrows:
        effects[a].add(b)
    return effects


def _dag(names: tuple[str, ...], arrows: list[tuple[str, str]] | None) -> Dag | None:
    if arrows is None:
        return None
    return Dag.build([edge(a, "->", b) for a, b in sorted(arrows)], nodes=names)


def _graph(names: tuple[str, ...], partial: Partial) -> Cpdag:
    directed = [edge(a, "->", b) for a, b in sorted(partial.arrows())]
    undirected = [edge(a, "--", b) for a in names for b in sorted(partial.undirected[a]) if a < b]
    return Cpdag.build(directed + undirected, nodes=names)


TOOL = Tool(
    "reason_relations",
    RelationsArgs,
    run,
    assumes=("no hidden common cause", "faithfulness", "acyclicity"),
    example=RelationsArgs(
        variables=("t", "y", "z"),
        independencies=(Independence(source="t", target="y"),),
        relation="common_effect",
        source="t",
        target="y",
    ),
    reference="Verma and Pearl 1990; Meek 1995; Jin et al. 2024, Can Large Language Models Infer Causation from Correlation?",
)
