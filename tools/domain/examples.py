"""Textbook causal models with known answers: tests, docs and demos use these same objects.

Each is a linear structural model. Its true effect is the sum over directed paths of the products of their
coefficients (Wright 1921), so every estimate has an oracle that is not ourselves.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Literal

from .errors import BadArguments
from .graphs import Dag
from .model import Model

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["none_needed", "backdoor", "frontdoor", "instrument", "general_id", "not_identifiable"]


class Example(Model):
    """A structural model, a question about it, and the right answer."""

    name: str
    lesson: str
    dag: Dag
    coefficients: dict[str, float]
    """Keyed `cause -> effect`."""
    treatment: str
    outcome: str
    verdict: Verdict
    minimal_sets: tuple[tuple[str, ...], ...] = ()
    """Every minimal adjustment set, sorted."""
    harmful: tuple[str, ...] = ()
    """Variables that bias the total effect when adjusted for."""
    binary: tuple[str, ...] = ()
    """Variables drawn as 0/1 with a logistic probability."""

    @property
    def effect(self) -> float:
        """True total effect of one unit of the treatment on the outcome."""
        return sum(prod(self.coefficients[f"{a} -> {b}"] for a, b in pairwise(p)) for p in self._paths())

    def _paths(self) -> list[tuple[str, ...]]:
        done: list[tuple[str, ...]] = []
        todo: list[tuple[str, ...]] = [(self.treatment,)]
        while todo:
            path = todo.pop()
            if path[-1] == self.outcome:
                done.append(path)
            else:
                todo += [(*path, child) for child in self.dag.children(path[-1])]
        return done

    def simulate(self, n_samples: int = 1000, seed: int = 0) -> pd.DataFrame:
        """Draw a table of the observed variables; noise is standard normal."""
        import numpy as np
        import pandas as pd

        rng = np.random.default_rng(seed)
        drawn: dict[str, np.ndarray] = {}
        for node in self.dag.topological_order():
            mean = sum(
                (self.coefficients[f"{p} -> {node}"] * drawn[p] for p in self.dag.parents(node)), np.zeros(n_samples)
            )
            if node in self.binary:
                drawn[node] = (rng.random(n_samples) < 1 / (1 + np.exp(-mean))).astype(np.int64)
            else:
                drawn[node] = mean + rng.standard_normal(n_samples)
        return pd.DataFrame({n: drawn[n] for n in self.dag.observed})


def _example(
    name: str,
    lesson: str,
    edges: dict[str, float],
    verdict: Verdict,
    *,
    sets: tuple[tuple[str, ...], ...] = (),
    latent: tuple[str, ...] = (),
    harmful: tuple[str, ...] = (),
    binary: tuple[str, ...] = ("t",),
) -> Example:
    return Example(
        name=name,
        lesson=lesson,
        dag=Dag.of(*edges, latent=latent),
        coefficients=edges,
        treatment="t",
        outcome="y",
        verdict=verdict,
        minimal_sets=sets,
        harmful=harmful,
        binary=binary,
    )


TEXTBOOK: tuple[Example, ...] = (
    _example(
        "randomised",
        "Nothing causes the treatment: no adjustment is needed.",
        {"t -> y": 2.0, "x -> y": 1.0},
        "none_needed",
        sets=((),),
    ),
    _example(
        "confounder",
        "A common cause must be adjusted for.",
        {"z -> t": 1.0, "z -> y": 1.5, "t -> y": 1.0},
        "backdoor",
        sets=(("z",),),
    ),
    _example(
        "chain_of_three",
        "A chain: every variable is independent of the first given the middle one.",
        {"t -> m": 1.0, "m -> y": 1.0},
        "none_needed",
        sets=((),),
        harmful=("m",),
        binary=(),
    ),
    _example(
        "mediator",
        "Adjusting for a mediator removes the effect that runs through it.",
        {"t -> m": 1.0, "m -> y": 1.0, "t -> y": 0.5},
        "none_needed",
        sets=((),),
        harmful=("m",),
    ),
    _example(
        "collider",
        "Adjusting for a common effect creates an association.",
        {"t -> c": 1.0, "y -> c": 1.0, "t -> y": 0.5},
        "none_needed",
        sets=((),),
        harmful=("c",),
    ),
    _example(
        "m_bias",
        "A variable measured before treatment can still be a collider.",
        {"u1 -> t": 1.0, "u1 -> m": 1.0, "u2 -> m": 1.0, "u2 -> y": 1.0, "t -> y": 1.0},
        "none_needed",
        sets=((),),
        latent=("u1", "u2"),
        harmful=("m",),
    ),
    _example(
        "front_door",
        "A mediator that catches the whole effect identifies it despite a hidden common cause.",
        {"u -> t": 1.0, "u -> y": 1.0, "t -> m": 1.0, "m -> y": 1.5},
        "frontdoor",
        latent=("u",),
        harmful=("m",),
    ),
    _example(
        "instrument",
        "A cause of treatment that reaches the outcome only through it.",
        {"u -> t": 1.0, "u -> y": 1.0, "z -> t": 1.0, "t -> y": 1.0},
        "instrument",
        latent=("u",),
        binary=(),
    ),
    _example(
        "simpson",
        "The crude and the adjusted association have opposite signs.",
        {"z -> t": 2.0, "z -> y": -4.0, "t -> y": 1.0},
        "backdoor",
        sets=(("z",),),
    ),
    _example(
        "napkin",
        "Identifiable, but by no adjustment set.",
        {
            "u1 -> w": 1.0,
            "u1 -> t": 1.0,
            "u2 -> w": 1.0,
            "u2 -> y": 1.0,
            "w -> z": 1.0,
            "z -> t": 1.0,
            "t -> y": 1.0,
        },
        "general_id",
        latent=("u1", "u2"),
        harmful=("w",),
    ),
    _example(
        "bow",
        "A hidden common cause and nothing else: not identifiable.",
        {"u -> t": 1.0, "u -> y": 1.0, "t -> y": 1.0},
        "not_identifiable",
        latent=("u",),
    ),
    _example(
        "two_confounders",
        "Either of two variables on the back-door path is enough.",
        {"a -> t": 1.0, "a -> b": 1.0, "b -> y": 1.0, "t -> y": 1.0},
        "backdoor",
        sets=(("a",), ("b",)),
    ),
    _example(
        "reverse",
        "The outcome causes the treatment: the effect is zero.",
        {"y -> t": 1.0, "z -> y": 1.0},
        "none_needed",
        sets=(),
    ),
)


@cache
def examples() -> dict[str, Example]:
    """All textbook examples by name."""
    return {e.name: e for e in TEXTBOOK}


DESIGN_EFFECTS = {"two_periods": 2.0, "cut_off": 1.5, "two_sites": 1.5}
"""True effects in `design_tables`: of `t` after `w`, of crossing `z` = 0, and of `t` in the second site `w`."""


def design_tables(n_samples: int = 1000, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Tables for designs that need no graph: two groups over two periods, a cut-off, and two sites.

    `two_periods`: group `t` (treated in the second period), period `w`, outcome `y`. `cut_off`: running variable `z`,
    outcome `y` that jumps at 0. `two_sites`: site `w`, `t` at random, and an effect on `y` that grows with `z`, whose mean is
    one higher in the second site.
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    t, w = rng.integers(0, 2, n_samples), rng.integers(0, 2, n_samples)
    y = 1.0 * t + 0.5 * w + DESIGN_EFFECTS["two_periods"] * t * w + rng.standard_normal(n_samples)
    z = rng.uniform(-1, 1, n_samples)
    jump = z + DESIGN_EFFECTS["cut_off"] * (z >= 0) + 0.5 * rng.standard_normal(n_samples)
    site, arm = rng.integers(0, 2, n_samples), rng.integers(0, 2, n_samples)
    x = site + rng.standard_normal(n_samples)
    grown = (0.5 + x) * arm + x + rng.standard_normal(n_samples)
    return {
        "two_periods": pd.DataFrame({"t": t, "w": w, "y": y}),
        "cut_off": pd.DataFrame({"z": z, "y": jump}),
        "two_sites": pd.DataFrame({"w": site, "z": x, "t": arm, "y": grown}),
    }


def get_example(name: str) -> Example:
    """Look up one example.

    Raises:
        BadArguments: there is none of that name.
    """
    if name not in examples():
        raise BadArguments(f"There is no example {name!r}; there are: {', '.join(examples())}.")
    return examples()[name]
