"""Pick the study design by rules that are stated, in order; the reasons are printed with the answer."""

from __future__ import annotations

from collections.abc import Callable

from ....tools.domain.model import Model
from ....tools.domain.questions import DesignKind, EffectQuestion, EstimandKind
from ....tools.domain.results import BalanceReport
from ...policy import Situation
from .ledger import Seen
from .support import unbalanced, weigh_support
from .timing import When, listed_confounders, only_traits, placed
from .words import name_parts, stem, tokenise

MIN_BALANCE_COVARIATES = 3
MAX_SMD = 0.1
MIN_JOINT_P = 0.05


class Design(Model):
    """A design, the rule that picked it, and what the estimators need."""

    kind: DesignKind
    reasons: tuple[str, ...]
    rejected: tuple[str, ...] = ()
    adjustment_set: tuple[str, ...] = ()
    """Back-door: what identifies the effect. Experiment: covariates from before, for precision and for balance."""
    unplaced: tuple[str, ...] = ()
    """Columns of which nothing says whether they came before the treatment; an estimate with them is shown beside."""
    instruments: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()
    """Covariates whose balance is looked at before anything is estimated."""
    estimand: EstimandKind | None = None
    """For whom the effect is estimated when the data cannot answer for whom the question asks by default."""
    estimator: str | None = None
    """Tool that goes before the usual one, for a reason among `reasons`."""
    provisional: bool = False


Rule = Callable[[EffectQuestion, Situation, Seen], "Design | str"]


def choose_design(question: EffectQuestion, situation: Situation) -> Design:
    """Apply the rules in order; the first that fits wins, the others are kept with their reasons."""
    seen = Seen(situation.ledger)
    rejected: list[str] = []
    for rule in RULES:
        outcome = rule(question, situation, seen)
        if isinstance(outcome, Design):
            return outcome.model_copy(update={"rejected": tuple(rejected)})
        if outcome:
            rejected.append(outcome)
    raise AssertionError("the last rule always fits")


