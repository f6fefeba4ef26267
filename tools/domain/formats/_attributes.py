"""Read what nodes and edges carry in the formats with attributes: marks, latent, lag, origin, support, confidence."""

from __future__ import annotations

from collections.abc import Mapping

from ..edges import SYMBOLS, Mark
from ._draft import Draft, bad_line

TRUE = {"1", "true", "yes", "y", "1.0"}
FALSE = {"0", "false", "no", "n", "0.0"}
MARK_NAMES: dict[str, Mark] = {"tail": "tail", "arrow": "arrow", "circle": "circle"}
_SHARES = ("support", "confidence")
_KEYS = {"lag", "lag_steps", "origin", *_SHARES, "mark_source", "mark_target"}


def latent_of(attributes: Mapping[str, object]) -> bool:
    """Whether a node's attributes call it hidden: `latent`, `latent=true` or dowhy's `observed="no"`."""
    for key, value in attributes.items():
        said = str(value).strip().lower()
        if key.lower() in ("latent", "unobserved", "hidden", "l") and said in TRUE:
            return True
        if key.lower() == "observed" and said in FALSE:
            return True
    return False


def add_edge(
    draft: Draft, source: str, symbol: str, target: str, attributes: Mapping[str, object], line: int = 0
) -> None:
    """Add an edge whose marks, lag, origin, support and confidence may stand in its attributes.

    Args:
        draft: What is being read.
        source: One end.
        symbol: The arrow the text itself shows; `mark_source` and `mark_target` override it.
        target: The other end.
        attributes: Key to value; others than ours are layout and are left out.
        line: Where it stands.
    """
    if not _KEYS.intersection(attributes):
        draft.edge(source, symbol, target, line)
        return
    shown = f"{source} {symbol} {target}"
    if "mark_source" in attributes or "mark_target" in attributes:
        ends = [str(attributes.get(k, d)) for k, d in (("mark_source", "tail"), ("mark_target", "arrow"))]
        if unknown := [m for m in ends if m not in MARK_NAMES]:
            raise bad_line(draft.what, line, shown, f"mark {unknown[0]!r} must be one of {', '.join(MARK_NAMES)}.")
        symbol = SYMBOLS[MARK_NAMES[ends[0]], MARK_NAMES[ends[1]]]
    lag = str(attributes.get("lag_steps", attributes.get("lag", 0))).strip()
    if not lag.removesuffix(".0").isdecimal() or len(lag) > 9:
        raise bad_line(
            draft.what, line, shown, f"the lag {lag[:20]!r} must be a whole number of time steps, 0 or more."
        )
    origin = str(attributes.get("origin", "user"))
    if origin not in ("user", "data", "model"):
        raise bad_line(draft.what, line, shown, f"the origin {origin[:20]!r} must be user, data or model.")
    support, confidence = (_share(draft, key, attributes.get(key), line, shown) for key in _SHARES)
    draft.edge(
        source, symbol, target, line,
        lag_steps=int(lag.removesuffix(".0")), origin=origin, support=support, confidence=confidence,
    )  # fmt: skip


def _share(draft: Draft, key: str, value: object, line: int, shown: str) -> float | None:
    if value is None:
        return None
    try:
        share = float(str(value))
    except ValueError:
        raise bad_line(draft.what, line, shown, f"{key} {str(value)[:20]!r} must be a number in [0, 1].") from None
    return share
