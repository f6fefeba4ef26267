"""Decide whether a causal statement follows from a stated graph: cause, mediator, independence, identifiability.

The axioms are transitivity (a directed path makes a cause), d-separation for independence, and the ID algorithm for
what observed data can identify.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypedDict

from ..domain.errors import BadArguments
from ..domain.graphs import Admg, Dag
from ..domain.projection import project
from ..domain.results import StatementVerdict
from ..domain.separation import open_path
from ..identify._formula import free_variables, text
from ..identify._id import Hedge, identify
from ..spec import Env, Tool
from ._stated import StatedGraphArgs, stated_graph

Statement = Literal["direct_cause", "cause", "mediator", "common_cause", "common_effect", "independent", "identifiable"]


class _Said(TypedDict):
    """A statement and its denial, in words."""

    statement: str
    denial: str


class StatementsArgs(StatedGraphArgs):
    """Arguments of `reason_statements`."""

    statement: Statement
    """`cause`: a directed path from source to target; `direct_cause`: an edge; `identifiable`: P(target | do(source))."""
    source: str
    """The cause, or one of the pair."""
    target: str
    """The effect, or the other of the pair."""
    third: str | None = None
    """The variable that may be the `mediator`, `common_cause` or `common_effect`; None asks whether there is any."""
    given: tuple[str, ...] = ()
    """Variables conditioned on, of `independent`."""


def run(args: StatementsArgs, env: Env) -> StatementVerdict:
    """Decide the statement and show the path that decides it.

    Raises:
        BadArguments: the graph has a cycle or is none, or the statement needs two different variables.
    """
    third = () if args.third is None else (args.third,)
    graph = stated_graph(args, env, args.source, args.target, *args.given, *third)
    decide = {
        "direct_cause": _direct_cause,
        "cause": _cause,
        "mediator": _mediator,
        "common_cause": _common_cause,
        "common_effect": _common_effect,
        "independent": _independent,
        "identifiable": _identifiable,
    }[args.statement]
    return decide(args, graph)


def _direct_cause(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    a, b = args.source, args.target
    holds = a in graph.parents(b)
    reason = f"The edge {a} -> {b} is stated." if holds else f"No edge from {a} to {b} is stated."
    return StatementVerdict(
        **_is(a, f"a direct cause of {b}"), holds=holds, reason=reason, path=f"{a} -> {b}" if holds else None
    )


def _cause(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    a, b = args.source, args.target
    path = directed_path(graph, a, b) if a != b else None
    if path:
        reason = f"{' -> '.join(path)} is a directed path."
    else:
        reason = "Nothing causes itself." if a == b else f"No directed path leads from {a} to {b}."
    return StatementVerdict(
        **_is(a, f"a cause of {b}"),
        holds=path is not None,
        reason=reason,
        path=" -> ".join(path) if path else None,
    )


def _mediator(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    a, b = args.source, args.target
    among = sorted((graph.descendants(a) & graph.ancestors(b)) - {a, b})
    paths = {m: f"{_arrows(graph, a, m)}, {_arrows(graph, m, b)}" for m in among}
    return _third(args, paths, f"between {a} and {b}")


def _common_cause(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    """A cause of both of which neither is just a stage on the way to the other."""
    a, b = args.source, args.target
    causes = graph.ancestors(a) & graph.ancestors(b) - {a, b}
    among = sorted(c for c in causes if directed_path(graph, c, a, without=b) and directed_path(graph, c, b, without=a))
    if args.third is None and not among and isinstance(graph, Admg) and b in graph.siblings(a):
        return StatementVerdict(
            statement=f"{a} and {b} have a common cause", holds=True, reason="An unobserved one is stated."
        )
    paths = {c: f"{_arrows(graph, c, a)}, {_arrows(graph, c, b)}" for c in among}
    return _third(args, paths, f"of {a} and {b}")


def _common_effect(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    a, b = args.source, args.target
    effects = graph.descendants(a) & graph.descendants(b) - {a, b}
    among = sorted(
        e for e in effects if directed_path(graph, a, e, without=b) and directed_path(graph, b, e, without=a)
    )
    paths = {e: f"{_arrows(graph, a, e)}, {_arrows(graph, b, e)}" for e in among}
    return _third(args, paths, f"of {a} and {b}")


def _third(args: StatementsArgs, paths: dict[str, str], of: str) -> StatementVerdict:
    """The verdict on a named third variable, or on whether there is any, from the paths of those that there are."""
    role = args.statement.replace("_", " ")
    _differ(args)
    path = paths.get(args.third) if args.third else next(iter(paths.values()), None)
    said = _is(args.third, f"a {role} {of}") if args.third else _there_is(f"a {role} {of}")
    missing = f"{args.third} lacks a directed path" if args.third else "No variable has the directed paths"
    return StatementVerdict(
        **said,
        holds=path is not None,
        reason=f"{path}." if path else f"{missing} that this needs.",
        path=path,
    )


def _independent(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    _differ(args)
    path = open_path(graph, args.source, args.target, args.given)
    given = f" given {', '.join(args.given)}" if args.given else ""
    return StatementVerdict(
        **_is(args.source, f"independent of {args.target}{given}"),
        holds=path is None,
        reason=f"{path} is open{given}." if path else f"Every path between them is blocked{given}.",
        path=path,
    )


def _identifiable(args: StatementsArgs, graph: Dag | Admg) -> StatementVerdict:
    a, b = args.source, args.target
    said = _is(f"the effect of {a} on {b}", "identifiable from observed data")
    if hidden := [n for n in (a, b) if n in graph.latent]:
        return StatementVerdict(**said, holds=False, reason=f"{' and '.join(hidden)} is not observed.")
    if a == b:
        return StatementVerdict(**said, holds=True, reason=f"{a} is what it is set to.", formula="1")
    found = identify(project(graph), frozenset((b,)), frozenset((a,)))
    if isinstance(found, Hedge):
        return StatementVerdict(**said, holds=False, reason=f"There is {found.text()}.")
    formula = f"P({b} | do({a})) = {text(found, fixed=(a, b, *sorted(free_variables(found) - {a, b})))}"
    return StatementVerdict(**said, holds=True, reason=f"{formula}.", formula=formula)


def directed_path(graph: Dag | Admg, source: str, target: str, without: str | None = None) -> tuple[str, ...] | None:
    """A shortest directed path as its nodes, one that avoids `without`, or None."""
    before: dict[str, str | None] = {source: None}
    todo = deque([source])
    while todo:
        node = todo.popleft()
        if node == target:
            path = [node]
            while (previous := before[path[-1]]) is not None:
                path.append(previous)
            return tuple(reversed(path))
        for child in graph.children(node):
            if child not in before and child != without:
                before[child] = node
                todo.append(child)
    return None


def _is(subject: str, what: str) -> _Said:
    return {"statement": f"{subject} is {what}", "denial": f"{subject} is not {what}"}


def _there_is(what: str) -> _Said:
    return {"statement": f"some variable is {what}", "denial": f"no variable is {what}"}


def _arrows(graph: Dag | Admg, source: str, target: str) -> str:
    return " -> ".join(directed_path(graph, source, target) or (source, target))


def _differ(args: StatementsArgs) -> None:
    if len({args.source, args.target}) < 2 or args.third in (args.source, args.target):
        raise BadArguments(
            f"The statement {args.statement!r} is about different variables; source, target and third are "
            f"{args.source!r}, {args.target!r} and {args.third!r}."
        )


TOOL = Tool(
    "reason_statements",
    StatementsArgs,
    run,
    assumes=("the graph is right",),
    example=StatementsArgs(
        edges=(("rain", "wet"), ("wet", "slippery")),
        statement="independent",
        source="rain",
        target="slippery",
        given=("wet",),
    ),
    reference="Pearl 1988, d-separation; Shpitser and Pearl 2006 (identifiability)",
)
