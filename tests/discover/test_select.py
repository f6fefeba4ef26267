"""The selection follows its stated rules, and what it picks can be called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.registry import get_tool

from .conftest import Run, simulate


def _numbers(kind: str, seed: int = 0) -> pd.DataFrame:
    if kind in ("gaussian", "uniform"):
        return simulate(seed, p=6, n=1500, noise=kind)[0]
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 1500))
    if kind == "bent":
        return pd.DataFrame({"a": a, "b": b, "c": np.sin(2 * a) + np.cos(2 * b) + 0.3 * rng.standard_normal(1500)})
    if kind == "hidden":
        u = rng.exponential(size=1500)
        x = u + rng.exponential(size=1500)
        return pd.DataFrame({"x": x, "y": u + rng.exponential(size=1500), "w": x + 0.5 * rng.exponential(size=1500)})
    labels = {c: rng.choice(["p", "q", "r"], 1500) for c in "ab"}
    return pd.DataFrame(labels if kind == "labels" else labels | {"x": a})


@pytest.mark.parametrize(
    ("kind", "tool"),
    [("gaussian", "discover_ges"), ("uniform", "discover_directlingam"), ("bent", "discover_pc"),
     ("labels", "discover_pc"), ("mixed", "discover_pc")],
)  # fmt: skip
def test_the_tool_fits_the_data(run_on: Run, kind: str, tool: str) -> None:
    for seed in range(3):
        found = run_on(_numbers(kind, seed), "discover_select")
        assert found.tool == tool, found


def test_dependent_errors_rule_out_directlingam(run_on: Run) -> None:
    found = run_on(_numbers("hidden"), "discover_select")
    assert found.tool != "discover_directlingam"
    assert "depend on each other" in dict(found.rejected)["discover_directlingam"]


def test_hidden_causes_lead_to_fci(run_on: Run) -> None:
    found = run_on(_numbers("uniform"), "discover_select", latent_possible=True)
    assert found.tool == "discover_fci"
    assert {t for t, _ in found.rejected} == {"discover_pc", "discover_ges", "discover_directlingam"}


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "bent", "mixed"])
def test_what_is_selected_can_be_called(run_on: Run, kind: str) -> None:
    frame = _numbers(kind)
    found = run_on(frame, "discover_select")
    options: dict[str, Any] = dict(found.options)
    assert run_on(frame, found.tool, **options).graph.nodes == tuple(frame.columns)


def test_three_hundred_variables_are_over_the_bound_with_advice() -> None:
    for tool in ("discover_pc", "discover_fci", "discover_ges", "discover_directlingam"):
        cost = get_tool(tool).cost(1000, 300)
        assert cost.seconds > 120
        assert "variables" in cost.advice
        assert get_tool(tool).cost(16_000, 12).seconds < 20
