"""Deterministic rules in words: one meaning whatever the words, and no answer where a part is not understood."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.denial import split_denial
from whence.agent.policies.rules.formal.read import read_formal
from whence.agent.policies.rules.formal.types import FormalReading, FormalVerdict

CHAIN = "We know that Ann causes not Bob, Bob causes Cid, and Cid or not Bob causes Dee."


def answer(text: str) -> str | None:
    verdict, _ = answer_formal(text)
    assert isinstance(verdict, FormalVerdict), verdict
    return verdict.answer


def rules_of(text: str) -> set[tuple[str, bool, tuple[tuple[tuple[str, bool], ...], ...]]]:
    reading = read_formal(f"{text} Would Zed occur if not Ann?")
    assert isinstance(reading, FormalReading), reading
    return {(r["effect"], r["happens"], tuple(tuple(w.items()) for w in r["when"])) for r in reading.call.args["rules"]}


YES, NO = True, False
ONE = {
    ("cid", YES, ((("ann", YES), ("bob", NO)),)): (
        "Ann and not Bob together cause Cid.", "If Ann and not Bob, then Cid.", "Cid is caused by Ann and not Bob.",
        "Ann and not Bob causes Cid.", "Ann and not Bob jointly lead to Cid.", "Cid occurs if Ann occurs and Bob does not occur.",
        "Ann causes Cid unless Bob.", "Whenever Ann happens and Bob does not happen, Cid happens.",
    ),
    ("cid", YES, ((("ann", YES),), (("bob", NO),))): (
        "Ann or not Bob causes Cid.", "Either Ann or not Bob triggers Cid.", "Cid happens if and only if Ann or not Bob.",
        "If Ann or not Bob, Cid.", "Cid is brought about by Ann or not Bob.", "Cid results from Ann or not Bob.",
    ),
    ("cid", NO, ((("ann", YES),),)): ("Ann causes not Cid.", "Ann prevents Cid.", "Cid is prevented by Ann.", "If Ann, then not Cid."),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), [(r, s) for r, ways in ONE.items() for s in ways])
def test_one_rule_in_many_words(rule, said):
    assert rule in rules_of(f"{said} Cid causes Zed.")


def test_lists_of_effects_and_chains_of_clauses_are_cut_at_the_right_commas():
    found = rules_of(
        "We know that Ann causes Bob, Cid and Dee, not Dee causes Eve, Eve and Bob together cause Fay, Gil, and Zed."
    )
    assert {(e, h) for e, h, _ in found} == {(n, True) for n in ("bob", "cid", "dee", "eve", "fay", "gil", "zed")}
    assert ("zed", True, ((("eve", True), ("bob", True)),)) in found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Would Dee occur if not Ann instead of Ann?", "yes"),
        ("Would Dee happen if Ann did not occur?", "yes"),
        ("If not Ann, would Dee occur?", "yes"),
        ("Had Ann not occurred, would Dee have occurred?", "yes"),
        ("Would Cid occur if Ann instead of not Ann?", "no"),
        ("Would Cid not occur if Ann?", "yes"),
        ("Would Dee occur if not Ann and not Cid?", "no"),
        ("Assume not Ann, and based on this assumption, further suppose not Cid. Would Dee occur?", "no"),
        ("Suppose that Ann does not occur. Now suppose further that Bob does not occur. Would Dee still occur?", "yes"),
        ("Imagine not Ann. Would Dee occur if not Cid?", "no"),
    ],
)
def test_suppositions_single_joint_and_nested(question, expected):
    assert answer(f"{CHAIN} {question}") == expected


@pytest.mark.parametrize(
    "seen", ["We observed Bob.", "It turned out that Bob occurred.", "In fact, Bob.", "Bob occurs."]
)
def test_what_is_observed_explains_the_roots(seen):
    text = f"Ann and Eve cause Bob. Bob or Cid causes Dee. {seen} Would Dee occur if not Ann?"
    assert answer(text) == "no"
    assert (
        answer(f"Ann causes Bob. Bob or Cid causes Dee. We observed Cid and Ann. {seen} Would Dee occur if not Ann?")
        == "yes"
    )


STORY = (
    "Husband has a direct effect on wife and alarm clock. Wife has a direct effect on alarm clock. We know that alarm set by "
    "husband causes alarm not set by wife. alarm set by husband or alarm set by wife causes ringing alarm. "
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Would the alarm rings the next morning if alarm not set by husband instead of alarm set by husband?", "yes"),
        (
            "Would the alarm doesn't ring the next morning if alarm not set by husband instead of alarm set by husband?",
            "no",
        ),
    ],
)
def test_events_in_phrases_are_aligned_with_the_graph(question, expected):
    assert answer(STORY + question) == expected


def test_the_order_of_sentences_does_not_matter():
    first, second = "Zed causes Bob.", "Ann causes Zed."
    question = "Would Bob occur if not Ann instead of Ann?"
    assert answer(f"{first} {second} {question}") == answer(f"{second} {first} {question}") == "no"


@pytest.mark.parametrize(
    "text",
    [
        "Ann causes Bob or Cid. Cid causes Dee. Would Dee occur if not Ann?",  # not deterministic
        "Ann causes Bob. Would the moon be full if not Ann?",
        "Ann causes Bob. Would Bob be more likely if not Ann?",
        "Ann causes Bob. Would Bob occur if not the weather report?",
    ],
)
def test_what_is_not_understood_is_not_answered(text):
    verdict, _ = answer_formal(text)
    assert getattr(verdict, "answer", None) is None


@pytest.mark.parametrize(
    ("phrase", "event", "denied"),
    [
        ("not Ann", "Ann", True),
        ("Ann does not occur", "Ann", True),
        ("Ann fails to occur", "Ann", True),
        ("the absence of Ann", "Ann", True),
        ("Ann is absent", "Ann", True),
        ("Ann happened", "Ann", False),
        ("it is the case that not Ann", "Ann", True),
        ("Ann isn't true", "Ann", True),
    ],
)
def test_denials_are_taken_off(phrase, event, denied):
    assert split_denial(phrase) == (event, denied)


@pytest.mark.parametrize(
    "question",
    [
        "Suppose Praf does not occur. Everything else stays as it was. Would Vork occur?",
        "Assume that Praf had not occurred. Nothing else is changed from outside. Then would Vork have occurred?",
        "Suppose Praf did not occur. Vork is of interest to us. Would Vork still occur?",
        "Now imagine that Praf had been absent. We keep the rules as they are. Would Vork have happened?",
        "Assume not Praf. (This is contrary to fact.) Would Vork occur?",
    ],
)
def test_sentences_may_stand_between_a_supposition_and_its_question(question: str) -> None:
    text = "We know that Praf causes Klep. Klep and Zim causes Vork. We observed Zim and Praf. "
    verdict, _ = answer_formal(text + question)
    assert getattr(verdict, "answer", None) == "no"


@pytest.mark.parametrize(
    "seen",
    ["We did not observe Zim.", "Zim was not observed.", "We observed no Zim.", "We observed the absence of Zim."],
)
def test_what_was_not_seen_did_not_happen(seen: str) -> None:
    text = (
        f"We know that Praf causes Klep. Klep and Zim causes Vork. {seen} Would Vork occur if Praf instead of not Praf?"
    )
    verdict, _ = answer_formal(text)
    assert getattr(verdict, "answer", None) == "no"
