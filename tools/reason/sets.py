"""Judge proposed sets of variables by the back-door, front-door or instrument criterion, and pick the best."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..domain.graphs import Admg, Dag
from ..domain.results import Criterion, SetJudgement, SetsVerdict
from ..domain.separation import path_text
from ..domain.walks import Walks
from ..spec import Env, Tool
from ._stated import StatedGraphArgs, stated_graph

Names = tuple[str, ...]


class SetsArgs(StatedGraphArgs):
    """Arguments of `reason_sets`."""

    criterion: Criterion
    """`backdoor` and `frontdoor` judge a set as a whole, `instrument` each of its variables, without conditioning."""
    treatment: str
    """The cause."""
    outcome: str
    """The effect."""
    options: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """The proposed sets; () proposes the empty set."""
    prefer: Literal["any", "minimal", "maximal"] = "any"
    """Which of several valid sets to pick: the smallest or the largest; then, and for `any`, the more precise one."""


def run(args: SetsArgs, env: Env) -> SetsVerdict:
    """Judge every set by the criterion's definition in the graph.

    Returns:
        A judgement with its reason for each set, and the places of the best: several when nothing tells them apart.

    Raises:
        BadArguments: the graph has a cycle, or is an equivalence class.
    """
    asked = [n for option in args.options for n in option]
    graph = stated_graph(args, env, args.treatment, args.outcome, *asked)
    faults = [_fault(args, graph, option) for option in args.options]
    judged = tuple(
        SetJudgement(variables=option, holds=fault is None, reason=fault or "it meets the criterion")
        for option, fault in zip(args.options, faults, strict=True)
    )
    valid = [i for i, fault in enumerate(faults) if fault is None]
    best = _preferred(args, graph, valid)
    reason = "No set qualifies."
    if best:
        shown = " and ".join(f"{{{', '.join(args.options[i])}}}" for i in best)
        why = {"any": "", "minimal": ", with the fewest variables", "maximal": ", with the most variables"}[args.prefer]
        reason = f"{shown} qualif{'ies' if len(best) == 1 else 'y'}{why if len(valid) > 1 else ''}."
    return SetsVerdict(
        criterion=args.criterion,
        treatment=args.treatment,
        outcome=args.outcome,
        judged=judged,
        best=tuple(i + 1 for i in best),
        reason=reason,
    )


def _fault(args: SetsArgs, graph: Dag | Admg, option: Names) -> str | None:
    """Why a set fails the criterion; None when it meets it."""
    if own := sorted({args.treatment, args.outcome} & set(option)):
        return f"{own[0]} is the {'treatment' if own[0] == args.treatment else 'outcome'} itself"
    if hidden := [n for n in option if n in graph.latent]:
        return f"{', '.join(hidden)} is not observed"
    if args.treatment == args.outcome:
        return "a variable needs no set for its effect on itself" if option else None
    test = {"backdoor": _backdoor_fault, "frontdoor": _frontdoor_fault, "instrument": _instrument_fault}
    return test[args.criterion](graph, args.treatment, args.outcome, option)


def _backdoor_fault(graph: Dag | Admg, x: str, y: str, option: Names) -> str | None:
    """Pearl 2009, Definition 3.3.1."""
    if after := sorted(set(option) & graph.descendants(x)):
        return f"{after[0]} is an effect of {x}"
    walks = Walks.of(graph).without((x,))
    path = walks.open_path(x, y, option)
    return f"{path_text(graph, path, walks)} stays open" if path else None


def _frontdoor_fault(graph: Dag | Admg, x: str, y: str, option: Names) -> str | None:
    """Pearl 2009, Definition 3.3.3."""
    walks = Walks.of(graph)
    kept = walks.within(frozenset(graph.nodes) - set(option))
    if y in kept.descendants((x,)):
        return f"a directed path from {x} to {y} avoids it"
    cut = walks.without((x,))
    for z in option:
        if path := cut.open_path(x, z):
            return f"{path_text(graph, path, cut)} is a back-door path from {x} to {z}"
    cut = walks.without(option)
    for z in option:
        if path := cut.open_path(z, y, (x,)):
            return f"{path_text(graph, path, cut)} is a back-door path from {z} to {y} that {x} does not block"
    return None


def _instrument_fault(graph: Dag | Admg, x: str, y: str, option: Names) -> str | None:
    """Pearl 2009, Section 7.4.5, graphical criterion, for each variable by itself."""
    if not option:
        return "an instrument is a variable"
    walks = Walks.of(graph)
    cut = walks.without((x,))
    for z in option:
        if z in graph.descendants(x):
            return f"{z} is an effect of {x}"
        if cut.separated((z,), (x,)):
            return f"{z} has nothing to do with {x}"
        if path := cut.open_path(z, y):
            return f"{z} reaches {y} by {path_text(graph, path, cut)}, not through {x} alone"
    return None


def _preferred(args: SetsArgs, graph: Dag | Admg, valid: list[int]) -> list[int]:
    """The valid sets that the preference picks; those at least as precise as every other one among equals."""
    if args.prefer != "any" and valid:
        pick = min if args.prefer == "minimal" else max
        size = pick(len(args.options[i]) for i in valid)
        valid = [i for i in valid if len(args.options[i]) == size]
    if len(valid) < 2 or args.criterion != "backdoor":
        return valid
    walks = Walks.of(graph)

    def as_precise(i: int, j: int) -> bool:
        """Henckel, Perković, Maathuis 2022, Theorem 3.1: whether set i has no larger variance than set j."""
        one, two, x = set(args.options[i]), set(args.options[j]), args.treatment
        return walks.separated((args.outcome,), two - one, {*one, x}) and walks.separated((x,), one - two, two)

    return [i for i in valid if all(as_precise(i, j) for j in valid)] or valid


TOOL = Tool(
    "reason_sets",
    SetsArgs,
    run,
    assumes=("the graph is right",),
    example=SetsArgs(
        edges=(("z", "t"), ("z", "y"), ("t", "y"), ("t", "m")),
        criterion="backdoor",
        treatment="t",
        outcome="y",
        options=((), ("z",), ("m",)),
    ),
    reference="Pearl 2009, Causality, Definitions 3.3.1, 3.3.3 and 7.4.1; Henckel, Perković, Maathuis 2022, Theorem 3.1",
)
