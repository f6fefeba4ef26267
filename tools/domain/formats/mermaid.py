"""Read and write Mermaid flowcharts; a node's name is its label, marks and lags that Mermaid cannot draw are edge labels."""

from __future__ import annotations

import re
from html.entities import name2codepoint

from ..edges import MARKS
from ..graphs import AnyGraph
from ._draft import MAX_EDGES, Draft, GraphText, bad_line, canonical, declared_kind, kind_to_state, refuse

_SKIPPED = re.compile(r"(style|classDef|linkStyle|click|direction|accTitle|accDescr|title)\b|end$|subgraph\b|%%")
_HEADER = re.compile(r"(?:flowchart(?:-elk)?|graph)(?:\s+(?:TB|TD|BT|RL|LR))?\s*(?:$|(?=;))")
_KIND = re.compile(r"%%\s*kind:\s*(\w+)\s*$")
_ID = re.compile(r"[\w.]++(?:-(?![-.=])[\w.]++)*+")
_SHAPES = (
    ("(((", ")))"), ("((", "))"), ("([", "])"), ("(", ")"), ("[[", "]]"), ("[(", ")]"), ("[/", "/]"), ("[\\", "\\]"),
    ("[", "]"), ("{{", "}}"), ("{", "}"), (">", "]"),
)  # fmt: skip
_CLASS = re.compile(r":::([\w-]+)")
_LINK = re.compile(r"(?P<left>[<ox])?(?P<body>-{2,}|={2,}|-\.+-|-\.(?!-)|~~~+)(?P<right>[>ox])?")
_TEXT_END = re.compile(r"(?:-{2,}|={2,}|\.+-)(?P<right>[>ox])?")
_HIDDEN = {"latent", "hidden", "unobserved", "unmeasured"}
_DRAWN = {"->": "-->", "<->": "<-->", "--": "---", "o-o": "o--o", "o->": "-->", "o--": "---"}


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a flowchart; styles and subgraph frames are left out, the class `latent` marks hidden nodes.

    Raises:
        BadArguments: with the line and the offending text.
    """
    reader = _Reader()
    in_front_matter = started = False
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if line == "---" and not started:
            in_front_matter = not in_front_matter
        elif in_front_matter or not line:
            continue
        elif match := _KIND.match(line):
            declared_kind(reader.draft, match.group(1), number)
        elif not started and (match := _HEADER.match(line)):
            started = True
            reader.line(line[match.end() :].lstrip(" ;"), number)
        elif match := re.match(r"class\s+([\w.,\s-]+?)\s+(\w+)\s*;?$", line):
            if match.group(2).lower() in _HIDDEN:
                reader.hidden |= dict.fromkeys(i.strip() for i in match.group(1).split(","))
        elif not _SKIPPED.match(line):
            if not started:
                raise bad_line(
                    "Mermaid text", number, line, "a Mermaid flowchart starts with `flowchart LR` or `graph TD`."
                )
            reader.line(line, number)
    return reader.finish(latent)


def write(graph: AnyGraph) -> str:
    """Write a flowchart that Mermaid draws; origins and bootstrap support are not part of this format."""
    refuse(graph, "mermaid")
    lines = ["flowchart LR"]
    if stated := kind_to_state(graph):
        lines.append(f"  %% kind: {stated}")
    number = {name: f"n{i}" for i, name in enumerate(graph.nodes)}
    for name, key in number.items():
        lines.append(f'  {key}["{_escape(name)}"]' + (":::latent" if name in graph.latent else ""))
    for e in map(canonical, graph.edges):
        label = f"lag {e.lag_steps}" if e.lag_steps else e.symbol if e.symbol in ("o->", "o--") else ""
        shown = f'|"{_escape(label)}"|' if label else ""
        lines.append(f"  {number[e.source]} {_DRAWN[e.symbol]}{shown} {number[e.target]}")
    if graph.latent:
        lines.append("  classDef latent stroke-dasharray: 5 5")
    return "\n".join(lines) + "\n"


class _Reader:
    """Reads statements; ids become names at the end, since a label may follow the first mention."""

    def __init__(self) -> None:
        self.draft = Draft("Mermaid text")
        self.labels: dict[str, str] = {}
        self.order: dict[str, int] = {}
        self.hidden: dict[str, None] = {}
        self.edges: list[tuple[str, str, str, int, int]] = []

    def line(self, text: str, number: int) -> None:
        """Read the statements of one line: `A & B --> C -->|label| D`."""
        at = 0
        left: list[str] | None = None
        symbol, lag = "", 0
        while at < len(text):
            group, at = self._group(text, at, number)
            if left is not None and symbol:
                if len(self.edges) + len(left) * len(group) > 2 * MAX_EDGES:
                    raise bad_line(self.draft.what, number, text, f"there are more than {MAX_EDGES:,} edges.")
                self.edges += [(a, symbol, b, lag, number) for a in left for b in group]
            if at >= len(text) or text[at] == ";":
                at, left = _skip(text, at + 1), None
                symbol = ""
                continue
            symbol, lag, at = self._link(text, at, number)
            left = group
            if at >= len(text):
                raise bad_line(self.draft.what, number, text, "a link needs a node on its right.")

    def _group(self, text: str, at: int, number: int) -> tuple[list[str], int]:
        found: list[str] = []
        while True:
            match = _ID.match(text, at)
            if match is None:
                raise bad_line(
                    self.draft.what, number, text[at:], 'expected the id of a node, such as `A` or `n1["its name"]`.'
                )
            key = match.group()
            self.order.setdefault(key, number)
            at = self._shape(text, match.end(), key, number)
            while class_ := _CLASS.match(text, at):
                if class_.group(1).lower() in _HIDDEN:
                    self.hidden[key] = None
                at = class_.end()
            found.append(key)
            at = _skip(text, at)
            if at >= len(text) or text[at] != "&":
                return found, at
            at = _skip(text, at + 1)

    def _shape(self, text: str, at: int, key: str, number: int) -> int:
        for opening, closing in _SHAPES:
            if text.startswith(opening, at):
                start = at + len(opening)
                if text.startswith('"', start):
                    end = text.find('"', start + 1)
                    if end < 0 or not text.startswith(closing, end + 1):
                        raise bad_line(
                            self.draft.what, number, text[at:], f'the label is not closed with `"{closing}`.'
                        )
                    self.labels[key] = _unescape(text[start + 1 : end])
                    return end + 1 + len(closing)
                end = text.find(closing, start)
                if end < 0:
                    raise bad_line(self.draft.what, number, text[at:], f"the label is not closed with `{closing}`.")
                self.labels[key] = _unescape(text[start:end]).strip()
                return end + len(closing)
        return at

    def _link(self, text: str, at: int, number: int) -> tuple[str, int, int]:
        match = _LINK.match(text, at)
        if match is None:
            raise bad_line(
                self.draft.what, number, text[at:], "expected a link such as `-->`, `---`, `<-->` or `o--o`."
            )
        at, right, label = match.end(), match.group("right") or "", ""
        if match.group("body").startswith("~"):
            return "", 0, _skip(text, at)
        if match.group("body") in ("--", "==", "-.") and not right:
            end = _TEXT_END.search(text, at)
            if end is None:
                if match.group("left") != "<":
                    raise bad_line(
                        self.draft.what, number, text, "a link's text is not closed, as in `A -- text --> B`."
                    )
            else:
                label, right, at = text[at : end.start()], end.group("right") or "", end.end()
        elif text.startswith("|", _skip(text, at)):
            start = _skip(text, at) + 1
            end_at = text.find("|", start)
            if end_at < 0:
                raise bad_line(self.draft.what, number, text[start:], "a link's label is not closed with `|`.")
            label, at = text[start:end_at], end_at + 1
        if "x" in (match.group("left"), right):
            raise bad_line(
                self.draft.what, number, text, "a cross at the end of a link has no meaning in a causal graph."
            )
        symbol, lag = _meaning(match.group("left") or "", right, _unescape(label.strip().strip('"')))
        return symbol, lag, _skip(text, at)

    def finish(self, latent: tuple[str, ...]) -> GraphText:
        names = {key: self.labels.get(key, key) for key in self.order}
        for key, number in self.order.items():
            if names[key] in self.draft.nodes:
                raise bad_line(self.draft.what, number, names[key], "two nodes have this name; names must be unique.")
            self.draft.node(names[key], number, latent=key in self.hidden)
        for source, symbol, target, lag, number in self.edges:
            self.draft.edge(names[source], symbol, names[target], number, lag_steps=lag)
        return self.draft.finish("mermaid", latent)


def _meaning(left: str, right: str, label: str) -> tuple[str, int]:
    if label in MARKS:
        return label, 0
    ends = (left, right)
    symbol = {("", ""): "--", ("", ">"): "->", ("<", ""): "<-", ("<", ">"): "<->", ("o", "o"): "o-o", ("", "o"): "--o",
              ("o", ""): "o--", ("o", ">"): "o->", ("<", "o"): "<-o"}[ends]  # fmt: skip
    lag = re.fullmatch(r"lag (\d{1,9})", label)
    return symbol, int(lag.group(1)) if lag else 0


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _escape(name: str) -> str:
    return re.sub(r'[\x00-\x1f\x7f-\xa0"#&<>`\\\u2028\u2029]', lambda m: f"#{ord(m.group())};", name)


def _unescape(label: str) -> str:
    def one(match: re.Match[str]) -> str:
        word = match.group(1)
        if word.isdecimal() and len(word) < 8 and int(word) <= 0x10FFFF:
            return chr(int(word))
        return chr(name2codepoint[word]) if word in name2codepoint else match.group()

    return re.sub(r"#(\w{1,10});", one, re.sub(r"<br\s*/?>", " ", label))
