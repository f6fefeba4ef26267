"""Prose is picked out of JSON however it is cut, and only prose."""

from __future__ import annotations

import json
from random import Random

import pytest

from whence.agent.policies.llm.stream import LONGEST, TextOfJson

REPLY = {
    "headline": {"text": 'He said "yes": 😀 <b>\n\\ done', "evidence": ["E1", "text"]},
    "note": 'a "text": "trap"',
    "claims": [{"evidence": [], "text": "Zwölf ⇒ 12"}, {"text": "", "derived": [{"how": "text"}]}, {"text": "end"}],
}
PROSE = ['He said "yes": 😀 <b>\n\\ done', "Zwölf ⇒ 12", "", "end"]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("longest", [1, 3, 40, 4000])
def test_prose_is_the_same_however_the_reply_is_cut(longest: int, indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(REPLY, ensure_ascii=ascii_only, indent=indent)
    rng, reader, shown, at = Random(longest), TextOfJson("text"), "", 0
    while at < len(body):
        n = rng.randint(1, longest)
        shown += reader.feed(body[at : at + n])
        at += n
    assert shown == "".join(p + "\n" for p in PROSE)


def test_prose_comes_before_the_reply_is_complete() -> None:
    assert TextOfJson("text").feed('{"headline": {"text": "It rai') == "It rai"


@pytest.mark.parametrize("junk", ["no JSON", '{"text": 7}', '{"text"', '"' * 1000, "\\" * 1000, '{"text": "\\uZZZZ"}'])
def test_what_is_no_json_shows_nothing_and_raises_nothing(junk: str) -> None:
    assert TextOfJson("text").feed(junk).strip() == ""


def test_endless_strings_are_not_kept() -> None:
    reader = TextOfJson("text")
    for _ in range(5):
        reader.feed('"' + "x" * LONGEST)
    assert len(reader._rest) <= LONGEST
