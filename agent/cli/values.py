"""Values of options that must be numbers in a range."""

from __future__ import annotations

import argparse
import math

from ..policies.choose import POLICIES

MAX_SEED = 2**32 - 1  # what every library behind the tools takes


def seed(text: str) -> int:
    """A seed: a whole number from 0 to 4,294,967,295."""
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no seed; give a whole number from 0 to {MAX_SEED}")
    return int(text)


def seconds(text: str) -> float:
    """A length of time above zero."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of seconds above 0")
    return value


def count(text: str) -> int:
    """How many: a whole number of at least 1."""
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no count; give a whole number of at least 1")
    return int(text)


def add_policy(parser: argparse.ArgumentParser, default: str | None = "auto") -> None:
    """Declare `--policy`: who decides; None stands for who began the run."""
    shown = default or "who began the run"
    text = f"who decides: stated rules, a language model, or the model if one is configured (default: {shown})"
    parser.add_argument("--policy", choices=POLICIES, default=default, help=text)
