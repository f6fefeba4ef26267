"""The record of runs: what was acknowledged is there, ids may be shortened, and a stopped run goes on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from whence.agent.policies.rules.policy import RulePolicy
from whence.agent.policy import Situation
from whence.agent.runs import RunStore
from whence.agent.state import Answer, Catalog, Draft
from whence.tools.domain.errors import UsageError
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.examples import get_example

QUESTION = "What is the effect of t on y adjusting for z?"
CATALOG = Catalog(graph="g", graph_nodes=("t", "y"))


def evidence(number: int, text: str = "fine") -> Evidence:
    return Evidence(id=f"E{number}", tool="data_audit", args={}, summary=text)


class Power(Exception):
    """Stands for the plug being pulled."""


class Unplugged(RulePolicy):
    """Decides by the rules and loses power when it is about to write."""

    def write(self, situation: Situation) -> Draft:
        raise Power


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path / "runs.sqlite")
    store.begin("abc123", "why?", CATALOG, tmp_path, 7, "rules", (evidence(1),))
    return store


def test_a_run_is_recorded_with_what_it_was_given(store: RunStore) -> None:
    store.append("abc123", evidence(3, "third"))
    store.append("abc123", evidence(2, "second"))
    run = store.get("abc")
    assert (run.words, run.catalog, run.seed, run.policy, run.answer) == ("why?", CATALOG, 7, "rules", None)
    assert [e.summary for e in store.evidence("abc123")] == ["fine", "second", "third"]


def test_evidence_that_cannot_be_recorded_leaves_no_run_behind(store: RunStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        store.begin("def456", "why?", CATALOG, tmp_path, 0, "rules", (evidence(1), evidence(1)))
    assert [r.id for r in store.recent()] == ["abc123"]


def test_an_answer_holds_its_evidence_when_it_is_looked_up(store: RunStore) -> None:
    answer = Answer(run="abc123", status="answered", claim="yes", words="why?", evidence=(evidence(1),))
    store.finish("abc123", answer)
    assert store.get("abc123").answer == answer


def test_ids_are_found_by_their_beginning_unless_two_begin_so(store: RunStore, tmp_path: Path) -> None:
    store.begin("abd999", "what?", CATALOG, tmp_path, 0, "rules", ())
    assert store.get("abd").words == "what?"
    assert {r.id for r in store.recent()} == {"abc123", "abd999"}
    assert len(store.recent(1)) == 1
    with pytest.raises(UsageError, match="more than one run"):
        store.get("ab")
    for nothing in ("zzz", "%", "_bc123", "' OR 1=1 --"):
        with pytest.raises(UsageError, match="no run"):
            store.get(nothing)


def test_a_file_that_is_no_record_of_runs_is_named(tmp_path: Path) -> None:
    junk = tmp_path / "junk.sqlite"
    junk.write_bytes(b"not a database" * 100)
    with pytest.raises(UsageError, match=r"junk\.sqlite.*Move the file away"):
        RunStore(junk)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE runs (something TEXT)")
    db.close()
    with pytest.raises(UsageError, match=r"other\.sqlite.*Move the file away"):
        RunStore(other).begin("abc", "why?", CATALOG, tmp_path, 0, "rules", ())


def test_a_stopped_run_goes_on_in_another_session_with_its_own_seed(start: Any, tmp_path: Path) -> None:
    frame = get_example("confounder").simulate(300, seed=2)
    calm = start(home=tmp_path / "calm", seed=7)
    calm.add_frame(frame, "d")
    expected = calm.ask(QUESTION)
    stopped = start(home=tmp_path / "home", seed=7, policy=Unplugged())
    stopped.add_frame(frame, "d")
    with pytest.raises(Power):
        stopped.ask(QUESTION)
    stopped.close()
    (run,) = RunStore(tmp_path / "home" / "runs.sqlite").recent()
    assert run.answer is None
    before = RunStore(tmp_path / "home" / "runs.sqlite").evidence(run.id)
    later = start(home=tmp_path / "home")
    answer = later.resume(run.id[:6])
    assert (answer.claims, answer.estimate, answer.ledger) == (expected.claims, expected.estimate, expected.ledger)
    assert answer.evidence[: len(before)] == before
    assert {e.provenance.seed for e in answer.evidence if e.tool.startswith("estimate_")} == {7}
    assert later.resume(run.id).claim == answer.claim
    later.close()
    assert list((tmp_path / "home" / "workspaces").iterdir()) == []


def test_a_run_whose_table_is_gone_says_so(start: Any, tmp_path: Path) -> None:
    stopped = start(home=tmp_path / "home", policy=Unplugged())
    stopped.add_frame(get_example("confounder").simulate(100, seed=2), "d")
    with pytest.raises(Power):
        stopped.ask(QUESTION)
    shutil.rmtree(stopped.workspace.folder)
    (run,) = RunStore(tmp_path / "home" / "runs.sqlite").recent()
    with pytest.raises(UsageError, match="is gone"):
        start(home=tmp_path / "home").resume(run.id)
