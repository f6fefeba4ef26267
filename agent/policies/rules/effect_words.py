"""Read a question about an effect: treatment and outcome, estimand, population, contrast, design hints."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from ....tools.domain.questions import AdjustmentQuestion, EffectQuestion, RelationQuestion
from ...state import Option, Reading
from .codebook import prose
from .columns import Match
from .context import Context
from .details import Half, build_question
from .hints import received_and_assigned, running_variable
from .joint import joint_problem
from .modifiers import tail
from .named_designs import CUTOFF_NAMED, unread_design
from .natural import PERIOD_PARTS, named_beside, period_of_two, rules, speaks_of, treated_group
from .relation_words import hidden_problem
from .roles import sentence_columns, study_sentences
from .slots import NOTHING, SURE, Filled, fill, nearest, pair_up, sole_by_role
from .values import unplaced_sex
from .words import name_parts, tokenise

MAX_OPTIONS = 4
WINNING = frozenset(
    {
        "win",
        "elect",
        "election",
        "office",
        "member",
        "become",
        "victory",
        "pass",
        "qualify",
        "eligible",
        "turn",
        "reach",
    }
)


class _Pair(NamedTuple):
    treatment: Match | None
    outcome: Match | None
    treatment_ties: tuple[Match, ...] = ()
    outcome_ties: tuple[Match, ...] = ()
    because: tuple[str, ...] = ()


def read_effect(half: Half, context: Context, *, cause_words: bool) -> Reading:
    """Build the effect question, or say which half of it names no column."""
    pair = _pair(half, context)
    if (whom := _unplaced(half, context)) is not None:
        known = " and ".join(repr(m.column) for m in (pair.treatment, pair.outcome) if m)
        problem = f"The question is about {whom!r}, but no column tells who they are{f' (it was read as about {known})' if known else ''}."
        return Reading(problem=problem, because=pair.because)
    if pair.treatment is None or pair.outcome is None:
        return Reading(problem=_missing(half, pair), because=pair.because)
    treatment, outcome = pair.treatment.column, pair.outcome.column
    because = [
        *pair.because,
        f"treatment = {treatment!r}{_from(half.treatment)}: {pair.treatment.how}",
        f"outcome = {outcome!r}{_from(half.outcome)}: {pair.outcome.how}",
    ]
    edge = half.modifiers.path == "direct" and (cause_words or any(t.low == "directly" for t in half.tokens))
    if (cause_words or edge) and context.catalog.table is None:
        given = tuple(c for c in half.modifiers.given if c not in (treatment, outcome))
        question = RelationQuestion(
            relation="direct" if edge else "causes", source=treatment, target=outcome, given=given
        )
        asked = "an edge" if edge else "a directed path"
        because.append(f"without a table the question is whether the graph has {asked}")
        return Reading(question=question, because=tuple(because))
    problem = joint_problem(half.tokens, treatment, outcome) or hidden_problem(half.tokens, (treatment, outcome))
    if problem is not None:
        return Reading(problem=problem, because=tuple(because))
    if unknown := [u for u in half.modifiers.unknown_covariates if len(u) > 2]:
        return Reading(problem=_unknown_covariate(unknown[0], (treatment, outcome), context), because=tuple(because))
    if unread := [u for u in half.modifiers.unread if len(u) > 2]:
        because.append(f"not used, since they name no column: {', '.join(map(repr, unread[:4]))}")
    proposed = tuple(c for c in half.modifiers.adjust or () if c not in (treatment, outcome))
    if context.catalog.table is None and proposed and not half.modifiers.mediators:
        because.append(f"without a table the question is whether adjusting for {', '.join(proposed)} is enough")
        asked = AdjustmentQuestion(treatment=treatment, outcome=outcome, proposed=proposed)
        return Reading(question=asked, because=tuple(because))
    question, more = build_question(half, treatment, outcome, context)
    because += more
    if context.catalog.table is not None and (problem := unread_design(half.words, question.hints)):
        return Reading(problem=problem, because=tuple(because))
    options = _options(question, half, pair, context)
    if options:
        because.append(f"several columns fit: {'; '.join(o.label for o in options)}; the first was chosen")
    return Reading(question=question, because=tuple(because), options=options)


def _unplaced(half: Half, context: Context) -> str | None:
    """Women or men in a population that no column can pick out."""
    spans = [half.people, *(t.tokens for t in (half.treatment, half.outcome) if t and not t.best)]
    for i, token in enumerate(half.tokens):
        if token.low in {"for", "among", "in", "within", "of"} and token.lock < 1.5:
            spans.append(tuple(tail(half.tokens, i + 1, lists=False)[:4]))
    return next((word for span in spans if (word := unplaced_sex(span, context))), None)


def _from(filled: Filled | None) -> str:
    return f", from {filled.phrase!r}" if filled and filled.phrase else ""


def _missing(half: Half, pair: _Pair) -> str:
    known: list[str] = []
    for role, match, filled in (("treatment", pair.treatment, half.treatment), ("outcome", pair.outcome, half.outcome)):
        if match is not None:
            known.append(f"the {role} is {match.column!r}")
        elif filled is not None and filled.phrase and not _names_whom(filled):
            near = [m.column for m in filled.matches[:3]]
            nearest = f" (the nearest are {', '.join(map(repr, near))})" if near else ""
            known.append(f"no column is clearly meant by {filled.phrase!r}, the {role}{nearest}")
        else:
            known.append(f"the words do not say what the {role} is, and the codebook does not name one")
    known.sort(key=lambda k: k.startswith(("the treatment is", "the outcome is")))
    return f"The question was understood as one about an effect, but {'; '.join(known)}."


def _unknown_covariate(phrase: str, taken: tuple[str, ...], context: Context) -> str:
    """A covariate that names no column: leaving it out would answer another question than the one asked."""
    scored = [m.column for m in context.index.score([t for t in tokenise(phrase) if t.is_word])]
    alike = get_close_matches(phrase.lower(), [n for n in context.index.names if n not in taken], n=3, cutoff=0.4)
    near = [n for n in dict.fromkeys((*alike, *scored)) if n not in taken][:3]
    others = near or [n for n in context.index.names if n not in taken][:6]
    known = f"the nearest are {', '.join(map(repr, others))}" if near else f"there are {', '.join(map(repr, others))}"
    return (
        f"The question asks to adjust for {phrase!r}, which names no column{f'; {known}' if others else ''}. "
        "Name a column, or leave it out."
    )


def _names_whom(filled: Filled) -> bool:
    return {t.low for t in filled.tokens} <= {"the", "treated", "untreated", "controls"}


def _pair(half: Half, context: Context) -> _Pair:
    """Find treatment and outcome: by the phrases, then by the codebook, and only then by their part in the study."""
    t_filled, y_filled = half.treatment or NOTHING, half.outcome or NOTHING
    if _names_whom(y_filled):
        y_filled = NOTHING  # `the effect of treatment on the treated` names whom, not what
    treatment, outcome, _ = pair_up(t_filled, y_filled)
    because: list[str] = []
    if treatment is not None and treatment.column in context.roles.before_after:
        treatment = _treated_group(treatment, context, because)
    if treatment is not None:
        treatment = _in_force(treatment, t_filled, context, because)
    if treatment is None:
        taken = (outcome.column,) if outcome else ()
        treatment = _treatment_otherwise(half, t_filled, taken, context, because)
    if outcome is None:
        outcome = _outcome_otherwise(half, y_filled, context, because)
    if treatment is not None and outcome is not None and treatment.column == outcome.column:
        weaker = treatment.score <= outcome.score
        treatment, outcome = (None, outcome) if weaker else (treatment, None)
    t_ties = tuple(m for m in t_filled.ties if outcome is None or m.column != outcome.column)
    y_ties = tuple(m for m in y_filled.ties if treatment is None or m.column != treatment.column)
    couple = received_and_assigned(context)
    if (
        treatment is not None
        and couple
        and treatment.column == couple[1]
        and couple[0] in [m.column for m in t_filled.matches[:3]]
    ):
        own = [t for t in t_filled.tokens if t.column == couple[1] and t.lock >= 1.5]
        received = next(m for m in t_filled.matches if m.column == couple[0])
        if not own and received.score >= treatment.score - 0.15:
            because.append(
                f"{couple[1]!r} says who was assigned, {couple[0]!r} who received it: the effect asked is that of receiving"
            )
            treatment, t_ties = received, ()
    if treatment is not None and t_filled.best is None:
        t_ties = ()
    return _Pair(treatment, outcome, t_ties, _latest(y_ties, context, because), tuple(because))


def _treated_group(period: Match, context: Context, because: list[str]) -> Match:
    """The group that was treated, when the words name the period after: both tell of `the ban`, and the group is compared."""
    group = context.roles.sole("treatment")
    if group is None or group == period.column:
        return period
    because.append(f"{period.column!r} tells before from after; the treated group is {group!r}")
    return period._replace(column=group, how=context.roles.why["treatment", group])


def _treatment_otherwise(
    half: Half, filled: Filled, taken: tuple[str, ...], context: Context, because: list[str]
) -> Match | None:
    if not half.treatment:
        name = context.roles.sole("treatment")
        if (
            name is not None
            and half.outcome is not None
            and name != (half.outcome.best.column if half.outcome.best else None)
        ):
            because.append(
                f"the words do not name the treatment; {name!r} is the only one: {context.roles.why['treatment', name]}"
            )
            return Match(name, SURE, "the only treatment that the names and the codebook tell")
        return None
    if found := sole_by_role(filled.tokens, "treatment", context):
        return found
    period = next((m for m in filled.matches[:2] if m.column in context.roles.before_after), None)
    if period is not None and (group := _treated_group(period, context, because)) is not period:
        return group._replace(score=SURE)
    if (cut := running_variable(half.words, context, taken)) and ({t.stem for t in filled.tokens} & WINNING):
        because.append(f"no column says who got {filled.phrase!r}; it follows from {cut[0]!r} crossing {cut[1]:g}")
        return Match(cut[0], SURE, "the running variable whose crossing of the cut-off is the treatment")
    near = nearest(filled, "treatment", context, taken)
    if near is not None and (card := context.index.cards.get(near.column)) is not None and card.type == "binary":
        return near
    if told := _told(half, filled, taken, context) or near or _only_treatment(filled, context):
        return told
    unknown = [
        t.stem
        for t in filled.tokens
        if t.is_word and not context.index.hits(t.stem) and (t.text[:1].isupper() or t.text.isdigit())
    ]
    linked = sentence_columns(context.index, unknown, prose(context.catalog.codebook))
    linked = {c: s for c, s in linked.items() if c not in context.roles.before_after}
    if len(linked) == 1:
        name, sentence = next(iter(linked.items()))
        return Match(name, SURE, f"the codebook ties {filled.phrase!r} to it: {sentence!r}")
    pronoun = next((t for t in filled.tokens if t.low in {"it", "this", "that", "they"}), None)
    if pronoun is not None and filled.tokens[2:] == ():
        for sentence in (*half.prepared.sentences[: half.sentence], half.tokens[: half.tokens.index(pronoun)]):
            earlier = fill(sentence, "treatment", context) if sentence else NOTHING
            if earlier.best:
                because.append(f"{filled.phrase!r} stands for {earlier.phrase!r}")
                return earlier.best
    return None


def _in_force(named: Match, filled: Filled, context: Context, because: list[str]) -> Match:
    """Whether a law was in force, when the words name the law and the year in which it began fits them best."""
    card = context.index.cards.get(named.column)
    if card is None or card.n_distinct <= 2 or not set(name_parts(named.column)) & PERIOD_PARTS:
        return named
    own = [t for t in filled.tokens if t.column == named.column and t.lock >= 1.5]
    states = [
        m for m in filled.matches[1:4]
        if (c := context.index.cards.get(m.column)) and c.type == "binary" and m.column not in context.roles.before_after
    ]  # fmt: skip
    if own or len(states) != 1:
        return named
    because.append(f"{named.column!r} is a date; whether it was in force is {states[0].column!r}")
    return states[0]._replace(score=max(states[0].score, SURE))


def _only_treatment(filled: Filled, context: Context) -> Match | None:
    """The table's one treatment, for words by which the codebook speaks of its study."""
    name = context.roles.sole("treatment")
    text = prose(context.catalog.codebook)
    if name is None or not any(speaks_of(sentence, filled.tokens) for sentence in study_sentences(text)):
        return None
    return Match(name, SURE, f"the only treatment of the table: {context.roles.why['treatment', name]}")


