"""Necessity and sufficiency: the truth of simulated response types, closed forms, and bounds by linear programming."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from whence.tools.domain.errors import BadArguments


def table(n: int = 4000, seed: int = 0, prevents: float = 0.0) -> tuple[pd.DataFrame, dict[str, float]]:
    rng = np.random.default_rng(seed)
    c = rng.integers(0, 2, n)
    t = (rng.random(n) < np.where(c == 1, 0.7, 0.3)).astype(int)
    kind = rng.random(n)
    anyway = np.where(c == 1, 0.35, 0.1)
    y0 = (kind < anyway + prevents).astype(int)
    y1 = ((kind < anyway) | ((kind > anyway + prevents) & (kind < anyway + prevents + 0.3))).astype(int)
    y = np.where(t == 1, y1, y0)
    truth = {
        "pn": 1 - y0[(t == 1) & (y == 1)].mean(),
        "ps": y1[(t == 0) & (y == 0)].mean(),
        "pns": ((y1 == 1) & (y0 == 0)).mean(),
    }
    return pd.DataFrame({"c": c, "t": t, "y": y}), truth


def ask(run_on: Any, frame: pd.DataFrame, *adjust: str) -> Any:
    return run_on(frame, "estimate_necessity", treatment="t", outcome="y", adjustment_set=adjust)


def test_a_cause_that_never_prevents_is_recovered(run_on: Any) -> None:
    frame, truth = table()
    found = ask(run_on, frame, "c")
    for name, value in truth.items():
        part = found.part(name)
        assert part.value == pytest.approx(value, abs=4 * part.std_error)
    assert found.checks[0].status == "uninformative"


def test_without_confounding_it_is_the_closed_form(run_on: Any) -> None:
    frame, _ = table()
    found = ask(run_on, frame)
    one, zero = (frame.loc[frame["t"] == a, "y"].mean() for a in (1, 0))
    assert found.part("pn").value == pytest.approx((one - zero) / one, abs=1e-4)
    assert found.part("ps").value == pytest.approx((one - zero) / (1 - zero), abs=1e-4)
    assert found.part("pns").value == pytest.approx(one - zero, abs=1e-4)


def test_the_bounds_hold_the_truth_where_the_cause_prevents_some(run_on: Any) -> None:
    frame, truth = table(prevents=0.2)
    found = ask(run_on, frame, "c")
    for name, value in truth.items():
        assert found.part(f"{name}_low").value - 0.03 <= value <= found.part(f"{name}_high").value + 0.03


def test_the_bounds_are_those_of_a_linear_programme_over_response_types(run_on: Any) -> None:
    frame, _ = table(prevents=0.1)
    found = ask(run_on, frame, "c")
    one, zero = found.part("p_if_treated").value, found.part("p_if_control").value
    cells = list(product((0, 1), (0, 1), (0, 1)))  # treatment, outcome if untreated, outcome if treated
    rows = [[float(y1) for _, _, y1 in cells], [float(y0) for _, y0, _ in cells]]
    values = [one, zero]
    for t, y in product((0, 1), (0, 1)):
        rows.append([float(a == t and (y1 if a else y0) == y) for a, y0, y1 in cells])
        values.append(float(((frame["t"] == t) & (frame["y"] == y)).mean()))
    event = {"pns": (0, 1), "pn": (1,), "ps": (0,)}
    for name, arms in event.items():
        goal = np.array([float(a in arms and y1 == 1 and y0 == 0) for a, y0, y1 in cells])
        ends = [sign * linprog(sign * goal, A_eq=rows, b_eq=values, bounds=(0, 1)).fun for sign in (1, -1)]
        share = {"pns": 1.0, "pn": values[5], "ps": values[2]}[name]
        assert found.part(f"{name}_low").value == pytest.approx(ends[0] / share, abs=1e-6)
        assert found.part(f"{name}_high").value == pytest.approx(ends[1] / share, abs=1e-6)


def test_data_can_contradict_that_it_never_prevents(run_on: Any) -> None:
    frame, _ = table()
    assert ask(run_on, frame.assign(y=1 - frame["y"]), "c").checks[0].status == "fail"


def test_an_outcome_that_is_no_event_is_refused(run_on: Any) -> None:
    frame, _ = table(200)
    with pytest.raises(BadArguments, match="happened or not"):
        ask(run_on, frame.assign(y=np.arange(200)))
