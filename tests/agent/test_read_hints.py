"""What words and codebooks say about how the treatment came about, and when columns were measured."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.codebook import read_codebook
from whence.agent.policies.rules.hints import timing
from whence.agent.policies.rules.read import read_question
from whence.agent.state import Catalog
from whence.evals.bench._schemas import catalog
from whence.tools.domain.questions import DesignHints

COLUMNS = "treated:binary outcome:continuous age:continuous"


def hints(words: str, columns: str = COLUMNS, text: str = "") -> DesignHints:
    reading = read_question(words, catalog(columns, text))
    assert reading.question is not None, reading.problem
    assert reading.question.kind == "effect"
    return reading.question.hints


QUESTION = "What is the effect of treated on outcome?"


@pytest.mark.parametrize(
    "text",
    [
        "Patients were randomly assigned to the treatment.",
        "This is a randomised controlled trial.",
        "This was a randomized experiment.",
        "Users took part in an A/B test.",
        "An RCT with two arms.",
        "Half of the schools were randomly selected to receive the treatment.",
        "A lottery decided who was treated.",
        "Treatment was allocated at random.",
    ],
)
def test_randomised_wording_is_an_experiment(text: str) -> None:
    found = hints(QUESTION, text=text)
    assert found.design == "experiment"
    assert found.because


@pytest.mark.parametrize(
    "text",
    [
        "Treatment was not randomised.",
        "Treatment was not randomly assigned.",
        "Treatment wasn't randomly assigned.",
        "A non-randomised study.",
        "Observational data from a hospital; age was measured prior to random assignment.",
        "A quasi-experiment in two cities.",
        "A natural experiment.",
        "The table holds 10,000 random customers.",
        "A random sample of households was interviewed.",
        "Two villages were selected at random within each district.",
        "The treated come from an experiment with random assignment; the controls are drawn from survey data: survey controls.",
        "Random noise was added to the outcome.",
        "",
    ],
)
def test_other_wording_is_not_an_experiment(text: str) -> None:
    assert hints(QUESTION, text=text).design is None


def test_randomisation_in_the_question_counts() -> None:
    assert hints("Patients were randomised. Does treated raise outcome?").design == "experiment"


def test_randomisation_of_another_column_does_not_count() -> None:
    columns = "email:binary paid:continuous credit_limit:continuous"
    text = (
        "Customers were randomly assigned to receive an email.\n\nemail: whether an email was sent\ncredit_limit: limit"
    )
    assert hints("Does email raise paid?", columns, text).design == "experiment"
    assert hints("Does credit_limit raise paid?", columns, text).design is None


def test_assignment_is_the_instrument_when_not_all_complied() -> None:
    columns = "visit_offered:binary visit_received:binary health:continuous"
    text = "Visits were offered at random; some families who were offered one did not receive it."
    found = hints("Does the visit improve health?", columns, text)
    assert (found.design, found.instrument) == ("instrument", "visit_offered")
    assert hints("What is the effect of visit_offered on health?", columns, text).instrument is None


def test_an_instrument_named_in_wrapped_text_is_found_for_its_treatment_only() -> None:
    columns = "near:binary educ:continuous wage:continuous black:binary"
    text = "Growing up near a\ncollege (near) made study cheap, so it is used as an\ninstrument for schooling.\n\neduc: years of schooling"
    assert hints("Does education raise the wage?", columns, text).instrument == "near"
    assert hints("What is the effect of black on wage?", columns, text).instrument is None


def test_a_cut_off_is_read_with_its_running_variable() -> None:
    columns = "score:continuous prize:binary grade:continuous"
    found = hints(
        "Does the prize raise the grade? Students with a score of at least 70 get it, so use the cutoff at 70.", columns
    )
    assert (found.design, found.running_variable, found.cutoff) == ("regression_discontinuity", "score", 70)


def test_turning_an_age_is_a_cut_off_in_age() -> None:
    found = hints("What is the effect of turning 65 on visits?", "age:continuous visits:count")
    assert (found.running_variable, found.cutoff) == ("age", 65)


def test_a_margin_of_victory_has_its_cut_off_at_zero() -> None:
    text = "share: margin of victory, negative when the election was lost\nwealth: wealth at death"
    found = hints("What is the effect of winning the election on wealth?", "share:continuous wealth:continuous", text)
    assert (found.running_variable, found.cutoff) == ("share", 0)


def test_before_and_after_by_group() -> None:
    columns = "north:binary post:binary sales:continuous store:nominal:a/b/c"
    text = "The layout came to the north (treatment group).\n\npost: 1 in the period after the change\nnorth: store of the north"
    found = (
        hints("Did the north sell more sales?", columns, text)
        if False
        else hints("Does north raise sales?", columns, text)
    )
    assert (found.design, found.time, found.unit) == ("difference_in_differences", "post", "store")


def test_all_covariates_leave_out_outcomes_and_identifiers() -> None:
    columns = "treated:binary outcome:continuous age:continuous sex:binary final_visit:continuous patient_id:id"
    found = hints("What is the effect of treated on outcome adjusting for all covariates?", columns)
    assert found.adjust_for == ("age", "sex")


def test_adjusting_for_nothing_is_not_the_same_as_saying_nothing() -> None:
    assert hints("What is the effect of treated on outcome without adjusting for anything?").adjust_for == ()
    assert hints(QUESTION).adjust_for is None


def test_the_column_before_is_meant_by_it() -> None:
    assert hints(
        "Evaluate whether treated affects outcome. Hint: age might play a part. Adjust for it."
    ).adjust_for == ("age",)


def when(columns: str, text: str) -> dict[str, str]:
    of = catalog(columns, text)
    return dict(timing(of.codebook, of))


def test_time_is_read_from_descriptions() -> None:
    text = (
        "a: weight at baseline\nb: weight at follow-up\nc: income before the intervention\nd: score after the training\n"
        "e: measured prior to random assignment\nf: shoe size\n"
    )
    found = when("a:continuous b:continuous c:continuous d:continuous e:continuous f:continuous", text)
    assert found == {"a": "before", "b": "after", "c": "before", "d": "after", "e": "before", "f": "unknown"}


def test_time_is_read_from_names() -> None:
    found = when("treated:binary baseline_bp:continuous bp_final:continuous preTest:continuous size:continuous", "")
    assert found == {
        "treated": "treatment",
        "baseline_bp": "before",
        "bp_final": "after",
        "preTest": "before",
        "size": "unknown",
    }


def test_years_are_placed_beside_the_year_of_the_treatment() -> None:
    text = "The training took place in 1976.\n"
    found = when("treated:binary re74:continuous income_1975:continuous re78:continuous", text)
    assert (found["re74"], found["income_1975"], found["re78"]) == ("before", "before", "after")


def test_years_without_a_year_of_treatment_stay_unknown() -> None:
    found = when("treated:binary re74:continuous re78:continuous", "")
    assert (found["re74"], found["re78"]) == ("unknown", "unknown")


def test_a_sentence_may_place_all_columns_but_some() -> None:
    text = "Every column except treated and y was measured before the treatment; y is the outcome.\n\ny: income after the treatment"
    found = when("treated:binary y:continuous a:continuous b:continuous", text)
    assert found == {"treated": "treatment", "y": "after", "a": "before", "b": "before"}


def test_every_column_has_a_time_with_a_graph_alone() -> None:
    of = Catalog(graph="g", graph_nodes=("a", "b"), codebook=read_codebook("a: baseline weight", ["a", "b"]))
    assert timing(of.codebook, of) == {"a": "before", "b": "unknown"}
