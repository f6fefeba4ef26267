"""Scores and their standard errors, against statsmodels, scikit-learn and a jackknife."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from whence.evals.harness.compare import compare
from whence.evals.harness.estimates import mean, ratio, share
from whence.evals.harness.record import Record, RunFolder, RunInfo
from whence.evals.harness.scores import score
from whence.evals.harness.source import Selection
from whence.evals.harness.spec import Benchmark, Item, Response
from whence.evals.harness.tally import Tally
from whence.tools.domain.errors import UsageError


def benchmark(**changed) -> Benchmark:
    parts = {"name": "b", "title": "B", "licence": "", "source": "", "load": None, "solve": None, "instructions": ""}
    return Benchmark(**(parts | changed))


def tally_of(rows, of=None) -> Tally:
    """Rows of (target, answer, cluster, label error, corrected)."""
    tally = Tally(of or benchmark(positive="yes"))
    for n, (target, answer, cluster, error, corrected) in enumerate(rows):
        item = Item(
            id=str(n), prompt="?", target=target, answer_kind="yes_no", cluster=cluster, label_error=error,
            corrected=corrected, groups={"half": "a" if n < len(rows) / 2 else "b"},
        )  # fmt: skip
        tally.add(Record(item=item, response=Response(answer=answer)))
    return tally


@pytest.fixture
def rows():
    rng = np.random.default_rng(3)
    target = rng.choice(["yes", "no"], 120, p=[0.3, 0.7])
    skill = rng.uniform(0.2, 1, 15)
    found = []
    for n, right in enumerate(target):
        other = "no" if right == "yes" else "yes"
        said = right if rng.random() < skill[n % 15] else other if rng.random() < 0.8 else None
        found.append((str(right), said if said is None else str(said), f"story {n % 15}", "", None))
    return found


def test_the_clustered_error_of_an_accuracy_is_statsmodels(rows):
    correct = np.array([t == a for t, a, *_ in rows], dtype=float)
    groups = np.array([n % 15 for n in range(len(rows))])
    fit = OLS(correct, np.ones(len(rows))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    overall = score(tally_of(rows)).overall
    assert overall.accuracy.value == pytest.approx(correct.mean())
    assert overall.accuracy.std_error == pytest.approx(fit.bse[0], rel=1e-12)


def test_items_without_a_cluster_give_the_usual_standard_error(rows):
    alone = [(t, a, "", e, c) for t, a, _, e, c in rows]
    correct = np.array([t == a for t, a, *_ in rows], dtype=float)
    assert score(tally_of(alone)).overall.accuracy.std_error == pytest.approx(
        correct.std(ddof=1) / np.sqrt(len(correct))
    )


def test_f1_precision_and_recall_count_abstentions_as_missed(rows):
    overall = score(tally_of(rows)).overall
    true = [t == "yes" for t, *_ in rows]
    said = [a == "yes" for _, a, *_ in rows]
    assert overall.f1.value == pytest.approx(f1_score(true, said))
    assert overall.precision == pytest.approx(precision_score(true, said))
    assert overall.recall == pytest.approx(recall_score(true, said))
    assert overall.abstained == sum(a is None for _, a, *_ in rows) > 0


def test_macro_f1_is_scikit_learns(rows):
    true = [t for t, *_ in rows]
    said = [a or "none" for _, a, *_ in rows]
    overall = score(tally_of(rows, benchmark())).overall
    assert overall.f1.value == pytest.approx(f1_score(true, said, labels=["yes", "no"], average="macro"))


@pytest.mark.parametrize("positive", ["yes", None])
def test_the_error_of_f1_agrees_with_a_jackknife_over_clusters(rows, positive):
    def value(chosen):
        return score(tally_of(chosen, benchmark(positive=positive))).overall.f1

    clusters = sorted({c for _, _, c, *_ in rows})
    left = np.array([value([r for r in rows if r[2] != c]).value for c in clusters])
    n = len(clusters)
    jackknife = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    assert value(rows).std_error == pytest.approx(jackknife, rel=0.1)  # equal to first order


def test_the_interval_is_wilsons_when_items_are_independent():
    values, apart = np.array([1.0] * 37 + [0.0] * 13), np.arange(50)
    found = mean(values, apart)
    effective = 0.74 * 0.26 / found.std_error**2  # 49: the error has n - 1
    low, high = proportion_confint(0.74 * effective, effective, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert effective == pytest.approx(49)


def test_when_all_are_right_the_interval_is_not_a_point():
    found = share(1.0, 0.0, 20)
    low, high = proportion_confint(20, 20, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_cluster_says_nothing_about_others():
    assert mean(np.array([1.0, 0.0]), np.array([4, 4])).std_error is None
    assert ratio(np.array([0.0]), np.array([0.0]), np.array([1])).value == 0


def test_known_label_errors_are_left_out_and_corrected():
    scored = score(
        tally_of(
            [
                ("yes", "yes", "a", "", None),
                ("yes", "no", "b", "swapped", "no"),  # ours is right
                ("no", "no", "c", "swapped", "yes"),  # ours is wrong
                ("no", "yes", "d", "undecidable", None),
                ("no", "yes", "e", "", None),
            ]
        )
    )
    assert (scored.overall.correct, scored.overall.n, scored.label_errors) == (2, 5, 3)
    assert (scored.without_label_errors.correct, scored.without_label_errors.n) == (1, 2)
    assert (scored.corrected.correct, scored.corrected.n) == (2, 4)  # the undecidable one has no right answer
    assert scored.wrong_unexplained == 1


def test_baselines_stand_beside_the_score():
    of = benchmark(positive="yes", shortcuts={"always yes": lambda item: Response(answer="yes")})
    scored = score(tally_of([("yes", "no", "", "", None), ("no", "no", "", "", None), ("no", "no", "", "", None)], of))
    assert scored.majority.accuracy.value == pytest.approx(2 / 3)
    assert scored.shortcuts["always yes"].f1.value == pytest.approx(0.5)
    assert {k: v.n for k, v in scored.by_group["half"].items()} == {"a": 2, "b": 1}


def test_numbers_have_no_classes_and_count_within_their_tolerance():
    tally = Tally(benchmark())
    for n, answer in enumerate(["0.30", "0.3101", None, "3e-1"]):
        item = Item(id=str(n), prompt="?", target="0.3", answer_kind="number", tolerance=0.01)
        tally.add(Record(item=item, response=Response(answer=answer)))
    scored = score(tally)
    assert scored.overall.correct == 2
    assert scored.majority is None
    assert (scored.overall.precision, scored.overall.recall) == pytest.approx((2 / 3, 0.5))
    assert scored.overall.f1.value == pytest.approx(2 * 2 / (3 + 4))


def test_partial_credit_is_not_counted_as_correct():
    tally = Tally(benchmark(score=lambda item, answer: 0.5 if answer == "near" else float(answer == item.target)))
    for n, answer in enumerate(["near", "x"]):
        item = Item(id=str(n), prompt="?", target="x", answer_kind="text")
        tally.add(Record(item=item, response=Response(answer=answer)))
    overall = score(tally).overall
    assert (overall.correct, overall.accuracy.value, overall.mean_credit) == (1, 0.5, 0.75)


def run_of(path, rows, toy) -> RunFolder:
    folder = RunFolder(path)
    folder.save(
        RunInfo(id=path.name, benchmark=toy, policy="rules", selection=Selection(), started="2026-01-01", version="0")
    )
    with folder:
        for n, (target, answer, cluster, *_) in enumerate(rows):
            item = Item(id=str(n), prompt="?", target=target, answer_kind="yes_no", cluster=cluster)
            folder.append(Record(item=item, response=Response(answer=answer)))
    return folder


def test_a_comparison_is_mcnemars_exact_test_and_the_paired_clustered_difference(rows, tmp_path, toy):
    rng = np.random.default_rng(5)
    other = [(t, t if rng.random() < 0.6 else a, c, e, k) for t, a, c, e, k in rows]
    found = compare(run_of(tmp_path / "a", rows, toy), run_of(tmp_path / "b", other[:100], toy))
    x = np.array([t == a for t, a, *_ in rows[:100]], dtype=float)
    y = np.array([t == a for t, a, *_ in other[:100]], dtype=float)
    table = [[int((x * y).sum()), int((x * (1 - y)).sum())], [int(((1 - x) * y).sum()), int(((1 - x) * (1 - y)).sum())]]
    groups = np.array([n % 15 for n in range(100)])
    fit = OLS(y - x, np.ones(100)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    assert (found.n, found.left_out) == (100, 20)
    assert found.p_value == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert found.difference == pytest.approx(fit.params[0])
    assert found.std_error == pytest.approx(fit.bse[0])
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]))


def test_runs_that_share_no_item_are_not_compared(rows, tmp_path, toy):
    first = run_of(tmp_path / "a", rows[:0], toy)
    with pytest.raises(UsageError, match="share no item"):
        compare(first, run_of(tmp_path / "b", rows[:3], toy))
