"""Answer "what would have happened" from deterministic rules, by abduction, action and prediction.

An effect that has rules happens if and only if one of them fires and none that prevents it does. A cause without rules
is free: observations are explained by its states (abduction), suppositions cut a variable off from its rules (action),
and the rules are followed again (prediction). The answer is what all explanations of the observations agree on.
"""

from __future__ import annotations

from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.model import Model
from ..domain.results import RuleVerdict
from ..spec import Args, Env, Tool
from ._boolean import Facts, Pair, Worlds, derive, order_of, said
from ._diagram import FALSE


class Rule(Model):
    """One deterministic rule: what makes an effect happen, or prevents it."""

    effect: str
    """The variable that follows."""
    happens: bool = True
    """Whether the rule brings the effect about; False: it prevents it ("A causes not B")."""
    when: tuple[dict[str, bool], ...]
    """The rule fires when any of these does; each is a set of variables that must all be as given."""


class RulesArgs(Args):
    """Arguments of `reason_rules`."""

    rules: tuple[Rule, ...]
    """All rules; what has none is a root cause. They may be in any order, but not circular."""
    observed: dict[str, bool] = {}
    """What is known of the actual world."""
    presumed: dict[str, bool] = {}
    """What the question takes for granted of the actual world ("instead of A"); dropped where `observed` excludes it."""
    suppose: tuple[dict[str, bool], ...] = ()
    """Interventions, step by step; each sets its variables together, a later step overrides an earlier one."""
    asked: dict[str, bool]
    """The events asked about; all of them must come about."""


def run(args: RulesArgs, env: Env) -> RuleVerdict:
    """Say whether the asked events come about in all worlds that explain the observations, in none, or in some."""
    del env
    _check(args)
    rules = _by_effect(args)
    done = {n: v for step in args.suppose for n, v in step.items()}
    worlds = Worlds(rules, done, tuple(dict.fromkeys([*args.asked, *args.observed, *args.presumed])))
    if worlds.explain(args.observed) == FALSE:
        return _verdict(args, "inconsistent", conflicts=_clash(worlds, args.observed))
    facts = dict(args.observed)
    for name, value in args.presumed.items():
        if name not in facts and worlds.explain({**facts, name: value}) != FALSE:
            facts[name] = value
    explained = worlds.explain(facts)
    holds, fails = (worlds.find(explained, args.asked, want=want) for want in (True, False))
    usual = worlds.ordinary(explained) if holds and fails else holds or fails
    return _verdict(
        args,
        "some" if holds and fails else "all" if holds else "none",
        ordinarily=all(usual[n] == v for n, v in args.asked.items()) if usual else None,
        derivation=derive(rules, done, tuple(args.asked), usual or holds or {}),
        holds_in=holds,
        fails_in=fails,
        warnings=_ignored({n: v for n, v in args.presumed.items() if facts.get(n) != v}),
    )


def _by_effect(args: RulesArgs) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    for rule in args.rules:
        pair = found.setdefault(rule.effect, Pair([], []))
        (pair.producing if rule.happens else pair.preventing).extend(tuple(w.items()) for w in rule.when)
    order_of(found, tuple(found))  # refuses a circle anywhere, also where the question does not touch it
    return found


def _clash(worlds: Worlds, observed: Facts) -> tuple[str, ...]:
    """A smallest part of the observations that no world has: what can be left out, is."""
    clash = dict(observed)
    for name in observed:
        without = {n: v for n, v in clash.items() if n != name}
        if worlds.explain(without) == FALSE:
            clash = without
    return tuple(said({n: v}) for n, v in clash.items())


def _ignored(dropped: Facts) -> tuple[str, ...]:
    if not dropped:
        return ()
    return (
        f"The question takes {said(dropped)} for granted, which the observations exclude; the observations were kept.",
    )


def _verdict(args: RulesArgs, verdict: str, **found: object) -> RuleVerdict:
    return RuleVerdict.model_validate(
        {
            "asked": said(args.asked),
            "supposed": tuple(said(step) for step in args.suppose),
            "verdict": verdict,
            "assumptions": (
                Assumption(name="rules are complete", meaning="An effect with rules happens only through one of them."),
            ),
            **found,
        }
    )


def _check(args: RulesArgs) -> None:
    if not args.asked:
        raise BadArguments("asked is empty; name the event whose occurrence is asked, such as {'fire': true}.")
    for rule in args.rules:
        if not rule.when or not all(rule.when):
            raise BadArguments(f"The rule for {rule.effect[:80]!r} has an empty condition; name what makes it fire.")


TOOL = Tool(
    "reason_rules",
    RulesArgs,
    run,
    assumes=("rules are complete",),
    example=RulesArgs(
        rules=(
            Rule(effect="alarm", when=({"fire": True}, {"test": True})),
            Rule(effect="panic", when=({"alarm": True, "drill": False},)),
        ),
        observed={"panic": True, "test": False},
        suppose=({"fire": False},),
        asked={"panic": True},
    ),
    reference="Pearl 2009, Causality, theorem 7.1.7 (abduction, action, prediction)",
)
