"""`kill -9` at random moments loses nothing that was acknowledged, and the run goes on to the same answer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from whence.evals.bench import crash


def kills(folder: Path, n_kills: int) -> list[crash.Kill]:
    data, expected, whole_s = crash.calm_run(folder)
    rng = random.Random(11)
    return [
        crash.one_kill(folder / f"home{i}", data, expected, rng.uniform(0.4, 1.0) * whole_s) for i in range(n_kills)
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_three_kills_lose_nothing(tmp_path: Path) -> None:
    assert [k for k in kills(tmp_path, 3) if not k.harmless] == []
