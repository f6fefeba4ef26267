"""False numbers and verdicts that a lying model plants, and true sentences that must not be refused.

The model behind a real server analyses well, then writes one false sentence and insists on it when the verifier
refuses it. It is caught when it is not in the answer. True sentences are those that the rules write about simulated
data, and paraphrases by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...agent.policies.llm.client import ChatClient
from ...agent.policies.llm.policy import LlmPolicy
from ...agent.session import Session
from ...agent.state import Answer
from ...agent.verify import verify_draft
from ._lies import LIES, TRUE, Lie
from ._table import Table
from ._unit_lies import unit_complaints
from .llm_analysts import CASES
from .llm_faults import local_config
from .openai_server.actors import Analyst, plain_answer
from .openai_server.serve import ModelServer
from .tracing import answers, as_draft, as_situation

MOST_FALSE_ALARMS = 0.01
FEWEST_CLEAN = 300


def main() -> int:
    """Print what was caught and what was refused wrongly; exit status 1 when a lie gets through."""
    table = Table("Planted numbers and verdicts", ("kind", "planted", "caught", "missed"))
    planted, missed = Counter(x.kind for x in LIES), [x for x in LIES if said(x)]
    for kind, n in planted.items():
        unseen = [x.text for x in missed if x.kind == kind]
        table.add(kind, n, n - len(unseen), "; ".join(unseen))
    by_unit = list(unit_complaints())
    false_units = [(text, faults) for text, true, faults in by_unit if not true]
    through = [text for text, faults in false_units if not faults]
    table.add("unit of another kind of outcome", len(false_units), len(false_units) - len(through), "; ".join(through))
    alarms = [x.text for x in TRUE if not said(x)] + [text for text, true, faults in by_unit if true and faults]
    by_rules = rule_sentences()
    alarms += [text for text, faults in by_rules if faults]
    by_hand = len(TRUE) + len(by_unit) - len(false_units)
    n_clean, n_false, n_missed = by_hand + len(by_rules), len(LIES) + len(false_units), len(missed) + len(through)
    table.add("all", n_false, n_false - n_missed, "")
    table.note(f"False alarms: {len(alarms)} of {n_clean} true sentences, {by_hand} of them by hand.")
    table.notes += [f"Refused: {text[:200]}" for text in alarms[:8]]
    table.publish("planted")
    return int(n_missed > 0 or n_clean < FEWEST_CLEAN or len(alarms) > MOST_FALSE_ALARMS * n_clean)


def said(lie: Lie) -> bool:
    """Whether a sentence that the model insists on is in the answer."""
    answer = written(lie)
    return lie.text.split() in [c.text.split() for c in answer.claims]


def written(lie: Lie) -> Answer:
    """The answer of a run whose model writes a sentence, and again when it is refused."""
    case = next(c for c in CASES if c.name == lie.case)
    analyst = Analyst(case.analyst.reading, case.analyst.plan, case.analyst.calls, lambda body: _draft(body, lie))
    with (
        as_file(files("whence") / "evals" / "data") as data,
        TemporaryDirectory() as home,
        ModelServer(analyst) as server,
        ChatClient(local_config(server.base_url, critic="off")) as client,
        Session(policy=LlmPolicy(client), home=Path(home), roots=[data], isolate=False) as session,
    ):
        session.load(data / case.folder / f"{case.folder}.csv")
        session.about(data / case.folder / "codebook.md")
        if case.graph:
            session.use_graph(case.graph)
        return session.ask(case.question)


def _draft(body: Mapping[str, Any], lie: Lie) -> dict[str, Any]:
    draft = json.loads(json.dumps(plain_answer(body)))
    sentence = {"text": lie.text, "evidence": list(lie.cites), "derived": []}
    return draft | ({"headline": sentence} if lie.headline else {"claims": [*draft["claims"], sentence]})


def rule_sentences() -> list[tuple[str, tuple[str, ...]]]:
    """The sentences that the rules write, each with the verifier's complaints."""
    with TemporaryDirectory() as home:
        found = [
            (c.text, verify_draft(as_draft(c, answer), as_situation(answer, catalog)))
            for answer, catalog in answers(Path(home))
            for c in answer.claims
        ]
    return found
