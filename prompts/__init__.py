"""The prompts, one Jinja file each, and how they are filled in.

`render("plan", …)` fills `plan.md.j2`. A field that is missing is an error, never an empty place. What comes from
data, codebooks, tools or memory goes through `as_data` into a block of its own:

    <data>
    ["re78","continuous","earnings in 1978"]
    </data>

Inside a block every line is JSON with `<` and invisible characters escaped, so no text can close the block or hide
in it.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGE = __name__
ENDING = ".md.j2"


def names() -> tuple[str, ...]:
    """Names of all prompts."""
    return tuple(sorted(f.name.removesuffix(ENDING) for f in files(PACKAGE).iterdir() if f.name.endswith(ENDING)))


def source(name: str) -> str:
    """The text of a prompt with its placeholders."""
    return files(PACKAGE).joinpath(f"{name}{ENDING}").read_text(encoding="utf-8")


def render(name: str, **fields: Any) -> str:
    """Fill a prompt in.

    Args:
        name: File name without its ending.
        fields: Every placeholder of the prompt, and nothing else.

    Raises:
        jinja2.UndefinedError: a field is missing.
        TypeError: a field has no place in the prompt.
    """
    if unknown := fields.keys() - placeholders(name):
        raise TypeError(f"The prompt {name!r} has no place for {', '.join(sorted(unknown))}.")
    return _environment().from_string(source(name)).render(**fields).strip()


@cache
def placeholders(name: str) -> frozenset[str]:
    """The fields that a prompt needs."""
    from jinja2 import meta

    return frozenset(meta.find_undeclared_variables(_environment().parse(source(name))))


def as_data(value: Any) -> str:
    """A value as one line of JSON that cannot be mistaken for the end of its block."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return "".join(_escaped(ch) if _hides(ch) else ch for ch in text)


def _hides(ch: str) -> bool:
    """Whether a character could close a block, or is not seen: control and format characters, odd line ends."""
    return ch == "<" or (ch > "~" and unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def _escaped(ch: str) -> str:
    code = ord(ch)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    # the output is text for a model and is never read as HTML; data are escaped as JSON by `as_data`
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    environment.filters["data"] = as_data
    return environment
