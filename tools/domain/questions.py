"""Causal questions as values: what is asked, before anything is computed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator

from .model import Model, Scalar

EstimandKind = Literal["ATE", "ATT", "ATC", "CATE", "LATE", "CDE", "NDE", "NIE", "dose_response"]
DesignKind = Literal[
    "experiment", "backdoor", "instrument", "frontdoor", "regression_discontinuity",
    "difference_in_differences", "general_id", "discovery",
]  # fmt: skip
"""What makes the effect identifiable; see `agent/policies/rules/design.py` for the rules that pick one."""


class Contrast(Model):
    """Two values of the treatment to compare: outcome under `treated` minus outcome under `control`."""

    control: Scalar
    treated: Scalar


class Condition(Model):
    """A restriction of the rows to a population, such as age > 30."""

    column: str
    op: Literal["==", "!=", "<", "<=", ">", ">="]
    value: Scalar


class Derivation(Model):
    """A column that is computed from others before anything is estimated."""

    name: str
    """Name of the new column."""
    how: Literal["log", "ratio", "difference", "sum", "threshold", "level"]
    """Natural logarithm of one column; first column over, minus or plus the second; whether one meets `op` `value`, or is
    `level`."""
    of: tuple[str, ...]
    """Columns that it is computed from: one for log, threshold and level, two otherwise."""
    op: Literal["<", "<=", ">", ">="] | None = None
    """Of a threshold: how the column is compared with `value`."""
    value: float | None = None
    """Of a threshold: what the column is compared with, in its own unit."""
    level: Scalar | None = None
    """Of a level: the value that is counted as 1, every other one as 0."""


class DesignHints(Model):
    """What the words, the codebook or the caller say about how treatment came about."""

    design: DesignKind | None = None
    adjust_for: tuple[str, ...] | None = None
    """Covariates the person asked to adjust for; None when nothing was said, () for none."""
    instrument: str | None = None
    running_variable: str | None = None
    cutoff: float | None = None
    treated_side: Literal["above", "below"] | None = None
    """Side of the cut-off that gets the treatment; None where the words leave it open, which counts as above."""
    time: str | None = None
    """Column that tells before from after."""
    unit: str | None = None
    """Column that names the unit observed repeatedly."""
    cluster: str | None = None
    """Column whose groups share assignment or errors; standard errors are clustered on it."""
    estimator: Literal["regression", "matching", "ipw", "aipw"] | None = None
    """The way to estimate that the person asked for by name."""
    selected_on: str | None = None
    """A common effect of treatment and outcome, as it was worded, on which the rows were selected."""
    because: tuple[str, ...] = ()
    """The words each hint was read from, quoted."""


class Carry(Model):
    """From which population to which other an effect is to be carried over."""

    by: str
    """Column that tells the populations apart."""
    source: Scalar
    target: Scalar
    shift: tuple[str, ...] = ()
    """Columns that are said to differ between them and to change the effect; empty when none is named."""


class Aspects(Model):
    """What is asked of an effect beside its size."""

    by: str | None = None
    """Column between whose groups (periods, sites, contexts) the effect is compared."""
    trial: Scalar | None = None
    """Group of `by` whose treatment was assigned at random; the other group was only observed."""
    carry: Carry | None = None
    through: tuple[str, ...] = ()
    """Mediators whose parts of the effect are asked, in the order in which they come about."""
    worlds: bool = False
    """Whether the mean outcome is asked had everyone, or the treated, been treated or not."""
    necessity: bool = False
    """Whether it is asked how often the cause was necessary or sufficient."""


class EffectQuestion(Model):
    """What does changing the treatment do to the outcome?"""

    kind: Literal["effect"] = "effect"
    treatment: str
    outcome: str
    contrast: Contrast | None = None
    """None: every level against the control level, or p25 -> p75 of a continuous treatment."""
    estimand: EstimandKind = "ATE"
    given: tuple[str, ...] = ()
    """Effect modifiers: the effect is asked within their levels (CATE)."""
    mediators: tuple[str, ...] = ()
    population: tuple[Condition, ...] = ()
    hints: DesignHints = DesignHints()
    derived: tuple[Derivation, ...] = ()
    """Columns to compute first; treatment and outcome may name them."""
    aspects: Aspects | None = None
    """None: only the size is asked."""


class DiscoveryQuestion(Model):
    """What is the causal graph, which variables cause `target`, or which does `source` cause?"""

    kind: Literal["discovery"] = "discovery"
    target: str | None = None
    source: str | None = None
    variables: tuple[str, ...] = ()
    """Empty: all usable columns."""
    instruments: tuple[str, ...] = ()
    """Of a direction between two variables: columns that the words call exogenous, each acting on one of the two."""


class RelationQuestion(Model):
    """How are two variables related?"""

    kind: Literal["relation"] = "relation"
    relation: Literal["causes", "direct", "independent", "confounder", "collider", "mediator", "instrument", "path"]
    """`causes`: by a directed path; `direct`: by an edge; `path`: by any open path."""
    source: str
    target: str
    given: tuple[str, ...] = ()


class AdjustmentQuestion(Model):
    """Which variables should one adjust for?"""

    kind: Literal["adjustment"] = "adjustment"
    treatment: str
    outcome: str
    proposed: tuple[str, ...] | None = None
    """A set the person asks about; None when they ask which."""


class CounterfactualQuestion(Model):
    """What would the outcome of one unit have been under another treatment?"""

    kind: Literal["counterfactual"] = "counterfactual"
    treatment: str
    outcome: str
    row: int
    value: Scalar


class AttributionQuestion(Model):
    """What caused an anomaly, or a change of a distribution?"""

    kind: Literal["attribution"] = "attribution"
    target: str
    mode: Literal["root_cause", "distribution_change"]


class FormalQuestion(Model):
    """Premises and a hypothesis in text; no data."""

    kind: Literal["formal"] = "formal"
    premises: str
    hypothesis: str


CausalQuestion = Annotated[
    EffectQuestion
    | DiscoveryQuestion
    | RelationQuestion
    | AdjustmentQuestion
    | CounterfactualQuestion
    | AttributionQuestion
    | FormalQuestion,
    Discriminator("kind"),
]
