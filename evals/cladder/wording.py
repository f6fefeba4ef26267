"""How a generated world is told: names of its variables, and sentences in the published words and in others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..harness.perturb import new_word

BACKGROUND = (
    "Imagine a self-contained, hypothetical world with only the following conditions, and without any unmentioned factors "
    "or causal relationships: "
)


@dataclass(frozen=True)
class Words:
    """What one variable and its two levels are called."""

    name: str
    nouns: tuple[str, str]
    """That it does not happen, and that it does."""
    who: tuple[str, str]
    """After "people": those for whom it does not, and does, happen."""
    had_not: str
    """After "the person": that it does not, imagined."""


def _words(name: str, no: str, yes: str, who_not: str, who: str, had_not: str) -> Words:
    return Words(name, (no, yes), (who_not, who), had_not)


EVERYDAY = tuple(
    _words(*line.split(" / "))
    for line in (
        "exercise / lack of exercise / regular exercise / who do not exercise / who exercise / had not exercised",
        "sleep / short sleep / long sleep / who sleep little / who sleep long / had slept little",
        "vaccination / no vaccination / vaccination / who are unvaccinated / who are vaccinated / had not been vaccinated",
        "infection / no infection / infection / without an infection / with an infection / had not been infected",
        "income / low income / high income / with a low income / with a high income / had had a low income",
        "stress / absence of stress / stress / without stress / under stress / had not been stressed",
        "tutoring / no tutoring / tutoring / who are not tutored / who are tutored / had not been tutored",
        "exam result / failed exam / passed exam / who failed the exam / who passed the exam / had failed the exam",
        "commuting / short commute / long commute / with a short commute / with a long commute / had had a short commute",
        "back pain / absence of back pain / back pain / without back pain / with back pain / had not had back pain",
        "irrigation / no irrigation / irrigation / who do not irrigate / who irrigate / had not irrigated",
        "harvest / poor harvest / good harvest / with a poor harvest / with a good harvest / had had a poor harvest",
        "alcohol / sobriety / drinking alcohol / who do not drink alcohol / who drink alcohol / had not drunk alcohol",
        "insurance / no insurance / insurance / who are uninsured / who are insured / had not been insured",
    )
)
"""Name; that it does not happen, that it does; people for whom it does not, and does; the person, had it not."""


def names_for(roles: Sequence[str], rng: random.Random) -> tuple[dict[str, Words], str]:
    """A name for every role, everyday or made up, and which of these."""
    if rng.random() < 0.5:
        return dict(zip(roles, rng.sample(EVERYDAY, len(roles)), strict=True)), "everyday"
    made: dict[str, Words] = {}
    while len(made) < len(roles):
        word = new_word(rng)
        if all(w.name != word for w in made.values()):
            made[roles[len(made)]] = _words(
                word, f"not {word}", word, f"who are not {word}", f"who are {word}", f"was not {word}"
            )
    return made, "nonsense"


EDGES = (
    "{cause} has a direct effect on {effects}.",
    "{cause} directly affects {effects}.",
    "{cause} has a direct influence on {effects}.",
)
PASSIVE = "{effects} {be} directly affected by {cause}."
HIDDEN = ("{name} is unobserved.", "{name} is not observed.", "{name} is hidden.")
MARGINAL = (
    "The overall probability of {noun} is {p}.",
    "Overall, the probability of {noun} is {p}.",
    "The unconditional probability of {noun} is {p}.",
)
CONDITIONAL = (
    "For people {who}, the probability of {noun} is {p}.",
    "Among people {who}, the probability of {noun} is {p}.",
    "The probability of {noun} among people {who} is {p}.",
)
JOINT = ("The probability of {a} and {b} is {p}.", "The joint probability of {a} and {b} is {p}.")
QUESTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "marginal": (
        ("Is {y1} {way} likely than {y0} overall?", "more", "less"),
        ("Is {y1} {way} likely than not?", "more", "less"),
    ),
    "correlation": (
        ("Is the chance of {y1} {way} when observing {x1}?", "larger", "smaller"),
        ("When we observe {x1}, is {y1} {way} likely?", "more", "less"),
    ),
    "exp_away": (
        ("If we look at people {v1}, does the chance of {y1} {way} when {x1}?", "increase", "decrease"),
        ("Among people {v1}, is {y1} {way} likely when we observe {x1}?", "more", "less"),
    ),
    "ate": (
        ("Will {x1} {way} the chance of {y1}?", "increase", "decrease"),
        ("Does {x1} make {y1} {way} likely?", "more", "less"),
        ("Is the probability of {y1} {way} by {x1}?", "raised", "lowered"),
    ),
    "ett": (
        ("For people {xwho}, would it be {way} likely to see {y1} if the person {xhad}?", "more", "less"),
        ("Among people {xwho}, would {y1} have been {way} likely if the person {xhad}?", "more", "less"),
    ),
    "nde": (
        (
            "If we disregard the mediation effect through {means}, would {x} {way} affect {y}?",
            "positively",
            "negatively",
        ),
        ("Leaving aside the effect through {means}, does {x} {way} influence {y}?", "positively", "negatively"),
    ),
    "nie": (
        ("Does {x} {way} affect {y} through {means}?", "positively", "negatively"),
        ("Does {x} {way} influence {y} by way of {means}?", "positively", "negatively"),
    ),
}
"""Wordings of each query, with the words that ask for more and for less; for `ett` of the world that did not happen."""
_BY_CASE = "We look at how {x} correlates with {y} case by case according to {names}"
METHODS = (
    ("We look directly at how {x} correlates with {y} in general", _BY_CASE),
    (
        "We compare {y} with and without {x} among all",
        "We compare {y} with and without {x} separately for each level of {names}",
    ),
)


def listed(parts: Sequence[str]) -> str:
    """A, B, and C."""
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def capital(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def percent(value: float, digits: int = 0) -> str:
    """A probability as per cent."""
    return f"{100 * value:.{digits}f}%"
