"""Text for a terminal: names from data must not steer it."""

from __future__ import annotations


def clean(text: str) -> str:
    """Without control characters; line ends stay."""
    return "".join(ch if ch.isprintable() or ch == "\n" else " " for ch in text)


def one_line(text: str, limit: int | None = None) -> str:
    """Without control characters or line ends, cut at `limit`."""
    flat = clean(text).replace("\n", " ")
    return flat if limit is None or len(flat) <= limit else flat[: limit - 1] + "…"
