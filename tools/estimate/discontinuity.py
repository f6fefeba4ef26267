"""Estimate the effect at a cut-off by local linear regression (regression discontinuity, sharp or fuzzy)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..coding import find_column, show
from ..design import prepare
from ..domain.errors import AssumptionViolated
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import ContrastEstimate, EffectEstimate
from ..linear import interval
from ..spec import Args, Tool
from ..treatments import code_treatment, is_nominal
from ._local import MIN_ROWS_PER_SIDE, Jump, Sides, jump, ratio, rule_of_thumb

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ..domain.results import DatasetCard
    from ..spec import Env
    from ._local import Bools

MIN_F = 10.0
"""Of the jump of treatment that the ratio divides by; below it an interval around the ratio misleads (Staiger & Stock 1997)."""
ALPHA = 0.05
"""Level of the test that treatment jumps at all and is not merely steep there: that of the parabolas."""


class DiscontinuityArgs(Args):
    """Arguments of `estimate_discontinuity`."""

    dataset: str
    """Name of a loaded table."""
    outcome: str
    """Column the effect is on."""
    running_variable: str
    """Numeric column with the cut-off."""
    cutoff: float
    """Where treatment changes; rows exactly at it count as above, unless their treatment shows that the rule is the other one."""
    treatment: str | None = None
    """Column of the treatment when there is one, on either side of the cut-off; it may follow the side exactly or in part."""
    contrast: Contrast | None = None
    """Values of `treatment` to compare; None is the treated level against the control."""
    treated_side: Literal["above", "below"] = "above"
    """Side that gets the treatment where no column says who did."""
    bandwidth: float | None = Field(default=None, gt=0)
    """Distance from the cut-off within which rows count, in units of the running variable; None is the rule of thumb."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet."""


def run(args: DiscontinuityArgs, env: Env) -> EffectEstimate:
    """Effect of treatment at the cut-off: the jump of the mean outcome over the jump of treatment.

    Each jump is that of a line on each side, with weights that fall to zero at the bandwidth. Where treatment follows the side
    exactly (sharp), it jumps by 1, or by -1 when those below are treated. Where it follows in part (fuzzy), the ratio is the
    effect on those whom the cut-off moves (Hahn, Todd & van der Klaauw 2001), and the jump of treatment must be clear (F of at
    least 10, and bias-corrected p below 0.05). Without `treatment` it is the effect of being on the treated side.

    The value is that of the lines. The interval and the p-value are robust and bias-corrected: they are those of
    parabolas within the same bandwidth, which count what the lines miss when the curve bends near the cut-off, and so
    need not be centred on the value. Half and double the bandwidth are in the diagnostics.

    Raises:
        AssumptionViolated: the cut-off is outside the data, a side is nearly empty, or treatment does not clearly jump at it.
    """
    card = env.card(args.dataset)
    design = prepare(
        env.table(args.dataset), card, treatment=args.running_variable, outcome=args.outcome, cluster=args.cluster,
        population=args.population, extra=() if args.treatment is None else (args.treatment,),
    )  # fmt: skip
    if design.dose is None:
        raise AssumptionViolated(
            f"The running variable {args.running_variable!r} takes few values or is text; "
            "a cut-off needs a number that varies finely."
        )
    taken = _taken(args, design, card, design.dose - args.cutoff)
    sides, y = taken.sides, design.y
    bandwidth = args.bandwidth or rule_of_thumb(sides, y)
    inside = sides.within(bandwidth)
    first = jump(sides, taken.d, bandwidth)
    fuzzy = not taken.follows and not _one_to_one(taken.d[inside], sides.above[inside])
    dof = sides.dof(bandwidth)
    if fuzzy:
        _refuse_unclear(args, first, jump(sides, taken.d, bandwidth, degree=2), dof)
    found = ratio(sides, y, taken.d, bandwidth)
    low, high, p_value = interval(taken.step * found.corrected, abs(taken.step) * found.error, dof)
    row = ContrastEstimate(
        contrast=taken.contrast, value=taken.step * found.value, std_error=abs(taken.step) * found.error, ci_low=low, ci_high=high,
        p_value=p_value, n_treated=_count(taken, inside, 1), n_control=_count(taken, inside, 0),
    )  # fmt: skip
    diagnostics = {
        "bandwidth": bandwidth, "dof": dof, "estimate_bias_corrected": taken.step * found.corrected,
        "std_error_of_lines": abs(taken.step) * found.line_error, "jump_of_outcome": jump(sides, y, bandwidth).value,
        "jump_of_treatment": first.value, **({"first_stage_f": first.f} if fuzzy else {}),
    }  # fmt: skip
    return EffectEstimate(
        estimator="fuzzy_discontinuity" if fuzzy else "local_linear_discontinuity", estimand="LATE",
        treatment=args.treatment or args.running_variable, outcome=args.outcome, contrast=row.contrast, value=row.value,
        std_error=row.std_error, ci_low=low, ci_high=high, p_value=p_value, unit=_unit(args, design), n_used=int(inside.sum()),
        n_dropped=design.n_dropped, contrasts=(row,), diagnostics=diagnostics | _other_bandwidths(taken, y, bandwidth),
        se_method=f"{'HC1' if args.cluster is None else f'cluster({args.cluster})'}, robust bias-corrected t interval",
        assumptions=_premises(args, fuzzy), checks=(_density(args),), warnings=_notes(args, design, taken, first, fuzzy),
    )  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """Who took the treatment, and on which side they are."""

    sides: Sides
    d: Floats
    """The treatment as a number: 0 and 1, or an amount."""
    contrast: Contrast
    step: float
    """Size of the contrast in units of `d`."""
    follows: bool
    """Whether it was read off the side, because no column holds it."""
    note: str = ""


