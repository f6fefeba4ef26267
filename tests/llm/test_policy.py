"""A scripted model behind a real server: a good one answers, a bad one does no harm, and every end is a clear one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from whence.agent.budget import Budget
from whence.agent.events import ModelReplied, PlanMade, TokenStreamed, ToolFinished, Warned
from whence.agent.policies.choose import choose_policy, label
from whence.agent.policies.llm.errors import ContextTooLong, EndpointDown, KeyRejected, NoUsableReply, Refused
from whence.agent.session import Session
from whence.evals.bench.llm_analysts import CASES, EXPERIMENT, UNIDENTIFIED, Case
from whence.evals.bench.openai_server.actors import act_of, asked, evidence, say_calls
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, MODEL, Traits
from whence.tools.domain.errors import LimitReached, UsageError
from whence.tools.runtime import Runtime

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Begin = Callable[..., Any]
GOOD = EXPERIMENT.analyst


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_a_good_model_answers_within_eight_calls_and_fifteen_thousand_tokens(begin: Begin, case: Case) -> None:
    run = begin(case.analyst)
    answer = run.ask(case)
    assert answer.status == ("not_identifiable" if case is UNIDENTIFIED else "answered")
    assert not [w for w in answer.warnings if "Dropped" in w or "Replaced" in w]
    assert answer.policy == "llm (scripted-1)"
    assert answer.usage is not None
    assert answer.usage.calls == len(run.server.requests) <= 8
    assert answer.usage.prompt_tokens <= 15_000
    assert run.server.refused == []
    assert sum(isinstance(e, ModelReplied) for e in run.events) == answer.usage.calls


def test_the_plan_and_the_estimand_stand_before_the_first_estimate(begin: Begin) -> None:
    run = begin(GOOD)
    answer = run.ask(EXPERIMENT)
    plans = [i for i, e in enumerate(run.events) if isinstance(e, PlanMade) and not e.plan.provisional]
    tools = {e.evidence.tool: i for i, e in reversed([*enumerate(run.events)]) if isinstance(e, ToolFinished)}
    assert tools["identify_design"] < plans[0] < tools["estimate_difference"]
    assert answer.estimate is not None
    assert answer.estimate.value == pytest.approx(1794.34, abs=0.01)  # LaLonde 1986, Dehejia and Wahba 1999
    assert [(e.tool, e.exploratory) for e in answer.ledger] == [
        ("estimate_difference", False), ("estimate_regression", False),
    ]  # fmt: skip


POOR = {
    "no tools": (Traits(tools=False), 1),
    "no schemas": (Traits(json_schema=False), 1),
    "no JSON": (Traits(json_schema=False, json_mode=False), 2),
    "nothing": (Traits(tools=False, json_schema=False, json_mode=False), 3),
    "no streams": (Traits(streaming=False), 0),
}


@pytest.mark.parametrize("kind", POOR)
def test_an_endpoint_with_fewer_abilities_gives_the_same_evidence(begin: Begin, kind: str) -> None:
    traits, n_refused = POOR[kind]
    full, poor = begin(GOOD), begin(GOOD, traits=traits)
    expected, answer = full.ask(EXPERIMENT), poor.ask(EXPERIMENT)
    assert [(e.tool, e.args, e.result) for e in answer.evidence] == [
        (e.tool, e.args, e.result) for e in expected.evidence
    ]
    assert answer.claims == expected.claims
    noted = [e.text for e in poor.events if isinstance(e, Warned)]
    assert len(noted) == len(poor.server.refused) == n_refused  # what is refused is tried once


def test_what_the_model_writes_is_streamed_as_prose(begin: Begin) -> None:
    run = begin(GOOD)
    answer = run.ask(EXPERIMENT)
    streamed = "".join(e.text for e in run.events if isinstance(e, TokenStreamed))
    assert streamed.split("\n")[:-1] == [c.text for c in answer.claims]


def test_a_key_that_the_endpoint_writes_back_is_never_seen_not_even_spelt_otherwise(begin: Begin) -> None:
    spelt = "".join(f"\\u{ord(ch):04x}" for ch in KEY)

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) != "write":
            return GOOD(body)
        headline = f'{{"text": "The key is {spelt}.", "evidence": [], "derived": []}}'
        return Say(f'{{"headline": {headline}, "claims": [], "primary": null, "identification": null}}')

    run = begin(script)
    answer = run.ask(EXPERIMENT)
    seen = json.dumps([e.model_dump(mode="json") for e in run.events]) + answer.model_dump_json()
    turns = "".join(t.model_dump_json() for t in run.session.runs.turns(answer.run))
    assert KEY not in seen
    assert KEY not in turns
    assert "[key]" in seen


@pytest.mark.parametrize("act", ["read", "plan", "write"])
@pytest.mark.parametrize("wrong", ['{"kind": 7}', "[1, 2]", "not JSON at all", "{}", '{"kind": NaN}'])
def test_a_reply_of_the_wrong_shape_is_told_to_the_model_which_mends_it(begin: Begin, act: str, wrong: str) -> None:
    told: list[str] = []

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == act and len(body["messages"]) == 2:
            return Say(wrong)
        if act_of(body) == act:
            told.append(body["messages"][-1]["content"])
        return GOOD(body)

    answer = begin(script).ask(EXPERIMENT)
    assert answer.status == "answered"
    assert len(told) == 1
    assert told[0].startswith("That cannot be used")


def test_a_model_that_never_gets_the_shape_right_ends_the_run_saved(begin: Begin) -> None:
    run = begin(lambda body: Say("never JSON") if act_of(body) == "plan" else GOOD(body))
    with pytest.raises(NoUsableReply, match=r"3 attempts.*whence resume"):
        run.ask(EXPERIMENT)
    assert run.session.runs.recent(1)[0].answer is None


def test_a_column_that_does_not_exist_is_refused_with_the_near_ones(begin: Begin) -> None:
    seen: list[str] = []

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "read" and len(body["messages"]) == 2:
            return Say(json.dumps({"kind": "effect", "treatment": "treatment", "outcome": "re79", "because": ["x"]}))
        seen.append(body["messages"][-1]["content"])
        return GOOD(body)

    assert begin(script).ask(EXPERIMENT).status == "answered"
    assert "no column 'treatment'; near are ['treat']" in seen[0]
    assert "no column 're79'" in seen[0]


def test_a_question_that_the_model_cannot_place_is_answered_so(begin: Begin) -> None:
    unclear = {"kind": "unclear", "because": [], "problem": "The words name no outcome."}
    answer = begin(lambda body: Say(json.dumps(unclear))).ask(EXPERIMENT)
    assert (answer.status, answer.claim) == ("cannot_read", "The words name no outcome.")


def test_two_readings_are_put_to_the_person(begin: Begin) -> None:
    other = {"treatment": "treat", "outcome": "re75", "label": "earnings in 1975"}

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "read":
            return Say(json.dumps({"kind": "effect", "because": ["x"], **GOOD.reading, "alternatives": [other]}))
        return Say(json.dumps({}))

    run = begin(script, choose=lambda reading: [o.label for o in reading.options].index("earnings in 1975"))
    with pytest.raises(NoUsableReply):
        run.ask(EXPERIMENT)
    assert '"outcome":"re75"' in run.bodies[-1]["messages"][1]["content"]


def test_unknown_tools_and_tools_outside_the_plan_are_refused_and_never_run(begin: Begin) -> None:
    wild = [("make_coffee", {}), ("report_html", {"path": "x.html"}), ("data_load", {"path": "/etc/passwd"})]
    told: list[str] = []

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "act" and body["messages"][-1]["role"] == "user":
            return say_calls(body, [*wild, ("discover_pc", {"dataset": "nsw_experiment"})])
        told.extend(m["content"] for m in body["messages"] if m["role"] == "tool")
        return GOOD(body)

    answer = begin(script).ask(EXPERIMENT)
    assert answer.status == "answered"
    assert {e.tool for e in answer.evidence} == {
        "data_load", "data_audit", "identify_design", "estimate_difference", "estimate_regression", "refute_placebo",
        "refute_subset",
    }  # fmt: skip
    assert sum(e.tool == "data_load" for e in answer.evidence) == 1
    assert told
    assert all(t.startswith("Not run:") for t in told)


def test_a_model_that_never_stops_is_stopped(begin: Begin) -> None:
    def script(body: dict[str, Any]) -> Say:
        if act_of(body) != "act":
            return GOOD(body)
        return say_calls(body, [("detail", {"evidence": "E1", "level": "line"}), (f"tool_{len(body['messages'])}", {})])

    run = begin(script)
    answer = run.ask(EXPERIMENT)
    assert answer.status in ("failed", "incomplete")
    assert len(run.server.requests) <= 10


def test_the_same_call_for_ever_and_a_b_a_b_end(begin: Begin) -> None:
    identify = ("identify_design", {"design": "experiment", "treatment": "treat", "outcome": "re78"})
    describe = ("data_audit", {"dataset": "nsw_experiment", "treatment": "treat", "outcome": "re78"})
    for loop in ([identify], [describe], [identify, describe]):

        def script(body: dict[str, Any], loop: list[tuple[str, Any]] = loop) -> Say:
            if act_of(body) != "act":
                return GOOD(body)
            return say_calls(body, [loop[len(body["messages"]) % len(loop)]])

        run = begin(script)
        answer = run.ask(EXPERIMENT)
        assert len(answer.evidence) <= 3
        assert len(run.server.requests) <= 12


def test_calls_of_a_reply_that_was_cut_off_are_not_run(begin: Begin) -> None:
    cut: list[int] = []

    def script(body: dict[str, Any]) -> Say:
        said = GOOD(body)
        if act_of(body) == "act" and len(body["messages"]) == 2:
            cut.append(1)
            return Say(calls=(*said.calls, ("z", "refute_placebo", '{"estimate": "E1"}')), finish="length")
        return said

    answer = begin(script).ask(EXPERIMENT)
    assert cut
    assert answer.status == "answered"
    assert len(answer.evidence) == 7


def test_tools_are_found_by_search_and_evidence_is_shown_by_id(begin: Begin) -> None:
    shown: list[list[str]] = []
    told: list[str] = []

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "act" and "refute_placebo" in str(body["tools"]):
            shown.append([t["function"]["name"] for t in body["tools"]])
            if len(body["messages"]) == 2:
                search = ("find_tools", {"query": "sensitivity to hidden confounding"})
                return say_calls(body, [search, ("detail", {"evidence": "E4", "level": "full"})])
            told.extend(m["content"] for m in body["messages"] if m["role"] == "tool")
        return GOOD(body)

    answer = begin(script).ask(EXPERIMENT)
    assert answer.status == "answered"
    assert "refute_sensitivity" not in shown[0]
    assert "refute_sensitivity" in shown[1]
    assert "refute_sensitivity" in told[0]
    assert '\\"std_error\\"' in told[1]


def test_an_estimate_cannot_be_picked_by_its_p_value(begin: Begin) -> None:
    """The model plans one estimate, runs others until it likes one, and calls that one the answer."""
    base = {"dataset": "nsw_experiment", "treatment": "treat", "outcome": "re78"}
    fished = [("estimate_regression", base | {"adjustment_set": s}) for s in (["age"], ["age", "educ"], ["re75"])]

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "act" and "Now do step 3" in body["messages"][1]["content"]:
            return say_calls(body, [*GOOD.calls[1], *fished, ("estimate_difference", base | {"estimand": "ATT"})])
        if act_of(body) != "write":
            return GOOD(body)
        best = next(e for e in reversed(evidence(body)) if e[1] == "estimate_regression")
        headline = {"text": "Training raises re78.", "evidence": [best[0]], "derived": []}
        return Say(json.dumps({"headline": headline, "claims": [], "primary": best[0], "identification": "E3"}))

    run = begin(script)
    answer = run.ask(EXPERIMENT)
    assert answer.estimator == "difference_in_means"
    assert answer.estimate is not None
    assert answer.estimate.value == pytest.approx(1794.34, abs=0.01)
    assert [e.exploratory for e in answer.ledger if e.tool == "estimate_regression"] == [False, True, True, True]
    assert any("which the plan declared" in w for w in answer.warnings)
    assert any("must be E4" in json.dumps(b["messages"]) for b in run.bodies)  # the model was told, once


def test_an_estimate_before_its_estimand_is_refused(begin: Begin) -> None:
    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "act" and "Now do step 2" in body["messages"][1]["content"] and len(body["messages"]) == 2:
            return say_calls(body, [*GOOD.calls[1], *GOOD.calls[0]])
        return GOOD(body)

    answer = begin(script).ask(EXPERIMENT)
    tools = [e.tool for e in answer.evidence]
    assert tools.index("identify_design") < tools.index("estimate_difference")


def test_a_plan_is_made_again_when_identification_contradicts_it(begin: Begin) -> None:
    wanted = {
        "design": "backdoor", "reasons": ["r"], "estimators": ["estimate_regression"], "adjustment_set": [],
        "steps": [
            {"text": "identify", "stage": "identify", "tools": ["identify_effect"]},
            {"text": "estimate", "stage": "estimate", "tools": ["estimate_regression"]},
        ],
    }  # fmt: skip

    def script(body: dict[str, Any]) -> Say:
        if act_of(body) == "plan" and "contradicts" not in body["messages"][1]["content"]:
            return Say(json.dumps(wanted | {"rejected": []}))
        return UNIDENTIFIED.analyst(body)

    run = begin(script)
    answer = run.ask(UNIDENTIFIED)
    assert answer.status == "not_identifiable"
    assert answer.ledger == ()
    assert len([t for t in run.session.runs.turns(answer.run) if t.act == "replan"]) == 1


def test_a_draft_is_sent_back_once_and_what_stays_wrong_is_dropped(begin: Begin) -> None:
    def script(body: dict[str, Any]) -> Say:
        said = GOOD(body)
        if act_of(body) != "write":
            return said
        draft = json.loads(said.text)
        draft["claims"].append({"text": "It helped 63 % of the men.", "evidence": ["E4"], "derived": []})
        return Say(json.dumps(draft))

    run = begin(script)
    answer = run.ask(EXPERIMENT)
    assert not any("63" in c.text for c in answer.claims)
    assert any("63 %" in w for w in answer.warnings)
    writes = [b["messages"][1]["content"] for b in run.bodies if act_of(b) == "write"]
    assert len(writes) == 2
    assert "63 %" not in writes[0]
    assert "The verifier refused it" in writes[1]


FAULTS = {"expired_key": KeyRejected, "context_length": ContextTooLong, "refusal": Refused, "500": EndpointDown}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", range(6), ids=["read", "plan", "identify", "estimate", "refute", "write"])
def test_a_run_that_the_endpoint_ends_is_saved_and_goes_on_without_doing_anything_twice(
    begin: Begin, fault: Any, at: int
) -> None:
    answered: list[int] = []
    broken = [True]

    def faults(n: int, body: dict[str, Any]) -> Any:
        if broken[0] and len(answered) == at:
            return fault
        answered.append(n)
        return None

    run = begin(GOOD, {"retries_per_call": 1}, fault=faults)
    with pytest.raises(FAULTS[fault], match="whence resume"):
        run.ask(EXPERIMENT)
    (record,) = run.session.runs.recent()
    assert record.answer is None
    broken[0] = False
    answer = run.session.resume(record.id)
    assert answer.status == "answered"
    assert len(answered) == 7  # nothing that was answered is asked again
    assert [e.tool for e in answer.evidence] == [
        "data_load", "data_audit", "identify_design", "estimate_difference", "estimate_regression", "refute_placebo",
        "refute_subset",
    ]  # fmt: skip
    assert answer.usage is not None
    assert answer.usage.calls == 7


@pytest.mark.parametrize("limits", [{"model_calls": 3}, {"prompt_tokens": 3500}, {"completion_tokens": 200}])
def test_a_run_that_may_not_ask_any_more_ends_with_what_the_tools_said(begin: Begin, limits: dict[str, int]) -> None:
    answer = begin(GOOD, budget=Budget(**limits)).ask(EXPERIMENT)
    assert answer.status == "incomplete"
    assert "identified" in answer.claim
    assert any("limit of" in w for w in answer.warnings)


def test_earlier_questions_of_a_conversation_are_given_to_the_model(begin: Begin) -> None:
    run = begin(GOOD)
    first = run.ask(EXPERIMENT)
    run.session.ask("And for the young?")
    prompt = asked([b for b in run.bodies if act_of(b) == "write"][-1])
    assert first.claim in prompt
    assert "Earlier in this conversation" in prompt
    assert "Earlier in this conversation" not in run.bodies[0]["messages"][1]["content"]


def test_prompts_of_a_run_begin_alike_so_that_they_can_be_cached(begin: Begin) -> None:
    run = begin(GOOD)
    run.ask(EXPERIMENT)
    first = run.bodies[0]["messages"]
    stable = first[1]["content"].split("About the study")[0]
    for body in run.bodies[1:]:
        assert body["messages"][0] == first[0]
        assert body["messages"][1]["content"].startswith(stable) or act_of(body) == "critic"  # who sees the draft alone


def test_a_price_gives_a_cost(begin: Begin) -> None:
    answer = begin(GOOD, {"prompt_price": 2.0, "completion_price": 10.0}).ask(EXPERIMENT)
    used = answer.usage
    assert used is not None
    assert used.cost == pytest.approx((2.0 * used.prompt_tokens + 10.0 * used.completion_tokens) / 1e6)


def test_an_endpoint_that_does_not_count_is_estimated_and_said(begin: Begin) -> None:
    answer = begin(GOOD, fault=lambda n, body: "no_usage").ask(EXPERIMENT)
    assert answer.usage is not None
    assert answer.usage.estimated
    assert 5000 < answer.usage.prompt_tokens < 15_000


def test_no_budget_hides_an_endpoint_that_is_down(begin: Begin) -> None:
    run = begin(GOOD, {"retries_per_call": 0}, fault=lambda n, body: "502")
    with pytest.raises(LimitReached, match=r"502"):
        run.ask(EXPERIMENT)


def test_a_small_context_is_enough_and_never_exceeded(begin: Begin) -> None:
    run = begin(GOOD, {"context_tokens": 4000})
    answer = run.ask(EXPERIMENT)
    assert answer.status == "answered"
    assert answer.usage is not None
    assert all(len(json.dumps(body, ensure_ascii=False)) // 4 < 4000 for body in run.bodies)


def test_a_batch_that_was_cut_short_is_finished_without_asking_again(begin: Begin) -> None:
    """The plug is pulled after the first of two calls of one batch."""

    class Power(Exception):
        """Stands for the plug being pulled."""

    pulled: list[str] = []

    def listen(event: Any) -> None:
        if isinstance(event, ToolFinished) and event.evidence.tool == "estimate_difference" and not pulled:
            pulled.append(event.evidence.id)
            raise Power

    run = begin(GOOD)
    run.session.on_event = listen
    with pytest.raises(Power):
        run.ask(EXPERIMENT)
    asked = len(run.bodies)
    (record,) = run.session.runs.recent()
    answer = run.session.resume(record.id)
    assert [e.tool for e in answer.evidence].count("estimate_difference") == 1
    assert answer.status == "answered"
    assert len(run.bodies) == 7
    assert asked == 4


def test_a_run_is_resumed_by_who_began_it(begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    broken = [True]
    run = begin(GOOD, {"retries_per_call": 0}, fault=lambda n, body: "502" if broken[0] else None)
    with pytest.raises(EndpointDown):
        run.ask(EXPERIMENT)
    (record,) = run.session.runs.recent()
    broken[0] = False
    for name, value in {"MODEL": MODEL, "HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(f"WHENCE_{name}", value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", run.server.base_url)
    with Session(policy="rules", home=tmp_path / "home") as later:
        later.runtime.close()
        later.runtime = Runtime(later.workspace, seed=later.seed, isolate=False)
        answer = later.resume(record.id)
    assert answer.policy == "llm (scripted-1)"
    assert answer.status == "answered"


def test_who_decides_is_chosen_by_name_or_by_what_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path))
    for name in ("WHENCE_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "WHENCE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    assert choose_policy("auto").name == choose_policy("rules").name == "rules"
    with pytest.raises(UsageError, match="WHENCE_MODEL"):
        choose_policy("llm")
    with pytest.raises(UsageError, match="auto, rules, llm"):
        choose_policy("magic")
    monkeypatch.setenv("WHENCE_MODEL", "some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    assert label(choose_policy("auto")) == label(choose_policy("llm")) == "llm (some-model)"
    assert choose_policy("rules").name == "rules"
