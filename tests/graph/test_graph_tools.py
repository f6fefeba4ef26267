"""Reading, editing, separation and adjustment as tools: what they return, and what they refuse in words."""

from __future__ import annotations

import pytest

from whence.tools.domain.errors import AssumptionViolated, BadArguments, TooLarge
from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import Admg, AnyGraph, Cpdag, Dag, Pag
from whence.tools.domain.knowledge import Knowledge
from whence.tools.graph import adjustment, edit, implications, independence, read, roles, separation
from whence.tools.graph.adjustment import AdjustmentArgs
from whence.tools.graph.edit import EditArgs
from whence.tools.graph.read import ReadArgs
from whence.tools.graph.separation import SeparationArgs
from whence.tools.workspace import WorkspaceEnv

from .conftest import MakeEnv

MODULES = [read, edit, separation, roles, adjustment, implications, independence]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.TOOL.name)
def test_the_example_of_every_tool_runs_and_round_trips(module: object, env: WorkspaceEnv) -> None:
    tool = module.TOOL  # type: ignore[attr-defined]
    result = tool.run(tool.example, env)
    assert type(result).model_validate_json(result.model_dump_json()) == result
    assert len(result.summary()) > 10
    assert tool.description.endswith(".")
    assert all(field.description for field in tool.args.model_fields.values())


def test_reading_keeps_what_the_text_says_beyond_the_graph(make_env: MakeEnv) -> None:
    found = read.run(
        ReadArgs(text='dag { x [exposure] y [outcome] "u" [latent] u -> {x y} x -> y }', name="g"), make_env()
    )
    assert found.graph == Dag.of("u -> x", "u -> y", "x -> y", nodes=["x", "y", "u"], latent=["u"])
    assert found.notes == ("read as dagitty", "the text marks x as exposure", "the text marks y as outcome")
    assert found.summary().startswith("Dag 'g' (read): 3 nodes")


def test_reading_warns_of_what_is_no_equivalence_class(make_env: MakeEnv) -> None:
    assert read.run(ReadArgs(text="pdag { a -- b; b -> c }", name="g"), make_env()).warnings
    assert not read.run(ReadArgs(text="pdag { a -- b; b -- c }", name="g"), make_env()).warnings


def test_reading_refuses_cycles_sizes_and_formats(make_env: MakeEnv) -> None:
    with pytest.raises(BadArguments, match="a -> b -> a"):
        read.run(ReadArgs(text="a -> b\nb -> a", name="g"), make_env())
    with pytest.raises(BadArguments, match="no graph format 'png'"):
        read.run(ReadArgs(text="a -> b", name="g", format="png"), make_env())
    with pytest.raises(TooLarge):
        read.run(ReadArgs(text="\n".join(f"v{i} w{i}" for i in range(11_000)), name="g"), make_env())
    with pytest.raises(BadArguments, match="text: "):
        read.TOOL.parse({"text": "a" * 5_000_001, "name": "g"})


def test_separation_shows_the_open_path(make_env: MakeEnv) -> None:
    env = make_env(graph=Dag.of("a -> c", "b -> c", "c -> d"))
    assert separation.run(SeparationArgs(graph="d", source="a", target="b"), env).separated
    found = separation.run(SeparationArgs(graph="d", source="a", target="b", given=("d",)), env)
    assert found.open_path == "a -> c <- b"
    assert "through a -> c <- b" in found.summary()
    with pytest.raises(BadArguments, match="'q' is not a node"):
        separation.run(SeparationArgs(graph="d", source="a", target="q"), env)


EXPECTED = {
    "none_needed": "none_needed",
    "backdoor": "this_set",
    "frontdoor": "not_identifiable_by_adjustment",
    "instrument": "not_identifiable_by_adjustment",
    "general_id": "not_identifiable_by_adjustment",
    "not_identifiable": "not_identifiable_by_adjustment",
}


@pytest.mark.parametrize("name", sorted(examples()))
def test_adjustment_verdicts_of_the_textbook(name: str, env: WorkspaceEnv) -> None:
    example = examples()[name]
    found = adjustment.run(AdjustmentArgs(graph=name, treatment="t", outcome="y"), env)
    assert found.verdict == EXPECTED[example.verdict]
    assert tuple(sorted(found.minimal)) == example.minimal_sets
    for node in example.harmful:
        judged = adjustment.run(AdjustmentArgs(graph=name, treatment="t", outcome="y", proposed=(node,)), env)
        assert judged.verdict == "invalid"
        assert node in judged.reason


def test_the_three_answers_are_different_words(make_env: MakeEnv) -> None:
    env = make_env(graph=Dag.of("t -> m", "m -> y", "z -> t", "z -> y"))
    judge = [
        adjustment.run(AdjustmentArgs(graph="d", treatment="t", outcome="y", proposed=p), env)
        for p in [(), ("z",), ("m", "z")]
    ]
    assert [j.verdict for j in judge] == ["invalid", "this_set", "invalid"]
    assert "t <- z -> y" in judge[0].reason
    assert "m is a mediator" in judge[2].reason


