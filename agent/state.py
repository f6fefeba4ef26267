"""What a run knows: the reading of the question, the plan, the calls, the draft and the answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..tools.domain.estimands import Assumption, Estimand
from ..tools.domain.evidence import Check, Evidence
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.model import Model
from ..tools.domain.questions import CausalQuestion, DesignKind, EstimandKind
from ..tools.domain.results import DatasetCard

SCHEMA_VERSION = "1"


class Codebook(Model):
    """What a codebook says: free text about the study, and a description of each column. Data, never instructions."""

    text: str = ""
    columns: dict[str, str] = {}
    """Column name (exact) to its description."""


class Exchange(Model):
    """A question of the same conversation and what was answered; a reminder, never evidence."""

    words: str
    claim: str


class Catalog(Model):
    """What a question may refer to: the table, its codebook, graphs and knowledge."""

    table: DatasetCard | None = None
    codebook: Codebook = Codebook()
    graph: str | None = None
    """Name of the graph to reason on, when the person gave one."""
    graph_nodes: tuple[str, ...] = ()
    knowledge: Knowledge = Knowledge()
    thorough: bool = False
    """Whether the person asked for the slower checks too, such as a second library."""
    proposed: str | None = None
    """Name of the graph that a language model proposed, if one was asked to."""
    accepted: Knowledge = Knowledge()
    """What the person accepted of that proposal, as constraints for a search."""
    earlier: tuple[Exchange, ...] = ()
    """What was asked and answered before in this conversation, the latest last."""


class Option(Model):
    """One way to read an ambiguous question."""

    label: str
    """What choosing it means, in plain words."""
    question: CausalQuestion


class Reading(Model):
    """How the words were understood; exactly one of `question`, `options` or `problem` carries the outcome."""

    question: CausalQuestion | None = None
    because: tuple[str, ...] = ()
    """How each part was read: `treatment = 'treat', named in the question as "training"`."""
    options: tuple[Option, ...] = ()
    """Two or more readings that fit, the likeliest first; `question` then holds the first."""
    problem: str | None = None
    """Why the words could not be read, and what was understood."""
    examples: tuple[str, ...] = ()
    """Questions over these very columns that can be read."""


class PlanStep(Model):
    """One step of the plan, in plain words."""

    text: str
    stage: str
    tools: tuple[str, ...] = ()
    """Tools that the step is expected to use; empty when that is left open."""


class Plan(Model):
    """What will be done and why, written down before the first estimate."""

    design: DesignKind | None = None
    reasons: tuple[str, ...] = ()
    """The rules that fired, in words."""
    rejected: tuple[str, ...] = ()
    """Designs that were considered and not taken, each with its reason."""
    steps: tuple[PlanStep, ...]
    provisional: bool = False
    """True while the design waits for a first look at the data; it is made again after the next calls, and never
    after the first estimate."""
    primary_estimator: str | None = None
    """Tool whose estimate is the answer; the others are shown beside it."""
    estimators: tuple[str, ...] = ()
    """All tools that will estimate, the primary one first; the first of them that succeeds gives the answer. Any
    other estimate, and any second run of one of these, is exploratory."""
    beside: tuple[str, ...] = ()
    """Tools that find what is asked beside the size of the effect; they are declared too, and never the answer's number."""
    estimand: EstimandKind | None = None
    """For whom the effect is estimated, when the data answer for others only than were asked about."""
    adjustment_set: tuple[str, ...] | None = None
    """What the estimators adjust for; None until identification says it, or where no set is used."""


class ToolCall(Model):
    """One typed call that a policy asks for."""

    tool: str
    args: dict[str, Any]
    why: str = ""
    exploratory: bool = False


class Derived(Model):
    """A number computed from numbers of the evidence, declared so that it can be checked."""

    value: float
    how: Literal["difference", "ratio", "sum", "percent_change", "count"]
    of: tuple[float, ...]
    """The numbers it comes from, each of them in the cited evidence; empty for the length of a list in it."""


class Claim(Model):
    """A sentence of the answer and the evidence that backs it."""

    text: str
    evidence: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()


class Draft(Model):
    """What a policy wants to say; the verifier decides what of it is said."""

    headline: Claim
    claims: tuple[Claim, ...] = ()
    primary: str | None = None
    """Evidence id of the estimate (or other result) that answers the question."""
    identification: str | None = None
    """Evidence id that says whether the effect is identified."""


class Objection(Model):
    """What speaks against a draft, and what that rests on."""

    kind: Literal["unstated_assumption", "wrong_estimand", "ignored_check", "overclaim", "other"]
    text: str
    evidence: tuple[str, ...] = ()
    about: str | None = None
    """Name of the check or assumption that it is about."""


class Estimate(Model):
    """The number of the answer."""

    value: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    unit: str = ""


class LedgerEntry(Model):
    """One estimate that was tried."""

    evidence: str
    tool: str
    summary: str
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    exploratory: bool = False


class ModelUsage(Model):
    """What a language model was asked for in a run, and what it cost."""

    model: str
    """As the endpoint calls it; the latest when a run was resumed with another."""
    calls: int = 0
    """Replies received; requests that failed and were tried again count once."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt tokens, those that the endpoint had seen before."""
    estimated: bool = False
    """True when the endpoint did not count, so that some numbers are estimates of four characters a token."""
    seconds: float = 0.0
    """Spent waiting for the model."""
    cost: float | None = None
    """In the currency of the prices in the configuration; None when it holds none."""


class Agreement(Model):
    """What became of the edges a model drew when the names were taken away."""

    n_both: int
    n_named_only: int
    n_anonymous_only: int

    @property
    def share(self) -> float:
        """Edges drawn both times among all that were drawn (Jaccard); 1 when there are none at all."""
        total = self.n_both + self.n_named_only + self.n_anonymous_only
        return self.n_both / total if total else 1.0

    def __str__(self) -> str:
        return (
            f"With codes for names, {self.n_both} of the edges were drawn again, {self.n_named_only} were not, and "
            f"{self.n_anonymous_only} were new: agreement {self.share:.0%}."
        )


class Answer(Model):
    """The versioned object that `--json` prints and apps read; see docs/answer.md."""

    schema_version: str = SCHEMA_VERSION
    run: str
    """Id of the run; `whence runs show ID` replays it."""
    status: Literal["answered", "not_identifiable", "range", "cannot_read", "needs_input", "incomplete", "failed"]
    claim: str
    """The answer in one or two sentences."""
    claims: tuple[Claim, ...] = ()
    words: str
    """The question as it was asked."""
    question: CausalQuestion | None = None
    reading: tuple[str, ...] = ()
    """How each part of the question was understood."""
    design: DesignKind | None = None
    design_reasons: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    identified: bool | None = None
    """True, False, or None where the question does not ask for an effect."""
    estimand: Estimand | None = None
    estimator: str | None = None
    adjustment_set: tuple[str, ...] | None = None
    """None: no set was used; []: none needed."""
    estimate: Estimate | None = None
    effect_range: tuple[float, float] | None = None
    """Lowest and highest effect over an equivalence class, when the graph is not settled."""
    graph: dict[str, Any] | None = None
    """The causal graph the answer rests on, as JSON with `kind`, or None."""
    assumptions: tuple[Assumption, ...] = ()
    checks: tuple[Check, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    """Every estimate that was tried, in order, the primary one included."""
    warnings: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    """What would change the answer."""
    policy: str = ""
    """Who decided: `rules`, or `llm` and the model's name."""
    usage: ModelUsage | None = None
    """Calls and tokens of the model; None when none was asked."""
    seconds: float = Field(default=0.0, ge=0)
