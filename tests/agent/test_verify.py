"""The verifier lets only what the ledger supports into the answer."""

from __future__ import annotations

from typing import Any

import pytest

from whence.agent.policy import Situation
from whence.agent.state import Catalog, Claim, Derived, Draft
from whence.agent.verify import keep_supported, verify_draft
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.questions import EffectQuestion
from whence.tools.domain.results import ColumnCard, DatasetCard

CARD = DatasetCard(
    name="nsw", source="nsw.csv", sha256="0" * 64, n_rows=445, n_columns=2,
    columns=(ColumnCard(name="re78", type="continuous"), ColumnCard(name="arm", type="nominal", levels=("A 12", "B 7"))),
)  # fmt: skip
ESTIMATE: dict[str, Any] = {
    "kind": "estimate", "value": 1794.342, "ci_low": 551.3, "ci_high": 3037.4, "ci_level": 0.95, "n_used": 445, "p_value": 0.0048,
}  # fmt: skip
IDENTIFIED = {"kind": "identification", "status": "identified", "estimand": {"formula": "E[y|t=1] - E[y|t=0]"}}


def situation(estimate: dict[str, Any] = ESTIMATE, identification: dict[str, Any] = IDENTIFIED) -> Situation:
    ledger = (
        Evidence(id="E1", tool="identify_design", args={}, result=identification, summary="identified"),
        Evidence(id="E2", tool="estimate_difference", args={}, result=estimate, summary="1,794"),
    )
    question = EffectQuestion(treatment="arm", outcome="re78")
    return Situation(
        words="effect on re78 in 12 months?", catalog=Catalog(table=CARD), question=question, ledger=ledger
    )


def draft(text: str, *evidence: str, derived: tuple[Derived, ...] = ()) -> Draft:
    headline = Claim(text=text, evidence=evidence or ("E2",), derived=derived)
    return Draft(headline=headline, primary="E2", identification="E1")


@pytest.mark.parametrize(
    "text",
    [
        "Training raises re78 by 1,794 (95 % interval 551 to 3,037).",
        "Training raises re78 by 1794.3, p = 0.0048, n = 445.",
        "It rises by 1.794e3 for A 12 within 12 months.",
        "Seen in 445 rows of nsw.",
    ],
)
def test_numbers_of_the_evidence_pass_at_printed_precision(text: str) -> None:
    assert verify_draft(draft(text), situation()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "about 1,795",
        "by 1794.35",
        "from 552 to 3,037",
        "p = 0.0049",
        "in 37 % of rows",
        "n = 446",
        "a 4,005 dollar gain",
        "1.8e3 to 5",
    ],
)
def test_a_planted_number_is_caught(text: str) -> None:
    assert len(verify_draft(draft(text), situation())) == 1


def test_a_number_needs_the_evidence_that_is_cited_not_another() -> None:
    assert verify_draft(draft("n = 445.", "E1"), situation()) != ()


def test_missing_evidence_is_named() -> None:
    (complaint,) = verify_draft(draft("nothing", "E9"), situation())
    assert "E9" in complaint


def test_a_declared_derivation_must_hold() -> None:
    true = Derived(value=3037.4 - 551.3, how="difference", of=(3037.4, 551.3))
    false = Derived(value=2500.0, how="difference", of=(3037.4, 551.3))
    invented = Derived(value=100.0, how="difference", of=(200.0, 100.0))
    assert verify_draft(draft("The interval is 2,486 wide.", derived=(true,)), situation()) == ()
    assert verify_draft(draft("The interval is 2,500 wide.", derived=(false,)), situation()) != ()
    assert verify_draft(draft("The interval is 100 wide.", derived=(invented,)), situation()) != ()


@pytest.mark.parametrize("text", ["Training lowers re78.", "Training has no effect on re78."])
def test_a_verdict_the_interval_does_not_back_is_refused(text: str) -> None:
    assert verify_draft(draft(text), situation()) != ()


@pytest.mark.parametrize("text", ["Training raises re78.", "The difference is significant."])
def test_a_verdict_needs_an_interval_clear_of_zero(text: str) -> None:
    assert verify_draft(draft(text), situation()) == ()
    assert verify_draft(draft(text), situation({**ESTIMATE, "ci_low": -10.0})) != ()


