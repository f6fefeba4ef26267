"""Ask a question of a table in this process, by the decisions that the product makes."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ...agent.policies.rules.policy import RulePolicy
from ...agent.policy import Situation
from ...agent.session import Session
from ...agent.state import Answer, ToolCall
from ...tools.domain.evidence import Evidence
from ...tools.domain.results import EffectEstimate, result_from_json


class Unrefuted(RulePolicy):
    """The rule policy without its last phase: refuters come after the answer and change no number of it."""

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """What the rule policy asks for, but refuters."""
        return tuple(c for c in super().next_calls(situation) if not c.tool.startswith("refute_"))


def ask(words: str, table: Path, about: str = "") -> Answer:
    """Load a table, take its description as the codebook, and ask.

    Args:
        words: The question.
        table: The file.
        about: What the study is and what the columns mean, in words.

    Raises:
        UsageError: the file is missing or is no table.
    """
    session = _session()
    session.describe(about)
    return session.ask(words, session.load(table).name)


@cache
def _session() -> Session:
    """One session a process: opening its stores for every item would take longer than most answers."""
    home = Path(tempfile.mkdtemp(prefix="whence-eval-"))
    session = Session(policy=Unrefuted(), home=home, isolate=False)

    def end() -> None:
        session.close()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(end)
    return session


def primary(answer: Answer) -> EffectEstimate | None:
    """The estimate that answers, whole; None when there is none."""
    return next((r for e in answer.evidence if (r := estimate_in(e)) and _is_answer(r, answer)), None)


def estimate_in(evidence: Evidence) -> EffectEstimate | None:
    """The estimate that a piece of evidence holds."""
    result = result_from_json(evidence.result) if evidence.ok and evidence.result else None
    return result if isinstance(result, EffectEstimate) else None


def _is_answer(estimate: EffectEstimate, answer: Answer) -> bool:
    return answer.estimate is not None and (estimate.estimator, estimate.value) == (
        answer.estimator,
        answer.estimate.value,
    )
