"""Partial ancestral graphs: a member of the class, possible directions and visible edges."""

from __future__ import annotations

from .edges import Edge
from .graphs import Cpdag, Graph, Pag
from .walks import Walks


def member_mag(pag: Pag) -> Walks:
    """Take one maximal ancestral graph of the class, as walks.

    `o->` becomes `->`, `o--` becomes an arrow out of the tail, and the `o-o` edges become a DAG without unshielded
    colliders, by maximum cardinality search.

    Reference: Zhang 2008, On the completeness of orientation rules, Theorem 2 and Lemma 4.3.6 of his thesis.
    """
    place = _search_order(pag)
    walks = Walks(pag.nodes)
    for e in pag.edges:
        source, target = e.mark_source == "arrow", e.mark_target == "arrow"
        if e.symbol == "o-o":
            target = place[e.source] < place[e.target]
            source = not target
        elif e.symbol in ("o--", "--o"):
            source, target = e.symbol == "o--", e.symbol == "--o"
        walks.add(e.source, e.target, source, target)
    return walks


def _search_order(pag: Pag) -> dict[str, int]:
    """Number the nodes so that, in each chordal component of `o-o`, earlier neighbours form a clique."""
    around: dict[str, list[str]] = {n: [] for n in pag.nodes}
    for e in pag.edges:
        if e.symbol == "o-o":
            around[e.source].append(e.target)
            around[e.target].append(e.source)
    weight = dict.fromkeys(pag.nodes, 0)
    buckets: list[dict[str, None]] = [dict.fromkeys(pag.nodes)]
    order: dict[str, int] = {}
    while len(order) < len(pag.nodes):
        while not buckets[-1]:
            buckets.pop()
        node = next(iter(buckets[-1]))
        del buckets[-1][node]
        order[node] = len(order)
        for n in around[node]:
            if n not in order:
                del buckets[weight[n]][n]
                weight[n] += 1
                if weight[n] == len(buckets):
                    buckets.append({})
                buckets[weight[n]][n] = None
    return order


def may_cause(graph: Graph, e: Edge, node: str) -> bool:
    """Whether an edge at `node` may point away from it in some member of the class.

    It has no arrowhead here and no tail at the far end; the tails of `--` in a CPDAG are undecided marks.
    """
    far = e.target if e.source == node else e.source
    undecided = e.symbol == "--" and isinstance(graph, Cpdag)
    return undecided or (e.mark_at(node) != "arrow" and e.mark_at(far) != "tail")


def visible(pag: Pag, cause: str, effect: str) -> bool:
    """Whether `cause -> effect` cannot be confounded by a hidden variable in any graph of the class.

    It is when some node not adjacent to `effect` has an edge into `cause`, or reaches `cause` by a path of
    colliders that are all parents of `effect`.

    Reference: Zhang 2008, Causal reasoning with ancestral graphs, Definition 8.
    """
    e = pag.edge_between(cause, effect)
    if e is None or e.symbol != "->":
        return False
    near, parents = set(pag.adjacent(effect)) | {effect}, set(pag.parents(effect))
    seen, todo = {cause}, [cause]
    while todo:
        node = todo.pop()
        for step in pag.incident(node):
            other = step.target if step.source == node else step.source
            if other in seen or step.mark_at(node) != "arrow":
                continue
            if other not in near:
                return True
            if step.symbol == "<->" and other in parents:
                seen.add(other)
                todo.append(other)
    return False
