"""Read graphs in notation: "5 nodes A, B, … and 7 edges A->B, …", "A causes F, A causes C", "A represents income"."""

from __future__ import annotations

import re

from .types import Premises
from .vocabulary import Vocabulary

_ARROW = re.compile(r"^\s*(?P<source>[^,;]+?)\s*(?P<mark><->|<-->|↔|-->|->|→|⟶|<--|<-|←)\s*(?P<target>[^,;]+?)\s*$")
_ARROWS_FOLLOW = re.compile(r"(?:\bedges?\b|\bgraph\b(?: with)?|\barrows?\b)\s*:?\s+(?=[^,;]+?(?:->|→|<->|-->))", re.I)
_NODES = re.compile(r"\b(?:nodes?|variables?|vertices)\s*:?\s+(?P<names>.+?)(?:,?\s+and\s+\d+\s+edges?\b|$)", re.I)
_NO_EDGES = re.compile(r",?\s+and\s+(?:0|no)\s+edges?\s*$", re.I)
_CAUSES = re.compile(r"^(?:and\s+|if\s+|that\s+)*(?P<source>\w+)\s+(?:directly\s+)?causes\s+(?P<target>\w+)$", re.I)
_STANDS_FOR = re.compile(r"(?P<symbol>\w{1,3})\s+(?:represents|stands for|denotes|means)\s+(?P<name>.+?)$", re.I)
_NEXT_SYMBOL = re.compile(r"(?:,|\band|;)\s+(?=\w{1,3}\s+(?:represents|stands for|denotes|means)\s)", re.I)
_CONFOUNDED = re.compile(
    r"\b(?:unobserved|unmeasured|hidden|latent) (?:common causes?|confounders?)\b.*?\bbetween\b\s*:?\s*(?P<pairs>.*)$",
    re.I,
)
_PAIR = re.compile(r"^(?:and\s+)?(?P<one>\w+)\s+and\s+(?P<two>\w+)$", re.I)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the edges, hidden common causes or meanings that a sentence in notation states; False when it is none."""
    return (
        _read_arrows(sentence, premises, vocabulary)
        or _read_causes(sentence, premises, vocabulary)
        or _read_meanings(sentence, premises, vocabulary)
        or _read_confounded(sentence, premises, vocabulary)
    )


def _read_arrows(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Edges as arrows, perhaps after a list of the nodes."""
    follow = _ARROWS_FOLLOW.search(sentence)
    listed = _NODES.search(sentence[: follow.end()] if follow else sentence)
    bare = sentence[follow.end() :] if follow else sentence
    arrows = [_ARROW.match(part) for part in re.split(r"[,;]|\band\b(?=[^,;]*(?:->|→))", bare) if part.strip()]
    if not all(arrows) or not arrows:
        if not (listed and _NO_EDGES.search(sentence)):
            return False
        arrows = []
    if listed:
        names = _NO_EDGES.sub("", listed["names"])
        for name in filter(None, (n.strip() for n in names.split(","))):
            vocabulary.declare(name)
    for arrow in filter(None, arrows):
        source, target = (vocabulary.declare(arrow[end]) for end in ("source", "target"))
        if arrow["mark"] in ("<->", "<-->", "↔"):
            _hide(premises, source, target)
        else:
            backward = arrow["mark"] in ("<-", "<--", "←")
            _point(premises, *((target, source) if backward else (source, target)))
    return True


def _read_causes(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """A list of "A causes B" over names of one word; a single one is left to the reader of sentences."""
    parts = [_CAUSES.match(part.strip()) for part in sentence.split(",")]
    if not all(parts):
        return False
    for part in filter(None, parts):
        _point(premises, vocabulary.declare(part["source"]), vocabulary.declare(part["target"]))
    return True


def _read_meanings(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """What symbols stand for; the text may then use either."""
    parts = [_STANDS_FOR.search(part) for part in _NEXT_SYMBOL.split(sentence)]
    found = [p for p in parts if p]
    if not found or len(found) < len(parts) - 1:
        return False
    for meaning in found:
        vocabulary.alias(meaning["name"].strip(" ,"), vocabulary.declare(meaning["symbol"]))
    return True


def _read_confounded(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Pairs with a hidden common cause: "between: E and K, A and J, and B and M"."""
    found = _CONFOUNDED.search(sentence)
    pairs = found["pairs"] if found else ""
    if not found and premises.ignored and _CONFOUNDED.search(premises.ignored[-1]):
        # what came before a colon is a sentence of its own, and states nothing by itself
        pairs = sentence
    parts = [_PAIR.match(part.strip()) for part in pairs.split(",")] if pairs else []
    if not parts or not all(parts):
        return False
    for pair in filter(None, parts):
        _hide(premises, vocabulary.declare(pair["one"]), vocabulary.declare(pair["two"]))
    return True


def _point(premises: Premises, source: str, target: str) -> None:
    if source != target and (source, target) not in premises.edges:
        premises.edges.append((source, target))


def _hide(premises: Premises, one: str, two: str) -> None:
    if one != two and (one, two) not in premises.bidirected and (two, one) not in premises.bidirected:
        premises.bidirected.append((one, two))
