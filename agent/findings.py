"""What a run is given at its beginning, and what of its answer is remembered."""

from __future__ import annotations

from collections.abc import Iterable

from ..memory.store import Memory
from ..tools.domain.evidence import Evidence
from ..tools.domain.graphs import AnyGraph, Dag
from ..tools.domain.results import DatasetCard, GraphResult, result_from_json
from .state import Answer, Catalog


def remember(memory: Memory, answer: Answer, catalog: Catalog, author: str) -> GraphResult | None:
    """Keep an answer and what it learned.

    Args:
        memory: Where to.
        answer: With its evidence.
        catalog: What was asked about.
        author: Who decided in the run.

    Returns:
        The graph that was learned last, under the name it is remembered by; None when none was.
    """
    table = catalog.table
    sha = table.sha256 if table else None
    if table:
        memory.save_dataset(table.name, table.sha256, tuple(c.name for c in table.columns), table.n_rows)
    if answer.status not in ("cannot_read", "failed"):
        body = answer.model_dump(mode="json", exclude={"evidence"})
        memory.save_finding(
            words=answer.words, answer=body, claim=answer.claim, question=body["question"], author=author,
            dataset_sha256=sha, run=answer.run,
        )  # fmt: skip
    results = [
        result_from_json(e.result) for e in answer.evidence if e.ok and e.result and e.result.get("kind") == "graph"
    ]
    learned = [r for r in results if isinstance(r, GraphResult) and r.learned]
    if not learned:
        return None
    latest = learned[-1].model_copy(update={"name": f"{table.name if table else 'graph'} (learned)"})
    memory.save_graph(
        latest.name, latest.graph, author=f"data:{latest.method}", note=f"{latest.method}, run {answer.run}",
        dataset_sha256=sha, run=answer.run,
    )  # fmt: skip
    return latest


def first_evidence(
    load: Evidence | None, name: str | None, graph: AnyGraph | None, opinions: Iterable[Evidence]
) -> tuple[Evidence, ...]:
    """The first entries of a ledger: how the table was loaded, the graph that was given, and what a model thinks.

    Args:
        load: Of `data_load`; None without a table.
        name: Of the graph that was given.
        graph: That graph; None when none was.
        opinions: Of `knowledge_*` tools; none when no model was asked.
    """
    found = [load] if load else []
    if graph is not None and name is not None:
        graph, hidden = _hidden(graph, load)
        given = GraphResult(name=name, graph=graph, method="read")
        body = given.model_dump(mode="json")
        found.append(
            Evidence(
                id="", tool="graph_read", args={"name": name}, result=body, summary=given.summary(), warnings=hidden
            )
        )
    found += opinions
    return tuple(e.model_copy(update={"id": f"E{n}"}) for n, e in enumerate(found, 1))


def _hidden(graph: AnyGraph, load: Evidence | None) -> tuple[AnyGraph, tuple[str, ...]]:
    """The graph with the nodes hidden that the table has no column for, and what to say of it."""
    card = result_from_json(load.result) if load and load.result else None
    columns = {c.name for c in card.columns} if isinstance(card, DatasetCard) else set[str]()
    missing = [n for n in graph.observed if n not in columns]
    if not isinstance(graph, Dag) or not missing or len(columns & {*graph.observed}) < 2:
        return graph, ()
    told = f"Taken as hidden, since the table has no such column: {', '.join(map(repr, missing[:10]))}."
    return Dag.build(graph.edges, nodes=graph.nodes, latent=(*graph.latent, *missing)), (told,)
