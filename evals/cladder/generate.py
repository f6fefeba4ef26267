"""Make new questions of CLadder's kinds, with exact answers by enumeration; any number, one at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ..harness.spec import Item
from .load import RUNGS
from .rules import make_rules
from .wording import (
    BACKGROUND,
    CONDITIONAL,
    EDGES,
    HIDDEN,
    JOINT,
    MARGINAL,
    METHODS,
    PASSIVE,
    QUESTIONS,
    Words,
    capital,
    listed,
    names_for,
    percent,
)
from .worlds import SHAPES, Shape, World

CLEAR = 0.03
"""Smaller effects are drawn again: the printed numbers shall decide the sign."""
KINDS = (
    "marginal",
    "correlation",
    "exp_away",
    "ate",
    "backadj",
    "collider_bias",
    "ett",
    "nde",
    "nie",
    "det-counterfactual",
)
COLLIDERS = ("exp_away", "collider_bias")
MOST_DRAWS = 200


@dataclass
class Draft:
    """A world with names, while its question is written."""

    world: World
    words: dict[str, Words]
    rng: random.Random

    @property
    def shape(self) -> Shape:
        """Its graph."""
        return self.world.shape


def generate(n_items: int, seed: int) -> Iterator[Item]:
    """New items, streamed; the same seed gives the same items, and the first ones do not depend on how many follow."""
    for i in range(n_items):
        rng = random.Random(f"cladder/{seed}/{i}")
        kind = KINDS[i % len(KINDS)]
        prompt, answer, shape, sense = next(made for _ in range(MOST_DRAWS) if (made := _make(kind, rng)) is not None)
        yield Item(
            id=f"new-{seed}-{i}",
            prompt=prompt,
            target=answer,
            answer_kind="yes_no",
            groups={"rung": RUNGS[kind], "query": kind, "graph": shape, "sense": sense},
            cluster=f"new-{seed}-{i}",
        )


def _make(kind: str, rng: random.Random) -> tuple[str, str, str, str] | None:
    """One question, or None when the draw is not clear enough."""
    shape = rng.choice([s for s in SHAPES if _suits(kind, s)])
    words, sense = names_for(shape.order, rng)
    draft = Draft(World.draw(shape, rng, additive=shape.name == "IV"), words, rng)
    if kind == "det-counterfactual":
        told = make_rules(shape, words, rng)
    else:
        told = (
            _method(draft) if kind == "backadj" else _bias(draft) if kind == "collider_bias" else _numbers(kind, draft)
        )
    if told is None:
        return None
    given, question, answer = told
    return f"{_background(draft)} {given} {question}", answer, shape.name, sense


def _suits(kind: str, shape: Shape) -> bool:
    if kind in COLLIDERS:
        return shape.name == "collision"
    if shape.name == "collision":
        return kind in ("marginal", "backadj")
    if kind in ("nde", "nie"):
        direct = ("X", "Y") in shape.edges
        return bool(shape.between) and not shape.latent and (direct or kind == "nie")
    if kind == "ett":
        return not shape.latent
    return True


def _background(draft: Draft) -> str:
    shape, words, rng = draft.shape, draft.words, draft.rng
    told: list[str] = []
    for cause in dict.fromkeys(a for a, _ in shape.edges):
        effects = [words[b].name for a, b in shape.edges if a == cause]
        pattern = PASSIVE if rng.random() < 0.2 else rng.choice(EDGES)
        be = "is" if len(effects) == 1 else "are"
        told.append(capital(pattern.format(cause=words[cause].name, effects=listed(effects), be=be)))
    told += [capital(rng.choice(HIDDEN).format(name=words[n].name)) for n in shape.latent]
    return BACKGROUND + " ".join(told)


def _numbers(kind: str, draft: Draft) -> tuple[str, str, str] | None:
    world, words, rng = draft.world, draft.words, draft.rng
    value = _value(kind, world)
    if abs(value) < CLEAR or (draft.shape.name == "IV" and kind == "ate" and _weak(world)):
        return None
    pattern, more, less = rng.choice(QUESTIONS[kind])
    up = rng.random() < 0.5
    x, y = words["X"], words["Y"]
    question = pattern.format(
        way=more if up else less,
        x=x.name,
        y=y.name,
        x1=x.nouns[1],
        y0=y.nouns[0],
        y1=y.nouns[1],
        v1=words["V3"].who[1] if kind == "exp_away" else "",
        xwho=x.who[1],
        xhad=x.had_not,
        means=listed([words[m].name for m in draft.shape.between]),
    )
    positive = (value > 0) != (kind == "ett")
    return _given(kind, draft), question, "yes" if positive == up else "no"


def _value(kind: str, world: World) -> float:
    if kind == "marginal":
        return world.chance({"Y": 1}) - 0.5
    if kind == "correlation":
        return world.chance({"Y": 1}, {"X": 1}) - world.chance({"Y": 1}, {"X": 0})
    if kind == "exp_away":
        return world.chance({"Y": 1}, {"X": 1, "V3": 1}) - world.chance({"Y": 1}, {"V3": 1})
    return {"ate": world.ate, "ett": world.att, "nde": world.nde, "nie": world.nie}[kind]()


def _weak(world: World) -> bool:
    """Whether the instrument moves too few for a ratio of rounded numbers."""
    return abs(world.chance({"X": 1}, {"V2": 1}) - world.chance({"X": 1}, {"V2": 0})) < 0.1


def _given(kind: str, draft: Draft) -> str:
    """Enough numbers to decide the question, in an order of their own."""
    world, shape = draft.world, draft.shape
    if kind == "correlation":
        told = [_marginal("X", draft), _joint(0, draft), _joint(1, draft)]
    elif kind == "marginal" and draft.rng.random() < 0.5:
        told = [_marginal("X", draft), *_conditionals("Y", ("X",), draft)]
    elif shape.name == "frontdoor":
        told = [*_conditionals("V3", ("X",), draft), *_conditionals("Y", ("X", "V3"), draft), _marginal("X", draft)]
    elif shape.name == "IV":
        told = [_marginal("X", draft), *_conditionals("Y", ("X",), draft)]
        if kind == "ate":
            told = [*_conditionals("Y", ("V2",), draft), *_conditionals("X", ("V2",), draft)]
    else:
        told = []
        for n in shape.order:
            parents = world.shape.parents[n]
            told += _conditionals(n, parents, draft) if parents else [_marginal(n, draft)]
    return " ".join(told)


def _digits(role: str, given: tuple[str, ...], draft: Draft) -> int:
    """Tables are whole per cents by themselves; what is derived from them is printed more finely."""
    return 0 if given == draft.shape.parents[role] else 2


def _marginal(role: str, draft: Draft) -> str:
    p = percent(draft.world.chance({role: 1}), _digits(role, (), draft))
    return capital(draft.rng.choice(MARGINAL).format(noun=draft.words[role].nouns[1], p=p))


def _conditionals(role: str, given: tuple[str, ...], draft: Draft) -> list[str]:
    pattern = draft.rng.choice(CONDITIONAL)
    found: list[str] = []
    for at in product((0, 1), repeat=len(given)):
        state = dict(zip(given, at, strict=True))
        p = draft.world.chance({role: 1}, state)
        who = listed([draft.words[n].who[v] for n, v in state.items()])
        shown = percent(p, _digits(role, given, draft))
        found.append(capital(pattern.format(who=who, noun=draft.words[role].nouns[1], p=shown)))
    return found


def _joint(level: int, draft: Draft) -> str:
    p = percent(draft.world.chance({"X": level, "Y": 1}), 2)
    return draft.rng.choice(JOINT).format(a=draft.words["X"].nouns[level], b=draft.words["Y"].nouns[1], p=p)


def _bias(draft: Draft) -> tuple[str, str, str]:
    x, y, v = (draft.words[n] for n in ("X", "Y", "V3"))
    r = draft.rng.uniform(-0.6, 0.6)
    given = f"For people {v.who[1]}, the correlation between {x.nouns[1]} and {y.nouns[1]} is {r:.2f}."
    affects = draft.rng.random() < 0.5
    verb = "affects" if affects else "does not affect"
    question = f"If we look at people {v.who[1]}, does it mean that {x.nouns[1]} {verb} {y.nouns[1]}?"
    return given, question, "no" if affects else "yes"


def _method(draft: Draft) -> tuple[str, str, str] | None:
    shape, words, rng = draft.shape, draft.words, draft.rng
    others = [n for n in shape.order if n not in ("X", "Y")]
    choice = tuple(sorted(rng.sample(others, rng.randint(1, len(others)))))
    valid = _adjusts(shape, choice)
    if valid == _adjusts(shape, ()):
        return None
    plain, by_case = rng.choice(METHODS)
    x, y = words["X"].name, words["Y"].name
    told = [plain.format(x=x, y=y), by_case.format(x=x, y=y, names=listed([words[n].name for n in choice]))]
    order = rng.sample((0, 1), 2)
    given = " ".join(f"Method {i}: {told[k]}." for i, k in enumerate(order, start=1))
    question = f"To understand how {x} affects {y}, is it more correct to use the Method 1 than Method 2?"
    return given, question, "yes" if (order[0] == 1) == valid else "no"


def _adjusts(shape: Shape, chosen: tuple[str, ...]) -> bool:
    """The back-door criterion (Pearl 2009, Definition 3.3.1), by networkx."""
    import networkx as nx

    if set(chosen) & shape.below("X"):
        return False
    graph = nx.DiGraph([e for e in shape.edges if e[0] != "X"])
    graph.add_nodes_from(shape.order)
    return bool(nx.is_d_separator(graph, {"X"}, {"Y"}, set(chosen)))
