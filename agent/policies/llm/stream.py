"""Pick the prose out of a JSON reply while it is still being written."""

from __future__ import annotations

import json
import re

LONGEST = 100_000
"""Characters of one string; what is longer is no prose for a person, and is not shown."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"')
_WHOLE = re.compile(r'(?:[^"\\]|\\(?:[^u]|u[0-9a-fA-F]{4}))*')
_WAITS = re.compile(r"\s*:?\s*")
_HALF_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")


class TextOfJson:
    """The values of one key, as they come; several values are set apart by a line end.

    Args:
        key: Whose string values are prose.
    """

    def __init__(self, key: str) -> None:
        self._opening = re.compile(rf'"{re.escape(key)}"\s*:\s*"')
        self._rest = ""
        self._inside = False

    def feed(self, piece: str) -> str:
        """Take a piece of JSON text; return the prose it brings."""
        self._rest = (self._rest + piece)[:LONGEST]
        shown: list[str] = []
        while True:
            if not self._inside:
                opening = self._next_opening()
                if opening is None:
                    return "".join(shown)
                self._rest, self._inside = self._rest[opening:], True
            text, closed = self._prose()
            shown.append(text + ("\n" if closed else ""))
            if not closed:
                return "".join(shown)
            self._inside = False

    def _next_opening(self) -> int | None:
        """Where the next value begins; strings before it are stepped over, so that no key is found inside one."""
        at = 0
        while True:
            opening = self._opening.match(self._rest, at)
            if opening:
                return opening.end()
            quote = self._rest.find('"', at)
            if quote < 0:
                self._rest = ""
                return None
            opening = self._opening.match(self._rest, quote)
            if opening:
                return opening.end()
            string = _TOKEN.match(self._rest, quote)
            if string is None or _WAITS.fullmatch(self._rest, string.end()):
                self._rest = self._rest[quote:]  # it may go on, or be the key whose value has not come yet
                return None
            at = string.end()

    def _prose(self) -> tuple[str, bool]:
        """The part of the open value that is complete, and whether the value has ended."""
        match = _WHOLE.match(self._rest)
        end = match.end() if match else 0
        closed = self._rest[end : end + 1] == '"'
        body = self._rest[:end]
        if not closed and (half := _HALF_PAIR.search(body)):
            body = body[: half.start()]
        self._rest = self._rest[len(body) + closed :]
        return _unescaped(body), closed


def _unescaped(body: str) -> str:
    try:
        text = json.loads(f'"{body}"', strict=False)
    except ValueError:
        return ""  # not JSON after all; the validation of the whole reply says so
    return str(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
