"""Everyday stories in the published sentence templates: any number of items of all ten query types.

Unlike `generate`, which varies the sentences, this varies what they are about: levels that share no word with their
variable, nouns beside whole sentences, grammar as broken as the published one. Answers come from the printed numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from .wording import BACKGROUND, capital, listed
from .worlds import SHAPES, Shape, World

STORIES = Path(__file__).with_name("stories.txt")
CLEAR = 0.03
"""Smaller effects are drawn again: rounding to whole per cents shall not decide a sign."""
MOST_DRAWS = 200
_ARROWHEAD = Shape("arrowhead", (("X", "V3"), ("V2", "V3"), ("X", "Y"), ("V2", "Y"), ("V3", "Y")), ("V2",))
_SHAPES = {s.name: s for s in (*SHAPES, _ARROWHEAD)}
Table = dict[tuple[int, ...], float]
"""The printed chance of one role, at each level of what it is told by."""


class Words(NamedTuple):
    """What one variable is called; pairs are (does not happen, happens)."""

    name: str
    nouns: tuple[str, str]
    who: tuple[str, str]
    part: tuple[str, str]
    """The same, after another condition."""
    sentence: tuple[str, str]
    had_not: str = ""
    """Of the treatment alone: "if it had not happened"."""


@dataclass(frozen=True)
class Story:
    """A graph whose roles have names."""

    name: str
    shape: Shape
    words: dict[str, Words]


class Told(NamedTuple):
    """One item."""

    story: str
    kind: str
    text: str
    answer: str


class _Asked(NamedTuple):
    """Given sentences, a question with WAY for either of two words, and the value whose sign answers it."""

    given: list[str]
    question: str
    ways: tuple[str, str] | None
    """The words for more and for less; None when the question has no such word."""
    value: float


def read_stories(path: Path = STORIES) -> list[Story]:
    """The stories of a file: a heading `== graph name`, then a line a variable.

    A line is `ROLE name: nouns; who; who after another; sentence; had not`, the two levels apart by `|`.
    """
    found: list[Story] = []
    for block in path.read_text().split("== ")[1:]:
        heading, *lines = block.strip().splitlines()
        graph, name = heading.split()
        found.append(Story(name, _SHAPES[graph], dict(_variable(line) for line in lines)))
    return found


def _variable(line: str) -> tuple[str, Words]:
    title, told = line.split(":", 1)
    role, name = title.split(" ", 1)
    levels = [tuple(level.strip() for level in pair.split("|")) for pair in told.split(";")]
    nouns, who, part, sentence = ((no, yes) for no, yes in levels[:4])
    return role, Words(name, nouns, who, part, sentence, *(level[0] for level in levels[4:]))


def tell(story: Story, n_each: int, seed: int) -> Iterator[Told]:
    """So many items of each query type that the story's graph has."""
    for kind, i in product(_ASKS, range(n_each)):
        rng = random.Random(f"{story.name}/{kind}/{i}/{seed}")
        for _ in range(MOST_DRAWS):
            asked = _ASKS[kind](_Teller(story, rng))
            if asked is None:
                break  # this graph has no such question
            if abs(asked.value) >= CLEAR:
                up = asked.ways is None or rng.random() < 0.5
                question = asked.question.replace("WAY", asked.ways[not up]) if asked.ways else asked.question
                text = " ".join([_background(story), *(capital(g) for g in asked.given), question])
                yield Told(story.name, kind, text, "yes" if (asked.value > 0) == up else "no")
                break


def _background(story: Story) -> str:
    edges, name = story.shape.edges, {role: w.name for role, w in story.words.items()}
    told = [
        f"{capital(name[cause])} has a direct effect on {listed([name[b] for a, b in edges if a == cause])}."
        for cause in dict.fromkeys(a for a, _ in edges)
    ]
    return BACKGROUND + " ".join([*told, *(f"{capital(name[r])} is unobserved." for r in story.shape.latent)])


class _Teller:
    """A world drawn for a story, with its tables as they are printed."""

    def __init__(self, story: Story, rng: random.Random) -> None:
        self.shape, self.words, self.rng = story.shape, story.words, rng
        self.world = World.draw(story.shape, rng, additive=story.shape.name == "IV")

    def table(self, role: str, *by: str) -> Table:
        """P(role = 1) at each level of others, in whole per cents."""
        return {
            at: round(self.world.chance({role: 1}, dict(zip(by, at, strict=True))), 2)
            for at in product((0, 1), repeat=len(by))
        }

    def say(self, role: str, *by: str) -> list[str]:
        """The same in words."""
        noun, table = self.words[role].nouns[1], self.table(role, *by)
        if not by:
            return [f"The overall probability of {noun} is {table[()]:.0%}."]
        return [f"For {self._those(by, at)}, the probability of {noun} is {p:.0%}." for at, p in table.items()]

    def _those(self, by: Sequence[str], at: Sequence[int]) -> str:
        first, *rest = zip(by, at, strict=True)
        return listed([self.words[first[0]].who[first[1]], *(self.words[n].part[v] for n, v in rest)])

    def joint(self, level: int) -> float:
        """P(X = level, Y = 1) in whole per cents."""
        return round(self.world.chance({"X": level, "Y": 1}), 2)


