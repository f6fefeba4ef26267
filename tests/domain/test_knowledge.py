"""Background knowledge: plain words, JSON and Tetrad files in, constraints out; contradictions are refused."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from whence.tools.domain.errors import BadArguments, TooLarge
from whence.tools.domain.formats import read_knowledge
from whence.tools.domain.graphs import Cpdag, Dag
from whence.tools.domain.knowledge import Knowledge


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("age -> income", {"required": (("age", "income"),)}),
        ("income <- age", {"required": (("age", "income"),)}),
        ("age causes income", {"required": (("age", "income"),)}),
        ("income is caused by age", {"required": (("age", "income"),)}),
        ("required: a -> b -> c", {"required": (("a", "b"), ("b", "c"))}),
        ("require a → b", {"required": (("a", "b"),)}),
        ("a, b -> c", {"required": (("a", "c"), ("b", "c"))}),
        ("forbidden: b -> a", {"forbidden": (("b", "a"),)}),
        ("no edge b -> a", {"forbidden": (("b", "a"),)}),
        ("b -/-> a", {"forbidden": (("b", "a"),)}),
        ("x does not cause y", {"forbidden": (("x", "y"),)}),
        ("x cannot affect y.", {"forbidden": (("x", "y"),)}),
        ("x has no effect on y", {"forbidden": (("x", "y"),)}),
        ("Nothing causes age", {"exogenous": ("age",)}),
        ("nothing causes age, sex", {"exogenous": ("age", "sex")}),
        ("treat is randomised", {"exogenous": ("treat",)}),
        ("exogenous: age, sex", {"exogenous": ("age", "sex")}),
        ("income causes nothing", {"leaves": ("income",)}),
        ("leaves: income", {"leaves": ("income",)}),
        ("a comes before b", {"forbidden": (("b", "a"),)}),
        ("b is after a", {"forbidden": (("b", "a"),)}),
        ("parental age precedes school years", {"forbidden": (("school years", "parental age"),)}),
        ("tiers: age, sex < education < income", {"tiers": (("age", "sex"), ("education",), ("income",))}),
        ("tier 1: age, sex\ntier 3: income\nTier 2: school", {"tiers": (("age", "sex"), ("school",), ("income",))}),
        ("1: age\n2: income", {"tiers": (("age",), ("income",))}),
        ('"a -> b" -> "c, d"', {"required": (("a -> b", "c, d"),)}),
        ("# a comment\n\n- nothing causes age  # why\n", {"exogenous": ("age",)}),
        ('{"required": [["a", "b"]], "tiers": [["a"], ["b"]]}', {"required": (("a", "b"),), "tiers": (("a",), ("b",))}),
        ("", {}),
    ],
)  # fmt: skip
def test_plain_words_are_read(text: str, known: dict[str, object]) -> None:
    assert read_knowledge(text) == Knowledge.model_validate(known)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("age -> income\nblah blah", "Line 2 of the knowledge, 'blah blah'"),
        ("a <-> b", "`->` only"),
        ("a -- b", "`->` only"),
        ("nothing", "not understood"),
        ("a never b", "not understood"),
        ("required: a", "an edge such as"),
        ("a -> a", "both sides"),
        ("a -> b; forbidden: a -> b", "contradicts itself"),
        ("a -> b; b -> c; c -> a", "a -> b -> c -> a"),
        ("a -> b; nothing causes b", "nothing causes b"),
        ("b -> a; tiers: a < b", "b comes after a"),
        ("tiers: a < b, a", "two tiers"),
        ("tiers: a < b\ntiers: a < c", "twice"),
        ('{"requires": [["a", "b"]]}', "Its fields are required"),
        ('{"required": [["a"]]}', "required.0"),
        ("/knowledge\nforbiddirect\na b c", "Line 3"),
        ("/knowledge\nforbiddengroup\na b", "not read"),
    ],
)
def test_what_is_not_understood_or_contradicts_itself_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadArguments) as caught:
        read_knowledge(text)
    assert words in str(caught.value)


def test_a_tetrad_file_is_read() -> None:
    text = "/knowledge\naddtemporal\n\n1 age sex\n2* job pay\n3\n\nforbiddirect\nage sex\n\nrequiredirect\nage job\n"
    known = read_knowledge(text)
    assert known.tiers == (("age", "sex"), ("job", "pay"))
    assert set(known.forbidden) == {("age", "sex"), ("job", "pay"), ("pay", "job")}
    assert known.required == (("age", "job"),)


SACHS = Path(__file__).parents[3] / "shared" / "data" / "sachs" / "sachs.2005.knowledge.txt"


@pytest.mark.skipif(not SACHS.exists(), reason="the published knowledge file is not on this machine")
def test_the_published_sachs_knowledge_has_its_twenty_edges() -> None:
    known = read_knowledge(SACHS.read_text())
    assert (len(known.required), known.tiers, known.forbidden) == (20, (), ())


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" + " " * 900_000 + "b", "a b " * 200_000, '"' * 300_000, "tiers: " + "<" * 300_000]
)
def test_crafted_texts_are_refused_quickly(text: str) -> None:
    with pytest.raises(BadArguments):
        read_knowledge(text)


def test_sizes_are_bounded() -> None:
    many = ", ".join(f"v{i}" for i in range(1500))
    with pytest.raises(TooLarge):
        read_knowledge(f"{many} -> {many.replace('v', 'w')}")
    with pytest.raises(TooLarge):
        read_knowledge("nothing causes a\n" * 400_000)


NAMES = ["a", "b", "c", "d"]
pairs = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] != p[1]), max_size=3
).map(tuple)
knowledge = st.builds(
    Knowledge,
    required=pairs,
    forbidden=pairs,
    tiers=st.permutations(NAMES).flatmap(
        lambda order: st.sampled_from([(), (tuple(order[:2]), tuple(order[2:])), ((order[0],), tuple(order[1:3]))])
    ),
    exogenous=st.lists(st.sampled_from(NAMES), max_size=1).map(tuple),
    leaves=st.lists(st.sampled_from(NAMES), max_size=1).map(tuple),
)
ALL_DAGS = [
    Dag.of(*edges, nodes=NAMES)
    for order in itertools.permutations(NAMES)
    for edges in [[f"{a} -> {b}" for a, b in itertools.combinations(order, 2)]]
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(known=knowledge)
def test_knowledge_that_no_dag_can_keep_is_called_a_contradiction(known: Knowledge) -> None:
    """Oracle: some order of the variables has every required edge forward and none of them forbidden."""

    def kept(order: tuple[str, ...]) -> bool:
        return all(order.index(a) < order.index(b) and (a, b) not in known.forbidden for a, b in known.required)

    def allowed(a: str, b: str) -> bool:
        tiers = {n: i for i, tier in enumerate(known.tiers) for n in tier}
        late = a in tiers and b in tiers and tiers[a] > tiers[b]
        return not (late or b in known.exogenous or a in known.leaves)

    possible = all(allowed(a, b) for a, b in known.required) and any(map(kept, itertools.permutations(NAMES)))
    assert (known.contradiction() is None) == possible


@settings(max_examples=150, deadline=None, derandomize=True)
@given(known=knowledge, dag=st.sampled_from(ALL_DAGS))
def test_violations_name_exactly_the_broken_constraints(known: Knowledge, dag: Dag) -> None:
    edges = {(e.source, e.target) for e in dag.edges}
    tiers = {n: i for i, tier in enumerate(known.tiers) for n in tier}
    broken = {
        (a, b)
        for a, b in edges
        if (a, b) in known.forbidden
        or (b, a) in known.required
        or b in known.exogenous
        or a in known.leaves
        or (a in tiers and b in tiers and tiers[a] > tiers[b])
    }
    missing = {pair for pair in known.required if pair not in edges}
    said = known.violations(dag)
    found = {tuple(re.match(r"(\w) -> (\w)", line).groups()) for line in said}  # type: ignore[union-attr]
    assert found == broken | missing
    assert bool(said) == bool(broken or missing)


def test_undirected_edges_break_nothing_but_do_not_fulfil_a_requirement() -> None:
    graph = Cpdag.of("a -- b")
    assert Knowledge(forbidden=(("a", "b"),)).violations(graph) == ()
    assert len(Knowledge(required=(("a", "b"),)).violations(graph)) == 1


def test_violations_name_variables_the_graph_does_not_have() -> None:
    said = Knowledge(required=(("a", "q"),)).violations(Dag.of("a -> b"))
    assert said
    assert "a -> q" in said[0]


def test_merging_keeps_both() -> None:
    merged = read_knowledge("a -> b; tiers: a < b").merged(read_knowledge("nothing causes a; a -> b"))
    assert merged == Knowledge(required=(("a", "b"),), tiers=(("a",), ("b",)), exogenous=("a",))
    assert merged.names() == {"a", "b"}
    assert not merged.empty
    assert Knowledge().empty
