"""What names and the codebook say about the part each column plays: treatment, outcome, covariate, time, unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ....tools.domain.results import ColumnCard
from ...state import Catalog
from .codebook import prose
from .columns import ColumnIndex
from .cues import (
    BEFORE_AFTER_COLUMN,
    COVARIATE,
    IDENTIFIER,
    MEASURES,
    OF_INTEREST,
    OUTCOME,
    TREATED_GROUP,
    TREATMENT,
    TREATMENT_START,
)
from .words import Token, name_parts, sentences, stem, tokenise

TREATMENT_NAMES = frozenset(
    {
        "t",
        "w",
        "d",
        "treat",
        "treated",
        "treatment",
        "trt",
        "tmt",
        "tx",
        "intervention",
        "exposure",
        "exposed",
        "arm",
        "variant",
    }
)
OUTCOME_NAMES = frozenset({"y", "outcome", "response", "target", "yobs"})
UNIT_NAMES = frozenset({"unit", "subject", "person", "participant", "respondent", "observation", "row", "index"})
MANY_UNITS = 12
"""A column called `unit` with more values than this numbers the units; it describes none of them."""
COVARIATE_NAMES = frozenset({"x", "z", "v", "cov", "covariate", "confounder"})
_PERIOD_PARTS = frozenset(
    {
        "post",
        "after",
        "period",
        "treatment",
        "treat",
        "intervention",
        "policy",
        "law",
        "reform",
        "act",
        "time",
        "year",
        "dummy",
    }
)


class Study(NamedTuple):
    """A sentence of the codebook such as `the effect of X on Y`: the study's own words for its treatment and outcome."""

    treatment: tuple[Token, ...]
    outcome: tuple[Token, ...]


