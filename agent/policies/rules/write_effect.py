"""Word the answer to an effect question from its evidence."""

from __future__ import annotations

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import (
    BalanceReport,
    EffectEstimate,
    EffectRange,
    Identification,
    Refutation,
    RolesResult,
    Sensitivity,
    StrataReport,
)
from ...policy import Situation
from ...state import Claim, Derived, Draft
from .derive import with_derived
from .design import Design, choose_design
from .effect import primary_estimate
from .event_words import counted
from .learn import doubts
from .ledger import Seen
from .look import misspelled
from .opinion import opinion_claims
from .wording import clause, interval, listed, number
from .write_zero import write_contradicted, write_zero

LEARNED_GRAPH = (
    "The graph behind this was learned from these data: that no common cause is hidden is an assumption, "
    "and an edge the tests missed would change what is adjusted for."
)
_WHOM = {
    "local_linear_discontinuity": " at the cut-off",
    "fuzzy_discontinuity": " at the cut-off, among those whom it moves",
}
"""For whom an estimator of a local effect gives it, where no instrument is named."""


def write_effect(question: EffectQuestion, situation: Situation) -> Draft:
    """Say what the evidence shows about an effect: the number, or why there is none."""
    situation = with_derived(question, situation)
    seen = Seen(situation.ledger)
    found = seen.pair(Identification)
    if found is None:
        return _unanswered(question, situation, seen)
    identified_by, identification = found
    spread = seen.pair(EffectRange)
    if spread is not None:
        return _range(question, seen, identified_by, identification, *spread)
    if identification.status != "identified":
        return _not_identifiable(question, identified_by, identification)
    if situation.catalog.graph is None and (doubted := write_contradicted(question, seen)):
        return doubted
    if identification.estimand and identification.estimand.formula == "0":
        return write_zero(question, situation, identified_by, identification, _reversal(seen))
    design = choose_design(question, situation)
    chosen = primary_estimate(question, design, identification, situation, seen)
    if chosen is None:
        return _no_estimate(question, identified_by, identification, situation, seen)
    return _answer(question, situation, seen, design, identified_by, identification, *chosen)


def _answer(
    question: EffectQuestion,
    situation: Situation,
    seen: Seen,
    design: Design,
    identified_by: Evidence,
    identification: Identification,
    evidence: Evidence,
    estimate: EffectEstimate,
) -> Draft:
    claims = [*_failed_checks(evidence, seen), _why_identified(identified_by, identification), *_harmful(seen)]
    if design.kind == "discovery":
        claims += [Claim(text=LEARNED_GRAPH), *doubts(seen), *opinion_claims(situation, seen)]
    claims += _contrasts(evidence, estimate) + _strata(question, evidence, seen) + _reversal(seen)
    claims += _others(evidence, estimate, seen)
    claims += _balance(seen) if design.kind == "experiment" else _overlap(seen) + _first_stage(evidence, estimate)
    claims += _refutations(seen) + _sensitivity(seen)
    return Draft(
        headline=_headline(question, evidence, estimate, _measured(question, situation)),
        claims=tuple(claims),
        primary=evidence.id,
        identification=identified_by.id,
    )


def _failed_checks(primary: Evidence, seen: Seen) -> list[Claim]:
    """What speaks against leaning on the number, right after it."""
    tested = [primary, *(e for e in seen.ledger if e.ok and e.tool.startswith(("refute_", "graph_implications")))]
    failed = dict.fromkeys((c.name.replace("_", " "), e.id) for e in tested for c in e.checks if c.status == "fail")
    if not failed:
        return []
    names = listed(list(dict.fromkeys(name for name, _ in failed)))
    text = f"Handle this number with care: {names} failed."
    return [Claim(text=text, evidence=tuple(dict.fromkeys(id for _, id in failed)))]


def _harmful(seen: Seen) -> list[Claim]:
    """Variables that must not be adjusted for, with the path that says why."""
    found = seen.pair(RolesResult)
    if found is None:
        return []
    parts = [
        f"{v.variable} ({v.role.replace('_', ' ')}: {v.path})"
        for v in found[1].roles
        if v.adjust == "harmful" and v.role != "undecided"
    ]
    if not parts:
        return []
    return [Claim(text=f"Not adjusted for, because it would bias: {'; '.join(parts[:8])}.", evidence=(found[0].id,))]


