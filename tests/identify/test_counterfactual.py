"""ID* and IDC* against counterfactuals counted unit by unit in random models, and against known cases."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise, product

import numpy as np
import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.graphs import Admg, Dag
from whence.tools.domain.projection import canonical_dag
from whence.tools.identify._counterfactual import Counterfactual, Never, Quotient, idc_star
from whence.tools.identify._id import Hedge
from whence.tools.identify._worlds import Happening
from whence.tools.identify.conditional import ConditionalArgs
from whence.tools.identify.conditional import run as identify_conditional
from whence.tools.identify.counterfactual import CounterfactualArgs, CounterfactualEvent, run

from .conftest import Holder
from .test_general import DiscreteModel, random_admg

Event = tuple[str, int, dict[str, int]]


class Units:
    """A model as units, each with its own response of every node to its causes."""

    def __init__(self, dag: Dag, model: DiscreteModel, seed: int) -> None:
        rng = random.Random(seed)
        self.dag, self.order = dag, dag.topological_order()
        self.types: dict[str, list[tuple[dict[tuple[int, ...], int], float]]] = {}
        for n in dag.nodes:
            turned = {at: rng.random() < 0.5 for at in model.chance[n]}
            cuts = {at: 1 - p if turned[at] else p for at, p in model.chance[n].items()}
            edges = sorted({0.0, 1.0, *cuts.values()})
            self.types[n] = [
                ({at: int((low < cut) != turned[at]) for at, cut in cuts.items()}, high - low)
                for low, high in pairwise(edges)
            ]

    def probability(self, events: Sequence[Event], given: Sequence[Event]) -> float:
        above = below = 0.0
        for drawn in product(*(self.types[n] for n in self.order)):
            response = {n: d[0] for n, d in zip(self.order, drawn, strict=True)}
            weight = float(np.prod([d[1] for d in drawn]))
            if self._happen(response, given):
                below += weight
                above += weight * self._happen(response, events)
        return above / below

    def _happen(self, response: Mapping[str, dict[tuple[int, ...], int]], events: Sequence[Event]) -> bool:
        for variable, value, do in events:
            values = dict(do)
            for n in self.order:
                values.setdefault(n, response[n][tuple(values[p] for p in self.dag.parents(n))])
            if values[variable] != value:
                return False
        return True


def happenings(events: Sequence[Event]) -> list[Happening]:
    return [Happening(v, f"{v}={x}", tuple(sorted((n, f"{n}={y}") for n, y in do.items()))) for v, x, do in events]


def evaluate(part: Counterfactual, model: DiscreteModel) -> float:
    """The formula with the model's exact distributions put in."""
    total = 0.0
    symbols = [s for _, s in part.over]
    for drawn in product((0, 1), repeat=len(symbols)):
        at = dict(zip(symbols, drawn, strict=True))
        term = 1.0
        for factor in part.factors:
            assert not isinstance(factor.formula, Hedge)
            values = {
                v: at[s] if s in at else int(s.partition("=")[2]) for v, s in {**factor.do, **factor.values}.items()
            }
            term *= model.value(factor.formula, dict.fromkeys(model.dag.observed, 0) | values)
        total += term
    return total


def random_events(rng: random.Random, graph: Admg, number: int) -> list[Event]:
    found: list[Event] = []
    for _ in range(number):
        variable = rng.choice(graph.nodes)
        others = [n for n in graph.nodes if n != variable]
        set_to = rng.sample(others, min(len(others), rng.choice((0, 1, 1, 2))))
        do = {n: rng.randint(0, 1) for n in set_to}
        found.append((variable, rng.randint(0, 1), do))
    return found


def test_identified_formulas_equal_the_counterfactual_in_random_models() -> None:
    rng = random.Random(0)
    n_identified = n_joint = 0
    for seed in range(360):
        graph = random_admg(rng, rng.randint(2, 4), 0.55, 0.25)
        dag = canonical_dag(graph)
        if len(dag.nodes) > 6:
            continue
        events, given = random_events(rng, graph, rng.randint(1, 2)), random_events(rng, graph, rng.randint(0, 2))
        found = idc_star(graph, happenings(events), happenings(given))
        model = DiscreteModel(dag, seed)
        if isinstance(found, Never):
            assert Units(dag, model, seed).probability(events, given) == 0
        if not isinstance(found, Quotient):
            continue
        parts = [found.top] if found.bottom is None else [found.top, found.bottom]
        if any(isinstance(f.formula, Hedge) for part in parts for f in part.factors):
            continue
        value = evaluate(found.top, model) / (1.0 if found.bottom is None else evaluate(found.bottom, model))
        assert value == pytest.approx(Units(dag, model, seed).probability(events, given)), (str(graph), events, given)
        n_identified += 1
        n_joint += len(found.top.factors) > 1
    assert n_identified > 100
    assert n_joint > 40


def status(holding: Holder, graph: Dag | Admg, events: Sequence[Event], given: Sequence[Event] = ()) -> str:
    def built(side: Sequence[Event]) -> tuple[CounterfactualEvent, ...]:
        return tuple(CounterfactualEvent(variable=v, value=x, do=dict(do)) for v, x, do in side)

    return run(CounterfactualArgs(graph="g", events=built(events), given=built(given)), holding(graph)).status


