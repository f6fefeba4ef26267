"""Changes to a graph in words: each does what it says, refuses what cannot be, and leaves the old graph alone."""

from __future__ import annotations

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from whence.tools.domain.edges import MARKS, Edge
from whence.tools.domain.edits import Edit, apply_edit, changes
from whence.tools.domain.equivalence import cpdag_of, members
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.formats import read_edit, read_edits
from whence.tools.domain.graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("add a -> b", "add a -> b"),
        ("a -> b", "add a -> b"),
        ("a causes b", "add a -> b"),
        ("draw an edge a -> b", "add a -> b"),
        ("Remove the edge age -> income", "remove age -> income"),
        ("delete age → income.", "remove age -> income"),
        ("remove the edge between a and b", "remove a -- b"),
        ("reverse a -> b", "reverse a -> b"),
        ("flip the arrow a -> b", "reverse a -> b"),
        ("orient a -- b as a -> b", "orient a -> b"),
        ("orient b <- a", "orient b <- a"),
        ("nothing causes age", "nothing causes age"),
        ("income causes nothing", "income causes nothing"),
        ("x does not cause y", "x does not cause y"),
        ("x -/-> y", "x does not cause y"),
        ("u is latent", "u is latent"),
        ("u is not measured", "u is latent"),
        ("u is observed", "u is observed"),
        ("add node w", "add node w"),
        ("cut -> y", "add cut -> y"),
        ("remove cut -> y", "remove cut -> y"),
        ("remove variable w", "remove node w"),
        ("add a -> b [lag 2]", "add a -> b [lag 2]"),
        ('remove "a -> b" -> "c, d"', "remove a -> b -> c, d"),
        ("remove parental income -> school years", "remove parental income -> school years"),
        ("please be nice", None),
        ("orient a -- b as a -> c", None),
        ("add a", None),
        ("", None),
        ("add a -> b; remove b -> c", None),
    ],
)
def test_words_become_one_edit_or_are_refused(text: str, said: str | None) -> None:
    if said is None:
        with pytest.raises(BadArguments):
            read_edit(text)
    else:
        assert str(read_edit(text)) == said


def test_several_edits_may_stand_in_one_text() -> None:
    assert [str(e) for e in read_edits("remove a -> b; nothing causes c\nadd a, b -> d")] == [
        "remove a -> b",
        "nothing causes c",
        "add a -> d",
        "add b -> d",
    ]


NODES = ("a", "b", "c", "d")
hostile = st.text(min_size=1, max_size=5).filter(lambda s: s.isprintable())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(names=st.lists(hostile, min_size=2, max_size=2, unique=True), symbol=st.sampled_from(sorted(MARKS)))
def test_hostile_names_survive_when_quoted(names: list[str], symbol: str) -> None:
    from whence.tools.domain.formats._lines import quote

    found = read_edit(f"remove {quote(names[0])} {symbol} {quote(names[1])}")
    assert (found.source, found.symbol, found.target) == (names[0], symbol, names[1])


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    order = draw(st.permutations(NODES))
    chosen = draw(st.lists(st.sampled_from(list(itertools.combinations(order, 2))), unique=True, max_size=6))
    return Dag.of(*(f"{a} -> {b}" for a, b in chosen), nodes=NODES)


actions = st.sampled_from(
    ["add", "remove", "reverse", "forbid", "no_causes", "no_effects", "hide", "add_node", "remove_node"]
)


def arcs(graph: AnyGraph) -> set[tuple[str, str]]:
    return {(p, n) for n in graph.nodes for p in graph.parents(n)}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(graph=dags(), action=actions, pair=st.permutations(NODES))
