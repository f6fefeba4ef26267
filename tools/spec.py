"""What a tool is: its arguments, its function, and what it declares about itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar, cast

from pydantic import ConfigDict, ValidationError

from .domain.errors import BadArguments
from .domain.model import Model
from .domain.results import RESULTS, DatasetCard, Result

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from .domain.evidence import Evidence
    from .domain.graphs import AnyGraph

Stage = Literal[
    "data", "discover", "graph", "identify", "estimate", "refute", "simulate", "reason", "knowledge", "report"
]


class Args(Model):
    """The arguments of a tool: frozen, every field documented, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, str_max_length=100_000)


class Env(Protocol):
    """What a running tool may touch: tables, graphs and earlier evidence by name, a seed, and allowed folders."""

    seed: int

    def table(self, name: str) -> pd.DataFrame:
        """A private copy of a loaded table; altering it harms nobody."""
        ...

    def card(self, name: str) -> DatasetCard:
        """The card of a loaded table."""
        ...

    def graph(self, name: str) -> AnyGraph:
        """A graph of this run, by its name or by the id of the evidence that holds it."""
        ...

    def evidence(self, id: str) -> Evidence:
        """An earlier entry of the ledger."""
        ...

    def ledger(self) -> tuple[Evidence, ...]:
        """All evidence so far, in order."""
        ...

    def rng(self) -> np.random.Generator:
        """A fresh generator seeded with `seed`; the same call gives the same numbers."""
        ...

    def readable(self, path: str) -> Path:
        """The real path of a file that may be read.

        Raises:
            BadArguments: the file is outside the allowed roots, missing, or not a regular file.
        """
        ...

    def writable(self, path: str) -> Path:
        """The real path of a file that may be written (an output the person named, or inside the workspace)."""
        ...

    def rerun(self, evidence_id: str, tables: dict[str, pd.DataFrame], **changed: Any) -> Result:
        """Run an earlier tool call again on altered tables, with some arguments changed; nothing enters the ledger."""
        ...

    def store_table(self, name: str, frame: pd.DataFrame) -> str:
        """Write a table into the workspace as Parquet; returns the file's name for `DatasetCard.stored`."""
        ...


class Cost(Model):
    """A prediction made before a call: wall seconds on two cores, and memory."""

    seconds: float
    megabytes: float = 200.0
    advice: str = ""
    """What to do instead when the prediction is over the bound."""


def cheap(n: int, p: int) -> Cost:
    """The cost model of a tool that is done within a second on any table that fits in memory."""
    return Cost(seconds=0.2 + 2e-7 * n * p, megabytes=100 + 3e-5 * n * p)


A = TypeVar("A", bound=Args)
R = TypeVar("R", bound=Result, covariant=True)


class Tool(Generic[A, R]):
    """A tool as the registry, the model's schema, the help page and the contract tests see it.

    Args:
        name: Folder and file, `discover/pc.py` is `discover_pc`.
        args: Class of its arguments.
        run: The function; checks preconditions, makes one library call, converts to our types.
        assumes: Causal and statistical premises, in stable words.
        example: Arguments that work on the bundled example `dataset` (see `tools/domain/examples.py`).
        reference: Paper, equation or algorithm number.
        cost: Predicts the cost from rows and columns, and the arguments.
        needs: Pip extra that must be installed, or None.
    """

    def __init__(
        self,
        name: str,
        args: type[A],
        run: Callable[[A, Env], R],
        *,
        assumes: tuple[str, ...] = (),
        example: A,
        reference: str,
        cost: Callable[[int, int], Cost] = cheap,
        needs: str | None = None,
    ) -> None:
        self.name = name
        self.args = args
        self.run = run
        self.assumes = assumes
        self.example = example
        self.reference = reference
        self.cost = cost
        self.needs = needs

    @property
    def stage(self) -> Stage:
        """The folder, which is the stage of an analysis the tool belongs to."""
        return cast("Stage", self.name.split("_", 1)[0])

    @property
    def description(self) -> str:
        """First line of the module's docstring: an imperative sentence."""
        return (inspect.getmodule(self.run).__doc__ or "").strip().split("\n")[0]

    @property
    def returns(self) -> type[Result]:
        """Class of its result, from the annotation of `run`."""
        name = str(inspect.signature(self.run).return_annotation)
        return next(cls for cls in RESULTS.values() if cls.__name__ == name)

    def parse(self, raw: dict[str, Any]) -> A:
        """Validate raw arguments.

        Raises:
            BadArguments: naming each field that is wrong, its value and what is allowed.
        """
        try:
            return self.args.model_validate(raw)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']} (got {repr(e.get('input'))[:80]})"
                for e in error.errors()
            )
            allowed = ", ".join(self.args.model_fields)
            raise BadArguments(f"{self.name} cannot be called so: {problems}. Its arguments are: {allowed}.") from error
