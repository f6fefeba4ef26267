"""Which published labels are known to be wrong, or not to follow from the text, and why."""

from __future__ import annotations

import re

from .printed import answer_of, numbers_of, rounding_decides, value_of

TIE = "Both sets are valid; that the smaller one is preferred is not said."
HIDDEN = "The set that counts as right needs a variable that the text calls unobserved."
DENIED_LINK = "The label swaps which of the two effects of the first cause is the denied one, against the text."
ROUNDED = "The numbers are printed as whole per cents; numbers that print the same give either answer."
NO_MARGIN = "The stored P(Y) is not the one that the printed numbers give; a marginal over a loop was approximated."
NO_WEIGHTS = "How the covariate is distributed among the treated is not given, and the strata differ in sign."
OTHER_QUANTITY = "The stored value lets the mediator vary by itself; the printed numbers give the natural effect."
TWICE = "Two different numbers are given for one and the same condition."
OTHER = "The label contradicts the printed numbers."
_CONDITION = re.compile(r"((?:For|The overall) [^.]*?probability of [^.]*?) is (-?[\d.]+%)")
_DENIAL = re.compile(r"\b(?:not|no|without|absence|lack)\b|n't|\bnon", re.I)


def known_error(query: str, graph: str, text: str, question: str, answer: str) -> tuple[str, str | None]:
    """Why a label is wrong or undecidable, and the right answer where the text decides it; ("", None) for a sound one.

    Args:
        query: Published query type.
        graph: Published name of the graph.
        text: The given numbers or rules, without the question.
        question: As published.
        answer: The published label.
    """
    if query == "backadj":
        return ({"fork": TIE, "IV": HIDDEN, "frontdoor": HIDDEN}.get(graph, ""), None)
    if query == "det-counterfactual":
        first = re.split(r"\.\s", text.partition("We know that")[2])[0]
        return (DENIED_LINK if graph == "diamondcut" and _DENIAL.search(first) else "", None)
    if _stated_twice(text):
        return TWICE, None
    numbers = numbers_of(text)
    exact = answer_of(query, graph, numbers, question)
    if (query, graph) == ("ett", "confounding") and _strata_differ(numbers):
        return NO_WEIGHTS, None
    if exact is None or exact == answer:
        return "", None
    if rounding_decides(query, graph, numbers):
        return ROUNDED, None
    if query == "marginal":
        return NO_MARGIN, exact
    if query in ("nde", "nie") and graph == "arrowhead":
        return OTHER_QUANTITY, exact
    return OTHER, exact


def _stated_twice(text: str) -> bool:
    seen: dict[str, str] = {}
    return any(seen.setdefault(condition, number) != number for condition, number in _CONDITION.findall(text))


def _strata_differ(numbers: list[float]) -> bool:
    if len(numbers) != 5:
        return False
    low, high = (value_of("ett", "confounding", (*numbers[:4], v)) or 0.0 for v in (0.0, 1.0))
    return low * high <= 0
