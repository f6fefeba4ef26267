"""Choose the discovery tool that fits the data, by stated rules."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from ..domain.knowledge import Knowledge
from ..domain.model import Scalar
from ..domain.results import Selection
from ..linear import fit_ols
from ..spec import Args, Env, Tool
from ._columns import Columns, read_columns
from ._common import search_cost
from ._errors import dependence_check
from ._tests import spline_terms
from .directlingam import fit_weights

if TYPE_CHECKING:
    from ..coding import Floats

MAX_LINGAM = 20
"""Columns up to which DirectLiNGAM is tried out: its premises can only be checked on its own errors."""
MAX_GES = 40
MIN_LINGAM_ROWS = 300
SKEWED, PEAKED = 0.5, 1.0
"""Skewness and excess kurtosis from which an error counts as clearly non-Gaussian; a uniform one has kurtosis -1.2."""
BENT = 0.03
"""Gain in R² of a spline over a line from which a dependence counts as bent."""
MAX_PAIRS = 60
MAX_SECONDS = 120.0


class SelectArgs(Args):
    """Arguments of `discover_select`."""

    dataset: str
    """Name of a loaded table."""
    variables: tuple[str, ...] = ()
    """Columns that become nodes; empty for all that can be used."""
    latent_possible: bool = False
    """True when hidden common causes are to be allowed for; the graph then says less and assumes less."""


@dataclass(frozen=True)
class _Shape:
    """What the rules look at."""

    n: int
    p: int
    types: str
    gaussian: int
    """Errors of a linear model, as DirectLiNGAM fits it, that are not clearly non-Gaussian."""
    tied: bool
    """Whether those errors depend on each other."""
    bent: int
    """Pairs, of those looked at, whose dependence is bent in at least one direction; a linear effect of non-Gaussian causes
    is bent when read backwards."""
    bent_both: int
    """Pairs bent in both directions: linear in none."""
    pairs: int


def run(args: SelectArgs, env: Env) -> Selection:
    """Choose among PC, FCI, GES and DirectLiNGAM; the reasons and the tools not taken are in the result.

    Raises:
        BadArguments: columns do not fit the table.
        AssumptionViolated: unusable columns.
    """
    columns = read_columns(env, args.dataset, args.variables)
    shape = _look(columns)
    alpha = 0.05 if shape.n < 1000 else 0.01
    size = f"{shape.n} rows and {shape.p} columns of {shape.types}"
    warnings = columns.warnings
    if search_cost(shape.n, shape.p).seconds > MAX_SECONDS:
        warnings += (
            f"{shape.p} variables are too many for any of these tools; name the ones that matter in variables.",
        )
    tool, options, reasons = _decide(shape, args.latent_possible, alpha)
    return Selection(
        tool=tool,
        options=options,
        reasons=(size, *reasons),
        rejected=tuple((t, why) for t, why in _reasons_against(shape, args.latent_possible, tool) if t != tool),
        warnings=warnings,
    )


def _decide(shape: _Shape, latent_possible: bool, alpha: float) -> tuple[str, dict[str, Scalar], tuple[str, ...]]:
    test = "mixed" if shape.bent and shape.types == "numbers" else "auto"
    tested: dict[str, Scalar] = {"alpha": alpha, "test": test}
    bent = (
        ("some dependences are bent, so numbers that are conditioned on enter as splines",) if test == "mixed" else ()
    )
    if latent_possible:
        return "discover_fci", tested, ("hidden common causes are to be allowed for", *bent)
    if _fits_lingam(shape):
        return (
            "discover_directlingam",
            {},
            ("effects look linear and errors clearly non-Gaussian, so directions can be told",),
        )
    if shape.types == "numbers" and not shape.bent and shape.p <= MAX_GES:
        return (
            "discover_ges",
            {},
            (f"numbers, no bent dependence, at most {MAX_GES} columns: a score decides better than many tests",),
        )
    words = {
        "numbers": "numbers",
        "labels": "labels: contingency tables need no shape of effect",
        "numbers and labels": "numbers and labels together: a test that takes both, without equal variances",
    }
    return "discover_pc", tested, (words[shape.types], *bent)


def _fits_lingam(shape: _Shape) -> bool:
    return (
        shape.types == "numbers"
        and shape.p <= MAX_LINGAM
        and shape.n >= MIN_LINGAM_ROWS
        and shape.gaussian <= 1
        and not shape.tied
        and not shape.bent_both
    )


def _reasons_against(shape: _Shape, latent_possible: bool, tool: str) -> tuple[tuple[str, str], ...]:
    lingam = (
        "it needs numbers only" if shape.types != "numbers"
        else f"{shape.p} columns are over its limit of {MAX_LINGAM}" if shape.p > MAX_LINGAM
        else f"{shape.n} rows are too few to read directions from the shape of errors" if shape.n < MIN_LINGAM_ROWS
        else f"{shape.bent_both} of {shape.pairs} dependences looked at are bent in both directions" if shape.bent_both
        else f"{shape.gaussian} errors are close to Gaussian, and at most one may be" if shape.gaussian > 1
        else "the errors of its own fit depend on each other"
    )  # fmt: skip
    hidden = "it assumes that no hidden common cause exists"
    ges = (
        f"its time grows fast beyond {MAX_GES} columns" if shape.p > MAX_GES
        else "its score takes effects as linear, and some are bent" if shape.bent
        else "it leaves open directions that non-Gaussian errors settle" if tool == "discover_directlingam"
        else "with labels and many rows its score adds edges where effects are not linear"
    )  # fmt: skip
    pc = (
        "it leaves open directions that non-Gaussian errors settle" if tool == "discover_directlingam"
        else "one wrong test early on misleads later ones; a score is steadier on columns like these"
    )  # fmt: skip
    fci = "hidden common causes were not asked for; with latent_possible=True it says less but assumes less"
    return (
        ("discover_directlingam", hidden if latent_possible else lingam),
        ("discover_ges", hidden if latent_possible else ges),
        ("discover_pc", hidden if latent_possible else pc),
        ("discover_fci", fci),
    )


def _look(columns: Columns) -> _Shape:
    import numpy as np

    n, p = columns.n_samples, len(columns.names)
    types = "labels" if all(columns.n_levels) else "numbers and labels" if any(columns.n_levels) else "numbers"
    if types != "numbers":
        return _Shape(n=n, p=p, types=types, gaussian=0, tied=False, bent=0, bent_both=0, pairs=0)
    x: Floats = (columns.values - columns.values.mean(axis=0)) / columns.values.std(axis=0)
    r = np.abs(np.corrcoef(x.T))
    pairs = sorted(combinations(range(p), 2), key=lambda ij: -float(r[ij]))[:MAX_PAIRS]
    ways = [_bent(x[:, i], x[:, j]) + _bent(x[:, j], x[:, i]) for i, j in pairs]
    bent, both = sum(w > 0 for w in ways), sum(w == 2 for w in ways)
    gaussian, tied = (p, False) if both or p > MAX_LINGAM or n < MIN_LINGAM_ROWS else _errors(x, columns.names)
    return _Shape(n=n, p=p, types=types, gaussian=gaussian, tied=tied, bent=bent, bent_both=both, pairs=len(pairs))


def _errors(x: Floats, names: tuple[str, ...]) -> tuple[int, bool]:
    """How many errors of a linear non-Gaussian model are not clearly so, and whether they depend on each other."""
    if not any(_clearly_non_gaussian(column) for column in x.T):
        return len(names), False
    residuals = x - x @ fit_weights(x, names, Knowledge()).T
    gaussian = sum(not _clearly_non_gaussian(column) for column in residuals.T)
    return gaussian, dependence_check(residuals, names).status == "fail"


def _clearly_non_gaussian(values: Floats) -> bool:
    z = (values - values.mean()) / values.std()
    return abs(float((z**3).mean())) > SKEWED or abs(float((z**4).mean()) - 3) > PEAKED


def _bent(x: Floats, y: Floats) -> bool:
    """Whether a spline of `x` explains clearly more of `y` than a line: R² and F test at 0.001."""
    import numpy as np
    from scipy.special import fdtrc

    terms = spline_terms(x)
    if not terms.shape[1]:
        return False
    line = np.column_stack([np.ones(len(x)), x])
    left = float((fit_ols(line, y).residuals ** 2).sum())
    coef = np.linalg.lstsq(np.column_stack([line, terms]), y, rcond=None)[0]
    curve = float(((y - np.column_stack([line, terms]) @ coef) ** 2).sum())
    dof = len(x) - 2 - terms.shape[1]
    f = ((left - curve) / terms.shape[1]) / (curve / dof)
    return (left - curve) / float(((y - y.mean()) ** 2).sum()) > BENT and float(
        fdtrc(terms.shape[1], dof, max(f, 0.0))
    ) < 0.001


TOOL = Tool(
    "discover_select",
    SelectArgs,
    run,
    example=SelectArgs(dataset="chain_of_three"),
    reference="Rules of this project, from measurements of each algorithm on simulated data of each type",
)
