"""Keys stay out of text, also when a stream cuts them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.agent.policies.llm.redact import MARK, Redactor

KEY = 'sk-"quoted\\0123456789'
PLAIN = "sk-0" + "x" * 9
PARTS = st.lists(st.one_of(st.text(max_size=5), st.just(KEY), st.just(json.dumps(KEY)), st.just(KEY[:7])), max_size=6)


@given(PARTS, st.lists(st.integers(0, 200), max_size=20))
def test_a_cut_stream_never_shows_a_key_and_nothing_else_is_lost(parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    cuts = sorted({0, len(text), *(p for p in places if p < len(text))})
    stream = Redactor([KEY]).stream()
    pieces = [stream.feed(text[a:b]) for a, b in pairwise(cuts)]
    out = "".join([*pieces, stream.flush()])
    assert KEY not in out
    assert json.dumps(KEY)[1:-1] not in out
    if KEY[:2] not in text:
        assert out == text


def test_every_corner_of_a_value_is_redacted() -> None:
    value = Redactor([KEY]).value({KEY: [f"a{KEY}", {"b": (KEY, 3, None)}]})
    assert value == {MARK: [f"a{MARK}", {"b": [MARK, 3, None]}]}


def test_short_dummies_do_not_blot_out_words() -> None:
    assert Redactor(["none"]).text("none of them") == "none of them"


def test_what_looks_like_a_key_is_taken_out_of_foreign_errors() -> None:
    said = Redactor([KEY]).foreign("Incorrect API key provided: sk-abcd****wxyz. Bearer abcdefghijk")
    assert said == "Incorrect API key provided: [key] [key]"


@pytest.mark.parametrize("spell", [str, str.upper])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_key_spelt_in_numbers_is_found_however_deep(spell: Callable[[str], str], depth: int) -> None:
    spelt = "".join(f"\\u{spell(f'{ord(ch):04x}')}" if n % 3 else ch for n, ch in enumerate(PLAIN))
    redactor = Redactor([PLAIN])
    text = f'{{"a": "{spelt}"}}'
    assert json.loads(text)["a"] == PLAIN
    for _ in range(depth - 1):
        text = json.dumps(text)
    assert "xxx" not in redactor.text(text).replace("u0078", "x")
    assert MARK in redactor.text(text)
