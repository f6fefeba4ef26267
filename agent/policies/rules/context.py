"""Everything one reading looks things up in: the column index, the roles, the time order, and caches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...state import Catalog
from .codebook import prose
from .columns import ColumnIndex
from .pattern import Pattern
from .roles import Roles, Study, study_sentences
from .timing import timing

if TYPE_CHECKING:
    from .words import Token

_STUDY_PATTERNS = tuple(
    Pattern(p)
    for p in (
        "effect/impact/influence of <T> on <Y>",
        "effect/impact/influence of <T> in/for <Y>",
        "effect/impact/influence on <Y> of <T>",
        "whether/if/how <T> @verb <Y>",
        "whether/if <T> help @verb <Y>",
    )
)
MAX_STUDY_TOKENS = 80


class Context:
    """The lookups of one reading."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.index = ColumnIndex(catalog)
        self.roles = Roles(catalog, self.index)
        self.when = timing(catalog.codebook, catalog)
        self.filled: dict[tuple[str, int, int], Any] = {}
        self.studies = tuple(_studies(prose(catalog.codebook)))
        for study in self.studies[:6]:
            self._attach("treatment", study.treatment)
            self._attach("outcome", study.outcome)

    def _attach(self, role: str, phrase: tuple[Token, ...]) -> None:
        """Let the study's one treatment (or outcome) answer to the words by which the codebook speaks of it."""
        from .slots import head_of, words_of

        name = self.roles.sole(role)
        head = head_of(phrase)
        if name is None or not self.index.content_words(head):
            return
        best = self.index.score(head)
        if not best or best[0].score < 0.75 or best[0].column == name:
            self.index.add_study_words(name, words_of(head))

    def prior(self, role: str, name: str) -> float:
        """What a column's part in the study and its time add to its score for a slot."""
        value = self.roles.prior(role, name) if role in ("treatment", "outcome") else 0.0
        when = self.when.get(name, "unknown")
        if role in ("outcome", "mediator") and when in ("before", "treatment"):
            value -= 0.25
        elif role in ("outcome", "mediator") and when == "after":
            value += 0.1
        elif role == "treatment" and when == "after":
            value -= 0.1
        card = self.index.cards.get(name)
        if card and card.type in ("id", "constant", "empty"):
            value -= 0.3
        return value


def _studies(text: str) -> list[Study]:
    """Sentences of the codebook that say what the study is about."""
    found: list[Study] = []
    for sentence in study_sentences(text)[:40]:
        tokens = sentence[:MAX_STUDY_TOKENS]
        for pattern in _STUDY_PATTERNS:
            slots = next(pattern.find(tokens), None)
            if slots is not None:
                (a, b), (c, d) = slots.spans["T"], slots.spans["Y"]
                found.append(Study(tuple(tokens[a:b]), tuple(tokens[c : min(d, c + 14)])))
                break
    return found
