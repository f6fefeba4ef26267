"""Column types decide the test; what cannot be used is refused with a reason."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from whence.tools.discover._columns import Columns
from whence.tools.discover._scores import BlockScore, TableScore
from whence.tools.discover._tests import Guard, MixedTest, TableTest
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.graphs import Cpdag
from whence.tools.domain.knowledge import Knowledge

from .conftest import Run, marks


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _columns(**values: np.ndarray) -> Columns:
    levels = tuple(len(np.unique(v)) if len(np.unique(v)) <= 6 else 0 for v in values.values())
    return Columns(names=tuple(values), values=np.column_stack(list(values.values())).astype(float), n_levels=levels)


def _null(kind: str, n: int, rng: np.random.Generator) -> Columns:
    """x and y independent given z, in ways that break simpler tests."""
    z = rng.standard_normal(n)
    if kind == "two logits":
        return _columns(x=rng.random(n) < _sigmoid(2 * z), y=rng.random(n) < _sigmoid(2 * z), z=z)
    if kind == "unequal variances":
        return _columns(x=rng.random(n) < _sigmoid(z), y=z + rng.standard_normal(n) * (1 + z**2), z=z)
    if kind == "bent":
        return _columns(x=rng.random(n) < _sigmoid(z), y=np.sin(2 * z) + rng.standard_normal(n), z=z)
    if kind == "labels":
        g = rng.integers(0, 4, n)
        return _columns(
            x=rng.random(n) < np.array([0.2, 0.8, 0.4, 0.5])[g], y=2.0 * (g == 1) + rng.standard_normal(n), z=g
        )
    a, b = rng.integers(0, 2, (2, n))
    return _columns(x=rng.random(n) < 0.2 + 0.5 * (a & b), y=2.0 * (a & b) + rng.standard_normal(n), a=a, b=b)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["two logits", "unequal variances", "bent", "labels", "crossed labels"])
@pytest.mark.parametrize("n", [200, 1000])
def test_the_mixed_test_keeps_its_level(kind: str, n: int) -> None:
    """Under independence 5 % of p-values fall below 0.05; 300 runs, binomial bound at 1 in 10,000."""
    below = 0
    for seed in range(300):
        columns = _null(kind, n, np.random.default_rng(seed))
        below += MixedTest(columns)(0, 1, tuple(range(2, len(columns.names)))) < 0.05
    assert below <= stats.binom.ppf(0.9999, 300, 0.05), below / 300


def test_the_mixed_test_finds_a_nominal_effect_that_codes_hide() -> None:
    """Levels 0, 1, 2 with the middle one high: the correlation with the codes is zero, the dependence is not."""
    found = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        g = rng.integers(0, 3, 200)
        found += MixedTest(_columns(g=g, y=1.0 * (g == 1) + rng.standard_normal(200)))(0, 1, ()) < 0.05
    assert found >= 48


def test_the_mixed_test_agrees_with_partial_correlation_on_gaussian_data() -> None:
    rng = np.random.default_rng(2)
    z, e, f = rng.standard_normal((3, 2000))
    columns = _columns(x=z + e, y=z + 0.05 * e + f, z=z)
    x, y = (v - np.polyval(np.polyfit(z, v, 1), z) for v in columns.values.T[:2])
    oracle = stats.pearsonr(x, y).pvalue
    assert MixedTest(columns)(0, 1, (2,)) == pytest.approx(oracle, rel=0.3)


def test_the_mixed_test_does_not_depend_on_the_scale_of_a_number() -> None:
    """Independence is the same in dollars and in log dollars, and so is the p-value."""
    rng = np.random.default_rng(4)
    z, e, f = rng.standard_normal((3, 500))
    plain = MixedTest(_columns(x=z + e, y=z + f, z=z))
    curved = MixedTest(_columns(x=np.exp(2 * (z + e)), y=(z + f) ** 3, z=np.exp(z)))
    assert curved(0, 1, (2,)) == pytest.approx(plain(0, 1, (2,)))


def test_bent_effects_are_told_from_confounding(run_on: Run) -> None:
    """x and y share a bent cause and nothing else; Fisher-z leaves an edge between them, the mixed test does not."""
    rng = np.random.default_rng(0)
    z, e, f = rng.standard_normal((3, 3000))
    frame = pd.DataFrame({"z": z, "x": z + 0.7 * z**2 + e, "y": z + 0.7 * z**2 + f})
    wrong = run_on(frame, "discover_pc", test="fisherz", alpha=0.01).graph
    right = run_on(frame, "discover_pc", test="mixed", alpha=0.01).graph
    assert wrong.edge_between("x", "y") is not None
    assert marks(right) == marks(Cpdag.of("z -- x", "z -- y"))


def test_a_thin_table_is_not_tested() -> None:
    rng = np.random.default_rng(0)
    columns = _columns(**{f"c{i}": rng.integers(0, 5, 300) for i in range(5)})
    test = TableTest(columns, "gsq")
    assert test(0, 1, (2, 3)) == 0.0
    assert test.n_skipped == 1


def test_g_squared_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, 500)
    y = (x + rng.integers(0, 4, 500)) // 3
    oracle = stats.chi2_contingency(pd.crosstab(x, y), lambda_="log-likelihood", correction=False).pvalue
    assert TableTest(_columns(x=x, y=y), "gsq")(0, 1, ()) == pytest.approx(oracle)


def test_nothing_is_conditioned_on_its_own_future() -> None:
    rng = np.random.default_rng(0)
    columns = _columns(a=rng.standard_normal(50), b=rng.standard_normal(50), late=rng.standard_normal(50))
    guard = Guard(columns, lambda x, y, given: 0.9, Knowledge(tiers=(("a", "b"), ("late",))), alpha=0.05)
    assert guard.search(0, 1, (2,)) == 0.0
    assert guard.search(0, 1, ()) == 0.9


@pytest.mark.parametrize("kind", ["block", "table"])
def test_scores_are_equal_within_an_equivalence_class(kind: str) -> None:
    """a -> b -> c, a <- b <- c and a <- b -> c have the same score; the collider does not."""
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 400)
    b = np.where(rng.random(400) < 0.7, a, rng.integers(0, 3, 400))
    c = np.where(rng.random(400) < 0.7, b, rng.integers(0, 3, 400))
    columns = _columns(a=a, b=b, c=c if kind == "table" else c + rng.standard_normal(400))
    score = TableScore(columns) if kind == "table" else BlockScore(columns)
    forward = score(0, ()) + score(1, (0,)) + score(2, (1,))
    backward = score(2, ()) + score(1, (2,)) + score(0, (1,))
    fork = score(1, ()) + score(0, (1,)) + score(2, (1,))
    assert forward == pytest.approx(backward)
    assert forward == pytest.approx(fork)
    assert score(0, ()) + score(2, ()) + score(1, (0, 2)) < forward


def test_the_gaussian_score_is_the_bic_of_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    a, e = rng.standard_normal((2, 300))
    score = BlockScore(_columns(a=a, b=0.3 * a + e))
    y = 0.3 * a + e
    gain = sm.OLS(y, sm.add_constant(a)).fit().bic - sm.OLS(y, np.ones(300)).fit().bic
    assert score(1, (0,)) - score(1, ()) == pytest.approx(-gain / 2)


def _mixed(n: int, seed: int = 0) -> pd.DataFrame:
    """z -> t, z -> y <- g, y -> w with t binary and g nominal, and an unrelated column."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(n)
    t = np.where(rng.random(n) < _sigmoid(1.5 * z), "yes", "no")
    g = rng.choice(["a", "b", "c"], n)
    y = z + 1.5 * (g == "b") + rng.standard_normal(n)
    return pd.DataFrame({"z": z, "t": t, "g": g, "y": y, "w": y + rng.standard_normal(n), "u": rng.standard_normal(n)})


