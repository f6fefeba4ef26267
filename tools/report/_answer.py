"""The answer a report is made of: what must be in it, and what must never leave this machine."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any, cast

from ..domain.errors import BadArguments
from ..spec import Args

REQUIRED = ("schema_version", "run", "claim", "words", "evidence")
EXAMPLE_ANSWER: dict[str, Any] = {
    "schema_version": "1", "run": "example", "status": "answered", "claim": "t raises y.", "claims": [], "words": "does t raise y?",
    "question": None, "reading": [], "design": "experiment", "design_reasons": ["an example"], "plan": [], "identified": True,
    "estimand": None, "estimator": None, "adjustment_set": [], "estimate": None, "effect_range": None, "graph": None,
    "assumptions": [], "checks": [], "evidence": [], "ledger": [], "warnings": [], "would_change": [], "seconds": 0.1,
}  # fmt: skip
MAX_TEXT = 4000
"""Characters of one text on a page; the JSON report holds the rest."""
IN_MEMORY = "frame.parquet"
"""File name of a table that was given as an object; the table's own name says more to a reader."""


class ReportArgs(Args):
    """What to write, and where."""

    path: str
    """File to write; one the person named, or inside the workspace."""
    answer: dict[str, Any]
    """The answer as JSON, as `--json` prints it."""


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is not an answer, fill fields that an older answer lacks, and take out folders of this machine.

    Raises:
        BadArguments: a required field is missing, or a value has no JSON form.
    """
    if missing := [f for f in REQUIRED if f not in answer]:
        raise BadArguments(
            f"This is not an answer: it lacks {', '.join(missing)}. Give the object that `whence ask --json` prints."
        )
    try:
        json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadArguments(
            f"The answer cannot be written as JSON: {str(error)[:200]}. Give the object that `whence ask --json` prints."
        ) from error
    whole: dict[str, Any] = EXAMPLE_ANSWER | answer
    without = _folder_remover(whole["evidence"])
    return cast("dict[str, Any]", every_text(whole, without))


def _folder_remover(evidence: list[dict[str, Any]]) -> Callable[[str], str]:
    """A function that cuts the folders of this machine out of a text; file names stay.

    Known are: the home folder, the working folder, the folder for temporary files, and those of paths in arguments.
    """
    known = {Path.home(), Path.cwd(), Path(tempfile.gettempdir())}
    for e in evidence:
        path = (e.get("args") or {}).get("path")
        if isinstance(path, str) and PurePath(path).is_absolute():
            known.add(Path(path).parent)
    folders = {str(p) for p in known} | {str(_real(p)) for p in known}
    found = sorted((f for f in folders if len(PurePath(f).parts) > 1), key=len, reverse=True)
    if not found:
        return str
    pattern = re.compile(
        rf"(?<![\w.~/-])(?:{'|'.join(map(re.escape, found))})(?:(?P<inside>/(?:[^\s/'\"]+/)*)|(?![\w-]|\.\w))"
    )
    return lambda text: (
        pattern.sub(lambda m: "" if m["inside"] else "a folder", text) if "/" in text or "\\" in text else text
    )


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def every_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON value with every text changed, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {change(k): every_text(v, change) for k, v in pairs}
    if isinstance(value, list | tuple):
        return [every_text(v, change) for v in cast("list[Any]", value)]
    return value


def visible(text: str) -> str:
    r"""Show what is not meant to be seen: control, direction and surrogate characters become `\u202e` and the like.

    A text longer than a page wants is cut; line ends stay.
    """
    shown = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + f"… ({len(text) - MAX_TEXT:,} more characters)"
    if shown.isprintable():
        return shown
    return "".join(
        f"\\u{ord(c):04x}" if c not in "\n\t\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") else c
        for c in shown
    )


def file_of(evidence: dict[str, Any]) -> str:
    """File that a `data_load` call needs beside a replay: its name, or the table's for one given from memory."""
    name = PurePath(str(evidence["args"].get("path", ""))).name
    if name == IN_MEMORY:
        table = str((evidence.get("result") or {}).get("name") or "data")
        return (re.sub(r"[^\w-]+", "_", table)[:60].strip("_") or "data") + ".parquet"
    return name