def _marginal(t: _Teller) -> _Asked:
    y, x = t.words["Y"].nouns, t.table("X")[()]
    py = t.table("Y", "X")
    value = x * py[1,] + (1 - x) * py[0,] - 0.5
    return _Asked([*t.say("X"), *t.say("Y", "X")], f"Is {y[1]} WAY likely than {y[0]} overall?", _MORE, value)


def _correlation(t: _Teller) -> _Asked | None:
    if t.shape.name == "collision":
        return None
    x, y, p = t.words["X"].nouns, t.words["Y"].nouns[1], t.table("X")[()]
    told = [f"The probability of {x[v]} and {y} is {t.joint(v):.0%}." for v in (0, 1)]
    value = t.joint(1) / p - t.joint(0) / (1 - p)
    question = f"Is the chance of {y} WAY when observing {x[1]}?"
    return _Asked([*t.say("X"), *told], question, ("larger", "smaller"), value)


def _explaining_away(t: _Teller) -> _Asked | None:
    if t.shape.name != "collision":
        return None
    py = t.table("Y", "X", "V3")
    question = f"If we look at {t.words['V3'].who[1]}, does the chance of {t.words['Y'].nouns[1]} WAY when {t.words['X'].nouns[1]}?"
    return _Asked([*t.say("X"), *t.say("Y", "X", "V3")], question, ("increase", "decrease"), py[1, 1] - py[0, 1])


def _collider_bias(t: _Teller) -> _Asked | None:
    if t.shape.name != "collision":
        return None
    among, x, y = t.words["V3"].who[1], t.words["X"].nouns[1], t.words["Y"].nouns[1]
    told = f"For {among}, the correlation between {x} and {y} is {t.rng.uniform(-0.5, 0.5):.2f}."
    question = f"If we look at {among}, does it mean that {x} WAY {y}?"
    return _Asked([told], question, ("affects", "does not affect"), -1)


def _effect(t: _Teller) -> _Asked | None:
    """The average effect, by the formula that each graph allows."""
    graph, told, value = t.shape.name, t.say("Y", "X"), 0.0
    if graph == "collision":
        return None
    if graph in ("confounding", "diamondcut"):
        py, v = t.table("Y", "V1", "X"), t.table("V1")[()]
        told, value = (
            [*t.say("Y", "V1", "X"), *t.say("V1")],
            sum((v if i else 1 - v) * (py[i, 1] - py[i, 0]) for i in (0, 1)),
        )
    elif graph == "IV":
        py, px = t.table("Y", "V2"), t.table("X", "V2")
        moved = px[1,] - px[0,]
        told = [*t.say("Y", "V2"), *t.say("X", "V2")]
        value = (py[1,] - py[0,]) / moved if abs(moved) >= 0.1 and abs(py[1,] - py[0,]) >= CLEAR else 0.0
    elif graph == "frontdoor":
        told, value = _front_door(t)
    else:
        py = t.table("Y", "X")
        value = py[1,] - py[0,]
    question = f"Will {t.words['X'].nouns[1]} WAY the chance of {t.words['Y'].nouns[1]}?"
    return _Asked(told, question, ("increase", "decrease"), value)


def _front_door(t: _Teller) -> tuple[list[str], float]:
    pm, py, x = t.table("V3", "X"), t.table("Y", "X", "V3"), t.table("X")[()]
    lift = sum((x if i else 1 - x) * (py[i, 1] - py[i, 0]) for i in (0, 1))
    return [*t.say("V3", "X"), *t.say("Y", "X", "V3"), *t.say("X")], (pm[1,] - pm[0,]) * lift


def _on_the_treated(t: _Teller) -> _Asked | None:
    """E[Y1 - Y0 | X = 1]; the question asks about the other world, so less of it there is a gain here."""
    graph, x = t.shape.name, t.words["X"]
    if graph in ("collision", "IV"):
        return None
    if graph == "confounding":
        effect = _effect(t)
        assert effect is not None
        told, value = effect.given, effect.value
    elif graph in ("frontdoor", "diamondcut"):
        pm, py = t.table("V3", "X"), t.table("Y", "X", "V3")
        told, gain, direct = [*t.say("Y", "X", "V3"), *t.say("V3", "X")], 0.0, 0.0
        for v in (0, 1):
            gain += py[1, v] * ((pm[1,] if v else 1 - pm[1,]) - (pm[0,] if v else 1 - pm[0,]))
            direct += (pm[1,] if v else 1 - pm[1,]) * (py[1, v] - py[0, v])
        value = gain if graph == "frontdoor" else direct
    else:
        py = t.table("Y", "X")
        told, value = t.say("Y", "X"), py[1,] - py[0,]
    question = f"For {x.who[1]}, would it be WAY likely to see {t.words['Y'].nouns[1]} {x.had_not}?"
    return _Asked(told, question, _MORE, -value)


