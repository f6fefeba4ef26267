"""Population covariances of random linear models: what an identification claims, computed exactly."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np

from whence.tools.domain.graphs import Dag

Coefficients = dict[tuple[str, str], float]


def random_dag(rng: random.Random, n_nodes: int, share: float, n_latent: int = 0) -> Dag:
    names = [f"v{i}" for i in range(n_nodes)]
    order = rng.sample(names, n_nodes)
    edges = [f"{a} -> {b}" for a, b in combinations(order, 2) if rng.random() < share]
    return Dag.of(*edges, nodes=names, latent=rng.sample(names, n_latent))


class LinearModel:
    """A linear model with unit noise; names index its covariance and its total effects."""

    def __init__(self, dag: Dag, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.place = {n: i for i, n in enumerate(dag.nodes)}
        n = len(dag.nodes)
        weights = np.zeros((n, n))
        for node in dag.nodes:
            for parent in dag.parents(node):
                weights[self.place[node], self.place[parent]] = rng.uniform(0.5, 1.5) * rng.choice([-1, 1])
        self.totals = np.linalg.inv(np.eye(n) - weights)
        self.cov = self.totals @ self.totals.T

    def effect(self, t: str, y: str) -> float:
        return float(self.totals[self.place[y], self.place[t]])

    def covariance(self, a: str, b: str, given: tuple[str, ...] = ()) -> float:
        i, j, w = self.place[a], self.place[b], [self.place[n] for n in given]
        inner = self.cov[np.ix_(w, w)]
        return float(self.cov[i, j] - self.cov[i, w] @ np.linalg.solve(inner, self.cov[w, j]))

    def regression(self, y: str, on: tuple[str, ...]) -> dict[str, float]:
        rows = [self.place[n] for n in on]
        beta = np.linalg.solve(self.cov[np.ix_(rows, rows)], self.cov[rows, self.place[y]])
        return dict(zip(on, map(float, beta), strict=True))
