"""A critic argues against a draft; it is checked like a writer, answered once, and shown where it is not answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from whence.agent.critique import founded, ignored_checks
from whence.agent.policies.llm.config import load_config
from whence.agent.policy import Situation
from whence.agent.state import Answer, Catalog, Claim, Draft, Objection
from whence.evals.bench.llm_analysts import EXPERIMENT
from whence.evals.bench.openai_server.actors import act_of, asked, plain_answer
from whence.evals.bench.openai_server.replies import Say
from whence.tools.domain.estimands import Assumption
from whence.tools.domain.evidence import Check, Evidence
from whence.tools.domain.questions import EffectQuestion

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Begin = Callable[..., Any]
UNSTATED = "The answer leans on nobody leaving one arm more often than the other."
ATTRITION = {"kind": "unstated_assumption", "text": UNSTATED, "evidence": ["E3"], "about": "no differential attrition"}
CLOSER = {"text": "That there is no differential attrition is assumed.", "evidence": ["E3"], "derived": []}


def acts(answer: Answer, run: Any) -> list[str]:
    return [t.act for t in run.session.runs.turns(answer.run)]


def criticised(
    objections: list[dict[str, Any]], more: Mapping[str, Any] | None = None
) -> Callable[[dict[str, Any]], Say]:
    """A model that objects so, and adds one sentence when it is objected to."""

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "critic":
            return Say(json.dumps({"objections": objections}))
        if act_of(body) == "write" and more and "A critic objects" in asked(body):
            draft = plain_answer(body)
            return Say(json.dumps(draft | {"claims": [*draft["claims"], more]}))
        return EXPERIMENT.analyst(body)

    return script


def test_a_critic_without_objections_costs_one_call(begin: Begin) -> None:
    run = begin(EXPERIMENT.analyst)
    answer = run.ask(EXPERIMENT)
    assert acts(answer, run)[-2:] == ["write", "critic"]
    assert not [w for w in answer.warnings if "objects" in w]


def test_an_objection_is_answered_within_eight_calls_and_fifteen_thousand_tokens(begin: Begin) -> None:
    run = begin(criticised([ATTRITION], CLOSER))
    answer = run.ask(EXPERIMENT)
    assert acts(answer, run)[-3:] == ["write", "critic", "revise"]
    assert UNSTATED in run.bodies[-1]["messages"][1]["content"]
    assert not [w for w in answer.warnings if "objects" in w]
    assert answer.claims[-1].text == CLOSER["text"]
    assert answer.usage.calls <= 8
    assert answer.usage.prompt_tokens <= 15_000


def test_an_objection_that_is_not_answered_is_shown(begin: Begin) -> None:
    answer = begin(criticised([ATTRITION])).ask(EXPERIMENT)
    assert [w for w in answer.warnings if "objects" in w] == [f"A critic objects: {UNSTATED} (E3)"]


def test_a_revision_that_the_verifier_refuses_does_not_cost_the_draft(begin: Begin) -> None:
    false = {"text": "With no differential attrition it is 9,999.", "evidence": ["E3"], "derived": []}
    calm, swayed = begin(EXPERIMENT.analyst).ask(EXPERIMENT), begin(criticised([ATTRITION], false)).ask(EXPERIMENT)
    assert swayed.claims == calm.claims
    assert swayed.warnings[-1].startswith("A critic objects")


@pytest.mark.parametrize(
    "unfounded",
    [
        {"evidence": [], "about": None},
        {"evidence": ["E99"], "about": None},
        {"evidence": [], "about": "no dragons"},
        {"kind": "ignored_check", "about": "placebo"},  # it passed
        {"text": "The true effect is 12,345."},
        {"text": "Training lowers earnings."},
    ],
)
def test_an_objection_that_rests_on_nothing_is_thrown_away(begin: Begin, unfounded: dict[str, Any]) -> None:
    run = begin(criticised([ATTRITION | unfounded]))
    answer = run.ask(EXPERIMENT)
    assert acts(answer, run)[-1] == "critic"
    assert not [w for w in answer.warnings if "objects" in w]


@pytest.mark.parametrize("nonsense", ["not JSON", '{"objections": [{"kind": "rude"}]}'])
def test_a_critic_that_says_nothing_usable_does_not_cost_the_answer(begin: Begin, nonsense: str) -> None:
    def script(body: dict[str, Any]) -> Say:
        return Say(nonsense) if act_of(body) == "critic" else EXPERIMENT.analyst(body)

    run = begin(script)
    answer = run.ask(EXPERIMENT)
    assert answer.status == "answered"
    assert any("critic said nothing" in getattr(e, "text", "") for e in run.events)


def test_the_critic_can_be_switched_off_or_be_another_model(begin: Begin) -> None:
    run = begin(EXPERIMENT.analyst, {"critic": "off"})
    assert "critic" not in acts(run.ask(EXPERIMENT), run)
    other = begin(EXPERIMENT.analyst, {"critic": "scripted-1"})
    assert "critic" in acts(other.ask(EXPERIMENT), other)
    named = load_config({"WHENCE_MODEL": "m", "OPENAI_API_KEY": "k", "WHENCE_HOME": "/none", "WHENCE_CRITIC": "n"})
    assert named.critic == "n"


def test_the_critic_sees_the_draft_and_what_it_rests_on_but_not_the_table(begin: Begin) -> None:
    run = begin(EXPERIMENT.analyst)
    run.ask(EXPERIMENT)
    shown = asked(next(b for b in run.bodies if act_of(b) == "critic"))
    assert "1794 [474, 3115], n = 445" in shown
    assert '["random assignment","' in shown
    assert "real earnings in 1975" not in shown
    whole = asked(next(b for b in run.bodies if act_of(b) == "write"))
    assert len(shown) < 0.6 * len(whole)


def situation(status: str) -> Situation:
    checks = (Check(name="weak_instrument", status=status, meaning=".", does_not_show="."),)  # type: ignore[arg-type]
    premise = (Assumption(name="monotonicity", meaning=".", status="untestable"),)
    result = {"kind": "estimate", "value": 1.0, "ci_low": 0.5, "ci_high": 1.5}
    ledger = (
        Evidence(id="E1", tool="estimate_iv", args={}, result=result, summary="1", checks=checks, assumptions=premise),
    )
    question = EffectQuestion(treatment="t", outcome="y")
    return Situation(words="t on y?", catalog=Catalog(), question=question, ledger=ledger)


DRAFT = Draft(headline=Claim(text="The estimate is 1.0.", evidence=("E1",)), primary="E1")


def test_the_ledger_itself_objects_to_a_failed_check_that_no_sentence_mentions() -> None:
    (objection,) = ignored_checks(DRAFT, situation("fail"))
    assert (objection.kind, objection.about, objection.evidence) == ("ignored_check", "weak_instrument", ("E1",))
    assert ignored_checks(DRAFT, situation("pass")) == ()
    said = DRAFT.model_copy(update={"claims": (Claim(text="The weak instrument check went wrong."),)})
    assert ignored_checks(said, situation("fail")) == ()


def test_an_objection_may_rest_on_an_assumption_or_on_a_check_that_did_not_pass() -> None:
    by_premise = Objection(kind="unstated_assumption", text="Nobody may do the opposite.", about="monotonicity")
    by_check = Objection(kind="ignored_check", text="The instrument is weak.", about="weak_instrument")
    assert founded([by_premise, by_check, by_check], DRAFT, situation("fail")) == (by_premise, by_check)
    assert founded([by_check], DRAFT, situation("pass")) == ()
