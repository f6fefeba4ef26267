"""A design that the question names is read, or refused with the next step; it is never dropped silently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.policies.rules.read import read_question
from whence.evals.bench._schemas import catalog
from whence.tools.domain.examples import DESIGN_EFFECTS, design_tables
from whence.tools.domain.questions import EffectQuestion

pytestmark = pytest.mark.slow  # processes, servers or whole runs

COLUMNS = "t:binary w:binary y:continuous z:continuous firm:nominal:a/b/c score:continuous admitted:binary grade:continuous year:count"


def asked(words: str) -> EffectQuestion:
    reading = read_question(words, catalog(COLUMNS))
    assert isinstance(reading.question, EffectQuestion), reading.problem
    return reading.question


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("What is the effect of t on y by difference in differences over w?", "w"),
        ("What is the effect of t on y by difference-in-differences over year with unit firm?", "year"),
        ("What is the effect of t on y? Use a DiD design.", "year"),
        ("What is the effect of t on y over w by difference in differences?", "w"),
    ],
)
def test_difference_in_differences_is_read_with_its_period_and_unit(words: str, time: str) -> None:
    hints = asked(words).hints
    assert (hints.design, hints.time, hints.unit) == ("difference_in_differences", time, "firm")


@pytest.mark.parametrize(
    ("words", "running", "cutoff"),
    [
        ("What is the effect of crossing the cut-off z=0 on y?", "z", 0),
        ("What is the effect of t on y at the cut-off z = -0.5?", "z", -0.5),
        ("What is the effect of admitted on grade at the cut-off score = 50?", "score", 50),
        ("Does admitted raise grade at the threshold score = 50?", "score", 50),
        ("Students with score above 50 were admitted. What is the effect of admitted on grade?", "score", 50),
        ("Students with a score of at least 50 were admitted. Does being admitted raise the grade?", "score", 50),
    ],
)
def test_a_cut_off_and_a_rule_of_admission_are_read(words: str, running: str, cutoff: float) -> None:
    question = asked(words)
    hints = question.hints
    assert (hints.design, hints.running_variable, hints.cutoff) == ("regression_discontinuity", running, cutoff)
    assert (question.population, question.derived) == ((), ())


def school(rule: str, complied: float, names: tuple[str, str]) -> pd.DataFrame:
    """Scores 0 to 100: of those who meet the rule a share is admitted, of the others the rest, and it adds 3 to the grade."""
    rng = np.random.default_rng(7)
    score = rng.integers(0, 101, 4000)
    met = score > 50 if rule == "above 50" else score < 50
    admitted = np.where(rng.random(4000) < complied, met, ~met).astype(int)
    grade = 3.0 * admitted + score / 50 + rng.normal(0, 0.5, 4000)
    return pd.DataFrame({"score": score, "admitted": [names[k] for k in admitted], "grade": grade})


@pytest.mark.parametrize(
    ("complied", "said"), [(1.0, "at the cut-off."), (0.75, "at the cut-off, among those whom it moves.")]
)
@pytest.mark.parametrize("rule", ["above 50", "below 50"])
@pytest.mark.parametrize("names", [("no", "yes"), ("refused", "accepted")], ids=str)
def test_the_effect_of_admission_is_told_whichever_side_is_admitted(
    start: Callable[..., Any], rule: str, names: tuple[str, str], complied: float, said: str
) -> None:
    session = start()
    session.add_frame(school(rule, complied, names), "school")
    versus = "" if names[0] == "no" else " (accepted against refused)"
    answer = session.ask(f"Students with score {rule} were admitted. What is the effect of admitted{versus} on grade?")
    assert answer.design == "regression_discontinuity"
    assert answer.estimate.value == pytest.approx(3, abs=4 * answer.estimate.std_error)
    told = answer.claims[0].text
    assert told.startswith(f"admitted ({names[0]} → {names[1]}) raises grade by ")
    assert told.endswith(said)
    assert not any("only rows with score" in b for b in answer.reading)
    assert any("itself jumps by" in c.text for c in answer.claims) == (complied < 1)


def test_a_restriction_of_the_rows_is_not_a_rule_of_admission() -> None:
    question = asked("Does admitted raise grade for students with score above 50?")
    assert question.hints.design is None
    assert [(c.column, c.value) for c in question.population] == [("score", 50)]


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("What is the effect of t on y by difference in differences over nosuch?", "tells before from after"),
        ("What is the effect of t on y with a regression discontinuity?", "value of the cut-off are not clear"),
        ("What is the effect of t on y using nosuch as an instrument?", "no column is clearly the instrument"),
    ],
)
def test_a_named_design_that_cannot_be_read_is_refused(words: str, missing: str) -> None:
    reading = read_question(words, catalog(COLUMNS))
    assert reading.question is None
    assert missing in (reading.problem or "")


def test_a_named_period_without_a_telling_name_is_estimated_over(start: Callable[..., Any]) -> None:
    session = start()
    session.add_frame(design_tables(800, seed=1)["two_periods"], "two")
    answer = session.ask("What is the effect of t on y by difference in differences over w?")
    assert answer.design == "difference_in_differences"
    assert abs(answer.estimate.value - DESIGN_EFFECTS["two_periods"]) < 4 * answer.estimate.std_error


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("What is the effect of t on y by difference in differences over w?", ()),
        ("What is the effect of t on y by difference in differences by w?", ()),
        ("What is the effect of t on y by difference in differences over year with unit firm?", ()),
        ("What is the effect of t on y by admitted, by difference in differences over w?", ("admitted",)),
    ],
)
def test_the_period_of_difference_in_differences_is_no_modifier(words: str, given: tuple[str, ...]) -> None:
    reading = read_question(words, catalog(COLUMNS))
    assert isinstance(reading.question, EffectQuestion), reading.problem
    assert reading.question.given == given
    assert reading.question.estimand == ("CATE" if given else "ATE")
    assert given or reading.question.aspects is None
    said = [b for b in reading.question.hints.because if "levels of" in b or "groups of" in b]
    assert all("'w'" not in b and "year" not in b for b in said)


def test_every_call_of_difference_in_differences_succeeds(start: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    t, after = rng.integers(0, 2, 900), rng.integers(0, 2, 900)
    frame = pd.DataFrame({"treated": t, "period": np.where(after == 1, "after", "before")})
    frame["wage"] = t + 2.0 * after + 5.0 * t * after + rng.standard_normal(900)
    session = start()
    session.add_frame(frame, "wages")
    answer = session.ask("What is the effect of treated on wage by difference in differences over period?")
    calls = [e for e in answer.evidence if e.tool == "estimate_did"]
    assert [e.ok for e in calls] == [True]
    assert answer.estimate.value == pytest.approx(5, abs=4 * answer.estimate.std_error)


def test_a_panel_is_estimated_by_unit(start: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"firm": np.repeat(np.arange(40), 5), "year": np.tile(np.arange(2000, 2005), 40)})
    frame["law"] = ((frame["firm"] < 20) & (frame["year"] >= 2003)).astype(int)
    frame["sales"] = frame["firm"] / 10 + 2.0 * frame["law"] + rng.standard_normal(len(frame))
    session = start()
    session.add_frame(frame, "firms")
    answer = session.ask("What is the effect of law on sales by difference in differences over year with unit firm?")
    assert answer.estimator == "two_way_fixed_effects"
    assert abs(answer.estimate.value - 2) < 4 * answer.estimate.std_error


def test_several_periods_without_a_unit_are_refused_in_the_answer(start: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"t": rng.integers(0, 2, 300), "w": rng.integers(0, 3, 300), "y": rng.standard_normal(300)})
    session = start()
    session.add_frame(frame, "three")
    answer = session.ask("What is the effect of t on y by difference in differences over w?")
    assert answer.estimate is None
    assert any("before and after are two" in w for w in answer.warnings)
