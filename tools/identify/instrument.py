"""Identify an effect through an instrument: a variable that moves the treatment and reaches the outcome only so."""

from __future__ import annotations

from ..domain.adjustment import AdjustmentProblem
from ..domain.estimands import Assumption, Estimand
from ..domain.results import Identification
from ..domain.separation import path_text
from ..domain.separators import minimal_separators
from ..spec import Args, Env, Tool
from ._answers import common_premises, directed, pose, premise, query_text, refusal, zero_effect
from ._help import what_would_help

MOST_SETS = 50
"""Conditioning sets to try for one candidate."""
MOST_CANDIDATES = 60
"""Candidates for which conditioning sets are sought, those nearest to the treatment first."""


class InstrumentArgs(Args):
    """Arguments of `identify_instrument`."""

    graph: str
    """Name of a DAG or ADMG of this run."""
    treatment: str
    """The cause, a measured node."""
    outcome: str
    """The effect, a measured node."""
    candidates: tuple[str, ...] = ()
    """Variables that may serve; () for every measured one."""


def run(args: InstrumentArgs, env: Env) -> Identification:
    """Look for instruments, unconditional ones first."""
    problem = pose(env.graph(args.graph), args.treatment, args.outcome)
    problem.graph.require(*args.candidates)
    directed(problem, "identify_instrument")
    if not problem.causal:
        return zero_effect(problem, "LATE")
    found = by_instrument(problem, args.candidates)
    if found is not None:
        return found
    t, y = args.treatment, args.outcome
    faults = [fault(problem, z) for z in args.candidates]
    reason = f"No measured variable is an instrument for {t} on {y}: "
    reason += (
        "; ".join(faults)
        or "each one affects the outcome otherwise, shares a cause with it, or does not move treatment"
    )
    return refusal(problem, reason + ".", what_would_help=what_would_help(problem))


def by_instrument(problem: AdjustmentProblem, candidates: tuple[str, ...] = ()) -> Identification | None:
    """Identify a local effect by instruments, or None when there are none."""
    found = find_instruments(problem, candidates)
    if found is None:
        return None
    instruments, given = found
    t, y, zs, ws = problem.treatment, problem.outcome, ", ".join(instruments), ", ".join(given)
    within = f" | {ws}" if given else ""
    if len(instruments) == 1:
        formula = f"Cov({y}, {zs}{within}) / Cov({t}, {zs}{within})"
    else:
        formula = f"two-stage least squares of {y} on {t} with instruments {zs}" + (f" given {ws}" if given else "")
    return Identification(
        status="identified",
        strategy="instrument",
        treatment=t,
        outcome=y,
        adjustment_set=given,
        instruments=instruments,
        estimand=Estimand(
            query=f"{query_text(problem, 'LATE')} among units whose {t} the instrument moves",
            kind="LATE",
            design="instrument",
            formula=formula,
            treatment=t,
            outcome=y,
            adjustment_set=given,
            instruments=instruments,
        ),
        reason=(
            f"{zs} {'moves' if len(instruments) == 1 else 'move'} {t} and reach{'es' if len(instruments) == 1 else ''} "
            f"{y} only through it{f' given {ws}' if given else ''}."
        ),
        assumptions=_premises(problem, zs, ws),
        warnings=(
            "The graph alone does not identify the average effect: the instrument gives it only when the effect is "
            "linear and the same for all, else the average over those whose treatment the instrument moves.",
        ),
    )


def find_instruments(
    problem: AdjustmentProblem, candidates: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Find (conditional) instruments that share one smallest conditioning set.

    Returns:
        (instruments, conditioning set): the direct causes of the treatment among them when there are any, since
        they carry what the others do.

    Reference: Pearl 2009, Causality, Definition 7.4.1; Brito and Pearl 2002; van der Zander, Textor, Liśkiewicz 2015.
    """
    graph, t, y = problem.graph, problem.treatment, problem.outcome
    after = graph.descendants(t)
    pool = [n for n in (candidates or graph.observed) if n in problem.allowed and n not in after]
    plain = problem.backdoor.connected((t,)) - problem.backdoor.connected((y,))
    free = [n for n in pool if n in plain]
    if free:
        return _nearest(problem, free), ()
    found: dict[tuple[str, ...], list[str]] = {}
    for z in _by_distance(problem, pool)[:MOST_CANDIDATES]:
        allowed = [n for n in problem.allowed if n != z and n not in after]
        for given in minimal_separators(problem.backdoor, z, y, allowed, MOST_SETS):
            if not problem.backdoor.separated((z,), (t,), given):
                found.setdefault(given, []).append(z)
                break
    if not found:
        return None
    given = min(found, key=lambda s: (len(s), s))
    return _nearest(problem, found[given]), given


def fault(problem: AdjustmentProblem, z: str) -> str:
    """Why a variable is no instrument, in words."""
    t, y = problem.treatment, problem.outcome
    if z in problem.graph.latent:
        return f"{z} is not measured"
    if z in (t, y):
        return f"{z} is the {'treatment' if z == t else 'outcome'}"
    if z in problem.graph.descendants(t):
        return f"{z} is an effect of {t}"
    if problem.backdoor.separated((z,), (t,)):
        return f"{z} does not move {t}"
    path = problem.backdoor.open_path(z, y)
    if path is None:
        return f"{z} serves only together with others"
    return f"{z} reaches {y} by {path_text(problem.graph, path, problem.backdoor)}"


def _nearest(problem: AdjustmentProblem, found: list[str]) -> tuple[str, ...]:
    direct = [z for z in found if z in problem.graph.parents(problem.treatment)]
    return tuple(sorted(direct or found))


def _by_distance(problem: AdjustmentProblem, pool: list[str]) -> list[str]:
    causes = problem.graph.parents(problem.treatment)
    above = problem.graph.ancestors(problem.treatment)
    return sorted(pool, key=lambda n: (n not in causes, n not in above))


def _premises(problem: AdjustmentProblem, zs: str, ws: str) -> tuple[Assumption, ...]:
    t, y = problem.treatment, problem.outcome
    given = f" given {ws}" if ws else ""
    return (
        common_premises(problem)[1],
        premise("relevance", f"{zs} and {t} are associated{given}, and not weakly."),
        premise("exclusion restriction", f"{zs} affects {y} through {t} alone{given}.", "untestable"),
        premise("unconfounded instrument", f"{zs} shares no hidden cause with {y}{given}.", "untestable"),
        premise(
            "monotonicity or a constant effect",
            f"{zs} moves {t} in one direction for everybody (then the answer is the local average effect), or the "
            f"effect of {t} on {y} is linear and the same for everybody (then it is the average effect).",
            "untestable",
        ),
    )


TOOL = Tool(
    "identify_instrument",
    InstrumentArgs,
    run,
    assumes=(
        "relevance",
        "exclusion restriction",
        "unconfounded instrument",
        "monotonicity or a constant effect",
        "consistency",
    ),
    example=InstrumentArgs(graph="instrument", treatment="t", outcome="y"),
    reference="Angrist, Imbens, Rubin 1996; van der Zander, Textor, Liśkiewicz 2015, Definition 4.1",
)
