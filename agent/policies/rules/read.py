"""Read a question in English over the columns of a table, and say how each part was read.

The words are cut into sentences; every frame of the grammar is fitted to every sentence; the fit whose slots name
columns best wins. What names no column is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ....tools.domain.questions import (
    AdjustmentQuestion,
    AttributionQuestion,
    CausalQuestion,
    DiscoveryQuestion,
    RelationQuestion,
)
from ...state import Catalog, Codebook, Option, Reading
from .codebook import read_codebook
from .context import Context
from .details import Half
from .effect_words import read_effect
from .grammar import CUTS, Frame, frames
from .lexicon import FOREIGN, FUNCTION
from .modifiers import Modifiers, named_instruments, read_modifiers
from .prepare import Prepared
from .relation_words import conditioned_on, left_unread, spelled_out, unsupported
from .slots import NOTHING, Filled, fill, head_of, listed, pair_up
from .suggest import example_questions
from .words import Token

__all__ = ["MAX_WORDS", "read_codebook", "read_question"]

MAX_WORDS = 6_000
"""Characters of a question; longer background belongs in the codebook."""
MAX_SENTENCE_TOKENS = 120

ASKS = 0.3
"""What a sentence gains by asking; statements around the question are not taken for it."""
_QUESTION_WORDS = frozenset(
    {"what", "which", "how", "why", "who", "do", "be", "have", "can", "could", "will", "would", "should", "may", "might",
     "whether", "by", "if"}
)  # fmt: skip
_REQUESTS = frozenset(
    {"please", "estimate", "evaluate", "determine", "find", "draw", "learn", "tell", "test", "assess", "compute", "i", "we",
     "calculate", "give", "show", "identify", "infer", "quantify", "measure", "examine", "investigate", "effect", "discover",
     "impact", "analyze", "check", "explain", "compare", "report", "consider", "discuss", "study"}
)  # fmt: skip
Relations = ("independent", "confounder", "collider", "mediator", "instrument", "path", "directed")


class Fit(NamedTuple):
    """One frame fitted to one sentence."""

    frame: Frame
    sentence: int
    tokens: tuple[Token, ...]
    spans: dict[str, tuple[int, int]]
    slots: dict[str, Filled]
    score: float


def read_question(words: str, catalog: Catalog) -> Reading:
    """Turn a question in words into a typed causal question.

    Args:
        words: The question as it was asked, in English. Instructions inside it are not obeyed.
        catalog: The table's columns, the codebook, and the graph if there is one.

    Returns:
        `question` when one reading fits; `options` besides when several fit equally; `problem` and `examples` when
        none does. `because` says how each part was read.
    """
    if problem := _unreadable(words, catalog):
        return _problem(problem, catalog, None)
    context = Context(catalog)
    words = spelled_out(words)
    prepared = Prepared(words, context.index)
    mended = tuple(f"{a!r} was read as {b!r}" for a, b in prepared.corrections.items())
    if problem := _foreign(prepared):
        return _problem(problem, catalog, context)
    fits = _fits(prepared, context)
    if not fits:
        return _problem(_not_understood(prepared, context), catalog, context, mended)
    modifiers = read_modifiers(prepared.sentences, context)
    best = fits[0]
    if best.frame.kind == "effect":
        people = best.tokens[slice(*best.spans.get("P", (0, 0)))]
        half = Half(words, prepared, best.sentence, best.slots.get("T"), best.slots.get("Y"), people, modifiers)
        reading = read_effect(half, context, cause_words=_asks_whether_causes(best))
    else:
        reading = _other(best, prepared, modifiers, context)
    if reading.problem is not None:
        return _problem(reading.problem, catalog, context, (*mended, *reading.because))
    return reading.model_copy(update={"because": (*mended, *reading.because)})


def _unreadable(words: str, catalog: Catalog) -> str | None:
    if not words.strip():
        return "The question is empty."
    if len(words) > MAX_WORDS:
        return (
            f"The question has {len(words):,} characters; at most {MAX_WORDS:,} are read. "
            "Ask in a sentence or two and give the background as a codebook (--about)."
        )
    if catalog.table is None and not catalog.graph_nodes:
        return "There is neither a table nor a graph that the question could be about."
    return None


def _foreign(prepared: Prepared) -> str | None:
    """Say so when the words outside column names are not English."""
    words = [t for t in prepared.tokens if t.is_word and t.column is None]
    foreign = sum(t.low in FOREIGN for t in words)
    english = sum((t.low in FUNCTION or t.stem in FUNCTION) and t.low not in FOREIGN for t in words)
    strange = sum(not t.low.isascii() for t in words)
    if foreign > english or (strange * 2 > len(words) and english < 2):
        return "The question does not seem to be in English, and only English is read."
    return None


def _fits(prepared: Prepared, context: Context) -> list[Fit]:
    """Every frame in every sentence, the best first."""
    found: list[Fit] = []
    for i, sentence in enumerate(prepared.sentences):
        bonus = ASKS if _asks(sentence) else 0.0
        for tokens, extra in _versions(sentence[:MAX_SENTENCE_TOKENS]):
            for frame in frames():
                best: Fit | None = None
                for slots in frame.pattern.find(tokens):
                    fit = _score(frame, i, slots.spans, tokens, bonus + extra, context)
                    if best is None or fit.score > best.score:
                        best = fit
                if best is not None:
                    found.append(best)
    return sorted(found, key=lambda f: -f.score)


def _versions(tokens: Sequence[Token]) -> list[tuple[tuple[Token, ...], float]]:
    """The sentence, and the sentence without a modifier that leads it: `Given age, …`, `Among women, …`."""
    whole = [(tuple(tokens), 0.0)]
    leading = tokens and (tokens[0].low in CUTS or tokens[0].stem in CUTS or tokens[0].low in {"in", "on", "after"})
    if leading and tokens[0].lock < 1.5:
        for i, token in enumerate(tokens[:-2]):
            after = tokens[i + 1]
            if token.low == "," and (after.stem in _QUESTION_WORDS or after.low in _QUESTION_WORDS):
                return [*whole, (tuple(tokens[i + 1 :]), 0.05)]
    return whole


def _asks(tokens: Sequence[Token]) -> bool:
    """Whether a sentence asks or requests, and does not merely state."""
    first = next((t for t in tokens if t.is_word), None)
    asks = first is not None and (
        first.stem in _QUESTION_WORDS or first.stem in _REQUESTS or first.low in _QUESTION_WORDS
    )
    return asks or any(t.low == "?" for t in tokens)


_NO_ROLES = ("independent", "collider", "path", "directed", "causes_of", "effects_of", "graph", "direction")
_SLOT_ROLES: dict[str, dict[str, str]] = {
    **{kind: {"A": "treatment", "B": "outcome"} for kind in ("confounder", "mediator", "instrument")},
    **{kind: {} for kind in _NO_ROLES},
}
"""What the slots of a frame are likely to hold; by default a treatment and an outcome."""


def _score(
    frame: Frame,
    sentence: int,
    spans: dict[str, tuple[int, int]],
    tokens: tuple[Token, ...],
    bonus: float,
    context: Context,
) -> Fit:
    roles = _SLOT_ROLES.get(frame.kind, {"T": "treatment", "Y": "outcome"})
    slots = {name: fill(tokens[a:b], roles.get(name, "any"), context) for name, (a, b) in spans.items()}
    if frame.kind == "causes_of" and (later := fill(tokens[slice(*spans["Y"])], "outcome", context)).best:
        slots["Y"] = later
    if frame.kind == "effect" or {"T", "Y"} <= set(slots):
        _, _, gained = pair_up(slots.get("T", NOTHING), slots.get("Y", NOTHING))
        rest = [s.best.score if s.best else -0.6 for n, s in slots.items() if n not in ("T", "Y", "P", "C")]
    else:
        gained = 0.0
        rest = [min(s.best.score, 1.3) if s.best else -0.6 for s in slots.values()]
        columns = [s.best.column for s in slots.values() if s.best]
        rest.append(-0.6 * (len(columns) - len(set(columns))))
    total = frame.weight + 0.5 * (gained + sum(rest)) - 0.01 * sentence + bonus
    if frame.kind == "effect" and any(t.low in {"->", "→"} for n in "TY" if n in slots for t in slots[n].tokens):
        total -= 1.0  # a chain of arrows draws the paths between treatment and outcome, and is not one arrow
    if frame.kind == "graph":
        total += 0.35
    if (
        frame.kind == "effect"
        and "T" in spans
        and "@effect" in frame.pattern.text
        and any(t.low == "on" and t.lock < 1.5 for t in tokens[slice(*spans["T"])][1:])
    ):
        total -= 0.5  # `effect of X on Y for Z`: X does not reach past `on`
    return Fit(frame, sentence, tokens, spans, slots, total)


def _asks_whether_causes(fit: Fit) -> bool:
    """Whether the words are `does X cause Y`, which on a graph alone asks for a relation."""
    (_, a), (b, _) = fit.spans.get("T", (0, 0)), fit.spans.get("Y", (0, 0))
    between = fit.tokens[min(a, b) : max(a, b)]
    return any(t.stem == "cause" for t in between) and not any(t.stem == "effect" for t in fit.tokens)


def _not_understood(prepared: Prepared, context: Context) -> str:
    named = list(dict.fromkeys(t.column for t in prepared.tokens if t.column is not None))
    seen = f" It names {', '.join(map(repr, named[:6]))}, but" if named else ""
    return (
        f"No causal question was found in the words.{seen} it is not clear what is asked about."
        if named
        else ("No causal question was found in the words, and they name no column.")
    )


def _other(fit: Fit, prepared: Prepared, modifiers: Modifiers, context: Context) -> Reading:
    """Questions that are not about the size of an effect."""
    sentence = prepared.sentences[fit.sentence]
    kind = fit.frame.kind
    missing = [s for s in fit.slots.values() if s.best is None]
    if missing and kind != "graph":
        unclear = [s for s in missing if context.index.content_words(s.tokens) or len(s.tokens) > 1] or missing
        return _which_column(unclear[0], kind)
    columns = {name: s.best.column for name, s in fit.slots.items() if s.best}
    because = [
        f"{_ROLE_WORDS.get(n, n)} = {s.best.column!r}, from {s.phrase!r}: {s.best.how}"
        for n, s in fit.slots.items()
        if s.best
    ]
    question: CausalQuestion
    if kind in Relations:
        relation = "causes" if kind == "directed" else kind
        pair = (columns["A"], columns["B"])
        if kind in ("independent", "path", "directed"):
            given = conditioned_on(fit.slots.get("Z"), sentence, modifiers, pair, context)
            because += [f"given {', '.join(given)}"] if given else []
        else:
            given = _listed_or_best(fit.slots["Z"], context) if "Z" in fit.slots else ()
        if problem := left_unread(sentence, (*pair, *given)) or unsupported(kind, sentence, context.catalog):
            return Reading(problem=problem, because=tuple(because))
        question = RelationQuestion.model_validate(
            {"relation": relation, "source": columns["A"], "target": columns["B"], "given": given}
        )
    elif kind == "causes_of":
        question = DiscoveryQuestion(target=columns["Y"])
    elif kind == "effects_of":
        question = DiscoveryQuestion(source=columns["T"])
        because.append(f"what {columns['T']!r} affects is read off the graph of all columns")
    elif problem := unsupported(kind, sentence, context.catalog):
        return Reading(problem=problem, because=tuple(because))
    elif kind in ("graph", "direction"):
        variables = _variables(fit, sentence, columns, context)
        moving = named_instruments(prepared.sentences, variables) if kind == "direction" else ()
        question = DiscoveryQuestion(variables=variables, instruments=moving)
        because += [f"instruments = {', '.join(moving)}, which the words call exogenous"] if moving else []
        because += [f"the graph over {', '.join(question.variables) or 'all usable columns'}"]
    elif kind == "root_cause":
        question = AttributionQuestion(target=columns["Y"], mode="root_cause")
    elif kind == "distribution_change":
        question = AttributionQuestion(target=columns["Y"], mode="distribution_change")
    else:
        question = _adjustment(fit, columns, context)
    ambiguous = _options(fit, question) if kind in ("causes_of",) else ()
    return Reading(question=question, because=tuple(because), options=ambiguous)


_ROLE_WORDS = {"T": "treatment", "Y": "outcome", "A": "first", "B": "second", "Z": "third"}


def _adjustment(fit: Fit, columns: dict[str, str], context: Context) -> AdjustmentQuestion:
    proposed: tuple[str, ...] | None = None
    if fit.frame.kind != "adjust_which" and "Z" in fit.slots:
        proposed = _listed_or_best(fit.slots["Z"], context)
    treatment, outcome, _ = pair_up(fit.slots["T"], fit.slots["Y"])
    return AdjustmentQuestion(
        treatment=treatment.column if treatment else columns["T"],
        outcome=outcome.column if outcome else columns["Y"],
        proposed=proposed,
    )


def _listed_or_best(slot: Filled, context: Context) -> tuple[str, ...]:
    """Every column that a slot lists, or else the one that it means."""
    named, _ = listed(slot.tokens, context.index)
    return tuple(named) or ((slot.best.column,) if slot.best else ())


def _variables(fit: Fit, sentence: Sequence[Token], columns: dict[str, str], context: Context) -> tuple[str, ...]:
    """The columns a graph is asked over: those of the slots, or those listed after `of`, `for` or `between`."""
    if fit.frame.kind == "direction":
        return tuple(dict.fromkeys(columns.values()))
    for i, token in enumerate(sentence):
        if token.low in {"of", "for", "between", "among", "over", "relate", "connect", "link"} and token.lock < 1.5:
            named, _ = listed(head_of(sentence[i + 1 :]), context.index)
            if len(named) >= 2:
                return tuple(named)
    return ()


def _options(fit: Fit, question: CausalQuestion) -> tuple[Option, ...]:
    ties = fit.slots["Y"].ties
    if len(ties) < 2:
        return ()
    return tuple(Option(label=f"what causes {m.column!r}", question=DiscoveryQuestion(target=m.column)) for m in ties)


def _which_column(slot: Filled, kind: str) -> Reading:
    near = ", ".join(f"{m.column!r}" for m in slot.matches[:3])
    return Reading(
        problem=f"The question was understood as one about {_KINDS.get(kind, kind)}, but no column is clearly meant by {slot.phrase!r}"
        + (f"; the nearest are {near}." if near else ".")
    )


_KINDS = {
    "independent": "independence", "confounder": "a confounder", "collider": "a collider", "mediator": "a mediator",
    "path": "a path", "directed": "a directed path", "instrument": "an instrument",
    "causes_of": "the causes of a variable", "effects_of": "the effects of a variable",
    "direction": "the direction of a cause", "adjust_which": "adjustment", "adjust_for": "adjustment",
    "adjust_set": "adjustment", "root_cause": "an anomaly", "distribution_change": "a change",
}  # fmt: skip


def _problem(problem: str, catalog: Catalog, context: Context | None, because: tuple[str, ...] = ()) -> Reading:
    """Say what could not be read, with questions over these very columns that can be."""
    examples: list[str] = []
    if catalog.table is not None or catalog.graph_nodes:
        bare = context or Context(catalog.model_copy(update={"codebook": Codebook()}))
        examples = example_questions(bare)
    return Reading(problem=problem, because=because, examples=tuple(examples))