def _by_words(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 1: an instrument, a cut-off or before/after by group that the words or the codebook name."""
    hints = question.hints
    because = hints.because or ("the question says so",)
    if hints.selected_on:
        return Design(kind="backdoor", reasons=because)
    if hints.instrument:
        given = measured_before(question, situation, seen) if hints.adjust_for is None else hints.adjust_for
        return Design(kind="instrument", instruments=(hints.instrument,), adjustment_set=given, reasons=because)
    if hints.running_variable and hints.cutoff is not None:
        return Design(kind="regression_discontinuity", reasons=because)
    if hints.time and (hints.design == "difference_in_differences" or hints.unit):
        return Design(kind="difference_in_differences", adjustment_set=hints.adjust_for or (), reasons=because)
    return "no instrument, cut-off or before/after comparison is named"


def _by_graph(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 2: a graph that the person gave decides by identification on it."""
    if situation.catalog.graph is None:
        return "no causal graph was given"
    missing = [n for n in (question.treatment, question.outcome) if n not in situation.catalog.graph_nodes]
    if missing:
        return f"the graph {situation.catalog.graph!r} does not have {', '.join(map(repr, missing))}"
    return Design(
        kind="backdoor",
        reasons=(f"a causal graph was given ({situation.catalog.graph}), so identification follows it",),
    )


def _by_randomisation(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 3: wording that says that treatment was assigned at random."""
    hints = question.hints
    if hints.design != "experiment":
        return "nothing says that treatment was assigned at random"
    before = hints.adjust_for or measured_before(question, situation, seen)
    reasons = hints.because or ("the words say that treatment was randomised",)
    named = [c for c in listed_confounders(situation.catalog.codebook, before) if c in before]
    if named and hints.adjust_for is None:
        why = (
            f"the codebook calls {_few(named)} confounders, so they are adjusted for although treatment was randomised"
        )
        return Design(
            kind="experiment", adjustment_set=before, estimator="estimate_regression", reasons=(*reasons, why)
        )
    if not before or not binary(question.treatment, situation):
        return Design(kind="experiment", adjustment_set=before, reasons=reasons)
    if why := unbalanced(seen, question.treatment, before):
        return Design(
            kind="experiment", adjustment_set=before, estimator="estimate_regression", reasons=(*reasons, why)
        )
    waiting = situation.catalog.table is not None and not seen.ran("data_balance")
    return Design(kind="experiment", adjustment_set=before, compare=before, reasons=reasons, provisional=waiting)


def _by_named_covariates(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 4: covariates the person asked to adjust for."""
    if question.hints.adjust_for is None:
        return "no covariates to adjust for are named"
    named = ", ".join(question.hints.adjust_for) or "nothing"
    return _adjusted(question, situation, seen, question.hints.adjust_for, f"you asked to adjust for {named}")


def _adjusted(
    question: EffectQuestion, situation: Situation, seen: Seen, covariates: tuple[str, ...], reason: str
) -> Design:
    """A back-door design, after a look whether the arms can be compared given these covariates."""
    design = Design(kind="backdoor", adjustment_set=covariates, reasons=(reason,))
    if not covariates or situation.catalog.table is None or not binary(question.treatment, situation):
        return design
    support = weigh_support(question, situation, seen, covariates)
    found = {"estimand": support.estimand, "estimator": support.estimator, "reasons": (reason, *support.reasons)}
    return design.model_copy(update={**found, "compare": covariates, "provisional": support.waiting})


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _by_timing(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 5: covariates that the codebook or their names place before the treatment."""
    before = measured_before(question, situation, seen)
    if not before:
        return "no codebook says which columns were measured before treatment"
    when = placed(question.treatment, situation.catalog)
    after = [c for c, t in when.items() if t == "after" and c not in (question.treatment, question.outcome)]
    unplaced = _unplaced(question, when, situation, seen)
    if unplaced and situation.catalog.codebook.columns and set(before) <= only_traits(situation.catalog):
        return f"nothing but traits fixed at birth ({_few(list(before))}) is said to come before treatment"
    codebook, known = situation.catalog.codebook, situation.catalog.knowledge.names()
    sources = ["what you know"] if known & {*before} else []
    sources += ["the codebook"] if codebook.text or codebook.columns else []
    source = " and ".join(sources) or "their names"
    reason = (
        f"going by {source}, {', '.join(before)} were measured before treatment: common causes are sought among them"
    )
    reason += f"; {', '.join(after)} come after it and are left out" if after else ""
    reason += (
        f"; nothing says when {_few(list(unplaced))} came: left out, and adjusted for beside it" if unplaced else ""
    )
    return _adjusted(question, situation, seen, before, reason).model_copy(update={"unplaced": unplaced})


def _by_description(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 7: a study that a codebook tells of, in which nothing places any column before the treatment."""
    codebook = situation.catalog.codebook
    if not codebook.columns or situation.catalog.table is None:
        return "no codebook says what the columns are"
    when = placed(question.treatment, situation.catalog)
    others = tuple(
        c
        for c in (*measured_before(question, situation, seen), *_unplaced(question, when, situation, seen))
        if c not in codebook.columns or not _same_thing(c, question.outcome, situation)
    )
    if not others:
        return "there is no other column that could be a common cause"
    reason = (
        f"nothing says when {_few(list(others))} came about: they are taken to come before {question.treatment} and adjusted for, which "
        "the data cannot show to be right"
    )
    return _adjusted(question, situation, seen, others, reason)


def _same_thing(column: str, outcome: str, situation: Situation) -> bool:
    """Whether a column's description uses every telling word of the outcome's name: another form of the outcome."""
    words = {stem(t.low) for t in tokenise(situation.catalog.codebook.columns[column])}
    telling = {stem(p) for p in name_parts(outcome) if len(p) > 3}
    return len(telling) > 1 and telling <= words


def _unplaced(question: EffectQuestion, when: dict[str, When], situation: Situation, seen: Seen) -> tuple[str, ...]:
    """Usable columns that may or may not be common causes."""
    hints = question.hints
    parts = (
        *question.mediators,
        *question.given,
        hints.cluster,
        hints.instrument,
        hints.unit,
        hints.time,
        hints.running_variable,
    )
    return tuple(c for c in other_columns(question, situation, seen) if when.get(c) == "unknown" and c not in parts)


def measured_before(question: EffectQuestion, situation: Situation, seen: Seen) -> tuple[str, ...]:
    """Usable columns that the codebook places before the treatment, and that play no other part."""
    when = placed(question.treatment, situation.catalog)
    hints = question.hints
    parts = {question.treatment, question.outcome, *question.mediators, hints.cluster, hints.instrument, hints.unit}
    return tuple(c for c, t in when.items() if t == "before" and c not in parts and _usable(c, situation, seen))


def _by_balance(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 6: a treatment that no covariate predicts looks like a randomised one."""
    if (
        not binary(question.treatment, situation)
        or len(other_columns(question, situation, seen)) < MIN_BALANCE_COVARIATES
    ):
        return "balance cannot suggest an experiment: it needs a two-level treatment and at least three other columns"
    balance = seen.result(BalanceReport)
    if balance is None:
        others = other_columns(question, situation, seen)
        if seen.failed("data_balance"):
            return "balance could not be measured"
        waiting = "first look whether treatment is balanced over the other columns"
        return Design(kind="discovery", compare=others, reasons=(waiting,), provisional=True)
    worst = max((abs(c.smd) for c in balance.covariates), default=0.0)
    p_value = balance.joint_p_value
    if p_value is not None and p_value >= MIN_JOINT_P and worst < MAX_SMD:
        reason = (
            f"nothing says so in words, but no other column predicts {question.treatment} "
            f"(joint test p = {p_value:.3g}, largest standardised difference {worst:.2g}): it looks randomised"
        )
        return Design(kind="experiment", reasons=(reason,))
    joint = "" if p_value is None else f", joint test p = {p_value:.3g}"
    return f"treatment is not balanced over the other columns (largest standardised difference {worst:.2g}{joint})"


def _by_discovery(question: EffectQuestion, situation: Situation, seen: Seen) -> Design | str:
    """Rule 8: otherwise learn the equivalence class and report the effects over it."""
    return Design(
        kind="discovery",
        reasons=(
            "nothing says how treatment came about, so the graph is learned from the data",
            "that no common cause is hidden is an assumption, which the data cannot show",
            f"the question takes {question.treatment} as coming before {question.outcome}: the reverse is ruled out",
        ),
    )


RULES: tuple[Rule, ...] = (
    _by_words, _by_graph, _by_randomisation, _by_named_covariates, _by_timing, _by_balance, _by_description, _by_discovery,
)  # fmt: skip


def binary(column: str, situation: Situation) -> bool:
    """Whether a column of the table has exactly two levels."""
    card = situation.catalog.table.column(column) if situation.catalog.table else None
    return card is not None and card.n_distinct == 2


def other_columns(question: EffectQuestion, situation: Situation, seen: Seen) -> tuple[str, ...]:
    """The usable columns besides treatment and outcome."""
    table = situation.catalog.table
    names = tuple(c.name for c in table.columns) if table else ()
    return tuple(c for c in names if c not in (question.treatment, question.outcome) and _usable(c, situation, seen))


def _usable(column: str, situation: Situation, seen: Seen) -> bool:
    audit = seen.audit()
    if audit is not None:
        return column in audit.usable
    card = situation.catalog.table.column(column) if situation.catalog.table else None
    return card is not None and card.type in ("binary", "nominal", "count", "continuous")
