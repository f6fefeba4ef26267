"""The rule policy answers questions about the graph: independence, causes, adjustment, the part a variable plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from whence.agent.policies.rules.learn import doubts
from whence.agent.policies.rules.ledger import Seen
from whence.tools.domain.evidence import Check, Evidence
from whence.tools.domain.examples import Example, examples
from whence.tools.domain.formats import read_graph
from whence.tools.domain.results import GraphResult

pytestmark = pytest.mark.slow  # processes, servers or whole runs

HARMFUL = [(e, name) for e in examples().values() for name in e.harmful]


@pytest.mark.parametrize(("example", "name"), HARMFUL, ids=lambda v: v if isinstance(v, str) else v.name)
def test_adjusting_for_a_harmful_variable_is_called_wrong(
    example: Example, name: str, example_session: Callable[..., Any]
) -> None:
    answer = example_session(example.name).ask(f"Should I adjust for {name} when estimating the effect of t on y?")
    assert "would be wrong" in answer.claim
    assert any(name in c.text for c in answer.claims[1:])
    assert answer.estimate is None


def test_a_confounder_is_enough_to_adjust_for(example_session: Callable[..., Any]) -> None:
    session = example_session("confounder")
    asked = "Should I adjust for z when estimating the effect of t on y?"
    assert session.ask(asked).claim == "Adjusting for z is enough to estimate the effect of t on y."
    which = session.ask("Which variables should I adjust for to estimate the effect of t on y?")
    assert which.claim == "To estimate the effect of t on y, adjust for z."


def test_when_nothing_need_be_adjusted_for_or_nothing_helps_it_is_said(example_session: Callable[..., Any]) -> None:
    words = "Which variables should I adjust for to estimate the effect of t on y?"
    assert "Nothing needs to be adjusted for" in example_session("mediator").ask(words).claim
    assert "No set of measured variables is enough" in example_session("bow").ask(words).claim
    either = example_session("two_confounders").ask(words)
    assert any("a; b" in c.text or "b; a" in c.text for c in either.claims)


@pytest.mark.parametrize(
    ("name", "words", "begins"),
    [
        ("confounder", "Is z a confounder of t and y?", "Yes"),
        ("confounder", "Is z a collider of t and y?", "No"),
        ("collider", "Is c a collider of t and y?", "Yes"),
        ("mediator", "Is m a mediator between t and y?", "Yes"),
        ("mediator", "Is m a confounder of t and y?", "No"),
    ],
)
def test_the_part_a_variable_plays_is_read_off_the_graph_with_its_path(
    name: str, words: str, begins: str, example_session: Callable[..., Any]
) -> None:
    answer = example_session(name).ask(words)
    assert answer.claim.startswith(begins)
    assert "t " in answer.claim[answer.claim.index("(") :]
    assert len(answer.claims) == 2
    assert answer.warnings == ()


def test_independence_is_tested_on_the_data_and_compared_with_the_graph(example_session: Callable[..., Any]) -> None:
    session = example_session("chain_of_three")
    apart = session.ask("Is t independent of y given m?")
    assert "show no dependence" in apart.claim
    assert any("separated" in c.text for c in apart.claims)
    assert any("not proof" in c.text for c in apart.claims)
    together = session.ask("Is t independent of y?")
    assert "are dependent" in together.claim
    assert any("connected" in c.text for c in together.claims)


def test_independence_needs_no_graph(example_session: Callable[..., Any]) -> None:
    answer = example_session("chain_of_three", graph=False).ask("Is t independent of y given m?")
    assert "show no dependence" in answer.claim
    assert [e.tool for e in answer.evidence] == ["data_load", "graph_independence"]


def test_causes_and_the_graph_are_read_off_a_given_graph(example_session: Callable[..., Any]) -> None:
    session = example_session("confounder")
    assert session.ask("What causes y?").claim == "Direct causes of y in the graph: t and z."
    drawn = session.ask("Draw the causal graph")
    assert any("z -> t; z -> y; t -> y" in c.text for c in drawn.claims)
    assert not any(e.tool.startswith("discover_") for e in drawn.evidence)


def test_without_a_graph_one_is_learned_with_the_warning(example_session: Callable[..., Any]) -> None:
    answer = example_session("chain_of_three", graph=False).ask("Draw the causal graph")
    assert answer.design == "discovery"
    assert answer.graph is not None
    assert any("t -- m" in c.text or "m -- t" in c.text for c in answer.claims)
    assert any("no common cause is hidden" in c.text for c in answer.claims)


@pytest.mark.parametrize("words", ["blue seven tomorrow", "hello", "Tell me a joke about y"])
def test_what_cannot_be_read_is_said_with_questions_that_can(words: str, example_session: Callable[..., Any]) -> None:
    answer = example_session("confounder").ask(words)
    assert (answer.status, answer.estimate) == ("cannot_read", None)
    assert answer.claim
    assert any("Try:" in hint for hint in answer.would_change)
    assert [e.tool for e in answer.evidence if e.tool not in ("data_load", "graph_read")] == []


def test_a_graph_alone_can_be_asked(start: Any) -> None:
    session = start()
    session.use_graph("z -> t; z -> y; t -> y")
    answer = session.ask("What is the effect of t on y?")
    assert (answer.identified, answer.adjustment_set, answer.estimate) == (True, ("z",), None)
    assert "no data to estimate it from" in answer.claim


def test_what_a_failed_check_says_of_a_learned_graph_is_said() -> None:
    learned = GraphResult(name="learned", graph=read_graph("a -> b"), method="pc")
    check = Check(name="consistent directions", status="fail", meaning="They clash.", does_not_show="Which is wrong.")
    evidence = Evidence(
        id="E4", tool="discover_pc", args={}, result=learned.model_dump(mode="json"), summary="learned", checks=(check,)
    )
    (claim,) = doubts(Seen((evidence,)))
    assert "consistent directions failed" in claim.text
    assert claim.evidence == ("E4",)
    assert doubts(Seen((evidence.model_copy(update={"checks": ()}),))) == []


def test_what_a_variable_points_to_is_told_from_what_points_to_it(example_session: Callable[..., Any]) -> None:
    answer = example_session("mediator").ask("What causes m?")
    assert answer.claim == "Direct causes of m in the graph: t."
    assert any(c.text == "Edges that leave m in the graph: m -> y." for c in answer.claims)


SIX = "z -> t; z -> y; t -> m; m -> y; t -> c; y -> c; w -> t"
"""A confounder z, a mediator m, a collider c and an instrument w of t and y; no edge from t to y."""


@pytest.fixture(scope="module")
def ask_graph(start: Any) -> Callable[[str], Any]:
    session = start()
    session.use_graph(SIX)
    return session.ask


@pytest.mark.parametrize(
    ("words", "edge"),
    [
        ("Does t directly cause y?", False),
        ("Is w a direct cause of y?", False),
        ("Does t cause m directly?", True),
        ("Is z a direct cause of t?", True),
        ("Is t a direct cause of z?", False),
        ("Is m directly affected by t?", True),
    ],
)
def test_a_direct_cause_is_an_edge_and_no_path(words: str, edge: bool, ask_graph: Callable[[str], Any]) -> None:
    assert ask_graph(words).claim.startswith("Yes" if edge else "No")


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("What is the direct effect of t on y?", "P(m | t=0, z)"),
        ("What is the direct causal effect of t on y?", "P(m | t=0, z)"),
        ("What is the indirect effect of t on y?", "E[y | t=0, m, z] (P(m | t=1, z) - P(m | t=0, z))"),
    ],
)
def test_a_direct_or_indirect_effect_is_not_the_total_one(
    words: str, query: str, ask_graph: Callable[[str], Any]
) -> None:
    assert query in ask_graph(words).claim


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("Is w d-separated from y by t and z?", "tz"),
        ("Is w d-separated from y by {t, z}?", "tz"),
        ("Does {t, z} d-separate w and y?", "tz"),
        ("Do t and z block all paths between w and y?", "tz"),
        ("Are w and y d-connected given z?", "z"),
        ("Are w and y separated by t?", "t"),
        ("w _||_ y | t, z", "tz"),
        ("w ⊥ y | m", "m"),
        ("Does conditioning on t make w and y dependent?", "t"),
        ("Does conditioning on c open a path between w and y?", "c"),
        ("Is w independent of y?", ""),
    ],
)
def test_separation_is_asked_given_the_whole_set(words: str, given: str, ask_graph: Callable[[str], Any]) -> None:
    edges = [tuple(edge.split(" -> ")) for edge in SIX.split("; ")]
    separated = nx.is_d_separator(nx.DiGraph(edges), {"w"}, {"y"}, {*given})
    answer = ask_graph(words)
    assert answer.status == "answered"
    assert ("separated" if separated else "connected") in answer.claim
    assert (f"given {', '.join(given)}" if given else "y are") in answer.claim


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("Are t, z and w independent?", "'t'"),
        ("Are w and y independent once t and z are known?", "'t'"),
        ("Is t independent of y if z is fixed and m is fixed?", "'z'"),
        ("Is z a confounder of t and y if m is hidden?", "'m'"),
    ],
)
def test_a_column_that_went_unread_is_said_and_nothing_answered(
    words: str, unread: str, ask_graph: Callable[[str], Any]
) -> None:
    answer = ask_graph(words)
    assert answer.status == "cannot_read"
    assert unread in answer.claim


def test_each_of_several_variables_gets_its_part(ask_graph: Callable[[str], Any]) -> None:
    answer = ask_graph("Is z or w a confounder of t and y?")
    assert "z is a confounder" in answer.claim
    assert "No: for t and y, w is an instrument" in answer.claim


@pytest.mark.parametrize(
    ("words", "claim"),
    [
        ("Is there a directed path from y to m?", "y has no effect on m"),
        ("Is there a causal path from w to c?", "a directed path from w to c"),
        ("Is m on the causal path from t to y?", "Yes: for t and y, m is a mediator"),
        ("Is z on the causal path from t to y?", "No: for t and y, z is a confounder"),
        ("Is w an instrument for t and y?", "Yes: for t and y, w is an instrument"),
        ("Is w a valid instrument for the effect of t on y?", "Yes: for t and y, w is an instrument"),
        ("Is z an instrument for t on y?", "No: for t and y, z is not an instrument"),
        ("What are the mediators between t and y?", "Every mediator of t and y in the graph: m."),
        ("Which variables mediate the effect of t on y?", "Every mediator of t and y in the graph: m."),
        ("What is the minimal adjustment set for t on y?", "adjust for z."),
        ("What does t cause?", "Direct effects of t in the graph: m and c."),
        ("Can I estimate the effect of t on y adjusting for c?", "Adjusting for c would be wrong"),
        ("Can I estimate the effect of t on y adjusting for z?", "Adjusting for z is enough"),
    ],
)
def test_questions_about_a_graph_are_answered_as_asked(words: str, claim: str, ask_graph: Callable[[str], Any]) -> None:
    assert claim in ask_graph(words).claim


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("List all paths from t to y", "'List'"),
        ("Is there a backdoor path from t to c?", "'backdoor'"),
        ("Which independencies does the graph imply?", "not listed"),
        ("Is the effect of t on y identifiable if z is unobserved?", "'z' is not measured"),
        ("What is the effect of t on y if z is not measured?", "'z' is not measured"),
    ],
)
def test_what_no_tool_answers_is_said(words: str, unread: str, ask_graph: Callable[[str], Any]) -> None:
    answer = ask_graph(words)
    assert answer.status == "cannot_read"
    assert unread in answer.claim


def test_an_instrument_is_read_off_a_graph_that_was_given(example_session: Callable[..., Any]) -> None:
    answer = example_session("chain_of_three", graph=False).ask("Is t an instrument for m and y?")
    assert answer.status == "cannot_read"
    assert "none was given" in answer.claim
