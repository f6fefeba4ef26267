"""The textbook pitfalls: the right verdict in each, and no point estimate where none is identified."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ...agent.session import Session
from ...agent.state import Answer
from ...tools.domain.examples import Example, examples
from ._table import Table

N_SAMPLES = 4000


def main() -> int:
    """Ask the effect question of every example, and whether to adjust for each harmful variable."""
    table = Table(
        "Textbook pitfalls",
        ("example", "question", "expected", "verdict", "adjusted for", "estimate", "interval", "truth", "right"),
    )
    failed = 0
    with TemporaryDirectory() as home:
        for example in examples().values():
            with Session(home=Path(home)) as session:
                session.add_frame(example.simulate(N_SAMPLES, seed=11), example.name)
                session.use_graph(example.dag)
                words = f"What is the effect of {example.treatment} on {example.outcome}?"
                answer = session.ask(words)
                right = _effect_is_right(example, answer)
                failed += not right
                _row(table, example, words, answer, right)
                for name in example.harmful:
                    words = f"Should I adjust for {name} when estimating the effect of {example.treatment} on {example.outcome}?"
                    answer = session.ask(words)
                    refused = "would be wrong" in answer.claim
                    failed += not refused
                    table.add(
                        example.name,
                        words,
                        "invalid",
                        "invalid" if refused else answer.claim,
                        "",
                        "",
                        "",
                        "",
                        "yes" if refused else "NO",
                    )
    table.note(f"{failed} wrong of {len(table.rows)}. Tables have {N_SAMPLES} rows; hidden variables are not in them.")
    table.publish("pitfalls")
    return int(failed > 0)


def _effect_is_right(example: Example, answer: Answer) -> bool:
    if example.verdict == "not_identifiable":
        return answer.identified is False and answer.estimate is None and answer.effect_range is None
    if example.effect == 0:
        return answer.identified is True and "no effect" in answer.claim
    if answer.identified is not True:
        return False
    if example.verdict == "general_id":
        return answer.estimate is None or _covers(example, answer)
    allowed = example.minimal_sets or ((),)
    chosen = set(answer.adjustment_set or ()) | set()
    enough = example.verdict in ("frontdoor", "instrument") or any(set(s) <= chosen for s in allowed)
    return enough and not chosen & set(example.harmful) and _covers(example, answer)


def _covers(example: Example, answer: Answer) -> bool:
    """Whether the estimate is within four standard errors of the truth."""
    e = answer.estimate
    return e is not None and e.std_error is not None and abs(e.value - example.effect) < 4 * e.std_error


def _row(table: Table, example: Example, words: str, answer: Answer, right: bool) -> None:
    e = answer.estimate
    verdict = answer.status if answer.identified is None else "identified" if answer.identified else "not identifiable"
    interval = f"{e.ci_low:.2f} to {e.ci_high:.2f}" if e and e.ci_low is not None and e.ci_high is not None else ""
    adjusted = ", ".join(answer.adjustment_set or ()) or ("nothing" if answer.adjustment_set == () else "")
    value = f"{e.value:.2f}" if e else "none"
    table.add(
        example.name,
        words,
        example.verdict.replace("_", " "),
        verdict,
        adjusted,
        value,
        interval,
        f"{example.effect:g}",
        "yes" if right else "NO",
    )
