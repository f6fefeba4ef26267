"""Whoever decides: the declared estimate is the answer, and what was not declared is exploratory."""

from __future__ import annotations

from typing import Any

import pytest

from whence.agent.policy import Situation
from whence.agent.primary import bare_draft, mark_exploratory, primary_faults, rightful_primary
from whence.agent.state import Catalog, Claim, Draft, Plan, PlanStep, ToolCall
from whence.agent.verify import keep_supported, verify_draft
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.questions import Condition, Contrast, EffectQuestion

QUESTION = EffectQuestion(treatment="t", outcome="y")
IDENTIFIED = {
    "kind": "identification",
    "status": "identified",
    "strategy": "backdoor",
    "treatment": "t",
    "outcome": "y",
}
BASE = {"dataset": "d", "treatment": "t", "outcome": "y", "adjustment_set": ["z"]}
OLD = {"column": "age", "op": ">", "value": 60}


def plan(*estimators: str, **changed: Any) -> Plan:
    steps = (PlanStep(text="estimate", stage="estimate"),)
    made = {
        "steps": steps,
        "estimators": estimators or ("estimate_aipw", "estimate_regression"),
        "adjustment_set": ("z",),
    }
    return Plan.model_validate(made | changed)


def identified(**result: Any) -> Evidence:
    found = IDENTIFIED | {"adjustment_set": ["z"]} | result
    return Evidence(id="E1", tool="identify_design", args={}, result=found, summary="identified")


def estimate(number: int, tool: str, exploratory: bool = False, ok: bool = True, **args: Any) -> Evidence:
    result = {"kind": "estimate", "value": 2.0, "ci_low": 1.0, "ci_high": 3.0, "adjustment_set": ["z"]} if ok else None
    return Evidence(
        id=f"E{number}", tool=tool, args=BASE | args, result=result, ok=ok, summary="2 [1, 3]", exploratory=exploratory
    )


def situation(*ledger: Evidence, question: EffectQuestion = QUESTION, made: Plan | None = None) -> Situation:
    return Situation(words="?", catalog=Catalog(), question=question, plan=made or plan(), ledger=ledger)


def draft(primary: str | None, text: str = "t raises y by 2.", identification: str = "E1") -> Draft:
    headline = Claim(text=text, evidence=(primary,) if primary else ())
    return Draft(headline=headline, primary=primary, identification=identification)


@pytest.mark.parametrize(
    ("tool", "args", "outside"),
    [
        ("estimate_aipw", {}, False),
        ("estimate_regression", {}, False),
        ("estimate_ipw", {}, True),
        ("estimate_aipw", {"adjustment_set": ["z", "age"]}, True),
        ("estimate_aipw", {"adjustment_set": []}, True),
        ("estimate_aipw", {"outcome": "x"}, True),
        ("estimate_aipw", {"estimand": "ATT"}, True),
        ("estimate_aipw", {"population": [OLD]}, True),
        ("estimate_aipw", {"contrast": {"control": 0, "treated": 2}}, True),
        ("refute_placebo", {}, False),
    ],
)
def test_an_estimate_is_exploratory_unless_the_plan_declared_it(tool: str, args: dict[str, Any], outside: bool) -> None:
    (call,) = mark_exploratory((ToolCall(tool=tool, args=BASE | args),), situation(identified()))
    assert call.exploratory is outside


def test_leaving_the_adjustment_set_out_is_not_the_declared_estimate() -> None:
    args = {k: v for k, v in BASE.items() if k != "adjustment_set"}
    (call,) = mark_exploratory((ToolCall(tool="estimate_aipw", args=args),), situation(identified()))
    assert call.exploratory


def test_a_second_run_with_other_options_is_exploratory_in_the_same_batch_and_later() -> None:
    calls = tuple(ToolCall(tool="estimate_aipw", args=BASE | {"n_folds": n}) for n in (5, 2, 3))
    assert [c.exploratory for c in mark_exploratory(calls, situation(identified()))] == [False, True, True]
    later = situation(identified(), estimate(2, "estimate_aipw"))
    assert [c.exploratory for c in mark_exploratory(calls[1:], later)] == [True, True]


