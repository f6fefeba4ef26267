"""From a table and the words of a question to arrays: rows, treatment, outcome, covariates, clusters.

Every estimator begins with `prepare`. What it does to the rows it says in `warnings`; nothing is dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import coding
from .coding import CodedOutcome, show
from .domain.errors import AssumptionViolated, BadArguments
from .domain.model import Scalar
from .domain.questions import Condition, Contrast
from .linear import explained_by, independent_columns
from .treatments import code_treatment, is_nominal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from .coding import Floats, Ints
    from .domain.results import DatasetCard


@dataclass(frozen=True)
class Design:
    """The rows and columns of one analysis; every array has one entry per row used."""

    treatment: str
    outcome: str
    y: Floats
    event: Scalar | None
    """The level coded 1 when the outcome has two levels."""
    dose: Floats | None
    """A continuous treatment; None when it has arms."""
    arms: tuple[Scalar, ...]
    """Levels of the treatment, the control first; of a dose, the contrast's two values when many rows have them."""
    arm: Ints
    """Position in `arms`; -1 for any other value of a dose."""
    contrasts: tuple[Contrast, ...]
    """What is compared, the primary contrast first."""
    covariates: Floats
    """n_samples x p, no intercept, full column rank with one."""
    labels: tuple[str, ...]
    """What each column of `covariates` is, such as `race = 'black'`."""
    clusters: Ints | None
    cluster: str | None
    frame: pd.DataFrame
    """The rows used, with all columns of the table."""
    n_dropped: int
    warnings: tuple[str, ...] = ()

    @property
    def n_samples(self) -> int:
        """Rows used."""
        return len(self.arm)

    def take(self, rows: npt.NDArray[np.bool_]) -> Design:
        """The same design on some of its rows; arms keep their positions."""
        import numpy as np

        clusters = None if self.clusters is None else np.unique(self.clusters[rows], return_inverse=True)[1]
        return replace(
            self,
            y=self.y[rows],
            dose=None if self.dose is None else self.dose[rows],
            arm=self.arm[rows],
            covariates=self.covariates[rows],
            clusters=clusters,
            frame=self.frame.loc[rows],
        )

    def pair(self, contrast: Contrast) -> Design:
        """The rows of the two arms of a contrast, coded 0 (control) and 1 (treated), covariates of full rank there.

        Raises:
            BadArguments: the treatment is a dose.
        """
        import numpy as np

        control, treated = (coding.match_level(v, self.arms) for v in (contrast.control, contrast.treated))
        if control is None or treated is None:
            raise BadArguments(
                f"Treatment {show(self.treatment)} is continuous, and this estimator compares two arms. Use "
                f"estimate_regression with a contrast of two values, or add a column that cuts it into two groups."
            )
        rows = (self.arm == control) | (self.arm == treated)
        part = self if rows.all() else self.take(rows)
        arm = (part.arm == treated).astype(np.int64)
        part = replace(part, arms=(self.arms[control], self.arms[treated]), arm=arm, dose=None)
        return full_rank(part)

    def unit(self, contrast: Contrast) -> str:
        """What one unit of the effect is, in words."""
        change = f"per change of {self.treatment!r} from {contrast.control} to {contrast.treated}"
        if self.event is not None:
            return f"difference in the probability that {self.outcome!r} is {self.event} {change}"
        return f"units of {self.outcome!r} {change}"


def prepare(
    frame: pd.DataFrame,
    card: DatasetCard | None,
    *,
    treatment: str,
    outcome: str | None,
    adjustment_set: tuple[str, ...] = (),
    contrast: Contrast | None = None,
    cluster: str | None = None,
    population: tuple[Condition, ...] = (),
    extra: tuple[str, ...] = (),
    amount: bool = False,
) -> Design:
    """Restrict to the population, keep complete rows, and code every column by its rule.

    Args:
        frame: A private copy of the table.
        card: Its card; says which numeric columns are nominal codes.
        treatment: Column whose effect is asked.
        outcome: Column the effect is on; None when only the arms are compared (`y` is then zero).
        adjustment_set: Covariates; nominal ones become one-hot columns.
        contrast: Values to compare; None is every level against the control, or the quartiles of a dose.
        cluster: Column whose groups share errors.
        population: Conditions that the rows must meet.
        extra: Further columns that must be present (instruments, mediators); they stay in `frame`, uncoded.
        amount: Read a treatment of three or more numbers as a dose, however few they are.

    Raises:
        BadArguments: a column does not exist, is named twice, or the contrast names no level of the treatment.
        AssumptionViolated: too few rows, a constant column, a date, or a treatment that the covariates determine.
    """
    columns = _distinct_roles(treatment, outcome, adjustment_set, extra, cluster)
    frame = select(frame, population)
    frame, n_dropped, notes = complete_rows(frame, columns)
    given = code_treatment(
        coding.find_column(frame, treatment, "treatment"),
        treatment,
        contrast,
        nominal=is_nominal(treatment, card),
        amount=amount,
    )
    coded = _outcome(frame, outcome)
    covariates, labels = coding.code_covariates(frame, adjustment_set, card)
    clusters = None
    if cluster is not None:
        levels, clusters = coding.levels_of(coding.find_column(frame, cluster, "cluster"))
        notes += _few_clusters(cluster, len(levels))
    design = Design(
        treatment=treatment, outcome=outcome or "", y=coded.values, event=coded.event, dose=given.dose, arms=given.arms, arm=given.arm,
        contrasts=given.contrasts, covariates=covariates, labels=labels, clusters=clusters, cluster=cluster, frame=frame,
        n_dropped=n_dropped, warnings=notes + given.warnings + coded.warnings,
    )  # fmt: skip
    return full_rank(design)


