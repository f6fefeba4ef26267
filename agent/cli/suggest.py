"""`whence suggest DATA …`: what a language model would think of, before anything is estimated."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ...tools.domain.results import EffectAdvice, LinkAdvice
from . import values
from .text import clean

if TYPE_CHECKING:
    from ..opinions import Advice

ROLES = {
    "confounder": "common cause of both",
    "unmeasured": "common cause, not measured",
    "instrument": "instrument",
    "negative_outcome": "negative-control outcome",
    "negative_exposure": "negative-control exposure",
    "never_adjust": "never adjust for it",
}


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("data", metavar="DATA", help="the table; the model sees its columns, never its rows")
    parser.add_argument("question", metavar="QUESTION", nargs="?", default="", help="a question about an effect")
    parser.add_argument("--treatment", metavar="COLUMN", help="the treatment, instead of a question")
    parser.add_argument("--outcome", metavar="COLUMN", help="the outcome, instead of a question")
    parser.add_argument(
        "--link", metavar="COLUMN", nargs=2, help="how these two are linked, and why, instead of an effect"
    )
    parser.add_argument("--about", metavar="FILE", help="codebook: what the study is and what the columns mean")
    parser.add_argument("--json", action="store_true", help="print the advice as one JSON object")
    values.add_policy(parser)


def main(args: argparse.Namespace) -> int:
    """Load, ask the model, print."""
    from ..session import Session
    from .progress import Progress

    with Progress(quiet=args.json) as progress, Session(policy=args.policy, on_event=progress) as session:
        session.load(args.data)
        if args.about:
            session.about(args.about)
        if args.link:
            advice = session.link(*args.link)
        else:
            advice = session.suggest(args.question, treatment=args.treatment, outcome=args.outcome)
        progress.stop()
        if args.json:
            body = {"advice": advice.opinion, "reading": advice.reading, "usage": advice.usage}
            sys.stdout.write(json.dumps(body, indent=2, default=lambda m: m.model_dump(mode="json")) + "\n")
        else:
            sys.stdout.write("\n".join(clean(line) for line in advice_lines(advice)) + "\n")
    return 0


def advice_lines(advice: Advice) -> list[str]:
    """An advice as people read it: each part with the reason, what could test it, and how it is accepted."""
    opinion, used = advice.opinion, advice.usage
    lines = _effect_lines(opinion) if isinstance(opinion, EffectAdvice) else _link_lines(opinion)
    n = f"{used.calls} question{'s' if used.calls > 1 else ''}"
    return [
        *lines,
        f"Advised by {used.model} in {n}, {used.prompt_tokens:,} + {used.completion_tokens:,} tokens. It is an opinion: no data "
        "were looked at, and no estimate uses it unless you say so yourself.",
    ]


def _effect_lines(advice: EffectAdvice) -> list[str]:
    lines = [f"On the effect of {advice.treatment} on {advice.outcome} the model would think of:"]
    for n, item in enumerate(advice.items, 1):
        lines += [
            f"{n:>3}. {item.name}: {ROLES[item.role]}" + (f". {item.because}" if item.because else ""),
            f"     test    {item.test}",
            f"     accept  {item.accept}" + (f"; in a chat /accept {n}" if item.forbids else ""),
        ]
    lines += ["  nothing."] if not advice.items else []
    return [*lines, *(w for w in advice.warnings if "cannot be both" in w)]


def _link_lines(advice: LinkAdvice) -> list[str]:
    ruled_out = "; ".join(f"{a} does not cause {b}" for a, b in advice.forbids)
    return [
        f"{advice.summary()} {advice.because}".rstrip(),
        f"     test    {advice.test}",
        *([f"     accept  know: {ruled_out}; in a chat /accept"] if ruled_out else []),
    ]
