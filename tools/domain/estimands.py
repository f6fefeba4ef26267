"""Estimands: what of the observed distribution equals the query, under which design."""

from __future__ import annotations

from typing import Literal

from .model import Model
from .questions import DesignKind, EstimandKind


class Estimand(Model):
    """A formula over observed variables that equals the causal query when the assumptions hold."""

    query: str
    """What was asked, e.g. `E[Y | do(T=1)] - E[Y | do(T=0)]`."""
    kind: EstimandKind = "ATE"
    design: DesignKind
    formula: str
    """What is to be computed, in plain text, e.g. `sum_z P(z) (E[Y|T=1,z] - E[Y|T=0,z])`."""
    treatment: str
    outcome: str
    adjustment_set: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()


AssumptionStatus = Literal["tested_passed", "tested_failed", "untestable", "not_tested"]


class Assumption(Model):
    """A premise the answer rests on, and what the data say about it."""

    name: str
    """Short and stable, e.g. `no hidden confounding`; the words of `TOOL.assumes`."""
    meaning: str
    """One plain sentence with the variables of this question."""
    status: AssumptionStatus = "not_tested"
    evidence: tuple[str, ...] = ()
    """Ids of the evidence that tested it."""
