"""Queries of random binary graphs of which not all tables are given: enumeration of every state is the oracle."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from whence.tools.domain.results import QueryAnswer
from whence.tools.reason.query import Probability, QueryArgs, run

Facts = dict[str, int]


class Network:
    """A binary Bayesian network with random tables; what it says is summed state by state."""

    def __init__(self, parents: dict[str, tuple[str, ...]], rng: random.Random) -> None:
        self.parents = parents
        self.tables = {
            (n, at): rng.uniform(0.05, 0.95) for n, ps in parents.items() for at in product((0, 1), repeat=len(ps))
        }

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        return tuple((p, n) for n, ps in self.parents.items() for p in ps)

    def table(self, node: str) -> list[Probability]:
        """The conditional probability table of one node, as given numbers."""
        found = [at for n, at in self.tables if n == node]
        return [given({node: 1}, dict(zip(self.parents[node], at, strict=True)), self.tables[node, at]) for at in found]

    def probability(self, event: Facts, known: Facts | None = None, do: Facts | None = None) -> float:
        """P(event | known) after an intervention."""
        known, do = known or {}, do or {}
        both = below = 0.0
        for values in product((0, 1), repeat=len(self.parents)):
            state = dict(zip(self.parents, values, strict=True))
            if any(state[n] != v for n, v in (known | do).items()):
                continue
            weight = 1.0
            for n, ps in self.parents.items():
                one = self.tables[n, tuple(state[p] for p in ps)]
                weight *= 1.0 if n in do else one if state[n] else 1 - one
            below += weight
            both += weight * all(state[n] == v for n, v in event.items())
        return both / below

    def effect(self, treatment: str, outcome: str) -> float:
        return self.probability({outcome: 1}, do={treatment: 1}) - self.probability({outcome: 1}, do={treatment: 0})

    def above(self, *nodes: str, cut: str = "") -> set[str]:
        """Nodes and their causes, not going up from `cut`."""
        found, todo = set(nodes), list(nodes)
        while todo:
            new = {p for n in [todo.pop()] if n != cut for p in self.parents[n]} - found
            found |= new
            todo += new
        return found


def given(event: Facts, known: Facts, value: float) -> Probability:
    return Probability(event=dict(event), given=dict(known), value=value)


def ask(network: Network, probabilities: list[Probability], query: str, outcome: str, **more: Any) -> QueryAnswer:
    raw = {"edges": network.edges, "nodes": tuple(network.parents), "probabilities": tuple(probabilities)}
    return run(QueryArgs.model_validate(raw | {"query": query, "outcome": outcome} | more), None)  # type: ignore[arg-type]


def chain(n: int, rng: random.Random) -> Network:
    return Network({f"v{i}": (f"v{i - 1}",) if i else () for i in range(n)}, rng)


def tree(n: int, rng: random.Random) -> Network:
    return Network({f"v{i}": (f"v{rng.randrange(i)}",) if i else () for i in range(n)}, rng)


def graph(n: int, rng: random.Random) -> Network:
    drawn = {f"v{i}": tuple(f"v{j}" for j in range(i) if rng.random() < 0.45)[:3] for i in range(n)}
    return Network(drawn, rng)


@pytest.mark.parametrize("seed", range(12))
def test_effects_down_a_chain_or_tree_do_not_need_the_root(seed: int) -> None:
    rng = random.Random(seed)
    network = (chain, tree)[seed % 2](6, rng)
    tables = [p for n in network.parents if n != "v0" for p in network.table(n)]
    for _ in range(6):
        treatment, outcome = rng.sample(list(network.parents), 2)
        found = ask(network, tables, "ATE", outcome, treatment=treatment)
        assert found.status == "exact", (network.edges, treatment, outcome)
        assert found.value == pytest.approx(network.effect(treatment, outcome), abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_effects_need_only_the_tables_between_and_above(seed: int) -> None:
    """P(y | do(x)) is a product over y and its causes in the graph without arrows into x (truncated factorisation)."""
    rng = random.Random(seed)
    network = graph(5, rng)
    for _ in range(4):
        treatment, outcome = rng.sample(list(network.parents), 2)
        needed = network.above(outcome, cut=treatment) - {treatment}
        tables = [p for n in needed for p in network.table(n)]
        more = [p for n in network.parents if n not in needed and rng.random() < 0.5 for p in network.table(n)]
        found = ask(network, [*tables, *more], "ATE", outcome, treatment=treatment)
        assert found.status == "exact", (network.edges, treatment, outcome)
        assert found.value == pytest.approx(network.effect(treatment, outcome), abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_facts_that_the_parents_screen_off_change_nothing(seed: int) -> None:
    """A table given on causes of the parents too is the table, whatever is unknown further up."""
    rng = random.Random(seed)
    network = graph(5, rng)
    last = list(network.parents)[-1]
    extra = rng.sample([n for n in network.parents if n != last], 2)
    behind = tuple(dict.fromkeys((*network.parents[last], *extra)))
    table = [
        given({last: 1}, known, network.probability({last: 1}, known))
        for known in (dict(zip(behind, at, strict=True)) for at in product((0, 1), repeat=len(behind)))
    ]
    known = dict.fromkeys(behind, 1)
    found = ask(network, table, "conditional", last, given=dict.fromkeys(network.parents[last], 1))
    assert found.status == "exact"
    assert found.value == pytest.approx(network.probability({last: 1}, known), abs=1e-9)


@pytest.mark.parametrize("seed", range(16))
def test_whatever_was_left_out_or_observed_the_bounds_hold_the_truth(seed: int) -> None:
    rng = random.Random(seed)
    network = graph(4, rng)
    nodes = list(network.parents)
    tables = [p for n in nodes for p in network.table(n)]
    for _ in range(2):
        event, *known = rng.sample(nodes, 3)
        facts = {n: rng.randrange(2) for n in known}
        seen = given({event: 1}, facts, network.probability({event: 1}, facts))
        numbers = [seen, *rng.sample(tables, len(tables) // 2)]
        treatment, outcome = rng.sample(nodes, 2)
        effect = ask(network, numbers, "ATE", outcome, treatment=treatment)
        assert effect.lower is not None
        assert effect.upper is not None
        assert effect.lower - 1e-6 <= network.effect(treatment, outcome) <= effect.upper + 1e-6
        again = ask(network, numbers, "conditional", event, given=facts)
        assert (again.status, again.value) == ("exact", pytest.approx(seen.value, abs=1e-6))


def test_long_history_of_the_treatment_is_not_summed_over() -> None:
    network = chain(40, random.Random(1))
    tables = [p for n in ("v38", "v39") for p in network.table(n)]
    measured = [given({f"v{i}": 1}, {f"v{i - 1}": 1}, network.tables[f"v{i}", (1,)]) for i in range(1, 38)]
    found = ask(network, [*tables, *measured], "association", "v39", treatment="v37")
    below, above = (network.tables["v38", (x,)] for x in (0, 1))
    step = network.tables["v39", (1,)] - network.tables["v39", (0,)]
    assert found.value == pytest.approx((above - below) * step, abs=1e-9)


def test_a_joint_probability_bounds_necessity_though_the_treatment_has_no_margin() -> None:
    numbers = [given({"y": 1}, {"x": 0}, 0.5), given({"y": 1}, {}, 0.52), given({"x": 1, "y": 1}, {}, 0.13)]
    args = {"edges": (("x", "y"),), "probabilities": tuple(numbers), "treatment": "x", "outcome": "y"}
    found = run(QueryArgs.model_validate(args | {"query": "PN"}), None)  # type: ignore[arg-type]
    # Tian and Pearl 2000, without confounding; P(x=0) = (0.52 - 0.13) / 0.5
    low, high = (0.52 - 0.5) / 0.13, (0.5 - 0.39) / 0.13
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=1e-7)
