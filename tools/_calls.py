"""What is asked of a call before it runs: is it small enough to look at, and what will it cost?"""

from __future__ import annotations

import json
from typing import Any

from .domain.errors import BadArguments, TooLarge
from .domain.evidence import Evidence
from .spec import Cost, Tool
from .workspace import Workspace

MAX_ARGUMENT_BYTES = 4 * 2**20
MAX_VALUES = 100_000
MAX_SHOWN = 500
"""Characters of a text, and items of a list, that the ledger keeps of arguments that were refused."""
CHOSEN_COLUMNS = ("variables", "adjustment_set", "covariates", "given")
"""Arguments that choose columns; a tool with none of them is taken to use the whole table."""


def refuse_huge(tool: str, args: dict[str, Any]) -> None:
    """Refuse arguments that are too large to be validated in reasonable time.

    Raises:
        BadArguments: they are over the limit, nested without end, or not JSON.
    """
    try:
        n_bytes = len(json.dumps(args))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadArguments(
            f"The arguments of {tool} are not JSON ({error}). Give text, numbers, lists and objects only."
        ) from error
    if n_bytes > MAX_ARGUMENT_BYTES:
        raise BadArguments(
            f"The arguments of {tool} take {n_bytes} bytes; the limit is {MAX_ARGUMENT_BYTES}. "
            "Load tables with data_load and refer to them by name."
        )
    if _has_more_values(args, MAX_VALUES):
        raise BadArguments(
            f"The arguments of {tool} hold over {MAX_VALUES} values, which is the limit. "
            "Load tables with data_load and refer to them by name."
        )


def _has_more_values(args: dict[str, Any], limit: int) -> bool:
    waiting: list[Any] = [args]
    n_values = 0
    while waiting and n_values <= limit:
        value = waiting.pop()
        inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
        n_values += len(inside)
        waiting += inside
    return n_values > limit


def shorten(raw: object, depth: int = 0) -> Any:
    """A small JSON value that shows what was given; for arguments that could not be used."""
    if raw is None or isinstance(raw, bool | float):
        return raw
    if isinstance(raw, int):
        return raw if abs(raw) < 2**63 else f"{raw:.3e}" if abs(raw) < 10**300 else "a huge integer"
    if isinstance(raw, dict | list | tuple) and depth > 4:
        return "…"
    if isinstance(raw, dict):
        return {_cut(str(k)): shorten(v, depth + 1) for k, v in list(raw.items())[:MAX_SHOWN]}
    if isinstance(raw, list | tuple):
        return [shorten(v, depth + 1) for v in raw[:MAX_SHOWN]]
    return _cut(raw if isinstance(raw, str) else repr(raw))


def _cut(text: str) -> str:
    text = text.encode(errors="replace").decode()
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def predict(tool: Tool[Any, Any], args: dict[str, Any], workspace: Workspace) -> Cost:
    """Predict the cost of a call from the table it names, or the table of the evidence it names."""
    size = _size(args, workspace)
    return tool.cost(*size) if size else Cost(seconds=0)


def refuse_costly(tool: str, cost: Cost, time_limit_s: float, memory_limit_mb: int) -> None:
    """Refuse a call that is predicted to end at its limits.

    Raises:
        TooLarge: with the prediction, the limits and what to do instead.
    """
    if cost.seconds > time_limit_s or cost.megabytes > memory_limit_mb:
        raise TooLarge(
            f"{tool} is predicted to take {cost.seconds:.3g} s and {cost.megabytes:.3g} MB on this table; the limits "
            f"are {time_limit_s:g} s and {memory_limit_mb} MB. {cost.advice or 'Use fewer columns or rows, or raise the limits.'}"
        )


def _size(args: dict[str, Any], workspace: Workspace) -> tuple[int, int] | None:
    """Rows and columns of the table a call works on."""
    if isinstance(name := args.get("dataset"), str) and name in workspace.tables:
        card = workspace.tables[name]
        named = {text for value in args.values() for text in _texts(value)}
        n_chosen = sum(column.name in named for column in card.columns)
        chooses = any(args.get(field) for field in CHOSEN_COLUMNS) or "adjustment_set" in args
        return card.n_rows, n_chosen if chooses and n_chosen else card.n_columns
    if earlier := _evidence(args.get("estimate"), workspace):
        return _size(earlier.args, workspace) if earlier.args is not args else None
    return None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _evidence(id: object, workspace: Workspace) -> Evidence | None:
    return next((entry for entry in workspace.ledger if entry.id == id), None)