def test_an_edit_of_a_dag_does_exactly_what_it_says(graph: Dag, action: str, pair: list[str]) -> None:
    a, b = pair[:2]
    edit = Edit.model_validate({"action": action, "source": a, "target": b})
    before = graph.model_dump()
    wanted = {
        "add": arcs(graph) | {(a, b)},
        "remove": arcs(graph) - {(a, b)},
        "reverse": arcs(graph) - {(a, b)} | {(b, a)},
        "forbid": arcs(graph) - {(a, b)},
        "no_causes": {(p, n) for p, n in arcs(graph) if n != a},
        "no_effects": {(p, n) for p, n in arcs(graph) if p != a},
        "hide": arcs(graph),
        "add_node": arcs(graph),
        "remove_node": {(p, n) for p, n in arcs(graph) if a not in (p, n)},
    }[action]
    try:
        after = apply_edit(graph, edit)
    except BadArguments as error:
        refused = str(error)
    else:
        refused = ""
        assert arcs(after) == wanted
        assert bool(changes(graph, after)) == (after != graph)
    assert graph.model_dump() == before
    there, back = (a, b) in arcs(graph), (b, a) in arcs(graph)
    cyclic = action == "add" and a in graph.descendants(b) and not back
    if action == "reverse" and there:
        without = apply_edit(graph, Edit(action="remove", source=a, target=b))
        cyclic = b in without.descendants(a)
    if action == "add":
        assert bool(refused) == (there or back or cyclic)
    elif action in ("remove", "reverse"):
        assert bool(refused) == (not there or (action == "reverse" and cyclic))
    else:
        assert bool(refused) == (action == "add_node")
    if refused and cyclic:
        assert "cycle" in refused


@settings(max_examples=150, deadline=None, derandomize=True)
@given(dag=dags(), pair=st.permutations(NODES))
def test_orienting_keeps_exactly_the_members_that_agree(dag: Dag, pair: list[str]) -> None:
    """Oracle: the union of the members with that arrow is what Meek's rules must give."""
    cpdag, (a, b) = cpdag_of(dag), pair[:2]
    agreeing = [arcs(m) for m in members(cpdag) if (a, b) in arcs(m)]
    edit = Edit(action="orient", source=a, target=b)
    if not agreeing:
        with pytest.raises((BadArguments, AssumptionViolated)):
            apply_edit(cpdag, edit)
        return
    after = apply_edit(cpdag, edit)
    assert arcs(after) == set.intersection(*agreeing)
    assert {frozenset(p) for m in agreeing for p in m} == {frozenset((e.source, e.target)) for e in after.edges}


def test_nothing_causes_orients_an_undecided_edge_outwards() -> None:
    after = apply_edit(Cpdag.of("a -- b", "b -- c"), read_edit("nothing causes b"))
    assert arcs(after) == {("b", "a"), ("b", "c")}
    with pytest.raises((BadArguments, AssumptionViolated)):
        apply_edit(Cpdag.of("a -> b", "c -> b"), read_edit("nothing causes b"))


def test_a_hidden_common_cause_makes_an_admg() -> None:
    after = apply_edit(Dag.of("a -> b"), read_edit("add a <-> b"))
    assert isinstance(after, Admg)
    assert after.siblings("a") == ("b",)
    assert changes(Dag.of("a -> b"), after)[0] == "the graph is now a Admg, not a Dag"
    assert arcs(apply_edit(after, read_edit("remove a <-> b"))) == {("a", "b")}


def test_edits_over_time_and_of_pags() -> None:
    graph = LaggedDag.build([Edge(source="a", target="b", lag_steps=1)])
    longer = apply_edit(graph, read_edit("add a -> b [lag 2]"))
    assert sorted(e.lag_steps for e in longer.edges) == [1, 2]
    assert apply_edit(longer, read_edit("remove a -> b [lag 1]")).edges[0].lag_steps == 2
    with pytest.raises(BadArguments, match="does not come before"):
        apply_edit(graph, read_edit("reverse a -> b"))
    with pytest.raises(BadArguments, match="over time"):
        apply_edit(Dag.of("a -> b"), read_edit("add a -> c [lag 1]"))
    pag = apply_edit(Pag.of("a o-> b"), read_edit("a does not cause b"))
    assert pag.edges[0].symbol == "<->"
    with pytest.raises(BadArguments, match="decided"):
        apply_edit(Pag.of("a -> b"), read_edit("orient b -> a"))
    with pytest.raises(BadArguments, match="a -> b -> c -> a"):
        apply_edit(Pag.of("a -> b", "b -> c"), read_edit("add c -> a"))
