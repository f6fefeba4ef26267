"""Ask a model for the causal graph it would draw, breadth first: one question for the roots, one for each variable.

The number of questions is linear in the number of variables (Jiralerspong et al. 2024), where asking pair by pair is
quadratic. What closes a cycle is refused and the model is told; what it insists on is left out and said. The graph is
the model's opinion: it is marked so, and nothing here looks at data.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Literal, NamedTuple

from pydantic import Field

from ....prompts import render
from ....tools.domain.graphs import find_cycle
from ....tools.domain.model import Model
from ...state import Agreement
from .ask import Asker
from .errors import NoUsableReply

Described = tuple[str, str]
"""A variable's name and what it means; the meaning may be empty."""


class RootsReply(Model):
    """Variables that no other one causes."""

    roots: tuple[str, ...] = Field(max_length=400)


class Effect(Model):
    """One variable that is caused directly."""

    variable: str
    confidence: float
    """From 0 to 1."""
    because: str


class EffectsReply(Model):
    """What one variable causes directly."""

    effects: tuple[Effect, ...] = Field(max_length=400)


class DirectionReply(Model):
    """How two variables are linked."""

    link: Literal["first_causes_second", "second_causes_first", "common_cause", "none", "unknown"]
    confidence: float
    """From 0 to 1."""
    because: str


class Named(Model):
    """Something suggested, and why."""

    name: str
    because: str


class Suggestions(Model):
    """What an analyst should think of for one effect, by the model's knowledge."""

    confounders: tuple[Named, ...] = ()
    unmeasured: tuple[Named, ...] = ()
    """Common causes that no column measures."""
    instruments: tuple[Named, ...] = ()
    negative_outcomes: tuple[Named, ...] = ()
    negative_exposures: tuple[Named, ...] = ()
    never_adjust: tuple[Named, ...] = ()


class Opinion(NamedTuple):
    """One edge that the model draws."""

    source: str
    target: str
    confidence: float
    because: str


class Drawn(NamedTuple):
    """The graph as the model draws it."""

    edges: tuple[Opinion, ...]
    refused: tuple[str, ...]
    """What it insisted on and was left out, with the reason."""


def draw_graph(asker: Asker, variables: Sequence[Described], study: str = "") -> Drawn:
    """Have a model draw a graph, breadth first.

    Args:
        asker: The model.
        variables: All variables; each is asked about once.
        study: What is known of the study, in words.

    Raises:
        NoUsableReply: the model does not even name where to begin.
    """
    drawing = _Drawing(asker, variables, study)
    waiting = deque(drawing.roots())
    expanded: set[str] = set()
    while waiting:
        node = waiting.popleft()
        if node in expanded:
            continue
        expanded.add(node)
        waiting.extend(drawing.effects(node))
        if not waiting:  # what no root leads to is asked about all the same
            waiting.extend([name for name, _ in variables if name not in expanded][:1])
    return Drawn(tuple(drawing.edges.values()), tuple(drawing.refused))


def draw_anonymously(
    asker: Asker, variables: Sequence[Described], named: Drawn, study: str = "", seed: int = 0
) -> Agreement:
    """Draw again with codes for names, in another order; the descriptions stay.

    A graph that changes with the names was drawn from the names. Without descriptions every edge is a guess, and an
    honest model draws none.
    """
    shuffled = list(variables)
    Random(seed).shuffle(shuffled)
    codes = {name: f"V{n:03d}" for n, (name, _) in enumerate(shuffled, 1)}
    names = {code: name for name, code in codes.items()}
    hidden = [(codes[name], _without(text, name)) for name, text in shuffled]
    anonymous = draw_graph(asker, hidden, _without(study, *codes))
    one = {(o.source, o.target) for o in named.edges}
    two = {(names[o.source], names[o.target]) for o in anonymous.edges}
    return Agreement(n_both=len(one & two), n_named_only=len(one - two), n_anonymous_only=len(two - one))