@pytest.mark.parametrize("tool", ["discover_pc", "discover_ges"])
def test_mixed_columns_are_recovered(run_on: Run, tool: str) -> None:
    found = run_on(_mixed(2000), tool, **({"alpha": 0.01} if tool == "discover_pc" else {})).graph
    assert marks(found) == marks(Cpdag.of("z -- t", "z -> y", "g -> y", "y -> w", nodes=("u",)))


def test_mixed_discovery_is_fast(run_on: Run) -> None:
    frame = pd.concat([_mixed(16_000), _mixed(16_000, seed=9)[["z", "t", "y", "w"]].add_suffix("2")], axis=1)
    run_on(frame.head(500), "discover_pc")
    start = time.perf_counter()
    run_on(frame, "discover_pc", alpha=0.01)
    assert time.perf_counter() - start < 10


def test_fisher_z_on_labels_is_refused(run_on: Run) -> None:
    with pytest.raises(AssumptionViolated, match=r"'g' hold labels.*test='auto'"):
        run_on(_mixed(300), "discover_pc", test="fisherz")


def test_a_nominal_code_is_not_read_as_an_amount(run_on: Run) -> None:
    """Fisher-z on these codes misses the edge 188 times in 200."""
    rng = np.random.default_rng(0)
    g = rng.integers(0, 3, 600)
    frame = pd.DataFrame({"g": g, "y": (g == 1) + rng.standard_normal(600)})
    assert run_on(frame, "discover_pc", types={"g": "nominal"}).graph.edges
    assert not run_on(frame, "discover_pc").graph.edges