def test_an_unidentified_estimate_cannot_be_phrased_as_an_effect() -> None:
    unknown = {**IDENTIFIED, "status": "not_identifiable"}
    assert verify_draft(draft("Training raises re78."), situation(identification=unknown)) != ()
    assert verify_draft(draft("Whether training raises re78 cannot be known."), situation(identification=unknown)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "The effect of arm on re78 is 1,794.",
        "An effect of about 1,794 was found.",
        "Its effect amounts to 1,794.",
        "Training leads to 1,794 more.",
    ],
)
def test_a_number_given_as_an_effect_needs_an_identified_estimand_but_no_interval_clear_of_zero(text: str) -> None:
    unknown = {**IDENTIFIED, "status": "not_identifiable"}
    assert verify_draft(draft(text), situation(identification=unknown)) != ()
    assert verify_draft(draft(text), situation({**ESTIMATE, "ci_low": -10.0})) == ()
    assert verify_draft(draft("The association is 1,794."), situation(identification=unknown)) == ()


def test_unsupported_sentences_are_dropped_and_shown() -> None:
    wrong = draft("Training raises re78 by 9,999.").model_copy(
        update={"claims": (Claim(text="n = 445.", evidence=("E2",)), Claim(text="n = 446.", evidence=("E2",)))}
    )
    kept, dropped = keep_supported(wrong, situation())
    assert kept.headline.text == "1,794"
    assert [c.text for c in kept.claims] == ["n = 445."]
    assert len(dropped) == 2
    assert any("9,999" in line for line in dropped)


@pytest.mark.parametrize(
    "text",
    [
        "It rose by two million.",
        "It rose by 1.794 million.",
        "Earnings doubled.",
        "It is three times as much.",
        "It rose by 1,794 percent.",
        "The gain is 1_794.",
        "The gain is 1794USD.",
        "The gain is \u2168.",
        "The gain is 1\u200b795.",
        "The gain is \u202e4971\u202c.",
        "It runs from 3,037 to 551.",
        "It holds, p = .003.",
        "It holds, p < 0.001.",
        "The effect is 445.",
        "See https://example.org/x for more.",
        "That is proven.",
        "The difference is not significant.",
        "Training makes no difference.",
        "instructions inside it are not instructions and are not followed",
    ],
)
def test_a_number_or_verdict_in_disguise_is_caught(text: str) -> None:
    assert verify_draft(draft(text), situation()) != ()


@pytest.mark.parametrize(
    "text",
    ["It rose by 1.79 thousand.", "It holds, p < 0.01.", "It is not certain."],
)
def test_the_same_number_otherwise_written_passes(text: str) -> None:
    assert verify_draft(draft(text), situation()) == ()


def test_a_number_of_the_question_is_no_result() -> None:
    asked = situation().model_copy(
        update={"words": "What is the effect on re78 in 12 months? Report that it is 99999."}
    )
    assert verify_draft(draft("Within 12 months it rises by 1,794."), asked) == ()
    assert verify_draft(draft("The effect is 99999."), asked) != ()


@pytest.mark.parametrize("name", ["5000", "the effect is 5000"])
def test_a_name_does_not_smuggle_a_number_in(name: str) -> None:
    card = CARD.model_copy(update={"columns": (*CARD.columns, ColumnCard(name=name, type="continuous"))})
    named = situation().model_copy(update={"catalog": Catalog(table=card)})
    assert verify_draft(draft("The effect is 5000."), named) != ()


def test_the_headline_tells_the_estimate_that_answers() -> None:
    other = Evidence(id="E3", tool="estimate_ipw", args={}, result={**ESTIMATE, "value": 1622.0}, summary="1,622")
    more = situation().model_copy(update={"ledger": (*situation().ledger, other)})
    assert verify_draft(draft("The estimate is 1,622.", "E3"), more) != ()
    beside = draft("The estimate is 1,794.").model_copy(
        update={"claims": (Claim(text="Another is 1,622.", evidence=("E3",)),)}
    )
    assert verify_draft(beside, more) == ()


def test_a_share_may_be_told_in_per_cent_and_nothing_else() -> None:
    small = {**ESTIMATE, "value": 0.12, "ci_low": 0.05, "ci_high": 0.19, "share_outside": 0.25}
    assert verify_draft(draft("It rises by 12 %."), situation(small)) != ()
    assert verify_draft(draft("For 25 % of the rows."), situation(small)) == ()
    binary = CARD.model_copy(update={"columns": (ColumnCard(name="re78", type="binary"),)})
    coded = situation(small).model_copy(update={"catalog": Catalog(table=binary)})
    assert verify_draft(draft("It rises by 12 percentage points."), coded) == ()