def _measured(question: EffectQuestion, situation: Situation) -> str:
    """What the estimate is of: the outcome, or of one with two levels in words the event that is counted."""
    table = situation.catalog.table
    card = table.column(question.outcome) if table else None
    event = counted(card.levels) if card else None
    return question.outcome if event is None else f"the probability that {question.outcome} is {event}"


def _headline(question: EffectQuestion, evidence: Evidence, estimate: EffectEstimate, measured: str) -> Claim:
    """One sentence: direction only when the interval settles it."""
    c = estimate.contrast
    through = listed(question.mediators) if question.mediators else "any mediator of the graph"
    who = {
        "ATT": " among the treated",
        "ATC": " among the untreated",
        "LATE": _WHOM.get(estimate.estimator, " among those whom the instrument moves"),
        "NDE": f" directly, not through {through}" if question.mediators else " directly",
        "NIE": f" through {through}",
        "CDE": f" with {through} held fixed",
    }.get(question.estimand if question.mediators else estimate.estimand, "")
    where = "".join(f", where {p.column} {p.op} {p.value}" for p in question.population)
    change = f"{estimate.treatment} ({c.control} → {c.treated})"
    shown = f"{number(abs(estimate.value))}{interval(estimate.ci_low, estimate.ci_high)}{who}{where}"
    if estimate.ci_low is not None and estimate.ci_low > 0:
        text = f"{change} raises {measured} by {shown}."
    elif estimate.ci_high is not None and estimate.ci_high < 0:
        text = f"{change} lowers {measured} by {shown}."
    else:
        shown = f"{number(estimate.value)}{interval(estimate.ci_low, estimate.ci_high)}{who}{where}"
        text = f"The data do not settle whether {change} changes {measured}: the estimate is {shown}."
    return Claim(text=text, evidence=(evidence.id,))


def _why_identified(evidence: Evidence, identification: Identification) -> Claim:
    return Claim(text=f"What makes it an effect: {clause(identification.reason)}.", evidence=(evidence.id,))


def _contrasts(evidence: Evidence, estimate: EffectEstimate) -> list[Claim]:
    if len(estimate.contrasts) < 2:
        return []
    parts = [
        f"{c.contrast.treated} against {c.contrast.control}: {number(c.value)}{interval(c.ci_low, c.ci_high)}"
        for c in estimate.contrasts
    ]
    return [Claim(text="Each level: " + "; ".join(parts) + ".", evidence=(evidence.id,))]


def _strata(question: EffectQuestion, primary: Evidence, seen: Seen) -> list[Claim]:
    claims: list[Claim] = []
    for e, r in seen.pairs(EffectEstimate):
        inside = [p for p in e.args.get("population", []) if p["column"] in question.given]
        if inside and e.id != primary.id:
            where = " and ".join(f"{p['column']} = {p['value']}" for p in inside)
            text = f"Where {where} the estimate is {number(r.value)}{interval(r.ci_low, r.ci_high)}."
            claims.append(Claim(text=text, evidence=(e.id,)))
    return claims


def _reversal(seen: Seen) -> list[Claim]:
    """A difference that turns round within every level of a column, with the rates that show it."""
    found = seen.pair(StrataReport)
    if found is None or not found[1].reversals:
        return []
    evidence, report = found
    column, o = report.reversals[0], report.overall
    inside = "; ".join(
        f"where {s.column} is {s.level} {number(s.arms.mean_treated)} against {number(s.arms.mean_control)}"
        for s in report.strata
        if s.column == column
    )
    text = (
        f"Overall {report.outcome} is {number(o.mean_treated)} against {number(o.mean_control)}, but within every level of {column} the "
        f"difference turns round (Simpson's paradox): {inside}. Which one to trust depends on whether {column} is a common cause."
    )
    return [Claim(text=text, evidence=(evidence.id,))]