def test_contingency_tables_of_many_valued_numbers_are_refused(run_on: Run) -> None:
    with pytest.raises(AssumptionViolated, match="few distinct values"):
        run_on(_mixed(300), "discover_fci", test="gsq")


def test_directlingam_refuses_labels(run_on: Run) -> None:
    with pytest.raises(AssumptionViolated, match="'t', 'g' hold labels"):
        run_on(_mixed(300), "discover_directlingam")


def test_unusable_columns_are_passed_over_with_a_reason(run_on: Run) -> None:
    frame = _mixed(300).assign(k=1, key=range(300), when=pd.Timestamp("2024-01-01"), empty=np.nan)
    found = run_on(frame, "discover_pc", types={"key": "id"})
    assert found.graph.nodes == ("z", "t", "g", "y", "w", "u")
    text = " ".join(found.notes)
    for reason in (
        "'k' was left out: it is constant",
        "'key' was left out: it identifies rows",
        "holds dates",
        "is empty",
    ):
        assert reason in text


@pytest.mark.parametrize(
    ("variables", "message"),
    [(("z", "k"), "'k' cannot be a variable of the graph: it is constant"), (("z", "nope"), "no column 'nope'"),
     (("z",), "at least two"), (("z", "z"), "named more than once")],
)  # fmt: skip
def test_named_columns_that_cannot_be_used_are_refused(run_on: Run, variables: tuple[str, ...], message: str) -> None:
    with pytest.raises((AssumptionViolated, BadArguments), match=message):
        run_on(_mixed(300).assign(k=1), "discover_pc", variables=variables)


def test_rows_with_holes_are_left_out_and_counted(run_on: Run) -> None:
    frame = _mixed(400)
    frame.loc[:39, "z"] = np.nan
    found = run_on(frame, "discover_pc")
    assert "360 rows used, 40 left out" in found.notes
    assert any("40 of 400 rows (10.0 %)" in w for w in found.warnings)


def test_losing_most_rows_is_refused(run_on: Run) -> None:
    frame = _mixed(400)
    frame.loc[:299, "u"] = np.nan
    with pytest.raises(AssumptionViolated, match=r"300 of 400 rows.*'u' \(300\)"):
        run_on(frame, "discover_pc")


def test_columns_that_restate_each_other_are_named(run_on: Run) -> None:
    frame = _mixed(300)
    frame["sum"] = frame["z"] + 2 * frame["y"]
    with pytest.raises(AssumptionViolated, match=r"'sum' is an exact linear function of .*'z'.*'y'"):
        run_on(frame, "discover_pc")
    with pytest.raises(AssumptionViolated, match="'t2' is an exact linear function of 't'"):
        run_on(_mixed(300).assign(t2=lambda d: d["t"].map({"yes": 0, "no": 1})), "discover_ges")


def test_near_copies_are_warned_of(run_on: Run) -> None:
    frame = _mixed(300)
    frame["z_again"] = frame["z"] + 0.01 * np.random.default_rng(99).standard_normal(300)
    assert any("'z' and 'z_again'" in w for w in run_on(frame, "discover_pc").warnings)


@pytest.mark.parametrize("tool", ["discover_pc", "discover_ges"])
def test_a_label_that_follows_from_two_others_is_warned_of_and_not_refused(run_on: Run, tool: str) -> None:
    rng = np.random.default_rng(3)
    disease = rng.choice(
        3, size=3000, p=[0.5, 0.3, 0.2]
    )  # none, the one, the other: never both, as in small Asia samples
    either = disease > 0
    sign = np.where(rng.random(3000) < 0.95, either, ~either)
    found = run_on(pd.DataFrame({"one": disease == 1, "two": disease == 2, "either": either, "sign": sign}), tool)
    assert any("follows exactly from" in w for w in found.warnings)
    near = {n for e in found.graph.edges for n in (e.source, e.target) if "either" in (e.source, e.target)}
    assert len(near) > 1