def _told(half: Half, filled: Filled, taken: tuple[str, ...], context: Context) -> Match | None:
    """A treatment that no column holds: the codebook tells by which number, or in which group, it was given."""
    if named := named_beside(filled.tokens, context, taken):
        return Match(named[0], SURE, f"the codebook names it where it tells of {filled.phrase!r}: {named[1]!r}")
    for rule in rules(half.words, context, taken):
        if speaks_of(rule.sentence, filled.tokens) or CUTOFF_NAMED.search(half.words):
            said = " ".join(t.text for t in rule.sentence)[:80]
            return Match(
                rule.column, SURE, f"no column says who got it, those {rule.side} {rule.cutoff:g} did: {said!r}"
            )
    periods = {*context.roles.before_after} or {period_of_two(context)} - {None}
    group = treated_group(filled.tokens, context, (*taken, *filter(None, periods))) if periods else None
    return Match(group[0], SURE, f"the group that got it: {group[1]!r}") if group else None


def _outcome_otherwise(half: Half, filled: Filled, context: Context, because: list[str]) -> Match | None:
    if half.outcome and (found := sole_by_role(filled.tokens, "outcome", context)):
        return found
    if half.outcome and (near := nearest(filled, "outcome", context, ())):
        return near
    if half.outcome is None or not filled.tokens or not context.index.content_words(filled.tokens):
        name = context.roles.sole("outcome")
        if name is not None:
            because.append(
                f"the words do not name the outcome; {name!r} is the only one: {context.roles.why['outcome', name]}"
            )
            return Match(name, SURE, "the only outcome that the names and the codebook tell")
    return None


