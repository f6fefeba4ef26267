"""Keep keys out of everything that is shown, kept or sent on, also when a stream cuts them in two."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

SHORTEST_SECRET = 8
"""Shorter texts are not treated as secrets: `none` or `ollama` as a key would blot out ordinary words."""
MARK = "[key]"
_KEY_LIKE = re.compile(r"(?i)\bbearer\s+[\w.~+/=*-]{8,}|\b(?:sk|pk|rk|gsk|xai|key)-[\w*.-]{6,}")


class Redactor:
    """Replace secrets in text.

    Args:
        secrets: Texts that must never be seen; each is also found as it looks inside JSON.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        long_enough = [s for s in secrets if len(s) >= SHORTEST_SECRET]
        forms = {form for s in long_enough for form in (s, json.dumps(s)[1:-1])}
        self._forms = tuple(sorted(forms, key=len, reverse=True))
        self._spelt = tuple(re.compile("".join(map(_spelling, s))) for s in long_enough)

    def text(self, text: str) -> str:
        """The text without our secrets, also where JSON spells some of their characters as numbers."""
        for form in self._forms:
            text = text.replace(form, MARK)
        if "\\u" in text:
            for spelt in self._spelt:
                text = spelt.sub(MARK, text)
        return text

    def foreign(self, text: str) -> str:
        """Text from an endpoint's error: also without anything that looks like a key, such as half of ours."""
        return _KEY_LIKE.sub(MARK, self.text(text))

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it redacted, keys of objects too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v) for v in value]
        return value

    def stream(self) -> StreamRedactor:
        """A redactor for text that comes in pieces."""
        return StreamRedactor(self._forms)


def _spelling(character: str) -> str:
    """A pattern for a character as it is, or as JSON spells it, inside JSON inside JSON too."""
    number = "".join(f"[{d}{d.upper()}]" for d in f"{ord(character):04x}")
    return rf"(?:{re.escape(character)}|\\+u{number})"


class StreamRedactor:
    """Give out text as it comes, holding back only what may be the beginning of a secret."""

    def __init__(self, forms: tuple[str, ...]) -> None:
        self._forms = forms
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take a piece; return what is now safe to show."""
        text = self._held + piece
        for form in self._forms:
            text = text.replace(form, MARK)
        keep = max((self._overlap(text, form) for form in self._forms), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """What was held back, at the end of the text; a secret that was cut short is not shown either."""
        held, self._held = self._held, ""
        return MARK if len(held) >= SHORTEST_SECRET else held

    @staticmethod
    def _overlap(text: str, form: str) -> int:
        """Length of the longest end of `text` with which `form` begins."""
        return next((n for n in range(min(len(form) - 1, len(text)), 0, -1) if text.endswith(form[:n])), 0)
