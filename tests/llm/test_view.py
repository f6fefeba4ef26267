"""A situation fits any context: what is folded away is never an id, a graph's name or what the person said."""

from __future__ import annotations

import json

import pytest

from whence.agent.policies.llm.prompt import Prompt, text_tokens
from whence.agent.policies.llm.view import FOLDS, situation_prompt
from whence.agent.policy import Situation
from whence.agent.state import Catalog, Codebook, Exchange, Plan, PlanStep
from whence.tools.domain.errors import TooLarge
from whence.tools.domain.evidence import Check, Evidence
from whence.tools.domain.knowledge import Knowledge
from whence.tools.domain.questions import EffectQuestion
from whence.tools.domain.results import ColumnCard, DatasetCard

N_COLUMNS, N_EVIDENCE = 300, 60
NAMES = [f"column_{i}" for i in range(N_COLUMNS)]


def crowded() -> Situation:
    columns = tuple(ColumnCard(name=n, type="continuous", n_distinct=99) for n in NAMES)
    card = DatasetCard(name="wide", source="w.csv", sha256="0" * 64, n_rows=9, n_columns=N_COLUMNS, columns=columns)
    check = Check(name="overlap", status="fail", meaning="few rows compare " * 9, does_not_show="x")
    ledger = tuple(
        Evidence(id=f"E{i}", tool="estimate_regression", args={"n": i}, summary="long words " * 40, checks=(check,))
        for i in range(1, N_EVIDENCE + 1)
    )
    return Situation(
        words="What does column_299 do to column_298?",
        catalog=Catalog(
            table=card, graph="my graph", graph_nodes=("a", "b"), knowledge=Knowledge(forbidden=(("age", "sex"),)),
            codebook=Codebook(text="The study. " * 400, columns=dict.fromkeys(NAMES, "a description of some length " * 4)),
            earlier=tuple(Exchange(words=f"earlier question {i} " * 20, claim="it was so " * 60) for i in range(6)),
        ),
        question=EffectQuestion(treatment="column_299", outcome="column_298"),
        plan=Plan(design="backdoor", steps=(PlanStep(text="estimate it", stage="estimate"),)),
        ledger=ledger,
    )  # fmt: skip


@pytest.mark.parametrize("room", [30_000, 12_000, 6000, 3500, 2500])
def test_a_crowded_situation_fits_and_keeps_what_must_be_kept(room: int) -> None:
    situation = crowded()
    text = situation_prompt(situation, "Now do it.", study=True).fitted(room)
    assert text_tokens(text) <= room
    for i in range(1, N_EVIDENCE + 1):
        assert f'["E{i}",' in text
    for kept in ("my graph", '["forbidden",[["age","sex"]]]', "column_299", "column_298", "estimate it", "Now do it."):
        assert kept in text
    assert json.dumps(situation.words) in text


def test_each_fold_is_shorter_than_the_one_before() -> None:
    prompt = situation_prompt(crowded(), "Now do it.", study=True)
    lengths = [text_tokens(prompt.fitted(10**9))]
    for _ in FOLDS[1:]:
        lengths.append(text_tokens(prompt.fitted(lengths[-1] - 1)))
    assert lengths == sorted({*lengths}, reverse=True)
    with pytest.raises(TooLarge, match="longer context"):
        prompt.fitted(lengths[-1] - 1)


def test_the_path_of_a_file_is_never_shown() -> None:
    load = Evidence(id="E1", tool="data_load", args={"path": "/home/somebody/secret.csv"}, summary="w: 9 rows")
    text = situation_prompt(crowded().model_copy(update={"ledger": (load,)}), "x").fitted(10**6)
    assert "somebody" not in text


def test_a_text_of_one_length_is_sent_or_refused() -> None:
    assert Prompt.fixed("short").followed_by("and more").fitted(10) == "short\n\nand more"
    with pytest.raises(TooLarge, match="room for 0"):
        Prompt.fixed("short").fitted(-5)
