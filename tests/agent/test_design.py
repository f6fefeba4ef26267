"""Each of the eight rules picks its design in a situation made for it, and says why."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.design import RULES, choose_design
from whence.agent.policies.rules.effect import effect_plan
from whence.agent.policies.rules.timing import placed
from whence.agent.policy import Situation
from whence.agent.state import Catalog, Codebook
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.knowledge import Knowledge
from whence.tools.domain.questions import Contrast, DesignHints, EffectQuestion
from whence.tools.domain.results import (
    AuditReport,
    BalanceReport,
    ColumnCard,
    CovariateBalance,
    DatasetCard,
    Identification,
)

COLUMNS = ("t", "y", "age", "score", "income")


def table(*names: str) -> DatasetCard:
    cards = [ColumnCard(name=n, type="continuous", n_distinct=50) for n in names or COLUMNS]
    cards[0] = ColumnCard(name="t", type="binary", n_distinct=2, levels=(0, 1))
    return DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=1500, n_columns=len(cards), columns=tuple(cards)
    )


def audited(*usable: str) -> Evidence:
    report = AuditReport(name="d", findings=(), usable=usable or COLUMNS)
    return Evidence(id="E1", tool="data_audit", args={}, result=report.model_dump(mode="json"), summary="fine")


def balanced(smd: float, p_value: float | None) -> Evidence:
    report = BalanceReport(
        treatment="t", contrast=Contrast(control=0, treated=1), n_treated=250, n_control=250, joint_p_value=p_value,
        covariates=(CovariateBalance(covariate="age", mean_treated=smd, mean_control=0, smd=smd),),
    )  # fmt: skip
    return Evidence(id="E2", tool="data_balance", args={}, result=report.model_dump(mode="json"), summary="balance")


FAILED_BALANCE = Evidence(
    id="E2", tool="data_balance", args={}, ok=False, summary="too few rows", error="BackendFailed"
)
BEFORE = Codebook(columns={"age": "age at baseline", "score": "test score, measured before the program"})


def asked(*ledger: Evidence, hints: DesignHints = DesignHints(), **catalog: object) -> tuple[EffectQuestion, Situation]:
    question = EffectQuestion(treatment="t", outcome="y", hints=hints)
    known = Catalog.model_validate({"table": table(), **catalog})
    return question, Situation(words="?", catalog=known, question=question, ledger=ledger)


@pytest.mark.parametrize(
    ("hints", "kind"),
    [
        (DesignHints(instrument="score", because=("instrument = 'score'",)), "instrument"),
        (DesignHints(running_variable="score", cutoff=10, because=("cut-off",)), "regression_discontinuity"),
        (DesignHints(time="age", design="difference_in_differences"), "difference_in_differences"),
        (DesignHints(time="age", unit="income"), "difference_in_differences"),
    ],
)
def test_rule_1_a_design_that_the_words_name_comes_first_even_before_a_graph(hints: DesignHints, kind: str) -> None:
    design = choose_design(*asked(hints=hints, graph="g", graph_nodes=("t", "y")))
    assert design.kind == kind
    assert design.reasons == (hints.because or ("the question says so",))
    assert design.rejected == ()


def test_rule_1_an_instrument_keeps_the_covariates_that_were_asked_for() -> None:
    design = choose_design(*asked(hints=DesignHints(instrument="score", adjust_for=("age",))))
    assert (design.instruments, design.adjustment_set) == (("score",), ("age",))


@pytest.mark.parametrize(
    "hints",
    [DesignHints(running_variable="score"), DesignHints(time="age"), DesignHints(unit="income")],
    ids=["no cut-off", "time alone", "unit alone"],
)
def test_rule_1_half_a_hint_is_no_design(hints: DesignHints) -> None:
    design = choose_design(*asked(hints=hints, graph="g", graph_nodes=("t", "y")))
    assert design.kind == "backdoor"
    assert "no instrument" in design.rejected[0]


def test_rule_2_a_graph_that_was_given_decides_before_random_wording() -> None:
    design = choose_design(
        *asked(hints=DesignHints(design="experiment"), graph="my graph", graph_nodes=("t", "y", "age"))
    )
    assert design.kind == "backdoor"
    assert "a causal graph was given (my graph)" in design.reasons[0]
    assert design.adjustment_set == ()


def test_rule_2_a_graph_without_the_outcome_is_refused_with_its_name() -> None:
    design = choose_design(*asked(audited(), balanced(0.9, 0.0), graph="g", graph_nodes=("t", "age")))
    assert design.kind == "discovery"
    assert "the graph 'g' does not have 'y'" in design.rejected


def test_rule_3_random_wording_makes_an_experiment_with_covariates_from_before() -> None:
    hints = DesignHints(design="experiment", because=("experiment, from 'randomised'",))
    design = choose_design(*asked(audited(), hints=hints, codebook=BEFORE))
    assert (design.kind, design.adjustment_set) == ("experiment", ("age", "score"))
    assert design.reasons == hints.because


def test_rule_3_covariates_that_were_named_win_over_the_codebook() -> None:
    hints = DesignHints(design="experiment", adjust_for=("income",))
    design = choose_design(*asked(audited(), hints=hints, codebook=BEFORE))
    assert (design.kind, design.adjustment_set) == ("experiment", ("income",))


@pytest.mark.parametrize("named", [("age", "income"), ()])
def test_rule_4_covariates_that_were_named_are_the_adjustment_set(named: tuple[str, ...]) -> None:
    design = choose_design(*asked(hints=DesignHints(adjust_for=named), codebook=BEFORE))
    assert (design.kind, design.adjustment_set) == ("backdoor", named)
    assert (", ".join(named) or "nothing") in design.reasons[0]


def test_rule_5_covariates_that_the_codebook_dates_before_treatment_are_used() -> None:
    after = Codebook(columns={**BEFORE.columns, "income": "income at follow-up, after the program"})
    design = choose_design(*asked(audited(), codebook=after))
    assert (design.kind, design.adjustment_set) == ("backdoor", ("age", "score"))
    assert "income come after it and are left out" in design.reasons[0]


def test_rule_5_columns_the_audit_found_unfit_or_that_play_another_part_are_left_out() -> None:
    clustered = DesignHints(cluster="score")
    assert choose_design(*asked(audited("t", "y", "score"), codebook=BEFORE)).adjustment_set == ("score",)
    assert choose_design(*asked(audited(), codebook=BEFORE, hints=clustered)).adjustment_set == ("age",)


def test_rule_6_waits_for_a_look_at_balance() -> None:
    design = choose_design(*asked(audited()))
    assert (design.kind, design.provisional) == ("discovery", True)


def test_rule_6_a_treatment_that_nothing_predicts_looks_randomised() -> None:
    design = choose_design(*asked(audited(), balanced(0.05, 0.62)))
    assert (design.kind, design.provisional) == ("experiment", False)
    assert "p = 0.62" in design.reasons[0]


@pytest.mark.parametrize(("smd", "p_value"), [(0.3, 0.62), (-0.3, 0.62), (0.05, 0.01), (0.05, None)])
def test_rule_6_needs_both_small_differences_and_a_joint_test(smd: float, p_value: float | None) -> None:
    design = choose_design(*asked(audited(), balanced(smd, p_value)))
    assert design.kind == "discovery"
    assert any("not balanced" in r for r in design.rejected)


def test_rule_6_a_balance_that_failed_or_cannot_speak_is_said() -> None:
    assert "balance could not be measured" in choose_design(*asked(audited(), FAILED_BALANCE)).rejected
    few = choose_design(*asked(audited("t", "y", "age"), table=table("t", "y", "age")))
    assert (few.kind, few.provisional) == ("discovery", False)
    assert any("at least three other columns" in r for r in few.rejected)


def test_rule_7_a_study_that_is_described_is_adjusted_for_all_that_nothing_places_later() -> None:
    book = Codebook(columns={"age": "years", "score": "points in a test", "income": "earnings two years later"})
    design = choose_design(*asked(audited(), balanced(0.9, 0.0), codebook=book))
    assert (design.kind, design.adjustment_set) == ("backdoor", ("age", "score"))
    assert "which the data cannot show" in design.reasons[0]


def test_rule_7_leaves_another_form_of_the_outcome_out() -> None:
    names = ("t", "birth_weight", "age", "educ", "low")
    book = Codebook(columns={"low": "low birth weight", "age": "age", "educ": "years of schooling"})
    question, situation = asked(audited(*names), balanced(0.9, 0.0), codebook=book, table=table(*names))
    design = choose_design(question.model_copy(update={"outcome": "birth_weight"}), situation)
    assert design.adjustment_set == ("age", "educ")


def test_rule_8_is_the_last_and_says_what_it_takes_for_granted() -> None:
    design = choose_design(*asked(audited(), balanced(0.9, 0.0)))
    assert design.kind == "discovery"
    assert any("no common cause is hidden is an assumption" in r for r in design.reasons)
    assert any("t as coming before y" in r for r in design.reasons)
    assert len(design.rejected) == len(RULES) - 1


def test_rules_stand_in_the_documented_order() -> None:
    names = ["words", "graph", "randomisation", "named_covariates", "timing", "balance", "description", "discovery"]
    assert [rule.__name__ for rule in RULES] == [f"_by_{name}" for name in names]


def identified(strategy: str, *adjustment_set: str) -> Evidence:
    found = Identification.model_validate(
        {"status": "identified", "strategy": strategy, "treatment": "t", "outcome": "y", "reason": "r"}
        | {"adjustment_set": adjustment_set, "instruments": ("score",)}
    )
    return Evidence(id="E3", tool="identify_design", args={}, result=found.model_dump(mode="json"), summary="r")


def test_the_plan_is_provisional_until_the_data_were_looked_at_and_the_estimand_is_known() -> None:
    hints = DesignHints(instrument="score", adjust_for=("age",))
    question, before = asked(hints=hints)
    assert effect_plan(question, before).provisional
    assert effect_plan(*asked(audited(), hints=hints)).provisional
    final = effect_plan(*asked(audited(), identified("instrument", "age"), hints=hints))
    assert not final.provisional
    assert final.estimators[0] == final.primary_estimator == "estimate_iv"
    assert final.adjustment_set == ("age",)


def test_the_plan_names_its_estimator_its_reasons_and_what_it_rejected() -> None:
    plan = effect_plan(*asked(audited(), codebook=BEFORE))
    assert (plan.design, plan.primary_estimator) == ("backdoor", "estimate_aipw")
    assert plan.reasons
    assert len(plan.rejected) == 4
    assert [s.stage for s in plan.steps] == ["data", "identify", "estimate", "refute"]


def test_without_a_table_nothing_is_estimated_and_the_plan_is_final() -> None:
    question = EffectQuestion(treatment="t", outcome="y")
    situation = Situation(words="?", catalog=Catalog(graph="g", graph_nodes=("t", "y")), question=question)
    plan = effect_plan(question, situation)
    assert not plan.provisional
    assert "estimate" not in [s.stage for s in plan.steps]


@pytest.mark.parametrize(
    ("codebook", "knowledge", "when"),
    [
        ({"score": "score of the first exam"}, {}, "unknown"),
        ({"score": "score of the exam, taken before any training of staff"}, {}, "before"),
        ({"score": "score of the exam that came after the training"}, {}, "after"),
        ({}, {"required": (("score", "training"),)}, "before"),
        ({}, {"required": (("training", "score"),)}, "after"),
        ({}, {"tiers": (("score",), ("training",))}, "before"),
        ({}, {"tiers": (("training",), ("score",))}, "after"),
        ({"score": "test score at follow-up"}, {"exogenous": ("score",)}, "before"),
    ],
)
def test_a_column_is_placed_by_the_codebook_and_above_it_by_what_the_person_knows(
    codebook: dict[str, str], knowledge: dict[str, object], when: str
) -> None:
    catalog = Catalog(
        table=table("training", "y", "age", "score"),
        codebook=Codebook(columns=codebook),
        knowledge=Knowledge.model_validate(knowledge),
    )
    assert placed("training", catalog)["score"] == when


def test_columns_that_nothing_places_are_named_and_tried_beside_the_answer() -> None:
    design = choose_design(*asked(audited(), codebook=Codebook(columns={"age": "age at baseline"})))
    assert (design.kind, design.adjustment_set, design.unplaced) == ("backdoor", ("age",), ("score", "income"))
    assert any("nothing says when score, income came" in r for r in design.reasons)
