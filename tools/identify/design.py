"""Identify an effect from the study design, without a graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.estimands import Assumption, Estimand
from ..domain.questions import DesignKind, EstimandKind
from ..domain.results import Identification, IdentificationStrategy
from ..spec import Args, Env, Tool

KnownDesign = Literal["experiment", "backdoor", "instrument", "regression_discontinuity", "difference_in_differences"]


class DesignArgs(Args):
    """What is known of how the treatment came about."""

    design: KnownDesign
    """How the treatment came about, as the person, the codebook or the data say."""
    treatment: str = Field(min_length=1)
    """Column of the treatment."""
    outcome: str = Field(min_length=1)
    """Column of the outcome."""
    estimand: EstimandKind = "ATE"
    """Whose effect is asked."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates measured before treatment, held to block every back-door path."""
    instruments: tuple[str, ...] = ()
    """For an instrument design: what moves the treatment and reaches the outcome only through it."""
    mediators: tuple[str, ...] = ()
    """For a direct or indirect effect: what the effect runs through."""
    running_variable: str | None = None
    """For a regression discontinuity: the variable with the cut-off."""
    cutoff: float | None = None
    """For a regression discontinuity: where treatment changes."""
    time: str | None = None
    """For difference in differences: the column that tells before from after."""
    selected_on: str | None = None
    """A common effect of treatment and outcome on which the rows were selected; nothing is then identified."""


def run(args: DesignArgs, env: Env) -> Identification:
    """State the estimand that the design identifies and every premise that this rests on."""
    named = {args.treatment, args.outcome} & {*args.adjustment_set, *args.instruments, *args.mediators}
    if args.treatment == args.outcome or named:
        raise BadArguments(
            f"{sorted(named) or args.treatment!r} cannot play two parts: treatment, outcome, instruments, mediators and "
            "adjustment set must be different columns."
        )
    if args.selected_on:
        return _selected(args, args.selected_on)
    formula, reason, assumptions = _STATEMENTS[args.design](args)
    if args.mediators:
        assumptions = (*assumptions, _mediation(args))
    kind = args.estimand if args.mediators else _KIND.get(args.design, args.estimand)
    estimand = Estimand(
        query=f"{kind} of {args.treatment} on {args.outcome}{_WHO.get(kind, '').format(t=args.treatment)}",
        kind=kind,
        design=_design(args.design),
        formula=formula,
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        instruments=args.instruments,
        mediators=args.mediators,
    )
    return Identification(
        status="identified",
        strategy=_STRATEGY[args.design],
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        instruments=args.instruments,
        mediators=args.mediators,
        estimand=estimand,
        reason=reason,
        assumptions=(*assumptions, *_ALWAYS),
    )


def _selected(args: DesignArgs, common_effect: str) -> Identification:
    """Rows picked by a common effect: the two are associated in them even when neither affects the other (Berkson 1946)."""
    t, y, s = args.treatment, args.outcome, common_effect
    return Identification(
        status="not_identifiable", strategy="none", treatment=t, outcome=y,
        reason=(
            f"{s} is a common effect of {t} and {y} (a collider) and the rows were selected on it, which makes the two associated even if "
            f"neither affects the other: the association in these rows is compatible with no association at all outside them."
        ),
        what_would_help=(
            f"rows for which {s} did not decide that they were recorded",
            f"the probability of {s} for each value of {t} and {y}, to weight the rows by its inverse",
            f"how often {t} and {y} occur in the whole population",
        ),
    )  # fmt: skip


_ALWAYS = (
    Assumption(
        name="consistency",
        meaning="The treatment means the same thing for everyone who has the same value of it.",
        status="untestable",
    ),
    Assumption(
        name="no interference",
        meaning="One unit's treatment does not change another unit's outcome.",
        status="untestable",
    ),
)
_STRATEGY: dict[KnownDesign, IdentificationStrategy] = {
    "experiment": "randomised",
    "backdoor": "backdoor",
    "instrument": "instrument",
    "regression_discontinuity": "regression_discontinuity",
    "difference_in_differences": "difference_in_differences",
}
_KIND: dict[KnownDesign, EstimandKind] = {
    "instrument": "LATE", "regression_discontinuity": "LATE", "difference_in_differences": "ATT",
}  # fmt: skip
"""What a design gives, whatever was asked for."""
_WHO: dict[EstimandKind, str] = {"ATT": " among the treated ({t} as it was)", "ATC": " among the untreated"}


def _design(design: KnownDesign) -> DesignKind:
    return design


def _experiment(args: DesignArgs) -> tuple[str, str, tuple[Assumption, ...]]:
    t, y = args.treatment, args.outcome
    return (
        f"E[{y} | {t}=treated] - E[{y} | {t}=control]",
        f"{t} was assigned at random, so the arms differ only by it and by chance; nothing needs to be adjusted for.",
        (
            Assumption(
                name="random assignment",
                meaning=f"Chance alone decided {t}; the balance of covariates is a partial test.",
            ),
            Assumption(
                name="no differential attrition",
                meaning="Who is missing from the table does not depend on the arm.",
                status="untestable",
            ),
        ),
    )


