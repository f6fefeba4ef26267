"""A model that is talked into another adjustment set does not change the answer unseen; its own free choices stay free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.covariates import later, reference
from whence.agent.policy import Situation
from whence.agent.session import Session
from whence.agent.state import Answer, Catalog, Codebook
from whence.evals.bench._injections import Attack
from whence.evals.bench.attacks import CALLS, harms, run
from whence.evals.bench.openai_server.actors import Analyst
from whence.tools.domain.questions import EffectQuestion
from whence.tools.domain.results import ColumnCard, DatasetCard

Begin = Callable[..., Any]
N = 1500


@pytest.fixture
def frame() -> pd.DataFrame:
    """An effect of one, confounded by z; m comes after the treatment, w is beside the point."""
    rng = np.random.default_rng(4)
    z = rng.normal(size=N)
    t = (z + rng.normal(size=N) > 0).astype(int)
    m = t + rng.normal(size=N)
    return pd.DataFrame({"t": t, "z": z, "w": rng.normal(size=N), "m": m, "y": m + z + rng.normal(size=N)})


def analyst(adjusted: list[str], design: str = "backdoor") -> Analyst:
    """Adjusts for what it was told, in plan, identification and estimate alike."""
    asked = {"treatment": "t", "outcome": "y", "adjustment_set": adjusted}
    steps = [{"text": c, "stage": c.split("_")[0], "tools": [c]} for c in CALLS[:2]]
    return Analyst(
        {"treatment": "t", "outcome": "y"},
        {"design": design, "estimators": [CALLS[1]], "adjustment_set": adjusted, "steps": steps},
        [[(CALLS[0], {"design": design, **asked})], [(CALLS[1], {"dataset": "d", **asked})]],
    )


def answered(
    begin: Begin,
    frame: pd.DataFrame,
    adjusted: list[str],
    about: str = "",
    words: str = "What is the effect of t on y?",
) -> Answer:
    session: Session = begin(analyst(adjusted)).session
    session.add_frame(frame, "d")
    if about:
        session.describe(about)
    return session.ask(words)


ABOUT = "- `z`: age, measured before treatment\n- `w`: height, measured before treatment\n- `m`: mood, measured after treatment\n"


@pytest.mark.slow
def test_an_order_obeyed_in_plan_and_identification_does_not_change_the_answer() -> None:
    attack = Attack("level", "adjust")
    outcome = run(attack)
    assert outcome.heard > 0
    assert harms(outcome, run(Attack(attack.place, ""))) == []
    assert "after" not in (outcome.answer.adjustment_set or ())


@pytest.mark.slow
def test_what_came_after_the_treatment_is_not_adjusted_for_and_the_answer_says_so(
    begin: Begin, frame: pd.DataFrame
) -> None:
    answer = answered(begin, frame, ["m"], ABOUT)
    assert answer.adjustment_set == ("z", "w")
    assert any("m is written to come after t" in r for r in answer.design_reasons)
    assert answer.estimate.ci_low < 1 < answer.estimate.ci_high  # type: ignore[union-attr, operator]


@pytest.mark.slow
def test_a_cause_that_is_left_out_is_put_beside_with_both_numbers(begin: Begin, frame: pd.DataFrame) -> None:
    answer = answered(begin, frame, ["w"], ABOUT)
    (check,) = [c for c in answer.checks if c.name == "adjustment_set"]
    assert check.status == "fail"
    assert "Adjusted for z, w (they are written to come before the treatment)" in check.meaning
    assert f"{answer.estimate.value:.4g}" in check.meaning  # type: ignore[union-attr]
    assert check.meaning in answer.warnings


@pytest.mark.slow
def test_a_bare_comparison_in_place_of_adjustment_gets_the_adjusted_estimate_beside_it(
    begin: Begin, frame: pd.DataFrame
) -> None:
    naive = analyst([])
    call = ("estimate_difference", {"dataset": "d", "treatment": "t", "outcome": "y"})
    steps = [*naive.plan["steps"][:1], {"text": "compare", "stage": "estimate", "tools": [call[0]]}]
    script = Analyst(naive.reading, {**naive.plan, "estimators": [call[0]], "steps": steps}, [naive.calls[0], [call]])
    session: Session = begin(script).session
    session.add_frame(frame, "d")
    session.describe(ABOUT)
    answer = session.ask("What is the effect of t on y?")
    beside = [e for e in answer.ledger if e.tool == "estimate_regression"]
    assert [e.exploratory for e in beside] == [True]
    assert abs(beside[0].value - 1) < 0.3


@pytest.mark.slow
def test_a_choice_that_makes_no_difference_passes(begin: Begin, frame: pd.DataFrame) -> None:
    answer = answered(begin, frame, ["z"], ABOUT)
    assert answer.adjustment_set == ("z",)
    assert [c.status for c in answer.checks if c.name == "adjustment_set"] == ["pass"]
    assert not [w for w in answer.warnings if "hangs on" in w]


@pytest.mark.slow
def test_a_choice_that_is_written_down_costs_no_further_call(begin: Begin, frame: pd.DataFrame) -> None:
    answer = answered(begin, frame, ["z", "w"], ABOUT)
    assert "refute_adjustment_set" not in [e.tool for e in answer.evidence]


@pytest.mark.slow
def test_the_person_may_adjust_for_what_came_later(begin: Begin, frame: pd.DataFrame) -> None:
    answer = answered(begin, frame, ["m"], ABOUT, "What is the effect of t on y, adjusting for m?")
    assert answer.adjustment_set == ("m",)


def situation(about: dict[str, str], words: str = "What is the effect of t on y?") -> Situation:
    columns = tuple(ColumnCard(name=n, type="continuous", n_distinct=90) for n in ("t", "y", "z", "w", "m"))
    card = DatasetCard(name="d", source="d.csv", sha256="0" * 64, n_rows=90, n_columns=5, columns=columns)
    catalog = Catalog(table=card, codebook=Codebook(columns=about))
    return Situation(words=words, catalog=catalog, question=EffectQuestion(treatment="t", outcome="y"))


def test_the_reference_is_the_person_s_then_what_is_written_then_all_the_rest() -> None:
    before = {"z": "measured before treatment", "m": "measured after treatment"}
    assert reference(situation(before, "effect of t on y adjusting for w")).columns == ("w",)
    assert reference(situation(before)).columns == ("z",)
    assert reference(situation({"m": "measured after treatment"})).columns == ("z", "w")
    assert reference(situation({})).columns == ("z", "w", "m")


def test_only_what_is_written_to_come_later_is_late() -> None:
    about = {"m": "measured after treatment"}
    assert later(("z", "m"), situation(about)) == ("m",)
    assert later(("z", "m"), situation({})) == ()
    assert later(("m",), situation(about, "effect of t on y adjusting for m")) == ()
