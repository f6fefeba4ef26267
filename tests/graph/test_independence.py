"""Independence tests: the right test for the columns, the numbers of statsmodels and scipy, size and power as declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.graph._ci import Outcome, detectable, find_dependence
from whence.tools.graph._columns import read_variables
from whence.tools.graph.independence import IndependenceArgs, run

from .conftest import MakeEnv, card_of

Draw = Callable[[np.random.Generator, int, float], dict[str, Any]]


def examine(columns: dict[str, Any], seed: int = 0, nominal: tuple[str, ...] = ()) -> Outcome:
    frame = pd.DataFrame(columns)
    given = tuple(c for c in frame if c not in ("x", "y"))
    (x, y, *others), _ = read_variables(frame, card_of(frame, nominal=nominal), "x", "y", given)
    return find_dependence(x, y, tuple(others), np.random.default_rng(seed))


def pick(rng: np.random.Generator, score: np.ndarray, k: int) -> np.ndarray:
    """A level for each row, likelier the higher the score, as text."""
    drawn = np.outer(score, np.arange(k) - (k - 1) / 2) * 0.8 + rng.gumbel(size=(len(score), k))
    return np.array([f"level {i}" for i in drawn.argmax(1)], dtype=object)


def place(levels: np.ndarray) -> np.ndarray:
    return np.array([int(v.rsplit(" ", 1)[-1]) for v in levels]) - 1.0


def two_numbers(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = rng.normal(size=n)
    w = z + rng.normal(size=n)
    x = z + w + rng.normal(size=n)
    return {"x": x, "y": z - w + effect * x + rng.normal(size=n), "z": z, "w": w}


def numbers_given_category(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = pick(rng, np.zeros(n), 3)
    x = np.array([0.0, 2.0, -1.0])[place(z).astype(int)] + rng.normal(size=n)
    return {"x": x, "y": -(place(z) ** 2) + effect * x + rng.normal(size=n), "z": z}


def number_and_category(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = rng.normal(size=n)
    x = pick(rng, z, 3)
    return {"x": x, "y": z + 2 * effect * (place(x) == 1) + rng.normal(size=n), "z": z}


def two_categories(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    x = pick(rng, np.zeros(n), 3)
    return {"x": x, "y": pick(rng, 2 * effect * place(x), 4)}


def categories_in_strata(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = pick(rng, np.zeros(n), 3)
    x = pick(rng, place(z), 3)
    return {"x": x, "y": pick(rng, place(z) + 3 * effect * place(x), 3), "z": z}


def sparse_strata(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z, w = pick(rng, np.zeros(n), 4), pick(rng, np.zeros(n), 4)
    x = pick(rng, place(z), 3)
    return {"x": x, "y": pick(rng, place(z) + place(w) + 6 * effect * place(x), 3), "z": z, "w": w}


def categories_given_number(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = rng.normal(size=n)
    x = pick(rng, z, 3)
    return {"x": x, "y": pick(rng, z + 2 * effect * place(x), 3), "z": z}


def binaries_given_number(rng: np.random.Generator, n: int, effect: float) -> dict[str, Any]:
    z = rng.normal(size=n)
    x = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    return {"x": x, "y": (rng.random(n) < 1 / (1 + np.exp(-z - 4 * effect * x))).astype(int), "z": z}


DRAWS: dict[str, Draw] = {
    "Fisher-z test of the partial correlation": two_numbers,
    "Fisher-z test of the partial correlation ": numbers_given_category,
    "F-test of nested linear regressions": number_and_category,
    "chi-square test": two_categories,
    "chi-square test within strata": categories_in_strata,
    "permutation chi-square test within strata": sparse_strata,
    "likelihood-ratio test of nested multinomial logistic regressions": categories_given_number,
    "likelihood-ratio test of nested logistic regressions": binaries_given_number,
}
N_SAMPLES = {"chi-square test within strata": 900, "permutation chi-square test within strata": 120}
N_SEEDS = {"permutation chi-square test within strata": 200}


@pytest.mark.slow
@pytest.mark.parametrize("test", DRAWS)
def test_size_is_nominal_and_power_is_there(test: str) -> None:
    """Under independence at most 7 % of p-values are below 5 % and their mean is one half; a declared effect is found."""
    n_samples, n_seeds = N_SAMPLES.get(test, 300), N_SEEDS.get(test, 500)
    null = [examine(DRAWS[test](np.random.default_rng(s), n_samples, 0.0), seed=s) for s in range(n_seeds)]
    real = [examine(DRAWS[test](np.random.default_rng(s), n_samples, 0.35), seed=s) for s in range(60)]
    assert all(o.test.startswith(test.strip()) for o in null)
    p_values = np.array([o.p_value for o in null])
    assert np.mean(p_values < 0.05) <= 0.07
    assert abs(p_values.mean() - 0.5) < 4 * (1 / 12 / n_seeds) ** 0.5
    assert np.mean(np.array([o.p_value for o in real]) < 0.05) > 0.7


@pytest.mark.parametrize("seed", range(3))
def test_partial_correlation_is_that_of_the_residuals(seed: int) -> None:
    columns = two_numbers(np.random.default_rng(seed), 80, 0.2)
    z = sm.add_constant(np.column_stack([columns["z"], columns["w"]]))
    r = np.corrcoef(sm.OLS(columns["x"], z).fit().resid, sm.OLS(columns["y"], z).fit().resid)[0, 1]
    expected = 2 * scipy.stats.norm.sf(abs(np.arctanh(r)) * (80 - 2 - 3) ** 0.5)
    assert examine(columns).p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_mixed_test_is_the_f_test_of_statsmodels(seed: int) -> None:
    columns = number_and_category(np.random.default_rng(seed), 90, 0.2)
    small = sm.add_constant(columns["z"])
    large = np.column_stack([small, pd.get_dummies(columns["x"], drop_first=True).to_numpy(float)])
    f, p_value, _ = sm.OLS(columns["y"], large).fit().compare_f_test(sm.OLS(columns["y"], small).fit())
    found = examine(columns)
    assert (found.statistic, found.p_value) == (pytest.approx(f), pytest.approx(p_value))


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_tested_as_scipy_does_and_add_up_over_strata(seed: int) -> None:
    columns = pd.DataFrame(categories_in_strata(np.random.default_rng(seed), 900, 0.1))
    parts = [
        scipy.stats.chi2_contingency(pd.crosstab(part["x"], part["y"]), correction=False)
        for _, part in columns.groupby("z")
    ]
    statistic, dof = sum(p.statistic for p in parts), sum(p.dof for p in parts)
    found = examine(dict(columns))
    assert (found.statistic, found.dof) == (pytest.approx(statistic), dof)
    assert found.p_value == pytest.approx(scipy.stats.chi2.sf(statistic, dof))


@pytest.mark.parametrize("seed", range(3))
def test_logistic_test_is_the_likelihood_ratio_of_statsmodels(seed: int) -> None:
    columns = categories_given_number(np.random.default_rng(seed), 250, 0.1)
    small = sm.add_constant(columns["z"])
    large = np.column_stack([small, pd.get_dummies(columns["x"], drop_first=True).to_numpy(float)])
    codes = pd.Categorical(columns["y"]).codes
    ratio = 2 * (sm.MNLogit(codes, large).fit(disp=0).llf - sm.MNLogit(codes, small).fit(disp=0).llf)
    found = examine(columns)
    assert found.statistic == pytest.approx(ratio, rel=1e-5)
    assert found.p_value == pytest.approx(scipy.stats.chi2.sf(ratio, 4), rel=1e-4)


def test_nominal_codes_are_never_taken_for_numbers() -> None:
    """Codes 0, 1, 2 whose middle level differs have no correlation, yet depend: the category test sees it."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 400)
    columns = {"x": codes, "y": (codes == 1) * 1.0 + rng.normal(size=400)}
    assert examine(columns, nominal=("x",)).test == "F-test of nested linear regressions"
    assert examine(columns, nominal=("x",)).p_value < 1e-6
    assert abs(np.corrcoef(codes, columns["y"])[0, 1]) < 0.1


