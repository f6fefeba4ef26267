"""The one stream of events that every interface shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from .state import Answer, Plan, Reading, ToolCall


class RunStarted(Model):
    """A question was taken up."""

    kind: Literal["run_started"] = "run_started"
    run: str
    words: str


class QuestionRead(Model):
    """The question was understood, or not."""

    kind: Literal["question_read"] = "question_read"
    reading: Reading


class PlanMade(Model):
    """A plan was written down; a provisional one is followed by another."""

    kind: Literal["plan_made"] = "plan_made"
    plan: Plan


class ToolStarted(Model):
    """A tool call began."""

    kind: Literal["tool_started"] = "tool_started"
    call: ToolCall


class ToolFinished(Model):
    """A tool call ended, well or not."""

    kind: Literal["tool_finished"] = "tool_finished"
    evidence: Evidence


class TokenStreamed(Model):
    """A piece of prose arrived from a model."""

    kind: Literal["token_streamed"] = "token_streamed"
    text: str


class Warned(Model):
    """Something the person should know now."""

    kind: Literal["warned"] = "warned"
    text: str


class Answered(Model):
    """The run ended with an answer."""

    kind: Literal["answered"] = "answered"
    answer: Answer


Event = RunStarted | QuestionRead | PlanMade | ToolStarted | ToolFinished | TokenStreamed | Warned | Answered
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
