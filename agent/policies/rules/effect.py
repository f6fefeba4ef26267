"""The steps of an effect question: look, identify, estimate, try to refute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion, EstimandKind
from ....tools.domain.results import EffectEstimate, EffectRange, Identification
from ...calls import not_made
from ...policy import Situation
from ...primary import UNADJUSTED
from ...state import Plan, PlanStep, ToolCall
from .derive import DERIVE, derive_call, derive_steps, with_derived
from .design import Design, binary, choose_design
from .learn import LEARNED, contradiction, discovery_calls, graph_in_use
from .ledger import Seen
from .look import asked_args, balance_call, look_calls, misspelled, table_name

MIN_ROWS_AIPW = 1000
MAX_STRATA = 6
MAX_ROLES = 60
"""Nodes of a graph above which nobody reads the role of each."""
SLOW_ESTIMATE_S = 0.5
FEW_RUNS = 5
"""Runs of each refuter when one estimate takes over half a second: nobody waits a minute for a diagnostic."""
RANGE = "estimate_range"
REFUTERS = ("refute_placebo", "refute_random_common_cause", "refute_subset", "refute_dummy_outcome")


def effect_plan(question: EffectQuestion, situation: Situation) -> Plan:
    """Choose the design and write down the steps and the primary estimator, before any estimate exists."""
    situation = with_derived(question, situation)
    design = choose_design(question, situation)
    seen = Seen(situation.ledger)
    found = seen.result(Identification)
    looked = seen.ran("data_audit") and (seen.ran("identify_effect") or seen.ran("identify_design"))
    provisional = design.provisional or (situation.catalog.table is not None and not looked)
    open_graph = found is not None and found.status == "depends_on_orientation"
    order = (RANGE,) if open_graph else estimators(question, design, situation, found.strategy if found else "")
    adjusted = adjusted_for(design, found) if found and found.status == "identified" else None
    steps = [
        *derive_steps(question),
        PlanStep(stage="data", text="look at the data: column types, missing values, duplicates, leakage, small arms"),
        PlanStep(stage="identify", text=_identify_text(question, design)),
    ]
    if situation.catalog.table is not None:
        beside = f", and {', '.join(_words(t) for t in order[1:])} beside it" if order[1:] else ""
        first = f"by {_words(order[0])}" if order and not open_graph else "in every member of the class that differs"
        steps += [
            PlanStep(stage="estimate", text=f"if it is identified, estimate it {first}{beside}"),
            PlanStep(
                stage="refute",
                text="try to refute it: placebo, random common cause, subsets, dummy outcome, sensitivity to hidden causes",
            ),
        ]
    return Plan(
        design=design.kind,
        reasons=design.reasons,
        rejected=design.rejected,
        steps=tuple(steps),
        provisional=provisional,
        primary_estimator=order[0] if order else None,
        estimators=order,
        estimand=aim(question, design),
        adjustment_set=adjusted,
    )


def adjusted_for(design: Design, found: Identification) -> tuple[str, ...]:
    """What the estimators adjust for: in an experiment, for precision; else what identifies the effect."""
    return design.adjustment_set if design.kind == "experiment" else found.adjustment_set or ()


def effect_calls(question: EffectQuestion, situation: Situation) -> tuple[ToolCall, ...]:
    """The next calls: those of the first phase that is not done."""
    seen = Seen(situation.ledger)
    if question.derived and not seen.of(DERIVE):
        return () if seen.failed(DERIVE) else (derive_call(question, situation),)
    situation = with_derived(question, situation)
    design = choose_design(question, situation)
    if situation.catalog.table is not None and (calls := look_calls(question, design, situation, seen)):
        return calls
    if misspelled(question, seen):
        return ()  # an arm would be the rows that are spelled in one way
    if calls := _identify(question, design, situation, seen):
        return calls
    identification = seen.result(Identification)
    if situation.catalog.table is None or identification is None:
        return ()
    return _estimate(question, design, identification, situation, seen) or _refute(
        question, design, identification, situation, seen
    )


def _identify(question: EffectQuestion, design: Design, situation: Situation, seen: Seen) -> tuple[ToolCall, ...]:
    if seen.ran("identify_effect") or seen.ran("identify_design"):
        return ()
    if design.kind == "discovery":
        calls = discovery_calls(situation, seen, treatment=question.treatment, outcome=question.outcome)
        if calls:
            return calls
    graph = graph_in_use(situation, seen)
    if graph and (design.kind == "discovery" or situation.catalog.graph) and design.kind in ("discovery", "backdoor"):
        args: dict[str, Any] = {"graph": graph, "treatment": question.treatment, "outcome": question.outcome}
        args |= {"estimand": question.estimand} | ({"mediators": question.mediators} if question.mediators else {})
        calls = [ToolCall(tool="identify_effect", args=args, why="ask the graph whether the effect can be known")]
        if len(situation.catalog.graph_nodes) <= MAX_ROLES:
            args = {"graph": graph, "treatment": question.treatment, "outcome": question.outcome}
            calls.append(ToolCall(tool="graph_roles", args=args, why="see what part each variable plays"))
        return tuple(calls)
    if design.kind == "discovery":
        return ()  # discovery failed; the answer says so
    hints = question.hints
    args = {
        "design": design.kind, "treatment": question.treatment, "outcome": question.outcome, "estimand": aim(question, design),
        "adjustment_set": () if design.kind == "experiment" else design.adjustment_set,
        "instruments": design.instruments, "mediators": question.mediators,
        "running_variable": hints.running_variable, "cutoff": hints.cutoff, "time": hints.time,
        "selected_on": hints.selected_on,
    }  # fmt: skip
    return (ToolCall(tool="identify_design", args=args, why="state what the design identifies, and on which premises"),)


def aim(question: EffectQuestion, design: Design) -> EstimandKind:
    """For whom the effect is estimated: as asked, unless the design found that the data answer for others only."""
    return design.estimand or question.estimand


def estimators(question: EffectQuestion, design: Design, situation: Situation, strategy: str = "") -> tuple[str, ...]:
    """Tools that estimate under this design, the primary one first; the others are shown beside it."""
    if question.estimand == "CDE":
        return ("estimate_regression",)  # within the rows where the mediator has the value it is held at
    if question.estimand in ("NDE", "NIE") or question.mediators:
        return ("estimate_mediation",)
    by_design = {
        "instrument": ("estimate_iv", "estimate_regression"),
        "frontdoor": ("estimate_frontdoor",),
        "regression_discontinuity": ("estimate_discontinuity",),
        "difference_in_differences": ("estimate_did",),
        "general_id": (),
    }
    for key in (strategy, design.kind):
        if key in by_design:
            return by_design[key]
    if strategy == "depends_on_orientation" or (design.kind == "discovery" and not strategy):
        return ()
    two_arms = binary(question.treatment, situation) or (
        question.contrast is not None and _nominal(question, situation)
    )
    if design.kind == "experiment":
        if not _levels(question, situation) or question.hints.adjust_for or design.estimator:
            return ("estimate_regression", "estimate_difference") if two_arms else ("estimate_regression",)
        return ("estimate_difference", "estimate_regression") if design.adjustment_set else ("estimate_difference",)
    if not two_arms:
        return ("estimate_regression",)
    if strategy in ("none_needed", "randomised"):
        return ("estimate_difference", "estimate_regression")
    table = situation.catalog.table
    large = table is not None and table.n_rows >= MIN_ROWS_AIPW
    primary = ("estimate_aipw", "estimate_regression") if large else ("estimate_regression", "estimate_aipw")
    order = (*primary, "estimate_ipw", "estimate_matching", "estimate_difference")
    named = question.hints.estimator
    first = f"estimate_{named}" if named else design.estimator
    return (first, *(tool for tool in order if tool != first)) if first else order


def _estimate(
    question: EffectQuestion, design: Design, found: Identification, situation: Situation, seen: Seen
) -> tuple[ToolCall, ...]:
    if found.status == "depends_on_orientation":
        return _range_calls(question, situation, seen)
    if found.status != "identified":
        return ()
    if calls := not_made([*_doubts(design, situation, seen)], seen.ledger):
        return calls
    if (found.estimand and found.estimand.formula == "0") or contradiction(question.treatment, seen):
        return ()
    order = estimators(question, design, situation, found.strategy)
    calls = [_estimate_call(tool, question, design, found, situation, seen) for tool in order]
    compared = found.adjustment_set or design.adjustment_set
    if binary(question.treatment, situation) and compared:
        calls.append(balance_call(question, aim(question, design), compared, situation))
    calls += _strata(question, order[0], design, found, situation, seen) if order else []
    if design.unplaced and found.strategy == "backdoor":
        calls += [_with_unplaced(c, design) for c in calls[:1]]
    return not_made(calls, seen.ledger)


def _doubts(design: Design, situation: Situation, seen: Seen) -> Iterator[ToolCall]:
    """Before a learned graph is believed, what it implies is tested on the data."""
    if design.kind == "discovery" and situation.catalog.graph is None and situation.catalog.table is not None:
        args = {"graph": graph_in_use(situation, seen) or LEARNED, "dataset": table_name(situation)}
        yield ToolCall(tool="graph_implications", args=args, why="see whether the data contradict the learned graph")


def _estimate_call(
    tool: str, question: EffectQuestion, design: Design, found: Identification, situation: Situation, seen: Seen
) -> ToolCall:
    hints = question.hints
    args: dict[str, Any] = {
        "dataset": table_name(situation),
        "treatment": question.treatment,
        "outcome": question.outcome,
    }
    args |= asked_args(question, situation)
    if hints.cluster:
        args["cluster"] = hints.cluster
    adjusted = adjusted_for(design, found)
    why = "estimate the effect"
    if tool == "estimate_difference":
        why = "the arms as they are" if not adjusted else "the naive comparison, for contrast"
    elif tool == "estimate_iv":
        args |= {"instruments": found.instruments, "adjustment_set": adjusted}
    elif tool == "estimate_frontdoor":
        args |= {"mediators": found.mediators}
    elif tool == "estimate_mediation":
        args |= {
            "mediators": question.mediators or found.mediators,
            "adjustment_set": adjusted,
            "estimand": question.estimand,
        }
    elif tool == "estimate_discontinuity":
        named = question.treatment != hints.running_variable and binary(question.treatment, situation)
        taken = ("dataset", "outcome", "population", "cluster", *(("treatment", "contrast") if named else ()))
        args = {k: v for k, v in args.items() if k in taken}
        args |= {"running_variable": hints.running_variable, "cutoff": hints.cutoff}
        if hints.treated_side and not named:
            args["treated_side"] = hints.treated_side
    elif tool == "estimate_did":
        args |= {"time": hints.time, "adjustment_set": adjusted} | ({"unit": hints.unit} if hints.unit else {})
    else:
        args |= {"adjustment_set": adjusted}
        if aim(question, design) in ("ATT", "ATC") and found.strategy not in ("randomised",):
            args["estimand"] = aim(question, design)
    return ToolCall(tool=tool, args=args, why=why)


def _with_unplaced(call: ToolCall, design: Design) -> ToolCall:
    """The same estimate with the columns adjusted for of which nothing says when they came."""
    wider = (*call.args["adjustment_set"], *design.unplaced)
    return call.model_copy(update={"args": call.args | {"adjustment_set": wider}, "why": "see what hangs on them"})


def _strata(
    question: EffectQuestion, tool: str, design: Design, found: Identification, situation: Situation, seen: Seen
) -> list[ToolCall]:
    """The effect within each level of the modifiers that were asked for."""
    calls: list[ToolCall] = []
    table = situation.catalog.table
    for column in question.given:
        card = table.column(column) if table else None
        for level in (card.levels if card else ())[:MAX_STRATA]:
            base = _estimate_call(tool, question, design, found, situation, seen)
            inside = [*base.args.get("population", []), {"column": column, "op": "==", "value": level}]
            kept = tuple(c for c in base.args.get("adjustment_set", ()) if c != column)
            args = (
                base.args | {"population": inside} | ({"adjustment_set": kept} if "adjustment_set" in base.args else {})
            )
            calls.append(ToolCall(tool=tool, args=args, why=f"the effect where {column} is {level}"))
    return calls


def _range_calls(question: EffectQuestion, situation: Situation, seen: Seen) -> tuple[ToolCall, ...]:
    if seen.ran(RANGE):
        return ()
    args: dict[str, Any] = {
        "dataset": table_name(situation), "graph": graph_in_use(situation, seen) or LEARNED,
        "treatment": question.treatment, "outcome": question.outcome,
    }  # fmt: skip
    args |= asked_args(question, situation)
    return (ToolCall(tool=RANGE, args=args, why="the effect in every member of the equivalence class"),)


def _refute(
    question: EffectQuestion, design: Design, found: Identification, situation: Situation, seen: Seen
) -> tuple[ToolCall, ...]:
    if seen.result(EffectRange) is not None:
        return ()
    chosen = primary_estimate(question, design, found, situation, seen)
    if chosen is None:
        return ()
    evidence, estimate = chosen
    slow = evidence.provenance.seconds > SLOW_ESTIMATE_S
    runs = {"n_runs": FEW_RUNS} if slow else {}
    calls = [
        ToolCall(tool=tool, args={"estimate": evidence.id} | runs, why="try to refute the estimate")
        for tool in REFUTERS
    ]
    if (
        found.strategy in ("backdoor", "none_needed")
        and estimate.estimand in ("ATE", "ATT", "ATC")
        and design.kind != "experiment"
    ):
        calls.append(
            ToolCall(
                tool="refute_sensitivity",
                args={"estimate": evidence.id},
                why="how strong would a hidden cause have to be",
            )
        )
    if situation.catalog.thorough:
        args = {"estimate": evidence.id}
        calls.append(
            ToolCall(tool="refute_second_library", args=args, why="see whether another library finds the same")
        )
    graph = situation.catalog.graph
    if graph:
        args = {"graph": graph, "dataset": table_name(situation)}
        calls.append(ToolCall(tool="graph_implications", args=args, why="see whether the data contradict the graph"))
    return not_made(calls, seen.ledger)


def primary_estimate(
    question: EffectQuestion, design: Design, found: Identification, situation: Situation, seen: Seen
) -> tuple[Evidence, EffectEstimate] | None:
    """The estimate that answers: the first tool in the planned order that succeeded on the whole population asked for."""
    order = estimators(question, design, situation, found.strategy)
    if adjusted_for(design, found) and design.kind != "experiment":
        order = tuple(tool for tool in order if tool != UNADJUSTED)  # the arms as they are: beside the answer, never it
    asked = [c.model_dump() for c in question.population]
    for tool in order:
        for evidence, estimate in seen.pairs(EffectEstimate):
            if evidence.tool == tool and list(evidence.args.get("population", [])) == asked:
                return evidence, estimate
    return None


def _levels(question: EffectQuestion, situation: Situation) -> bool:
    card = situation.catalog.table.column(question.treatment) if situation.catalog.table else None
    return card is not None and card.type in ("binary", "nominal")


def _nominal(question: EffectQuestion, situation: Situation) -> bool:
    card = situation.catalog.table.column(question.treatment) if situation.catalog.table else None
    return card is not None and card.type == "nominal"


def _identify_text(question: EffectQuestion, design: Design) -> str:
    ways = {
        "experiment": "take the arms as randomised and check their balance",
        "instrument": f"use {', '.join(design.instruments)} as the instrument",
        "regression_discontinuity": f"compare both sides of the cut-off on {question.hints.running_variable}",
        "difference_in_differences": f"compare the change over {question.hints.time} between the groups",
        "discovery": "learn the equivalence class of graphs and ask which effects it allows",
    }
    return ways.get(
        design.kind,
        f"ask whether the effect of {question.treatment} on {question.outcome} is identified, and by which set",
    )


def _words(tool: str) -> str:
    return {
        "estimate_difference": "the difference in means",
        "estimate_regression": "regression adjustment",
        "estimate_ipw": "inverse probability weighting",
        "estimate_aipw": "doubly robust estimation (AIPW, cross-fitted)",
        "estimate_matching": "matching",
        "estimate_iv": "two-stage least squares",
        "estimate_frontdoor": "the front-door formula",
        "estimate_mediation": "the mediation formula",
        "estimate_discontinuity": "local linear regression at the cut-off",
        "estimate_did": "difference in differences",
    }.get(tool, tool)
