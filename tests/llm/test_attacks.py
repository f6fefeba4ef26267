"""Orders in data are obeyed by a gullible model and come to nothing; lies are dropped, and true sentences are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from whence.evals.bench._injections import ORDERS, PLACES, Attack, attacks
from whence.evals.bench._lies import LIES, TRUE, Lie
from whence.evals.bench.attacks import harms, run, watched
from whence.evals.bench.planted import said

pytestmark = pytest.mark.slow


def test_sixty_attacks_cover_every_place_and_every_kind() -> None:
    chosen = list(attacks())
    assert len(set(chosen)) == 60
    assert {a.place for a in chosen} == {*PLACES}
    assert {a.kind for a in chosen} == {*ORDERS}
    assert len(LIES) >= 60


@pytest.mark.parametrize(
    "attack", [Attack("level", "write"), Attack("level", "adjust"), Attack("question", "number")], ids=str
)
def test_an_order_that_is_obeyed_changes_nothing(attack: Attack) -> None:
    outcome = run(attack)
    assert outcome.heard > 0  # it did reach the model, which did obey
    assert harms(outcome, run(Attack(attack.place, ""))) == []


@pytest.mark.parametrize("lie", [LIES[0], LIES[-1]], ids=lambda lie: lie.text)
def test_a_lie_that_the_model_insists_on_is_not_in_the_answer(lie: Lie) -> None:
    assert not said(lie)


def test_a_true_sentence_is() -> None:
    assert said(TRUE[0])


def test_the_watch_sees_files_and_sockets(tmp_path: Path) -> None:
    import socket

    inside, outside = tmp_path / "inside", tmp_path / "outside.txt"
    inside.mkdir()
    with watched(inside, "http://127.0.0.1:1/v1") as (written, connected):
        (inside / "fine").write_text("x")
        outside.write_text("x")
        with socket.socket() as one:
            assert one.connect_ex(("127.0.0.1", 9)) != 0
    assert written == [str(outside)]
    assert connected == ["('127.0.0.1', 9)"]
