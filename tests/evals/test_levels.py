"""Questions over known models: effects against enumeration and simulation, marks against another count, and the solver."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest

from whence.evals.levels.generate import stream
from whence.evals.levels.load import load
from whence.evals.levels.marks import score
from whence.evals.levels.solve import solve
from whence.evals.levels.task import BENCHMARK
from whence.evals.structural.marks import Mark, class_of, compare, edges_in_words, read_edges
from whence.evals.structural.models import KINDS, Kind, draw
from whence.tools.domain.equivalence import members
from whence.tools.domain.graphs import Cpdag, Dag, Graph
from whence.tools.graph.compare import CompareArgs, run
from whence.tools.workspace import Workspace, WorkspaceEnv

NAMES = ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("kind", ["linear", "non_gaussian"])
def test_effects_of_linear_models_are_those_of_simulated_interventions(kind: Kind):
    for seed in range(5):
        model = draw(kind, NAMES, np.random.default_rng(seed))
        t, y = model.order[0], model.order[-1]
        means = [model.sample(50, np.random.default_rng(9), {t: v})[y].mean() for v in (0.0, 2.0)]
        assert model.effect(t, y, 0.0, 2.0) == pytest.approx(means[1] - means[0])


def test_effects_of_binary_models_are_those_of_enumeration():
    model = draw("binary", NAMES, np.random.default_rng(3))
    t, y = model.order[1], model.order[-1]

    def mean(value: int) -> float:
        total = 0.0
        for point in product((0, 1), repeat=5):
            world, chance = dict(zip(model.order, point, strict=True)), 1.0
            for name in model.order:
                e = model.equations[name]
                p = 1 / (1 + np.exp(-sum(w * (2 * world[c] - 1) for c, w in zip(e.causes, e.weights, strict=True))))
                chance *= float(world[name] == value) if name == t else (p if world[name] else 1 - p)
            total += chance * world[y]
        return total

    assert model.effect(t, y, 0.0, 1.0) == pytest.approx(mean(1) - mean(0), abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_variances_tell_no_order(kind: Kind):
    model = draw(kind, NAMES, np.random.default_rng(1), degree=3)
    spread = [v.std() for v in model.sample(5000, np.random.default_rng(2)).values()]
    assert max(spread) < 1.15
    assert min(spread) > (0.2 if kind == "binary" else 0.85)


def _marks(graph: Graph) -> frozenset[Mark]:
    found = read_edges(edges_in_words(graph))
    assert found is not None
    return found


def test_marks_agree_with_the_tool_that_compares_graphs(tmp_path: Path):
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, two = (class_of(draw("linear", NAMES, rng).dag) for _ in range(2))
        env = WorkspaceEnv(Workspace(folder=tmp_path, graphs={"one": one, "two": two}), seed=0)
        assert compare(_marks(one), _marks(two)).shd == run(CompareArgs(first="one", second="two"), env).distance


def test_marks_of_a_learned_graph_by_hand():
    truth = _marks(Cpdag.of("a -> c", "b -> c", "c -> d"))
    marks = compare(_marks(Cpdag.of("a -> c", "c -- b", "a -- b")), truth)
    assert marks.shd == 3
    assert (marks.skeleton_precision, marks.skeleton_recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert marks.arrow_f1 == pytest.approx(2 * 1 / (1 + 3))
    assert marks.edge_f1 == pytest.approx(2 * 1 / (3 + 3))
    assert _marks(class_of(Dag.of("a -> b", "b -> c"))) == _marks(Cpdag.of("b -- a", "b -- c"))


def test_questions_are_the_same_for_the_same_seed_and_others_for_another(tmp_path: Path):
    one, again, other = (list(islice(stream(s, tmp_path / f), 12)) for s, f in ((1, "x"), (1, "y"), (2, "z")))
    assert [i.target for i in one] == [i.target for i in again]
    assert (tmp_path / "x" / "model-0.csv").read_bytes() == (tmp_path / "y" / "model-0.csv").read_bytes()
    assert [i.prompt for i in one] != [i.prompt for i in other]


def holds(dag: Dag, asked: dict[str, str]) -> bool:
    """The relation in one DAG."""
    a, b, via = asked["source"], asked["target"], asked.get("via", "")
    if asked["kind"] == "direct_cause":
        return b in dag.children(a)
    return {a, b} <= set(dag.parents(via) if asked["kind"] == "collider" else dag.children(via))


def test_what_is_asked_of_edges_holds_in_every_graph_of_the_class(tmp_path: Path):
    items = list(islice(stream(5, tmp_path), 60))
    truths = {i.cluster: i.target for i in items if i.groups["level"] == "graph"}
    checked = 0
    for item in (i for i in items if i.groups["level"] == "edge" and i.cluster in truths):
        nodes = Path(item.data["table"]).read_text().split("\n")[0].split(",")
        found = [] if truths[item.cluster] == "none" else truths[item.cluster].split("; ")
        for dag in members(Cpdag.of(*found, nodes=nodes)):
            assert ("yes" if holds(dag, item.data["asked"]) else "no") == item.target
            checked += 1
    assert checked > 20


def test_credit_for_a_graph_is_the_f1_of_its_edges_however_they_are_written():
    item = next(i for i in load(None) if i.answer_kind == "text" and ";" in i.target)
    turned = "; ".join(
        f"{b} {({'->': '<-'}).get(m, m)} {a}" for a, m, b in (part.split() for part in item.target.split("; "))
    )
    assert score(item, item.target) == score(item, turned) == 1
    assert score(item, "none") == 0
    assert score(item, "I think that a causes b") == 0
    assert read_edges("x -> y; y -- z") == {("x", "->", "y"), ("y", "--", "z")}


@pytest.mark.slow
def test_the_bundled_sample_is_answered_far_above_the_shortcut():
    items = list(load(None))
    assert {i.groups["level"] for i in items} == {"variable", "edge", "graph", "effect"}
    answers = [solve(i).answer for i in items]
    credit = np.mean([0 if a is None else score(i, a) for i, a in zip(items, answers, strict=True)])
    shortcut = BENCHMARK.shortcuts["always yes, no edge, no effect"]
    base = np.mean([score(i, shortcut(i).answer or "") for i in items])
    assert credit > 0.7
    assert base < 0.5


def test_the_question_gives_no_truth_away():
    for item in load(None):
        assert set(item.data) == {"table", "asked"}
        assert "model" not in item.data["asked"]
