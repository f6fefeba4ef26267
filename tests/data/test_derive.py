"""New columns against arithmetic done by hand, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.data._typing import card_from_frame
from whence.tools.data.derive import DeriveArgs, run
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.questions import Derivation
from whence.tools.domain.results import DatasetCard
from whence.tools.workspace import Workspace, WorkspaceEnv

Derive = Callable[..., tuple[DatasetCard, pd.DataFrame]]
FRAME = pd.DataFrame(
    {"pay": [1.0, np.e, np.nan, 4.0], "hours": [2, 1, 4, 8], "grade": [11, 12, 13, 9], "who": list("abca")}
)


@pytest.fixture
def derive(tmp_path: Path) -> Derive:
    """Compute one column of a small table; the new table and its card."""

    def begin(how: str, *of: str, leave_out: tuple[str, ...] = (), **more: Any) -> tuple[DatasetCard, pd.DataFrame]:
        workspace = Workspace(folder=tmp_path)
        env = WorkspaceEnv(workspace, 0)
        workspace.tables["d"] = card_from_frame(FRAME, "d", env)
        column = Derivation.model_validate({"name": "new", "how": how, "of": of} | more)
        card = run(DeriveArgs(dataset="d", into="e", columns=(column,), leave_out=leave_out), env)
        workspace.tables["e"] = card
        return card, env.table("e")

    return begin


@pytest.mark.parametrize(
    ("how", "of", "expected"),
    [
        ("log", ("pay",), [0, 1, np.nan, np.log(4)]),
        ("ratio", ("pay", "hours"), [0.5, np.e, np.nan, 0.5]),
        ("difference", ("hours", "grade"), [-9, -11, -9, -1]),
        ("sum", ("hours", "grade"), [13, 13, 17, 17]),
    ],
)
def test_a_new_column_is_what_it_is_called(
    derive: Derive, how: str, of: tuple[str, ...], expected: list[float]
) -> None:
    _, frame = derive(how, *of)
    np.testing.assert_allclose(frame["new"], expected)
    assert [*frame.columns] == [*FRAME.columns, "new"]


@pytest.mark.parametrize(
    ("of", "level", "expected"),
    [("who", "a", [1, 0, 0, 1]), ("grade", 12, [0, 1, 0, 0]), ("pay", "4", [0, 0, np.nan, 1])],
)
def test_a_level_is_counted_as_one(derive: Derive, of: str, level: object, expected: list[float]) -> None:
    np.testing.assert_array_equal(derive("level", of, level=level)[1]["new"], expected)


def test_a_level_that_is_not_there_is_refused_with_those_that_are(derive: Derive) -> None:
    with pytest.raises(BadArguments, match="no level 'd'; it has 'a', 'b', 'c'"):
        derive("level", "who", level="d")
    with pytest.raises(BadArguments, match="needs the level"):
        derive("level", "who")


@pytest.mark.parametrize(
    ("op", "expected"), [("<", [1, 0, 0, 1]), ("<=", [1, 1, 0, 1]), (">", [0, 0, 1, 0]), (">=", [0, 1, 1, 0])]
)
def test_a_threshold_is_one_where_it_is_met(derive: Derive, op: str, expected: list[int]) -> None:
    card, frame = derive("threshold", "grade", op=op, value=12)
    assert frame["new"].tolist() == expected
    new = card.column("new")
    assert new is not None
    assert (new.type, new.levels) == ("binary", (0, 1))


def test_what_is_missing_stays_missing(derive: Derive) -> None:
    _, frame = derive("threshold", "pay", op=">", value=2)
    assert frame["new"].isna().tolist() == [False, False, True, False]


def test_the_card_says_what_was_computed_and_left_out(derive: Derive) -> None:
    card, frame = derive("log", "pay", leave_out=("pay",))
    assert "pay" not in frame
    assert card.alterations[-2:] == ("'new' is the natural logarithm of 'pay'.", "Left out: 'pay'.")


@pytest.mark.parametrize(
    ("how", "of", "more", "message"),
    [
        ("log", ("who",), {}, "only numbers"),
        ("log", ("nosuch",), {}, "no column 'nosuch'"),
        ("log", ("pay", "hours"), {}, "computed from 1 column"),
        ("ratio", ("pay",), {}, "computed from 2 column"),
        ("threshold", ("grade",), {}, "needs op and value"),
        ("log", ("pay",), {"value": 3.0}, "needs op and value"),
        ("log", ("pay",), {"name": "hours"}, "already has a column 'hours'"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    derive: Derive, how: str, of: tuple[str, ...], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadArguments, match=message):
        derive(how, *of, **more)


def test_a_logarithm_of_zero_and_a_division_by_it_are_refused_with_counts(derive: Derive, monkeypatch: Any) -> None:
    monkeypatch.setitem(FRAME, "hours", [0, 1, -4, 8])
    with pytest.raises(AssumptionViolated, match="in 2 of 4 rows"):
        derive("log", "hours")
    with pytest.raises(AssumptionViolated, match="in 1 of 4 rows"):
        derive("ratio", "pay", "hours")