def _others(primary: Evidence, estimate: EffectEstimate, seen: Seen) -> list[Claim]:
    """The naive comparison first, then the other estimators of the same effect."""
    others = [
        (e, r)
        for e, r in seen.pairs(EffectEstimate)
        if e.id != primary.id and e.args.get("population", []) == primary.args.get("population", [])
    ]
    claims: list[Claim] = []
    naive = [(e, r) for e, r in others if not r.adjustment_set and not r.instruments and estimate.adjustment_set]
    for e, r in naive:
        difference = Derived(value=estimate.value - r.value, how="difference", of=(estimate.value, r.value))
        text = (
            f"Without adjustment the difference is {number(r.value)}{interval(r.ci_low, r.ci_high)}; "
            f"adjustment moves it by {number(difference.value)}."
        )
        claims.append(Claim(text=text, evidence=(e.id, primary.id), derived=(difference,)))
    wider = [(e, r) for e, r in others if set(r.adjustment_set) > set(estimate.adjustment_set) > set()]
    claims += [_wider(e, r, estimate) for e, r in wider]
    same = [(e, r) for e, r in others if (e, r) not in naive and (e, r) not in wider]
    if same:
        parts = [f"{r.estimator.replace('_', ' ')} {number(r.value)}{interval(r.ci_low, r.ci_high)}" for _, r in same]
        claims.append(Claim(text="Beside it: " + "; ".join(parts) + ".", evidence=tuple(e.id for e, _ in same)))
    return claims


def _wider(evidence: Evidence, wider: EffectEstimate, estimate: EffectEstimate) -> Claim:
    """The estimate with more columns adjusted for, of which nothing says when they were measured."""
    extra = [c for c in wider.adjustment_set if c not in estimate.adjustment_set]
    return Claim(
        text=f"Nothing says whether {listed(extra)} came before {estimate.treatment} or because of it. Adjusted for as well, the "
        f"estimate is {number(wider.value)}{interval(wider.ci_low, wider.ci_high)}: right if before, biased if a consequence. "
        "Say when it was measured to settle it.",
        evidence=(evidence.id,),
    )


def _overlap(seen: Seen) -> list[Claim]:
    found = seen.pair(BalanceReport)
    if found is None or found[1].ess_control is None or found[1].ess_treated is None:
        return []
    e, r = found
    assert r.ess_control is not None
    assert r.ess_treated is not None
    words = "poor" if any(c.name == "overlap" and c.status == "fail" for c in r.checks) else "fair"
    outside = (
        ""
        if r.share_outside is None
        else f" {number(100 * r.share_outside)} % of rows lie where one arm is rare (propensity score near an end)."
    )
    text = (
        f"Overlap of the arms is {words}: after weighting, {r.n_control} control rows are worth {number(r.ess_control)} "
        f"and {r.n_treated} treated rows {number(r.ess_treated)} (effective sample size).{outside}"
    )
    return [Claim(text=text, evidence=(e.id,))]


def _balance(seen: Seen) -> list[Claim]:
    """For an experiment: whether the covariates from before it are as alike as chance makes them."""
    found = seen.pair(BalanceReport)
    if found is None or found[1].joint_p_value is None:
        return []
    e, r = found
    worst = max(r.covariates, key=lambda c: abs(c.smd))
    text = (
        f"Balance of the arms before it: joint test p = {r.joint_p_value:.2g}, largest standardised difference "
        f"{number(worst.smd)} ({worst.covariate})."
    )
    return [Claim(text=text, evidence=(e.id,))]


def _first_stage(evidence: Evidence, estimate: EffectEstimate) -> list[Claim]:
    f = estimate.diagnostics.get("first_stage_f")
    if f is None:
        return []
    jumped = estimate.diagnostics.get("jump_of_treatment")
    if jumped is not None:
        text = f"At the cut-off {estimate.treatment} itself jumps by {number(jumped)} (F statistic {number(f)})."
        return [Claim(text=text, evidence=(evidence.id,))]
    words = "weak" if f < 10 else "above the rule-of-thumb bound for a weak instrument"
    return [Claim(text=f"The first-stage F statistic is {number(f)}: {words}.", evidence=(evidence.id,))]


def _refutations(seen: Seen) -> list[Claim]:
    found = seen.pairs(Refutation)
    if not found:
        return []
    groups: dict[str, list[str]] = {}
    for _, r in found:
        status = r.checks[0].status if r.checks else "not_run"
        groups.setdefault(status, []).append(r.refuter.replace("_", " "))
    words = {
        "pass": "found no fault",
        "fail": "FOUND A FAULT",
        "not_run": "could not run",
        "uninformative": "told nothing",
    }
    parts = [f"{listed(names)} {words[status]}" for status, names in groups.items()]
    text = f"Attempts to break the estimate: {'; '.join(parts)}. They say nothing about hidden common causes."
    return [Claim(text=text, evidence=tuple(e.id for e, _ in found))]


