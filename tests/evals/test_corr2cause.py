"""Corr2Cause: every item of three variables, networkx and the published generator's own slips are the oracles."""

from __future__ import annotations

import json
import random
from itertools import combinations, product
from time import perf_counter

import networkx as nx
import pytest

from whence.evals.corr2cause.audit import known_error
from whence.evals.corr2cause.classes import holds, members, members_of_class
from whence.evals.corr2cause.generate import generate, make_item
from whence.evals.corr2cause.load import SAMPLE, load
from whence.evals.corr2cause.problem import HYPOTHESES, parse, say_premise
from whence.evals.corr2cause.published_generator import published_label
from whence.evals.corr2cause.task import BENCHMARK
from whence.tools.domain.errors import UsageError

SIZES = ((2, 3), (3, 25), (4, 543))
"""Numbers of labelled DAGs (OEIS A003024)."""


def every_dag(n):
    pairs = list(combinations(range(n), 2))
    for marks in product((0, 1, 2), repeat=len(pairs)):
        arrows = [(i, j) if m == 1 else (j, i) for (i, j), m in zip(pairs, marks, strict=True) if m]
        if nx.is_directed_acyclic_graph(nx.DiGraph(arrows)):
            yield tuple(sum(1 << a for a, b in arrows if b == i) for i in range(n))


def as_networkx(parents):
    graph = nx.DiGraph((p, i) for i, ps in enumerate(parents) for p in range(len(parents)) if ps >> p & 1)
    graph.add_nodes_from(range(len(parents)))
    return graph


def separations(parents):
    graph, nodes = as_networkx(parents), range(len(parents))
    return frozenset(
        (str(i), str(j), frozenset(map(str, s)))
        for i, j in combinations(nodes, 2)
        for size in range(len(parents) - 1)
        for s in combinations([k for k in nodes if k not in (i, j)], size)
        if nx.is_d_separator(graph, {i}, {j}, set(s))
    )


