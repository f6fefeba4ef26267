"""Propagate directions through a partly directed graph with Meek's rules.

`Partial` is the one mutable graph of the domain: an adjacency table that equivalence classes are computed on and
that never leaves these modules.
"""

from __future__ import annotations

from collections.abc import Iterable

from .graphs import Graph


class Partial:
    """A partly directed graph as four neighbour tables: undirected, parents, children, adjacent."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.undirected: dict[str, set[str]] = {n: set() for n in nodes}
        self.parents: dict[str, set[str]] = {n: set() for n in self.undirected}
        self.children: dict[str, set[str]] = {n: set() for n in self.undirected}
        self.adjacent: dict[str, set[str]] = {n: set() for n in self.undirected}

    @classmethod
    def of(cls, graph: Graph) -> Partial:
        """Take a DAG or a CPDAG; its undirected edges stay undirected."""
        partial = cls(graph.nodes)
        for e in graph.edges:
            a, b = (e.target, e.source) if e.symbol == "<-" else (e.source, e.target)
            partial.join(a, b)
            if e.directed:
                partial.direct(a, b)
        return partial

    def copy(self) -> Partial:
        """An independent copy."""
        other = Partial(())
        for name in ("undirected", "parents", "children", "adjacent"):
            setattr(other, name, {n: set(s) for n, s in getattr(self, name).items()})
        return other

    def join(self, a: str, b: str) -> None:
        """Add the undirected edge a -- b."""
        for here, there in ((a, b), (b, a)):
            self.undirected[here].add(there)
            self.adjacent[here].add(there)

    def direct(self, a: str, b: str) -> None:
        """Turn a -- b into a -> b."""
        self.undirected[a].discard(b)
        self.undirected[b].discard(a)
        self.children[a].add(b)
        self.parents[b].add(a)

    def arrows(self) -> list[tuple[str, str]]:
        """Every directed edge as (cause, effect)."""
        return [(a, b) for b, causes in self.parents.items() for a in sorted(causes)]

    def close(self, fresh: Iterable[tuple[str, str]] | None = None) -> Partial:
        """Apply rules R1 to R4 until nothing changes; `fresh` are the arrows not yet propagated (all when None).

        Reference: Meek 1995, Causal inference and causal explanation with background knowledge, Figure 1.
        """
        todo = self.arrows() if fresh is None else list(fresh)
        while todo:
            a, b = todo.pop()
            for cause, effect in [*self._rules_1_2(a, b), *self._rules_3_4(a, b)]:
                if effect in self.undirected[cause]:
                    self.direct(cause, effect)
                    todo.append((cause, effect))
        return self

    def _rules_1_2(self, a: str, b: str) -> list[tuple[str, str]]:
        # R1: a -> b -- c with a, c not adjacent gives b -> c
        found = [(b, c) for c in self.undirected[b] if c not in self.adjacent[a]]
        # R2: a -> b -> c with a -- c gives a -> c; and c -> a -> b with c -- b gives c -> b
        found += [(a, c) for c in self.children[b] & self.undirected[a]]
        found += [(c, b) for c in self.parents[a] & self.undirected[b]]
        return found

    def _rules_3_4(self, a: str, b: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        # R3: k -- a -> b <- d -- k with a, d not adjacent and k -- b gives k -> b
        for k in self.undirected[b] & self.undirected[a]:
            others = (self.parents[b] & self.undirected[k]) - self.adjacent[a] - {a}
            if others:
                found.append((k, b))
        # R4: c -> d -> e with c, e not adjacent, k -- c, k -- e and k adjacent to d gives k -> e; here a -> b is c -> d, …
        for e in self.children[b] - self.adjacent[a]:
            found += [(k, e) for k in self.undirected[e] & self.undirected[a] & self.adjacent[b]]
        # … or a -> b is d -> e
        for c in self.parents[a] - self.adjacent[b]:
            found += [(k, b) for k in self.undirected[b] & self.undirected[c] & self.adjacent[a]]
        return found

    def cyclic(self) -> bool:
        """Whether the directed edges form a cycle."""
        waiting = {n: len(p) for n, p in self.parents.items()}
        ready = [n for n, n_causes in waiting.items() if not n_causes]
        n_done = 0
        while ready:
            n_done += 1
            for child in self.children[ready.pop()]:
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        return n_done < len(waiting)

    def unshielded_colliders(self) -> frozenset[tuple[str, str, str]]:
        """Every a -> b <- c with a, c not adjacent, as (a, b, c) with a before c."""
        found: set[tuple[str, str, str]] = set()
        for b, causes in self.parents.items():
            ordered = sorted(causes)
            for i, a in enumerate(ordered):
                found |= {(a, b, c) for c in ordered[i + 1 :] if c not in self.adjacent[a]}
        return frozenset(found)

    def extension(self) -> list[tuple[str, str]] | None:
        """Direct every undirected edge without a cycle or a new unshielded collider.

        Returns:
            All edges as (cause, effect), or None when no such DAG exists.

        Reference: Dor and Tarsi 1992, A simple algorithm to construct a consistent extension.
        """
        left = self.copy()
        found = self.arrows()
        todo = sorted(left.adjacent)
        waiting = set(todo)
        while todo:
            sink = todo.pop()
            if sink not in waiting or not left.is_free_sink(sink):
                continue
            waiting.discard(sink)
            found += [(n, sink) for n in sorted(left.undirected[sink])]
            # only the neighbours of a removed node can have become sinks
            todo += sorted(left.remove(sink))
        return None if waiting else found

    def is_free_sink(self, node: str) -> bool:
        """Whether every edge at the node may point into it."""
        around = self.adjacent[node]
        return not self.children[node] and all(around - {n} <= self.adjacent[n] for n in self.undirected[node])

    def remove(self, node: str) -> set[str]:
        """Take a node out; returns those that were its neighbours."""
        around = self.adjacent.pop(node)
        for n in around:
            for table in (self.undirected, self.parents, self.children, self.adjacent):
                table[n].discard(node)
        del self.undirected[node], self.parents[node], self.children[node]
        return around

    def within(self, keep: frozenset[str]) -> Partial:
        """The induced graph on some of the nodes."""
        sub = Partial(n for n in self.adjacent if n in keep)
        for name in ("undirected", "parents", "children", "adjacent"):
            ours, theirs = getattr(self, name), getattr(sub, name)
            for n in theirs:
                theirs[n] = ours[n] & keep
        return sub

    def undirected_part(self) -> Partial:
        """The undirected edges alone."""
        part = Partial(self.undirected)
        for a, near in self.undirected.items():
            part.undirected[a], part.adjacent[a] = set(near), set(near)
        return part

    def components(self) -> list[frozenset[str]]:
        """Groups of two or more nodes connected by undirected edges."""
        found: list[frozenset[str]] = []
        seen: set[str] = set()
        for start in self.undirected:
            if start in seen or not self.undirected[start]:
                continue
            group = {start}
            todo = [start]
            while todo:
                fresh = self.undirected[todo.pop()] - group
                group |= fresh
                todo += fresh
            seen |= group
            found.append(frozenset(group))
        return found