def _mediation(t: _Teller) -> tuple[list[str], str, float, float] | None:
    """What is told, the mediator, and the natural direct and indirect effects."""
    graph = t.shape.name
    if graph == "mediation":
        middle, told, pm = "V2", t.say("V2", "X"), t.table("V2", "X")
    elif graph == "arrowhead":
        full, w = t.table("V3", "X", "V2"), t.table("V2")[()]
        middle, told = "V3", [*t.say("V3", "X", "V2"), *t.say("V2")]
        pm = {(x,): (1 - w) * full[x, 0] + w * full[x, 1] for x in (0, 1)}
    else:
        return None
    py = t.table("Y", "X", middle)
    direct = sum((pm[0,] if v else 1 - pm[0,]) * (py[1, v] - py[0, v]) for v in (0, 1))
    return [*t.say("Y", "X", middle), *told], middle, direct, (py[0, 1] - py[0, 0]) * (pm[1,] - pm[0,])


def _direct(t: _Teller) -> _Asked | None:
    found = _mediation(t)
    if found is None:
        return None
    told, middle, value, _ = found
    names = {n: w.name for n, w in t.words.items()}
    question = (
        f"If we disregard the mediation effect through {names[middle]}, would {names['X']} WAY affect {names['Y']}?"
    )
    return _Asked(told, question, _SIGNS, value)


def _indirect(t: _Teller) -> _Asked | None:
    if (found := _mediation(t)) is not None:
        told, value = found[0], found[3]
    elif t.shape.name in ("chain", "diamond"):
        py = t.table("Y", "X")
        told, value = t.say("Y", "X"), py[1,] - py[0,]
    elif t.shape.name == "frontdoor":
        told, value = _front_door(t)
    else:
        return None
    names = {n: w.name for n, w in t.words.items()}
    through = listed([names[m] for m in t.shape.between])
    return _Asked(told, f"Does {names['X']} WAY affect {names['Y']} through {through}?", _SIGNS, value)


_VALID = {
    "chain": ("", "V2"),
    "collision": ("", "V3"),
    "confounding": ("V1", ""),
    "mediation": ("", "V2"),
    "arrowhead": ("", "V3"),
    "diamond": ("", "V3"),
    "diamondcut": ("V3", ""),
}
"""What to look at case by case, and what not to, where just one of the two meets the back-door criterion."""


def _method(t: _Teller) -> _Asked | None:
    if t.shape.name not in _VALID:
        return None
    names = {n: w.name for n, w in t.words.items()}
    right = t.rng.random() < 0.5
    told: list[str] = []
    for number, by in enumerate(_VALID[t.shape.name] if right else reversed(_VALID[t.shape.name]), start=1):
        what = "this correlation" if told and by else f"how {names['X']} correlates with {names['Y']}"
        told.append(
            f"Method {number}: We look at {what} case by case according to {names[by]}."
            if by
            else f"Method {number}: We look directly at how {names['X']} correlates with {names['Y']} in general."
        )
    question = (
        f"To understand how {names['X']} affects {names['Y']}, is it more correct to use the Method 1 than Method 2?"
    )
    return _Asked(told, question, None, 1 if right else -1)


def _rules(t: _Teller) -> _Asked | None:
    """Deterministic rules: each effect comes about if and only if its causes do, all of them or any."""
    if t.shape.name == "collision":
        return None
    rng, shape = t.rng, t.shape
    noun = {n: w.nouns for n, w in t.words.items()}
    values = {n: rng.randint(0, 1) for n in shape.order if not shape.parents[n]}
    level, wanted = rng.randint(0, 1), rng.randint(0, 1)
    told: list[str] = []
    seen = [t.words[n].sentence[v] for n, v in values.items() if n != "X"]
    for causes in dict.fromkeys(shape.parents[n] for n in shape.order if shape.parents[n]):
        every = rng.random() < 0.5
        effects: list[str] = []
        for n in (n for n in shape.order if shape.parents[n] == causes):
            denied = len(causes) == 1 and rng.random() < 0.3
            effects.append(noun[n][0 if denied else 1])
            states = [level if c == "X" else values[c] for c in causes]
            values[n] = int((all(states) if every else any(states)) != denied)
        told.append(f"{(' and ' if every else ' or ').join(noun[c][1] for c in causes)} causes {' and '.join(effects)}")
    given = [f"We know that {'. '.join(capital(s) if i else s for i, s in enumerate(told))}."]
    given += [f"We observed {' and '.join(seen)}."] if seen else []
    question = f"Would {t.words['Y'].sentence[wanted]} if {noun['X'][level]} instead of {noun['X'][1 - level]}?"
    return _Asked(given, question, None, 1 if values["Y"] == wanted else -1)


_MORE = ("more", "less")
_SIGNS = ("positively", "negatively")
_ASKS = {
    "marginal": _marginal,
    "correlation": _correlation,
    "exp_away": _explaining_away,
    "ate": _effect,
    "backadj": _method,
    "collider_bias": _collider_bias,
    "ett": _on_the_treated,
    "nde": _direct,
    "nie": _indirect,
    "det-counterfactual": _rules,
}