def test_adjustment_depends_on_orientation_where_the_class_does(make_env: MakeEnv) -> None:
    found = adjustment.run(AdjustmentArgs(graph="d", treatment="t", outcome="y"), make_env(graph=Cpdag.of("t -- y")))
    assert (found.verdict, found.minimal) == ("depends_on_orientation", ())
    assert "t -- y" in found.reason


def test_a_zero_effect_is_said_to_be_zero(make_env: MakeEnv) -> None:
    found = adjustment.run(
        AdjustmentArgs(graph="d", treatment="t", outcome="y"), make_env(graph=Dag.of("z -> t", "z -> y"))
    )
    assert found.verdict == "this_set"
    assert "the effect is zero" in found.warnings[0]


def test_many_sets_are_cut_and_said_to_be(make_env: MakeEnv) -> None:
    graph = Dag.of("t -> y", *(f"x{i} -> y" for i in range(9)))
    found = adjustment.run(AdjustmentArgs(graph="d", treatment="t", outcome="y"), make_env(graph=graph))
    assert (len(found.all), found.truncated, found.minimal) == (200, True, ((),))
    assert found.optimal == tuple(f"x{i}" for i in range(9))
    assert found.maximal == ()


def test_the_largest_sets_are_those_that_nothing_can_be_added_to(make_env: MakeEnv) -> None:
    # m is a collider of a and b: with it, a or b is needed; the whole of {a, b, m} is valid as well
    graph = Dag.of("a -> t", "a -> m", "b -> m", "b -> y", "t -> y", "t -> d")
    found = adjustment.run(AdjustmentArgs(graph="d", treatment="t", outcome="y"), make_env(graph=graph))
    assert found.maximal == (("a", "b", "d", "m"),)
    assert () in found.minimal


@pytest.mark.parametrize(
    ("graph", "args", "edges"),
    [
        (Dag.of("a -> b"), {"changes": ("add b -> c",)}, "a -> b; b -> c"),
        (Dag.of("a -> b", "b -> c"), {"remove": ("a -> b",), "add": ("a -> c",)}, "b -> c; a -> c"),
        (Dag.of("a -> b", "c -> b"), {"changes": ("nothing causes b",)}, "a; b; c"),
        (Dag.of("a -> b"), {"changes": ("reverse a -> b; b <-> c",)}, "b -> a; b <-> c"),
        (Cpdag.of("a -- b", "b -- c"), {"changes": ("orient a -- b as a -> b",)}, "a -> b; b -> c"),
        (Cpdag.of("a -- b", "b -- c"), {"knowledge": Knowledge(exogenous=("a",))}, "a -> b; b -> c"),
        (Dag.of("b -> a"), {"knowledge": Knowledge(required=(("a", "b"),))}, "a -> b"),
        (Dag.of("a -> b", "c -> a"), {"knowledge": Knowledge(tiers=(("a", "b"), ("c",)))}, "a -> b; c"),
        (Pag.of("a o-> b"), {"changes": ("orient a o-> b as a -> b",)}, "a -> b"),
    ],
)  # fmt: skip
def test_edits_change_the_graph(graph: AnyGraph, args: dict[str, object], edges: str, make_env: MakeEnv) -> None:
    found = edit.run(EditArgs.model_validate({"graph": "d", "name": "new"} | args), make_env(graph=graph))
    assert set(str(found.graph).split("; ")) == set(edges.split("; "))
    assert found.notes


@pytest.mark.parametrize(
    ("graph", "args", "words"),
    [
        (Dag.of("a -> b"), {}, "Nothing to change"),
        (Dag.of("a -> b"), {"changes": ("make it nicer",)}, "not understood"),
        (Dag.of("a -> b", "b -> c"), {"add": ("c -> a",)}, "cycle: a -> b -> c -> a"),
        (Dag.of("a -> b"), {"remove": ("b -> a",)}, "there is a -> b"),
        (Dag.of("a -> b"), {"remove": ("a -> q",)}, "'q' is not a node"),
        (Dag.of("a -> b"), {"add": ("a -> b",)}, "already"),
        (Cpdag.of("a -- b"), {"knowledge": Knowledge(required=(("a", "q"),))}, "a -> q"),
        (Cpdag.of("a -> c", "b -> c"), {"changes": ("nothing causes c",)}, "contradicts"),
        (Cpdag.of("a -- b", "b -- c"), {"knowledge": Knowledge(required=(("a", "b"), ("c", "b")))}, "new collider"),
        (Admg.of("a <-> b"), {"changes": ("reverse a <-> b",)}, "both ways"),
        (Pag.of("a -> b"), {"changes": ("orient a -> b as a <-> b",)}, "decided"),
    ],
)
def test_edits_that_cannot_be_are_refused(
    graph: AnyGraph, args: dict[str, object], words: str, make_env: MakeEnv
) -> None:
    with pytest.raises((BadArguments, AssumptionViolated), match=words):
        edit.run(EditArgs.model_validate({"graph": "d", "name": "new"} | args), make_env(graph=graph))