BACKDOOR = Dag.of("z -> x", "z -> y", "x -> y")
BOW = Admg.of("x -> y", "x <-> y")
FRONT_DOOR = Admg.of("x -> m", "m -> y", "x <-> y")


@pytest.mark.parametrize(
    ("graph", "events", "given", "expected"),
    [
        # the effect on the treated: adjustment, front door, and a bow
        (BACKDOOR, [("y", 1, {"x": 1})], [("x", 0, {})], "identified"),
        (FRONT_DOOR, [("y", 1, {"x": 1})], [("x", 0, {})], "identified"),
        (BOW, [("y", 1, {"x": 1})], [("x", 0, {})], "not_identifiable"),
        # necessity and sufficiency: not even without confounding
        (Dag.of("x -> y"), [("y", 1, {"x": 1}), ("y", 0, {"x": 0})], [], "not_identifiable"),
        (Dag.of("x -> y"), [("y", 0, {"x": 0})], [("x", 1, {}), ("y", 1, {})], "not_identifiable"),
        # consistency: what is set to what it was changes nothing
        (BOW, [("y", 1, {"x": 1})], [("x", 1, {})], "identified"),
        (BOW, [("y", 1, {"x": 1})], [], "identified_from_experiments"),
        # Shpitser and Pearl 2007, Section 4: P(y_x | x', z_d, d)
        (
            Admg.of("x -> w", "w -> y", "d -> z", "z -> y", "x <-> y"),
            [("y", 1, {"x": 1})],
            [("x", 0, {}), ("z", 1, {"d": 1}), ("d", 1, {})],
            "identified",
        ),
        (BACKDOOR, [("y", 1, {"x": 1})], [("x", 1, {"x": 0})], "impossible_condition"),
    ],
)
def test_known_cases(
    graph: Dag | Admg, events: list[Event], given: list[Event], expected: str, holding: Holder
) -> None:
    assert status(holding, graph, events, given) == expected


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (Dag.of("x -> m", "m -> y", "x -> y"), "identified"),
        (Dag.of("x -> m", "m -> y", "x -> y", "z -> m", "z -> y"), "identified"),
        (Admg.of("x -> m", "m -> y", "x -> y", "m <-> y"), "not_identifiable"),
        (Admg.of("x -> m", "m -> y", "x -> y", "x <-> m"), "identified_from_experiments"),
    ],
)
def test_natural_effects_are_identified_where_the_mediator_is_not_confounded(
    graph: Dag | Admg, expected: str, holding: Holder
) -> None:
    event = CounterfactualEvent(variable="y", value=1, do={"x": 1}, natural={"m": {"x": 0}})
    assert run(CounterfactualArgs(graph="g", events=(event,)), holding(graph)).status == expected


def test_the_formula_is_the_one_of_the_textbook(holding: Holder) -> None:
    event = CounterfactualEvent(variable="y", value=1, do={"x": 1}, natural={"m": {"x": 0}})
    mediation = run(CounterfactualArgs(graph="g", events=(event,)), holding(Dag.of("x -> m", "m -> y", "x -> y")))
    assert mediation.formula == "sum_m P(m | x=0) P(y=1 | x=1, m)"
    treated = CounterfactualArgs(
        graph="g",
        events=(CounterfactualEvent(variable="y", value=1, do={"x": 1}),),
        given=(CounterfactualEvent(variable="x", value=0),),
    )
    assert (
        run(treated, holding(BACKDOOR)).formula == "[sum_z P(z) P(x=0 | z) P(y=1 | z, x=1)] / [sum_z P(z) P(x=0 | z)]"
    )


def test_a_latent_or_unknown_variable_is_refused(holding: Holder) -> None:
    hidden = Dag.of("u -> x", "u -> y", latent=["u"])
    for name in ("u", "q"):
        args = CounterfactualArgs(graph="g", events=(CounterfactualEvent(variable="y", value=1, do={name: 1}),))
        with pytest.raises(BadArguments, match=f"'{name}'"):
            run(args, holding(hidden))


@pytest.mark.parametrize(
    ("graph", "given", "formula"),
    [
        (BACKDOOR, ("z",), "P(y | do(x), z) = P(y | z, x)"),
        (Dag.of("x -> m", "m -> y"), ("m",), "P(y | do(x), m) = P(y | m)"),
        # a condition after the treatment, whose hidden link to the outcome keeps it from being set
        (
            Admg.of("x -> w", "w <-> y", "x -> y"),
            ("w",),
            "P(y | do(x), w) = [P(w | x) P(y | x, w)] / [P(w | x)]",
        ),
    ],
)
def test_conditional_effects_have_their_formula(
    graph: Dag | Admg, given: tuple[str, ...], formula: str, holding: Holder
) -> None:
    found = identify_conditional(ConditionalArgs(graph="g", treatment="x", outcome="y", given=given), holding(graph))
    assert found.formula == formula


def test_a_confounded_conditional_effect_is_refused_with_its_hedge(holding: Holder) -> None:
    graph = Admg.of("x -> y", "x <-> y", "z -> y")
    args = ConditionalArgs(graph="g", treatment="x", outcome="y", given=("z",))
    found = identify_conditional(args, holding(graph))
    assert found.status == "identified_from_experiments"
    assert "hedge" in found.reason
    with pytest.raises(BadArguments, match="must differ"):
        identify_conditional(args.model_copy(update={"given": ("x",)}), holding(graph))
