"""A worker's copy of the workspace stays equal while only changes travel."""

from __future__ import annotations

import random

from whence.tools._mirror import Delta, Sent, apply_delta
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.graphs import Dag
from whence.tools.domain.results import DatasetCard
from whence.tools.workspace import Workspace


def evidence(id: str) -> Evidence:
    return Evidence(id=id, tool="data_load", args={"x": [1, "ü", None]}, summary="s")


def card(n_rows: int) -> DatasetCard:
    return DatasetCard(name="d", source="d", sha256="0" * 64, n_rows=n_rows, n_columns=0, columns=())


def travel(sent: Sent, here: Workspace, there: Workspace) -> str:
    text = sent.delta(here).model_dump_json()
    apply_delta(there, Delta.model_validate_json(text))
    return text


def test_random_changes_arrive(tmp_path):
    moves, sent = random.Random(0), Sent()
    here, there = Workspace(folder=tmp_path), Workspace(folder=tmp_path / "other")
    for step in range(300):
        name = moves.choice("abcde")
        match moves.randrange(7):
            case 0:
                here.tables[name] = card(step)
            case 1:
                here.tables.pop(name, None)
            case 2:
                here.graphs[name] = Dag.of("a -> b", nodes=("a", "b", f"n{step}"))
            case 3:
                here.graphs.pop(name, None)
            case 4 if here.ledger:
                del here.ledger[moves.randrange(len(here.ledger)) :]
            case _:
                here.ledger.append(evidence(f"E{step}"))
        if step % 3 == 0:
            travel(sent, here, there)
            assert there == here


def test_only_what_changed_is_sent(tmp_path):
    sent, here, there = Sent(), Workspace(folder=tmp_path), Workspace(folder=tmp_path)
    here.ledger += [evidence(f"E{i}") for i in range(1000)]
    first = travel(sent, here, there)
    here.ledger.append(evidence("E1000"))
    assert len(travel(sent, here, there)) < len(first) / 100
    assert there == here
