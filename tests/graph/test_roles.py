"""Roles: the textbook answers, and verdicts held to what regression does in linear models of random graphs."""

from __future__ import annotations

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from whence.tools.domain.equivalence import cpdag_of
from whence.tools.domain.errors import BadArguments, TooLarge
from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import Admg, Cpdag, Dag, LaggedDag, Pag
from whence.tools.graph._roles import RoleFinder
from whence.tools.graph.roles import RolesArgs, run
from whence.tools.workspace import WorkspaceEnv

from .conftest import MakeEnv

TEXTBOOK = {
    "randomised": {"x": ("precision", "x -> y", "allowed")},
    "confounder": {"z": ("confounder", "t <- z -> y", "needed")},
    "chain_of_three": {"m": ("mediator", "t -> m -> y", "harmful")},
    "mediator": {"m": ("mediator", "t -> m -> y", "harmful")},
    "collider": {"c": ("collider", "t -> c <- y", "harmful")},
    "m_bias": {"m": ("m_bias_collider", "t <- u1 -> m <- u2 -> y", "harmful")},
    "front_door": {"m": ("mediator", "t -> m -> y", "harmful"), "u": ("confounder", "t <- u -> y", "useless")},
    "instrument": {"z": ("instrument", "z -> t -> y", "useless")},
    "simpson": {"z": ("confounder", "t <- z -> y", "needed")},
    "two_confounders": {"a": ("confounder", "t <- a -> b -> y", "allowed"), "b": ("proxy_of_confounder", "t <- a -> b -> y", "allowed")},
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_roles_with_their_paths(name: str, env: WorkspaceEnv) -> None:
    found = {
        r.variable: (r.role, r.path, r.adjust)
        for r in run(RolesArgs(graph=name, treatment="t", outcome="y"), env).roles
    }
    assert TEXTBOOK[name].items() <= found.items()
    assert found["t"][0] == "treatment"
    assert found["y"][0] == "outcome"


@pytest.mark.parametrize("name", sorted(examples()))
def test_harmful_variables_of_the_textbook_are_called_harmful(name: str, env: WorkspaceEnv) -> None:
    found = run(RolesArgs(graph=name, treatment="t", outcome="y"), env)
    assert {r.variable for r in found.roles if r.adjust == "harmful"} == set(examples()[name].harmful)


NODES = ("t", "y", "a", "b", "c")


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    order = draw(st.permutations(NODES))
    pairs = draw(st.lists(st.sampled_from(list(itertools.combinations(order, 2))), unique=True, max_size=8))
    return Dag.of(*(f"{a} -> {b}" for a, b in pairs), nodes=NODES)


def valid_sets(dag: Dag) -> list[frozenset[str]]:
    """Sets for which the population regression of a linear model with this graph has the true total effect."""
    order = dag.topological_order()
    place = {n: i for i, n in enumerate(order)}
    rng = np.random.default_rng(0)
    b = np.zeros((len(order), len(order)))
    for e in dag.edges:
        b[place[e.target], place[e.source]] = rng.uniform(0.5, 1.5) * rng.choice([-1, 1])
    total = np.linalg.inv(np.eye(len(order)) - b)
    covariance = total @ np.diag(rng.uniform(0.5, 1.5, len(order))) @ total.T
    t, y = place["t"], place["y"]
    others = [n for n in NODES if n not in ("t", "y")]
    found: list[frozenset[str]] = []
    for size in range(len(others) + 1):
        for chosen in itertools.combinations(others, size):
            rows = [t, *(place[n] for n in chosen)]
            coefficient = np.linalg.solve(covariance[np.ix_(rows, rows)], covariance[rows, y])[0]
            if abs(coefficient - total[y, t]) < 1e-9:
                found.append(frozenset(chosen))
    return found


@settings(max_examples=200, deadline=None, derandomize=True)
@given(dag=dags())
def test_verdicts_hold_in_linear_models(dag: Dag) -> None:
    valid = valid_sets(dag)
    minimal = [s for s in valid if not any(o < s for o in valid)]
    finder = RoleFinder(dag, "t", "y")
    for v in ("a", "b", "c"):
        adjust = finder.role(v).adjust
        if not valid:
            assert adjust != "needed" or finder.role(v).role == "confounder"
        elif adjust == "needed":
            assert all(v in s for s in valid)
        elif adjust == "harmful":
            assert not any(v in s for s in minimal)
            assert any(s | {v} not in valid for s in minimal)
        else:
            assert any(v not in s for s in valid)
            assert any(v in s for s in valid)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(dag=dags())
def test_a_class_says_undecided_where_its_members_differ(dag: Dag) -> None:
    from whence.tools.domain.equivalence import members
    from whence.tools.graph.roles import AdjustmentProblem, _over_members

    cpdag = cpdag_of(dag)
    per_member = [{v: RoleFinder(m, "t", "y").role(v).role for v in NODES} for m in members(cpdag)]
    for role in _over_members(cpdag, AdjustmentProblem(cpdag, "t", "y")):
        in_members = {m[role.variable] for m in per_member}
        assert role.role == (in_members.pop() if len(in_members) == 1 else "undecided")


def test_hidden_common_causes_count(make_env: MakeEnv) -> None:
    env = make_env(graph=Admg.of("v -> t", "v <-> y", "t -> y"))
    role = next(r for r in run(RolesArgs(graph="d", treatment="t", outcome="y"), env).roles if r.variable == "v")
    assert (role.role, role.path, role.adjust) == ("proxy_of_confounder", "t <- v <-> y", "needed")


def test_a_pag_is_cautious(make_env: MakeEnv) -> None:
    env = make_env(graph=Pag.of("a o-> t", "b o-> t", "t -> y", "q o-o r"))
    roles = {r.variable: r for r in run(RolesArgs(graph="d", treatment="t", outcome="y"), env).roles}
    assert roles["a"].role == "undecided"
    assert roles["q"].role == "irrelevant"


def test_what_has_no_roles_is_refused(make_env: MakeEnv) -> None:
    with pytest.raises(BadArguments, match="unroll"):
        run(RolesArgs(graph="d", treatment="a", outcome="b"), make_env(graph=LaggedDag.of("a -> b")))
    with pytest.raises(BadArguments, match="'q' is not a node"):
        run(RolesArgs(graph="d", treatment="a", outcome="q"), make_env(graph=Dag.of("a -> b")))
    big = Dag.of(*(f"v{i} -> v{i + 1}" for i in range(600)))
    with pytest.raises(TooLarge, match="601 nodes"):
        run(RolesArgs(graph="d", treatment="v0", outcome="v5"), make_env(graph=big))


def test_a_large_class_is_answered_without_listing_it(make_env: MakeEnv) -> None:
    tree = Cpdag.of(*(f"v{i} -- v{i + 1}" for i in range(70)))
    roles = run(RolesArgs(graph="d", treatment="v3", outcome="v6"), make_env(graph=tree)).roles
    assert {r.role for r in roles} >= {"treatment", "outcome", "undecided"}
