"""A conversation: tables from memory, a codebook, knowledge, graphs with versions, findings that are remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import whence
from whence.agent.cli.chat_commands import carry_out, change_graph
from whence.tools.domain.errors import Cancelled, UsageError
from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Dag

pytestmark = pytest.mark.slow  # processes, servers or whole runs

QUESTION = "What is the effect of t on y adjusting for z?"


@pytest.fixture
def session(start: Any, tmp_path: Path) -> Any:
    session = start(home=tmp_path / "home")
    session.add_frame(get_example("confounder").simulate(300, seed=2), "confounder")
    return session


def said(session: Any, words: str) -> str:
    lines: list[str] = []
    assert carry_out(session, words, lines.append)
    return "".join(lines)


def test_a_frame_from_memory_is_copied_and_answered(start: Any) -> None:
    frame = get_example("confounder").simulate(300, seed=2)
    session = start()
    card = session.add_frame(frame, "mine")
    frame["y"] = 0.0
    answer = session.ask(QUESTION)
    assert (card.name, card.n_rows) == ("mine", 300)
    assert answer.adjustment_set == ("z",)
    expected = _least_squares(get_example("confounder").simulate(300, seed=2))
    assert answer.estimate is not None
    assert answer.estimate.value == pytest.approx(expected, rel=1e-6)


def _least_squares(frame: pd.DataFrame) -> float:
    """Coefficient of `t` with `z` beside it and interacted, at the mean of `z`: regression adjustment by hand."""
    t, z = frame["t"].to_numpy(float), frame["z"].to_numpy() - frame["z"].mean()
    design = np.column_stack([np.ones(len(t)), t, z, t * z])
    return float(np.linalg.lstsq(design, frame["y"].to_numpy(), rcond=None)[0][1])


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.DataFrame({"a": [1, "x", {"k": 1}], "b": [1, 2, 3]}),
        pd.DataFrame({"a": [1 + 2j, 3j], "b": [1, 2]}),
        pd.DataFrame(),
        pd.DataFrame({"a": [1, 2, 3]}),
    ],
    ids=["repeated names", "cells of several kinds", "complex numbers", "empty", "one column"],
)
def test_a_frame_that_cannot_be_a_table_is_refused(start: Any, frame: pd.DataFrame) -> None:
    with pytest.raises(UsageError):
        start().add_frame(frame, "odd")


def test_names_of_columns_that_are_not_text_are_made_text(start: Any) -> None:
    frame = pd.DataFrame({0: [0, 1] * 40, 1: np.arange(80.0)})
    assert [c.name for c in start().add_frame(frame).columns] == ["0", "1"]


def test_two_tables_live_in_one_session_and_the_last_is_asked_by_default(session: Any) -> None:
    session.add_frame(get_example("randomised").simulate(300, seed=3), "randomised")
    assert session.catalog().table.name == "randomised"
    assert session.catalog("confounder").table.name == "confounder"
    first = session.ask(QUESTION, "confounder")
    second = session.ask("What is the effect of t on y adjusting for x?")
    assert first.evidence[0].args["name"] == "confounder"
    assert second.evidence[0].args["name"] == "randomised"
    assert [e.id for e in second.evidence] == [f"E{i + 1}" for i in range(len(second.evidence))]
    with pytest.raises(UsageError, match="no table 'third'"):
        session.ask(QUESTION, "third")


def test_a_codebook_gives_columns_their_meaning(start: Any, tmp_path: Path) -> None:
    session = start()
    frame = get_example("confounder").simulate(300, seed=2).rename(columns={"t": "v17", "y": "v18"})
    session.add_frame(frame, "survey")
    book = tmp_path / "book.md"
    book.write_text("# Survey\n\n- `v17`: job training\n- `v18`: earnings\n- `z`: age, measured at baseline\n")
    session.about(book)
    answer = session.ask("Does job training raise earnings?")
    assert (answer.question.treatment, answer.question.outcome) == ("v17", "v18")
    assert answer.adjustment_set == ("z",)
    with pytest.raises(UsageError, match="not a file"):
        session.about(tmp_path / "nowhere.md")


def test_knowledge_adds_up_and_a_contradiction_is_refused_with_both_sides(session: Any) -> None:
    session.know("nothing causes z")
    known = session.know("t -> y")
    assert (known.exogenous, known.required) == (("z",), (("t", "y"),))
    with pytest.raises(UsageError, match="contradicts itself"):
        session.know("t does not cause y")


@pytest.mark.parametrize(
    ("knowledge", "graph", "message"),
    [
        ("nothing causes Z", None, "'Z', which is no column .* Did you mean 'z'"),
        ("nothing causes weather", None, "'weather'"),
        ("t does not cause y", "z -> t; z -> y; t -> y", "contradict each other: t -> y is in the graph"),
    ],
)
def test_knowledge_that_fits_nothing_is_refused_before_anything_rests_on_it(
    session: Any, knowledge: str, graph: str | None, message: str
) -> None:
    if graph:
        session.use_graph(graph)
    session.know(knowledge)
    with pytest.raises(UsageError, match=message):
        session.ask(QUESTION)


def test_a_direction_that_the_person_rules_out_is_not_estimated_in_silence(session: Any) -> None:
    session.know("tiers: z < y < t")
    answer = session.ask(QUESTION)
    assert answer.estimate is None
    assert "t comes after y" in answer.claim


def test_a_direct_edge_that_the_person_rules_out_is_told(session: Any) -> None:
    session.know("t does not cause y")
    assert any("you said that t does not cause y" in w for w in session.ask(QUESTION).warnings)


def test_a_contradiction_leaves_what_was_known_before(session: Any) -> None:
    before = session.know("t -> y")
    with pytest.raises(UsageError):
        session.know("t does not cause y")
    assert session.knowledge == before


def test_edits_of_the_graph_become_versions_and_can_be_taken_back(session: Any) -> None:
    session.use_graph("z -> t; z -> y; t -> y")
    session.edit_graph("remove z -> y")
    session.edit_graph("add y -> c")
    name, graph = session.current_graph
    assert {str(e) for e in graph.edges} == {"z -> t", "t -> y", "y -> c"}
    assert {str(e) for e in session.undo_edit().edges} == {"z -> t", "t -> y"}
    history = session.memory.history(name)
    assert [r.note for r in history if r.note][:2]
    assert session.memory.get_graph(name).graph == session.current_graph[1]
    assert session.memory.get_graph(name, 1).graph == Dag.of("z -> t", "z -> y", "t -> y")


def test_an_edit_that_makes_a_cycle_changes_nothing(session: Any) -> None:
    session.use_graph("z -> t; t -> y")
    with pytest.raises(UsageError, match="cycle"):
        session.edit_graph("add y -> z")
    assert session.current_graph[1] == Dag.of("z -> t", "t -> y")


def test_edits_need_a_graph(session: Any) -> None:
    with pytest.raises(UsageError, match="no graph in use"):
        session.edit_graph("remove a -> b")
    with pytest.raises(UsageError, match="no graph is in use"):
        session.undo_edit()
    with pytest.raises(UsageError, match="no graph to save"):
        session.save_graph("mine")


def test_an_edited_graph_changes_the_next_answer(session: Any) -> None:
    session.use_graph("z -> t; z -> y; t -> y")
    assert session.ask("What is the effect of t on y?").adjustment_set == ("z",)
    session.edit_graph("remove z -> t")
    assert session.ask("What is the effect of t on y?").adjustment_set == ()


def test_a_learned_graph_can_be_edited_saved_and_used_by_name(session: Any, start: Any, tmp_path: Path) -> None:
    session.ask("Draw the causal graph")
    name, learned = session.current_graph
    assert name == "confounder (learned)"
    record = session.memory.get_graph(name)
    assert (record.graph, record.author.startswith("data:")) == (learned, True)
    session.save_graph("my graph ü", note="as learned")
    later = start(home=tmp_path / "home")
    assert later.use_graph("my graph ü") == learned


@pytest.mark.parametrize("given", ["nowhere", "t -> y; y -> t", "t -> ", "dag {", "x" * 5000, "a\0b"])
def test_a_graph_that_cannot_be_used_is_refused(session: Any, given: str) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        session.use_graph(given)


def test_a_graph_text_longer_than_a_file_name_is_read(session: Any) -> None:
    graph = session.use_graph("; ".join(f"z -> n{i}" for i in range(70)))
    assert len(graph.edges) == 70


def test_a_report_of_an_answer_is_written_and_never_over_an_input(session: Any, tmp_path: Path) -> None:
    answer = session.ask(QUESTION)
    written = session.report(answer, tmp_path / "a.md")
    assert answer.claim.split(" (")[0] in Path(written.path).read_text()
    table = tmp_path / "table.json"
    get_example("confounder").simulate(60, seed=1).to_json(table, orient="records")
    session.load(table)
    content = table.read_bytes()
    with pytest.raises(UsageError, match="replace"):
        session.report(answer, table)
    (tmp_path / "b.md").mkdir()
    with pytest.raises(UsageError, match="directory"):
        session.report(answer, tmp_path / "b.md")
    assert table.read_bytes() == content


def test_findings_are_remembered_and_recalled_by_meaning(session: Any, start: Any, tmp_path: Path) -> None:
    answer = session.ask(QUESTION)
    assert "finding" in said(session, "/recall effect of t on y")
    later = start(home=tmp_path / "home")
    found = [h for h in later.memory.search("what did t do to y") if h.kind == "finding"]
    assert found
    assert answer.claim[:40] in found[0].text
    assert "Nothing found" in said(start(home=tmp_path / "other"), "/recall effect")


def test_a_question_that_was_not_understood_is_no_finding(session: Any) -> None:
    assert session.ask("blue seven tomorrow").status == "cannot_read"
    assert [h for h in session.memory.search("blue seven tomorrow") if h.kind == "finding"] == []


def test_close_removes_the_workspace(start: Any, tmp_path: Path) -> None:
    session = start(home=tmp_path / "home")
    session.add_frame(get_example("confounder").simulate(60, seed=2))
    assert any((tmp_path / "home" / "workspaces").iterdir())
    session.close()
    assert list((tmp_path / "home" / "workspaces").iterdir()) == []


def test_a_stopped_run_keeps_its_table_though_later_questions_are_answered(start: Any, tmp_path: Path) -> None:
    stop = [True]

    def listen(event: Any) -> None:
        if stop and event.kind == "tool_started":
            stop.clear()
            raise KeyboardInterrupt

    session = start(home=tmp_path / "home", on_event=listen)
    session.add_frame(get_example("confounder").simulate(60, seed=2))
    with pytest.raises(Cancelled) as stopped:
        session.ask(QUESTION)
    assert session.ask("Which variables are in the table?").run not in str(stopped.value)
    session.close()
    run = next(r.id for r in session.runs.recent() if r.answer is None)
    again = start(home=tmp_path / "home")
    assert again.resume(run).status == "answered"
    again.close()
    assert list((tmp_path / "home" / "workspaces").iterdir()) == []


def test_commands_of_the_chat(session: Any) -> None:
    assert "/recall" in said(session, "/help")
    assert "confounder.z  continuous" in said(session, "/columns")
    assert "Nothing is known yet" in said(session, "/know")
    assert "nothing causes z" in said(session, "/know nothing causes z")
    assert "z -> t" in said(session, "/graph z -> t; t -> y")
    assert change_graph(session, "remove z -> t") is not None
    assert "z -> t" in said(session, "/undo")
    assert change_graph(session, "does z cause t?") is None
    assert not carry_out(session, "/quit", print)
    for wrong in ("/nonsense", "/recall", "/report", "/load nowhere.csv"):
        with pytest.raises(UsageError):
            carry_out(session, wrong, print)


def test_the_public_ask_answers_and_refuses(tmp_path: Path) -> None:
    frame = get_example("confounder").simulate(300, seed=2)
    answer = whence.ask(frame, QUESTION, home=tmp_path, report=tmp_path / "r.json", graph=get_example("confounder").dag)
    assert answer.status == "answered"
    assert (tmp_path / "r.json").is_file()
    words = "What should I adjust for when estimating the effect of t on y?"
    assert "adjust for z" in whence.ask(None, words, graph="z -> t; z -> y; t -> y", home=tmp_path).claim
    for wrong in (
        {"data": "nowhere.csv", "question": QUESTION},
        {"data": None, "question": QUESTION},
        {"data": frame, "question": " "},
        {"data": frame, "question": QUESTION, "graph": "t -> y; y -> t"},
        {"data": frame, "question": QUESTION, "about": "nowhere.md"},
        {"data": frame, "question": QUESTION, "knowledge": "banana banana"},
    ):
        with pytest.raises(whence.UsageError):
            whence.ask(**wrong, home=tmp_path)  # type: ignore[arg-type]
