"""Results about actual causation: what brought an event about, by each definition, with witnesses."""

from __future__ import annotations

from typing import Literal

from ..equations import Level
from ..model import Model
from .base import Result

Definition = Literal["but_for", "original", "updated", "modified"]


class CauseWitness(Model):
    """The counterfactual world that shows a cause to be one."""

    instead: dict[str, Level]
    """Other values of the cause (x')."""
    contingency: dict[str, Level]
    """Variables held by hand, and at what (W = w)."""
    n_changed: int
    """How many of them are held at values other than the actual ones."""
    atypical: tuple[str, ...]
    """Variables that are not as is normal in this world."""
    as_normal: bool
    """Whether all that is atypical in this world is so in the actual world too (Halpern & Hitchcock 2015)."""


class DefinitionVerdict(Model):
    """What one definition says."""

    definition: Definition
    is_cause: bool
    reason: str
    witnesses: tuple[CauseWitness, ...] = ()
    """The most normal first, then those with the fewest changes; at most five."""
    part_of: dict[str, Level] | None = None
    """A cause that the candidate is a part of, itself included; None when there is none or it was not looked for."""
    responsibility: float | None = None
    """1 / (changes needed + 1) (Chockler & Halpern 2004); for `modified` 1 / (size of a cause it is part of + of the
    contingency) (Halpern 2016). 0 for what is no cause; None for `but_for`, which grades nothing."""


class CauseVerdict(Result):
    """Whether an event was an actual cause of another, under given equations and in a given context."""

    kind: Literal["actual_cause"] = "actual_cause"
    cause: dict[str, Level]
    effect: str
    actual: dict[str, Level]
    """Values of all variables in the actual world."""
    definitions: tuple[DefinitionVerdict, ...]
    necessary: bool
    """Whether the effect would have failed under every other value of the cause, all else following its equations."""
    sufficient: bool | None
    """Whether the cause brings the effect about in every context; None when there are too many contexts."""
    sufficient_share: float | None
    """Share of the contexts (all settings of the other roots, each counted once) in which it does."""
    derivation: tuple[str, ...]

    def verdict(self, definition: Definition) -> DefinitionVerdict:
        """What one of the definitions says."""
        return next(d for d in self.definitions if d.definition == definition)

    def summary(self) -> str:
        cause = ", ".join(f"{n} = {v}" for n, v in self.cause.items())
        words = {True: "a cause", False: "no cause"}
        said = [f"{words[d.is_cause]} ({d.definition.replace('_', '-')})" for d in self.definitions]
        more = [f"Necessary: {'yes' if self.necessary else 'no'}."]
        if self.sufficient is not None:
            more.append(f"Sufficient: {'yes' if self.sufficient else 'no'}.")
        graded = [d for d in self.definitions if d.responsibility is not None]
        more += [f"Responsibility ({d.definition}): {d.responsibility:.3g}." for d in graded]
        return f"{cause} is, of {self.effect}: {'; '.join(said)}. {' '.join(more)}"[:1900]
