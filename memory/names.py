"""What may be a name, an author or a note, and what to say when it is not."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from ..tools.domain.errors import BadArguments

MAX_NAME = 200
MAX_TEXT = 100_000
MAX_LIST = 100_000

_REVERSING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make the following text display in another order than it is stored."""
_REFUSED = {
    "Cc": "a control character",
    "Cs": "half a character (a lone surrogate)",
    "Zl": "a line break",
    "Zp": "a line break",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def clean_name(name: str, what: str = "graph") -> str:
    """Bring a name into the one form it is stored in: NFC, without outer blanks.

    Args:
        name: Any Unicode, 1 to 200 characters after cleaning.
        what: Whose name, for the message.

    Returns:
        The stored form; cleaning it again changes nothing, and it differs in case from nothing but itself.

    Raises:
        BadArguments: it is empty, too long, invisible, or has characters that cannot be shown faithfully.
    """
    found = unicodedata.normalize("NFC", name).strip()
    where = f"The {what} name {_shown(name)}"
    if not found:
        raise BadArguments(f"{where} is empty. Give 1 to {MAX_NAME} characters, such as 'my graph'.")
    if len(found) > MAX_NAME:
        raise BadArguments(f"{where} has {len(found):,} characters; at most {MAX_NAME} are allowed. Shorten it.")
    for position, char in enumerate(found):
        reason = _REFUSED.get(
            unicodedata.category(char), "a character that reverses text" if char in _REVERSING else ""
        )
        if reason:
            raise BadArguments(
                f"{where} has {reason}, U+{ord(char):04X}, at position {position + 1}. Any other Unicode is allowed; leave it out."
            )
    if not any(_visible(char) for char in found):
        raise BadArguments(f"{where} has no visible character. Give at least one letter, digit or sign.")
    return found


def clean_text(text: str, what: str) -> str:
    """Check an author, a note or a sentence that is to be stored as it is.

    Raises:
        BadArguments: it is too long, or is not text that can be stored.
    """
    if len(text) > MAX_TEXT:
        raise BadArguments(f"The {what} has {len(text):,} characters; at most {MAX_TEXT:,} are allowed. Shorten it.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadArguments(f"The {what} {_shown(text)} has half a character (a lone surrogate). Leave it out.")
    return text


def clean_sha256(sha256: str | None) -> str | None:
    """Check the hash of a dataset.

    Raises:
        BadArguments: it is not 64 lower-case hexadecimal digits.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise BadArguments(f"The dataset hash {_shown(sha256)} is not a SHA-256: give 64 digits out of 0-9 and a-f.")
    return sha256


def clean_limit(limit: int) -> int:
    """Check how many items are wanted.

    Raises:
        BadArguments: it is not a whole number between 1 and 100,000.
    """
    if type(limit) is not int:
        raise BadArguments(f"limit={_shown(str(limit))} is not a whole number; give 1 to {MAX_LIST:,}.")
    if not 1 <= limit <= MAX_LIST:
        raise BadArguments(f"limit={limit!r} is out of range; give 1 to {MAX_LIST:,}.")
    return limit


def clean_version(name: str, version: int, newest: int) -> int:
    """Check that a version exists.

    Raises:
        BadArguments: it does not; the message gives those that do.
    """
    if type(version) is not int or not 1 <= version <= newest:
        have = "only version 1" if newest == 1 else f"versions 1 to {newest}"
        raise BadArguments(f"Graph {_shown(name)} has no version {str(version)[:40]}; it has {have}.")
    return version


def twins(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Warn of other names that a reader would take for this one: other case, other width, invisible characters."""
    look = _look(name)
    alike = sorted(o for o in others if o != name and _look(o) == look)
    if not alike:
        return ()
    others_shown = ", ".join(map(_shown, alike[:3]))
    return (f"{_shown(name)} looks like {others_shown}, which is another graph: names are case-sensitive.",)


def unknown(name: str, live: Sequence[str], deleted: Sequence[str]) -> BadArguments:
    """Build the error for a name that no graph has: it lists near names, and says when one was deleted."""
    if name in deleted:
        return BadArguments(f"Graph {_shown(name)} was deleted. Bring it back with restore({_shown(name)}).")
    if not live:
        return BadArguments(f"There is no graph {_shown(name)}; no graph is saved yet. Save one with save_graph.")
    by_look = {_look(other): other for other in live}
    near = difflib.get_close_matches(_look(name), list(by_look), n=5, cutoff=0.5)
    if near:
        return BadArguments(
            f"There is no graph {_shown(name)}. Did you mean {', '.join(_shown(by_look[n]) for n in near)}?"
        )
    shown = ", ".join(_shown(other) for other in live[:10]) + (", …" if len(live) > 10 else "")
    return BadArguments(f"There is no graph {_shown(name)}; there are: {shown}.")


def not_deleted(name: str, deleted: Sequence[str]) -> BadArguments:
    """Build the error for a name that no deleted graph has."""
    have = ", ".join(_shown(other) for other in dict.fromkeys(deleted[:10])) or "none"
    return BadArguments(f"No graph {_shown(name)} was deleted, so none can be restored. Deleted graphs: {have}.")


def taken(name: str) -> BadArguments:
    """Build the error for a name that another graph has."""
    return BadArguments(f"There is a graph {_shown(name)} already. Choose another name, or rename or delete that one first.")  # fmt: skip


def _look(name: str) -> str:
    """What a reader sees: no case, one width, nothing invisible."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in plain if unicodedata.category(char) != "Cf")


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cf", "Zs", "Mn", "Me", "Cn"} and char not in "\u3164\uffa0\u115f\u1160"


def _shown(text: str) -> str:
    """A name as it appears in a message: quoted, escaped, at most 80 characters."""
    return repr(text) if len(text) <= 80 else repr(text[:80]) + "…"
