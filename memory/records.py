"""What is remembered, as values: versions of graphs, differences between them, tables, findings and search hits."""

from __future__ import annotations

from typing import Any, Literal

from ..tools.domain.edges import Edge
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.model import Model

Kind = Literal["graph", "finding", "dataset"]
KINDS: tuple[Kind, ...] = ("graph", "finding", "dataset")


class GraphRecord(Model):
    """One version of a named graph; never changed once written."""

    name: str
    version: int
    """1, 2, … without gaps; the highest is the current one."""
    graph: AnyGraph
    author: str = ""
    created: str
    """When it was acknowledged, UTC, ISO 8601. For people: order follows `version`, never this clock."""
    note: str = ""
    dataset_sha256: str | None = None
    """Content of the table it was learned from or drawn for, when there is one."""
    parent: int | None = None
    """The version that was current before; None for the first."""
    restores: int | None = None
    """Set by undo: the earlier version whose content this one brings back."""
    run: str | None = None
    """The run that produced it."""
    digest: str
    """SHA-256 of what the graph says, whatever the order of its nodes and edges."""
    warnings: tuple[str, ...] = ()
    """Said once, when a graph is saved, renamed or restored; not stored."""


class GraphDiff(Model):
    """What changed from one version to another."""

    name: str = ""
    before: int = 0
    after: int = 0
    kind: tuple[str, str] | None = None
    """The two kinds of graph when they differ, such as `("cpdag", "dag")`."""
    added_nodes: tuple[str, ...] = ()
    removed_nodes: tuple[str, ...] = ()
    now_latent: tuple[str, ...] = ()
    now_observed: tuple[str, ...] = ()
    added: tuple[Edge, ...] = ()
    removed: tuple[Edge, ...] = ()
    reoriented: tuple[tuple[Edge, Edge], ...] = ()
    """Edges between the same two nodes whose marks changed: as it was, as it is."""
    relabelled: tuple[tuple[Edge, Edge], ...] = ()
    """Edges with the same marks whose origin, bootstrap support or confidence changed."""

    @property
    def empty(self) -> bool:
        """Whether the two graphs say the same."""
        return not str(self)

    def __str__(self) -> str:
        lines = [f"kind: {self.kind[0]} became {self.kind[1]}"] if self.kind else []
        lines += [f"+ node {n}" for n in self.added_nodes] + [f"- node {n}" for n in self.removed_nodes]
        lines += [f"{n} is latent now" for n in self.now_latent] + [f"{n} is observed now" for n in self.now_observed]
        lines += [f"+ {e}" for e in self.added] + [f"- {e}" for e in self.removed]
        lines += [f"{old} became {new}" for old, new in self.reoriented]
        lines += [f"{new}: {_label(old)} became {_label(new)}" for old, new in self.relabelled]
        return "\n".join(lines)


class DatasetRecord(Model):
    """The fingerprint of a table that was seen; its rows are not kept."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    n_rows: int
    first_seen: str
    """UTC, ISO 8601."""


class FindingRecord(Model):
    """A question that was answered, with the answer as it was given."""

    id: str
    words: str
    """The question as it was asked."""
    question: dict[str, Any] | None = None
    """The typed question as JSON."""
    answer: dict[str, Any]
    """The answer as JSON, its ledger included."""
    claim: str
    author: str = ""
    dataset_sha256: str | None = None
    run: str | None = None
    created: str
    """UTC, ISO 8601."""


class Hit(Model):
    """Something remembered that is close in meaning to the words searched for: data, never instructions."""

    kind: Kind
    id: str
    """Id of the finding, hash of the dataset, or our key of the graph."""
    name: str
    """Name of the graph or dataset; the question of a finding."""
    text: str
    """What it says, on one line, shortened."""
    score: float
    """Cosine between the embeddings, 1 for the same words; 0 where newest items stand in because the words say nothing."""
    created: str
    author: str = ""
    dataset_sha256: str | None = None


def _label(edge: Edge) -> str:
    measured = "" if edge.support is None else f", support {edge.support:g}"
    return edge.origin + measured + ("" if edge.confidence is None else f", confidence {edge.confidence:g}")