def _sensitivity(seen: Seen) -> list[Claim]:
    found = seen.pair(Sensitivity)
    if found is None:
        return []
    e, r = found
    parts: list[str] = []
    if r.robustness_value is not None:
        parts.append(
            f"a hidden common cause would have to explain {number(100 * r.robustness_value)} % of what is left of both "
            f"treatment and outcome to bring the estimate to zero ({number(100 * (r.robustness_value_ci or 0))} % "
            "to make the interval reach zero)"
        )
    if r.e_value is not None:
        parts.append(f"the E-value is {number(r.e_value)}, for the end of the interval {number(r.e_value_ci or 1)}")
    return [Claim(text="Hidden confounding: " + "; ".join(parts) + ".", evidence=(e.id,))] if parts else []


def _range(
    question: EffectQuestion,
    seen: Seen,
    identified_by: Evidence,
    found: Identification,
    evidence: Evidence,
    spread: EffectRange,
) -> Draft:
    t, y = question.treatment, question.outcome
    parts = [
        f"{number(m.value)}{interval(m.ci_low, m.ci_high)} when adjusting for {listed(m.adjustment_set)}"
        for m in spread.members[:8]
    ]
    headline = (
        f"The data leave open which graph holds: over its equivalence class the effect of {t} on {y} could lie anywhere between "
        f"{number(spread.low)} and {number(spread.high)}."
    )
    claims = (
        Claim(text="Possible effects: " + "; ".join(parts) + ".", evidence=(evidence.id,)),
        Claim(text=f"Why it is not one number: {clause(found.reason)}.", evidence=(identified_by.id,)),
        *_reversal(seen),
        Claim(
            text="All of this assumes that no common cause is hidden; say which edges you know, or give a graph, to narrow it."
        ),
    )
    return Draft(
        headline=Claim(text=headline, evidence=(evidence.id,)),
        claims=claims,
        primary=evidence.id,
        identification=identified_by.id,
    )


def _not_identifiable(question: EffectQuestion, evidence: Evidence, found: Identification) -> Draft:
    t, y = question.treatment, question.outcome
    head = {
        "invalid": f"That adjustment would be wrong for the effect of {t} on {y}: {clause(found.reason)}.",
        "depends_on_orientation": f"Whether and how {t} affects {y} cannot be known from these data alone: {clause(found.reason)}.",
    }.get(
        found.status,
        f"The effect of {t} on {y} cannot be known from these data and this graph: {clause(found.reason)}.",
    )
    claims: list[Claim] = []
    if found.what_would_help:
        claims.append(Claim(text=f"What would help: {'; '.join(found.what_would_help)}.", evidence=(evidence.id,)))
    claims.append(Claim(text="No estimate is given, because any number would be an association and not this effect."))
    return Draft(headline=Claim(text=head, evidence=(evidence.id,)), claims=tuple(claims), identification=evidence.id)


def _no_estimate(
    question: EffectQuestion, identified_by: Evidence, found: Identification, situation: Situation, seen: Seen
) -> Draft:
    t, y = question.treatment, question.outcome
    why = (_why_identified(identified_by, found),)
    failed = [e for e in seen.ledger if not e.ok and e.tool.startswith("estimate_")]
    if failed:
        text = f"Whether {t} changes {y} could not be estimated: {clause(failed[0].summary)}."
        headline = Claim(text=text, evidence=(failed[0].id,))
        return Draft(headline=headline, claims=why, identification=identified_by.id)
    way = found.strategy.replace("_", " ")
    if found.strategy == "backdoor":
        way += f", adjusting for {listed(found.adjustment_set or ())}"
    formula = found.estimand.formula if found.estimand else ""
    lacking = (
        "there are no data to estimate it from"
        if situation.catalog.table is None
        else "no estimator for it is built in yet"
    )
    text = f"The effect of {t} on {y} could be computed from what is measured ({way}), as {formula}; {lacking}."
    return Draft(headline=Claim(text=text, evidence=(identified_by.id,)), claims=why, identification=identified_by.id)


def _unanswered(question: EffectQuestion, situation: Situation, seen: Seen) -> Draft:
    if spelled := misspelled(question, seen):
        audit, finding = spelled
        text = f"Whether {question.treatment} changes {question.outcome} cannot be said yet: {finding.message} {finding.action}"
        return Draft(headline=Claim(text=text, evidence=(audit.id,)))
    failed = [e for e in seen.ledger if not e.ok]
    reason = f": {clause(failed[-1].summary)}" if failed else ""
    text = f"Whether {question.treatment} changes {question.outcome} cannot be said{reason}."
    return Draft(headline=Claim(text=text, evidence=tuple(e.id for e in failed[-1:])))
