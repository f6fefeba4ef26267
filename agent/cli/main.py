"""Parse the command line and dispatch; each command loads only what it needs."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable
from importlib import import_module

COMMANDS = {
    "ask": "ask one question of one table",
    "chat": "talk: several questions, a graph to edit, a memory",
    "suggest": "have a language model name confounders, instruments and negative controls",
    "graphs": "list, show, compare, rename and delete remembered graphs",
    "runs": "list earlier runs, show one step by step",
    "resume": "go on with a run that was stopped",
    "tools": "list the tools, or describe one",
    "eval": "measure any policy on a benchmark",
    "demo": "answer questions about bundled real data",
    "doctor": "say what is installed, configured and reachable, and what to do",
}
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
EXAMPLES = """examples:
  whence ask jobs.csv "did the training raise earnings?" --about codebook.md
  whence ask data.csv "what is the effect of t on y?" --graph "z -> t; z -> y; t -> y" --report out.html
  whence chat jobs.csv
"""


def run(arguments: list[str]) -> int:
    """Run one command.

    Returns:
        Exit status: 0 answered; 2 what was given cannot be used; 3 the question could not be read;
        4 stopped by a limit, saved; 5 these data gave no answer, and the claim says why; 130 stopped by the person.
    """
    if wrong := next((a for a in arguments if not _is_text(a)), None):
        return _complain(f"The argument {wrong[:80]!r} is not UTF-8 text. Type it again, or rename the file.", 2)
    parser = _parser(arguments)
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    return _guarded(lambda: import_module(f".{args.command}", __package__).main(args))


def _is_text(argument: str) -> bool:
    return not any("\ud800" <= ch <= "\udfff" for ch in argument)


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Build the parser; only the command that is named adds its own options."""
    parser = argparse.ArgumentParser(
        prog="whence",
        description="Ask a causal question of a table; get an answer whose numbers can be traced.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"whence {_version()}")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND")
    named = next((a for a in arguments if not a.startswith("-")), None)
    for name, help_text in COMMANDS.items():
        command = sub.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
        if name == named:
            import_module(f".{name}", __package__).options(command)
    return parser


def _version() -> str:
    from ... import __version__

    return __version__


def _guarded(command: Callable[[], int]) -> int:
    """Turn our errors into one paragraph on stderr; anything else is a bug and is shown whole."""
    from ...tools.domain.errors import Cancelled, LimitReached, ToolError, UsageError

    try:
        status = command()
        sys.stdout.flush()  # what cannot be written is found here, not when Python has left
        return status
    except (UsageError, ToolError) as error:
        return _complain(str(error), 2)
    except LimitReached as error:
        return _complain(str(error), 4)
    except (Cancelled, KeyboardInterrupt) as error:
        return _complain(str(error) or "Stopped.", 130)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        _mute()
        return 0
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _mute()
        return _complain(f"The output cannot be written: {error.strerror}. Make room, or send it elsewhere.", 2)


def _mute() -> None:
    """Send what is left of the output nowhere, so that leaving does not fail on it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"whence: {' '.join(message.split())}\n")
    return status
