"""Broken, absurd and malicious inputs end in one paragraph, and nothing is executed or left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from whence.agent.cli.main import run
from whence.evals.bench._hostile_cases import CASES, Case
from whence.evals.bench.hostile import faults_of, listing, prepare_case, run_case

QUICK = [c for c in CASES if c.quick]
"""All of them run in `make bench`; here the quick ones in this process, and every fifth in its own."""


def name(case: Case) -> str:
    return case.name


def test_there_are_more_than_forty_inputs_each_with_its_own_name() -> None:
    assert len({c.name for c in CASES}) == len(CASES) >= 40
    assert len(QUICK) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("case", QUICK, ids=name)
def test_a_hostile_input_is_refused_in_one_paragraph(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = prepare_case(case, tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WHENCE_HOME", str(home))
    before = listing(folder)
    status = run(list(case.arguments))
    out, err = capsys.readouterr()
    assert faults_of(case, status, out, err, before, listing(folder)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES[::5], ids=name)
def test_hostile_inputs_through_the_real_command_line(case: Case, tmp_path: Path) -> None:
    assert run_case(case, tmp_path).faults == ()