class Roles:
    """Scores between 0 and 1 that a column is the treatment or the outcome, and sets of columns with other parts."""

    def __init__(self, catalog: Catalog, index: ColumnIndex) -> None:
        self.treatment: dict[str, float] = {}
        self.outcome: dict[str, float] = {}
        self.covariate: set[str] = set()
        self.identifier: set[str] = set()
        self.before_after: set[str] = set()
        """Binary columns that tell before from after."""
        self.why: dict[tuple[str, str], str] = {}
        for name in index.names:
            self._by_name(name, index.cards.get(name))
            if description := index.described.get(name):
                self._by_description(name, description, index.cards.get(name))
        text = prose(catalog.codebook)[:20_000]
        self._by_text(text, index)

    def _say(self, role: str, name: str, score: float, why: str) -> None:
        table = self.treatment if role == "treatment" else self.outcome
        if score > table.get(name, 0.0):
            table[name] = score
            self.why[role, name] = why

    def _by_name(self, name: str, card: ColumnCard | None) -> None:
        parts = name_parts(name)
        low = name.lower()
        kind = card.type if card else "continuous"
        if kind in ("id", "constant", "empty", "text", "datetime") or (parts and parts[-1] == "id"):
            self.identifier.add(name)
        if low in UNIT_NAMES and card is not None and card.n_distinct > MANY_UNITS:
            self.identifier.add(name)
        if (
            kind == "binary"
            and {"post", "after"} & set(parts)
            and all(p in _PERIOD_PARTS or p.isdigit() for p in parts)
        ):
            self.before_after.add(name)
        if low in TREATMENT_NAMES:
            self._say("treatment", name, 1.0 if len(low) > 1 else 0.8, f"{name!r} is a usual name for a treatment")
        elif {"treat", "treated", "treatment", "trt"} & set(parts) and not {"after", "post", "pre", "before"} & set(
            parts
        ):
            self._say("treatment", name, 0.7, f"its name {name!r} says so")
        if low in OUTCOME_NAMES:
            self._say("outcome", name, 1.0 if len(low) > 1 else 0.8, f"{name!r} is a usual name for an outcome")
        elif "outcome" in parts:
            self._say("outcome", name, 0.8, f"its name {name!r} says so")
        if len(parts) == 2 and parts[0] in COVARIATE_NAMES and parts[1].isdigit():
            self.covariate.add(name)

    def _by_description(self, name: str, description: str, card: ColumnCard | None) -> None:
        start = description[:200]
        binary = card is None or card.type in ("binary", "nominal")
        if BEFORE_AFTER_COLUMN.search(start) and not MEASURES.search(start[:30]) and binary:
            self.before_after.add(name)
            return
        covariate = COVARIATE.search(start) is not None
        if (TREATMENT.search(start) or TREATMENT_START.match(start)) and not covariate and binary:
            self._say("treatment", name, 0.6, f"the codebook says {start[:60]!r}")
        if OUTCOME.search(start) and not covariate:
            self._say("outcome", name, 0.8, f"the codebook says {start[:60]!r}")
        if covariate:
            self.covariate.add(name)
        if IDENTIFIER.search(start):
            self.identifier.add(name)

    def _by_text(self, text: str, index: ColumnIndex) -> None:
        """`The outcome of interest is …` and `Springfield (treatment group)` in the running text."""
        for match in OF_INTEREST.finditer(text):
            best = index.score([t for t in tokenise(match[1]) if t.is_word])[:2]
            if best and best[0].score >= 0.5 and (len(best) < 2 or best[0].score > best[1].score + 0.05):
                self._say("outcome", best[0].column, 0.8, f"the codebook says {match[0][:60]!r}")
        for match in TREATED_GROUP.finditer(text):
            words = [t for t in tokenise(match[1])[-6:] if t.text[:1].isupper()]
            for column in _binary_columns(index, words):
                self._say("treatment", column, 0.6, f"the codebook says {match[0].strip()[-60:]!r}")

    def sole(self, role: str) -> str | None:
        """The one column that plays a part, or None when none or several do."""
        table = self.treatment if role == "treatment" else self.outcome
        ranked = sorted(table.items(), key=lambda kv: -kv[1])
        ranked = [r for r in ranked if r[0] not in self.identifier and r[0] not in self.before_after]
        if not ranked or ranked[0][1] < 0.6 or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.15):
            return None
        return ranked[0][0]

    def prior(self, role: str, name: str) -> float:
        """What to add to a column's score when a phrase may mean it in this part."""
        if name in self.identifier:
            return -0.35
        if role == "treatment":
            value = 0.2 * self.treatment.get(name, 0.0) - 0.1 * self.outcome.get(name, 0.0)
            value -= 0.25 * (name in self.before_after)
        else:
            value = 0.2 * self.outcome.get(name, 0.0) - 0.15 * self.treatment.get(name, 0.0)
            value -= 0.2 * (name in self.before_after)
        return value - 0.1 * (name in self.covariate)


def _binary_columns(index: ColumnIndex, words: list[Token]) -> Iterator[str]:
    if words:
        for match in index.score(words):
            card = index.cards.get(match.column)
            if match.score >= 0.45 and (card is None or card.type == "binary"):
                yield match.column


def study_sentences(text: str) -> list[list[Token]]:
    """The sentences of a codebook's running text, at most 200."""
    return sentences(tokenise(text[:20_000]))[:200]


def sentence_columns(index: ColumnIndex, words: list[str], text: str) -> dict[str, str]:
    """Columns whose own name stands in the codebook's sentences that speak of these words.

    Returns:
        Column to the sentence, only columns with two levels.
    """
    found: dict[str, str] = {}
    if not words:
        return found
    for sentence in study_sentences(text):
        stems = {t.stem for t in sentence}
        if not all(w in stems for w in words):
            continue
        for name in index.names:
            card = index.cards.get(name)
            own = [stem(p) for p in name_parts(name) if len(p) > 3]
            if (
                own
                and all(o in stems for o in own)
                and not set(own) & set(words)
                and (card is None or card.type == "binary")
            ):
                found.setdefault(name, " ".join(t.text for t in sentence)[:80])
    return found
