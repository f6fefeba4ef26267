"""Design hints: what the words and the codebook say about how the treatment came about.

Randomised wording, an instrument, a cut-off, before and after by group, clusters. Each hint keeps the words it
was read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....tools.domain.questions import DesignHints
from .context import Context
from .cues import (
    AGED,
    ASSIGNING,
    BEFORE_AFTER,
    CUT_NUMBER,
    CUTOFF,
    NONCOMPLIANCE,
    NOT_RANDOM,
    PRIOR_TO,
    RANDOM,
    RUNNING,
    SAMPLED,
)
from .modifiers import Modifiers
from .slots import SURE
from .timing import When, timing
from .words import name_parts, root, stem, tokenise

__all__ = ["When", "read_hints", "received_and_assigned", "running_variable", "timing"]

_ASSIGNED = frozenset(
    {"assigned", "assign", "assignment", "offered", "offer", "invited", "invitation", "encouraged", "encouragement",
     "eligible", "eligibility", "lottery", "draft", "randomized", "itt", "intended", "selected", "won"}
)  # fmt: skip
_RECEIVED = frozenset(
    {"delivered", "received", "receive", "taken", "took", "take", "treated", "participated", "participation", "attend",
     "enrolled", "attended", "used", "complied", "actual", "uptake", "takeup", "served", "completed", "enroll"}
)  # fmt: skip
_UNIT_NAMES = frozenset(
    {
        "state",
        "city",
        "store",
        "region",
        "county",
        "firm",
        "country",
        "district",
        "unit",
        "id",
        "person",
        "school",
        "shop",
        "town",
    }
)


def read_hints(words: str, treatment: str, outcome: str, found: Modifiers, context: Context) -> DesignHints:
    """Collect the design hints of an effect question; nothing is guessed, each hint quotes its words."""
    text = f"{words}\n{context.catalog.codebook.text[:50_000]}"
    because: list[str] = []
    hints: dict[str, object] = {}
    _by_instrument(text, treatment, outcome, found, context, hints, because)
    if "instrument" not in hints:
        _by_cutoff(words, text, treatment, outcome, context, hints, because)
    if not hints:
        _by_before_after(text, treatment, outcome, context, hints, because)
    if not hints:
        for reason in _randomised(text, treatment, context):
            hints["design"] = "experiment"
            because.append(reason)
    if found.adjust_all:
        hints["adjust_for"] = _all_others(treatment, outcome, found, hints, context)
    elif found.adjust is not None:
        hints["adjust_for"] = tuple(c for c in found.adjust if c not in (treatment, outcome))
    if found.cluster:
        hints["cluster"] = found.cluster
    because += [b for b in found.because if b.startswith(("adjust", "no adjust", "standard errors"))]
    return DesignHints.model_validate({**hints, "because": tuple(because)})


def _all_others(
    treatment: str, outcome: str, found: Modifiers, hints: dict[str, object], context: Context
) -> tuple[str, ...]:
    left_out = {
        treatment,
        outcome,
        *found.mediators,
        *found.groups,
        *(str(v) for v in hints.values()),
        *context.roles.identifier,
    }
    cards = context.index.cards
    left_out |= {n for n, c in cards.items() if c.type in ("id", "constant", "empty", "text")}
    return tuple(n for n in context.index.names if n not in left_out and context.when.get(n) != "after")


def _by_instrument(
    text: str,
    treatment: str,
    outcome: str,
    found: Modifiers,
    context: Context,
    hints: dict[str, object],
    because: list[str],
) -> None:
    if found.instrument and found.instrument not in (treatment, outcome):
        hints.update(design="instrument", instrument=found.instrument)
        because += [b for b in found.because if b.startswith("instrument")]
        return
    for name, description in context.index.described.items():
        if name not in (treatment, outcome) and re.search(
            r"\binstrument(?:al variable)?\b(?! panel)", description, re.IGNORECASE
        ):
            hints.update(design="instrument", instrument=name)
            because.append(f"instrument = {name!r}: the codebook says {description[:80]!r}")
            return
    pair = received_and_assigned(context)
    if pair and pair[0] == treatment and pair[1] != outcome and (match := NONCOMPLIANCE.search(text)):
        hints.update(design="instrument", instrument=pair[1])
        because.append(
            f"instrument = {pair[1]!r}: it assigns {treatment!r}, and not all complied ({_around(text, match)!r})"
        )
        return
    for match in re.finditer(
        r"([^.;\n]{3,120}?)\b(?:as|is|are|serves? as|used as) (?:an? |the )?(?:valid )?instrument", text, re.IGNORECASE
    ):
        best = [m for m in context.index.score(tokenise(match[1])[-8:]) if m.column not in (treatment, outcome)]
        if best and best[0].score >= SURE + 0.1:
            hints.update(design="instrument", instrument=best[0].column)
            because.append(f"instrument = {best[0].column!r}: the codebook says {match[0].strip()[-80:]!r}")
            return


def received_and_assigned(context: Context) -> tuple[str, str] | None:
    """A pair of columns where one says who was assigned and the other who received; (received, assigned)."""
    rows: dict[str, list[tuple[str, set[str]]]] = {"assigned": [], "received": []}
    for name in context.index.names:
        card = context.index.cards.get(name)
        if card is not None and card.type != "binary":
            continue
        parts = set(name_parts(name))
        words = parts | {t.low for t in tokenise(context.index.described[name][:120])}
        topic = {root(stem(p)) for p in parts - _ASSIGNED - _RECEIVED if len(p) > 2}
        if parts & _RECEIVED or (words & _RECEIVED and not parts & _ASSIGNED and not words & _ASSIGNED):
            rows["received"].append((name, topic))
        elif parts & _ASSIGNED or words & _ASSIGNED:
            rows["assigned"].append((name, topic))
    for received, topic in rows["received"]:
        for assigned, other in rows["assigned"]:
            if topic & other or (len(rows["received"]) == len(rows["assigned"]) == 1 and (not topic or not other)):
                return received, assigned
    return None


def running_variable(words: str, context: Context) -> tuple[str, float, str] | None:
    """The column whose crossing of a cut-off sets the treatment, the cut-off, and the words that say so."""
    text = f"{words}\n{context.catalog.codebook.text[:50_000]}"
    cue = CUTOFF.search(text)
    if cue is None:
        return None
    for name, description in context.index.described.items():
        match = RUNNING.search(description)
        if match and _continuous(name, context):
            given = CUT_NUMBER.search(words)
            zero = "victory" in match[0].lower() or re.search(r"\b(?:0|zero)\b", description)
            cutoff = 0.0 if zero else float(given[1]) if given else None
            if cutoff is not None:
                return name, cutoff, f"the codebook says {description[:80]!r}"
    for source in (words, context.catalog.codebook.text[:50_000]):
        for match in CUT_NUMBER.finditer(source):
            aged = AGED.match(match[0]) is not None
            near = source[max(0, match.start() - 60) : match.end() + 40]
            sought = tokenise("age") if aged and "score" not in match[0].lower() else tokenise(near)
            best = [m for m in context.index.score([t for t in sought if t.is_word]) if _continuous(m.column, context)]
            if best and best[0].score >= SURE:
                return best[0].column, float(match[1]), f"a cut-off at {match[1]}: {' '.join(near.split())[:80]!r}"
    return None


def _continuous(name: str, context: Context) -> bool:
    card = context.index.cards.get(name)
    return card is None or card.type in ("continuous", "count", "id")


def _by_cutoff(
    words: str, text: str, treatment: str, outcome: str, context: Context, hints: dict[str, object], because: list[str]
) -> None:
    found = running_variable(words, context)
    if found and found[0] != outcome:
        hints.update(design="regression_discontinuity", running_variable=found[0], cutoff=found[1])
        because.append(f"running variable = {found[0]!r}, cut-off {found[1]:g}: {found[2]}")


def _by_before_after(
    text: str, treatment: str, outcome: str, context: Context, hints: dict[str, object], because: list[str]
) -> None:
    times = [n for n in context.roles.before_after if n not in (treatment, outcome)]
    cue = BEFORE_AFTER.search(text)
    if len(times) != 1 or cue is None or any(_randomised(text, treatment, context)):
        return
    hints.update(design="difference_in_differences", time=times[0])
    because.append(f"before/after = {times[0]!r} by group {treatment!r}: the words say {_around(text, cue)!r}")
    for name in context.index.names:
        card = context.index.cards.get(name)
        if (
            name.lower() in _UNIT_NAMES
            and name not in (treatment, outcome)
            and card
            and card.type != "id"
            and card.n_distinct > 2
        ):
            hints["unit"] = name
            return


def _randomised(text: str, treatment: str, context: Context) -> Iterator[str]:
    """Why the treatment counts as randomised; nothing when the words deny it or speak of another column."""
    if NOT_RANDOM.search(text):
        return
    for match in RANDOM.finditer(text):
        window = text[match.start() : match.end() + 60]
        around = text[max(0, match.start() - 40) : match.end() + 60]
        assigns = ASSIGNING.search(around)
        if not assigns or SAMPLED.match(window) or PRIOR_TO.search(text[max(0, match.start() - 20) : match.start()]):
            continue
        if _concerns(text, match.start(), treatment, context):
            yield f"randomised: {_around(text, match)!r}"
            return


def _concerns(text: str, at: int, treatment: str, context: Context) -> bool:
    """Whether the sentence that speaks of randomisation can be about this treatment."""
    if context.roles.treatment.get(treatment, 0.0) >= 0.6 or context.roles.sole("treatment") == treatment:
        return True
    start = max(text.rfind(".", 0, at), text.rfind("\n", 0, at), at - 300) + 1
    end = min((e for e in (text.find(". ", at), text.find("\n", at), at + 300) if e > 0), default=at + 300)
    wide = text[start : max(end, at + 200)]
    scores = context.index.score([t for t in tokenise(wide) if t.is_word])
    mine = next((m.score for m in scores if m.column == treatment), 0.0)
    named = context.index.score([t for study in context.studies for t in study.treatment])
    if any(m.column == treatment for m in named[:1]):
        return True
    return bool(scores) and mine >= 0.8 * scores[0].score


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 30) : match.end() + 40].split())[:90]
