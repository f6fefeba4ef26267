"""What every report shows, gathered once from the answer as JSON."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..domain.edges import Edge
from ..domain.errors import WhenceError
from ..domain.graphs import Admg, AnyGraph
from ..domain.results import (
    AuditReport,
    BalanceReport,
    DatasetCard,
    EffectEstimate,
    GraphResult,
    ImplicationsResult,
    Refutation,
    Result,
    RolesResult,
    Sensitivity,
    result_from_json,
)
from ._answer import checked, every_text, file_of, visible
from ._dag import draw_graph
from ._figures import forest_plot, love_plot, overlap_plot

R = TypeVar("R", bound=Result)
STATUS = {
    "answered": "answered", "not_identifiable": "cannot be known from these data", "range": "a range, not one number",
    "cannot_read": "the question could not be read", "needs_input": "one thing must be said first",
    "incomplete": "not finished", "failed": "failed",
}  # fmt: skip
MAX_LISTED = 60


def view(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its figures, the flow of rows, and a manifest of data, versions and seeds.

    Raises:
        BadArguments: it is not an answer.
    """
    answer = every_text(checked(answer), visible)
    results = [r for e in answer["evidence"] if e.get("ok", True) and (r := _typed(e))]
    balance, card = _last(results, BalanceReport), _last(results, DatasetCard)
    primary = next((e["id"] for e in answer["evidence"] if _is_primary(e, answer)), None)
    dag, dag_note = _dag(answer, results)
    return {
        "answer": answer,
        "status": STATUS.get(answer["status"], answer["status"]),
        "primary": primary,
        "dag": dag,
        "dag_note": dag_note,
        "forest": forest_plot(answer["ledger"], primary),
        "love": love_plot(balance) if balance else None,
        "overlap": overlap_plot(balance) if balance else None,
        "balance": balance,
        "card": card,
        "flow": _flow(card, _estimate(answer, primary), balance, answer),
        "audit": _last(results, AuditReport),
        "sensitivity": _last(results, Sensitivity),
        "refutations": [r for r in results if isinstance(r, Refutation)],
        "implications": _last(results, ImplicationsResult),
        "manifest": _manifest(answer["evidence"]),
    }


def _last(results: list[Result], kind: type[R]) -> R | None:
    return next((r for r in reversed(results) if isinstance(r, kind)), None)


def _typed(evidence: dict[str, Any]) -> Result | None:
    try:
        return result_from_json(evidence["result"]) if evidence.get("result") else None
    except (KeyError, ValidationError, WhenceError):
        return None  # a newer kind of result: shown by its summary only


def _is_primary(evidence: dict[str, Any], answer: dict[str, Any]) -> bool:
    estimate, result = answer.get("estimate"), evidence.get("result") or {}
    return bool(estimate) and result.get("kind") == "estimate" and result.get("value") == estimate.get("value")


def _estimate(answer: dict[str, Any], primary: str | None) -> EffectEstimate | None:
    found = next((_typed(e) for e in answer["evidence"] if e["id"] == primary), None)
    return found if isinstance(found, EffectEstimate) else None


def _flow(
    card: DatasetCard | None, estimate: EffectEstimate | None, balance: BalanceReport | None, answer: dict[str, Any]
) -> list[tuple[str, str]]:
    """How many rows there were at each stage, as (number, words)."""
    if card is None:
        return []
    steps = [(f"{card.n_rows:,}", f"rows loaded from {_file(answer)}")]
    if estimate is None:
        return steps
    if gone := card.n_rows - estimate.n_used:
        population = (answer.get("question") or {}).get("population")
        why = (
            "outside the population asked for, or missing a value"
            if population
            else "missing a value, or in other arms"
        )
        steps.append((f"{gone:,}", f"left out: {why}"))
    steps.append((f"{estimate.n_used:,}", f"rows used by {estimate.estimator.replace('_', ' ')}"))
    if balance:
        steps.append((f"{balance.n_treated:,} / {balance.n_control:,}", "treated / control"))
    return steps


def _file(answer: dict[str, Any]) -> str:
    return next((file_of(e) for e in answer["evidence"] if e["tool"] == "data_load"), "the table")


def _dag(answer: dict[str, Any], results: list[Result]) -> tuple[str | None, str]:
    """The picture of the graph, or of what the design assumes where no graph was used, and where it comes from."""
    question = answer.get("question") or {}
    roles: dict[str, str] = {}
    if found := _last(results, RolesResult):
        roles = {r.variable: r.role.replace("_", " ") for r in found.roles if r.role not in ("irrelevant", "undecided")}
    roles |= {question[k]: k for k in ("treatment", "outcome") if question.get(k)}
    if question.get("target"):
        roles[question["target"]] = "outcome"
    adjusted = frozenset[str](answer.get("adjustment_set") or ())
    roles = dict.fromkeys(adjusted, "adjusted") | roles
    if not answer.get("graph"):
        return _schema(answer)
    try:
        graph: AnyGraph = TypeAdapter[AnyGraph](AnyGraph).validate_python(answer["graph"])
    except (ValidationError, WhenceError):
        return None, "The graph is of a kind this version cannot draw; the JSON report holds it."
    source = _last(results, GraphResult)
    learned = source is not None and source.learned
    origin = f"Learned from the data by {source.method}." if learned and source else "Given, not learned from the data."
    return draw_graph(graph, roles, adjusted), origin


def _schema(answer: dict[str, Any]) -> tuple[str | None, str]:
    """A picture of what the design takes for granted: it is not a finding."""
    estimand = answer.get("estimand") or {}
    design, t, y = answer.get("design"), estimand.get("treatment"), estimand.get("outcome")
    if not t or not y or design not in ("experiment", "backdoor", "instrument", "frontdoor"):
        return None, ""
    roles, edges = {t: "treatment", y: "outcome"}, list[Edge]()
    covariates = list(answer.get("adjustment_set") or ())
    if len(covariates) > 4:
        covariates = [f"{len(covariates)} covariates"]
    causes = [t, y] if design in ("backdoor", "instrument") else [y]
    for z in covariates:
        roles[z] = "adjusted"
        edges += [Edge(source=z, target=n) for n in causes]
    for z in estimand.get("instruments") or ():
        roles[z] = "instrument"
        edges.append(Edge(source=z, target=t))
    mediators = (estimand.get("mediators") or ()) if design == "frontdoor" else ()
    for m in mediators:
        roles[m] = "mediator"
        edges += [Edge(source=t, target=m), Edge(source=m, target=y)]
    if not mediators:
        edges.append(Edge(source=t, target=y))
    if design in ("instrument", "frontdoor"):
        edges.append(Edge(source=t, target=y, mark_source="arrow"))
    try:
        graph = Admg(nodes=tuple(roles), edges=tuple(edges))
    except (ValidationError, WhenceError):  # a variable in two roles
        return None, ""
    words = "No graph was given: this is what the design takes for granted, not a finding."
    return draw_graph(graph, roles, frozenset(covariates)), words


def _manifest(evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """Hashes, versions, seeds and files over all evidence."""
    datasets: dict[str, str] = {}
    versions: dict[str, str] = {}
    seeds: set[int] = set()
    for e in evidence:
        provenance = e.get("provenance") or {}
        datasets |= provenance.get("datasets") or {}
        versions |= provenance.get("versions") or {}
        seeds.add(int(provenance.get("seed") or 0))
    files = [file_of(e) for e in evidence if e["tool"] == "data_load"]
    return {"datasets": datasets, "versions": dict(sorted(versions.items())), "seeds": sorted(seeds), "files": files}