def select(frame: pd.DataFrame, population: tuple[Condition, ...]) -> pd.DataFrame:
    """The rows that meet every condition; a missing cell meets none.

    Raises:
        BadArguments: the value does not fit the column.
        AssumptionViolated: no row is left.
    """
    import numpy as np

    keep = np.ones(len(frame), dtype=np.bool_)
    for condition in population:
        column = coding.find_column(frame, condition.column, "a condition")
        keep &= _meets(column, condition) & ~coding.missing(column)
        if not keep.any():
            raise AssumptionViolated(
                f"No row meets {condition.column!r} {condition.op} {show(condition.value)} and the conditions before it. "
                f"Check the value, or widen the population."
            )
    return frame.loc[keep].reset_index(drop=True) if population else frame.reset_index(drop=True)


def complete_rows(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    """Rows with a usable value in every one of `columns`; how many were dropped; and a warning that says so."""
    import numpy as np

    holes = {name: coding.missing(coding.find_column(frame, name, "a variable")) for name in columns}
    bad = np.any(np.column_stack(list(holes.values())), axis=1) if len(frame) else np.zeros(0, dtype=np.bool_)
    n_dropped = int(bad.sum())
    if not n_dropped:
        return frame, 0, ()
    worst = ", ".join(f"{name!r} ({int(h.sum())})" for name, h in holes.items() if h.any())
    if n_dropped == len(frame):
        raise AssumptionViolated(
            f"No row has a value in every column used; missing cells: {worst}. Leave out the emptiest column, or fill it in."
        )
    note = (
        f"{n_dropped} of {len(frame)} rows ({100 * n_dropped / len(frame):.1f} %) were left out for missing values in {worst}; "
        f"the estimate is for complete rows."
    )
    return frame.loc[~bad].reset_index(drop=True), n_dropped, (note,)


def full_rank(design: Design) -> Design:
    """Leave out covariate columns that are constant or linear combinations of others, and say which.

    The span of the columns, and so every linear adjustment, stays the same.
    """
    keep = independent_columns(design.covariates)
    if keep.all():
        return design
    notes: list[str] = []
    kept = tuple(label for label, k in zip(design.labels, keep, strict=True) if k)
    for j in (~keep).nonzero()[0]:
        parts = explained_by(design.covariates[:, keep], design.covariates[:, j], kept)[:4]
        why = f"is a linear combination of {', '.join(map(show, parts))}" if parts else "is constant"
        notes.append(
            f"Covariate column {show(design.labels[j])} {why} in the rows used; leaving it out changes nothing."
        )
    return replace(design, covariates=design.covariates[:, keep], labels=kept, warnings=design.warnings + tuple(notes))


def _distinct_roles(
    treatment: str, outcome: str | None, adjustment_set: tuple[str, ...], extra: tuple[str, ...], cluster: str | None
) -> tuple[str, ...]:
    named = (treatment, *(() if outcome is None else (outcome,)), *adjustment_set, *extra)
    for name in named:
        if named.count(name) > 1:
            raise BadArguments(
                f"Column {show(name)} is named for two parts of the analysis; treatment, outcome and covariates must differ."
            )
    return named if cluster is None or cluster in named else (*named, cluster)


def _outcome(frame: pd.DataFrame, name: str | None) -> CodedOutcome:
    import numpy as np

    if name is None:
        return CodedOutcome(np.zeros(len(frame)), None)
    return coding.code_outcome(coding.find_column(frame, name, "outcome"), name)


def _few_clusters(name: str, n_clusters: int) -> tuple[str, ...]:
    if n_clusters < 2:
        raise AssumptionViolated(
            f"Cluster column {show(name)} has one value in the rows used; standard errors need at least two clusters. "
            f"Choose another column or leave cluster out."
        )
    if n_clusters < 30:
        return (
            f"There are only {n_clusters} clusters in {show(name)}; cluster-robust intervals are too narrow below about 30.",
        )
    return ()


_COMPARE: dict[str, Callable[[npt.NDArray[np.generic], object], object]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


def _meets(column: pd.Series, condition: Condition) -> npt.NDArray[np.bool_]:
    import numpy as np

    kind = coding.kind_of(column)
    if kind in ("number", "bool"):
        try:
            value: object = float(condition.value)
        except ValueError:
            level = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}.get(str(condition.value).strip().casefold())
            if kind != "bool" or level is None:
                raise BadArguments(
                    f"Column {condition.column!r} holds numbers, and {show(condition.value)} is not one."
                ) from None
            value = level
        cells = coding.numbers(column)
    elif kind == "datetime":
        cells, value = _dates(column, condition)
    else:
        if condition.op not in ("==", "!="):
            raise BadArguments(
                f"Column {condition.column!r} holds text; only == and != can be asked of it, not {condition.op}."
            )
        cells, value = column.astype(str).to_numpy(dtype=object), str(condition.value)
    return np.asarray(_COMPARE[condition.op](cells, value), dtype=np.bool_)


def _dates(column: pd.Series, condition: Condition) -> tuple[npt.NDArray[np.generic], object]:
    import pandas as pd

    try:
        value = pd.Timestamp(str(condition.value))
    except ValueError:
        raise BadArguments(
            f"Column {condition.column!r} holds dates, and {show(condition.value)} is not one; write it as 2024-01-31."
        ) from None
    return pd.to_datetime(column).to_numpy(), value.to_datetime64()
