"""A Corr2Cause question in its published templates: text to problem, and problem to text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Statement = tuple[str, str, frozenset[str]]
"""Two variables that are independent given a set."""

_LIST = re.compile(r",? and |, ")
_VARIABLES = re.compile(r"closed system of \d+ variables?, (?P<names>.+?)(?:, whose .+?)?\.(?:\s|$)")
_STATED = re.compile(
    r"(?:However, )?(?P<x>\S.*?)(?: is independent of (?P<y>.+)| and (?P<z>.+?) are independent given (?P<given>.+)|"
    r" indep (?P<s>\w+)(?: \| (?P<set>.+))?)"
)
_END = re.compile(r"[.;]\s*")

HYPOTHESES: dict[str, tuple[tuple[str, str], ...]] = {
    "parent": (("parent", "{a} directly causes {b}."), ("parent", "{a} directly affects {b}.")),
    "indirect": (
        ("non-parent ancestor", "{a} causes something else which causes {b}."),
        ("non-child descendant", "{a} is a cause for {b}, but not a direct one."),
        ("non-parent ancestor", "{a} influences {b} through some mediator(s)."),
    ),
    "collider": (
        ("has_collider", "There exists at least one collider (i.e., common effect) of {a} and {b}."),
        ("has_collider", "{a} and {b} together cause some other variable(s)."),
    ),
    "confounder": (
        ("has_confounder", "There exists at least one confounder (i.e., common cause) of {a} and {b}."),
        ("has_confounder", "Some variable(s) cause(s) both {a} and {b}."),
    ),
}
"""By relation, the published template's name and words: first as published, last as paraphrased."""


class Problem(NamedTuple):
    """A closed system with all its independencies, and a hypothesis."""

    variables: tuple[str, ...]
    """In the order of the text, which is that of the generator."""
    independencies: frozenset[Statement]
    relation: str
    """A key of `HYPOTHESES`."""
    source: str
    target: str


def parse(text: str) -> Problem | None:
    """The problem of a text in the published words, or None when it is in others."""
    premise, _, hypothesis = text.partition("Hypothesis:")
    listed = _VARIABLES.search(premise)
    asked = parse_hypothesis(hypothesis)
    if listed is None or asked is None:
        return None
    names = tuple(_LIST.split(listed["names"]))
    statements: set[Statement] = set()
    for sentence in _END.split(premise[listed.end() :]):
        if (m := _STATED.fullmatch(sentence.rpartition(": ")[2].strip())) is None:
            continue
        given = m["given"] or m["set"]
        x, y, *others = (m["x"], m["y"] or m["z"] or m["s"], *(_LIST.split(given) if given else ()))
        if not {x, y, *others} <= set(names):
            return None
        statements.add((min(x, y), max(x, y), frozenset(others)))
    return Problem(names, frozenset(statements), *asked) if {*asked[1:]} <= set(names) else None


def parse_hypothesis(text: str) -> tuple[str, str, str] | None:
    """Relation, source and target of a hypothesis in the published words, or None."""
    for relation, templates in HYPOTHESES.items():
        for _, template in templates:
            pattern = re.escape(template).replace(r"\{a\}", "(?P<a>.+?)").replace(r"\{b\}", "(?P<b>.+?)")
            if found := re.fullmatch(pattern, text.strip()):
                return relation, found["a"], found["b"]
    return None


def say_list(names: Sequence[str]) -> str:
    """Names as "A, B and C"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def say_premise(variables: Sequence[str], independencies: Iterable[Statement]) -> str:
    """The premise in the published words; pairs and sets in the order of the variables."""
    place = {n: i for i, n in enumerate(variables)}
    ordered = sorted(
        (*sorted((place[x], place[y])), tuple(sorted(place[g] for g in given))) for x, y, given in independencies
    )
    marginal = {(i, j) for i, j, given in ordered if not given}
    n = len(variables)
    tied = [
        f"{variables[i]} correlates with {variables[j]}."
        for i in range(n)
        for j in range(i + 1, n)
        if (i, j) not in marginal
    ]
    apart = [
        f"{variables[i]} and {variables[j]} are independent given {say_list([variables[g] for g in given])}."
        if given
        else f"{variables[i]} is independent of {variables[j]}."
        for i, j, given in ordered
    ]
    lead = (
        f"Suppose there is a closed system of {n} variables, {say_list(variables)}. All the statistical relations among "
        f"these {n} variables are as follows: "
    )
    however = " However, " if tied and apart else ""
    return lead + " ".join(tied) + however + " ".join(apart)
