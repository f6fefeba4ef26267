"""Twelve questions under the rules and under a scripted model: the same evidence, and what the model costs.

The model makes the calls that the rules make, so whatever differs in the evidence is ours. It sees only what a
model sees: the requests that arrive at a server on loopback.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from ...agent.policies.llm.client import ChatClient
from ...agent.policies.llm.policy import LlmPolicy
from ...agent.policies.llm.read import ReadReply
from ...agent.policies.rules.policy import RulePolicy
from ...agent.policy import Policy, Situation
from ...agent.session import Session
from ...agent.state import Answer, Catalog, Draft, Objection, Plan, Reading, ToolCall
from ...tools.domain.evidence import Evidence
from ...tools.domain.questions import (
    AdjustmentQuestion,
    CausalQuestion,
    DiscoveryQuestion,
    EffectQuestion,
    RelationQuestion,
)
from ._table import Table
from .llm_analysts import HIDDEN
from .llm_faults import local_config
from .openai_server.actors import Analyst
from .openai_server.serve import ModelServer

MOST_CALLS, MOST_PROMPT_TOKENS, MOST_MS = 8, 15_000, 50.0
LADDER = "dag { z -> t; z -> y; t -> m; m -> y }"
FRONT = "dag { u [latent]; u -> t; u -> y; t -> m; m -> y }"
T = TypeVar("T")


class Asked(NamedTuple):
    """A question about a bundled table or a graph."""

    words: str
    folder: str | None = None
    graph: str | None = None


QUESTIONS = (
    Asked("Did the training raise earnings in 1978?", "nsw_experiment"),
    Asked("What is the effect of treat on re78 among those with nodegree?", "nsw_experiment"),
    Asked("What is the effect of treat on re78, adjusting for age, educ and re75?", "nsw_experiment"),
    Asked("What is the effect of training on earnings in 1978 for those who got it?", "nsw_cps"),
    Asked("What is the effect of educ on lwage, using nearc4 as an instrument?", "card"),
    Asked("What is the effect of educ on lwage, adjusting for age, black and south66?", "card"),
    Asked("What is the effect of educ on lwage?", "card", HIDDEN),
    Asked("What is the causal graph of these proteins?", "sachs"),
    Asked("What should I adjust for to estimate the effect of t on y?", None, LADDER),
    Asked("What is the effect of t on y?", None, LADDER),
    Asked("Is z a confounder of t and y?", None, LADDER),
    Asked("What is the effect of t on y?", None, FRONT),
)


class Watched(RulePolicy):
    """The rule policy, with what it decided kept."""

    reading: Reading
    made: Plan | None = None
    draft: Draft | None = None

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Read, and keep the reading."""
        self.reading = super().read(words, catalog)
        return self.reading

    def plan(self, situation: Situation) -> Plan:
        """Plan, and keep the plan."""
        self.made = super().plan(situation)
        return self.made

    def write(self, situation: Situation) -> Draft:
        """Write, and keep the draft."""
        self.draft = super().write(situation)
        return self.draft


class Timed(LlmPolicy):
    """The model policy, with the processor seconds of each act, those of talking to the endpoint included."""

    def __init__(self, client: ChatClient) -> None:
        super().__init__(client)
        self.own_seconds: list[float] = []
        self.criticised = False

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Read."""
        return self._timed(lambda: super(Timed, self).read(words, catalog))

    def plan(self, situation: Situation) -> Plan:
        """Plan."""
        return self._timed(lambda: super(Timed, self).plan(situation))

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """Choose calls."""
        return self._timed(lambda: super(Timed, self).next_calls(situation))

    def write(self, situation: Situation) -> Draft:
        """Write."""
        return self._timed(lambda: super(Timed, self).write(situation))

    def criticise(self, situation: Situation, draft: Draft) -> tuple[Objection, ...]:
        """Argue against the draft, and keep whether a critic was asked at all."""
        before = self.usage().calls
        found = super().criticise(situation, draft)
        self.criticised = self.usage().calls > before
        return found

    def _timed(self, act: Callable[[], T]) -> T:
        started = time.thread_time()  # a busy machine does not change it, and waiting for the model costs none
        result = act()
        self.own_seconds.append(time.thread_time() - started)
        return result


def main() -> int:
    """Print the table; exit status 1 when evidence differs or a bound is passed."""
    table = Table(
        "Twelve questions, rules against a scripted model",
        (
            "question",
            "status",
            "same evidence",
            "model calls",
            "prompt tokens",
            "completion tokens",
            "critic asked",
            "own ms an act",
        ),
    )
    bad = 0
    steps: list[float] = []
    for asked in QUESTIONS:
        rules, model, seconds, criticised = compare(asked)
        same, total = agreement(rules, model)
        assert model.usage
        steps += seconds
        table.add(
            asked.words, model.status, f"{same} of {total}", model.usage.calls, model.usage.prompt_tokens,
            model.usage.completion_tokens, "yes" if criticised else "no", round(1000 * median(seconds), 1),
        )  # fmt: skip
        effect = isinstance(model.question, EffectQuestion)
        bad += same != total or rules.status != model.status or not criticised
        bad += effect and (model.usage.calls > MOST_CALLS or model.usage.prompt_tokens > MOST_PROMPT_TOKENS)
    own = 1000 * median(steps)
    table.note(f"Our own processor time is {own:.1f} ms an act (median of {len(steps)}), without tools and waiting.")
    table.publish("llm_questions")
    return int(bool(bad) or own > MOST_MS)


def compare(asked: Asked) -> tuple[Answer, Answer, list[float], bool]:
    """Ask under the rules, then let a model say the same.

    Returns:
        Both answers, the processor seconds of each act of the model policy, and whether a critic was asked.
    """
    watched = Watched()
    rules = ask(asked, watched)
    with ModelServer(analyst(watched, rules)) as server, ChatClient(local_config(server.base_url)) as client:
        policy = Timed(client)
        return rules, ask(asked, policy), policy.own_seconds, policy.criticised


def ask(asked: Asked, policy: Policy) -> Answer:
    """Ask one question in a session of its own."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = stack.enter_context(as_file(files("whence") / "evals" / "data"))
        session = stack.enter_context(Session(policy=policy, home=home, roots=[data]))
        if asked.folder:
            session.load(data / asked.folder / f"{asked.folder}.csv")
            session.about(data / asked.folder / "codebook.md")
        if asked.graph:
            session.use_graph(asked.graph)
        return session.ask(asked.words)


