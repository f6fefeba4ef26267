"""Nothing that comes from data, a person or a model is active in a report."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from .conftest import Write
from .payloads import PAYLOADS

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Poison = Callable[[str], dict[str, Any]]
every_payload = pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))

TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "section",
    "p",
    "h1",
    "h2",
    "span",
    "ul",
    "ol",
    "li",
    "b",
    "br",
    "code",
    "table",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "details",
    "summary",
    "svg",
    "defs",
    "marker",
    "path",
    "g",
    "rect",
    "text",
    "circle",
    "line",
}
LINKS = {"href", "src", "srcset", "action", "formaction", "poster", "data", "xlink:href", "background", "ping", "cite"}


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.bad: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.bad += [tag] if tag not in TAGS else []
        self.bad += [f"{k}={v}" for k, v in attrs if k in LINKS or k.startswith("on") or "javascript:" in (v or "")]
        self.bad += [f"{k}={v}" for k, v in attrs if re.search(r"url\((?!#tip\))", v or "")]

    def handle_comment(self, data: str) -> None:
        self.bad.append(data)


def parsed(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@every_payload
def test_a_page_is_made_of_the_same_tags_whatever_the_data_say(payload: str, poisoned: Poison, write: Write) -> None:
    harmless = parsed(write("html", poisoned("harmless name")))
    page = parsed(write("html", poisoned(payload)))
    assert not page.bad
    assert page.tags == harmless.tags


def test_the_policy_of_a_page_forbids_scripts_and_fetching(poisoned: Poison, write: Write) -> None:
    page = write("html", poisoned("x")).read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert page.index("Content-Security-Policy") < page.index("<style>")


@every_payload
def test_markdown_has_no_live_link_image_or_html(payload: str, poisoned: Poison, write: Write) -> None:
    text = write("md", poisoned(payload)).read_text(encoding="utf-8")
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = [t for block in reader.parse(text) for t in (block, *(block.children or ()))]
    active = {"link_open", "image", "html_inline", "html_block", "fence", "code_block"}
    assert not active & {t.type for t in tokens}
    assert [t.content for t in tokens if t.type == "code_inline"] == ["--report again.py"]
    assert not re.search(r"(?i)(?<!\\)(https?|ftp)://|\bwww\.\w|\w@\w", text)
    assert "{{" not in text
    plain = [t.type for t in reader.parse(write("md", poisoned("harmless name")).read_text(encoding="utf-8"))]
    assert [t.type for t in reader.parse(text)] == plain


@every_payload
def test_a_script_is_the_same_statements_and_one_constant(payload: str, poisoned: Poison, write: Write) -> None:
    def shape(answer: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        tree = ast.parse(write("py", answer).read_text(encoding="utf-8"))
        (call,) = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "json.loads"]
        (constant,) = call.args
        assert isinstance(constant, ast.Constant)
        record = json.loads(constant.value)
        constant.value = ""
        return ast.dump(tree), record

    code, record = shape(poisoned(payload))
    assert code == shape(poisoned("harmless name"))[0]
    assert record["question"] == " ".join(payload.split())


@pytest.mark.parametrize("at", [i for i, p in enumerate(PAYLOADS) if "'''" in p or "pwned" in p])
def test_a_script_runs_nothing_of_the_data(at: int, poisoned: Poison, write: Write, tmp_path: Path) -> None:
    script = write("py", poisoned(PAYLOADS[at]))
    done = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Nothing was compared" in done.stdout
    assert not list(tmp_path.glob("**/pwned"))


@every_payload
def test_json_gives_back_every_text_as_it_was(payload: str, poisoned: Poison, write: Write) -> None:
    answer = poisoned(payload)
    assert json.loads(write("json", answer).read_text(encoding="utf-8")) == answer


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\ud800", "\x1b", "\x00"])
def test_characters_that_deceive_are_shown_by_their_number(hidden: str, poisoned: Poison, write: Write) -> None:
    for ending in ("html", "md"):
        text = write(ending, poisoned(f"a{hidden}b")).read_text(encoding="utf-8")
        assert hidden not in text
        assert f"u{ord(hidden):04x}" in text