def _taken(args: DiscontinuityArgs, design: Design, card: DatasetCard | None, distance: Floats) -> Taken:
    """The treatment by its own column, or by the side where there is none.

    Rows exactly at the cut-off count as above; when treatment follows the side exactly with them below, they count as below.
    """
    import numpy as np

    above = distance >= 0
    _refuse(args, above)
    sides = Sides(distance, above, design.clusters)
    if args.treatment is None:
        names = (f"below {args.cutoff:g}", f"at or above {args.cutoff:g}")
        control, treated = names if args.treated_side == "above" else names[::-1]
        d = np.where(above == (args.treated_side == "above"), 1.0, 0.0)
        return Taken(sides, d, Contrast(control=control, treated=treated), 1.0, follows=True)
    d, contrast, step = _amounts(args.treatment, args.contrast, design, card)
    note = ""
    if not _one_to_one(d, above) and _one_to_one(d, distance > 0):
        sides = Sides(distance, distance > 0, design.clusters)
        note = f"Rows exactly at {args.cutoff:g} have the {args.treatment!r} of those below and count as below."
        _refuse(args, sides.above)
    return Taken(sides, d, contrast, step, follows=False, note=note)


def _amounts(
    name: str, asked: Contrast | None, design: Design, card: DatasetCard | None
) -> tuple[Floats, Contrast, float]:
    """The treatment as numbers, what is compared, and how far apart that is.

    Raises:
        AssumptionViolated: it has three levels or more that are labels, of which a cut-off cannot move one alone.
    """
    column = find_column(design.frame, name, "treatment")
    coded = code_treatment(column, name, asked, nominal=is_nominal(name, card))
    contrast = coded.contrasts[0]
    if coded.dose is not None:
        return coded.dose, contrast, float(contrast.treated) - float(contrast.control)
    if len(coded.arms) > 2:
        raise AssumptionViolated(
            f"Treatment {show(name)} has {len(coded.arms)} levels; at a cut-off it must have two, or be an amount. Add a column that is 1 "
            f"for the level of interest and 0 for every other, or leave it out for the effect of crossing the cut-off itself."
        )
    return coded.arm.astype(float), contrast, 1.0


def _one_to_one(d: Floats, above: Bools) -> bool:
    """Whether treatment is 0 on one side and 1 on the other, whichever that is."""
    import numpy as np

    return bool(np.array_equal(d, above) or np.array_equal(1 - d, above))


def _count(taken: Taken, inside: Bools, value: int) -> int | None:
    import numpy as np

    return int((taken.d[inside] == value).sum()) if bool(np.isin(taken.d, (0.0, 1.0)).all()) else None


def _refuse(args: DiscontinuityArgs, above: Bools) -> None:
    n_above = int(above.sum())
    n_below = len(above) - n_above
    if min(n_below, n_above) < MIN_ROWS_PER_SIDE:
        raise AssumptionViolated(
            f"{n_below} rows lie below and {n_above} at or above {args.running_variable!r} = {args.cutoff:g}; each side needs at least "
            f"{MIN_ROWS_PER_SIDE}. Check the cut-off against the range of the column."
        )


