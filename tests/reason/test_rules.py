"""Rules and counterfactuals: every state of the root causes, tried one by one, is the oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from time import perf_counter
from typing import Any

import pytest

from whence.agent.verdicts import verdicts_in
from whence.tools.domain.errors import BadArguments
from whence.tools.reason.rules import Rule, RulesArgs, run


def rule(effect: str, *when: dict[str, bool], happens: bool = True) -> Rule:
    return Rule(effect=effect, when=when, happens=happens)


def ask(rules: list[Rule], **more: Any) -> Any:
    return run(RulesArgs(rules=tuple(rules), **more), None)  # type: ignore[arg-type]


def simulate(rules: list[Rule], roots: dict[str, bool], done: dict[str, bool]) -> dict[str, bool]:
    """The world, by going over the rules until nothing changes; the rules here are listed causes first."""
    world = {**roots, **done}
    for effect in dict.fromkeys(r.effect for r in rules):
        if effect in done:
            continue
        mine = [r for r in rules if r.effect == effect]
        fired = {
            h: any(all(world[n] == v for n, v in w.items()) for r in mine if r.happens is h for w in r.when)
            for h in (True, False)
        }
        world[effect] = (fired[True] or not any(r.happens for r in mine)) and not fired[False]
    return world


def random_case(seed: int) -> tuple[list[Rule], list[str], dict[str, Any]]:
    rng = random.Random(seed)
    roots = [f"r{i}" for i in range(rng.randint(1, 5))]
    names, rules = list(roots), []
    for i in range(rng.randint(1, 6)):
        for _ in range(rng.choice((1, 1, 2))):
            when = tuple(
                {n: rng.random() < 0.7 for n in rng.sample(names, min(len(names), rng.randint(1, 3)))}
                for _ in range(rng.randint(1, 2))
            )
            rules.append(rule(f"v{i}", *when, happens=rng.random() < 0.8))
        names.append(f"v{i}")

    def some(most: int) -> dict[str, bool]:
        return {n: rng.random() < 0.5 for n in rng.sample(names, min(len(names), rng.randint(0, most)))}

    suppose = tuple(step for step in (some(2), some(1)) if step)
    return (
        rules,
        roots,
        {"observed": some(2), "presumed": some(1), "suppose": suppose, "asked": some(1) or {names[-1]: True}},
    )


def worlds(rules: list[Rule], roots: list[str]) -> Iterator[tuple[dict[str, bool], dict[str, bool]]]:
    for states in product((False, True), repeat=len(roots)):
        state = dict(zip(roots, states, strict=True))
        yield state, simulate(rules, state, {})


def has(world: dict[str, bool], events: dict[str, bool]) -> bool:
    return all(world[n] == v for n, v in events.items())


@pytest.mark.parametrize("seed", range(300))
def test_the_verdict_is_that_of_all_worlds_tried_one_by_one(seed):
    rules, roots, case = random_case(seed)
    answer = ask(rules, **case)
    explain = [s for s, w in worlds(rules, roots) if has(w, case["observed"])]
    if not explain:
        assert answer.verdict == "inconsistent"
        return
    presumed = [s for s in explain if has(simulate(rules, s, {}), case["presumed"])]
    assert bool(answer.warnings) == (not presumed)
    done = {n: v for step in case["suppose"] for n, v in step.items()}
    truths = [has(simulate(rules, s, done), case["asked"]) for s in presumed or explain]
    assert answer.verdict == ("all" if all(truths) else "some" if any(truths) else "none")
    for world, want in ((answer.holds_in, True), (answer.fails_in, False)):
        assert (world is None) == (want not in truths)
        if world is not None:
            assert has(world, case["asked"]) is want
            whole = simulate(rules, {n: world.get(n, False) for n in roots}, done)
            assert has(whole, world)


def test_observations_that_no_world_has_are_named_and_no_others():
    rules = [rule("b", {"a": True}), rule("c", {"b": False})]
    answer = ask(rules, observed={"d": True, "a": True, "c": True}, asked={"b": True})
    assert answer.verdict == "inconsistent"
    assert set(answer.conflicts) == {"a", "c"}
    assert "a" in answer.summary()


def test_a_firing_squad_shoots_without_the_order_only_when_one_rifleman_is_made_to():
    squad = [rule("a", {"order": True}), rule("b", {"order": True}), rule("death", {"a": True}, {"b": True})]
    dead = {"observed": {"death": True}, "asked": {"death": True}}
    assert ask(squad, suppose=({"a": False},), **dead).verdict == "all"
    assert ask(squad, suppose=({"a": False}, {"b": False}), **dead).verdict == "none"
    assert ask(squad, observed={"death": False}, suppose=({"a": True},), asked={"death": True}).verdict == "all"


def test_a_later_step_of_a_nested_supposition_overrides_the_first():
    chain = [rule("b", {"a": True}), rule("c", {"b": True})]
    assert ask(chain, suppose=({"a": False}, {"b": True}), asked={"c": True}).verdict == "all"
    assert ask(chain, suppose=({"a": False}, {"a": True}), asked={"c": True}).verdict == "all"


def test_what_only_has_preventing_rules_happens_unless_one_fires():
    prevented = [rule("b", {"a": True}, happens=False)]
    assert ask(prevented, suppose=({"a": False},), asked={"b": True}).verdict == "all"
    both = [*prevented, rule("b", {"c": True})]
    assert ask(both, suppose=({"a": True, "c": True},), asked={"b": True}).verdict == "none"


def test_an_untold_root_leaves_it_open_and_the_ordinary_state_is_told_apart():
    both = [rule("c", {"a": True, "b": True})]
    answer = ask(both, suppose=({"a": True},), asked={"c": True})
    assert (answer.verdict, answer.ordinarily) == ("some", False)
    seen = ask(both, observed={"c": True}, suppose=({"a": False},), asked={"b": True})
    assert (seen.verdict, seen.ordinarily) == ("all", True)
    either = [rule("c", {"a": True}, {"b": True})]
    unsettled = ask(either, observed={"c": True}, suppose=({"a": False},), asked={"c": True})
    assert (unsettled.verdict, unsettled.ordinarily) == ("some", None)


def test_the_derivation_tells_what_the_event_rests_on_and_nothing_else():
    rules = [rule("b", {"a": True}), rule("x", {"a": True}), rule("c", {"b": False}, {"d": True})]
    answer = ask(rules, suppose=({"a": False},), asked={"c": True})
    assert answer.derivation == (
        "not a: supposed", "not b: it needs a", "not d: a root cause", "c: follows from not b"
    )  # fmt: skip
    assert answer.summary().startswith("Supposed not a: c comes about.")
    assert verdicts_in(answer.summary()) == []  # rules are no effect measured on data, nor worded as one


def test_circular_rules_are_refused_with_the_circle():
    with pytest.raises(BadArguments, match="circular: b from a from c from b"):
        ask([rule("b", {"a": True}), rule("c", {"b": True}), rule("a", {"c": True})], asked={"a": True})
    with pytest.raises(BadArguments, match="asked is empty"):
        ask([rule("b", {"a": True})], asked={})
    with pytest.raises(BadArguments, match="empty condition"):
        ask([rule("b", {})], asked={"b": True})


def test_thirty_root_causes_and_a_long_chain_are_quick():
    start = perf_counter()
    roots = [f"r{i}" for i in range(30)]
    wide = [
        rule("any", *({n: True} for n in roots)),
        rule("all", dict.fromkeys(roots, True)),
        rule("end", {"any": True, "all": False}),
    ]
    assert ask(wide, observed={"any": True}, suppose=({"r0": False},), asked={"end": True}).verdict == "some"
    assert ask(wide, observed={"all": True}, suppose=({"r0": False},), asked={"end": True}).verdict == "all"
    chain = [rule(f"v{i + 1}", {f"v{i}": i % 2 == 0, f"r{i}": True}) for i in range(29)]
    assert ask(chain, observed={"v29": True}, asked={"r28": True}).verdict == "all"
    assert perf_counter() - start < 2
