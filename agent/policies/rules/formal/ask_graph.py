"""Read questions that the graph alone decides: causes, kin, independence, identifiability, and which set to use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .....tools.domain.results import Result, SetsVerdict, StatementVerdict
from ....state import ToolCall
from .frames import match_any
from .scales import declared
from .sentences import split_list
from .types import FormalReading, FormalVerdict, Premises
from .vocabulary import Vocabulary

_KIN = (
    "(does|do) <one> (serve|act|count|appear) as [(the|an|a)] {} (node of|variable of|of|for) <other>",
    "is <one> [(the|an|a|one)] {} (node of|variable of|of|for) <other>",
)
_EFFECTS = "(cause|affect|influence|change|lead to|have a causal effect on|have an effect on|have a direct effect on)"
_CAUSE = (
    f"(does|do|can|will|would) <one> {_EFFECTS} <other>",
    f"(does|do|can|will|would) <one> <how> {_EFFECTS} <other>",
    "is <other> (caused|affected|influenced) by <one>",
    "is <other> <how> (caused|affected|influenced) by <one>",
    "is <other> (caused|affected|influenced) <how> by <one>",
)
_INDEPENDENT = (
    "(are|is) <one> and <other> {} given <given>",
    "(are|is) <one> and <other> {}",
    "is <one> {} (of|from|on|with) <other> given <given>",
    "is <one> {} (of|from|on|with) <other>",
    "given <given>, (are|is) <one> and <other> {}",
    "given <given>, is <one> {} (of|from|on|with) <other>",
)
_THIRD = (
    "is <third> [(a|the|one)] {} (between|of|for) <one> and <other>",
    "(does|do) <third> (act|serve) as [(a|the)] {} (between|of|for) <one> and <other>",
)
_IDENTIFIED = (
    "[whether] the [(causal|total)] effect of <one> on <other> (is|can be) (identified|identifiable) [or not]",
    "(is|can) the [(causal|total)] effect of <one> on <other> [be] (identified|identifiable|estimated|computed) [<rest>]",
)
_SYMBOL = re.compile(r"[A-Za-z]\w?")
_HOW = re.compile(r"(?:(?:directly|indirectly|causally|direct|also|even|really) ?)+", re.I)
_DIRECTLY = re.compile(r"\bdirect", re.I)
_KINSHIP = {
    "(parent|direct cause|direct parent)": ("direct_cause", False),
    "(child|direct effect)": ("direct_cause", True),
    "(ancestor|cause|indirect cause|root cause)": ("cause", False),
    "(descendant|effect|indirect effect)": ("cause", True),
}
"""What the statement is, and whether it is the other variable that causes."""
_ROLES = {
    "(mediator|mediating variable|intermediate variable)": "mediator",
    "(confounder|common cause|confounding variable)": "common_cause",
    "(collider|common effect)": "common_effect",
}
_SENSES = {
    "[(conditionally|marginally|statistically)] (independent|d-separated|uncorrelated|unrelated)": False,
    "[(conditionally|marginally|statistically)] (dependent|d-connected|correlated|associated|related)": True,
}
"""Whether independence is denied."""
_CRITERION = (
    (re.compile(r"\bfront-?\s?door\b", re.I), "frontdoor"),
    (re.compile(r"\binstrument", re.I), "instrument"),
    (re.compile(r"\bback-?\s?door\b|\badjust(?:ment|ing)?\b|\bcontrol(?:ling)? for\b|\bdeconfound", re.I), "backdoor"),
)
_PAIR = (
    re.compile(r"\(\s*(?P<one>[^(),]+?)\s*,\s*(?P<other>[^(),]+?)\s*\)"),
    re.compile(r"\beffect of (?P<one>.+?) on (?P<other>.+?)(?:,|\?|$| in )", re.I),
    re.compile(r"\bfrom (?P<one>.+?) to (?P<other>.+?)(?:,|\?|$| in )", re.I),
)
_OPTION = re.compile(r"\b(?:option|choice)\s+(?P<label>\d+|[A-D])\s*[:.)]", re.I)
_EXTREME = re.compile(r"\b(?:(?P<minimal>minimal|minimum|smallest)|(?P<maximal>maximal|maximum|largest))\b", re.I)
_NOTHING = ("", "none", "empty set", "the empty set", "{}", "∅", "no variables", "nothing")


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a question about a stated graph; one with numbers or rules beside it is for other readers."""
    if not (premises.edges or premises.nodes) or premises.independencies:
        return None
    if _OPTION.search(question):
        return _choice(question, premises, vocabulary)
    asked = question.partition("?")[0]
    for pattern, build in _KINDS:
        slots = match_any((pattern,), asked)
        if slots and (reading := build(slots, premises, vocabulary)) is not None:
            return reading
    return None


def _kin(
    slots: dict[str, str], premises: Premises, vocabulary: Vocabulary, *, statement: str, upward: bool
) -> FormalReading | None:
    ends = (slots["other"], slots["one"]) if upward else (slots["one"], slots["other"])
    return _statement(statement, ends, premises, vocabulary)


