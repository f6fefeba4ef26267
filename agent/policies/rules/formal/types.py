"""What a formal question says, once read: premises, and one typed call that decides it.

Every published question language and every paraphrase ends in the same premises. Statements are read sentence by
sentence, each kind by its own module; questions likewise. What is not understood makes the reader abstain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .....tools.domain.model import Model
from .....tools.domain.results import Result
from ....state import ToolCall

Level = int | str


class Event(Model):
    """A variable at one of its levels; of a binary variable, 1 is that it happens."""

    variable: str
    level: Level = 1


class Chance(Model):
    """A stated probability, such as P(y=1 | x=0) = 0.3."""

    event: tuple[Event, ...]
    given: tuple[Event, ...] = ()
    do: tuple[Event, ...] = ()
    value: float


class Correlation(Model):
    """A stated correlation between two events, perhaps among those with a third."""

    source: str
    target: str
    given: tuple[Event, ...] = ()
    value: float


class Mechanism(Model):
    """A deterministic rule: the effect holds if and only if one of the alternatives does."""

    effect: Event
    alternatives: tuple[tuple[Event, ...], ...]
    """Any of these, each of them events that hold together."""


class Independence(Model):
    """Two variables are independent (or dependent) given a set."""

    source: str
    target: str
    given: tuple[str, ...] = ()
    holds: bool = True


@dataclass
class Premises:
    """All that the text states; each statement reader adds to it."""

    nodes: list[str] = field(default_factory=list[str])
    """Variables in the order they were first named; as written, lower-cased first letter."""
    edges: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    denied: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Direct effects that the text says are not there."""
    bidirected: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    latent: list[str] = field(default_factory=list[str])
    chances: list[Chance] = field(default_factory=list[Chance])
    correlations: list[Correlation] = field(default_factory=list[Correlation])
    mechanisms: list[Mechanism] = field(default_factory=list[Mechanism])
    observed: list[Event] = field(default_factory=list[Event])
    independencies: list[Independence] = field(default_factory=list[Independence])
    closed: bool = False
    """Whether all independencies are listed: "all the statistical relations are as follows"."""
    methods: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Named adjustment proposals: `Method 1` -> the variables it looks at case by case."""
    ignored: list[str] = field(default_factory=list[str])
    """Sentences that state nothing causal; a question that needs them is not answered."""

    @property
    def stated(self) -> bool:
        """Whether the text states anything that can be reasoned from."""
        return bool(self.edges or self.chances or self.mechanisms or self.independencies)


class FormalVerdict(Model):
    """The answer that a result gives to the question as it was worded."""

    answer: str | None
    """`yes`, `no`, a number as text, a choice; None: the result does not decide it."""
    sentence: str
    """The answer in one plain sentence with its number and reason."""


@dataclass(frozen=True)
class FormalReading:
    """One typed call, and how its result answers the words."""

    call: ToolCall
    decide: Callable[[Result], FormalVerdict]
    premises: Premises
    because: tuple[str, ...]
    """How the parts were read: treatment, outcome, query, polarity."""


@dataclass(frozen=True)
class Unreadable:
    """The reader abstains."""

    problem: str
    """What could not be read, in words."""
    premises: Premises | None = None
    """What was read of the premises all the same."""