def test_swapping_the_two_variables_changes_nothing_of_the_conclusion() -> None:
    for draw in DRAWS.values():
        columns = draw(np.random.default_rng(5), 300, 0.1)
        swapped = columns | {"x": columns["y"], "y": columns["x"]}
        assert examine(columns).p_value == pytest.approx(examine(swapped).p_value, abs=0.05)


def test_a_strong_dependence_in_small_strata_survives_correction_for_many_tests() -> None:
    """With 999 permutations a share can be no smaller than 0.001; the fitted tail goes on from there."""
    rng = np.random.default_rng(0)
    z = rng.integers(0, 40, 240)
    x = (z + rng.integers(0, 2, 240)) % 4
    y = np.where(rng.random(240) < 0.85, x, rng.integers(0, 4, 240))
    found = examine({k: np.array([f"level {i}" for i in v], dtype=object) for k, v in {"x": x, "y": y, "z": z}.items()})
    assert found.test.startswith("permutation")
    assert found.p_value < 1e-4


def test_separated_levels_do_not_break_the_logistic_test() -> None:
    z = np.random.default_rng(0).normal(size=200)
    x = (z + np.random.default_rng(1).normal(size=200) > 0).astype(int)
    found = examine({"x": x, "y": x.copy(), "z": z})
    assert np.isfinite(found.statistic)
    assert found.p_value < 1e-10


