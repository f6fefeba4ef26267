"""Linear models from coefficients: Wright's rules by hand, and regressions on simulated rows."""

from __future__ import annotations

import numpy as np
import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.reason.linear import Coefficient, LinearArgs, NoiseCovariance, run
from whence.tools.workspace import Workspace, WorkspaceEnv

ENV = WorkspaceEnv(Workspace(folder="."), seed=0)  # type: ignore[arg-type]


def model(*arrows: str, **more):
    """`x -> y 0.5` for each arrow."""
    parts = [a.split() for a in arrows]
    return {"coefficients": tuple(Coefficient(cause=p[0], effect=p[2], value=float(p[3])) for p in parts)} | more


MEDIATION = model("x -> m 2", "m -> y 3", "x -> y -1", "z -> x 0.5", "z -> y 4")


def test_an_effect_is_the_sum_over_paths_direct_and_indirect():
    found = run(LinearArgs(**MEDIATION, query="effect", treatment="x", outcome="y"), ENV)
    assert (found.value, found.direct, found.indirect) == (5, -1, 6)
    assert {(t.path, t.value) for t in found.terms} == {("x -> y", -1), ("x -> m -> y", 6)}


def test_paths_that_cancel_are_listed_all_the_same():
    found = run(
        LinearArgs(**model("x -> m 2", "m -> y 3", "x -> y -6"), query="effect", treatment="x", outcome="y"), ENV
    )
    assert found.value == 0
    assert len(found.terms) == 2


def test_a_covariance_is_the_sum_of_its_treks():
    args = LinearArgs(
        **MEDIATION, noise_variances={"z": 2.0},
        noise_covariances=(NoiseCovariance(source="m", target="y", value=0.3),),
        query="covariance", treatment="x", outcome="y",
    )  # fmt: skip
    found = run(args, ENV)
    terms = {t.path: t.value for t in found.terms}
    # var(x) = 0.25 * 2 + 1 = 1.5; cov = var(x) * 5 + 0.5 * 2 * 4; the noise of m and y does not reach x
    assert found.value == pytest.approx(1.5 * 5 + 4)
    assert sum(terms.values()) == pytest.approx(found.value)
    assert terms["x <- z -> y"] == pytest.approx(4)
    assert found.covariance["x"]["y"] == found.value


def rows(arrows: dict[tuple[str, str], float], order: str, hidden: str, n: int = 400_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    values: dict[str, np.ndarray] = {}
    for name in order:
        values[name] = rng.normal(size=n) + sum(
            (c * values[a] for (a, b), c in arrows.items() if b == name), np.zeros(n)
        )
    return {k: v for k, v in values.items() if k not in hidden}


def test_formulas_recover_the_coefficient_from_simulated_rows():
    arrows = {("u", "x"): 1.0, ("u", "y"): 2.0, ("z", "x"): 1.5, ("w", "z"): 1.0, ("w", "y"): 1.0, ("x", "y"): 0.7}
    given = model(*(f"{a} -> {b} {c}" for (a, b), c in arrows.items()), latent=("u",))
    found = run(LinearArgs(**given, query="identify", treatment="x", outcome="y"), ENV)
    (formula,) = found.formulas
    assert (formula.strategy, formula.given) == ("instrument", ("w",))
    data = rows(arrows, "uwzxy", hidden="u")
    clean = {k: v - np.polyval(np.polyfit(data["w"], v, 1), data["w"]) for k, v in data.items() if k != "w"}
    wald = (clean["z"] @ clean["y"]) / (clean["z"] @ clean["x"])
    assert formula.value == pytest.approx(0.7)
    assert wald == pytest.approx(0.7, abs=0.02)


def test_single_door_and_back_door_give_coefficient_and_total_effect():
    found = run(LinearArgs(**MEDIATION, query="identify", treatment="x", outcome="y"), ENV)
    values = {f.strategy: (f.value, f.given) for f in found.formulas if f.strategy != "instrument"}
    assert values["single_door"][0] == pytest.approx(-1)
    assert set(values["single_door"][1]) == {"m", "z"}
    assert values["backdoor"] == (pytest.approx(5), ("z",))


def test_a_bow_is_not_identified():
    args = model("x -> y 1", noise_covariances=(NoiseCovariance(source="x", target="y", value=0.5),))
    found = run(LinearArgs(**args, query="identify", treatment="x", outcome="y"), ENV)
    assert found.value is None
    assert "No regression or instrument" in found.summary()


def test_the_unit_of_the_textbook_would_have_scored_more():
    # Pearl, Glymour & Jewell 2016, section 4.2.3: encouragement, homework and exam score; Joe doubles his homework.
    joe = model("x -> h 0.5", "x -> y 0.7", "h -> y 0.4")
    args = LinearArgs(**joe, query="counterfactual", outcome="y", facts={"x": 0.5, "h": 1.0, "y": 1.5}, do={"h": 2.0})
    found = run(args, ENV)
    assert found.value == pytest.approx(1.9)
    assert found.std == 0


def test_what_was_not_observed_is_left_open_and_named():
    args = LinearArgs(**MEDIATION, query="counterfactual", outcome="y", facts={"x": 1.0}, do={"x": 2.0})
    found = run(args, ENV)
    assert found.std is not None
    assert found.std > 0
    assert "Gaussian noise" in {a.name for a in found.assumptions}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (model("x -> y 1", "y -> z 1", "z -> x 1"), "cycle"),
        (model("x -> y 1", noise_variances={"q": 1.0}), "'q' is not a node"),
        (
            model("x -> y 1", noise_covariances=(NoiseCovariance(source="x", target="y", value=3),)),
            "no covariance matrix",
        ),
    ],
)
def test_what_makes_no_model_is_refused(args, message):
    with pytest.raises(BadArguments, match=message):
        run(LinearArgs(**args, query="effect", treatment="x", outcome="y"), ENV)
