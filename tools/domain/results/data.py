"""Results about tables and files: cards, profiles, audits, balance."""

from __future__ import annotations

from typing import Literal

from ..model import Model, Scalar
from ..questions import Contrast
from .base import Result

ColumnType = Literal["binary", "nominal", "count", "continuous", "datetime", "text", "id", "constant", "empty"]


class ColumnCard(Model):
    """One column of a loaded table."""

    name: str
    type: ColumnType
    n_missing: int = 0
    n_distinct: int = 0
    levels: tuple[Scalar, ...] = ()
    """The distinct values, at most 20, in order; empty for continuous and text columns."""
    description: str = ""
    """From the codebook; data, never instructions."""


class DatasetCard(Result):
    """A table that is ready to use, and every alteration that loading made."""

    kind: Literal["dataset_card"] = "dataset_card"
    name: str
    source: str
    """File name as given; never its content."""
    sha256: str
    """Of the loaded content (column names, types and values), so that the same data have the same hash."""
    n_rows: int
    n_columns: int
    columns: tuple[ColumnCard, ...]
    alterations: tuple[str, ...] = ()
    """Each change made on loading, in words with counts; nothing is changed silently."""
    stored: str = ""
    """File in the workspace that holds the table as Parquet."""

    def column(self, name: str) -> ColumnCard | None:
        """The card of one column, or None."""
        return next((c for c in self.columns if c.name == name), None)

    def summary(self) -> str:
        changed = f"; {len(self.alterations)} alteration(s) on loading" if self.alterations else ""
        return f"{self.name}: {self.n_rows} rows x {self.n_columns} columns from {self.source!r}{changed}"


class ColumnSummary(Model):
    """Descriptive statistics of a column; None where they make no sense."""

    name: str
    type: ColumnType
    n: int
    n_missing: int
    n_distinct: int
    mean: float | None = None
    std: float | None = None
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None
    top: tuple[tuple[Scalar, int], ...] = ()
    """Most frequent values with their counts."""


class DatasetProfile(Result):
    """Descriptive statistics of every column."""

    kind: Literal["dataset_profile"] = "dataset_profile"
    name: str
    n_rows: int
    columns: tuple[ColumnSummary, ...]

    def summary(self) -> str:
        return f"Described {len(self.columns)} columns of {self.name} ({self.n_rows} rows)."


class Finding(Model):
    """One thing the audit noticed about the data."""

    code: Literal[
        "nominal_code", "identifier", "duplicate_rows", "constant", "near_deterministic", "missing",
        "missing_by_arm", "na_like_code", "leakage", "leading_zeros", "small_sample", "mixed_units",
        "rare_level", "collinear", "duplicate_columns", "spelling", "other",
    ]  # fmt: skip
    severity: Literal["note", "warning", "stop"]
    columns: tuple[str, ...]
    message: str
    action: str
    """What to do about it."""


class AuditReport(Result):
    """Problems of the data that would mislead an analysis."""

    kind: Literal["audit"] = "audit"
    name: str
    findings: tuple[Finding, ...]
    usable: tuple[str, ...]
    """Columns fit for analysis: not identifiers, constants, empties or free text."""

    def summary(self) -> str:
        if not self.findings:
            return f"Audit of {self.name}: nothing found."
        worst = [f.message for f in self.findings if f.severity != "note"][:3]
        return f"Audit of {self.name}: {len(self.findings)} finding(s). " + " ".join(worst)


class CovariateBalance(Model):
    """How a covariate (or a level of one) differs between the two arms."""

    covariate: str
    mean_treated: float
    mean_control: float
    smd: float
    """Standardised mean difference, (treated - control) / pooled standard deviation."""
    smd_weighted: float | None = None
    """The same after weighting; None when no weights were used."""


class BalanceReport(Result):
    """Balance of covariates between arms, and overlap of propensity scores."""

    kind: Literal["balance"] = "balance"
    treatment: str
    contrast: Contrast
    n_treated: int
    n_control: int
    covariates: tuple[CovariateBalance, ...]
    joint_p_value: float | None = None
    """Of the test that no covariate predicts treatment; None when it could not be run."""
    propensity_bins: tuple[float, ...] = ()
    """Edges of the histogram of estimated propensity scores."""
    treated_counts: tuple[int, ...] = ()
    control_counts: tuple[int, ...] = ()
    share_outside: float | None = None
    """Share of rows with a propensity score outside [0.1, 0.9]."""
    ess_treated: float | None = None
    """Effective sample size of the weighted treated arm, (sum w)^2 / sum w^2."""
    ess_control: float | None = None
    max_weight: float | None = None

    def summary(self) -> str:
        worst = max(self.covariates, key=lambda c: abs(c.smd), default=None)
        text = f"{self.n_treated} treated, {self.n_control} control"
        if worst:
            text += f"; largest standardised difference {worst.smd:.2f} ({worst.covariate})"
        if self.ess_control is not None and self.ess_treated is not None:
            text += f"; effective sample size {self.ess_treated:.0f} treated, {self.ess_control:.0f} control"
        return text


class ArmMeans(Model):
    """Mean outcome of both arms among some rows; a share where the outcome has two levels."""

    n_treated: int
    n_control: int
    mean_treated: float
    mean_control: float
    difference: float
    """Treated minus control."""
    ci_low: float
    ci_high: float


class Stratum(Model):
    """The arms among the rows with one level of a column."""

    column: str
    level: Scalar
    arms: ArmMeans


class StrataReport(Result):
    """The outcome by arm, overall and within the levels of other columns: associations, not effects."""

    kind: Literal["strata"] = "strata"
    treatment: str
    outcome: str
    contrast: Contrast
    overall: ArmMeans
    strata: tuple[Stratum, ...]
    reversals: tuple[str, ...] = ()
    """Columns within every level of which the difference has the sign opposite to the overall one (Simpson's paradox)."""

    def summary(self) -> str:
        o, c = self.overall, self.contrast
        arms = [
            f"{o.mean_treated:.4g} where {self.treatment} is {c.treated}",
            f"{o.mean_control:.4g} where it is {c.control}",
        ]
        text = f"{self.outcome} is {' and '.join(arms)}"
        return text + (
            f"; the difference turns round within every level of {', '.join(self.reversals)}" if self.reversals else ""
        )


class ReportFile(Result):
    """A file that a report tool wrote."""

    kind: Literal["report_file"] = "report_file"
    path: str
    format: Literal["markdown", "html", "json", "script"]
    sha256: str
    n_bytes: int

    def summary(self) -> str:
        return f"Wrote {self.format} report {self.path!r} ({self.n_bytes} bytes)."
