"""Resolve the slots of a frame: which columns its phrases mean, together and not one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .columns import ColumnIndex, Match
from .context import Context
from .grammar import CUTS, GENERIC_HEADS
from .lexicon import GENERIC, STOP, family_of
from .words import Token

SURE = 0.5
"""A phrase that scores lower than this for every column names none of them."""
NEAR = 0.35
"""A phrase that scores this much for one column, and clearly less for all others, is taken to mean it when nothing else is left."""
TIE = 0.07
"""Two columns nearer than this fit equally well."""
MAX_PHRASE = 25
PLAIN_TREATMENT = 0.95
"""Score of the table's one treatment for `the program`, `the treatment`, `the intervention`."""
_TREATMENT_WORDS = frozenset(
    {"treatment", "program", "policy", "intervention", "scheme", "trial", "reform", "project", "measure"}
)
_TREATMENT_LIKE = ("treatment", "program", "policy")
_OPENERS = frozenset({"use", "using", "hold", "include", "as", "after", "once", "without", "mediate"})
_CUTOFFS = frozenset({"cutoff", "threshold", "discontinuity"})
_PREPOSITIONS = frozenset({"with", "in", "on", "at", "of", "from", "to", "than", "into", "over"})
_TOLD = frozenset(
    {"learned", "found", "estimated", "measured", "observed", "seen", "obtained", "reported", "established"}
)
_VERBS = frozenset({"can", "could", "may", "might", "is", "are", "will", "would", "be", "holds", "hold", "does", "do", "carries", "carry",
                    "transfers", "transfer", "generalizes", "generalize", "generalise", "generalises", "extends", "extend"})  # fmt: skip
"""Verbs that make what went before a subject: what follows speaks of the effect, not of the outcome."""
_COUNTED = frozenset({"additional", "extra", "another", "fewer", "number"})
_PRONOUNS = frozenset({"it", "this", "that", "they", "them", "she", "he"})


class Filled(NamedTuple):
    """A phrase and the columns it may mean, the best first."""

    phrase: str
    tokens: tuple[Token, ...]
    matches: tuple[Match, ...]
    study: bool = False
    """True when the column was found by its part in the study, not by the phrase."""

    @property
    def best(self) -> Match | None:
        return self.matches[0] if self.matches and self.matches[0].score >= SURE else None

    @property
    def ties(self) -> tuple[Match, ...]:
        """The columns that fit about as well as the best; one or none when the phrase is clear."""
        best = self.best
        return tuple(m for m in self.matches if m.score >= best.score - TIE)[:4] if best else ()


NOTHING = Filled("", (), ())


def words_of(tokens: Sequence[Token]) -> str:
    """The words as they were written."""
    return " ".join(t.text for t in tokens)[:80]


def head_of(tokens: Sequence[Token], *, lists: bool = True) -> Sequence[Token]:
    """The phrase up to the first word that opens a modifier; commas end it too unless it may be a list."""
    for i, token in enumerate(tokens):
        if i and token.lock < 1.5 and (token.low in CUTS or token.stem in CUTS or (token.low == "," and not lists)):
            return tokens[:i]
        if i and token.low == "at" and any(t.stem in _CUTOFFS for t in tokens[i + 1 : i + 3]):
            return tokens[:i]  # `score at the cut-off income = 50` names score
    return tokens


def fill(tokens: Sequence[Token], role: str, context: Context) -> Filled:
    """Find the columns a slot may mean: its head phrase first, then all of it."""
    tokens = tokens[:MAX_PHRASE]
    key = (role, tokens[0].start if tokens else -1, tokens[-1].end if tokens else -1)
    if key not in context.filled:
        context.filled[key] = _fill(tokens, role, context)
    return context.filled[key]


def _fill(tokens: Sequence[Token], role: str, context: Context) -> Filled:
    if not tokens or (tokens[0].lock < 1.5 and tokens[0].low in (CUTS | _PREPOSITIONS) - _OPENERS):
        return NOTHING
    lists = role == "any"
    head = _before_clause(head_of(tokens, lists=lists), context)
    counted = any(t.low in _COUNTED for t in head)  # `an additional child` is a number of children
    content = [t for t in head if t.is_word and (counted or t.stem not in GENERIC_HEADS or t.column)]
    best: tuple[Match, ...] = ()
    used: Sequence[Token] = head
    if context.index.content_words(content):
        best = ranked(content, role, context)
    if (not best or best[0].score < SURE) and len(head) < len(tokens):
        longer = tokens[: len(head) + 1 + len(head_of(tokens[len(head) + 1 :], lists=lists))]
        telling = [t for t in longer if t.column or t.stem not in GENERIC_HEADS]
        wider = ranked(telling, role, context)
        if _says_what(content, context):  # what follows the cut modifies it: `profit adjusting for age` is not age
            wider = tuple(m for m in wider if m.column in {b.column for b in best})
        if wider and wider[0].score >= SURE and (not best or wider[0].score > best[0].score):
            best, used = wider, longer
    return Filled(words_of(used), tuple(used), best)


