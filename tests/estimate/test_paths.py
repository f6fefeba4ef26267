"""Path-specific effects against products of the true coefficients, the total by regression, and a bootstrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments

ARGS: dict[str, Any] = {"treatment": "t", "outcome": "y", "mediators": ("a", "b"), "adjustment_set": ("c",)}
TRUTH = {(): 0.8, ("a",): 0.6, ("b",): 0.66, ("a", "b"): 1.2 * 0.9 * 1.1}


def table(n: int = 3000, seed: int = 0, together: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    c = rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-c))).astype(int)
    a = 1.2 * t + 0.5 * c + rng.normal(size=n)
    b = 0.9 * a + 0.6 * t + rng.normal(size=n)
    y = 0.8 * t + 0.5 * a + 1.1 * b + c + together * t * b + rng.normal(size=n)
    return pd.DataFrame({"c": c, "t": t, "a": a, "b": b, "y": y})


def test_every_path_is_the_product_of_its_coefficients(run_on: Any) -> None:
    found = run_on(table(), "estimate_paths", **ARGS)
    for through, truth in TRUTH.items():
        part = found.part("path" if through else "direct", through=through)
        assert part.value == pytest.approx(truth, abs=4 * part.std_error)
    assert found.checks[0].status == "pass"


def test_the_paths_add_up_to_the_total_of_a_regression_without_mediators(run_on: Any) -> None:
    frame = table()
    found = run_on(frame, "estimate_paths", **ARGS)
    total = sm.OLS(frame["y"], sm.add_constant(frame[["t", "c"]])).fit().params["t"]
    assert found.part("total").value == pytest.approx(total)
    assert found.part("indirect").value + found.part("direct").value == pytest.approx(total)


def test_errors_agree_with_a_bootstrap(run_on: Any) -> None:
    frame, rng = table(800), np.random.default_rng(0)

    def product(rows: pd.DataFrame) -> float:
        first = sm.OLS(rows["a"], sm.add_constant(rows[["t", "c"]])).fit().params["t"]
        second = sm.OLS(rows["b"], sm.add_constant(rows[["t", "a", "c"]])).fit().params["a"]
        third = sm.OLS(rows["y"], sm.add_constant(rows[["t", "a", "b", "c"]])).fit().params["b"]
        return float(first * second * third)

    part = run_on(frame, "estimate_paths", **ARGS).part("path", through=("a", "b"))
    assert part.value == pytest.approx(product(frame))
    drawn = [product(frame.iloc[rng.integers(0, len(frame), len(frame))]) for _ in range(200)]
    assert part.std_error == pytest.approx(float(np.std(drawn)), rel=0.15)


def test_an_interaction_with_a_mediator_is_found(run_on: Any) -> None:
    assert run_on(table(together=0.8), "estimate_paths", **ARGS).checks[0].status == "fail"


def test_mediators_that_cannot_be_told_apart_are_refused(run_on: Any) -> None:
    with pytest.raises(AssumptionViolated, match="determined by"):
        run_on(table(300).assign(b=lambda f: f["a"] + f["t"]), "estimate_paths", **ARGS)
    many = table(300).assign(a=lambda f: pd.cut(f["a"], 3, labels=["low", "mid", "high"]).astype(str))
    with pytest.raises(BadArguments, match="a path goes through one each"):
        run_on(many, "estimate_paths", **ARGS)