def agreement(rules: Answer, model: Answer) -> tuple[int, int]:
    """How many pieces of evidence of the rules the model's run has as well, result for result; and how many there are."""
    found = {(e.tool, repr(e.args)): e.result for e in model.evidence}
    same = sum(found.get((e.tool, repr(e.args)), "none") == e.result for e in rules.evidence)
    return same, len(rules.evidence)


def analyst(watched: Watched, answer: Answer) -> Analyst:
    """A model that reads, plans, calls and writes as the rules did."""
    assert watched.made
    groups = [list(g) for _, g in groupby(_own_calls(answer.evidence), key=lambda e: e.tool.split("_")[0])]
    groups = [part for group in groups for part in _apart(group)]
    stages = [g[0].tool.split("_")[0] for g in groups]
    tools = [tuple(dict.fromkeys(e.tool for e in g)) for g in groups]
    estimators = watched.made.estimators or tuple(t for names in tools for t in names if t.startswith("estimate_"))
    return Analyst(
        reading=_reading(watched.reading.question or watched.reading.options[0].question),
        plan={
            "design": watched.made.design,
            "reasons": watched.made.reasons,
            "adjustment_set": watched.made.adjustment_set,
            "estimators": estimators if "estimate" in stages else [],
            "steps": [
                {"text": f"as the rules do: {', '.join(t)}", "stage": s, "tools": t}
                for s, t in zip(stages, tools, strict=True)
            ],
        },
        calls=[[(e.tool, e.args) for e in g] for g in groups],
        write=lambda body: _draft(watched.draft),
    )


def _own_calls(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """What the policy decided; the loading, the given graph and the audit come by themselves."""
    return [e for e in evidence if e.tool not in ("data_load", "graph_read", "data_audit")]


def _apart(group: list[Evidence]) -> list[list[Evidence]]:
    """A choice of algorithm and the algorithm are two steps: the second needs the first."""
    selects = [e for e in group if e.tool == "discover_select"]
    rest = [e for e in group if e.tool != "discover_select"]
    return [part for part in (selects, rest) if part]


def _reading(question: CausalQuestion) -> dict[str, Any]:
    """A typed question as the reply that leads to it."""
    if isinstance(question, EffectQuestion):
        said = question.model_dump(exclude={"kind", "hints", "given", "contrast"})
        hints = question.hints.model_dump(exclude={"because"})
        contrast = question.contrast
        known = {k: v for k, v in (said | hints).items() if k in ReadReply.model_fields}
        values = {"control": contrast.control, "treated": contrast.treated} if contrast else {}
        return known | {"modifiers": question.given} | values
    if isinstance(question, RelationQuestion):
        return {"kind": "relation", "relation": question.relation, "treatment": question.source,
                "outcome": question.target, "given": question.given}  # fmt: skip
    if isinstance(question, AdjustmentQuestion):
        return {"kind": "adjustment", "treatment": question.treatment, "outcome": question.outcome,
                "adjust_for": question.proposed}  # fmt: skip
    assert isinstance(question, DiscoveryQuestion)
    return {"kind": "discovery", "outcome": question.target, "given": question.variables}


def _draft(draft: Draft | None) -> dict[str, Any]:
    assert draft
    claims = [c.model_dump(mode="json") for c in draft.claims]
    headline = draft.headline.model_dump(mode="json")
    return {"headline": headline, "claims": claims, "primary": draft.primary, "identification": draft.identification}