def _says_what(content: Sequence[Token], context: Context) -> bool:
    """Whether a phrase has a word of its own that could name a column, beside those for doing and for people."""
    return any(w not in GENERIC and w not in STOP for w in context.index.content_words(content))


def _before_clause(head: Sequence[Token], context: Context) -> Sequence[Token]:
    """`spend` of `spend learned in one market is transportable`: a column's name that a clause about the effect follows."""
    if len(head) < 2 or head[0].column is None:
        return head
    rest = [t.low for t in head[1:]]
    place = rest[0] == "in" and (any(w in _VERBS for w in rest) or _is_level(" ".join(rest[1:]), context))
    return head[:1] if rest[0] in _TOLD | _VERBS or place else head


def _is_level(text: str, context: Context) -> bool:
    """Whether words are a level of some column: `rides in B`, where B is a city."""
    return any(
        isinstance(v, str) and v.casefold() == text
        for c in context.index.cards.values()
        for v in (c.levels if c.type != "id" else ())
    )


def ranked(tokens: Sequence[Token], role: str, context: Context) -> tuple[Match, ...]:
    """Columns by how well the phrase names them, their part in the study and their time considered."""
    if len(tokens) == 1 and tokens[0].low in _PRONOUNS and tokens[0].column is None:
        return ()
    found = [m._replace(score=m.score + context.prior(role, m.column)) for m in context.index.score(tokens)]
    only = context.roles.sole("treatment") if role == "treatment" else None
    if only is not None and {*context.index.content_words(tokens)} <= _TREATMENT_WORDS:
        why = context.roles.why["treatment", only]
        found = [
            *(m for m in found if m.column != only),
            Match(only, PLAIN_TREATMENT, f"the only treatment of the table: {why}"),
        ]
    return tuple(sorted(found, key=lambda m: -m.score)[:6])


def sole_by_role(tokens: Sequence[Token], role: str, context: Context) -> Match | None:
    """The study's one treatment or outcome, when the phrase speaks of it in the codebook's or everyday words."""
    name = context.roles.sole(role)
    if name is None:
        return None
    why = context.roles.why.get((role, name), "")
    if role == "treatment":
        like = {f for word in _TREATMENT_LIKE for f in family_of(word)}
        if any(family_of(t.stem) & like for t in tokens):
            return Match(name, SURE + 0.02, f"the only treatment of the table: {why}")
    elif any(t.stem in {"outcome", "response", "result", "endpoint"} for t in tokens):
        return Match(name, SURE + 0.02, f"the only outcome of the table: {why}")
    return None


def nearest(filled: Filled, role: str, context: Context, leave_out: Sequence[str] = ()) -> Match | None:
    """The one column that shares a telling word with a phrase that names none clearly: `malaria prevalence` for `mal_pos`."""
    matches = [m for m in filled.matches if m.column not in leave_out and m.column not in context.roles.identifier]
    if not matches or matches[0].score < NEAR or (len(matches) > 1 and matches[0].score - matches[1].score < TIE):
        return None
    best = matches[0]
    position = context.index.names.index(best.column)
    telling = [w for w in context.index.content_words(filled.tokens) if w not in GENERIC and w not in STOP]
    if not any(t.strength >= SURE for w in telling for t in context.index.hits(w).get(position, ())):
        return None
    if role == "outcome" and context.when.get(best.column) == "before":
        return None
    return best._replace(score=SURE, how=f"no other column shares a word with it: {best.how}")


def pair_up(treatment: Filled, outcome: Filled) -> tuple[Match | None, Match | None, float]:
    """Choose two different columns for treatment and outcome, the best together."""
    best: tuple[Match | None, Match | None, float] = (None, None, 0.0)
    for t in (*treatment.matches, None):
        for y in (*outcome.matches, None):
            if t and y and t.column == y.column:
                continue
            t_ok = t if t and t.score >= SURE else None
            y_ok = y if y and y.score >= SURE else None
            score = (min(t_ok.score, 1.3) if t_ok else 0.0) + (min(y_ok.score, 1.3) if y_ok else 0.0)
            if score > best[2]:
                best = (t_ok, y_ok, score)
    return best


def listed(tokens: Sequence[Token], index: ColumnIndex) -> tuple[list[str], list[str]]:
    """Read a list such as `age, education and race`.

    Returns:
        The columns named, in order and once each, and the items that name none.
    """
    items: list[list[Token]] = [[]]
    for token in tokens:
        if token.column is None and token.low in {
            ",",
            "and",
            "&",
            "+",
            "or",
            "as_well_as",
            "/",
            "[",
            "]",
            "(",
            ")",
            ":",
        }:
            items.append([])
        elif token.is_word:
            items[-1].append(token)
    columns: dict[str, None] = {}
    unknown: list[str] = []
    for item in items:
        if not item or not index.content_words(item):
            continue
        locked = [t.column for t in item if t.column is not None and t.lock >= 1.0]
        matches = index.score(item)
        if locked and (len(locked) == len(item) or not matches or matches[0].column in locked):
            columns.update(dict.fromkeys(locked))
        elif matches and matches[0].score >= SURE:
            columns[matches[0].column] = None
        else:
            unknown.append(words_of(item))
    return list(columns), unknown
