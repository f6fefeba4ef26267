"""What an effect question asks beside the size: the calls that find it, and the sentences that say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import Aspects, EffectQuestion
from ....tools.domain.results import EffectEstimate, EffectPart, EffectParts, Identification
from ...calls import not_made
from ...policy import Situation
from ...state import Claim, Draft, Plan, PlanStep, ToolCall
from .derive import with_derived
from .design import binary, choose_design, other_columns
from .ledger import Seen
from .look import asked_args, table_name
from .timing import timing
from .wording import interval, listed, number

GROUPS, TRANSPORT, PATHS = "estimate_groups", "estimate_transport", "estimate_paths"
POTENTIAL, NECESSITY, MEDIATION = "estimate_potential", "estimate_necessity", "estimate_mediation"
OPEN = ("depends_on_orientation", "not_identifiable")


def planned_beside(plan: Plan, question: EffectQuestion) -> Plan:
    """The plan with what will be found beside the size, declared before any estimate exists."""
    aspects = asked_of(question)
    if aspects is None:
        return plan
    by, carry, through = aspects.by, aspects.carry, aspects.through
    lines = {
        GROUPS: f"compare the effect between the groups of {by}, and test whether it is the same in all" if by else "",
        TRANSPORT: f"carry the effect from {carry.source} to {carry.target} by what differs between them"
        if carry
        else "",
        MEDIATION: f"split the effect into the part through {listed(through)} and the rest" if through else "",
        PATHS: "follow each path through the mediators, in their order" if len(through) > 1 else "",
        POTENTIAL: "estimate the mean outcome in both worlds, for everyone and for each arm" if aspects.worlds else "",
        NECESSITY: "estimate how often the treatment was necessary or sufficient, with bounds"
        if aspects.necessity
        else "",
    }
    tools = {tool: text for tool, text in lines.items() if text}
    steps = (*plan.steps, *(PlanStep(stage="estimate", text=text) for text in tools.values()))
    return plan.model_copy(update={"steps": steps, "beside": tuple(tools)})


def asked_of(question: EffectQuestion) -> Aspects | None:
    """What is asked beside the size; an effect asked within levels is also compared between them."""
    if question.given and (question.aspects is None or question.aspects.by is None):
        return (question.aspects or Aspects()).model_copy(update={"by": question.given[0]})
    return question.aspects


def beside_calls(question: EffectQuestion, situation: Situation) -> tuple[ToolCall, ...]:
    """The calls that find what is asked beside the size, once it is known what to adjust for."""
    situation = with_derived(question, situation)
    aspects, seen = asked_of(question), Seen(situation.ledger)
    found = seen.result(Identification)
    if aspects is None or found is None or situation.catalog.table is None or question.hints.selected_on:
        return ()
    pair = {"dataset": table_name(situation), "treatment": question.treatment, "outcome": question.outcome}
    more = asked_args(question, situation)
    adjusted, _ = adjusted_beside(question, situation, found)
    own = {"adjustment_set": tuple(c for c in adjusted if c != aspects.by)}
    clustered = {"cluster": question.hints.cluster} if question.hints.cluster else {}
    calls: list[ToolCall] = []
    if aspects.by is not None:
        calls += _group_calls(aspects, pair | more | own | clustered)
    if aspects.carry is not None and (shift := _shift(aspects, question, situation, adjusted)):
        where = aspects.carry.model_dump() | {"shift": shift}
        calls.append(
            ToolCall(tool=TRANSPORT, args=pair | more | own | where, why="carry the effect to the other population")
        )
    if aspects.through:
        args = pair | more | own | clustered | {"mediators": aspects.through}
        calls.append(
            ToolCall(tool=MEDIATION, args=args, why="the part through the mediators, and whether they interact with it")
        )
        if len(aspects.through) > 1:
            calls.append(ToolCall(tool=PATHS, args=args, why="follow each path through the mediators"))
    two = binary(question.treatment, situation) or question.contrast is not None
    worlds = {POTENTIAL: aspects.worlds, NECESSITY: aspects.necessity}
    why = {POTENTIAL: "the mean outcome in both worlds", NECESSITY: "how often it was necessary or sufficient"}
    calls += [
        ToolCall(tool=t, args=pair | more | own | clustered, why=why[t]) for t, asked in worlds.items() if asked and two
    ]
    return not_made(calls, seen.ledger)


def _group_calls(aspects: Aspects, args: dict[str, Any]) -> Iterable[ToolCall]:
    kept = tuple(c for c in args.get("population", ()) if c["column"] != aspects.by)
    args = (
        {k: v for k, v in args.items() if k != "population"}
        | {"by": aspects.by}
        | ({"population": kept} if kept else {})
    )
    if (
        aspects.trial is not None
    ):  # what was randomised needs no adjustment, and what was observed is shown without it too
        plain = {k: v for k, v in args.items() if k != "adjustment_set"} | {"estimator": "difference"}
        yield ToolCall(tool=GROUPS, args=plain, why="compare the experiment with what was only observed")
    if aspects.trial is None or args["adjustment_set"]:
        yield ToolCall(tool=GROUPS, args=args, why=f"compare the effect between the groups of {aspects.by}")


def adjusted_beside(
    question: EffectQuestion, situation: Situation, found: Identification
) -> tuple[tuple[str, ...], str]:
    """What these tools adjust for, and the assumption in it when nothing identifies the effect by a set."""
    design = choose_design(question, situation)
    aspects = asked_of(question) or Aspects()
    apart = {
        aspects.by,
        *aspects.through,
        *question.mediators,
        question.hints.instrument,
        question.hints.unit,
        question.hints.cluster,
    }
    if design.kind == "experiment" and aspects.trial is None and not aspects.through:
        return (), ""
    named = question.hints.adjust_for
    watched = aspects.trial is not None and named is None  # the rows only observed need what the experiment does not
    if (
        not watched
        and found.status == "identified"
        and found.strategy in ("backdoor", "none_needed", "randomised")
        and design.kind != "discovery"
    ):
        return tuple(c for c in named or found.adjustment_set or design.adjustment_set if c not in apart), ""
    if named is not None:
        return tuple(c for c in named if c not in apart), ""
    when = timing(situation.catalog.codebook, situation.catalog)
    rest = tuple(
        c
        for c in other_columns(question, situation, Seen(situation.ledger))
        if c not in apart and when.get(c) != "after"
    )
    if not rest:
        return (), "Nothing was adjusted for here: that treatment and outcome share no cause is an assumption."
    return (
        rest,
        f"Adjusted for {listed(rest)} here: that they come before the treatment, and that no other cause is shared, is an assumption.",
    )


def _shift(
    aspects: Aspects, question: EffectQuestion, situation: Situation, adjusted: tuple[str, ...]
) -> tuple[str, ...]:
    """The shift variables that were named, else every covariate that may change the effect."""
    if aspects.carry is None:
        return ()
    apart = {aspects.carry.by, question.treatment, question.outcome, *aspects.through, *question.mediators}
    if aspects.carry.shift:
        return tuple(c for c in aspects.carry.shift if c not in apart)
    when = timing(situation.catalog.codebook, situation.catalog)
    others = (c for c in other_columns(question, situation, Seen(situation.ledger)) if when.get(c) != "after")
    return tuple(c for c in dict.fromkeys((*adjusted, *others)) if c not in apart)


def write_beside(question: EffectQuestion, situation: Situation, draft: Draft) -> Draft:
    """The answer with what was asked beside the size; a verdict in words goes before the number."""
    aspects = asked_of(question)
    if aspects is None:
        return draft
    situation = with_derived(question, situation)
    seen = Seen(situation.ledger)
    found = seen.pairs(EffectParts)
    claims = [c for e, r in found for c in _said(e, r)]
    claims += [
        c for e, r in seen.pairs(EffectEstimate) if e.tool == MEDIATION and aspects.through for c in _mediation(e, r)
    ]
    claims += _not_found(aspects, seen)
    identification = seen.result(Identification)
    if found and identification is not None:
        _, assumed = adjusted_beside(question, situation, identification)
        claims += [Claim(text=assumed)] if assumed else []
    headline = draft.headline
    verdict = next((v for e, r in found if (v := _verdict(e, r))), None)
    if verdict is not None:
        cited = tuple(dict.fromkeys((*verdict.evidence, *headline.evidence)))
        headline = headline.model_copy(update={"text": f"{verdict.text} {headline.text}", "evidence": cited})
    return draft.model_copy(update={"headline": headline, "claims": (*claims, *draft.claims)})


def _verdict(evidence: Evidence, found: EffectParts) -> Claim | None:
    """In words alone: numbers of the first sentence belong to the estimate that answers."""
    if found.method != "groups":
        return None
    check = found.checks[0]
    differs = check.status == "fail"
    text = (
        f"The estimates are not the same in every group of {found.by!r}: they differ by more than chance would make them."
        if differs
        else f"No difference between the groups of {found.by!r} shows beyond chance."
    )
    return Claim(text=text, evidence=(evidence.id,))


def _said(evidence: Evidence, found: EffectParts) -> list[Claim]:
    cited = (evidence.id,)
    if found.method == "groups":
        each = "; ".join(f"where {found.by} is {p.level} {_shown(p)}" for p in found.parts if p.name == "effect")
        apart = "; ".join(f"{p.level}: {_shown(p)}" for p in found.parts if p.name == "difference")
        texts = [f"By {found.by}: {each}.", f"Difference from the first group: {apart}.", found.checks[0].meaning]
    elif found.method == "transport":
        texts = [
            _carried(found),
            found.checks[0].meaning,
            "Whether anything else that changes it differs between them cannot be seen in these data.",
        ]
    elif found.method == "paths":
        parts = [
            f"{'directly' if p.name == 'direct' else 'through ' + ' then '.join(p.through)} {_shown(p)}"
            for p in found.parts
            if p.name in ("direct", "path")
        ]
        sums = [f"{p.name} {_shown(p)}" for p in found.parts if p.name in ("indirect", "total")]
        texts = [f"Along the paths: {'; '.join(parts)}. In sum: {'; '.join(sums)}.", found.checks[0].meaning]
    elif found.method == "potential_outcomes":
        texts = [_worlds(found, group) for group in ("everyone", "treated", "control")]
    else:
        texts = [*_necessity(found), found.checks[0].meaning]
    return [Claim(text=text, evidence=cited) for text in texts if text]


def _shown(part: EffectPart) -> str:
    return f"{number(part.value)}{interval(part.ci_low, part.ci_high)}"


def _carried(found: EffectParts) -> str:
    parts = {p.name: p for p in found.parts}
    here, there = parts["source_effect"], parts["transported_effect"]
    own = parts.get("target_effect")
    known = f"; its own rows give {_shown(own)}" if own else ""
    return (
        f"Where {found.by} is {here.level} the estimate is {_shown(here)}; carried over to {there.level} by {listed(found.adjustment_set)} "
        f"it is {_shown(there)}{known}."
    )


def _worlds(found: EffectParts, group: str) -> str:
    one, zero, seen = (found.part(n, group) for n in ("mean_if_treated", "mean_if_control", "observed_mean"))
    if one is None or zero is None or seen is None:
        return ""
    c = found.contrast
    who = {
        "everyone": "everyone",
        "treated": f"those with {found.treatment} = {c.treated}",
        "control": f"those with {found.treatment} = {c.control}",
    }[group]
    return (
        f"Mean {found.outcome} of {who}: with {found.treatment} = {c.treated} {_shown(one)}, with {found.treatment} = {c.control} "
        f"{_shown(zero)}; observed {number(seen.value)}."
    )


def _necessity(found: EffectParts) -> list[str]:
    parts = {p.name: p for p in found.parts}
    names = {"pn": "necessity (PN)", "ps": "sufficiency (PS)", "pns": "both (PNS)"}
    points = "; ".join(f"{words} {_shown(parts[n])}" for n, words in names.items() if n in parts)
    spans = "; ".join(
        f"{words} between {number(parts[f'{n}_low'].value)} and {number(parts[f'{n}_high'].value)}"
        for n, words in names.items()
        if n in parts
    )
    return [
        f"If {found.treatment} prevents {found.outcome} in nobody, the probability of {points}.",
        f"Without that assumption the data only bound it: {spans}.",
    ]


def _mediation(evidence: Evidence, found: EffectEstimate) -> list[Claim]:
    d = found.diagnostics
    words = {
        "nde": "directly",
        "nie": "through the mediators together",
        "mediated_interaction": "only by both changing together",
        "total": "in all",
        "interaction": "the coefficient of their product",
    }
    parts = "; ".join(
        f"{w} {number(d[k])} (standard error {number(d[k + '_std_error'])})" for k, w in words.items() if k in d
    )
    texts = [
        f"Split by the mediators: {parts}.",
        *(c.meaning for c in found.checks if c.name.startswith("interaction")),
    ]
    return [Claim(text=text, evidence=(evidence.id,)) for text in texts]


def _not_found(aspects: Aspects, seen: Seen) -> list[Claim]:
    """What was asked and could not be found, with the tool's own reason."""
    failed = [e for e in seen.ledger if not e.ok and e.tool in (GROUPS, TRANSPORT, PATHS, POTENTIAL, NECESSITY)]
    if seen.of(TRANSPORT):  # a population without outcomes cannot be compared with, only carried over to
        failed = [e for e in failed if e.tool != GROUPS]
    claims = [Claim(text=f"Not answered: {e.summary.strip()}", evidence=(e.id,)) for e in failed]
    if (aspects.necessity and not seen.ran(NECESSITY)) or (aspects.worlds and not seen.ran(POTENTIAL)):
        claims.append(
            Claim(
                text="Not answered: the mean in both worlds and necessity need a treatment with two values; name two to compare."
            )
        )
    return claims