def test_detectable_size_matches_cohens_table() -> None:
    """Cohen 1988: with one degree of freedom, alpha 0.05 and power 0.80, n = 785 finds w = 0.10 and n = 87 finds w = 0.30."""
    assert detectable(1, 785, 0.05) == pytest.approx(0.10, abs=0.0005)
    assert detectable(1, 87, 0.05) == pytest.approx(0.30, abs=0.001)


def test_missing_rows_are_left_out_and_counted(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=100), "y": rng.normal(size=100), "other": np.nan})
    frame.loc[:9, "x"] = np.nan
    found = run(IndependenceArgs(dataset="d", source="x", target="y"), make_env(frame))
    assert (found.n_used, found.n_dropped) == (90, 10)
    assert "10 of 100 rows" in found.warnings[0]


def test_a_nonlinear_dependence_is_missed_and_the_result_says_what_it_cannot_see(make_env: MakeEnv) -> None:
    x = np.linspace(-1, 1, 401)
    found = run(IndependenceArgs(dataset="d", source="x", target="y"), make_env(pd.DataFrame({"x": x, "y": x**2})))
    assert not found.dependent
    assert any("U-shape" in a.meaning for a in found.assumptions)


def test_few_rows_make_the_finding_uninformative(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=12), "y": rng.normal(size=12)})
    found = run(IndependenceArgs(dataset="d", source="x", target="y"), make_env(frame))
    assert found.checks[0].status == "uninformative"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [1.0] * 20, "y": np.arange(20.0)}, "constant"),
        ({"x": np.arange(20.0), "y": np.arange(20.0) ** 2, "z": np.arange(20.0)}, "determined"),
        ({"x": np.arange(5.0), "y": np.arange(5.0) ** 2, "z": [1.0, 5, 2, 4, 3], "w": [2.0, 1, 7, 3, 1]}, "too few"),
        ({"x": [np.nan] * 19 + [1.0], "y": np.arange(20.0)}, "rows have a value"),
        ({"x": [f"name {i}" for i in range(60)], "y": np.arange(60.0)}, "levels"),
        ({"x": pd.date_range("2020", periods=20), "y": np.arange(20.0)}, "dates"),
        ({"x": ["a", "b"] * 4, "y": ["c", "d", "d", "c"] * 2, "z": list("stuvwxyz")}, "No stratum"),
    ],
)
def test_what_cannot_be_tested_is_refused(columns: dict[str, Any], words: str) -> None:
    with pytest.raises(AssumptionViolated, match=words):
        examine(columns)


def test_wrong_names_are_refused(make_env: MakeEnv) -> None:
    env = make_env(pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 4]}))
    with pytest.raises(BadArguments, match="twice"):
        run(IndependenceArgs(dataset="d", source="x", target="x"), env)
    with pytest.raises(BadArguments, match="no column 'q'"):
        run(IndependenceArgs(dataset="d", source="x", target="q"), env)
