"""A hundred answers: every number is traced to its evidence, and planted fakes are caught."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ...agent.numerals import NUMBER
from ...agent.policy import Situation
from ...agent.session import Session
from ...agent.state import Answer, Catalog, Claim, Draft
from ...agent.verify import verify_draft
from ...tools.domain.examples import examples
from ._table import Table

QUESTIONS = (
    "What is the effect of t on y?",
    "Does t raise y among the treated?",
    "Which variables should I adjust for to estimate the effect of t on y?",
    "Is t independent of y?",
)
N_ANSWERS = 100
MIN_CAUGHT = 0.98


def main() -> int:
    """Produce answers, trace them, then change one number in each and see whether that is caught."""
    table = Table("Numbers traced", ("answers", "sentences", "numbers", "untraced", "planted", "caught"))
    rng = random.Random(7)
    sentences = numbers = untraced = planted = caught = 0
    with TemporaryDirectory() as home:
        found = list(answers(Path(home)))
    for answer, catalog in found:
        situation = as_situation(answer, catalog)
        for claim in answer.claims:
            sentences += 1
            numbers += len(NUMBER.findall(claim.text))
            untraced += len(verify_draft(as_draft(claim, answer), situation))
            fake = _with_a_fake(claim, rng)
            if fake is not None:
                planted += 1
                caught += bool(verify_draft(as_draft(fake, answer), situation))
    table.add(len(found), sentences, numbers, untraced, planted, caught)
    table.note("A fake escapes only when the changed digit makes another number of the same cited evidence.")
    table.publish("tracing")
    return int(untraced > 0 or caught < MIN_CAUGHT * planted or len(found) < N_ANSWERS)


def answers(home: Path) -> Iterator[tuple[Answer, Catalog]]:
    """Answers of the rules about data simulated from the textbook graphs, with what each was asked of."""
    made = 0
    seed = 0
    while made < N_ANSWERS:
        for example in examples().values():
            with Session(home=home, seed=seed) as session:
                session.add_frame(example.simulate(300, seed=seed), example.name)
                session.use_graph(example.dag)
                for words in QUESTIONS:
                    if made < N_ANSWERS:
                        made += 1
                        yield session.ask(words), session.catalog()
        seed += 1


def as_situation(answer: Answer, catalog: Catalog) -> Situation:
    """What the writer of an answer knew."""
    assert answer.question is not None
    return Situation(words=answer.words, catalog=catalog, question=answer.question, ledger=answer.evidence)


def as_draft(claim: Claim, answer: Answer) -> Draft:
    """The sentence alone, in its place, with what its verdict words may lean on."""
    by_kind = {(e.result or {}).get("kind"): e.id for e in answer.evidence if e.ok}
    estimate = answer.estimate.value if answer.estimate else None
    primary = next((e.id for e in answer.evidence if e.ok and (e.result or {}).get("value") == estimate), None)
    leads = claim.text == answer.claim
    return Draft(
        headline=claim if leads else Claim(text="See below."),
        claims=() if leads else (claim,),
        primary=primary,
        identification=by_kind.get("identification"),
    )


def _with_a_fake(claim: Claim, rng: random.Random) -> Claim | None:
    """The sentence with one digit of one number changed beyond its rounding."""
    found = [m for m in NUMBER.finditer(claim.text) if re.search(r"[1-9]", m.group())]
    if not found:
        return None
    match = rng.choice(found)
    digits = [i for i, ch in enumerate(match.group()) if ch.isdigit()]
    at = match.start() + rng.choice(digits)
    digit = str((int(claim.text[at]) + rng.randint(2, 8)) % 10)
    return claim.model_copy(update={"text": claim.text[:at] + digit + claim.text[at + 1 :]})
