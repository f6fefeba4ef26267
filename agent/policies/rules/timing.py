"""When was each column measured: before the treatment, after it, or is it the treatment itself?"""

from __future__ import annotations

import re
from typing import Literal

from ...state import Catalog, Codebook
from .codebook import prose
from .cues import (
    AFTER,
    ALL_EXCEPT,
    BEFORE,
    BESIDE_SOMETHING,
    CONFOUNDERS,
    CONFOUNDERS_LISTED,
    FIXED_AT_BIRTH,
    LEADING_BEFORE,
    OF_SOMEONE_ELSE,
    PRE_YEARS,
    STATE_AT_ENTRY,
    TREATED_YEAR,
    TREATMENT_INDICATOR,
    YEAR,
)
from .words import name_parts, stem

When = Literal["before", "treatment", "after", "unknown"]

_BEFORE_PARTS = frozenset(
    {"baseline", "base", "pre", "prior", "initial", "before", "pretest", "pretreatment", "preprogram", "previous",
     "bl", "lagged", "past", "enrollment", "prev"}
)  # fmt: skip
_AFTER_PARTS = frozenset(
    {
        "after",
        "post",
        "followup",
        "final",
        "endline",
        "outcome",
        "posttest",
        "posttreatment",
        "subsequent",
        "endpoint",
        "later",
    }
)
_DURING_PARTS = frozenset({"weekly", "daily", "monthly", "adherence", "attendance", "compliance", "sessions"})
"""What is counted while a programme runs: how much, how often, how faithfully."""
_EXPLICIT_BEFORE = frozenset({"before", "pre", "baseline", "pretest"})
_EXPLICIT_AFTER = frozenset({"after", "post", "followup", "endline", "posttest"})
_TREATED = frozenset({"treat", "treated", "treatment", "trt"})
_FIXED_PARTS = frozenset(
    {"sex", "gender", "race", "ethnicity", "black", "white", "hispanic", "asian", "female", "male"}
)


def timing(codebook: Codebook, catalog: Catalog) -> dict[str, When]:
    """Say when each column was measured, relative to the treatment, as far as names and codebook tell.

    Only what is written counts: words such as baseline or follow-up, and years beside the year of the treatment.
    Traits fixed at birth count as before only when a codebook exists that places other columns.

    Args:
        codebook: The study's text and the columns' descriptions.
        catalog: The table (or the graph's nodes) whose columns are placed, and knowledge with tiers.

    Returns:
        Every column with its time; `unknown` where nothing is written.
    """
    found = _written(codebook, catalog)
    if any(w in ("before", "after") for w in found.values()):
        for name, when in found.items():
            if when == "unknown" and _is_fixed(name, codebook.columns.get(name, "")):
                found[name] = "before"
    return found


def only_traits(catalog: Catalog) -> set[str]:
    """Columns that count as before the treatment for being fixed at birth alone, and not because anything says so."""
    written, found = _written(catalog.codebook, catalog), timing(catalog.codebook, catalog)
    return {n for n, when in found.items() if when == "before" and written[n] == "unknown"}


def _written(codebook: Codebook, catalog: Catalog) -> dict[str, When]:
    """What names and descriptions say of each column's time."""
    names = [c.name for c in catalog.table.columns] if catalog.table else list(catalog.graph_nodes)
    text = prose(codebook)[:20_000]
    treated_year = _treatment_year(text)
    early = {int(y) for m in PRE_YEARS.finditer(text) for y in YEAR.findall(m[1])}
    found: dict[str, When] = {}
    for name in names:
        card = catalog.table.column(name) if catalog.table else None
        description = " ".join(filter(None, (codebook.columns.get(name, ""), card.description if card else "")))
        found[name] = _one(name, description, treated_year, early)
    _place_the_rest(text, found)
    for name in listed_confounders(codebook, tuple(names)):
        if found[name] == "unknown":
            found[name] = "before"
    return found


def placed(treatment: str, catalog: Catalog) -> dict[str, When]:
    """When each column was measured relative to this treatment: `timing`, what is said of the treatment by its own name,
    and over both what the person knows.

    Args:
        treatment: A column.
        catalog: The table (or the graph's nodes), its codebook and knowledge.
    """
    found = timing(catalog.codebook, catalog)
    names = {stem(p) for p in name_parts(treatment) if len(p) > 3}
    for name, when in found.items():
        card = catalog.table.column(name) if catalog.table else None
        description = " ".join(filter(None, (catalog.codebook.columns.get(name, ""), card.description if card else "")))
        if when == "unknown" and description:
            found[name] = _relative(description[:300], names)
        if name != treatment:
            found[name] = _known(name, treatment, catalog) or found[name]
    return found


