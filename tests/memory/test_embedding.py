"""The offline embedding: the same everywhere, close for what means the same."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from whence.evals.bench.memory import recall
from whence.memory.embedding import MAX_CHARS, N_DIMENSIONS, embed, pack, says_nothing, words
from whence.memory.names import clean_name


def cosine(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))


@pytest.mark.parametrize("seed", ["0", "1", "random"])
def test_every_process_embeds_alike(seed: str) -> None:
    text = "Does smoking cause cancer? 因果 re78 Ümlaut"
    code = f"from whence.memory.embedding import *; import sys; sys.stdout.write(pack(embed({text!r})).hex())"
    environment = {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert bytes.fromhex(said.stdout) == pack(embed(text))


@pytest.mark.parametrize(
    "text", ["x", "the", "wages " * 50_000, "因果グラフ", "\ud800 lone", "a\0b", "📈", "x" * 1_000_000]
)
def test_vectors_have_length_one_or_zero(text: str) -> None:
    vector = embed(text)
    assert len(vector) == N_DIMENSIONS
    length = math.sqrt(sum(x * x for x in vector))
    assert length == pytest.approx(1, abs=1e-6) or (length == 0 and not words(text))


@pytest.mark.parametrize(
    ("near", "near_too", "far"),
    [
        ("smoking and cancer", "cigarettes and tumours", "wages and jobs"),
        ("wages", "income", "rainfall"),
        ("numChildren", "num_children", "number of pages"),
        ("randomised trial", "randomized experiments", "observational registry"),
        ("unemployed", "employment", "vaccination"),
        ("因果推論", "因果グラフ", "天気"),
    ],
)
def test_what_means_the_same_is_closer(near: str, near_too: str, far: str) -> None:
    assert cosine(near, near_too) > cosine(near, far) + 0.1


def test_unrelated_words_hardly_meet() -> None:
    group = ["zebra", "opera", "quantum", "velvet", "glacier", "puppet", "saffron", "harbour", "violin", "cactus"]
    pairs = [abs(cosine(a, b)) for a in group for b in group if a < b]
    assert max(pairs) < 0.25
    assert sum(pairs) / len(pairs) < 0.06


def test_questions_without_content_say_nothing() -> None:
    assert says_nothing("What did we learn about the graphs?")
    assert says_nothing(" ?! ")
    assert not says_nothing("What did we learn about churn?")


def test_most_paraphrases_recall_the_right_thing() -> None:
    n, first, in_three, _ = recall()
    assert n >= 40
    assert first / n > 0.8
    assert in_three / n > 0.9


def test_only_the_beginning_of_a_very_long_text_counts() -> None:
    assert embed("x y z " * 2000) == embed(("x y z " * 2000)[:MAX_CHARS])


@pytest.mark.parametrize("name", [" a ", "e\u0301", "\u00e9", "Å", "ﬁ", "한글", "a\u0300\u0301 ", "\u1e9b\u0323"])
def test_cleaning_a_name_twice_changes_nothing(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)
