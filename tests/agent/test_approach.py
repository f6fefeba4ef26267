"""What the words and a first look at the arms decide about the estimate: method, covariates, for whom."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.approach import read_approach
from whence.agent.policies.rules.codebook import read_codebook
from whence.agent.policies.rules.design import Design, choose_design
from whence.agent.policies.rules.effect import effect_plan
from whence.agent.policies.rules.policy import RulePolicy
from whence.agent.policies.rules.read import read_question
from whence.agent.policies.rules.timing import listed_confounders, timing
from whence.agent.policy import Situation
from whence.agent.state import Catalog
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.questions import Contrast, DesignHints, DiscoveryQuestion, EffectQuestion
from whence.tools.domain.results import BalanceReport, ColumnCard, CovariateBalance, DatasetCard

COLUMNS = ("t", "y", "age", "stress", "visits")


def table(*names: str, n_rows: int = 1000) -> DatasetCard:
    cards = [ColumnCard(name=n, type="continuous", n_distinct=50) for n in names or COLUMNS]
    cards[0] = ColumnCard(name=cards[0].name, type="binary", n_distinct=2, levels=(0, 1))
    return DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=n_rows, n_columns=len(cards), columns=tuple(cards)
    )


def look(estimand: str, *, smd: float, weighted: float, n_treated: int = 500, p_value: float = 0.0) -> Evidence:
    """The balance of age and stress as `data_balance` reports it."""
    report = BalanceReport(
        treatment="t", contrast=Contrast(control=0, treated=1), n_treated=n_treated, n_control=500, joint_p_value=p_value,
        covariates=(CovariateBalance(covariate="age", mean_treated=1, mean_control=0, smd=smd, smd_weighted=weighted),),
        ess_treated=n_treated * 0.8, ess_control=400, max_weight=5, share_outside=0.1,
    )  # fmt: skip
    args = {"treatment": "t", "covariates": ["age", "stress"]} | ({} if estimand == "ATE" else {"estimand": estimand})
    return Evidence(
        id=f"E{estimand}", tool="data_balance", args=args, result=report.model_dump(mode="json"), summary=""
    )


def asked(*ledger: Evidence, words: str = "Does t raise y?", hints: DesignHints | None = None) -> Situation:
    question = EffectQuestion(treatment="t", outcome="y", hints=hints or DesignHints(adjust_for=("age", "stress")))
    return Situation(words=words, catalog=Catalog(table=table()), question=question, ledger=ledger)


def chosen(situation: Situation) -> Design:
    assert isinstance(situation.question, EffectQuestion)
    return choose_design(situation.question, situation)


@pytest.mark.parametrize(
    ("words", "estimator"),
    [
        ("Adjust for age using regression or stratification.", "regression"),
        ("Use inverse probability weighting to estimate it.", "ipw"),
        ("Use inverse probability weighting (IPTW) or doubly robust estimation.", "aipw"),
        ("Estimate it by propensity score matching.", "matching"),
        ("Was there a regression of wages to the mean?", None),
        ("Use a regression discontinuity at 18.", None),
        ("Does t raise y?", None),
    ],
)
def test_a_method_named_in_the_words_is_read(words: str, estimator: str | None) -> None:
    assert read_approach(words).estimator == estimator


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Does t raise y while including suitable controls?", True),
        ("Does t raise y? Consider the role of potential confounders.", True),
        ("Does t raise y when also considering other variables of interest?", True),
        ("Does t raise y without adjusting for confounders?", False),
        ("Does t raise y? Consider potential collider bias.", False),
    ],
)
def test_a_request_for_relevant_covariates_is_read_unless_denied(words: str, found: bool) -> None:
    assert (read_approach(words).relevant is not None) is found


def test_similar_people_who_did_not_ask_for_the_treated_and_for_matching() -> None:
    reading = read_question(
        "How much more did people who joined t have in y compared to similar people who didn't?", Catalog(table=table())
    )
    assert isinstance(reading.question, EffectQuestion)
    assert (reading.question.estimand, reading.question.hints.estimator) == ("ATT", "matching")
    assert reading.question.hints.adjust_for == ("age", "stress", "visits")


@pytest.mark.parametrize(
    "text",
    [
        "There are several confounding variables like stress and age in the data.",
        "The confounders are age, stress. Visits were counted later.",
        "Confounders such as age or stress were recorded.",
    ],
)
def test_confounders_that_the_codebook_lists_come_before_the_treatment(text: str) -> None:
    codebook = read_codebook(text, COLUMNS)
    assert listed_confounders(codebook, COLUMNS) == ("age", "stress")
    assert timing(codebook, Catalog(table=table(), codebook=codebook))["stress"] == "before"


def test_suitable_controls_are_those_that_the_codebook_places_before_the_treatment() -> None:
    text = "age: age at baseline\nstress: stress score before the treatment\nvisits: visits after the treatment"
    catalog = Catalog(table=table(), codebook=read_codebook(text, COLUMNS))
    reading = read_question("Does t raise y while including suitable controls?", catalog)
    assert isinstance(reading.question, EffectQuestion)
    assert reading.question.hints.adjust_for == ("age", "stress")


def test_a_collider_that_is_no_column_means_that_the_rows_were_selected() -> None:
    catalog = Catalog(table=table("t", "y"))
    reading = read_question("Does t affect y? Hint: Admission is a known collider.", catalog)
    assert isinstance(reading.question, EffectQuestion)
    assert reading.question.hints.selected_on == "Admission"
    other = read_question("Does t affect y? Hint: visits is a known collider.", Catalog(table=table()))
    assert isinstance(other.question, EffectQuestion)
    assert other.question.hints.selected_on is None


def test_the_look_comes_before_the_design_is_settled() -> None:
    assert chosen(asked()).provisional
    assert not chosen(asked(look("ATE", smd=0.3, weighted=0.02), look("ATT", smd=0.3, weighted=0.02))).provisional


def test_arms_comparable_over_the_treated_alone_are_asked_about_the_treated() -> None:
    arms = (look("ATE", smd=1.5, weighted=0.8), look("ATT", smd=1.5, weighted=0.05))
    design = chosen(asked(*arms))
    assert design.estimand == "ATT"
    assert any("on the treated" in reason for reason in design.reasons)
    everyone = chosen(asked(*arms, words="What is the average treatment effect of t on y?"))
    assert everyone.estimand is None
    assert everyone.estimator == "estimate_matching"


def test_weights_that_balance_nobody_give_way_to_matching() -> None:
    design = chosen(asked(look("ATE", smd=3.0, weighted=2.1), look("ATT", smd=3.0, weighted=1.2)))
    assert (design.estimand, design.estimator) == (None, "estimate_matching")


def test_a_small_arm_puts_regression_before_cross_fitting() -> None:
    few = (look("ATE", smd=0.2, weighted=0.0, n_treated=14), look("ATT", smd=0.2, weighted=0.0, n_treated=14))
    situation = asked(*few)
    assert chosen(situation).estimator == "estimate_regression"
    assert isinstance(situation.question, EffectQuestion)
    assert effect_plan(situation.question, situation).primary_estimator == "estimate_regression"


def test_a_method_that_was_asked_for_goes_first() -> None:
    fine = (look("ATE", smd=0.2, weighted=0.0), look("ATT", smd=0.2, weighted=0.0))
    situation = asked(*fine, hints=DesignHints(adjust_for=("age", "stress"), estimator="ipw"))
    assert isinstance(situation.question, EffectQuestion)
    assert effect_plan(situation.question, situation).primary_estimator == "estimate_ipw"


def test_randomised_arms_that_differ_too_much_are_adjusted() -> None:
    hints = DesignHints(design="experiment", adjust_for=("age", "stress"))
    alike = chosen(asked(look("ATE", smd=0.05, weighted=0.0, p_value=0.4), hints=hints))
    apart = chosen(asked(look("ATE", smd=1.2, weighted=0.0, p_value=1e-9), hints=hints))
    assert alike.estimator is None
    assert apart.estimator == "estimate_regression"
    assert any("by more than chance" in reason for reason in apart.reasons)


def test_a_trait_of_the_leader_is_not_one_of_the_unit() -> None:
    names = ("t", "y", "female", "income")
    text = "female: whether the village had a female leader\nincome: income before the policy\n"
    own = "female: sex of the pupil\nincome: income before the policy\n"
    for words, when in ((text, "unknown"), (own, "before")):
        codebook = read_codebook(words, names)
        assert timing(codebook, Catalog(table=table(*names), codebook=codebook))["female"] == when


def test_premises_about_a_table_that_no_formal_reading_fits_leave_the_question_to_the_table() -> None:
    words = (
        "Please estimate the causal direction between stress and visits. t and age are exogenous and independent of the noise of both. "
        "So if regressions of stress and visits on t and age are performed, the one with one non-zero coefficient points to the effect."
    )
    reading = RulePolicy().read(words, Catalog(table=table()))
    assert isinstance(reading.question, DiscoveryQuestion)
    assert reading.question.variables == ("stress", "visits")