def test_nothing_counts_as_declared_before_the_estimand_or_under_a_provisional_plan() -> None:
    call = (ToolCall(tool="estimate_aipw", args=BASE),)
    assert mark_exploratory(call, situation())[0].exploratory
    assert mark_exploratory(call, situation(identified(), made=plan(provisional=True)))[0].exploratory


def test_strata_that_were_asked_for_and_the_naive_comparison_are_declared() -> None:
    question = EffectQuestion(treatment="t", outcome="y", given=("z",), population=(Condition.model_validate(OLD),))
    made = plan("estimate_regression", "estimate_difference")
    asked = situation(identified(), question=question, made=made)
    inside = {"population": [OLD, {"column": "z", "op": "==", "value": 1}], "adjustment_set": []}
    calls = (
        ToolCall(tool="estimate_regression", args=BASE | {"population": [OLD]}),
        ToolCall(tool="estimate_regression", args=BASE | inside),
        ToolCall(tool="estimate_difference", args=BASE | {"adjustment_set": [], "population": [OLD]}),
        ToolCall(tool="estimate_regression", args=BASE),
    )
    assert [c.exploratory for c in mark_exploratory(calls, asked)] == [False, False, False, True]


def test_the_first_planned_estimator_that_succeeded_answers() -> None:
    failed, second = estimate(2, "estimate_aipw", ok=False), estimate(3, "estimate_regression")
    late = estimate(4, "estimate_aipw", exploratory=True, adjustment_set=[])
    assert rightful_primary(situation(identified(), failed, second, late)) == second
    assert rightful_primary(situation(identified(), failed)) is None


@pytest.mark.parametrize(
    ("primary", "words"),
    [
        ("E3", "must be E2"),
        ("E4", "must be E2"),
        ("E9", "not in the ledger"),
        ("E5", "failed"),
        ("E2", None),
        (None, None),
    ],
)
def test_another_estimate_cannot_be_the_answer(primary: str | None, words: str | None) -> None:
    ledger = (
        identified(), estimate(2, "estimate_aipw"), estimate(3, "estimate_regression"),
        estimate(4, "estimate_aipw", exploratory=True), estimate(5, "estimate_ipw", ok=False),
    )  # fmt: skip
    faults = primary_faults(draft(primary), situation(*ledger))
    assert (words is None) == (faults == ())
    assert words is None or words in faults[0]


def test_a_draft_that_insists_is_given_the_declared_estimate() -> None:
    known = situation(identified(), estimate(2, "estimate_aipw"), estimate(3, "estimate_ipw", exploratory=True))
    insists = draft("E3")
    assert verify_draft(insists, known)
    kept, dropped = keep_supported(insists, known)
    assert kept.primary == "E2"
    assert "must be E2" in dropped[0]


@pytest.mark.parametrize(
    ("ledger", "fault"),
    [
        ((identified(), estimate(2, "estimate_aipw")), None),
        ((identified(treatment="w"), estimate(2, "estimate_aipw")), "identifies another one"),
        ((identified(adjustment_set=["q"]), estimate(2, "estimate_aipw")), "does not adjust for the set"),
        ((estimate(2, "estimate_aipw"), identified()), "after the estimate"),
        ((identified(status="not_identifiable"), estimate(2, "estimate_aipw")), "no identified estimand"),
    ],
)
def test_an_estimate_is_an_effect_only_of_the_query_that_was_identified_before(
    ledger: tuple[Evidence, ...], fault: str | None
) -> None:
    complaints = verify_draft(draft("E2"), situation(*ledger))
    assert (fault is None) == (complaints == ())
    assert fault is None or any(fault in c for c in complaints)


def test_what_is_known_can_be_said_without_a_writer() -> None:
    known = situation(identified(), estimate(2, "estimate_aipw"))
    assert bare_draft(known).headline.text == "2 [1, 3]"
    assert bare_draft(situation(identified())).headline.text == "identified"
    assert "before anything" in bare_draft(situation()).headline.text
    assert verify_draft(bare_draft(known), known) == ()


def test_a_contrast_that_was_asked_for_is_the_declared_one() -> None:
    contrast = Contrast(control=0, treated=2)
    asked = situation(identified(), question=QUESTION.model_copy(update={"contrast": contrast}))
    call = ToolCall(tool="estimate_aipw", args=BASE | {"contrast": contrast.model_dump()})
    assert not mark_exploratory((call,), asked)[0].exploratory
