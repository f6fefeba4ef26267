"""Random structural models whose counterfactuals are counted unit by unit."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from itertools import product

Response = tuple[int, ...]


class Scm:
    """Nodes in order of cause; every node draws one of its response functions, hidden nodes make them dependent."""

    def __init__(
        self,
        parents: Mapping[str, tuple[str, ...]],
        seed: int,
        levels: Mapping[str, int] | None = None,
        most_types: int = 6,
    ) -> None:
        """With one or two `most_types` some combinations of values never happen."""
        rng = random.Random(seed)
        self.parents, self.levels = dict(parents), {n: (levels or {}).get(n, 2) for n in parents}
        self.configs = {n: list(product(*(range(self.levels[p]) for p in ps))) for n, ps in self.parents.items()}
        self.types: dict[str, list[tuple[Response, float]]] = {}
        for n in parents:
            every = list(product(range(self.levels[n]), repeat=len(self.configs[n])))
            chosen = rng.sample(every, min(len(every), most_types))
            weights = [rng.random() + 0.05 for _ in chosen]
            self.types[n] = [(f, w / sum(weights)) for f, w in zip(chosen, weights, strict=True)]
        self.units = []
        for drawn in product(*(self.types[n] for n in parents)):
            weight = 1.0
            for _, w in drawn:
                weight *= w
            self.units.append(({n: f for n, (f, _) in zip(parents, drawn, strict=True)}, weight))

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        return tuple((p, n) for n, ps in self.parents.items() for p in ps)

    def world(self, unit: Mapping[str, Response], do: Mapping[str, int]) -> dict[str, int]:
        values: dict[str, int] = {}
        for n, ps in self.parents.items():
            at = self.configs[n].index(tuple(values[p] for p in ps))
            values[n] = do[n] if n in do else unit[n][at]
        return values

    def mean(
        self, what: Callable[[Callable[..., dict[str, int]]], float], given: Callable[[dict[str, int]], bool]
    ) -> float:
        total = below = 0.0
        for unit, weight in self.units:
            if given(self.world(unit, {})):
                below += weight
                total += weight * what(lambda unit=unit, **do: self.world(unit, do))
        return total / below

    def probability(self, event: Mapping[str, int], given: Mapping[str, int] | None = None) -> float:
        return self.mean(
            lambda w: float(all(w()[n] == v for n, v in event.items())),
            lambda v: all(v[n] == x for n, x in (given or {}).items()),
        )
