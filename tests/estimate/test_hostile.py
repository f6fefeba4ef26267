"""Whatever a table holds, an estimator answers with finite numbers or with one of our errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated, BadArguments

COLUMNS: dict[str, Callable[[np.random.Generator, int], object]] = {
    "normal": lambda r, n: r.normal(size=n),
    "constant": lambda r, n: np.ones(n),
    "binary": lambda r, n: r.integers(0, 2, n),
    "boolean with gaps": lambda r, n: pd.array(np.where(r.random(n) < 0.1, None, r.random(n) > 0.5), dtype="boolean"),
    "nullable": lambda r, n: pd.array(np.where(r.random(n) < 0.1, None, r.integers(0, 2, n)), dtype="Int64"),
    "words": lambda r, n: r.choice(["a{0}", "%s", "__import__('os')"], n),
    "yes and no": lambda r, n: pd.Categorical(r.choice(["Yes", "No"], n)),
    "names": lambda r, n: [f"v{i}" for i in range(n)],
    "empty": lambda r, n: np.full(n, np.nan),
    "infinite": lambda r, n: np.where(r.random(n) < 0.1, np.inf, r.normal(size=n)),
    "huge": lambda r, n: r.normal(size=n) * 1e200,
    "tiny": lambda r, n: r.normal(size=n) * 1e-200,
    "offset": lambda r, n: 1e12 + r.normal(size=n),
    "heavy": lambda r, n: np.exp(5 * r.normal(size=n)),
    "dates": lambda r, n: pd.date_range("2020-01-01", periods=n),
    "spans": lambda r, n: pd.to_timedelta(r.integers(0, 9, n), unit="D"),
    "rare": lambda r, n: (np.arange(n) == 0).astype(int),
    "mixed": lambda r, n: np.resize(np.array([1, "a", None, 2.5], dtype=object), n),
}
TOOLS = {
    "estimate_difference": {},
    "estimate_regression": {"adjustment_set": ("x", "z")},
    "estimate_ipw": {"adjustment_set": ("x", "z"), "estimand": "ATT"},
    "estimate_aipw": {"adjustment_set": ("x", "z")},
    "estimate_matching": {"adjustment_set": ("x", "z")},
    "estimate_iv": {"adjustment_set": ("x",), "instruments": ("z",)},
    "estimate_frontdoor": {"mediators": ("z",)},
    "estimate_mediation": {"mediators": ("z",), "adjustment_set": ("x",)},
}


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("role", ["t", "y", "x", "z"])
def test_every_kind_of_column_in_every_role(run_on, tool, role):
    for kind, make in COLUMNS.items():
        for n in (2, 15, 120):
            rng = np.random.default_rng(n)
            frame = pd.DataFrame(
                {"t": rng.integers(0, 2, n), "y": rng.normal(size=n), "x": rng.normal(size=n), "z": rng.normal(size=n)}
            )
            frame[role] = make(rng, n)
            try:
                got = run_on(frame, tool, treatment="t", outcome="y", **TOOLS[tool])
            except (AssumptionViolated, BadArguments):
                continue
            assert np.isfinite([got.value, got.std_error, got.ci_low, got.ci_high]).all(), kind
            assert type(got).model_validate(got.model_dump(mode="json")) == got, kind
