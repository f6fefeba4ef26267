"""Change a graph: add, remove, reverse or orient edges, in words, as lists, or by background knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.edits import Edit, apply_edit, changes
from ..domain.equivalence import orient
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.formats import read_edits
from ..domain.graphs import Admg, AnyGraph, Cpdag, Dag
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..spec import Env


class EditArgs(Args):
    """Arguments of `graph_edit`."""

    graph: str
    """Name of a graph, or the id of the evidence that holds one."""
    name: str = Field(min_length=1, max_length=200)
    """Name to give the changed graph; the old one stays as it is unless the names are the same."""
    changes: tuple[str, ...] = ()
    """Changes in words, in order: `remove age -> income`, `reverse a -> b`, `orient a -- b as a -> b`, `nothing causes age`."""
    edits: tuple[Edit, ...] = ()
    """Changes as values, made before those in words; here names need no quotes, whatever is in them."""
    add: tuple[str, ...] = ()
    """Edges to add, such as `a -> b`."""
    remove: tuple[str, ...] = ()
    """Edges to remove, such as `a -> b`; `a -- b` removes whatever edge there is."""
    knowledge: Knowledge = Knowledge()
    """What must hold; a DAG loses forbidden edges and gains required ones, a CPDAG is oriented by it."""


def run(args: EditArgs, env: Env) -> GraphResult:
    """Apply edits, removals, additions, changes in words, then knowledge; the result is checked against the knowledge.

    Returns:
        The changed graph, with every difference from the old one among its notes.

    Raises:
        BadArguments: nothing is asked, a change is not understood, an edge is not there, or a cycle would arise (shown).
        AssumptionViolated: the knowledge contradicts itself or the graph.
    """
    before = graph = env.graph(args.graph)
    wanted = list(args.edits)
    wanted += [e for text in args.remove for e in read_edits(f"remove {text}")]
    wanted += [e for text in args.add for e in read_edits(f"add {text}")]
    wanted += [e for text in args.changes for e in read_edits(text)]
    if not wanted and args.knowledge.empty:
        raise BadArguments("Nothing to change: give changes, edits, add, remove or knowledge.")
    for edit in wanted:
        graph = apply_edit(graph, edit)
    if not args.knowledge.empty:
        graph = _with_knowledge(graph, args.knowledge)
    notes = changes(before, graph) or ("nothing had to change",)
    return GraphResult(name=args.name, graph=graph, method="edit", notes=notes)


def _with_knowledge(graph: AnyGraph, knowledge: Knowledge) -> AnyGraph:
    """Make a graph keep the knowledge, or say why it cannot."""
    if reason := knowledge.contradiction():
        raise AssumptionViolated(f"The knowledge contradicts itself: {reason}. Drop one of the two.")
    if isinstance(graph, Cpdag):
        graph = orient(graph, knowledge)
    elif isinstance(graph, Dag | Admg):
        graph = _enforced(graph, knowledge)
    if broken := knowledge.violations(graph):
        raise AssumptionViolated(
            f"The {type(graph).__name__} cannot keep this knowledge: {'; '.join(broken[:5])}. Change these edges by hand first."
        )
    return graph


def _enforced(graph: Dag | Admg, knowledge: Knowledge) -> AnyGraph:
    """Drop the edges that are forbidden, then add the required ones that are missing."""
    changed: AnyGraph = graph
    for e in graph.edges:
        if e.directed:
            cause, effect = (e.source, e.target) if e.symbol == "->" else (e.target, e.source)
            if knowledge.forbids(cause, effect):
                changed = apply_edit(changed, Edit(action="remove", source=cause, target=effect))
    for cause, effect in knowledge.required:
        changed.require(cause, effect)
        if cause not in changed.parents(effect):
            changed = apply_edit(changed, Edit(action="add", source=cause, target=effect))
    return changed


TOOL = Tool(
    "graph_edit",
    EditArgs,
    run,
    example=EditArgs(graph="confounder", name="changed", edits=(Edit(action="reverse", source="z", target="t"),)),
    reference="Meek 1995 (what follows from an orientation)",
)
