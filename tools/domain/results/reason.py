"""Results of formal reasoning: relations over a class of graphs, queries of a causal network, worlds of rules."""

from __future__ import annotations

from typing import Literal

from ..graphs import Cpdag, Dag
from .base import Result

Verdict = Literal["all", "none", "some", "inconsistent"]

VERDICT_WORDS = {
    "all": "holds in every graph that the premises allow",
    "none": "holds in no graph that the premises allow",
    "some": "holds in some graphs that the premises allow and fails in others",
    "inconsistent": "is not decided: no graph has these premises",
}


class RelationVerdict(Result):
    """Whether a causal relation follows from independencies."""

    kind: Literal["relation"] = "relation"
    relation: str
    source: str
    target: str
    verdict: Verdict
    """`all` is entailed, `none` contradicted, `some` open, `inconsistent`: no DAG has the premises."""
    reason: str
    graph: Cpdag | None = None
    """The equivalence class, when the premises are complete and consistent."""
    n_members: int | None = None
    """How many DAGs the class has; None when it was not built."""
    holds_in: Dag | None = None
    """A DAG with the relation."""
    fails_in: Dag | None = None
    """A DAG without it."""
    conflicts: tuple[str, ...] = ()
    """Premises that no DAG has together, in words."""

    def summary(self) -> str:
        words = self.relation.replace("_", " ")
        text = f"{self.source!r} as {words} of {self.target!r} {VERDICT_WORDS[self.verdict]}. {self.reason}"
        return text[:1900]


class QueryAnswer(Result):
    """A number, or bounds, for a query of a causal Bayesian network."""

    kind: Literal["query_answer"] = "query_answer"
    query: str
    """What was asked, such as `ATE of X on Y`."""
    status: Literal["exact", "bounds", "inconsistent"]
    """`exact`: it follows from what is given; `inconsistent`: no model has the given numbers."""
    value: float | None = None
    """The answer when exact."""
    lower: float | None = None
    upper: float | None = None
    sharp: bool = False
    """Whether both ends are known to be reached by models that keep the graph and all given numbers."""
    missing: tuple[str, ...] = ()
    """Terms that would decide the answer and are not given."""
    unused: tuple[str, ...] = ()
    """Given numbers that the answer does not need or could not use."""
    method: str = ""
    reason: str = ""

    def summary(self) -> str:
        if self.status == "exact":
            text = f"{self.query} = {self.value:.6g}, exactly, from what is given."
        elif self.status == "bounds":
            sharp = "sharp bounds" if self.sharp else "valid bounds, perhaps not the tightest"
            text = f"{self.query} is between {self.lower:.6g} and {self.upper:.6g} ({sharp})."
            if self.missing:
                text += f" It would be decided by {', '.join(self.missing[:6])}."
        else:
            text = f"{self.query} has no answer: no model has all the given numbers."
        return f"{text} {self.reason}".strip()[:1900]


class RuleVerdict(Result):
    """Whether events come about under suppositions, by deterministic rules."""

    kind: Literal["rule_verdict"] = "rule_verdict"
    asked: str
    """The events, in words."""
    supposed: tuple[str, ...] = ()
    """The interventions, step by step, in words."""
    verdict: Verdict
    """In which of the worlds that explain the observations the events come about; `inconsistent`: there is no world."""
    ordinarily: bool | None = None
    """Whether they come about when no root cause happens that the observations do not need; None: that is no one world."""
    derivation: tuple[str, ...] = ()
    """Each variable that matters with its value and reason, causes first; of the ordinary world when worlds differ."""
    holds_in: dict[str, bool] | None = None
    """A world, after the interventions, in which the events come about."""
    fails_in: dict[str, bool] | None = None
    """A world in which they do not."""
    conflicts: tuple[str, ...] = ()
    """Observations that no world has together."""

    def summary(self) -> str:
        supposed = f" Supposed {', then '.join(self.supposed)}:" if self.supposed else ""
        if self.verdict == "inconsistent":
            return f"No world has {' and '.join(self.conflicts)} by these rules; nothing follows."[:1900]
        if self.verdict == "some":
            usual = {True: ", and in the ordinary one", False: ", not in the ordinary one", None: ""}[self.ordinarily]
            text = f"{supposed} {self.asked} comes about in some worlds that explain the observations{usual}."
        else:
            text = f"{supposed} {self.asked} {'comes' if self.verdict == 'all' else 'does not come'} about."
        return f"{text.strip()} {'; '.join(self.derivation)}.".strip()[:1900]
