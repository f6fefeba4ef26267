"""Known errors of CaLM's published answers, found from the records' own formulas and from the criteria they name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...agent.policies.rules.formal.answer import run_pure
from ...agent.state import ToolCall
from ...tools.domain.errors import ToolError
from ...tools.domain.results import SetsVerdict
from ..cladder.audit import known_error as cladder_error
from .prompts import FIRST_IS_HIDDEN, Row
from .tasks import Task

ROUNDED_TWICE = "The key rounds P(outcome | do(cause)) to four decimals before it divides by a small probability."
SEVERAL = "Options {} meet the criterion alike; the question has more than one answer."
_TERM = re.compile(r"P\((?P<event>[^|()]+)(?:\|(?P<given>[^()]+))?\)\s*=\s*(?P<value>\d*\.?\d+)")
_EDGE = re.compile(r"(\w+) causes (\w+)")

Levels = frozenset[str]
"""Such as {"A=1", "B=0"}."""


@dataclass(frozen=True)
class Term:
    """One given number of a record, in its own notation."""

    event: Levels
    given: Levels
    value: float


def known_error(task: Task, row: Row) -> tuple[str, str | None]:
    """Why the published answer of a record is wrong or undecidable, and the right one where there is one."""
    meta = row.get("meta")
    if isinstance(meta, dict) and task.family in ("CORR", "EAE", "BAS", "CB", "CR"):
        query, graph = str(meta.get("query_type", "")), str(meta.get("graph_id", ""))
        given, asked, answer = (str(row.get(key, "")) for key in ("given_info", "question", "gt_answer"))
        return cladder_error(query, graph, given, asked, answer)
    if task.family in ("PN", "PS"):
        return _rounded_twice(row)
    if task.family in ("FAS", "IV") or task.name.startswith("BAS-C"):
        return _several_options(task, row)
    return "", None


def _rounded_twice(row: Row) -> tuple[str, str | None]:
    background = row.get("Background") or {}
    terms = given_terms(str(background.get("data_info_math", "")))
    upper = "upper bound" in str(row.get("Question", ""))
    exact, published = causation_bound(terms, upper=upper), causation_bound(terms, upper=upper, early=True)
    if exact is None or published is None or f"{exact:.4f}" == f"{published:.4f}":
        return "", None
    return ROUNDED_TWICE, f"{exact:.4f}"


def given_terms(text: str) -> list[Term]:
    """The numbers of `P(F=0|D=0,B=0)=0.4605; P(B=0)=0.8578`."""

    def levels(side: str | None) -> Levels:
        return frozenset(part.strip() for part in (side or "").split(",") if part.strip())

    return [Term(levels(m["event"]), levels(m["given"]), float(m["value"])) for m in _TERM.finditer(text)]


def causation_bound(terms: list[Term], *, upper: bool, early: bool = False) -> float | None:
    """A bound on the probability of necessity or sufficiency, from the terms that CaLM gives for it.

    Args:
        terms: P(y | x, z) for each z, P(z), P(y), and P(x, y) at one or both levels.
        upper: The upper bound, else the lower.
        early: Round P(y | do(x)) to four decimals on the way, as the key does.

    Returns:
        None when the terms are not of this form.

    Reference: Tian and Pearl 2000, Theorem 4.
    """
    conditional = [t for t in terms if t.given]
    joints = [t for t in terms if not t.given and len(t.event) == 2]
    alone = {t.event: t.value for t in terms if not t.given and len(t.event) == 1}
    if not conditional or not joints or len({t.event for t in conditional}) != 1:
        return None
    (outcome,) = {t.event for t in conditional}
    treatments = {level.partition("=")[0] for t in joints for level in t.event} - {
        next(iter(outcome)).partition("=")[0]
    }
    cause = {level for t in conditional for level in t.given if level.partition("=")[0] in treatments}
    if len(cause) != 1:
        return None
    under_do = 0.0
    for term in conditional:
        rest = term.given - cause
        weight = 1.0 if not rest else alone.get(rest)
        if weight is None:
            return None
        under_do += term.value * weight
    under_do = round(under_do, 4) if early else under_do
    same = {t.event: t.value for t in joints}.pop(outcome | cause, None)
    others = [t.value for t in joints if t.event != outcome | cause]
    seen = alone.get(outcome)
    if len(others) != 1 or not others[0]:
        return None
    if upper:
        return None if same is None else min(1.0, (under_do - same) / others[0])
    return None if seen is None else max(0.0, (seen - under_do) / others[0])


def _several_options(task: Task, row: Row) -> tuple[str, str | None]:
    """Options that the criterion and the stated preference do not tell apart."""
    try:
        ends, first = (row["treatment"], row["outcome"]), row["vertices"][0]
        args = {
            "edges": tuple(_EDGE.findall(row["edges"])),
            "nodes": tuple(row["vertices"]),
            "latent": (first,) if task.name in FIRST_IS_HIDDEN and first not in ends else (),
            "criterion": {"FAS": "frontdoor", "IV": "instrument"}.get(task.family, "backdoor"),
            "treatment": ends[0],
            "outcome": ends[1],
            "options": tuple(tuple(re.findall(r"\w+", row[f"option{i}"])) for i in (1, 2, 3)),
        }
        result = run_pure(ToolCall(tool="reason_sets", args=args, why="audits a label"))
    except (KeyError, IndexError, TypeError, ToolError):
        # what the record lacks is told when it is read as an item
        return "", None
    assert isinstance(result, SetsVerdict)
    sizes = {i: len(j.variables) for i, j in enumerate(result.judged, start=1) if j.holds}
    extreme = {"BAS-C_max-BAS": max, "BAS-C_min-BAS": min}.get(task.name)
    alike = [i for i, size in sizes.items() if extreme is None or size == extreme(sizes.values())]
    return (SEVERAL.format(" and ".join(map(str, alike))), None) if len(alike) > 1 else ("", None)
