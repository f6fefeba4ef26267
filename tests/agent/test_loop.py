"""A run goes from reading to answer, stops at its budget, and goes on after it was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from whence.agent.budget import Budget
from whence.agent.events import Answered, Event, PlanMade, ToolFinished, Warned
from whence.agent.loop import Loop
from whence.agent.policies.scripted import ScriptedPolicy
from whence.agent.state import Answer, Catalog, Claim, Draft, Option, Reading, ToolCall
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.questions import EffectQuestion
from whence.tools.runtime import Runtime
from whence.tools.workspace import Workspace

QUESTION = EffectQuestion(treatment="t", outcome="y")
READING = Reading(question=QUESTION)
IDENTIFY = ToolCall(tool="identify_design", args={"design": "experiment", "treatment": "t", "outcome": "y"})
ESTIMATE = ToolCall(tool="estimate_difference", args={"dataset": "randomised", "treatment": "t", "outcome": "y"})
PLAIN = Draft(headline=Claim(text="t raises y.", evidence=("E2",)), primary="E2", identification="E1")


class Setting:
    """A loop over the textbook tables with everything it did written down."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        fresh = workspace.model_copy(update={"ledger": []})
        self.runtime = Runtime(fresh, isolate=False)
        self.catalog = Catalog(table=workspace.tables["randomised"])
        self.checkpoints = folder / "checkpoints.sqlite"
        self.recorded: list[Evidence] = []
        self.events: list[Event] = []

    def run(self, policy: ScriptedPolicy, budget: Budget | None = None, **options: object) -> Answer:
        loop = Loop(
            policy, self.runtime, self.catalog, record=self.recorded.append, emit=self.events.append,
            budget=budget or Budget(), **options,  # type: ignore[arg-type]
        )  # fmt: skip
        return loop.run("run1", "does t raise y?", self.checkpoints)


@pytest.fixture
def setting(example_workspace: Workspace, tmp_path: Path) -> Setting:
    return Setting(example_workspace, tmp_path)


def test_a_run_ends_in_an_answer_built_from_its_ledger(setting: Setting) -> None:
    answer = setting.run(ScriptedPolicy(READING, [[IDENTIFY], [ESTIMATE]], [PLAIN]))
    assert answer.status == "answered"
    assert answer.identified is True
    assert answer.estimator == "difference_in_means"
    assert answer.estimate is not None
    assert abs(answer.estimate.value - 2.0) < 4 * (answer.estimate.std_error or 0)
    assert [e.tool for e in setting.recorded] == ["identify_design", "estimate_difference"]
    kinds = [type(e) for e in setting.events]
    assert kinds.index(PlanMade) < kinds.index(ToolFinished) < kinds.index(Answered)


def test_the_same_call_is_not_made_twice(setting: Setting) -> None:
    setting.run(ScriptedPolicy(READING, [[IDENTIFY, IDENTIFY], [ESTIMATE], [ESTIMATE]], [PLAIN]))
    assert len(setting.recorded) == 2


def test_an_unsupported_number_is_sent_back_once_and_then_dropped(setting: Setting) -> None:
    fake = PLAIN.model_copy(update={"claims": (Claim(text="The share is 37 %.", evidence=("E2",)),)})
    answer = setting.run(ScriptedPolicy(READING, [[IDENTIFY], [ESTIMATE]], [fake]))
    assert [c.text for c in answer.claims] == ["t raises y."]
    assert any("37" in w for w in answer.warnings)
    assert any(isinstance(e, Warned) for e in setting.events)


def test_a_mended_draft_is_kept_whole(setting: Setting) -> None:
    fake = PLAIN.model_copy(update={"claims": (Claim(text="The share is 37 %.", evidence=("E2",)),)})
    answer = setting.run(ScriptedPolicy(READING, [[IDENTIFY], [ESTIMATE]], [fake, PLAIN]))
    assert answer.warnings == ()


def test_a_spent_budget_ends_the_run_saved_and_marked(setting: Setting) -> None:
    answer = setting.run(ScriptedPolicy(READING, [[IDENTIFY], [ESTIMATE]], [PLAIN]), Budget(tool_calls=1))
    assert answer.status == "incomplete"
    assert any("limit of 1 tool calls" in w for w in answer.warnings)


def test_two_hundred_unknown_tools_stop_at_the_bad_call_budget(setting: Setting) -> None:
    wild = [[ToolCall(tool=f"nonsense_{i}", args={})] for i in range(200)]
    answer = setting.run(ScriptedPolicy(READING, wild, [PLAIN]), Budget(bad_calls=8))
    assert answer.status == "incomplete"
    assert len(setting.recorded) <= 10


def test_an_unreadable_question_is_answered_with_what_was_understood(setting: Setting) -> None:
    answer = setting.run(
        ScriptedPolicy(Reading(problem="no treatment named", examples=("does t raise y?",)), [], [PLAIN])
    )
    assert answer.status == "cannot_read"
    assert answer.claim == "no treatment named"
    assert "does t raise y?" in answer.would_change[0]


def test_two_readings_ask_the_person_when_there_is_one(setting: Setting) -> None:
    other = EffectQuestion(treatment="t", outcome="x")
    reading = Reading(
        question=QUESTION,
        options=(Option(label="y is the outcome", question=QUESTION), Option(label="x is the outcome", question=other)),
    )
    policy = ScriptedPolicy(reading, [[IDENTIFY], [ESTIMATE]], [PLAIN])
    answer = setting.run(policy, choose=lambda r: 1)
    assert answer.question == other
    assert "you chose: x is the outcome" in answer.reading


def test_a_run_killed_between_calls_goes_on_without_repeating_them(setting: Setting) -> None:
    class Power(Exception):
        """Stands for the plug being pulled."""

    policy = ScriptedPolicy(READING, [[IDENTIFY], [ESTIMATE]], [PLAIN])
    real_write = policy.write

    def pulled(situation: object) -> Draft:
        raise Power

    policy.write = pulled  # type: ignore[method-assign]
    with pytest.raises(Power):
        setting.run(policy)
    assert len(setting.recorded) == 2
    policy.write = real_write  # type: ignore[method-assign]
    answer = setting.run(policy)
    assert answer.status == "answered"
    assert len(setting.recorded) == 2
