"""Linear models: simulation and brute conditioning are the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.structural import LinearModel


def drawn(seed: int, p: int = 5) -> LinearModel:
    rng = np.random.default_rng(seed)
    weights = np.tril(rng.normal(size=(p, p)) * (rng.random((p, p)) < 0.7), k=-1)
    root = rng.normal(size=(p, p)) * 0.4 + np.eye(p)
    return LinearModel(tuple("abcde"[:p]), weights, root @ root.T, rng.normal(size=p))


def simulated(model: LinearModel, noise: np.ndarray, do: dict[str, float]) -> np.ndarray:
    """Run the equations row by row in their order."""
    values = np.zeros_like(noise)
    for i, name in enumerate(model.names):
        own = values @ model.weights[i] + model.intercepts[i] + noise[:, i]
        values[:, i] = do.get(name, own)
    return values


@pytest.mark.parametrize("seed", range(5))
def test_effects_and_moments_are_those_of_the_simulated_equations(seed):
    model = drawn(seed)
    noise = np.random.default_rng(1).multivariate_normal(np.zeros(5), model.noise, size=200_000)
    values = simulated(model, noise, {})
    assert model.means == pytest.approx(values.mean(axis=0), abs=0.06)
    assert model.covariance == pytest.approx(np.cov(values.T), rel=0.05, abs=0.15)
    one, zero = (simulated(model, noise[:3], {"a": v})[:, 4] for v in (1.0, 0.0))
    assert model.total_effect("a", "e") == pytest.approx((one - zero)[0])
    assert sum(v for _, v in model.paths("a", "e")) == pytest.approx(model.total_effect("a", "e"))


@pytest.mark.parametrize("seed", range(5))
def test_a_unit_whose_variables_are_all_known_has_its_own_noise_carried_over(seed):
    model = drawn(seed)
    noise = np.random.default_rng(seed).normal(size=(1, 5))
    was = dict(zip(model.names, map(float, simulated(model, noise, {})[0]), strict=True))
    value, std = model.counterfactual(was, {"b": 2.5}, "e")
    assert value == pytest.approx(simulated(model, noise, {"b": 2.5})[0, 4])
    assert std == pytest.approx(0, abs=1e-4)


def test_missing_values_are_filled_by_the_gaussian_conditional():
    model = drawn(3)
    # The joint of noise and facts by textbook conditioning, on the stacked vector (facts, counterfactual outcome).
    reach = np.linalg.inv(np.eye(5) - model.weights)
    cut = model.weights.copy()
    cut[1] = 0
    free = np.diag([1.0, 0, 1, 1, 1])
    row = np.linalg.inv(np.eye(5) - cut)[4]
    base = float(row @ (free @ model.intercepts) + row[1] * 2.5)
    stacked = np.vstack([reach[[0, 4]], row @ free])
    joint = stacked @ model.noise @ stacked.T
    facts = {"a": 0.3, "e": 1.2}
    gap = np.array(list(facts.values())) - (reach @ model.intercepts)[[0, 4]]
    mean = base + joint[2, :2] @ np.linalg.solve(joint[:2, :2], gap)
    variance = joint[2, 2] - joint[2, :2] @ np.linalg.solve(joint[:2, :2], joint[:2, 2])
    value, std = model.counterfactual(facts, {"b": 2.5}, "e")
    assert (value, std) == pytest.approx((mean, variance**0.5))


def test_facts_that_exact_equations_exclude_are_refused():
    model = LinearModel(("x", "y"), np.array([[0, 0], [2.0, 0]]), np.diag([1.0, 0.0]), np.zeros(2))
    assert model.counterfactual({"x": 1, "y": 2}, {"x": 3}, "y") == pytest.approx((6, 0))
    with pytest.raises(AssumptionViolated, match="cannot give rise"):
        model.counterfactual({"x": 1, "y": 5}, {"x": 3}, "y")
