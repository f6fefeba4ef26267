"""What each variable is to a treatment and an outcome in one graph of directed and bidirected edges.

Reference: Pearl 2009, ch. 3; Cinelli, Forney, Pearl 2022, A crash course in good and bad controls.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from ..domain.adjustment import AdjustmentProblem, minimal_adjustment_sets
from ..domain.graphs import Admg, Dag
from ..domain.results import RoleName, VariableRole
from ..domain.separation import minimal_separator, path_text, walks_of
from ..domain.walks import Walks

AdjustVerdict = Literal["needed", "allowed", "harmful", "useless"]
NO_PATH = "no open path"


class RoleFinder:
    """Roles in one graph; what all variables share is computed once."""

    def __init__(self, graph: Dag | Admg, treatment: str, outcome: str) -> None:
        self.graph = graph
        self.t = treatment
        self.y = outcome
        self.problem = AdjustmentProblem(graph, treatment, outcome)
        self.walks = walks_of(graph)

    @cached_property
    def backdoor(self) -> Walks:
        """The graph without the first edges of the causal paths."""
        return self.problem.backdoor

    @cached_property
    def before_t(self) -> frozenset[str]:
        """Causes of the treatment, by a path that does not run through the outcome."""
        return self._reach(self.t, self.y, forward=False)

    @cached_property
    def after_t(self) -> frozenset[str]:
        """Effects of the treatment, by a path that does not run through the outcome."""
        return self._reach(self.t, self.y, forward=True)

    @cached_property
    def before_y(self) -> frozenset[str]:
        """Causes of the outcome, by a path that does not run through the treatment."""
        return self._reach(self.y, self.t, forward=False)

    @cached_property
    def after_y(self) -> frozenset[str]:
        """Effects of the outcome, by a path that does not run through the treatment."""
        return self._reach(self.y, self.t, forward=True)

    @cached_property
    def near_t(self) -> frozenset[str]:
        """Nodes that an open path joins to the treatment, the causal paths and the outcome left out."""
        return self.backdoor.within(frozenset(self.graph.nodes) - {self.y}).connected((self.t,))

    @cached_property
    def near_y(self) -> frozenset[str]:
        """Nodes that an open path joins to the outcome, the treatment left out."""
        return self.backdoor.within(frozenset(self.graph.nodes) - {self.t}).connected((self.y,))

    @cached_property
    def sets(self) -> tuple[tuple[str, ...], ...]:
        """The minimal adjustment sets, at most 20."""
        return minimal_adjustment_sets(self.graph, self.t, self.y, limit=20)

    def role(self, node: str) -> VariableRole:
        """The role of one variable."""
        name, path, because = self._role(node)
        adjust, reason = self._adjust(node, name)
        return VariableRole(variable=node, role=name, path=path, adjust=adjust, because=f"{because}; {reason}")

    def _role(self, v: str) -> tuple[RoleName, str, str]:
        """Role, the path that makes it so, and the reason; the first that fits."""
        t, y = self.t, self.y
        if v == t:
            return "treatment", self._causal_path() or NO_PATH, f"{t} is the treatment"
        if v == y:
            return "outcome", self._causal_path() or NO_PATH, f"{y} is the outcome"
        if v in self.after_t and v in self.before_y:
            return "mediator", self._chain(t, v, y), f"the effect of {t} on {y} runs through it"
        if v in self.after_y and v in self.after_t:
            path = f"{self._directed(t, v, avoid=y)} {_backward(self._directed(y, v, avoid=t))}"
            return "collider", path, f"{t} and {y} both cause it"
        if v in self.after_t:
            return "descendant_of_treatment", self._directed(t, v, avoid=y), f"{t} causes it"
        if v in self.after_y:
            return "descendant_of_outcome", self._directed(y, v, avoid=t), f"{y} causes it"
        return self._role_before(v)

    def _role_before(self, v: str) -> tuple[RoleName, str, str]:
        """Roles of variables that neither the treatment nor the outcome causes."""
        t, y = self.t, self.y
        if v in self.before_t and v in self.before_y:
            path = f"{_reversed(self._directed(v, t, avoid=y))} {self._directed(v, y, avoid=t, skip=True)}"
            return "confounder", path, f"it causes both {t} and {y}"
        if (v in self.before_t and v in self.near_y) or (v in self.before_y and v in self.near_t):
            return "proxy_of_confounder", self._through(v), f"it lies on a path between {t} and {y} that is not causal"
        if instrument := self._instrument(v):
            return "instrument", instrument, f"it reaches {y} only through {t}"
        if v in self.before_t:
            return "cause_of_treatment", self._directed(v, t, avoid=y), f"it causes {t}"
        if path := self._collider_path(v):
            return (
                "m_bias_collider",
                path,
                f"it is a collider on a path between {t} and {y}",
            )
        if v in self.near_y and v in self.near_t:
            return "proxy_of_confounder", self._shared(v), f"it shares a cause with {t} and {y}"
        if v in self.near_y:
            return "precision", self._open(self.backdoor, v, y), f"it goes with {y}, not with {t}"
        return "irrelevant", NO_PATH, f"no open path joins it to {y}"

    def _adjust(self, v: str, role: RoleName) -> tuple[AdjustVerdict, str]:
        """What adjusting for the variable does to an estimate of the total effect."""
        if role in ("treatment", "outcome"):
            return "useless", "it is no covariate"
        if v in self.graph.latent:
            return "useless", "it is not measured, so it cannot be adjusted for"
        if v in self.problem.forbidden:
            return "harmful", "adjusting for it biases the total effect"
        breaks = None if any(v in s for s in self.sets) else self._breaks(v)
        if breaks is not None:
            return (
                "harmful",
                "adjusting for it biases the effect"
                if role == "m_bias_collider"
                else f"adjusting for it opens {breaks}",
            )
        if self.problem.solvable and not self._solvable_without(v):
            return "needed", "every valid set has it"
        if any(v in chosen for chosen in self.sets):
            others = next((chosen for chosen in self.sets if v not in chosen), ())
            instead = "{" + ", ".join(others) + "}" if others else "nothing"
            return "allowed", f"it closes a path, but adjusting for {instead} instead is enough"
        if role == "confounder" and not self.sets:
            return "needed", "no valid set exists, yet without it one more path stays open"
        if role in ("confounder", "proxy_of_confounder"):
            return (
                "allowed",
                "valid sets exist with and without it" if self.sets else "no valid set of measured variables exists",
            )
        if role == "precision":
            return "allowed", "adjusting for it makes the estimate more precise"
        if role in ("instrument", "cause_of_treatment"):
            return "useless", "adjusting for it makes the estimate less precise, and worse under hidden confounding"
        return "useless", "adjusting for it changes nothing on average"

    def _solvable_without(self, v: str) -> bool:
        near = self.backdoor.ancestors([self.t, self.y])
        return self.problem.blocks(near & frozenset(self.problem.allowed) - {v})

    def _breaks(self, v: str) -> str | None:
        """A path that adjusting for v opens on top of a set that is valid without it (or of nothing), as text."""
        for chosen in self.sets or ((),):
            if v in chosen:
                continue
            path = self.problem.open_path((*chosen, v))
            if path and (self.sets or f"> {v} <" in f" {path} "):
                return path
        return None

    def _instrument(self, v: str) -> str | None:
        """The path into the treatment when v is an instrument, given others if need be."""
        if self.y not in self.graph.descendants(self.t):
            return None
        cut = self.walks.without((self.t,))
        allowed = [n for n in self.graph.observed if n not in self.graph.descendants(self.t) and n not in (v, self.y)]
        given = minimal_separator(cut, v, self.y, allowed)
        if given is None or cut.separated((v,), (self.t,), given):
            return None
        path = self._open(cut, v, self.t, given) + " " + (self._causal_path() or self.t).split(" ", 1)[-1]
        return path + (f" given {', '.join(given)}" if given else "")

    def _collider_path(self, v: str) -> str | None:
        """A path that is closed by the collider v alone, as text."""
        if v not in self.near_t or v not in self.near_y:
            return None
        path = self.backdoor.open_path(self.t, self.y, (v,))
        shown = path_text(self.graph, path, self.backdoor) if path else ""
        if f"> {v} <" in f" {shown} ":
            return shown
        return self._breaks(v)

    def _reach(self, start: str, avoid: str, *, forward: bool) -> frozenset[str]:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for other in self.graph.children(here) if forward else self.graph.parents(here):
                if other not in seen and other != avoid:
                    seen.add(other)
                    todo.append(other)
        return frozenset(seen - {start})

    def _directed(self, a: str, b: str, avoid: str | None = None, *, skip: bool = False) -> str:
        """A shortest directed path as text; `skip` leaves out its first node."""
        before: dict[str, str] = {a: a}
        todo = [a]
        for here in todo:
            for child in self.graph.children(here):
                if child not in before and (child != avoid or child == b):
                    before[child] = here
                    todo.append(child)
        path = [b]
        while path[-1] != a:
            path.append(before[path[-1]])
        path.reverse()
        return " -> ".join(["", *path[1:]] if skip else path).strip()

    def _chain(self, a: str, v: str, b: str) -> str:
        return f"{self._directed(a, v, avoid=b)} {self._directed(v, b, avoid=a, skip=True)}"

    def _causal_path(self) -> str | None:
        return self._directed(self.t, self.y) if self.y in self.graph.descendants(self.t) else None

    def _open(self, walks: Walks, a: str, b: str, given: tuple[str, ...] = ()) -> str:
        path = walks.open_path(a, b, given)
        return path_text(self.graph, path, walks) if path else NO_PATH

    def _through(self, v: str) -> str:
        """An open path between treatment and outcome that passes v, when one is found."""
        whole = self.backdoor.open_path(self.t, self.y)
        if whole and v in whole:
            return path_text(self.graph, whole, self.backdoor)
        left, right = self.backdoor.open_path(self.t, v), self.backdoor.open_path(v, self.y)
        if left and right and not set(left[:-1]) & set(right[1:]):
            return path_text(self.graph, (*left, *right[1:]), self.backdoor)
        return self._shared(v)

    def _shared(self, v: str) -> str:
        return f"{self._open(self.backdoor, self.t, v)}; {self._open(self.backdoor, v, self.y)}"


def _reversed(path: str) -> str:
    """`a -> b -> c` read from its end: `c <- b <- a`."""
    return " <- ".join(reversed(path.split(" -> ")))


def _backward(path: str) -> str:
    """`y -> a -> c` as the right half of a path that ends in y, without c: `<- a <- y`."""
    return "<- " + " <- ".join(list(reversed(path.split(" -> ")))[1:])
