"""Linear structural models on plain arrays: effects along paths, implied moments, counterfactuals of one unit.

V = B V + c + U with U ~ N(0, Omega): everything here is closed-form. What reasons from given coefficients and what
fits them to a table share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .domain.errors import AssumptionViolated

if TYPE_CHECKING:
    from .coding import Floats


@dataclass(frozen=True)
class LinearModel:
    """A linear structural causal model over named variables, acyclic."""

    names: tuple[str, ...]
    weights: Floats
    """p x p; `weights[i, j]` is the direct effect of variable j on variable i."""
    noise: Floats
    """p x p; covariance of the noise terms."""
    intercepts: Floats
    """p constants."""

    def at(self, name: str) -> int:
        """Position of a variable."""
        return self.names.index(name)

    @cached_property
    def reach(self) -> Floats:
        """The p x p matrix (I - B)^-1: total effects of each column's variable on each row's."""
        return _inverse(self.weights)

    @cached_property
    def linked(self) -> Floats:
        """The p x p counts of directed paths from each column's variable to each row's; effects may cancel, paths do not."""
        return _inverse((self.weights != 0).astype(self.weights.dtype))

    @property
    def means(self) -> Floats:
        """Expected values of all variables."""
        return self.reach @ self.intercepts

    @property
    def covariance(self) -> Floats:
        """The implied covariance, p x p."""
        return self.reach @ self.noise @ self.reach.T

    def total_effect(self, cause: str, effect: str) -> float:
        """Change of `effect` per unit of `cause` set from outside."""
        return float(self.reach[self.at(effect), self.at(cause)])

    def paths(self, cause: str, effect: str) -> Iterator[tuple[tuple[str, ...], float]]:
        """Every directed path with the product of its coefficients (Wright 1921); shorter ones first."""
        level = [((self.at(cause),), 1.0)]
        goal = self.at(effect)
        while level:
            longer: list[tuple[tuple[int, ...], float]] = []
            for path, product in level:
                if path[-1] == goal:
                    yield tuple(self.names[i] for i in path), product
                    continue
                longer += [
                    ((*path, i), product * float(self.weights[i, path[-1]]))
                    for i in range(len(self.names))
                    if self.weights[i, path[-1]] and self.linked[goal, i] > 0.5
                ]
            level = longer

    def counterfactual(self, facts: Mapping[str, float], do: Mapping[str, float], target: str) -> tuple[float, float]:
        """What `target` would have been for a unit with these facts, had `do` been set.

        Abduction (the unit's noise given the facts), action, prediction; exact under Gaussian noise, and free of that
        premise when the facts settle the noise that matters.

        Returns:
            Its expected value, and the standard deviation of what the facts leave open.

        Raises:
            AssumptionViolated: the model cannot give rise to the facts.
        """
        import numpy as np

        seen = [self.at(n) for n in facts]
        values = np.array([facts[n] for n in facts], dtype=np.float64)
        rows = self.reach[seen]
        gap = values - rows @ self.intercepts
        spread = rows @ self.noise @ rows.T
        gain = self.noise @ rows.T @ np.linalg.pinv(spread, rcond=1e-10, hermitian=True)
        noise = gain @ gap
        if seen and not np.allclose(rows @ noise, gap, rtol=1e-6, atol=1e-6 * (1 + float(np.abs(values).max()))):
            raise AssumptionViolated(
                f"The model cannot give rise to the facts {dict(facts)!r}: variables without noise follow from the others. "
                "Correct a value, or give those variables a noise variance."
            )
        left = self.noise - gain @ rows @ self.noise
        free = np.array([float(n not in do) for n in self.names])
        fixed = np.array([do.get(n, 0.0) for n in self.names])
        reach = _inverse(self.weights * free[:, None])[self.at(target)]
        value = float(reach @ (free * (self.intercepts + noise) + fixed))
        variance = float((reach * free) @ left @ (reach * free))
        scale = float((reach * free) @ self.noise @ (reach * free))
        return value, variance**0.5 if variance > 1e-10 * max(scale, 1e-300) else 0.0


def _inverse(weights: Floats) -> Floats:
    """(I - B)^-1 of an acyclic model: the sum of powers of B, which ends."""
    import numpy as np

    return np.asarray(np.linalg.inv(np.eye(len(weights)) - weights), dtype=np.float64)
