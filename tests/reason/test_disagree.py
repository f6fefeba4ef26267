"""Numbers that show dependences which the graph rules out, against the formulas that use all of them."""

from __future__ import annotations

import pytest

from whence.tools.reason.query import Probability, QueryArgs, run
from whence.tools.workspace import WorkspaceEnv

P_W = 0.3
P_M = {(0, 0): 0.20, (1, 0): 0.60, (0, 1): 0.25, (1, 1): 0.70}
"""P(m=1 | x, w), although the graph has no w -> m."""
P_Y = {
    (0, 0, 0): 0.1,
    (0, 1, 0): 0.5,
    (1, 0, 0): 0.3,
    (1, 1, 0): 0.8,
    (0, 0, 1): 0.2,
    (0, 1, 1): 0.4,
    (1, 0, 1): 0.6,
    (1, 1, 1): 0.9,
}
"""P(y=1 | x, m, w)."""


def arguments(**more: object) -> QueryArgs:
    given = [Probability(event={"w": 1}, value=P_W)]
    given += [Probability(event={"m": 1}, given={"x": x, "w": w}, value=p) for (x, w), p in P_M.items()]
    given += [Probability(event={"y": 1}, given={"x": x, "m": m, "w": w}, value=p) for (x, m, w), p in P_Y.items()]
    edges = (("w", "x"), ("w", "y"), ("x", "m"), ("x", "y"), ("m", "y"))
    fixed = {"edges": edges, "probabilities": tuple(given), "treatment": "x", "outcome": "y"}
    return QueryArgs.model_validate({**fixed, **more})


def natural(*, direct: bool) -> float:
    """The mediation formula within each level of w (Pearl 2001)."""
    total = 0.0
    for w, weight in ((0, 1 - P_W), (1, P_W)):
        for m in (0, 1):
            chance = {x: P_M[x, w] if m else 1 - P_M[x, w] for x in (0, 1)}
            if direct:
                total += weight * (P_Y[1, m, w] - P_Y[0, m, w]) * chance[0]
            else:
                total += weight * P_Y[0, m, w] * (chance[1] - chance[0])
    return total


@pytest.mark.parametrize(("query", "direct"), [("NDE", True), ("NIE", False)])
def test_natural_effects_use_every_number(query: str, direct: bool, env: WorkspaceEnv) -> None:
    found = run(arguments(query=query, when_inconsistent="add_arrows"), env)
    assert found.status == "exact"
    assert found.value == pytest.approx(natural(direct=direct))
    assert "w -> m" in found.reason


def test_a_clash_is_reported_unless_told_otherwise(env: WorkspaceEnv) -> None:
    assert run(arguments(query="NDE"), env).status == "inconsistent"


def test_numbers_that_fit_the_graph_add_nothing(env: WorkspaceEnv) -> None:
    edges = (("w", "x"), ("w", "y"), ("w", "m"), ("x", "m"), ("x", "y"), ("m", "y"))
    told = run(arguments(query="NIE", edges=edges), env)
    found = run(arguments(query="NIE", edges=edges, when_inconsistent="add_arrows"), env)
    assert found == told


def test_numbers_that_no_graph_has_stay_inconsistent(env: WorkspaceEnv) -> None:
    twice = (Probability(event={"y": 1}, value=0.2), Probability(event={"y": 1}, value=0.6))
    args = QueryArgs(
        edges=(("x", "y"),), probabilities=twice, query="marginal", outcome="y", when_inconsistent="add_arrows"
    )
    assert run(args, env).status == "inconsistent"
