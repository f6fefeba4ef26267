"""Questions about one row: what its outcome would have been under another value of the treatment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....tools.domain.questions import CounterfactualQuestion
from ....tools.domain.results import Identification, UnitCounterfactual
from ...policy import Situation
from ...state import Catalog, Claim, Draft, Plan, PlanStep, Reading, ToolCall
from .context import Context
from .ledger import Seen
from .pattern import Pattern
from .prepare import Prepared
from .slots import SURE, Filled, fill
from .wording import interval, number
from .words import Token

_ROW = re.compile(
    r"\b(?:(?:of|for|in)\s+)?(?:the\s+)?(?:row|record|line|observation|unit)\s*(?:number|no\.?|#)?\s*(\d{1,9})\b(?:['’]s)?,?",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\b(?:would|had|counterfactual(?:ly)?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_PATTERNS = tuple(
    Pattern(p)
    for p in (
        "what would <Y> have/be ?be if/with/under/had/at/given/for/when <T>",
        "what would * <Y> have/be * if/with/under/had/at/given/for/when <T>",
        "would <Y> have/be * if/with/under/had/at/given/when <T>",
        "if/had/with/suppose/under/given/when <T> , * what would <Y> be/have",
        "if/had/with/suppose/under/given/when <T> , * <Y> would/be/have",
        "if/had/with/suppose/under/given/when <T> what would <Y> be/have",
        "counterfactual <Y> if/with/under/had/at/given/for/when <T>",
    )
)


def read_unit(words: str, catalog: Catalog) -> Reading | None:
    """Read a question about one row; None when the words name no row."""
    found = _ROW.search(words)
    if found is None or catalog.table is None or not _WOULD.search(words):
        return None
    row, context = int(found[1]), Context(catalog)
    prepared = Prepared(f"{words[: found.start()]} {words[found.end() :]}".strip(" ,"), context.index)
    fits = [
        (fill(tokens[slice(*s.spans["T"])], "treatment", context), fill(tokens[slice(*s.spans["Y"])], "outcome", context),
         _value(tokens[slice(*s.spans["T"])]))
        for tokens in prepared.sentences for pattern in _PATTERNS for s in pattern.find(tokens[:60])
    ]  # fmt: skip
    treatment, outcome, value = max(fits, key=_fit, default=(None, None, None))
    if treatment is None or outcome is None or treatment.best is None or outcome.best is None:
        return Reading(problem=f"The question asks about row {row}, but it is not clear which column would have been another, or "
                       "which is asked about. Say: what would OUTCOME of row N have been with TREATMENT = VALUE?")  # fmt: skip
    t, y = treatment.best.column, outcome.best.column
    if value is None or t == y:
        return Reading(
            problem=f"The question asks about row {row} under another {t!r}, but names no number to set it to. Say: with {t} = 3."
        )
    return Reading(
        question=CounterfactualQuestion(treatment=t, outcome=y, row=row, value=value),
        because=(
            f"treatment = {t!r}, from {treatment.phrase!r}: {treatment.best.how}",
            f"outcome = {y!r}, from {outcome.phrase!r}: {outcome.best.how}",
            f"row {row}, counted from 1 in the order of the table",
            f"set to {value:g}",
        ),
    )


def _fit(found: tuple[Filled, Filled, float | None]) -> float:
    treatment, outcome, value = found
    scores = [s.best.score if s.best else SURE - 1 for s in (treatment, outcome)]
    same = treatment.best is not None and outcome.best is not None and treatment.best.column == outcome.best.column
    return sum(scores) + (value is not None) - 2 * same


def _value(tokens: Sequence[Token]) -> float | None:
    """The last number of the phrase, with its sign; digits inside the name of a column do not count."""
    for i in reversed(range(len(tokens))):
        if tokens[i].column is None and _NUMBER.fullmatch(tokens[i].text):
            signed = i > 0 and tokens[i - 1].text in ("-", "−") and (i < 2 or not tokens[i - 2].text[-1:].isdigit())
            return float(tokens[i].text.replace(",", "")) * (-1 if signed else 1)
    return None


def unit_plan(question: CounterfactualQuestion, situation: Situation) -> Plan:
    """Say how a question about one row will be answered."""
    if situation.catalog.graph is None:
        reason = "what one row would have been needs a causal graph with every direction, and none was given"
        return Plan(reasons=(reason,), steps=(PlanStep(stage="report", text="say what is needed"),))
    text = f"fit the equations between {question.treatment} and {question.outcome}, keep the row's noise, set the treatment"
    return Plan(
        reasons=("the question is about one row, not about an average",),
        steps=(PlanStep(stage="estimate", text=text),),
        primary_estimator="estimate_counterfactual",
    )


def unit_calls(question: CounterfactualQuestion, situation: Situation) -> tuple[ToolCall, ...]:
    """Ask first whether the graph tells the effect at all, then for the one row."""
    table, graph, seen = situation.catalog.table, situation.catalog.graph, Seen(situation.ledger)
    if table is None or graph is None or seen.ran("estimate_counterfactual"):
        return ()
    pair = {"graph": graph, "treatment": question.treatment, "outcome": question.outcome}
    if not seen.ran("identify_effect"):
        return (ToolCall(tool="identify_effect", args=pair, why="ask whether the graph and what is measured tell it"),)
    identification = seen.result(Identification)
    if identification is None or identification.status != "identified":
        return ()
    args = pair | {"dataset": table.name, "row": question.row, "value": question.value}
    return (
        ToolCall(tool="estimate_counterfactual", args=args, why="keep the row's noise, set the treatment, predict"),
    )


def write_unit(question: CounterfactualQuestion, situation: Situation) -> Draft:
    """Say what the row's outcome would have been, and what that rests on."""
    seen = Seen(situation.ledger)
    found = seen.pair(UnitCounterfactual)
    if found is None:
        return _unanswered(question, seen)
    evidence, r = found
    was = r.observed.get(r.outcome)
    instead = f" instead of {number(float(was))}" if isinstance(was, int | float) else ""
    head = (
        f"Had {r.treatment} been {number(r.set_to)}, {r.outcome} of row {r.row} would have been "
        f"{number(r.value)}{interval(r.ci_low, r.ci_high)}{instead}."
    )
    claims = [
        f"One more unit of {r.treatment} adds {number(r.effect_per_unit)} to {r.outcome} "
        f"(standard error {number(r.std_error)}, {r.n_used} rows).",
        *(f"Along {p.path}: {number(p.value)}." for p in r.paths[:5] if len(r.paths) > 1),
        "The row keeps its own noise: this takes linear equations, noise that adds, the graph and no hidden common cause "
        "for granted; data cannot show the last.",
    ]  # fmt: skip
    if r.std_open:
        claims.insert(
            1, f"The row lacks values that matter; they leave a standard deviation of {number(r.std_open)} open."
        )
    cited = (evidence.id,)
    return Draft(
        headline=Claim(text=head, evidence=cited),
        claims=tuple(Claim(text=text, evidence=cited) for text in claims),
        primary=evidence.id,
        identification=next((e.id for e in seen.of("identify_effect")), None),
    )


def _unanswered(question: CounterfactualQuestion, seen: Seen) -> Draft:
    identified, failed = seen.pair(Identification), [e for e in seen.ledger if not e.ok]
    cited = failed[-1:]
    if failed:
        why = failed[-1].summary.rstrip(".")
    elif identified is not None:
        cited, why = [identified[0]], identified[1].reason.rstrip(".")
    else:
        why = "it needs a causal graph in which every direction is settled; give one with --graph"
    text = (
        f"What {question.outcome} of one row would have been under another {question.treatment} cannot be said: {why}."
    )
    return Draft(
        headline=Claim(text=text, evidence=tuple(e.id for e in cited)),
        identification=identified[0].id if identified else None,
    )
