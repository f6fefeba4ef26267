"""Identify natural and controlled direct and indirect effects."""

from __future__ import annotations

from ..domain.adjustment import AdjustmentProblem
from ..domain.errors import BadArguments
from ..domain.estimands import Assumption, Estimand
from ..domain.questions import EstimandKind
from ..domain.results import Identification
from ..domain.separation import path_text
from ..domain.walks import Walks
from ._answers import common_premises, positivity, premise, refusal
from ._formula import sum_sign

MEDIATED: tuple[EstimandKind, ...] = ("NDE", "NIE", "CDE")


def by_mediation(problem: AdjustmentProblem, kind: EstimandKind, mediators: tuple[str, ...]) -> Identification:
    """Identify by covariates that the treatment does not affect, if they unconfound all three pairs.

    The criterion is sufficient, and for natural effects necessary up to what structural equations could add. For a
    CDE, covariates that the treatment affects could help too; that needs sequential estimation and is refused here.

    Reference: Pearl 2001, Direct and indirect effects; Pearl 2014, Interpretation and identification of causal
    mediation, conditions A-1 and A-2.
    """
    m = _mediators(problem, mediators)
    t, y, shown = problem.treatment, problem.outcome, ", ".join(m)
    covariates, fault = _covariates(problem, m)
    if covariates is None:
        reason = f"The {kind} through {shown} is not identifiable by covariates that precede {t}: {fault}."
        helps = (f"measure what confounds {shown} and {y}", f"randomise {t} and, in a second experiment, {shown}")
        return refusal(problem, reason, what_would_help=helps)
    return Identification(
        status="identified",
        strategy="backdoor" if covariates else "none_needed",
        treatment=t,
        outcome=y,
        adjustment_set=covariates,
        mediators=m,
        estimand=Estimand(
            query=f"{kind} of {t} on {y} through {shown}",
            kind=kind,
            design="backdoor",
            formula=_formula(kind, t, y, m, covariates),
            treatment=t,
            outcome=y,
            adjustment_set=covariates,
            mediators=m,
        ),
        reason=(
            f"{'Given ' + ', '.join(covariates) if covariates else 'Without adjustment'}, nothing confounds {t} with "
            f"{shown} or {y}, and given {t} nothing confounds {shown} with {y}."
        ),
        assumptions=(*common_premises(problem), *_premises(kind, t, y, shown), positivity(t, (*covariates, *m))),
    )


def _mediators(problem: AdjustmentProblem, named: tuple[str, ...]) -> tuple[str, ...]:
    problem.graph.require(*named)
    between = tuple(n for n in problem.graph.observed if n in problem.causal and n != problem.outcome)
    shown = ", ".join(between) or "none; no measured node lies on a causal path"
    if wrong := [n for n in named if n not in between]:
        raise BadArguments(f"{wrong[0]!r} is not a measured mediator of this effect; the mediators are: {shown}.")
    if not named and len(between) != 1:
        raise BadArguments(f"Name the mediators of interest with mediators=…; the measured mediators are: {shown}.")
    return named or between


def _covariates(problem: AdjustmentProblem, m: tuple[str, ...]) -> tuple[tuple[str, ...] | None, str]:
    """A set that meets the conditions and of which no single member is superfluous; else None and why."""
    graph, t, y = problem.graph, problem.treatment, problem.outcome
    after = graph.descendants(t)
    near = graph.ancestors(t, y, *m)
    chosen = tuple(n for n in graph.observed if n in near and n not in after)
    fault = _open(problem, m, chosen)
    if fault is not None:
        return None, fault
    if _open(problem, m, ()) is None:
        return (), ""
    for n in chosen:
        rest = tuple(c for c in chosen if c != n)
        if _open(problem, m, rest) is None:
            chosen = rest
    return chosen, ""


def _open(problem: AdjustmentProblem, m: tuple[str, ...], covariates: tuple[str, ...]) -> str | None:
    """A path that confounds treatment with mediators or outcome, or mediators with outcome; None when there is none."""
    graph, t, y = problem.graph, problem.treatment, problem.outcome
    walks = Walks.of(graph)
    tests = [(walks.without((t,)), t, end, covariates) for end in (*m, y)]
    tests += [(walks.without(m), start, y, (*covariates, t)) for start in m]
    for cut, start, end, given in tests:
        path = cut.open_path(start, end, given)
        if path is not None:
            affected = [n for n in path[1:-1] if n in graph.descendants(t) and n != t]
            why = f"; {affected[0]} is affected by {t}, so adjusting for it is not enough" if affected else ""
            return f"{path_text(graph, path, cut)} is open{why}"
    return None


def _formula(kind: EstimandKind, t: str, y: str, m: tuple[str, ...], w: tuple[str, ...]) -> str:
    ms, ws = ", ".join(m), ", ".join(w)
    given = f", {ws}" if w else ""
    weight = f" P({ws})" if w else ""
    if kind == "CDE":
        fixed = ", ".join(f"{n}=c" for n in m)
        inside = f"E[{y} | {t}=1, {fixed}{given}] - E[{y} | {t}=0, {fixed}{given}]"
        return f"{sum_sign(w)} ({inside}){weight}" if w else inside
    sign = sum_sign((*m, *w))
    if kind == "NDE":
        return f"{sign} (E[{y} | {t}=1, {ms}{given}] - E[{y} | {t}=0, {ms}{given}]) P({ms} | {t}=0{given}){weight}"
    return f"{sign} E[{y} | {t}=0, {ms}{given}] (P({ms} | {t}=1{given}) - P({ms} | {t}=0{given})){weight}"


def _premises(kind: EstimandKind, t: str, y: str, shown: str) -> tuple[Assumption, ...]:
    first = premise(
        "no hidden mediator-outcome confounding", f"No hidden variable causes both {shown} and {y}.", "untestable"
    )
    if kind == "CDE":
        return (first,)
    second = premise(
        "cross-world independence",
        f"{y} under one value of {t} is independent of {shown} under another, given the covariates; no experiment can test it.",
        "untestable",
    )
    return (first, second)