@pytest.mark.parametrize(("n", "count"), SIZES)
def test_a_class_has_the_dags_with_the_same_separations_and_no_others(n, count):
    dags = list(every_dag(n))
    assert len(dags) == count
    names = tuple(map(str, range(n)))
    separated = {d: separations(d) for d in dags}
    for dag in dags[:: max(1, count // 40)]:
        alike = {d for d in dags if separated[d] == separated[dag]}
        for found in (members_of_class(dag), members(names, separated[dag])):
            assert len(found) == len(set(found))
            assert set(found) == alike


def test_a_complete_graph_has_every_order():
    assert len(members_of_class(tuple((1 << i) - 1 for i in range(5)))) == 120


def test_relations_are_those_of_listed_paths():
    def paths(graph, x, y):
        return list(nx.all_simple_paths(graph, x, y))

    def fork(graph):
        return any(
            not set(p[1:-1]) & set(q[1:-1]) and 1 not in p and 0 not in q
            for c in set(graph) - {0, 1} for p in paths(graph, 0, c) for q in paths(graph, 1, c)
        )  # fmt: skip

    for dag in every_dag(4):
        graph = as_networkx(dag)
        assert holds("parent", dag, 0, 1) == graph.has_edge(0, 1)
        assert holds("indirect", dag, 0, 1) == any(len(p) > 2 for p in paths(graph, 0, 1))
        assert holds("collider", dag, 0, 1) == fork(graph)
        assert holds("confounder", dag, 0, 1) == fork(graph.reverse())


def test_the_sample_is_read_and_answered_but_for_the_labels_known_to_be_wrong():
    items = list(load(None))
    assert len(items) == len(SAMPLE.read_text().splitlines())
    for item in items:
        said = BENCHMARK.solve(item)
        assert said.answer == (item.corrected or item.target), said.because
        assert bool(item.label_error) == (said.answer != item.target)


def test_published_labels_are_redone_with_the_generators_slips():
    """Also those that are wrong: so the slips are what went wrong."""
    rows = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    problems = [parse(row["input"]) for row in rows]
    assert all(published_label(p) == (r["label"] == "1") for p, r in zip(problems, rows, strict=True))
    mended = [published_label(p, relabelling_slip=False, loop_slip=False) for p in problems]
    assert sum(m != (r["label"] == "1") for m, r in zip(mended, rows, strict=True)) == 1


def test_a_wrong_label_is_explained_and_a_sound_one_is_not():
    rows = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    found = [known_error(r["input"], entailed=r["label"] == "1") for r in rows]
    (wrong,) = [f for f in found if f[0]]
    assert "under the wrong names" in wrong[0]
    assert wrong[1] == "entailment"
    flipped = known_error(rows[0]["input"], entailed=rows[0]["label"] != "1")
    assert "contradicts" in flipped[0]


def test_a_premise_is_said_as_published():
    for line in SAMPLE.read_text().splitlines():
        text = json.loads(line)["input"]
        problem = parse(text)
        assert say_premise(problem.variables, problem.independencies) in text


@pytest.mark.parametrize("names", [("paraphrase",), ("refactor",), ("names",), ("order",), ("synonyms",), ("asides",)])
def test_rewritings_keep_the_answers(names):
    for item in list(load(None))[::3]:
        text = item
        for name in names:
            text = BENCHMARK.perturb[name](text, 5)
        assert BENCHMARK.solve(text).answer == (item.corrected or item.target), text.prompt
        assert BENCHMARK.perturb[names[0]](item, 5) == BENCHMARK.perturb[names[0]](item, 5)


def test_new_items_are_exact_repeatable_and_of_both_kinds():
    items = list(generate(60, 3))
    assert items == list(generate(60, 3))
    assert items[:10] == list(generate(10, 3))
    for item in items:
        problem = parse(item.prompt)
        found = members(problem.variables, problem.independencies)
        a, b = (problem.variables.index(n) for n in (problem.source, problem.target))
        assert item.target == (
            "entailment" if all(holds(problem.relation, m, a, b) for m in found) else "non-entailment"
        )
        assert BENCHMARK.solve(item).answer == item.target
    assert {i.target for i in items} == {"entailment", "non-entailment"}


@pytest.mark.slow
def test_a_system_of_ten_variables_is_decided():
    start = perf_counter()
    item = make_item(10, random.Random(1), "ten")
    assert BENCHMARK.solve(item).answer == item.target
    assert perf_counter() - start < 10


def test_shortcuts_do_not_read_the_premise():
    items = list(load(None))
    for solve in BENCHMARK.shortcuts.values():
        for item in items:
            blind = item.model_copy(update={"prompt": "Hypothesis:" + item.prompt.partition("Hypothesis:")[2]})
            assert solve(blind) == solve(item)


@pytest.mark.parametrize(
    ("row", "target"),
    [
        ({"input": "{t}", "label": 1}, "entailment"),
        ({"input": "{t}", "label": "neutral"}, "non-entailment"),
        ({"premise": "{p}", "hypothesis": "A directly causes C.", "label": "entailment"}, "entailment"),
    ],
)
def test_published_forms_are_read(tmp_path, row, target):
    premise = say_premise("ABC", [("A", "B", frozenset())])
    full = {
        k: str(v).format(t=f"Premise: {premise}\nHypothesis: A directly causes C.", p=premise) for k, v in row.items()
    }
    for name, text in (("a.jsonl", json.dumps(full)), ("b.json", json.dumps([full]))):
        (tmp_path / name).write_text(text)
        (item,) = load(tmp_path / name)
        assert item.target == target
        assert item.groups["relation"] == "parent"
        assert bool(item.label_error) == (target == "non-entailment")


def test_corrected_labels_and_symbols_are_read(tmp_path):
    text = (
        "Premise:\nSuppose there is a closed system of 3 variables, Z, Y and X, whose causal structure forms a directed "
        "acyclic graph and satisfies faithfulness. All the conditional independence relations are: Z indep Y;\n"
        "Hypothesis: Z directly affects X."
    )
    (tmp_path / "a.jsonl").write_text(json.dumps({"input": text, "label": 0, "corrected_label": 1}))
    (item,) = load(tmp_path / "a.jsonl")
    assert (item.target, item.corrected) == ("non-entailment", "entailment")
    assert BENCHMARK.solve(item).answer == "entailment"


def test_rows_that_are_none_are_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"input": "x", "label": "maybe"}')
    with pytest.raises(UsageError, match="'maybe'"):
        list(load(tmp_path / "a.jsonl"))
    (tmp_path / "a.jsonl").write_text('{"label": 1}')
    with pytest.raises(UsageError, match="no question"):
        list(load(tmp_path / "a.jsonl"))


def test_every_relation_has_its_published_words():
    assert all(len(ways) >= 2 for ways in HYPOTHESES.values())
