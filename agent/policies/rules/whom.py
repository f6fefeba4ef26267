"""For whom is the effect asked: those who got the treatment, those who did not, the compliers, or everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ....tools.domain.questions import EstimandKind
from .context import Context
from .lexicon import family_of
from .words import Token, root

_TREATED_NOUNS = frozenset(
    {
        "treated",
        "recipient",
        "participant",
        "taker",
        "enrollee",
        "adopter",
        "treat",
        "att",
        "tot",
        "attendee",
        "exposed",
    }
)
_UNTREATED_NOUNS = frozenset(
    {
        "untreated",
        "control",
        "non-participant",
        "nonparticipant",
        "non-recipient",
        "atc",
        "atu",
        "unexposed",
        "never-taker",
    }
)
_COMPLIERS = frozenset({"complier", "late", "cace"})
_GOT = frozenset(
    {"get", "take", "receive", "join", "participate", "attend", "enroll", "enter", "undergo", "complete", "accept", "use",
     "adopt", "be", "had", "experience", "do"}
)  # fmt: skip
_NOT = frozenset(
    {
        "not",
        "never",
        "without",
        "didn't",
        "don't",
        "doesn't",
        "wasn't",
        "weren't",
        "haven't",
        "hadn't",
        "refuse",
        "decline",
    }
)
MAX_LEAD = 4
"""Words before the clause of a group that the sentence opens with: `For patients who were treated, how much …`."""
_WHO = frozenset({"who", "that", "whom", "which"})
_GENERIC = frozenset({"it", "treatment", "intervention", "program", "one", "them", "this"})


@dataclass
class Whom:
    """The group the effect is asked for."""

    estimand: EstimandKind | None = None
    because: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """Starts of the words that say so, so that they are not read again as a condition."""


def read_whom(sentences: Sequence[Sequence[Token]], treatment: str, used: set[int], context: Context) -> Whom:
    """Read `for those who got it`, `on the treated`, `among non-participants`, `compliers`.

    Args:
        sentences: The prepared sentences.
        treatment: The treatment's column.
        used: Starts of the words that name treatment or outcome.
        context: The lookups of this reading.
    """
    found = Whom()
    for tokens in sentences:
        for i, token in enumerate(tokens):
            if token.lock >= 1.5 or found.estimand:
                continue
            _by_noun(tokens, i, token, used, found)
            if not found.estimand and _undone(tokens, i):
                found.estimand = "ATT"
                found.because.append(f"{_MEANING['ATT']}, from {' '.join(t.text for t in tokens[i : i + 4])!r}")
            if not found.estimand and token.low in _WHO:
                _by_clause(tokens, i, treatment, used, context, found)
                if not found.estimand:
                    _by_other_world(tokens, i, found)
    return found


def _undone(tokens: Sequence[Token], i: int) -> bool:
    """`would … have been … had they not been protected`: a treatment that was had is taken away in thought."""
    rest = [t.low for t in tokens[i : i + 5]]
    begins = rest[:1] == ["had"] or rest[:1] == ["if"]
    denied = "not" in rest[1:4] and ("had" in rest[:3]) and bool({"they", "it", "these", "those"} & set(rest[:3]))
    return begins and denied and any(t.low == "would" for t in tokens)


def _by_other_world(tokens: Sequence[Token], i: int, found: Whom) -> None:
    """`those who were not coached … had they been`, `those who joined … had they not`: the group, and what it did not get."""
    later = tokens[i + 2 :]
    at = next(
        (k for k, t in enumerate(later) if t.low in {"had", "if"} and any(u.low == "they" for u in later[k : k + 3])),
        None,
    )
    if at is None or not any(t.low in {"would", "have"} for t in later[:at]):
        return
    without = any(t.low in _NOT or t.low.endswith("n't") for t in tokens[i + 1 : i + 4])
    instead = any(t.low in _NOT or t.low.endswith("n't") for t in later[at : at + 5])
    if without == instead:
        return
    found.estimand = "ATC" if without else "ATT"
    found.because.append(
        f"{_MEANING[found.estimand]}, from {' '.join(t.text for t in tokens[max(0, i - 1) : i + 4])!r}"
    )


def _by_noun(tokens: Sequence[Token], i: int, token: Token, used: set[int], found: Whom) -> None:
    """A noun that names the group: `on the treated`, `among non-participants`, `compliers`, `the ATT`."""
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if after == "'" or token.text.endswith("'"):
        return  # `participants' earnings` names the outcome, not for whom
    estimand = _of_noun(token, {t.low for t in tokens[max(0, i - 3) : i]})
    if estimand is None or (estimand == "ATC" and _compared(tokens, i)):
        return
    if token.start not in used or estimand == "LATE" or token.low == "treated" or token.text.isupper():
        found.estimand = estimand
        found.used = {t.start for t in tokens[max(0, i - 3) : i + 1]}
        found.because.append(f"{_MEANING[estimand]}, from {' '.join(t.text for t in tokens[max(0, i - 2) : i + 1])!r}")


def _of_noun(token: Token, before: set[str]) -> EstimandKind | None:
    led = bool({"on", "among", "for", "in", "of"} & before)
    if token.stem in _COMPLIERS and (token.stem != "late" or token.text == "LATE"):
        return "LATE"
    if token.low in {"att", "tot", "atc", "atu"}:
        return ("ATT" if token.low in {"att", "tot"} else "ATC") if token.text.isupper() else None
    if led and {token.low, token.low.removesuffix("s"), token.stem} & _UNTREATED_NOUNS:
        return "ATC"
    if led and (token.low in _TREATED_NOUNS or token.stem in _TREATED_NOUNS - {"treat"}):
        return "ATT" if token.low != "treated" or {"the", "among"} & before else None
    return None


_MEANING = {
    "ATT": "estimand ATT: the effect on those who got the treatment",
    "ATC": "estimand ATC: the effect on those who did not get the treatment",
    "LATE": "estimand LATE: the effect on compliers",
}


def _compared(tokens: Sequence[Token], i: int) -> bool:
    """Whether the word names what is compared with, not for whom: `compared with the control group`."""
    return any(t.low in {"compare_to", "than", "and"} for t in tokens[max(0, i - 4) : i])


def _by_clause(tokens: Sequence[Token], i: int, treatment: str, used: set[int], context: Context, found: Whom) -> None:
    """A relative clause: `for those who actually received the training`."""
    lead = [t.low for t in tokens[max(0, i - 4) : i]]
    if not {"for", "among", "on", "of", "in"} & set(lead):
        return
    clause = tokens[i + 1 : i + 9]
    verb = next(
        (t for t in clause[:5] if t.stem in _GOT and t.low not in {"do", "did", "does", "be", "were", "was", "are"}),
        None,
    )
    content = [t for t in clause if t.is_word]
    if verb is None:
        own = {root(p) for p in (treatment.lower(), *context.index.content_words(content[:1]))}
        verb = next(
            (t for t in clause[:4] if root(t.stem) in own or family_of(t.stem) & family_of(treatment.lower())), None
        )
    if verb is None:
        return
    negative = any(t.low in _NOT or t.low.endswith("n't") for t in clause[: clause.index(verb) + 1])
    objects = clause[clause.index(verb) + 1 :]
    about = context.index.score([verb, *objects]) or []
    generic = any(t.stem in _GENERIC for t in objects[:4]) or not [t for t in objects if t.is_word]
    if not generic and not any(m.column == treatment and m.score >= 0.4 for m in about[:3]):
        return
    leads = i <= MAX_LEAD and any(t.low == "," for t in tokens[i : i + 10])
    if any(t.start in used for t in (verb, *objects)) and not leads:
        return  # the clause is itself what names the treatment
    found.estimand = "ATC" if negative else "ATT"
    found.used = {t.start for t in (*tokens[max(0, i - 2) : i + 1], *clause)}
    found.because.append(
        f"{_MEANING[found.estimand]}, from {' '.join(t.text for t in tokens[max(0, i - 2) : i + 5])!r}"
    )
