"""The range over an equivalence class against enumeration of its members."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.equivalence import members
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Cpdag, Dag, Pag


def _chain(n: int = 4000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    a = rng.normal(size=n)
    t = a + rng.normal(size=n)
    return pd.DataFrame({"a": a, "t": t, "y": 2 * t + rng.normal(size=n)})


CHAIN = Cpdag.of("a -- t", "t -- y")
UNIT = {"contrast": {"control": 0, "treated": 1}}


def test_one_member_for_each_parent_set_and_zero_when_the_outcome_is_a_cause(run_on):
    frame = _chain()
    got = run_on(frame, "estimate_range", graph=CHAIN, treatment="t", outcome="y", **UNIT)
    by_parents = {m.adjustment_set: m for m in got.members if m.estimator != "none"}
    zero = [m for m in got.members if m.estimator == "none"]
    assert set(by_parents) == {(), ("a",)}
    assert [m.value for m in zero] == [0.0]
    assert (got.low, got.high) == (0.0, max(m.value for m in got.members))
    assert by_parents["a",].value == pytest.approx(2, abs=0.1)


def test_values_are_those_of_the_members_one_by_one(run_on):
    frame = _chain()
    expected = set()
    for dag in members(CHAIN):
        parents = dag.parents("t")
        if "y" in parents:
            expected.add(0.0)
            continue
        fit = sm.OLS(frame["y"], sm.add_constant(frame[["t", *parents]])).fit()
        expected.add(round(float(fit.params["t"]), 8))
    got = run_on(frame, "estimate_range", graph=CHAIN, treatment="t", outcome="y", **UNIT)
    assert {round(m.value, 8) for m in got.members} == expected


def test_a_dag_has_one_member(run_on):
    example = get_example("confounder")
    frame = example.simulate(3000, seed=1)
    got = run_on(frame, "estimate_range", graph=example.dag, treatment="t", outcome="y")
    assert [m.adjustment_set for m in got.members] == [("z",)]
    assert got.low == got.high == pytest.approx(example.effect, abs=0.2)


def test_all_members_use_the_same_rows(run_on):
    frame = _chain(n=500)
    frame.loc[:49, "a"] = np.nan
    got = run_on(frame, "estimate_range", graph=CHAIN, treatment="t", outcome="y", **UNIT)
    assert {(m.n_used, m.n_dropped) for m in got.members} == {(450, 50)}


def test_other_graphs_and_hidden_causes_are_refused(run_on):
    frame = _chain(n=100)
    with pytest.raises(BadArguments, match="CPDAG"):
        run_on(frame, "estimate_range", graph=Pag.of("a o-o t", "t o-o y"), treatment="t", outcome="y")
    with pytest.raises(AssumptionViolated, match="not measured"):
        run_on(
            frame,
            "estimate_range",
            graph=Dag.of("u -> t", "u -> y", "t -> y", latent=("u",)),
            treatment="t",
            outcome="y",
        )
