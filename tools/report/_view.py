"""What every report shows, gathered once from the answer as JSON."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from pydantic import TypeAdapter, ValidationError

from ..domain.errors import BadArguments
from ..domain.graphs import AnyGraph
from ..domain.results import BalanceReport, ReportFile, Result, result_from_json
from ..spec import Args, Env
from ._dag import draw_graph
from ._figures import forest_plot, love_plot, overlap_plot

REQUIRED = ("schema_version", "run", "claim", "words", "evidence")
EXAMPLE_ANSWER: dict[str, Any] = {
    "schema_version": "1", "run": "example", "status": "answered", "claim": "t raises y.", "claims": [], "words": "does t raise y?",
    "question": None, "reading": [], "design": "experiment", "design_reasons": ["an example"], "plan": [], "identified": True,
    "estimand": None, "estimator": None, "adjustment_set": [], "estimate": None, "effect_range": None, "graph": None,
    "assumptions": [], "checks": [], "evidence": [], "ledger": [], "warnings": [], "would_change": [], "seconds": 0.1,
}  # fmt: skip


class ReportArgs(Args):
    """What to write, and where."""

    path: str
    """File to write; one the person named, or inside the workspace."""
    answer: dict[str, Any]
    """The answer as JSON, as `--json` prints it."""


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is not an answer; fill fields that an older answer lacks.

    Raises:
        BadArguments: a required field is missing.
    """
    if missing := [f for f in REQUIRED if f not in answer]:
        raise BadArguments(
            f"This is not an answer: it lacks {', '.join(missing)}. Give the object that `whence ask --json` prints."
        )
    return EXAMPLE_ANSWER | answer


def view(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its figures and a manifest of data, versions and seeds."""
    answer = checked(answer)
    results = [(e, _typed(e)) for e in answer["evidence"] if e.get("ok", True)]
    balance = next((r for _, r in reversed(results) if isinstance(r, BalanceReport)), None)
    primary = next((e["id"] for e, _ in results if _is_primary(e, answer)), None)
    return {
        "answer": answer,
        "dag": _dag(answer),
        "forest": forest_plot(answer["ledger"], primary),
        "love": love_plot(balance) if balance else None,
        "overlap": overlap_plot(balance) if balance else None,
        "balance": balance,
        "manifest": _manifest(answer["evidence"]),
    }


def _typed(evidence: dict[str, Any]) -> Result | None:
    try:
        return result_from_json(evidence["result"]) if evidence.get("result") else None
    except (KeyError, ValidationError):
        return None  # a newer kind of result: shown by its summary only


def _is_primary(evidence: dict[str, Any], answer: dict[str, Any]) -> bool:
    estimate, result = answer.get("estimate"), evidence.get("result") or {}
    return bool(estimate) and result.get("kind") == "estimate" and result.get("value") == estimate.get("value")


def _dag(answer: dict[str, Any]) -> str | None:
    if not answer.get("graph"):
        return None
    graph: AnyGraph = TypeAdapter(AnyGraph).validate_python(answer["graph"])
    question = answer.get("question") or {}
    colors: dict[str, str] = dict.fromkeys(answer.get("adjustment_set") or (), "adjusted")
    colors |= {question[k]: k for k in ("treatment", "outcome") if question.get(k)}
    return draw_graph(graph, colors)


def _manifest(evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """Hashes, versions and seeds over all evidence."""
    datasets: dict[str, str] = {}
    versions: dict[str, str] = {}
    seeds: set[int] = set()
    for e in evidence:
        provenance = e.get("provenance") or {}
        datasets |= provenance.get("datasets") or {}
        versions |= provenance.get("versions") or {}
        seeds.add(int(provenance.get("seed") or 0))
    return {"datasets": datasets, "versions": dict(sorted(versions.items())), "seeds": sorted(seeds)}


def render(template: str, context: dict[str, Any]) -> str:
    """Fill a template; a field it names and does not get is an error."""
    environment = Environment(
        loader=PackageLoader("whence.tools.report", "templates"),
        autoescape=select_autoescape(["html", "html.j2"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["md"] = markdown_text
    environment.filters["num"] = short_number
    return environment.get_template(template).render(context)


def short_number(value: Any) -> str:
    """A number for a table: four significant digits; nothing for None."""
    return (
        f"{value:,.4g}"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else ""
        if value is None
        else str(value)
    )


def markdown_text(value: Any) -> str:
    """Text that Markdown shows as it is: no markup, link, table cell or HTML can come from data."""
    flat = " ".join(str(value).split())
    return "".join("\\" + ch if ch in "\\`*_{}[]<>()#+!|~$" else ch for ch in flat)


def write_report(
    env: Env, path: str, content: str, format: Literal["markdown", "html", "json", "script"]
) -> ReportFile:
    """Write a file whole or not at all."""
    target = env.writable(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    body = content.encode("utf-8")
    try:
        Path(temporary).write_bytes(body)
        os.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadArguments(
            f"The report {path[:200]!r} cannot be written: {error.strerror}. Choose another file."
        ) from error
    return ReportFile(path=path, format=format, sha256=hashlib.sha256(body).hexdigest(), n_bytes=len(body))
