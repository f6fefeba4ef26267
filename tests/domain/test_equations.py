"""Structural equations: hand-worked models, a truth table of every boolean function, and refusals by name."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest

from whence.tools.domain.equations import Case, Condition, Equation, Equations, Tally
from whence.tools.domain.errors import BadArguments


def iff(variable: str, *alternatives: str) -> Equation:
    """`iff("C", "A !B", "D")` is C = (A and not B) or D."""
    cases = tuple(
        Case(when=tuple(Condition(variable=n.strip("!"), level=int(n[0] != "!")) for n in a.split()))
        for a in alternatives
    )
    return Equation(variable=variable, cases=cases)


ROCKS = Equations(equations=(iff("BS", "SH", "BH"), iff("SH", "ST"), iff("BH", "BT !SH")))


def test_equations_are_solved_in_the_order_of_causes_whatever_their_own():
    assert ROCKS.variables == ("ST", "BT", "BS", "SH", "BH")
    graph = nx.DiGraph([(p, v) for v in ROCKS.variables for p in ROCKS.parents(v)])
    place = {n: i for i, n in enumerate(ROCKS.order)}
    assert all(place[a] < place[b] for a, b in graph.edges)
    assert ROCKS.solve({"ST": 1, "BT": 1}) == {"ST": 1, "BT": 1, "SH": 1, "BH": 0, "BS": 1}


def test_an_intervention_overrules_an_equation_and_a_root():
    assert ROCKS.solve({"ST": 1, "BT": 1}, {"SH": 0}) == {"ST": 1, "BT": 1, "SH": 0, "BH": 1, "BS": 1}
    assert ROCKS.solve({"ST": 1, "BT": 1}, {"ST": 0, "BH": 0})["BS"] == 0


def test_cases_write_every_function_of_three_binary_variables():
    points = list(product((0, 1), repeat=3))
    for outputs in product((0, 1), repeat=8):
        cases = tuple(
            Case(when=tuple(Condition(variable=n, level=v) for n, v in zip("abc", point, strict=True)))
            for point, output in zip(points, outputs, strict=True)
            if output
        )
        model = Equations(equations=(Equation(variable="y", cases=cases),), roots=("a", "b", "c"))
        got = [model.solve(dict(zip("abc", p, strict=True)))["y"] for p in points]
        assert got == list(outputs)


def test_a_tally_counts():
    rng = np.random.default_rng(0)
    voters = [f"v{i}" for i in range(7)]
    votes = tuple(Condition(variable=v) for v in voters)
    for low, high in ((4, None), (0, 2), (3, 3)):
        tally = Tally(of=votes, at_least=low, at_most=high)
        model = Equations(equations=(Equation(variable="won", cases=(Case(when=(tally,)),)),))
        for _ in range(20):
            drawn = rng.integers(0, 2, size=7)
            expected = low <= drawn.sum() <= (7 if high is None else high)
            assert model.solve(dict(zip(voters, map(int, drawn), strict=True)))["won"] == int(expected)


def test_levels_are_compared_by_their_place_and_the_first_case_wins():
    model = Equations(
        equations=(
            Equation(
                variable="alarm",
                cases=(
                    Case(when=(Condition(variable="heat", op=">=", level="high"),), value="red"),
                    Case(when=(Condition(variable="heat", op="!=", level="low"),), value="amber"),
                ),
                otherwise="off",
            ),
        ),
        levels={"heat": ("low", "mild", "high"), "alarm": ("off", "amber", "red")},
    )
    assert [model.solve({"heat": h})["alarm"] for h in ("low", "mild", "high")] == ["off", "amber", "red"]


def test_contexts_are_all_settings_of_the_roots_that_agree_with_what_is_known():
    assert len(ROCKS.contexts()) == 4
    assert ROCKS.contexts({"ST": 0}) == [{"ST": 0, "BT": 0}, {"ST": 0, "BT": 1}]


def test_a_circle_is_refused_with_its_variables_from_cause_to_effect():
    with pytest.raises(BadArguments, match=r"circle: .*a -> b -> c|circle: .*b -> c -> a|circle: .*c -> a -> b"):
        Equations(equations=(iff("b", "a"), iff("c", "b"), iff("a", "c")))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Equations(equations=(iff("b", "a"), iff("b", "c"))), "'b' has 2 equations"),
        (lambda: Equations(equations=(iff("b", "a"),), roots=("b",)), "'b' is listed as a root"),
        (lambda: Equations(equations=(iff("b", "a"),), levels={"z": (0, 1, 2)}), "'z' is no variable"),
        (lambda: Equations(equations=(iff("b", "a"),), levels={"a": (1, 1)}), "2 to 50 different"),
        (lambda: Equations(equations=(Equation(variable="b", otherwise=7),)), "'b' has no level '7'"),
        (lambda: ROCKS.solve({"ST": 1}), "Root 'BT' has no value"),
        (lambda: ROCKS.check_setting({"XX": 1}), "'XX' is no variable; they are: ST"),
    ],
)
def test_what_makes_no_model_is_refused(build, message):
    with pytest.raises(BadArguments, match=message):
        build()


def test_a_model_survives_json_and_reads_as_a_sentence():
    assert Equations.model_validate_json(ROCKS.model_dump_json()) == ROCKS
    assert str(iff("BH", "BT !SH")) == "BH = 1 if BT = 1 and SH = 0; otherwise 0"
