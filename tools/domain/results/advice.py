"""What somebody thinks of an effect or of a link: opinions with reasons, and what could test or accept each of them."""

from __future__ import annotations

from typing import Literal

from ..model import Model
from .base import Result

RoleAdvised = Literal["confounder", "unmeasured", "instrument", "negative_outcome", "negative_exposure", "never_adjust"]
Link = Literal["first_causes_second", "second_causes_first", "common_cause", "none", "unknown"]
SHOWN: dict[RoleAdvised, str] = {
    "confounder": "common causes",
    "unmeasured": "common causes that no column measures",
    "instrument": "instruments",
    "negative_outcome": "negative-control outcomes",
    "negative_exposure": "negative-control exposures",
    "never_adjust": "never to be adjusted for",
}
"""Each role in words."""


class AdviceItem(Model):
    """One thing to think of."""

    role: RoleAdvised
    name: str
    """A column; of an unmeasured common cause, words."""
    because: str = ""
    test: str
    """How a tool can test it, or that no data can."""
    accept: str
    """What a person says to make it theirs."""
    forbids: tuple[tuple[str, str], ...] = ()
    """Directions, as (cause, effect), that are ruled out where it is accepted."""


class EffectAdvice(Result):
    """What to think of when an effect is estimated; nothing of it was tested, and no estimate uses it."""

    kind: Literal["effect_advice"] = "effect_advice"
    treatment: str
    outcome: str
    origin: Literal["model", "user"]
    by: str
    items: tuple[AdviceItem, ...] = ()

    def summary(self) -> str:
        if not self.items:
            return f"{self.by} suggests nothing for the effect of {self.treatment} on {self.outcome}."
        named = [(shown, [i.name for i in self.items if i.role == role]) for role, shown in SHOWN.items()]
        parts = [f"{shown}: {', '.join(names)}" for shown, names in named if names]
        return (
            f"An opinion of {self.by} on the effect of {self.treatment} on {self.outcome}, not a finding. "
            f"{'; '.join(parts)}."
        )


class LinkAdvice(Result):
    """How somebody thinks that two variables are linked; nothing of it was tested."""

    kind: Literal["link_advice"] = "link_advice"
    first: str
    second: str
    link: Link
    confidence: float
    """By the adviser's own account, from 0 to 1."""
    because: str = ""
    origin: Literal["model", "user"]
    by: str
    test: str
    forbids: tuple[tuple[str, str], ...] = ()
    """Directions that are ruled out where it is accepted; whether there is an edge at all stays the data's to say."""

    def summary(self) -> str:
        one, two = self.first, self.second
        said = {
            "first_causes_second": f"{one} causes {two}",
            "second_causes_first": f"{two} causes {one}",
            "common_cause": f"{one} and {two} only share a common cause",
            "none": f"there is no link between {one} and {two}",
            "unknown": f"how {one} and {two} are linked cannot be told",
        }[self.link]
        return f"An opinion of {self.by}, not a finding: {said} (confidence {self.confidence:.0%})."