def direction(asker: Asker, first: Described, second: Described, study: str = "") -> DirectionReply:
    """Ask how two variables are linked, with the reason."""
    text = render("direction", first=first, second=second, study=study)
    return asker.typed("direction", text, DirectionReply, check=lambda r: _sure(r.confidence))


def suggest(asker: Asker, variables: Sequence[Described], treatment: str, outcome: str, study: str = "") -> Suggestions:
    """Ask what to think of when an effect is estimated: confounders, instruments, negative controls, what is hidden."""
    columns = {name for name, _ in variables} - {treatment, outcome}

    def faults(reply: Suggestions) -> list[str]:
        return [
            f"{field}: {item.name!r} is not one of the other columns."
            for field in Suggestions.model_fields
            if field != "unmeasured"
            for item in getattr(reply, field)
            if item.name not in columns
        ]

    text = render("suggest", variables=variables, study=study, treatment=treatment, outcome=outcome)
    return asker.typed("suggest", text, Suggestions, check=faults)


class _Drawing:
    """A graph while it is drawn."""

    def __init__(self, asker: Asker, variables: Sequence[Described], study: str) -> None:
        self.asker = asker
        self.variables = variables
        self.names = [name for name, _ in variables]
        self.study = study
        self.edges: dict[tuple[str, str], Opinion] = {}
        self.refused: list[str] = []

    def roots(self) -> tuple[str, ...]:
        """Where to begin."""

        def faults(reply: RootsReply) -> list[str]:
            return self._unknown(reply.roots) or ([] if reply.roots else ["Name at least one root."])

        text = render("propose_roots", variables=self.variables, study=self.study)
        return self.asker.typed("propose", text, RootsReply, check=faults).roots

    def effects(self, node: str) -> list[str]:
        """Ask what a variable causes, draw what can be drawn, and name the effects."""
        last: list[EffectsReply] = []

        def faults(reply: EffectsReply) -> list[str]:
            last[:] = [reply]
            return [fault for e in reply.effects if (fault := self._fault(node, e))]

        text = render(
            "propose_effects", variables=self.variables, study=self.study, edges=list(self.edges), variable=node
        )
        try:
            reply = self.asker.typed("propose", text, EffectsReply, check=faults)
        except NoUsableReply as error:
            reply = last[0] if last else EffectsReply(effects=())
            self.refused += [f"{node}: {problem}" for problem in error.problems] if not last else []
        return [e.variable for e in reply.effects if self._drawn(node, e)]

    def _drawn(self, node: str, effect: Effect) -> bool:
        """Draw an edge, or note why not."""
        if fault := self._fault(node, effect):
            self.refused.append(fault)
            return False
        opinion = Opinion(node, effect.variable, effect.confidence, " ".join(effect.because.split())[:500])
        self.edges.setdefault((node, effect.variable), opinion)
        return True

    def _fault(self, node: str, effect: Effect) -> str | None:
        """What is wrong with an edge."""
        if unknown := self._unknown((effect.variable,)):
            return unknown[0]
        if effect.variable == node:
            return f"{node!r} -> {node!r} is a self-loop; a variable cannot cause itself."
        children: dict[str, list[str]] = {name: [] for name in self.names}
        for source, target in (*self.edges, (node, effect.variable)):
            children[source].append(target)
        if cycle := find_cycle(children):
            return f"{node!r} -> {effect.variable!r} closes the cycle {' -> '.join(cycle)}."
        return next(iter(_sure(effect.confidence)), None)

    def _unknown(self, names: Sequence[str]) -> list[str]:
        return [f"{name[:100]!r} is not one of the variables." for name in names if name not in self.names]


def _sure(confidence: float) -> list[str]:
    return [] if 0 <= confidence <= 1 else [f"The confidence {confidence!r} must be from 0 to 1."]


def _without(text: str, *names: str) -> str:
    """A description that does not give a variable's name away as a word."""
    whole = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.sub(rf"(?<!\w)(?:{whole})(?!\w)", "it", text) if whole else text
