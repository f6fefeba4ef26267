"""Fill a template and write the file, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..domain.errors import BadArguments
from ..domain.results import ReportFile
from ..spec import Env
from ._numbers import short_number


def render(template: str, context: dict[str, Any]) -> str:
    """Fill a template; a field it names and does not get is an error."""
    environment = Environment(
        loader=PackageLoader("whence.tools.report", "templates"),
        autoescape=select_autoescape(["html", "html.j2"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = markdown_text
    environment.filters["num"] = short_number
    environment.filters["plain"] = lambda value: str(value).replace("_", " ")  # pyright: ignore[reportUnknownLambdaType]
    return environment.get_template(template).render(context)


_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~$&!]")
_AUTOLINK = re.compile(r"(?i)(?<=[a-z]):(?=//)|(?<=www)\.|(?<=mailto):|(?<=xmpp):")


def markdown_text(value: Any) -> str:
    """Text that Markdown shows as it is: no markup, link, image, mention, table cell or HTML can come from data."""
    flat = " ".join(str(value).split())
    safe = _AUTOLINK.sub(lambda m: "\\" + m[0], _MARKUP.sub(lambda m: "\\" + m[0], flat))
    return safe.replace("@", "@\u2060")  # a word joiner: an address is made a link, escaped or not


def write_report(
    env: Env, path: str, content: str, format: Literal["markdown", "html", "json", "script"]
) -> ReportFile:
    """Write a file whole or not at all.

    Raises:
        BadArguments: the path was not named as an output, is a folder, or cannot be written.
    """
    target = env.writable(path)
    if target.is_dir():
        raise BadArguments(f"{path[:200]!r} is a folder, so no report is written there. Name a file in it.")
    temporary = target.with_name(f".whence-{os.getpid()}-{hashlib.sha256(target.name.encode()).hexdigest()[:12]}")
    body = content.encode("utf-8", "backslashreplace")  # in JSON, a lone surrogate is then its own escape
    try:
        Path(temporary).write_bytes(body)
        os.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadArguments(
            f"The report {path[:200]!r} cannot be written: {error.strerror}. Choose another file."
        ) from error
    return ReportFile(path=path, format=format, sha256=hashlib.sha256(body).hexdigest(), n_bytes=len(body))