def _refuse_unclear(args: DiscontinuityArgs, lines: Jump, parabolas: Jump, dof: float) -> None:
    """Stop where treatment may not jump at all, or by too little to divide by."""
    p_value = interval(parabolas.value, parabolas.error, dof)[2]
    if lines.f < MIN_F or p_value >= ALPHA:
        raise AssumptionViolated(
            f"{args.treatment!r} jumps by {lines.value:.3g} at {args.running_variable!r} = {args.cutoff:g} (F = {lines.f:.3g}, of which "
            f"{MIN_F:g} is needed; bias-corrected p = {p_value:.2g}): too little to tell its effect. Check the cut-off, or leave treatment "
            f"out for the effect of crossing the cut-off itself."
        )


def _other_bandwidths(taken: Taken, y: Floats, bandwidth: float) -> dict[str, float]:
    """The effect at half and double the bandwidth, where there are rows enough."""
    found: dict[str, float] = {}
    for label, factor in (("half", 0.5), ("double", 2.0)):
        with suppress(AssumptionViolated):
            value = ratio(taken.sides, y, taken.d, bandwidth * factor).value
            found[f"estimate_{label}_bandwidth"] = taken.step * value
    return found


def _unit(args: DiscontinuityArgs, design: Design) -> str:
    of = f"units of {args.outcome!r}"
    if design.event is not None:
        of = f"difference in the probability that {args.outcome!r} is {design.event}"
    return f"{of} at {args.running_variable!r} = {args.cutoff:g}"


def _notes(args: DiscontinuityArgs, design: Design, taken: Taken, first: Jump, fuzzy: bool) -> tuple[str, ...]:
    """What was done to the rows and columns, less what is said of the running variable as a treatment, which it is not."""
    as_dose = code_treatment(
        find_column(design.frame, args.running_variable, "running variable"), args.running_variable, None
    )
    notes = [w for w in design.warnings if w not in as_dose.warnings]
    if taken.note:
        notes.append(taken.note)
    if fuzzy:
        notes.append(
            f"{args.treatment!r} follows the cut-off only in part (it jumps by {first.value:.3g}): the jump of {args.outcome!r} is divided "
            f"by that of {args.treatment!r}, which gives the effect on those whom the cut-off moves."
        )
    return tuple(notes)


def _density(args: DiscontinuityArgs) -> Check:
    return Check(
        name="no manipulation",
        status="not_run",
        meaning=f"Whether units choose their side of {args.running_variable} = {args.cutoff:g} was not tested.",
        does_not_show="A smooth density would not prove that nobody can choose their side.",
    )


def _premises(args: DiscontinuityArgs, fuzzy: bool) -> tuple[Assumption, ...]:
    r, c, y, t = args.running_variable, f"{args.cutoff:g}", args.outcome, args.treatment
    found = (
        Assumption(name="continuity at the cut-off", meaning=f"Without treatment {y} would not jump at {r} = {c}.", status="untestable"),
        Assumption(name="no manipulation", meaning=f"Nobody can choose their side of {r} = {c} exactly.", status="not_tested"),
        Assumption(name="local linearity", meaning=f"Within the bandwidth {y} is close to a line in {r} on each side."),
    )  # fmt: skip
    if not fuzzy:
        return found
    return (
        *found,
        Assumption(name="instrument relevance", meaning=f"{t} jumps at {r} = {c}.", status="tested_passed"),
        Assumption(name="exclusion restriction", meaning=f"Crossing {r} = {c} changes {y} only through {t}.", status="untestable"),
        Assumption(name="monotonicity", meaning=f"Crossing {r} = {c} moves nobody's {t} the opposite way.", status="untestable"),
    )  # fmt: skip


TOOL = Tool(
    "estimate_discontinuity",
    DiscontinuityArgs,
    run,
    assumes=(
        "continuity at the cut-off",
        "no manipulation",
        "local linearity",
        "exclusion restriction",
        "monotonicity",
    ),
    example=DiscontinuityArgs(dataset="cut_off", outcome="y", running_variable="z", cutoff=0.0),
    reference="Hahn, Todd & van der Klaauw 2001; Calonico, Cattaneo & Titiunik 2014; Fan & Gijbels 1996, eq. 4.3 (bandwidth)",
)
