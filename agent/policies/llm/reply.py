"""What a model replied, typed; and how it is put together from a whole body or from the pieces of a stream."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ....tools.domain.model import Model
from .errors import Fault

LONGEST_REPLY = 16_000_000
"""Characters; a stream that goes on beyond is cut off as a fault."""

Finish = Literal["stop", "tool_calls", "length"]


class RequestedCall(Model):
    """A tool call as the model wrote it; nothing in it has been checked."""

    id: str
    """Unique within the reply."""
    name: str
    arguments_json: str
    """What the model wrote as arguments; may be anything."""


class Usage(Model):
    """Tokens, as the endpoint counts them."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Of the prompt tokens, those the endpoint had seen before."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt=self.prompt + other.prompt,
            completion=self.completion + other.completion,
            cached=self.cached + other.cached,
        )


class Reply(Model):
    """One complete reply."""

    text: str = ""
    tool_calls: tuple[RequestedCall, ...] = ()
    finish: Finish = "stop"
    """`length` when the reply was cut at its longest length; text and calls are then incomplete."""
    usage: Usage | None = None
    """None when the endpoint does not say."""
    model: str = ""
    """What the endpoint says has answered; may differ from what was asked for."""


class Wire(BaseModel):
    """Part of a body; unknown fields are let pass, known fields must have their types."""

    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


def _is_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("should be text")


Text = Annotated[Any, AfterValidator(_is_text)]
"""A text that may hold half a character: some servers cut escaped pairs in two, which pydantic's `str` refuses."""


class _Function(Wire):
    name: str | None = None
    arguments: Text | dict[str, Any] | None = None


class _Call(Wire):
    index: int | None = None
    id: str | None = None
    function: _Function = _Function()


class _Message(Wire):
    content: Text | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Wire):
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Details(Wire):
    cached_tokens: int | None = None


class _Usage(Wire):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    prompt_tokens_details: _Details | None = None


class _Body(Wire):
    model: str | None = None
    choices: list[_Choice]
    usage: _Usage | None = None


class Assembly:
    """A reply in the making. Feed it a whole body or the chunks of a stream, in order."""

    def __init__(self) -> None:
        self.refusal = ""
        self.finish = ""
        self.usage: Usage | None = None
        self._text: list[str] = []
        self._calls: list[_Pieces] = []
        self._model = ""
        self._length = 0
        self._half = ""

    def add(self, raw: object) -> str:
        """Take a body or chunk; return the text it brings.

        Raises:
            Fault: it does not have the shape of a reply.
        """
        body = _parse(raw)
        self._model = body.model or self._model
        if body.usage:
            details = body.usage.prompt_tokens_details
            self.usage = Usage(
                prompt=body.usage.prompt_tokens,
                completion=body.usage.completion_tokens,
                cached=(details.cached_tokens or 0) if details else 0,
            )
        if not body.choices:
            return ""
        choice = body.choices[0]
        self.finish = choice.finish_reason or self.finish
        message = choice.message or choice.delta or _Message()
        for position, call in enumerate(message.tool_calls or ()):
            self._add_call(call, position if choice.message else None)
        self.refusal += message.refusal or ""
        text = self._half + (message.content or "")
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" and not self.finish else ""
        text = whole_characters(text[:-1] if self._half else text)
        self._text.append(text)
        self._length += len(text)
        if self._length > LONGEST_REPLY:
            raise Fault(f"the reply is longer than {LONGEST_REPLY:,} characters")
        return text

    def _add_call(self, call: _Call, position: int | None) -> None:
        """Add a call or a piece of one; servers differ in whether they number the pieces."""
        index = call.index if position is None else position
        known = next((c for c in reversed(self._calls) if index is None or c.index == index), None)
        if known is None or (call.id and known.id and call.id != known.id):
            known = _Pieces(index)
            self._calls.append(known)
        known.id = known.id or call.id or ""
        name, arguments = call.function.name or "", call.function.arguments
        if name != known.name:
            known.name += name
        piece = json.dumps(arguments) if isinstance(arguments, dict) else arguments or ""
        known.arguments.append(piece)
        self._length += len(piece) + len(name)

    def reply(self) -> Reply:
        """The complete reply.

        Raises:
            Fault: it ended before it was complete.
        """
        text = "".join(self._text)
        if not self.finish:
            raise Fault("the reply broke off before its end")
        if not text and not self._calls and not self.refusal and self.finish not in ("length", "content_filter"):
            raise Fault("the reply is empty; some servers send none when the conversation does not fit their context")
        finish: Finish = "length" if self.finish == "length" else "tool_calls" if self._calls else "stop"
        return Reply(text=text, tool_calls=self._numbered(), finish=finish, usage=self.usage, model=self._model)

    def _numbered(self) -> tuple[RequestedCall, ...]:
        """The calls with ids that are present and unique."""
        taken: set[str] = set()
        calls: list[RequestedCall] = []
        for n, pieces in enumerate(self._calls):
            id = pieces.id or f"call_{n}"
            while id in taken:
                id = f"{id}_{n}"
            taken.add(id)
            arguments = whole_characters("".join(pieces.arguments))
            calls.append(RequestedCall(id=id, name=pieces.name, arguments_json=arguments))
        return tuple(calls)


class _Pieces:
    """A tool call in the making."""

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []


def whole_characters(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _parse(raw: object) -> _Body:
    problem = ""
    try:
        return _Body.model_validate(raw)
    except ValidationError as error:
        problem = first_problem(error)
    raise Fault(f"the reply does not have the shape of Chat Completions ({problem})")


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong with a body, and where, without what was there."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
