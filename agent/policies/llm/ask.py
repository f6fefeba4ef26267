"""Ask a model: fill the prompt, send it, validate the reply, tell the model what is wrong, count, keep the turn.

Everything that asks a model goes through an `Asker`. It knows what the endpoint takes: tools or JSON text, replies
held to a schema or only described. What an endpoint refuses is not sent again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ....prompts import render
from ....tools.domain.errors import BadArguments, TooLarge
from ...events import Listener, ModelReplied, TokenStreamed, Warned, ignore
from ...state import ModelUsage
from ...turns import Remembered, Transcript, Turn, request_key
from . import fallback, messages
from .client import ChatClient, Message, Token
from .errors import ContextTooLong, NoUsableReply, RequestRejected
from .prompt import Prompt, text_tokens
from .redact import Redactor
from .reply import Reply, Usage
from .schemas import Schema, decode_as, estimated_tokens, strict_schema
from .stream import TextOfJson

M = TypeVar("M", bound=BaseModel)
Check = Callable[[M], Sequence[str]]
MOST_CORRECTIONS = 2
"""Times that a model is told what is wrong with one reply."""
MOST_FOLDS = 3
"""Times that a conversation the endpoint finds too long is folded further."""
REPLY_TOKENS = 1500
"""Kept free for the reply."""
FITS = 0.85
"""Share of the context that is used: tokens are estimated."""


def ask_typed(client: ChatClient, prompt: Prompt | str, shape: type[M], act: str = "ask") -> M:
    """Ask a model one question whose answer has a shape.

    Args:
        client: The model.
        prompt: The question.
        shape: Of the answer; every field documented.
        act: What this is, for the record.

    Raises:
        NoUsableReply: the model gave no such answer, though it was told what is wrong.
    """
    return Asker(client).typed(act, prompt, shape)


class Asker:
    """Asks one model over one run.

    Args:
        client: The model.
        transcript: Where turns are kept and looked up; in memory when None.
        emit: Hears of replies, streamed text and warnings.
    """

    def __init__(self, client: ChatClient, transcript: Transcript | None = None, emit: Listener = ignore) -> None:
        self.client = client
        self.transcript = transcript or Remembered()
        self.emit = emit
        self.takes_tools = client.config.tools
        self.formats = [_by_schema, _as_object, _as_text] if client.config.json_schema else [_as_text]
        """How a shape can be asked for, the best way that the endpoint takes first."""
        self._redactor = Redactor(client.config.secrets)
        self._used: ModelUsage | None = None

    def typed(
        self, act: str, prompt: Prompt | str, shape: type[M], check: Check[M] | None = None, *, stream: bool = False
    ) -> M:
        """Ask for a reply of a shape.

        Args:
            act: What this is, for the record and for messages.
            prompt: The question; folded as far as needed to fit.
            shape: Of the reply.
            check: Says what is wrong with a reply of the right shape; nothing when it can be used.
            stream: Whether to show the `text` fields of the reply as they come.

        Raises:
            NoUsableReply: every attempt was wrong.
        """
        schema = _schema_of(shape)
        said: list[dict[str, Any]] = []
        problems: tuple[str, ...] = ()
        for _ in range(1 + MOST_CORRECTIONS):
            reply = self._formatted(act, prompt, said, schema, stream)
            try:
                found = shape.model_validate(self.clean(_decoded(reply, shape)))
                problems = tuple(check(found)) if check else ()
            except BadArguments as error:
                problems = (str(error),)
            except ValidationError as error:
                problems = tuple(f"{'.'.join(map(str, e['loc']))}: {e['msg']}"[:300] for e in error.errors())[:8]
            else:
                if not problems:
                    return found
            said += [messages.assistant(reply), messages.user(render("correct", problems=problems))]
        raise NoUsableReply(
            f"The model {self.client.config.model!r} gave no usable reply to {act!r} in {1 + MOST_CORRECTIONS} attempts; "
            f"the last one: {'; '.join(problems)[:600]}. Try another model.",
            problems,
        )

    def calls(self, act: str, prompt: Prompt, said: Sequence[Message], tools: Sequence[Schema]) -> Reply:
        """Ask for tool calls, or for words when no call is needed.

        Args:
            act: What this is, for the record.
            prompt: The question.
            said: What came after it in this act: replies with calls, and the results of the calls.
            tools: Function schemas.
        """
        if self.takes_tools:
            try:
                return self._fitted(act, prompt, said, {"tools": list(tools)})
            except RequestRejected as error:
                self.takes_tools = False
                self.warn(f"The endpoint refused tools, so calls are asked for as JSON text: {error}")
        return self._calls_as_text(act, prompt, said, tools)

    def _calls_as_text(self, act: str, prompt: Prompt, said: Sequence[Message], tools: Sequence[Schema]) -> Reply:
        corrections: list[dict[str, Any]] = []
        problem = ""
        for attempt in range(1 + MOST_CORRECTIONS):
            reply = self._fitted(act, prompt, (*said, *corrections), {}, told=tools)
            if reply.finish == "length":
                return reply
            try:
                return fallback.parse(reply, len(said) + attempt)
            except BadArguments as error:
                problem = str(error)
                corrections += [
                    {"role": "assistant", "content": reply.text},
                    messages.user(render("correct", problems=[problem])),
                ]
        raise NoUsableReply(
            f"The model {self.client.config.model!r} does not keep to JSON: {problem[:400]}", (problem,)
        )

    def _formatted(
        self, act: str, prompt: Prompt | str, said: Sequence[Message], schema: Schema, stream: bool
    ) -> Reply:
        """Ask for a shape in the best way that the endpoint takes."""
        while True:
            options, told = self.formats[0](act, schema)
            asked = prompt if isinstance(prompt, Prompt) else Prompt.fixed(prompt)
            try:
                return self._fitted(act, asked.followed_by(told), said, options, stream=stream)
            except RequestRejected as error:
                if len(self.formats) == 1:
                    raise
                self.formats.pop(0)
                self.warn(f"The endpoint refused to hold replies to a schema, so it is described instead: {error}")

    def _fitted(
        self, act: str, prompt: Prompt, said: Sequence[Message], options: dict[str, Any], *,
        stream: bool = False, told: Sequence[Schema] | None = None,
    ) -> Reply:  # fmt: skip
        """Send a conversation that fits the context; fold it further when the endpoint finds it too long."""
        extra = estimated_tokens([*options.get("tools", ()), *(told or ()), *map(dict, said)])
        room = int(self.client.config.context_tokens * FITS) - REPLY_TOKENS - extra
        refused: ContextTooLong | None = None
        for _ in range(1 + MOST_FOLDS):
            try:
                text = prompt.fitted(room)
            except TooLarge as error:
                raise refused or error from None
            conversation = [messages.system(render("system")), messages.user(text), *map(dict, said)]
            if told is not None:
                conversation = fallback.encode_all(conversation, told)
            try:
                return self.turn(act, conversation, options, stream=stream)
            except ContextTooLong as error:
                refused = error
                room = min(room, text_tokens(text)) // 2
        assert refused  # the loop ends only so
        raise refused

    def turn(
        self, act: str, conversation: Sequence[Message], options: Mapping[str, Any], *, stream: bool = False
    ) -> Reply:
        """Make one request, or take the reply that this very request had before the run was stopped."""
        sent = {"model": self.client.config.model, "messages": [dict(m) for m in conversation], **options}
        key = request_key(sent)
        if known := self.transcript.find(key):
            return Reply.model_validate(known.reply)
        shown = self._shown() if stream else None
        started = time.monotonic()
        reply = self.client.ask(conversation, on_token=shown, **options)
        seconds = time.monotonic() - started
        usage = reply.usage or _estimated(sent, reply)
        turn = Turn(
            act=act, key=key, request=self._redactor.value(sent), reply=reply.model_dump(mode="json"), seconds=round(seconds, 4),
            model=reply.model or self.client.config.model, prompt_tokens=usage.prompt, completion_tokens=usage.completion,
            cached_tokens=usage.cached, estimated=reply.usage is None,
        )  # fmt: skip
        before = self.usage()
        self.transcript.add(turn)
        self._used = _added(before, turn)
        self.emit(ModelReplied(
            act=act, model=turn.model, prompt_tokens=usage.prompt, completion_tokens=usage.completion,
            cached_tokens=usage.cached, seconds=turn.seconds,
        ))  # fmt: skip
        return reply

    def clean(self, value: Any) -> Any:
        """A JSON value without the keys of the endpoint, also those that were spelt otherwise before it was decoded."""
        return self._redactor.value(value)

    def usage(self) -> ModelUsage:
        """Calls and tokens of the run, those before it was stopped included."""
        if self._used is None:
            nothing = ModelUsage(model=self.client.config.model)
            self._used = reduce(_added, self.transcript.all(), nothing)
        return self._used.model_copy(update={"cost": self._cost(self._used)})

    def _cost(self, used: ModelUsage) -> float | None:
        config = self.client.config
        if config.prompt_price is None or config.completion_price is None:
            return None
        cached = config.prompt_price if config.cached_price is None else config.cached_price
        fresh = used.prompt_tokens - used.cached_tokens
        spent = (
            fresh * config.prompt_price + used.cached_tokens * cached + used.completion_tokens * config.completion_price
        )
        return spent / 1e6

    def _shown(self) -> Callable[[Token], None]:
        """Show the prose inside a JSON reply as it comes; what decodes to a key is blotted out."""
        reader, safe = TextOfJson("text"), self._redactor.stream()

        def show(token: Token) -> None:
            nonlocal reader, safe
            if token.kind == "restart":
                reader, safe = TextOfJson("text"), self._redactor.stream()
                self.emit(TokenStreamed(text="", restart=True))
            elif text := safe.feed(reader.feed(token.text)):
                self.emit(TokenStreamed(text=text))

        return show

    def warn(self, text: str) -> None:
        """Tell the person; the text is shortened."""
        self.emit(Warned(text=text[:400]))


def _added(used: ModelUsage, turn: Turn) -> ModelUsage:
    return used.model_copy(
        update={
            "model": turn.model,
            "calls": used.calls + 1,
            "prompt_tokens": used.prompt_tokens + turn.prompt_tokens,
            "completion_tokens": used.completion_tokens + turn.completion_tokens,
            "cached_tokens": used.cached_tokens + turn.cached_tokens,
            "estimated": used.estimated or turn.estimated,
            "seconds": round(used.seconds + turn.seconds, 4),
        }
    )


@cache
def _schema_of(shape: type[BaseModel]) -> Schema:
    return strict_schema(shape.model_json_schema())


def _by_schema(act: str, schema: Schema) -> tuple[dict[str, Any], str]:
    wanted = {"name": act, "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}, ""


def _as_object(act: str, schema: Schema) -> tuple[dict[str, Any], str]:
    return {"response_format": {"type": "json_object"}}, _as_text(act, schema)[1]


def _as_text(act: str, schema: Schema) -> tuple[dict[str, Any], str]:
    return {}, render("as_json", schema=json.dumps(schema, ensure_ascii=False, separators=(",", ":")))


def _decoded(reply: Reply, shape: type[BaseModel]) -> dict[str, Any]:
    if reply.finish == "length":
        raise BadArguments("The reply was cut off at its longest length. Be shorter.")
    return decode_as(shape, fallback.bare_json(reply.text), "The reply")


def _estimated(sent: Mapping[str, Any], reply: Reply) -> Usage:
    """Tokens for an endpoint that does not count: about four characters each."""
    return Usage(prompt=estimated_tokens([dict(sent)]), completion=estimated_tokens([reply.model_dump(mode="json")]))
