"""The ID algorithm against exact interventions in random models, and its failures against Tian's criterion."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, product

import numpy as np
import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Admg, Cpdag, Dag
from whence.tools.domain.projection import canonical_dag, project
from whence.tools.identify._formula import Formula, Prob, Product, Ratio, Sum, text
from whence.tools.identify._id import Hedge, districts, identify, induced
from whence.tools.identify.general import GeneralArgs, run

Point = Mapping[str, int]


class DiscreteModel:
    """A DAG of binary variables with random probabilities, all sums done exactly."""

    def __init__(self, dag: Dag, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.dag = dag
        self.chance = {
            n: {v: float(rng.uniform(0.1, 0.9)) for v in product((0, 1), repeat=len(dag.parents(n)))} for n in dag.nodes
        }
        self.joint = self.table({})

    def table(self, do: Point) -> dict[tuple[int, ...], float]:
        """Probability of each assignment of the observed nodes when some nodes are set."""
        found: dict[tuple[int, ...], float] = {}
        for values in product((0, 1), repeat=len(self.dag.nodes)):
            point = dict(zip(self.dag.nodes, values, strict=True))
            if any(point[n] != v for n, v in do.items()):
                continue
            p = 1.0
            for n in self.dag.nodes:
                if n not in do:
                    one = self.chance[n][tuple(point[q] for q in self.dag.parents(n))]
                    p *= one if point[n] else 1 - one
            key = tuple(point[n] for n in self.dag.observed)
            found[key] = found.get(key, 0.0) + p
        return found

    def probability(self, event: Point, table: dict[tuple[int, ...], float]) -> float:
        place = {n: i for i, n in enumerate(self.dag.observed)}
        return sum(p for key, p in table.items() if all(key[place[n]] == v for n, v in event.items()))

    def value(self, formula: Formula, at: Point) -> float:
        if isinstance(formula, Prob):
            given = {n: at[n] for n in formula.given}
            both = given | {n: at[n] for n in formula.variables}
            return self.probability(both, self.joint) / self.probability(given, self.joint)
        if isinstance(formula, Product):
            return float(np.prod([self.value(f, at) for f in formula.factors]))
        if isinstance(formula, Ratio):
            return self.value(formula.top, at) / self.value(formula.bottom, at)
        values = product((0, 1), repeat=len(formula.over))
        return sum(self.value(formula.body, {**at, **dict(zip(formula.over, v, strict=True))}) for v in values)


def random_admg(rng: random.Random, n_nodes: int, share: float, share_hidden: float) -> Admg:
    names = "abcdefg"[:n_nodes]
    pairs = list(combinations(names, 2))
    edges = [f"{a} -> {b}" for a, b in pairs if rng.random() < share]
    edges += [f"{a} <-> {b}" for a, b in pairs if rng.random() < share_hidden]
    return Admg.of(*edges, nodes=names)


def identifiable_by_tian(graph: Admg, t: str, y: str) -> bool:
    """Tian and Pearl 2003; complete by Huang and Valtorta 2006. Written apart from the algorithm under test."""
    above = graph.ancestors(y)
    if t not in above:
        return True
    g = induced(graph, above)
    relevant = induced(g, above - {t}).ancestors(y)
    inner = districts(induced(g, relevant))
    return all(within(g, c, next(d for d in districts(g) if c <= d)) for c in inner)


def within(graph: Admg, c: frozenset[str], d: frozenset[str]) -> bool:
    above = induced(graph, d).ancestors(*c)
    if above == c:
        return True
    if above == d:
        return False
    return within(graph, c, next(e for e in districts(induced(graph, above)) if c <= e))


def solve(graph: Admg | Dag, t: str = "t", y: str = "y") -> Formula | Hedge:
    return identify(project(graph), frozenset((y,)), frozenset((t,)))


def test_identified_formulas_equal_the_intervention_in_random_models() -> None:
    rng = random.Random(0)
    n_identified = 0
    for seed in range(250):
        admg = random_admg(rng, rng.randint(3, 5), 0.55, 0.25)
        t, y = "a", admg.nodes[-1]
        found = solve(admg, t, y)
        if isinstance(found, Hedge):
            continue
        n_identified += 1
        dag = canonical_dag(admg)
        if len(dag.nodes) > 9:
            continue
        model = DiscreteModel(dag, seed)
        truth = model.probability({y: 1}, model.table({t: 1}))
        other = {n: rng.randint(0, 1) for n in admg.nodes}
        assert model.value(found, {**other, t: 1, y: 1}) == pytest.approx(truth)
    assert n_identified > 80


def test_it_fails_exactly_where_tians_criterion_fails() -> None:
    rng = random.Random(1)
    verdicts: list[bool] = []
    for _ in range(1500):
        admg = random_admg(rng, rng.randint(2, 6), rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.5))
        t, y = rng.sample(admg.nodes, 2)
        expected = identifiable_by_tian(admg, t, y)
        assert (not isinstance(solve(admg, t, y), Hedge)) == expected
        if y in admg.descendants(t):
            verdicts.append(expected)
    assert verdicts.count(True) > 100
    assert verdicts.count(False) > 100


def test_a_hedge_is_two_districts_one_within_the_other() -> None:
    rng = random.Random(2)
    for _ in range(300):
        admg = random_admg(rng, 5, 0.5, 0.4)
        found = solve(admg, "a", "e")
        if isinstance(found, Hedge):
            outer, inner = frozenset(found.outer), frozenset(found.inner)
            assert inner < outer
            assert len(districts(induced(admg, outer))) == 1
            assert len(districts(induced(admg, inner))) == 1
            assert "a" in outer - inner


IDENTIFIABLE = {
    # Pearl 2009, Figure 3.8, and later classics
    "front_door": ("t -> m", "m -> y", "t <-> y"),
    "napkin": ("w -> z", "z -> t", "t -> y", "w <-> t", "w <-> y"),
    "back_door_with_hidden_confounder_of_it": ("z -> t", "z -> y", "t -> y", "z <-> t"),
    "front_door_with_covariate": ("t -> m", "m -> y", "t <-> y", "c -> t", "c -> m", "c -> y"),
    "verma": ("t -> a", "a -> b", "b -> y", "a <-> y"),
    "two_step_front_door": ("t -> z", "z -> y", "w -> t", "w <-> t", "w <-> y"),
}
NOT_IDENTIFIABLE = {
    # Pearl 2009, Figure 3.9; Shpitser and Pearl 2006, Figure 1
    "bow": ("t -> y", "t <-> y"),
    "instrument": ("z -> t", "t -> y", "t <-> y"),
    "confounded_mediator_out": ("t -> z", "z -> y", "t <-> z"),
    "confounded_mediator_twice": ("t -> z", "z -> y", "t <-> y", "z <-> y"),
    "m_with_bow": ("t -> y", "z -> y", "t <-> z", "z <-> y"),
    "two_hidden": ("t -> z", "z -> y", "t <-> y", "t <-> z"),
    "napkin_without_its_fold": ("w -> t", "t -> y", "w <-> t", "w <-> y"),
}


@pytest.mark.parametrize("name", IDENTIFIABLE)
def test_identifiable_graphs_of_the_literature(name: str) -> None:
    assert not isinstance(solve(Admg.of(*IDENTIFIABLE[name])), Hedge)


@pytest.mark.parametrize("name", NOT_IDENTIFIABLE)
def test_graphs_of_the_literature_that_are_not_identifiable(name: str) -> None:
    assert isinstance(solve(Admg.of(*NOT_IDENTIFIABLE[name])), Hedge)


def test_formulas_read_as_in_the_textbooks() -> None:
    def shown(name: str) -> str:
        found = solve(get_example(name).dag)
        assert not isinstance(found, Hedge)
        return text(found, fixed=("t", "y"))

    assert shown("front_door") == "sum_m P(m | t) sum_t' P(t') P(y | t', m)"
    assert shown("napkin") == "[sum_w P(w) P(t | w, z) P(y | w, z, t)] / [sum_w P(w) P(t | w, z)]"
    assert shown("confounder") == "sum_z P(z) P(y | z, t)"
    assert text(Sum(("years of school",), Prob(("years of school",)))) == "sum_{years of school} P(years of school)"


def test_the_tool_names_the_hedge_and_what_to_measure(holding) -> None:
    found = run(GeneralArgs(graph="g", treatment="t", outcome="y"), holding(get_example("bow").dag))
    assert found.status == "not_identifiable"
    assert "t <- u -> y is open and u is not measured" in found.reason
    assert "hidden common causes join {t, y} (t <-> y)" in found.reason
    assert found.what_would_help[0] == "measure u"
    assert found.estimand is None


def test_the_tool_says_which_values_are_free(holding) -> None:
    found = run(GeneralArgs(graph="g", treatment="t", outcome="y"), holding(get_example("napkin").dag))
    assert found.strategy == "general_id"
    assert found.estimand is not None
    assert found.estimand.formula.endswith("the same for every value of z")


def test_an_equivalence_class_is_refused(holding) -> None:
    with pytest.raises(BadArguments, match="identify_effect"):
        run(GeneralArgs(graph="g", treatment="t", outcome="y"), holding(Cpdag.of("t -- y")))
