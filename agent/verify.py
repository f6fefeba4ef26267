"""What may be said: numbers that a tool printed, and verdicts that the estimand and interval back.

The verifier knows nothing of who wrote the draft. It returns complaints; the writer gets one chance to mend
them, then unsupported sentences are dropped and the drop is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import isclose, isfinite
from typing import Any

from ..tools.domain.evidence import Evidence
from .policy import Situation
from .primary import is_estimate, primary_faults, rightful_primary
from .state import Claim, Derived, Draft

NUMBER = re.compile(r"(?<![\w.])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?:\s?%)?(?![\w])")
PROSE = frozenset({"meaning", "does_not_show", "warnings", "action", "what_would_help"})
"""Parts of a result that explain: rules of thumb in them are not findings."""
LEADING_ZERO = re.compile(r"[-−+]?0\d")
_N = r"[-−+]?[\d,]+(?:\.\d+)?(?:[eE][-+]?\d+)?"
WITH_INTERVAL = re.compile(rf"(?P<value>{_N}) \((?P<level>\d+) % interval (?P<low>{_N}) to (?P<high>{_N})\)")
UP = re.compile(r"\b(raise[sd]?|increase[sd]?|improve[sd]?|boost(?:s|ed)?)\b", re.I)
DOWN = re.compile(r"\b(lower(?:s|ed)?|decrease[sd]?|reduce[sd]?)\b", re.I)
CAUSAL = re.compile(
    r"(?<!common )(?<!direct )(?<!hidden )\b(?:causes|caused)\b(?! of| with)"
    r"|\b(?:no effect|has an effect|affect(?:s|ed)?|leads to|led to|results in|resulted in|is responsible for)\b",
    re.I,
)
"""Verbs that give a verdict; "a common cause" and "direct causes of" speak of a graph."""
EFFECT_IS = re.compile(
    r"\beffects? of\s+(?:about )?[-−+]?\d"
    r"|\beffect\b[^.;:]{0,100}?\b(?:is|was|equals|amounts to|comes to)\s+(?:about |around |roughly )?[-−+]?\d",
    re.I,
)
"""A number given as the size of an effect; it needs an identified estimand, whatever its interval."""
SIGNIFICANT = re.compile(r"\bsignifican(?:t|tly|ce)\b", re.I)
NO_EFFECT = re.compile(r"\bno (?:causal )?effect\b", re.I)
OPEN = re.compile(
    r"\b(whether|cannot|can't|could|would|if|not identifiable|do not settle|does not show|assum\w+|unless|possible)\b",
    re.I,
)


def verify_draft(draft: Draft, situation: Situation) -> tuple[str, ...]:
    """Check every sentence of a draft against the ledger.

    Returns:
        One complaint a fault, each quoting the sentence; empty when all is supported.
    """
    by_id = {e.id: e for e in situation.ledger}
    complaints = [*primary_faults(draft, situation)]
    for claim in (draft.headline, *draft.claims):
        complaints += _claim_faults(claim, draft, by_id, situation)
    return tuple(complaints)


def keep_supported(draft: Draft, situation: Situation) -> tuple[Draft, tuple[str, ...]]:
    """Drop what is not supported.

    Returns:
        The draft that remains, and one line per dropped sentence. A headline that falls is replaced by the
        tool's own summary of the primary evidence, or by the plain word that nothing can be said; an estimate that
        was not declared in the plan gives way to the one that was.
    """
    by_id = {e.id: e for e in situation.ledger}
    kept: list[Claim] = []
    dropped = [*primary_faults(draft, situation)]
    if dropped:
        rightful = rightful_primary(situation)
        draft = draft.model_copy(update={"primary": rightful.id if rightful else None})
    for claim in draft.claims:
        faults = _claim_faults(claim, draft, by_id, situation)
        if faults:
            dropped.append(f"Dropped an unsupported sentence: {faults[0]}")
        else:
            kept.append(claim)
    headline = draft.headline
    if faults := _claim_faults(headline, draft, by_id, situation):
        dropped.append(f"Replaced an unsupported headline: {faults[0]}")
        primary = by_id.get(draft.primary or "")
        text = primary.summary if primary and primary.ok else "Nothing can be said that the evidence supports."
        headline = Claim(text=text, evidence=(primary.id,) if primary else ())
    return draft.model_copy(update={"headline": headline, "claims": tuple(kept)}), tuple(dropped)


def claim_faults(claim: Claim, draft: Draft, situation: Situation) -> list[str]:
    """What of one sentence the ledger does not support, whoever says it of a draft."""
    return _claim_faults(claim, draft, {e.id: e for e in situation.ledger}, situation)


def _claim_faults(claim: Claim, draft: Draft, by_id: dict[str, Evidence], situation: Situation) -> list[str]:
    quoted = repr(claim.text[:160])
    if missing := [i for i in claim.evidence if i not in by_id]:
        return [f"{quoted} cites {', '.join(missing)}, which the ledger does not have."]
    cited = [by_id[i] for i in claim.evidence]
    faults = [
        f"{quoted} has the number {n}, which {_ids(claim)} does not contain." for n in untraced(claim, cited, situation)
    ]
    faults += [
        f"{quoted} has {t!r}, but no cited estimate has these numbers together." for t in interval_faults(claim, cited)
    ]
    return faults + [f"{quoted} {fault}" for fault in _verdict_faults(claim.text, draft, by_id, situation)]


def _ids(claim: Claim) -> str:
    return "cited evidence " + ", ".join(claim.evidence) if claim.evidence else "no evidence is cited, so the ledger"


def untraced(claim: Claim, cited: Iterable[Evidence], situation: Situation) -> tuple[str, ...]:
    """The numerals of a sentence that no cited evidence contains at the printed precision.

    A numeral inside the name of a column, level, table or graph is part of the name, not a number; one that the
    person wrote in the question is theirs.
    """
    text = _without_names(claim.text, situation)
    values = [v for e in cited for v in _numbers_of(e)]
    lengths = {n for e in cited for n in _lengths(e.result)} | {len(claim.evidence)}
    values += [d.value for d in claim.derived if _derivation_holds(d, values, lengths)]
    asked = {m.group() for m in NUMBER.finditer(situation.words)}
    return tuple(
        m.group()
        for m in NUMBER.finditer(text)
        if m.group() not in asked and not any(_prints_as(v, m.group()) for v in values)
    )


def _without_names(text: str, situation: Situation) -> str:
    table = situation.catalog.table
    names = {*situation.catalog.graph_nodes, situation.catalog.graph or ""}
    if table:
        names |= {table.name, table.source, *(c.name for c in table.columns)}
        names |= {str(level) for c in table.columns for level in c.levels if isinstance(level, str)}
    names |= {i for e in situation.ledger for i in (e.id,)}
    named = sorted((n for n in names if any(ch.isdigit() for ch in n)), key=len, reverse=True)
    for name in named:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return text


def _numbers_of(evidence: Evidence) -> Iterator[float]:
    yield from _walk(evidence.result)
    yield from _walk(evidence.args)
    yield from _walk(evidence.summary)
    yield from _walk(evidence.provenance.model_dump(include={"n_rows_used", "n_rows_dropped", "seed"}))


def _walk(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, str):
        for match in NUMBER.finditer(value):
            yield _parse(match.group())[0]
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in PROSE:
                yield from _walk(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)


def _parse(text: str) -> tuple[float, float, bool]:
    """Value, half a unit of its last printed digit, and whether it is a per cent."""
    percent = text.endswith("%")
    body = text.rstrip("% ").replace(",", "").replace("−", "-")
    mantissa, _, exponent = body.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    scale = 10.0 ** int(exponent or 0)
    return float(body), 0.5 * 10.0**-decimals * scale, percent


def _prints_as(value: float, text: str) -> bool:
    """Whether a value rounds to the printed numeral; signs may be carried by words ("lower by 3").

    A whole numeral under 100 must be the number itself: rounding 0.4 to 0 would let any small number pass.
    """
    if not isfinite(value) or LEADING_ZERO.match(text):
        return False
    printed, half, percent = _parse(text)
    if half == 0.5 and abs(printed) < 100:
        half = 1e-9
    candidates = (value, 100 * value) if percent else (value,)
    return any(abs(abs(c) - abs(printed)) <= half * (1 + 1e-9) + 1e-13 * abs(printed) for c in candidates)


def interval_faults(claim: Claim, cited: Iterable[Evidence]) -> tuple[str, ...]:
    """Estimates printed with their interval whose three numbers are not together in one cited result."""
    triples = [t for e in cited for t in _triples(e.result)]
    return tuple(
        m.group()
        for m in WITH_INTERVAL.finditer(claim.text)
        if not any(
            all(_prints_as(v, m.group(k)) for v, k in zip(t, ("value", "level", "low", "high"), strict=True))
            for t in triples
        )
    )


def _triples(value: Any, level: float = 0.95) -> Iterator[tuple[float, float, float, float]]:
    """Every estimate in a result: value, level in per cent, both ends of the interval."""
    if isinstance(value, dict):
        level = value.get("ci_level", level)
        numbers = [value.get(k) for k in ("value", "ci_low", "ci_high")]
        if all(isinstance(n, int | float) for n in numbers):
            yield numbers[0], 100 * level, numbers[1], numbers[2]  # pyright: ignore[reportReturnType]
        value = list(value.values())
    for item in value if isinstance(value, list | tuple) else ():
        yield from _triples(item, level)


def _lengths(value: Any) -> Iterator[int]:
    """The lengths of the lists in a result: what a sentence may count."""
    if isinstance(value, list | tuple):
        yield len(value)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from _lengths(item)


def _derivation_holds(derived: Derived, known: list[float], lengths: set[int]) -> bool:
    parts = derived.of
    if derived.how == "count":
        return derived.value in lengths
    if any(not any(isclose(p, k, rel_tol=1e-9, abs_tol=1e-12) for k in known) for p in parts):
        return False
    if derived.how == "sum":
        return isclose(derived.value, sum(parts), rel_tol=1e-6)
    if len(parts) != 2 or (derived.how != "difference" and parts[1] == 0):
        return False
    a, b = parts
    expected = {"difference": a - b, "ratio": a / b if b else 0.0, "percent_change": 100 * (a - b) / b if b else 0.0}[
        derived.how
    ]
    return isclose(derived.value, expected, rel_tol=1e-6, abs_tol=1e-12)


def _verdict_faults(text: str, draft: Draft, by_id: dict[str, Evidence], situation: Situation) -> list[str]:
    """Verdict words need an identified estimand, and an interval on the side they name."""
    faults: list[str] = []
    for sentence in re.split(r"(?<=[.;!?])\s+", text):
        words = [p for p in (UP, DOWN, CAUSAL, SIGNIFICANT) if p.search(sentence)]
        if not (words or EFFECT_IS.search(sentence)) or OPEN.search(sentence):
            continue
        identification = by_id.get(draft.identification or "")
        result = (identification.result or {}) if identification and identification.ok else {}
        primary = by_id.get(draft.primary or "")
        if fault := _unidentified(identification, primary, situation):
            faults.append(fault)
            continue
        faults += _interval_faults(sentence, primary, result) if words else []
    return faults


def _unidentified(identification: Evidence | None, primary: Evidence | None, situation: Situation) -> str | None:
    """Why a sentence may not be phrased as an effect; None when the estimate is of an identified query."""
    found = (identification.result or {}) if identification and identification.ok else {}
    if identification is None or found.get("status") != "identified":
        return "is phrased as an effect, but no identified estimand backs it."
    for part in ("treatment", "outcome"):
        if part in found and found[part] != getattr(situation.question, part, found[part]):
            return f"is phrased as an effect, but {identification.id} identifies another one: its {part} is {found[part]!r}."
    estimate = (primary.result or {}) if primary and primary.ok and is_estimate(primary.tool) else {}
    if primary is None or not estimate:
        return None
    order = [e.id for e in situation.ledger]
    if order.index(identification.id) > order.index(primary.id):
        return f"is phrased as an effect, but its estimand ({identification.id}) was written down after the estimate."
    if found.get("strategy") == "backdoor" and not _same_set(
        found.get("adjustment_set"), estimate.get("adjustment_set")
    ):
        return (
            f"is phrased as an effect, but {primary.id} does not adjust for the set that identifies it, "
            f"{list(found.get('adjustment_set') or ())!r}."
        )
    return None


def _same_set(one: Any, other: Any) -> bool:
    return one is None or other is None or {*one} == {*other}


def _interval_faults(sentence: str, primary: Evidence | None, identification: dict[str, Any]) -> list[str]:
    if (identification.get("estimand") or {}).get("formula") == "0":
        return []  # the graph itself says that there is none
    estimate = (primary.result or {}) if primary and primary.ok else {}
    low, high = estimate.get("ci_low"), estimate.get("ci_high")
    if low is None or high is None:
        return ["gives a verdict, but the primary estimate has no interval."]
    if NO_EFFECT.search(sentence):
        return ["says there is no effect; an interval can only fail to show one."]
    if UP.search(sentence) and not low > 0 and not DOWN.search(sentence):
        return ["says it rises, but the interval does not lie above 0."]
    if DOWN.search(sentence) and not high < 0 and not UP.search(sentence):
        return ["says it falls, but the interval does not lie below 0."]
    if SIGNIFICANT.search(sentence) and low <= 0 <= high:
        return ["says significant, but the interval contains 0."]
    return []
