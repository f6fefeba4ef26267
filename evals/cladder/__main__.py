"""Print how the engine alone fares on the published formalisations: `python -m whence.evals.cladder [FILE]`.

Only questions that numbers decide: the others have no formalisation beside their words.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from ..harness.spec import Item
from .audit import OTHER
from .gold import KINDS, ask
from .load import load
from .printed import numbers_of, verdict

_QUESTION = re.compile(r"[^.?!]*\?\s*$")


def main() -> int:
    """Compare the engine with every label; exit status 1 when it differs from one of no documented class of errors."""
    parser = argparse.ArgumentParser(prog="python -m whence.evals.cladder", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="file in a published format; the bundled sample by default")
    n, equal, differing = Counter[str](), Counter[str](), defaultdict[str, list[str]](list)
    for item in load(parser.parse_args().data):
        query = item.groups.get("query", "")
        if query not in KINDS:
            continue
        n[query] += 1
        answer = engine_answer(item)
        equal[query] += answer == item.target
        if answer != item.target:
            differing[item.label_error].append(f"{item.id} ({query}, {item.groups['graph']})")
    for query, count in n.items():
        sys.stdout.write(f"{query:12} {equal[query]:5} of {count:5} equal to the label\n")
    sys.stdout.write(f"{'all':12} {equal.total():5} of {n.total():5}\n")
    for reason, items in differing.items():
        sys.stdout.write(f"\n{reason or 'Not a known error of the label.'}\n  {len(items)}: {', '.join(items)}\n")
    return int(not differing.keys().isdisjoint(("", OTHER)))


def engine_answer(item: Item) -> str | None:
    """The engine's answer to a published formalisation; None where its premises decide nothing."""
    query = item.groups["query"]
    found = ask(query, item.groups["graph"], numbers_of(item.prompt))
    if found is None or found.value is None:
        return None
    question = _QUESTION.search(item.prompt)
    return verdict(query, found.value - (0.5 if query == "marginal" else 0.0), question[0] if question else "")


if __name__ == "__main__":
    sys.exit(main())
