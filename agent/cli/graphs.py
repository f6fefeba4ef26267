"""`whence graphs …`: the remembered graphs."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from ...memory.store import Memory, open_memory
from ...tools.domain.errors import UsageError
from ...tools.domain.formats import FORMATS, read_graph, write_graph
from ..files import named_file, read_text
from ..home import home_folder
from .text import clean

if TYPE_CHECKING:
    from ..proposals import Proposal

FILE_LIKE = re.compile(r"\S+\.[A-Za-z]{1,8}")
"""One word with an ending: a file that is not there, rather than a graph of one node."""
NAMED = {
    "show": "print a graph",
    "history": "every version, who made it and why",
    "diff": "what changed between two versions",
    "rename": "give a graph another name",
    "delete": "delete a graph; `restore` brings it back",
    "restore": "bring back a deleted graph",
    "undo": "go back one version; history is kept",
    "save": "remember a graph from a file or from text",
}


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    sub = parser.add_subparsers(dest="action", metavar="ACTION")
    sub.add_parser("list", help="names, versions, sizes, authors")
    named = {action: sub.add_parser(action, help=text) for action, text in NAMED.items()}
    for action in named.values():
        action.add_argument("name", help="name of the graph")
    named["show"].add_argument("--version", type=int, help="an earlier version")
    named["show"].add_argument("--format", choices=sorted(FORMATS), default="edgelist")
    named["diff"].add_argument("--from", dest="first", type=int, help="older version (default: the one before)")
    named["diff"].add_argument("--to", dest="second", type=int, help="newer version (default: the latest)")
    named["rename"].add_argument("new", help="the new name")
    named["save"].add_argument("graph", help="a file, or text such as 'z -> t; z -> y; t -> y'")
    named["save"].add_argument("--note", default="", help="why")
    propose = sub.add_parser("propose", help="have a language model draw the graph it would expect over a table")
    propose.add_argument("data", metavar="DATA", help="the table; the model sees its columns, never its rows")
    propose.add_argument("--about", metavar="FILE", help="codebook: what the columns mean")
    propose.add_argument("--robust", action="store_true", help="ask again with codes for names; say what stays")
    sub.add_parser("search", help="search graphs and findings by meaning").add_argument("text")


def main(args: argparse.Namespace) -> int:
    """Carry out one action."""
    if args.action == "propose":
        return _propose(args)
    memory = open_memory(home_folder())
    try:
        for line in ACTIONS.get(args.action or "list", _list)(memory, args):
            sys.stdout.write(clean(line) + "\n")
    finally:
        memory.close()
    return 0


def _list(memory: Memory, args: argparse.Namespace) -> list[str]:
    rows = [
        f"{r.name:<32} v{r.version:<3} {r.graph.kind:<10} {len(r.graph.nodes):>4} nodes {len(r.graph.edges):>5} edges  "
        f"{r.author}  {r.created}"
        for r in memory.list_graphs()
    ]
    return rows or [
        "No graphs are remembered yet. `whence graphs save NAME FILE` or `whence ask … --save-graph NAME` makes one."
    ]


def _show(memory: Memory, args: argparse.Namespace) -> list[str]:
    return [write_graph(memory.get_graph(args.name, args.version).graph, args.format)]


def _history(memory: Memory, args: argparse.Namespace) -> list[str]:
    return [
        f"v{r.version:<3} {r.created}  {r.author:<16} {len(r.graph.edges):>4} edges  {r.note}"
        for r in memory.history(args.name)
    ]


def _diff(memory: Memory, args: argparse.Namespace) -> list[str]:
    change = memory.diff(args.name, args.first, args.second)
    return str(change).splitlines() or ["No difference."]


def _rename(memory: Memory, args: argparse.Namespace) -> list[str]:
    record = memory.rename(args.name, args.new)
    return [f"{args.name} is now {args.new}.", *record.warnings]


def _delete(memory: Memory, args: argparse.Namespace) -> list[str]:
    memory.delete(args.name)
    return [f"{args.name} is deleted; `whence graphs restore {args.name}` brings it back."]


def _restore(memory: Memory, args: argparse.Namespace) -> list[str]:
    memory.restore(args.name)
    return [f"{args.name} is back."]


def _undo(memory: Memory, args: argparse.Namespace) -> list[str]:
    record = memory.undo(args.name)
    return [f"{args.name} is as it was before, saved as version {record.version}."]


def _save(memory: Memory, args: argparse.Namespace) -> list[str]:
    path = named_file(args.graph)
    if path is None and FILE_LIKE.fullmatch(args.graph.strip()):
        raise UsageError(
            f"There is no file {args.graph[:200]!r}. Check the spelling and the folder, or write the graph out, such as 'z -> t; t -> y'."
        )
    text = read_text(path, "graph") if path is not None else args.graph
    record = memory.save_graph(args.name, read_graph(text), author="user", note=args.note)
    return [f"{args.name} is remembered, version {record.version}.", *record.warnings]


def _search(memory: Memory, args: argparse.Namespace) -> list[str]:
    hits = memory.search(args.text)
    return [f"{h.score:5.2f}  {h.kind:<8} {h.name:<30} {h.text[:90]}" for h in hits] or ["Nothing found."]


def _propose(args: argparse.Namespace) -> int:
    from ..session import Session
    from .progress import Progress

    with Progress() as progress, Session(on_event=progress) as session:
        session.load(args.data)
        if args.about:
            session.about(args.about)
        lines = proposal_lines(session.propose_graph(robust=args.robust))
        progress.stop()
        sys.stdout.write("\n".join(clean(line) for line in lines) + "\n")
    return 0


def proposal_lines(proposal: Proposal) -> list[str]:
    """A proposal as people read it: each edge with its confidence, what was refused, what it cost."""
    named = {(e["source"], e["target"]): e.get("because", "") for e in proposal.evidence.args["edges"]}
    lines = [
        f"{e}  {'' if e.confidence is None else f'{e.confidence:.0%}':>4}  {named.get((e.source, e.target), '')}"
        for e in proposal.graph.edges
    ] or ["The model draws no edge."]
    lines += [f"Refused: {reason}" for reason in proposal.refused]
    lines += [str(proposal.agreement)] if proposal.agreement else []
    used = proposal.usage
    lines.append(
        f"Proposed by {used.model} in {used.calls} questions, {used.prompt_tokens:,} + {used.completion_tokens:,} tokens. It is "
        "an opinion: `ask --trust-model` lets its directions constrain a search; nothing else uses it."
    )
    return lines


ACTIONS = {
    "list": _list, "show": _show, "history": _history, "diff": _diff, "rename": _rename, "delete": _delete,
    "restore": _restore, "undo": _undo, "save": _save, "search": _search,
}  # fmt: skip
