"""Auditing: planted problems are found, clean tables are left in peace, and the real data's known traps show."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whence.tools.data._typing import card_from_frame
from whence.tools.data.audit import AuditArgs
from whence.tools.data.audit import run as audit
from whence.tools.data.load import LoadArgs
from whence.tools.data.load import run as load
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.results import AuditReport
from whence.tools.workspace import Workspace, WorkspaceEnv

N_SEEDS = 20
DATA = Path(__file__).parents[2] / "evals" / "data"
Plant = Callable[[pd.DataFrame, np.random.Generator], tuple[pd.DataFrame, str]]


def clean(seed: int) -> pd.DataFrame:
    """A table as studies have them, without any of the problems: skewed, heaped, zero-inflated, correlated columns."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(300, 1500))
    base = rng.standard_normal(n)
    arm = (rng.random(n) < 1 / (1 + np.exp(-0.5 * base))).astype(int)
    earns = np.where(rng.random(n) < 0.3, 0.0, np.exp(rng.normal(8, 1.0, n)).round(2))
    frame = pd.DataFrame(
        {
            "arm": arm,
            "y": (2 * base + arm + rng.standard_normal(n)).round(3),
            "base": base.round(4),
            "size": np.exp(rng.normal(1, rng.uniform(0.3, 1.5), n)),
            "earns": earns,
            "heavy": rng.standard_t(3, n),
            "wait": rng.gamma(1.5, 10, n).round(1),
            "visits": rng.poisson(rng.uniform(0.5, 8), n),
            "rating": rng.integers(0, 11, n),
            "age": np.clip(rng.normal(45, 15, n), 18, 90).astype(int),
            "change": rng.normal(rng.uniform(1, 4), 1.5, n).round().astype(int),
            "income": (np.exp(rng.normal(10, 0.6, n)) / 100).round().astype(int) * 100,
            "smoker": (rng.random(n) < 0.3).astype(int),
            "colour": rng.choice(["red", "green", "blue", "grey"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "plan": np.where(base + rng.standard_normal(n) > 0, "a", "b"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
        }
    )
    return frame


def _set(frame: pd.DataFrame, column: str, share: float, value: float, rng: np.random.Generator) -> pd.DataFrame:
    frame.loc[rng.random(len(frame)) < share, column] = value
    return frame


def _units(f: pd.DataFrame, r: np.random.Generator, column: str, factor: float) -> tuple[pd.DataFrame, str]:
    hit = r.random(len(f)) < r.uniform(0.05, 0.3)
    f[column] = f[column].astype(float).where(~hit, f[column] * factor)
    return f, column


PLANTED: dict[tuple[str, str], Plant] = {
    ("nominal_code", "region"): lambda f, r: (f.assign(region=r.integers(1, 7, len(f))), "region"),
    ("nominal_code", "jobType"): lambda f, r: (f.assign(jobType=r.integers(0, 5, len(f))), "jobType"),
    ("nominal_code", "zip"): lambda f, r: (f.assign(zip_code=r.choice([1002, 1013, 2138, 90210], len(f))), "zip_code"),
    ("identifier", "row number"): lambda f, r: (f.assign(k=np.arange(1, len(f) + 1)), "k"),
    ("identifier", "hexadecimal"): lambda f, r: (f.assign(k=[f"{v:08x}" for v in r.integers(0, 2**31, len(f))]), "k"),
    ("identifier", "panel"): lambda f, r: (f.assign(person_id=np.arange(len(f)) // 3 + 1000), "person_id"),
    ("duplicate_rows", "one in twenty"): lambda f, r: (pd.concat([f, f.sample(len(f) // 20, random_state=1)]), ""),
    ("duplicate_rows", "one"): lambda f, r: (pd.concat([f, f.iloc[[5]]]), ""),
    ("duplicate_rows", "pasted twice"): lambda f, r: (pd.concat([f[["rating", "smoker", "colour", "age"]]] * 2), ""),
    ("duplicate_columns", "number"): lambda f, r: (f.assign(copy=f["wait"]), "copy"),
    ("duplicate_columns", "text"): lambda f, r: (f.assign(copy=f["colour"]), "copy"),
    ("constant", "one value"): lambda f, r: (f.assign(k=7), "k"),
    ("constant", "empty"): lambda f, r: (f.assign(k=np.nan), "k"),
    ("near_deterministic", "twice"): lambda f, r: (f.assign(k=2 * f["wait"] + 3), "k"),
    ("near_deterministic", "noisy copy"): lambda f, r: (f.assign(k=f["base"] + 0.01 * r.standard_normal(len(f))), "k"),
    ("near_deterministic", "sum"): lambda f, r: (f.assign(k=f["wait"] + f["age"] - f["rating"]), "k"),
    ("near_deterministic", "recoded"): lambda f, r: (f.assign(k=f["colour"].map({"red": 1, "green": 2, "blue": 3, "grey": 4})), "k"),
    ("near_deterministic", "coarser"): lambda f, r: (f.assign(k=(f["age"] >= 50).astype(int), age=f["age"] // 5), "k"),
    ("near_deterministic", "indicators"): lambda f, r: (f.join(pd.get_dummies(f["colour"], dtype=int)), "red"),
    ("collinear", "strong"): lambda f, r: (f.assign(k=f["base"] + 0.2 * r.standard_normal(len(f))), "k"),
    ("missing", "some"): lambda f, r: (_set(f, "heavy", 0.1, np.nan, r), "heavy"),
    ("na_like_code", "-99 in age"): lambda f, r: (_set(f, "age", 0.03, -99, r), "age"),
    ("na_like_code", "-1 in age"): lambda f, r: (_set(f, "age", 0.05, -1, r), "age"),
    ("na_like_code", "-1 in rating"): lambda f, r: (_set(f, "rating", 0.04, -1, r), "rating"),
    ("na_like_code", "-9 in earnings"): lambda f, r: (_set(f, "earns", 0.03, -9, r), "earns"),
    ("na_like_code", "999 in age"): lambda f, r: (_set(f, "age", 0.03, 999, r), "age"),
    ("na_like_code", "99 in rating"): lambda f, r: (_set(f, "rating", 0.03, 99, r), "rating"),
    ("na_like_code", "9 in a scale"): lambda f, r: (_set(f.assign(k=r.integers(1, 6, len(f))), "k", 0.04, 9, r), "k"),
    ("na_like_code", "-999 in normal"): lambda f, r: (_set(f, "base", 0.03, -999, r), "base"),
    ("na_like_code", "999 inside"): lambda f, r: (_set(f, "size", 0.03, 999, r), "size"),
    ("na_like_code", "two codes"): lambda f, r: (_set(_set(f, "age", 0.03, -8, r), "age", 0.03, -9, r), "age"),
    ("na_like_code", "word"): lambda f, r: (f.assign(k=np.where(r.random(len(f)) < 0.1, "NA", f["colour"])), "k"),
    ("leakage", "copy"): lambda f, r: (f.assign(k=f["y"]), "k"),
    ("leakage", "noisy"): lambda f, r: (f.assign(k=f["y"] * 3 + 0.1 * r.standard_normal(len(f))), "k"),
    ("leakage", "monotone"): lambda f, r: (f.assign(k=np.exp(f["y"])), "k"),
    ("leading_zeros", "postcodes"): lambda f, r: (f.assign(k=[f"{v:05}" for v in r.choice([1002, 2138, 123, 90210], len(f))]), "k"),
    ("mixed_units", "thousands"): lambda f, r: _units(f, r, "income", 1e-3),
    ("mixed_units", "centimetres"): lambda f, r: _units(f.assign(k=r.normal(1.7, 0.1, len(f))), r, "k", 100),
    ("mixed_units", "tenfold"): lambda f, r: _units(f.assign(k=r.normal(60, 9, len(f))), r, "k", 10),
    ("rare_level", "three rows"): lambda f, r: (f.assign(k=np.where(np.arange(len(f)) < 3, "rare", f["colour"])), "k"),
    ("spelling", "case"): lambda f, r: (f.assign(k=np.where(r.random(len(f)) < 0.3, "Red", f["colour"])), "k"),
    ("spelling", "spaces"): lambda f, r: (f.assign(k=np.where(r.random(len(f)) < 0.3, "red  ", f["colour"])), "k"),
    ("small_sample", "rows"): lambda f, r: (f.iloc[:25], ""),
    ("small_sample", "arm"): lambda f, r: (f.assign(arm=np.where(np.arange(len(f)) < 6, 1, 0)), "arm"),
    ("missing_by_arm", "treated drop out"): lambda f, r: (
        f.assign(y=f["y"].mask(r.random(len(f)) < np.where(f["arm"] == 1, 0.2, 0.04))),
        "y",
    ),
    ("other", "numbers and words"): lambda f, r: (f.assign(k=f["wait"].astype(str).mask(r.random(len(f)) < 0.02, "unknown")), "k"),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> WorkspaceEnv:
    return WorkspaceEnv(Workspace(folder=tmp_path_factory.mktemp("audit"), roots=(DATA,)), seed=0)


def audited(frame: pd.DataFrame, place: WorkspaceEnv) -> AuditReport:
    card = card_from_frame(frame.reset_index(drop=True), "t", place)
    place.workspace.tables["t"] = card
    arm = "arm" if "arm" in frame else None
    return audit(AuditArgs(dataset="t", treatment=arm, outcome="y" if "y" in frame else None), place)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "variant"), PLANTED)
def test_a_planted_problem_is_found(code: str, variant: str, place: WorkspaceEnv) -> None:
    n_seeds = 5
    found = 0
    for seed in range(n_seeds):
        frame, column = PLANTED[code, variant](clean(seed), np.random.default_rng(seed + 1000))
        report = audited(frame, place)
        found += any(f.code == code and (not column or column in f.columns) for f in report.findings)
    assert found == n_seeds


@pytest.mark.slow
@pytest.mark.parametrize(("code", "variant"), PLANTED)
def test_planted_problems_are_found_in_95_percent(code: str, variant: str, place: WorkspaceEnv) -> None:
    found = 0
    for seed in range(100, 100 + N_SEEDS):
        frame, column = PLANTED[code, variant](clean(seed), np.random.default_rng(seed + 1000))
        report = audited(frame, place)
        found += any(f.code == code and (not column or column in f.columns) for f in report.findings)
    assert found >= 0.95 * N_SEEDS


def test_clean_tables_raise_no_alarm(place: WorkspaceEnv) -> None:
    alarms = [(s, f.code, f.columns) for s in range(N_SEEDS) for f in audited(clean(s + 300), place).findings]
    assert len(alarms) <= 1, alarms


@pytest.mark.slow
def test_clean_tables_raise_alarms_in_under_5_percent_for_each_finding(place: WorkspaceEnv) -> None:
    n_tables = 200
    alarms = pd.Series([f.code for s in range(n_tables) for f in audited(clean(s + 1000), place).findings], dtype="str")
    assert (alarms.value_counts() <= 0.05 * n_tables).all(), alarms.value_counts()


@pytest.mark.slow
def test_missingness_at_random_is_not_blamed_on_the_arm(place: WorkspaceEnv) -> None:
    blamed = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame = clean(seed)
        for column in ("y", "base", "size", "colour"):
            frame[column] = frame[column].mask(rng.random(len(frame)) < 0.1)
        blamed += any(f.code == "missing_by_arm" for f in audited(frame, place).findings)
    assert blamed <= 5


def test_missing_rows_by_dose_are_found(place: WorkspaceEnv) -> None:
    frame = clean(1).rename(columns={"arm": "z", "base": "arm"})
    frame["y"] = frame["y"].mask(np.random.default_rng(0).random(len(frame)) < 1 / (1 + np.exp(2 - 2 * frame["arm"])))
    report = audited(frame, place)
    assert any(f.code == "missing_by_arm" for f in report.findings)
    assert next(c for c in report.checks if c.name == "missingness by arm").status == "fail"


def test_a_common_outlier_does_not_make_columns_alike(place: WorkspaceEnv) -> None:
    frame = clean(3)
    frame.loc[0, ["heavy", "wait"]] = 1e9
    assert not any(f.code == "near_deterministic" for f in audited(frame, place).findings)


def test_a_binary_outcome_that_is_given_away(place: WorkspaceEnv) -> None:
    frame = clean(4)
    frame["wait"] += 1000 * (frame["y"] > 0)
    frame["note"] = np.where(frame["y"] > 0, "good", "poor")
    frame["y"] = (frame["y"] > 0).astype(int)
    leaks = {f.columns[0] for f in audited(frame, place).findings if f.code == "leakage"}
    assert leaks == {"wait", "note"}


def test_a_constant_treatment_stops(place: WorkspaceEnv) -> None:
    report = audited(clean(5).assign(arm=1), place)
    assert report.findings[0].severity == "stop"
    assert "arm" in report.findings[0].message


def test_an_unknown_treatment_is_refused_with_near_names(place: WorkspaceEnv) -> None:
    audited(clean(5), place)
    with pytest.raises(BadArguments, match="'smoker'"):
        audit(AuditArgs(dataset="t", treatment="smokes"), place)


def test_usable_columns_leave_out_what_cannot_be_analysed(place: WorkspaceEnv) -> None:
    frame = clean(6).assign(k=1, person_id=lambda f: np.arange(len(f)) + 5000, e=np.nan)
    usable = audited(frame, place).usable
    assert set(clean(6).columns) - set(usable) == {"day"}
    assert not {"k", "person_id", "e"} & set(usable)


def test_known_traps_of_the_schooling_data_show(place: WorkspaceEnv) -> None:
    card = load(LoadArgs(path=str(DATA / "card" / "card.csv")), place)
    place.workspace.tables["card"] = card
    report = audit(AuditArgs(dataset="card", treatment="educ", outcome="lwage"), place)
    found = {(f.code, frozenset(f.columns)) for f in report.findings}
    assert ("nominal_code", frozenset({"married"})) in found
    assert ("leakage", frozenset({"wage", "lwage"})) in found
    assert ("near_deterministic", frozenset({"exper", "age", "educ"})) in found
    assert ("near_deterministic", frozenset({"south66", "reg665", "reg666", "reg667"})) in found
    assert ("near_deterministic", frozenset(f"reg66{i}" for i in range(1, 10))) in found
    assert ("identifier", frozenset({"id"})) in found
    assert not any("educ" in f.columns and f.severity == "stop" for f in report.findings)


@pytest.mark.parametrize("name", ["nsw_experiment", "nsw_cps", "sachs"])
def test_real_tables_raise_no_warning(name: str, place: WorkspaceEnv) -> None:
    place.workspace.tables[name] = load(LoadArgs(path=str(DATA / name / f"{name}.csv")), place)
    assert [f for f in audit(AuditArgs(dataset=name), place).findings if f.severity != "note"] == []


@pytest.mark.slow
def test_speed_on_ten_thousand_rows_and_fifty_columns(place: WorkspaceEnv) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((10_000, 30)), columns=[f"x{i}" for i in range(30)])
    for i in range(15):
        frame[f"b{i}"] = rng.integers(0, 2 + i % 6, 10_000)
    for i in range(5):
        frame[f"s{i}"] = rng.choice(list("abcdef"), 10_000)
    place.workspace.tables["t"] = card_from_frame(frame, "t", place)
    audit(AuditArgs(dataset="t"), place)
    seconds: list[float] = []
    for _ in range(5):  # the best of five, of this thread alone: other work on the machine is not ours
        start = time.thread_time()
        audit(AuditArgs(dataset="t", treatment="b0", outcome="x0"), place)
        seconds.append(time.thread_time() - start)
    assert min(seconds) < 1.0
