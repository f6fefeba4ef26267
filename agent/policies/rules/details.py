"""The rest of an effect question once treatment and outcome are known: for whom, which effect, which contrast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ....tools.domain.questions import Aspects, Condition, Contrast, DesignHints, EffectQuestion, EstimandKind
from .approach import read_approach
from .aspects import AspectReader, trial_rows
from .context import Context
from .contrast import read_contrast
from .derive_words import read_made
from .event_words import read_event
from .grammar import GENERIC_HEADS
from .hints import read_hints
from .lexicon import ORDINARY
from .modifiers import Modifiers, read_groups, tail
from .named_designs import DIFFERENCES
from .prepare import Prepared
from .slots import Filled, words_of
from .values import comparisons, level_of, read_group, read_population
from .whom import Whom, read_whom
from .words import Token

_WITHIN = "the effect within the levels of"


class Half(NamedTuple):
    """What the frame gave: the two phrases, either of which may be missing."""

    words: str
    prepared: Prepared
    sentence: int
    treatment: Filled | None
    outcome: Filled | None
    people: tuple[Token, ...]
    """Whom a frame speaks of between its words: `do girls do better …`."""
    modifiers: Modifiers

    @property
    def tokens(self) -> list[Token]:
        """The sentence of the question."""
        return self.prepared.sentences[self.sentence]


def build_question(half: Half, treatment: str, outcome: str, context: Context) -> tuple[EffectQuestion, list[str]]:
    """Read everything else that the words say about the effect, and how each part was read."""
    because: list[str] = []
    modifiers = half.modifiers
    used = _naming(half.treatment, treatment, context) | _naming(half.outcome, outcome, context)
    whom = read_whom(half.prepared.sentences, treatment, used, context)
    mediators = tuple(m for m in modifiers.mediators if m not in (treatment, outcome))
    population, compared = _population(half, used | whom.used, (treatment, outcome, *mediators), context, because)
    found = read_groups(half.tokens, (treatment, outcome, *mediators), context)
    groups = tuple(dict.fromkeys(g for g in (*compared, *found) if g not in {c.column for c in population}))
    estimand = _estimand(half, whom, mediators, groups, because)
    if estimand == "CDE" and modifiers.held_at is not None:
        population += [c for m in mediators[:1] if (c := _held(m, modifiers.held_at, half, context))]
    because += _unused(half, used | whom.used, because)
    contrast = _contrast(half, treatment, context, because)
    beside = _beside(half, (treatment, outcome), groups, mediators, population, contrast, context)
    asked, population, contrast = beside.asked, beside.population, beside.contrast
    because += beside.because
    modifiers.groups = list(groups)
    hints = read_hints(half.words, treatment, outcome, modifiers, context)
    if beside.trial:
        hints = hints.model_copy(update={"design": "experiment", "because": (*hints.because, beside.trial)})
    if hints.design == "difference_in_differences":
        groups, estimand, asked = _but_periods(half.words, hints, groups, estimand, asked, because)
    cause = read_made(half.treatment, half.tokens, treatment, outcome, hints, context)
    effect = read_made(half.outcome, half.tokens, outcome, treatment, hints, context)
    if not effect.derived:
        event = read_event(half.outcome, outcome, context)
        effect = event._replace(because=(*effect.because, *event.because))
    if cause.derived and contrast is not None:
        because.append(
            f"not used: the values {contrast.control} and {contrast.treated}, which are of {treatment!r} itself"
        )
        contrast = None
    cut = {name for d in (*cause.derived, *effect.derived) if d.how == "threshold" for name in d.of}
    because += _restricted_part(half, {treatment, outcome} - cut - {hints.running_variable or ""}, context)
    population = [c for c in population if c.column != hints.running_variable]
    because = [
        b
        for b in because
        if not (hints.cutoff is not None and b.startswith(f"only rows with {hints.running_variable} "))
    ]
    question = EffectQuestion(
        treatment=cause.column, outcome=effect.column, contrast=contrast, estimand=estimand, given=groups, mediators=mediators,
        population=tuple(population), hints=hints, derived=(*cause.derived, *effect.derived), aspects=asked,
    )  # fmt: skip
    return question, [*because, *hints.because, *cause.because, *effect.because]


def _population(
    half: Half, used: set[int], taken: tuple[str, ...], context: Context, because: list[str]
) -> tuple[list[Condition], tuple[str, ...]]:
    """The conditions on the rows, and the columns of which several levels are named, so that they are compared."""
    found: dict[Condition, str] = {}
    in_frame = (pair for pair in read_group(half.people, context, strong=True) if pair[0].column not in taken)
    for condition, phrase in (*read_population(half.tokens, used, taken, context), *in_frame):
        found.setdefault(condition, phrase)
    levels = Counter(c.column for c in found if c.op == "==")
    kept = [c for c in found if c.op != "==" or levels[c.column] == 1]  # `women and men` compares, it does not restrict
    because += [f"only rows with {c.column} {c.op} {c.value!r}, from {found[c]!r}" for c in kept]
    return kept, tuple(c for c, n in levels.items() if n > 1)


def _restricted_part(half: Half, columns: set[str], context: Context) -> list[str]:
    """Say which comparisons with a number speak of the treatment or the outcome itself, on which no rows are selected."""
    found = [(c, said) for c, said in comparisons(half.tokens, context) if c.column in columns and c.op != "=="]
    return [
        f"not used: {said!r}, since rows are not selected on {c.column!r}, a part of the question itself"
        for c, said in found
    ]


def _estimand(
    half: Half, whom: Whom, mediators: tuple[str, ...], groups: tuple[str, ...], because: list[str]
) -> EstimandKind:
    because += whom.because
    path = half.modifiers.path
    if path and (mediators or path != "controlled"):
        because += [b for b in half.modifiers.because if "effect" in b]
        return "NIE" if path == "indirect" else "NDE" if path == "direct" else "CDE"
    if whom.estimand:
        return whom.estimand
    if groups:
        because.append(f"{_WITHIN} {', '.join(groups)}")
        return "CATE"
    if said := read_approach(half.words).comparable:
        because.append(f"estimand ATT: those who got it are compared with others like them, from {said!r}")
        return "ATT"
    if any(t.low in {"dose-response", "dose–response"} for t in half.tokens):
        because.append("the effect at every dose, from 'dose-response'")
        return "dose_response"
    return "ATE"


def _but_periods(
    words: str,
    hints: DesignHints,
    groups: tuple[str, ...],
    estimand: EstimandKind,
    asked: Aspects | None,
    because: list[str],
) -> tuple[tuple[str, ...], EstimandKind, Aspects | None]:
    """Groups, estimand and aspects less the periods and units of difference in differences: one period has no change to compare."""
    over = {hints.time, hints.unit}
    kept = tuple(g for g in groups if g not in over)
    if kept != groups:
        because[:] = [b for b in because if not b.startswith(_WITHIN)]
        because += [f"{_WITHIN} {', '.join(kept)}"] if kept else []
        estimand = "ATE" if estimand == "CATE" and not kept else estimand
    if asked is not None and asked.by is not None and asked.by in over and DIFFERENCES.search(words):
        because[:] = [
            b for b in because if not (b.startswith("the effect is compared between") and repr(asked.by) in b)
        ]
        asked = asked.model_copy(update={"by": None, "carry": None})
    return kept, estimand, None if asked == Aspects() else asked


def _held(column: str, text: str, half: Half, context: Context) -> Condition | None:
    card = context.index.cards.get(column)
    try:
        return Condition(column=column, op="==", value=int(text) if text.lstrip("-").isdigit() else float(text))
    except ValueError:
        named = (
            level_of([t for t in half.tokens if t.text in text.split()], card, context.index.described[column])
            if card
            else []
        )
        return Condition(column=column, op="==", value=named[0][1]) if named else None


def _unused(half: Half, used: set[int], because: Sequence[str]) -> list[str]:
    """Say which words seem to restrict the rows and were not used."""
    found: list[str] = []
    for i, token in enumerate(half.tokens):
        if token.low not in {"for", "among", "within"} or token.lock >= 1.5:
            continue
        span = tail(half.tokens, i + 1, lists=False)[:5]
        words = [t for t in span if t.is_word and t.stem not in ORDINARY and t.stem not in GENERIC_HEADS]
        said = words_of(span)
        if words and not any(t.start in used for t in span) and not any(said in b for b in because):
            found.append(f"not used, since no column says who they are: {token.text + ' ' + said!r}")
    return found


def _naming(filled: Filled | None, column: str, context: Context) -> set[int]:
    """Starts of the words of a phrase that name this column."""
    position = context.index.names.index(column) if column in context.index.names else -1
    tokens = filled.tokens if filled else ()
    return {t.start for t in tokens if t.column == column or position in context.index.hits(t.stem)}


def _contrast(half: Half, treatment: str, context: Context, because: list[str]) -> Contrast | None:
    phrase = _span(half)
    found = read_contrast(half.tokens, phrase, treatment, context)
    if found is None:
        return None
    because.append(f"contrast: {found[1]}")
    return found[0]


class _Beside(NamedTuple):
    """What is asked beside the size, and what that changes in the rest of the question."""

    asked: Aspects | None
    population: list[Condition]
    contrast: Contrast | None
    trial: str
    """Why the rows of an experiment answer; empty when none are marked."""
    because: list[str]


def _beside(
    half: Half, pair: tuple[str, str], groups: tuple[str, ...], mediators: tuple[str, ...], population: list[Condition],
    contrast: Contrast | None, context: Context,
) -> _Beside:  # fmt: skip
    """Read what is asked beside the size; groups that are compared restrict no rows, and rows of an experiment go first."""
    reader = AspectReader(half.words, half.prepared.sentences, {*pair}, context)
    asked = reader.read(groups, mediators, half.modifiers.adjust or ())
    because = reader.because
    if asked is not None:
        population = [c for c in population if c.column != asked.by]
        half.modifiers.mediators = list(dict.fromkeys((*half.modifiers.mediators, *asked.through)))
    if asked is not None and asked.worlds and contrast is not None and _turned(contrast, pair[0], context):
        because.append("the other world is the one without the treatment; the effect is still that of having it")
        contrast = None
    trial, why = trial_rows(context.index.cards, {*pair}), ""
    chosen = trial is not None and (trial[0] in {c.column for c in population} or reader.only_observed(trial))
    if trial is not None and not chosen:
        population = [*population, Condition(column=trial[0], op="==", value=trial[1])]
        asked = (asked or Aspects()).model_copy(update={"by": trial[0], "trial": trial[1]})
        why = f"{trial[0]} = {trial[1]!r} marks the rows of an experiment, so the effect is read from these"
    return _Beside(asked, population, contrast, why, because)


def _turned(contrast: Contrast, treatment: str, context: Context) -> bool:
    """Whether a contrast goes from the second level of a treatment to the first: `had they not received it`."""
    card = context.index.cards.get(treatment)
    return card is not None and tuple(map(str, card.levels)) == (str(contrast.treated), str(contrast.control))


def _span(half: Half) -> Sequence[Token]:
    """The words of the treatment as they stand in the sentence."""
    if not half.treatment or not half.treatment.tokens:
        return ()
    starts = {t.start for t in half.treatment.tokens}
    return [t for t in half.tokens if t.start in starts]
