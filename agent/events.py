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
    policy: str = ""
    """Who decides: `rules`, or `llm` and the model's name."""


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
    """A piece of prose arrived from a model; it is a draft that has not been verified."""

    kind: Literal["token_streamed"] = "token_streamed"
    text: str
    restart: bool = False
    """True when the model began anew: forget what was streamed before."""


class ModelReplied(Model):
    """A model gave a complete reply."""

    kind: Literal["model_replied"] = "model_replied"
    act: str
    """What it was asked to do: `read`, `plan`, `act`, `write`, …"""
    model: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    seconds: float


class Warned(Model):
    """Something the person should know now."""

    kind: Literal["warned"] = "warned"
    text: str


class Answered(Model):
    """The run ended with an answer."""

    kind: Literal["answered"] = "answered"
    answer: Answer


Event = (
    RunStarted | QuestionRead | PlanMade | ToolStarted | ToolFinished | TokenStreamed | ModelReplied | Warned | Answered
)
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