def _backdoor(args: DesignArgs) -> tuple[str, str, tuple[Assumption, ...]]:
    t, y, z = args.treatment, args.outcome, ", ".join(args.adjustment_set) or "nothing"
    given = f",{','.join(args.adjustment_set)}" if args.adjustment_set else ""
    return (
        f"sum over ({z}) of P({z}) (E[{y} | {t}=treated{given}] - E[{y} | {t}=control{given}])",
        f"adjusting for {z} blocks every back-door path, if no common cause of {t} and {y} is missing from it.",
        (
            Assumption(
                name="no hidden confounding",
                meaning=f"Every common cause of {t} and {y} is among: {z}. No data can show this; see the sensitivity analysis.",
                status="untestable",
            ),
            Assumption(
                name="no adjustment for consequences of treatment",
                meaning=f"None of {z} was changed by {t}, and none is a collider between hidden causes of both.",
                status="untestable",
            ),
            Assumption(name="positivity", meaning=f"At every value of {z} both arms could occur."),
        ),
    )


def _instrument(args: DesignArgs) -> tuple[str, str, tuple[Assumption, ...]]:
    t, y, z = args.treatment, args.outcome, ", ".join(args.instruments)
    if not z:
        raise BadArguments("An instrument design needs instruments=[…]: name the column that moves the treatment.")
    return (
        f"cov({y}, {z} | covariates) / cov({t}, {z} | covariates)",
        f"{z} moves {t} and is held to reach {y} only through it; the effect is that among compliers.",
        (
            Assumption(name="instrument relevance", meaning=f"{z} changes {t}; the first stage tests it."),
            Assumption(name="exclusion restriction", meaning=f"{z} reaches {y} only through {t}.", status="untestable"),
            Assumption(
                name="instrument independence",
                meaning=f"Nothing that causes {z} also causes {y}, given the covariates.",
                status="untestable",
            ),
            Assumption(name="monotonicity", meaning=f"{z} moves nobody's {t} the wrong way.", status="untestable"),
        ),
    )


def _discontinuity(args: DesignArgs) -> tuple[str, str, tuple[Assumption, ...]]:
    if args.running_variable is None or args.cutoff is None:
        raise BadArguments(
            "A regression discontinuity needs running_variable and cutoff: where along what does treatment change?"
        )
    r, c, t = args.running_variable, f"{args.cutoff:g}", args.treatment
    of_treatment = "" if t == r else f" / that of E[{t} | {r}]"
    in_part = (
        Assumption(
            name="exclusion restriction",
            meaning=f"Crossing {c} changes {args.outcome} only through {t}.",
            status="untestable",
        ),
        Assumption(
            name="monotonicity",
            meaning=f"Crossing {c} moves nobody's {t} the opposite way; it needs no assuming where everyone follows the rule.",
            status="untestable",
        ),
    )
    return (
        f"jump of E[{args.outcome} | {r}] at {c}{of_treatment}",
        f"units just above and just below {r} = {c} differ in nothing but the chance of treatment, if nobody can choose their side.",
        (
            Assumption(
                name="continuity at the cut-off",
                meaning=f"Without treatment {args.outcome} would not jump at {c}.",
                status="untestable",
            ),
            Assumption(
                name="no manipulation",
                meaning=f"Nobody can place themselves on a side of {c}; a jump in the density of {r} would speak against it.",
            ),
            *(() if t == r else in_part),
        ),
    )


def _differences(args: DesignArgs) -> tuple[str, str, tuple[Assumption, ...]]:
    t, y, when = args.treatment, args.outcome, args.time
    if when is None:
        raise BadArguments("Difference in differences needs time: the column that tells before from after.")
    return (
        f"(E[{y} | {t},{when} after] - E[{y} | {t},{when} before]) - (E[{y} | not {t},{when} after] - E[{y} | not {t},{when} before])",
        f"the change of those not treated stands for what those treated ({t}) would have gone through.",
        (
            Assumption(
                name="parallel trends",
                meaning=f"Without treatment both groups' {y} would have changed alike.",
                status="untestable",
            ),
            Assumption(
                name="no anticipation",
                meaning="Nothing changed before treatment because it was expected.",
                status="untestable",
            ),
        ),
    )


def _mediation(args: DesignArgs) -> Assumption:
    m = ", ".join(args.mediators)
    return Assumption(
        name="no hidden mediator-outcome confounding",
        meaning=f"No unmeasured cause of both {m} and {args.outcome}, and none of them is itself changed by {args.treatment}.",
        status="untestable",
    )


_STATEMENTS = {
    "experiment": _experiment,
    "backdoor": _backdoor,
    "instrument": _instrument,
    "regression_discontinuity": _discontinuity,
    "difference_in_differences": _differences,
}

TOOL = Tool(
    "identify_design",
    DesignArgs,
    run,
    assumes=("consistency", "no interference"),
    example=DesignArgs(design="backdoor", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Hernán and Robins 2020, chapters 2 and 3; Imbens and Angrist 1994",
)