def _latest(ties: tuple[Match, ...], context: Context, because: list[str]) -> tuple[Match, ...]:
    """An outcome comes after the treatment: drop the columns that the codebook places before it."""
    later = tuple(m for m in ties if context.when.get(m.column) not in ("before", "treatment"))
    if later and len(later) < len(ties):
        dropped = ", ".join(m.column for m in ties if m not in later)
        because.append(f"{dropped}: measured before the treatment, so not the outcome")
        return later
    return ties


def _options(question: EffectQuestion, half: Half, pair: _Pair, context: Context) -> tuple[Option, ...]:
    """The readings that fit about as well as the first, which is among them."""
    pairs: list[tuple[str, str]] = [(question.treatment, question.outcome)]
    pairs += [(t.column, question.outcome) for t in pair.treatment_ties]
    pairs += [(question.treatment, y.column) for y in pair.outcome_ties]
    distinct = [p for p in dict.fromkeys(pairs) if p[0] != p[1]][:MAX_OPTIONS]
    if len(distinct) < 2:
        return ()
    found: list[Option] = []
    for treatment, outcome in distinct:
        asked = (
            question
            if (treatment, outcome) == (question.treatment, question.outcome)
            else build_question(half, treatment, outcome, context)[0]
        )
        found.append(Option(label=f"the effect of {treatment!r} on {outcome!r}", question=asked))
    return tuple(found)
