"""CLadder: files in every published format, labels audited, new items with exact answers, the engine on gold readings."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest

from whence.evals.cladder.__main__ import main
from whence.evals.cladder.audit import HIDDEN, NO_MARGIN, NO_WEIGHTS, ROUNDED, TIE, TWICE, known_error
from whence.evals.cladder.gold import TERMS, ask
from whence.evals.cladder.load import load
from whence.evals.cladder.printed import FORMS, answer_of, numbers_of
from whence.evals.cladder.task import BENCHMARK
from whence.evals.cladder.worlds import SHAPES, World
from whence.evals.harness.formal import solve_formally
from whence.tools.domain.errors import UsageError

ROW: dict[str, Any] = {
    "question_id": 7,
    "background": "Imagine a self-contained, hypothetical world: Pexu has a direct effect on rukz.",
    "given_info": "For those who are not pexu, the probability of rukz is 20%. For those who are pexu, the probability of rukz is 60%.",
    "question": "Will pexu increase the chance of rukz?",
    "answer": "yes",
    "meta": {"query_type": "ate", "graph_id": "chain", "story_id": "nonsense8", "rung": 2},
}


def test_sample_has_every_query_on_every_graph_and_is_solved() -> None:
    items = list(load(None))
    assert len(items) == len({i.id for i in items}) == 100
    assert len({(i.groups["query"], i.groups["graph"]) for i in items}) == 65
    assert [i.id for i in items if solve_formally(i).answer != i.target and not i.label_error] == []


def test_json_list_json_lines_and_csv_are_the_same_items(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(json.dumps([ROW, {**ROW, "question_id": 8}]))
    (tmp_path / "lines.jsonl").write_text(f"{json.dumps(ROW)}\n\n{json.dumps({**ROW, 'question_id': 8})}\n")
    with (tmp_path / "v15.csv").open("w", newline="") as file:
        writer = csv.DictWriter(
            file, ["id", "prompt", "label", "reasoning", "rung", "query_type", "graph_id", "story_id"]
        )
        writer.writeheader()
        prompt = f"{ROW['background']} {ROW['given_info']} {ROW['question']}"
        for i in (7, 8):
            writer.writerow(
                {"id": i, "prompt": prompt, "label": "yes", "reasoning": "Step 1:\nso it is", **ROW["meta"]}
            )
    first, second, third = (list(load(tmp_path / n)) for n in ("list.json", "lines.jsonl", "v15.csv"))
    assert first == second
    assert [i.model_dump(exclude={"groups"}) for i in third] == [i.model_dump(exclude={"groups"}) for i in first]
    assert first[0].groups == {"rung": "2", "query": "ate", "graph": "chain", "sense": "nonsense"}
    assert len({i.id for i in load(tmp_path)}) == 6


def test_a_label_that_is_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(json.dumps({**ROW, "answer": "maybe"}))
    with pytest.raises(UsageError, match="'maybe'"):
        list(load(tmp_path / "bad.jsonl"))


@pytest.mark.parametrize(
    ("query", "graph", "text", "question", "answer", "error", "right"),
    [
        ("backadj", "fork", "", "…?", "yes", TIE, None),
        ("backadj", "IV", "", "…?", "no", HIDDEN, None),
        ("backadj", "confounding", "", "…?", "yes", "", None),
        ("marginal", "diamond", "50% 20% 70%", "Is y more likely than not y?", "yes", NO_MARGIN, "no"),
        ("marginal", "diamond", "50% 20% 70%", "Is y more likely than not y?", "no", "", None),
        ("correlation", "chain", "95% 2% 46%", "Is the chance of y larger when observing x?", "no", ROUNDED, None),
        ("ett", "confounding", "51% 33% 28% 92% 27%", "For x, would it be more likely?", "yes", NO_WEIGHTS, None),
        ("ett", "confounding", "20% 33% 28% 92% 27%", "For x, would it be less likely?", "yes", "", None),
        ("ate", "diamondcut", "For a and b, the probability of y is 10%. For a and b, the probability of y is 3%.", "…", "no", TWICE, None),
    ],
)  # fmt: skip
def test_known_errors(
    query: str, graph: str, text: str, question: str, answer: str, error: str, right: str | None
) -> None:
    assert known_error(query, graph, text, question, answer) == (error, right)


def test_a_small_difference_is_no_in_both_directions() -> None:
    for way in ("increase", "decrease"):
        assert answer_of("ate", "chain", numbers_of("50% and 50%"), f"Will x {way} the chance of y?") == "no"


@pytest.mark.parametrize(("query", "graph"), [k for k in FORMS if k in TERMS])
def test_engine_on_gold_readings_equals_the_closed_form(query: str, graph: str) -> None:
    rng = random.Random(f"{query}{graph}")
    # a world with this graph makes the numbers consistent
    shape = next((s for s in SHAPES if s.name == graph), None)
    world = World.draw(shape, rng) if shape else None
    numbers = [
        world.chance({event: 1}, dict(zip(given, at, strict=True))) if world else rng.uniform(0.35, 0.65)
        for event, *given in TERMS[query, graph]
        for at in product((0, 1), repeat=len(given))
    ]
    answer = ask(query, graph, numbers)
    assert answer is not None
    assert answer.value == pytest.approx(FORMS[query, graph](*numbers), abs=1e-7), answer


def test_the_command_for_gold_readings_names_every_label_it_differs_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = {**ROW, "meta": {**ROW["meta"]}}
    rounded = {
        **ROW, "question_id": 8, "given_info": "For those who are not pexu, the probability of rukz is 50%. "
        "For those who are pexu, the probability of rukz is 50%.",
    }  # fmt: skip
    wrong = {**ROW, "question_id": 9, "answer": "no"}
    monkeypatch.setattr("sys.argv", ["cladder", str(tmp_path / "rows.jsonl")])
    for rows, status in (((sound, rounded), 0), ((sound, wrong), 1)):
        (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        assert main() == status
        out = capsys.readouterr().out
        assert "1 of     2 equal" in out
    assert "1: 9 (ate, chain)" in out


def test_generated_items_are_answered_exactly() -> None:
    assert BENCHMARK.generate is not None
    items = list(BENCHMARK.generate(300, 11))
    assert len({i.prompt for i in items}) == 300
    assert len(Counter(i.groups["query"] for i in items)) == 10
    assert set(Counter(i.target for i in items)) == {"yes", "no"}
    missed = [(i.groups, i.target, r.answer, i.prompt) for i in items if (r := solve_formally(i)).answer != i.target]
    assert len(missed) <= 3, missed


def test_generated_items_do_not_depend_on_how_many_follow() -> None:
    assert BENCHMARK.generate is not None
    assert list(BENCHMARK.generate(5, 3)) == list(islice(BENCHMARK.generate(1_000_000, 3), 5))


def test_enumeration_agrees_with_textbook_formulas() -> None:
    mediation = next(s for s in SHAPES if s.name == "mediation")
    world = World.draw(mediation, random.Random(1))
    y = {(x, m): world.table["Y", (x, m)] for x in (0, 1) for m in (0, 1)}
    m0, m1 = world.table["V2", (0,)], world.table["V2", (1,)]
    # Pearl's mediation formula
    assert world.nde() == pytest.approx((1 - m0) * (y[1, 0] - y[0, 0]) + m0 * (y[1, 1] - y[0, 1]))
    assert world.nie() == pytest.approx((m1 - m0) * (y[0, 1] - y[0, 0]))
    confounding = next(s for s in SHAPES if s.name == "confounding")
    world = World.draw(confounding, random.Random(2))
    adjusted = sum(world.chance({"V1": v}) * (world.table["Y", (v, 1)] - world.table["Y", (v, 0)]) for v in (0, 1))
    assert world.ate() == pytest.approx(adjusted)
    treated = sum(
        world.chance({"V1": v}, {"X": 1}) * (world.table["Y", (v, 1)] - world.table["Y", (v, 0)]) for v in (0, 1)
    )
    assert world.att() == pytest.approx(treated)


@pytest.mark.parametrize("name", sorted(BENCHMARK.perturb))
def test_rewriting_keeps_answers(name: str) -> None:
    items = list(load(None))[::3]
    rewritten = [BENCHMARK.perturb[name](i, 5) for i in items]
    assert any(a.prompt != b.prompt for a, b in zip(items, rewritten, strict=True))
    changed = [
        i.prompt for i, j in zip(items, rewritten, strict=True) if solve_formally(i).answer != solve_formally(j).answer
    ]
    assert len(changed) <= 1, changed


def test_shortcuts_never_read_the_premise() -> None:
    item = next(load(None))
    question = item.prompt[item.prompt.rindex(". ") + 2 :]
    bare = item.model_copy(update={"prompt": question})
    for shortcut in ("always yes", "yes to more"):
        assert BENCHMARK.shortcuts[shortcut](item).answer == BENCHMARK.shortcuts[shortcut](bare).answer