def _relative(description: str, names: set[str]) -> When:
    """`Recorded before any newsletter`, where the treatment is called so."""
    for match in BESIDE_SOMETHING.finditer(description):
        if names & {stem(w) for w in re.findall(r"[a-z]+", match[2].lower())}:
            return "before" if match[1].lower() in ("before", "prior to", "ahead of") else "after"
    return "unknown"


def _known(name: str, treatment: str, catalog: Catalog) -> When | None:
    """Where the person's knowledge places a column; None when it does not."""
    known = catalog.knowledge
    if (treatment, name) in known.required:
        return "after"
    if (name, treatment) in known.required or known.forbids(treatment, name):
        return "before"
    mine, its = known.tier_of(name), known.tier_of(treatment)
    return "after" if mine is not None and its is not None and mine > its else None


def _place_the_rest(text: str, found: dict[str, When]) -> None:
    """`Every column except treat and y was measured before the treatment`."""
    for match in ALL_EXCEPT.finditer(text):
        spared = set(match[1].replace(",", " ").replace("`", " ").split()) if match[1] else set[str]()
        for name, when in found.items():
            if when == "unknown" and name not in spared:
                found[name] = "before"


def listed_confounders(codebook: Codebook, names: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that the codebook calls confounders: in a list (`confounders such as age and sex`) or one by one."""
    listed = " ".join(m[1] for m in CONFOUNDERS_LISTED.finditer(prose(codebook)[:20_000])).lower()
    spaced = " ".join(("", *re.findall(r"\w+", listed), ""))
    found: list[str] = []
    for name in names:
        if (
            f" {name.lower()} " in spaced
            or f" {' '.join(name_parts(name))} " in spaced
            or CONFOUNDERS.search(codebook.columns.get(name, "")[:120])
        ):
            found.append(name)
    return tuple(found)


def _one(name: str, description: str, treated_year: int | None, early: set[int]) -> When:
    parts = set(name_parts(name))
    if TREATMENT_INDICATOR.search(description[:120]) or (
        parts & _TREATED and not parts & (_BEFORE_PARTS | _AFTER_PARTS)
    ):
        return "treatment"
    if parts & _EXPLICIT_BEFORE and not parts & _AFTER_PARTS:
        return "before"
    if parts & _EXPLICIT_AFTER and not parts & (_BEFORE_PARTS | {"treatment", "policy"}):
        return "after"
    before = BEFORE.search(description[:200]) or LEADING_BEFORE.match(description)
    after = AFTER.search(description[:200])
    if before and (not after or before.start() < after.start()):
        return "before"
    if after and not FIXED_AT_BIRTH.match(description):  # the mother's age at delivery is no consequence
        return "after"
    if CONFOUNDERS.search(description[:120]) or STATE_AT_ENTRY.search(description[:120]):
        return "before"
    if (year := _year_of(name, description)) is not None:
        if year in early:
            return "before"
        if treated_year is not None and year != treated_year:
            return "before" if year < treated_year else "after"
        if early and year > max(early):
            return "after"
    if parts & _BEFORE_PARTS and not parts & _AFTER_PARTS:
        return "before"
    if parts & (_AFTER_PARTS | _DURING_PARTS) and not parts & {"treatment", "policy"}:
        return "after"
    return "unknown"


def _is_fixed(name: str, description: str) -> bool:
    if OF_SOMEONE_ELSE.search(description[:120]):
        return False
    return (
        bool(set(name_parts(name)) & _FIXED_PARTS)
        or FIXED_AT_BIRTH.match(description) is not None
        or name.lower() == "age"
    )


def _year_of(name: str, description: str) -> int | None:
    """The year a column speaks of: in its name (`re78`, `income_1975`) or alone in its description."""
    for part in name_parts(name):
        if part.isdigit() and len(part) == 4 and YEAR.fullmatch(part):
            return int(part)
    years = {int(y) for y in YEAR.findall(description[:200])}
    if len(years) == 1:
        return years.pop()
    digits = [p for p in name_parts(name) if p.isdigit()]
    if len(digits) == 1 and len(digits[0]) == 2 and 40 <= int(digits[0]) <= 99 and name.endswith(digits[0]):
        return 1900 + int(digits[0])
    return None


def _treatment_year(text: str) -> int | None:
    years = {int(m[1]) for m in TREATED_YEAR.finditer(text[:20_000])}
    return min(years) if years and max(years) - min(years) <= 1 else None
