"""What is thought of an effect or a link is kept with its reasons, its tests, and the directions it leaves no room for."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.results import Link, RoleAdvised
from whence.tools.knowledge import link, suggest
from whence.tools.knowledge._ways import of_role, ruled_out, way_to_test
from whence.tools.knowledge.link import LinkArgs
from whence.tools.knowledge.suggest import SuggestArgs, Suggested
from whence.tools.registry import list_tools
from whence.tools.spec import Env


def advised(env: Env, *items: Suggested):
    return suggest.run(SuggestArgs(treatment="t", outcome="y", variables=("t", "y", "z", "m"), items=items), env)


def test_each_suggestion_keeps_its_reason_and_says_who_made_it(env: Env) -> None:
    found = advised(
        env, Suggested(role="confounder", name="z", because="older"), Suggested(role="unmeasured", name="zeal")
    )
    assert [(i.role, i.name, i.because) for i in found.items] == [
        ("confounder", "z", "older"),
        ("unmeasured", "zeal", ""),
    ]
    assert (found.origin, found.by) == ("model", "a language model")
    assert "not a finding" in found.summary()
    assert "zeal" in found.summary()


def test_what_is_accepted_rules_out_what_would_contradict_the_role() -> None:
    assert of_role("confounder", "z", "t", "y").forbids == (("t", "z"), ("y", "z"))
    assert of_role("never_adjust", "m", "t", "y").forbids == (("m", "t"),)
    assert of_role("negative_outcome", "n", "t", "y").forbids == (("t", "n"),)
    assert of_role("negative_exposure", "n", "t", "y").forbids == (("n", "y"),)
    assert of_role("unmeasured", "u", "t", "y").forbids == ()


def test_a_direction_rules_out_its_reverse_and_no_more() -> None:
    assert ruled_out("first_causes_second", "a", "b") == (("b", "a"),)
    assert ruled_out("second_causes_first", "a", "b") == (("a", "b"),)
    assert {*ruled_out("none", "a", "b")} == {("a", "b"), ("b", "a")} == {*ruled_out("common_cause", "a", "b")}
    assert ruled_out("unknown", "a", "b") == ()


def test_every_tool_that_is_named_as_a_test_exists() -> None:
    said = [of_role(role, "n", "t", "y").test for role in get_args(RoleAdvised)] + [
        way_to_test(x) for x in get_args(Link)
    ]
    named = {word for text in said for word in re.findall(r"\b(?:data|estimate|refute|discover|graph)_\w+", text)}
    assert "refute_sensitivity" in named
    assert "refute_negative_control" in named
    assert named <= {*list_tools()}


def test_a_column_in_two_opposite_roles_is_pointed_out(env: Env) -> None:
    found = advised(env, Suggested(role="confounder", name="m"), Suggested(role="never_adjust", name="m"))
    assert "it cannot be both" in found.warnings[0]


@pytest.mark.parametrize("role", ["confounder", "instrument", "never_adjust"])
def test_what_is_no_other_column_is_refused(env: Env, role: RoleAdvised) -> None:
    for name in ("t", "nobody"):
        with pytest.raises(BadArguments, match="not one of the variables beside t and y"):
            advised(env, Suggested(role=role, name=name))


def test_a_link_is_between_two_variables(env: Env) -> None:
    found = link.run(LinkArgs(first="t", second="y", link="first_causes_second", confidence=0.9), env)
    assert "t causes y (confidence 90%)" in found.summary()
    with pytest.raises(BadArguments, match="given twice"):
        link.run(LinkArgs(first="t", second="t", link="none"), env)