def _cause(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    how = slots.get("how", "")
    if how and not _HOW.fullmatch(how):
        return None
    statement = "direct_cause" if _DIRECTLY.search(how) else "cause"
    return _statement(statement, (slots["one"], slots["other"]), premises, vocabulary)


def _independent(
    slots: dict[str, str], premises: Premises, vocabulary: Vocabulary, *, denied: bool
) -> FormalReading | None:
    given = _set(slots.get("given", ""), vocabulary)
    ends = (slots["one"], slots["other"])
    return None if given is None else _statement("independent", ends, premises, vocabulary, given=given, denied=denied)


def _third(
    slots: dict[str, str], premises: Premises, vocabulary: Vocabulary, *, statement: str
) -> FormalReading | None:
    third = declared(slots["third"], vocabulary)
    ends = (slots["one"], slots["other"])
    return None if third is None else _statement(statement, ends, premises, vocabulary, third=third)


def _identified(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    return _statement("identifiable", (slots["one"], slots["other"]), premises, vocabulary)


def _statement(
    statement: str,
    ends: Sequence[str],
    premises: Premises,
    vocabulary: Vocabulary,
    *,
    given: Sequence[str] = (),
    third: str | None = None,
    denied: bool = False,
) -> FormalReading | None:
    source, target = (_variable(end, vocabulary) for end in ends)
    if source is None or target is None:
        return None
    args = _graph(premises, (source, target, *given))
    args |= {"statement": statement, "source": source, "target": target, "given": tuple(given), "third": third}
    because = (f"whether {source} and {target} are so: {statement.replace('_', ' ')}",)
    call = ToolCall(tool="reason_statements", args=args, why="asks what the graph implies")
    return FormalReading(call, _yes_or_no(denied=denied), premises, because)


def _choice(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Which of several sets meets a criterion."""
    first = _OPTION.search(question)
    criterion = next((name for pattern, name in _CRITERION if pattern.search(question)), None)
    if first is None or criterion is None:
        return None
    asked, listed = question[: first.start()], question[first.start() :]
    labels = [m["label"] for m in _OPTION.finditer(listed)]
    texts = _OPTION.split(listed)[2::2]
    options = [_set(text, vocabulary) for text in texts]
    pair = next((found for pattern in _PAIR if (found := pattern.search(asked))), None)
    ends = [_variable(pair[end], vocabulary) for end in ("one", "other")] if pair else [None]
    if None in ends or None in options:
        return None
    extreme = _EXTREME.search(asked)
    # all instruments are asked for where the question does not say how many
    usual = "maximal" if criterion == "instrument" else "any"
    prefer = usual if not extreme else "minimal" if extreme["minimal"] else "maximal"
    named = [n for option in options for n in option or ()]
    args = _graph(premises, [*filter(None, ends), *named])
    args |= {
        "criterion": criterion,
        "treatment": ends[0],
        "outcome": ends[1],
        "options": tuple(tuple(option or ()) for option in options),
        "prefer": prefer,
    }
    call = ToolCall(tool="reason_sets", args=args, why=f"asks which set meets the {criterion} criterion")
    because = (f"{criterion} sets for {ends[0]} on {ends[1]}, {prefer} preferred",)
    return FormalReading(call, _label(labels), premises, because)


def _graph(premises: Premises, asked: Sequence[str]) -> dict[str, Any]:
    return {
        "edges": tuple(premises.edges),
        "confounded": tuple(premises.bidirected),
        "nodes": tuple(dict.fromkeys((*premises.nodes, *asked))),
        "latent": tuple(premises.latent),
    }


def _variable(phrase: str, vocabulary: Vocabulary) -> str | None:
    """A declared variable; a symbol that no sentence mentions is a variable that stands alone."""
    if (name := declared(phrase, vocabulary)) is not None:
        return name
    return phrase.strip() if _SYMBOL.fullmatch(phrase.strip()) else None


def _set(phrase: str, vocabulary: Vocabulary) -> list[str] | None:
    phrase = phrase.strip().strip("{}").rstrip(".").strip()
    if phrase.casefold() in _NOTHING:
        return []
    if (whole := declared(phrase, vocabulary)) is not None:
        return [whole]
    names = [_variable(part, vocabulary) for part in split_list(phrase)]
    return None if None in names else [n for n in names if n]


def _yes_or_no(*, denied: bool) -> Callable[[Result], FormalVerdict]:
    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, StatementVerdict)
        answer = "yes" if result.holds != denied else "no"
        return FormalVerdict(answer=answer, sentence=f"{answer.capitalize()}: {result.summary()}")

    return decide


def _label(labels: Sequence[str]) -> Callable[[Result], FormalVerdict]:
    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, SetsVerdict)
        if len(result.best) != 1:
            return FormalVerdict(answer=None, sentence=f"No one option is right. {result.summary()}")
        answer = labels[result.best[0] - 1]
        return FormalVerdict(answer=answer, sentence=f"Option {answer}: {result.summary()}")

    return decide


Build = Callable[[dict[str, str], Premises, Vocabulary], FormalReading | None]
_KINDS: tuple[tuple[str, Build], ...] = (
    *((p, _identified) for p in _IDENTIFIED),
    *(
        (p.format(words), partial(_kin, statement=statement, upward=upward))
        for words, (statement, upward) in _KINSHIP.items()
        for p in _KIN
    ),
    *((p.format(words), partial(_third, statement=statement)) for words, statement in _ROLES.items() for p in _THIRD),
    *(
        (p.format(words), partial(_independent, denied=denied))
        for words, denied in _SENSES.items()
        for p in _INDEPENDENT
    ),
    *((p, _cause) for p in _CAUSE),
)
"""The first pattern that fits and whose names are all known decides the kind."""
