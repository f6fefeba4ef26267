"""`whence chat [DATA…]`: a conversation in the terminal, with history, completion and live progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ...tools.domain.errors import Cancelled, LimitReached, ToolError, UsageError
from ..session import Session
from ..state import Reading
from . import values
from .chat_commands import COMMANDS, carry_out, change_graph
from .progress import Progress
from .show import show_answer
from .text import clean

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer

WELCOME = """Ask a causal question in plain words. /help lists commands; Ctrl-C stops a run; Ctrl-D leaves.
Edges can be edited in words: "remove age -> income", "add a -> b", "nothing causes age"."""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("data", metavar="DATA", nargs="*", help="tables to load: CSV, TSV, Parquet, Excel or JSON")
    parser.add_argument("--about", metavar="FILE", help="codebook: what the study is and what the columns mean")
    parser.add_argument("--graph", metavar="GRAPH", help="graph file, name of a remembered graph, or text")
    parser.add_argument("--seed", type=values.seed, default=0, help="seed of everything random (default 0)")
    values.add_policy(parser)


def main(args: argparse.Namespace) -> int:
    """Talk until the person leaves."""
    terminal = sys.stdin.isatty()
    with Session(policy=args.policy, seed=args.seed, choose=_choose if terminal else None) as session:
        say = sys.stdout.write
        for path in args.data:
            say(f"{clean(session.load(path).summary())}\n")
        if args.about:
            session.about(args.about)
        if args.graph:
            session.use_graph(args.graph)
        say(f"{WELCOME}\n")
        if not args.data:
            say("No table is loaded yet: /load FILE\n")
        for words in _lines(session) if terminal else map(str.rstrip, sys.stdin):
            if not take_turn(session, words, say):
                break
    return 0


def take_turn(session: Session, words: str, say: Callable[[str], object]) -> bool:
    """Carry out one line: a command, an edit of the graph, or a question.

    Returns:
        False when the person wants to leave.
    """
    words = words.strip()
    try:
        if not words:
            return True
        if words.startswith("/"):
            return carry_out(session, words, say)
        if changed := change_graph(session, words):
            say(f"{clean(changed)}\n")
            return True
        with Progress() as progress:
            session.on_event = progress
            answer = session.ask(words)
            progress.stop()
        show_answer(answer)
    except (Cancelled, KeyboardInterrupt) as stopped:
        say(f"{stopped or 'Stopped.'}\n")
    except (UsageError, ToolError, LimitReached) as error:
        say(f"{clean(' '.join(str(error).split()))}\n")
    return True


def _lines(session: Session) -> Iterable[str]:
    prompt = _prompt(session)
    while True:
        try:
            yield prompt.prompt("whence> ")
        except KeyboardInterrupt:
            continue  # Ctrl-C at the prompt clears the line
        except EOFError:
            return


def _prompt(session: Session) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.history import FileHistory

    history = session.home / "history"
    history.touch(mode=0o600)
    return PromptSession(
        history=FileHistory(str(history)),
        auto_suggest=AutoSuggestFromHistory(),
        completer=_completer(session),
        complete_while_typing=False,
    )


def _completer(session: Session) -> Completer:
    """Complete commands, column names and graph names, as they are at this moment."""
    from prompt_toolkit.completion import WordCompleter

    def names() -> list[str]:
        columns = [c.name for t in session.workspace.tables.values() for c in t.columns]
        graphs = [r.name for r in session.memory.list_graphs()]
        return [*COMMANDS, *session.workspace.tables, *columns, *graphs]

    return WordCompleter(names, ignore_case=True, WORD=True)


def _choose(reading: Reading) -> int:
    """Ask which of several readings is meant."""
    sys.stdout.write("That can be read in more than one way:\n")
    for i, option in enumerate(reading.options, 1):
        sys.stdout.write(f"  {i}. {clean(option.label)}\n")
    while True:
        try:
            picked = input(f"Which one? [1-{len(reading.options)}, Enter for 1] ").strip() or "1"
        except EOFError:
            return 0
        if picked.isdigit() and 1 <= int(picked) <= len(reading.options):
            return int(picked) - 1
