"""One edge type for every graph: two nodes, a mark at each end, and where the edge comes from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .errors import BadArguments
from .model import Model

Mark = Literal["tail", "arrow", "circle"]
Origin = Literal["user", "data", "model"]

SYMBOLS: dict[tuple[Mark, Mark], str] = {
    ("tail", "arrow"): "->",
    ("arrow", "tail"): "<-",
    ("arrow", "arrow"): "<->",
    ("tail", "tail"): "--",
    ("circle", "arrow"): "o->",
    ("arrow", "circle"): "<-o",
    ("circle", "circle"): "o-o",
    ("circle", "tail"): "o--",
    ("tail", "circle"): "--o",
}
MARKS: dict[str, tuple[Mark, Mark]] = {symbol: marks for marks, symbol in SYMBOLS.items()}


class Edge(Model):
    """An edge between two variables, with the mark at each end.

    `tail` at the source and `arrow` at the target is source -> target; `arrow` at both ends is a hidden
    common cause; `circle` is a mark the data do not decide.
    """

    source: str
    target: str
    mark_source: Mark = "tail"
    mark_target: Mark = "arrow"
    lag_steps: int = Field(default=0, ge=0)
    """Time steps from source to target; 0 outside time series."""
    origin: Origin = "user"
    """Who says so: a person, the data (a discovery algorithm), or a language model."""
    support: float | None = Field(default=None, ge=0, le=1)
    """Share of bootstrap resamples with this edge; None when it was not measured."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    """How sure whoever says so is, by their own account; nothing was measured. None when they did not say."""

    @model_validator(mode="after")
    def _no_self_loop(self) -> Edge:
        if self.source == self.target and self.lag_steps == 0:
            raise BadArguments(
                f"Edge {self.source!r} -> {self.target!r} is a self-loop; a variable cannot cause itself."
            )
        return self

    @property
    def symbol(self) -> str:
        """The edge's arrow as people write it: `->`, `<->`, `--`, `o->`, …"""
        return SYMBOLS[self.mark_source, self.mark_target]

    @property
    def directed(self) -> bool:
        """Whether the edge is source -> target or source <- target."""
        return {self.mark_source, self.mark_target} == {"tail", "arrow"}

    def reversed(self) -> Edge:
        """The same edge read from its other end; only for edges without a lag."""
        return self.model_copy(
            update={
                "source": self.target,
                "target": self.source,
                "mark_source": self.mark_target,
                "mark_target": self.mark_source,
            }
        )

    def mark_at(self, node: str) -> Mark:
        """The mark at one of the two ends."""
        return self.mark_target if node == self.target else self.mark_source

    def __str__(self) -> str:
        if self.mark_source == "arrow" and self.mark_target != "arrow":
            return str(self.reversed())  # people write causes first
        lag = f" [lag {self.lag_steps}]" if self.lag_steps else ""
        return f"{self.source} {self.symbol} {self.target}{lag}"


def edge(source: str, symbol: str, target: str, origin: Origin = "user") -> Edge:
    """Build an edge from the arrow people write.

    Example:
        >>> str(edge("smoking", "->", "cancer"))
        'smoking -> cancer'
    """
    mark_source, mark_target = MARKS[symbol]
    return Edge(source=source, target=target, mark_source=mark_source, mark_target=mark_target, origin=origin)
