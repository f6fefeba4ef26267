"""Models that answer items: alone, thinking step by step, or with the tools."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...agent.policies.llm import fallback, messages
from ...agent.policies.llm.client import ChatClient
from ...agent.policies.llm.config import LlmConfig
from ...agent.policies.llm.errors import RequestRejected
from ...agent.policies.llm.reply import Reply
from ...agent.policies.llm.schemas import estimated_tokens
from ...prompts import render
from ...tools.domain.errors import BadArguments, LimitReached, ToolError
from .answers import ends_in_answer, extract, form
from .cache import answer_key
from .record import Policy
from .spec import Benchmark, Item, Response
from .toolbench import Bench, Workshop, schemas, table_of

MOST_TURNS = 8
"""Rounds of tool calls for one item; then the model must answer."""
MOST_CALLS = 8
"""Calls that are run of one round."""
PROMPTS = {"direct": "eval_direct", "cot": "eval_cot", "llm": "eval_tools"}
Message = Mapping[str, Any]


@dataclass
class Spending:
    """Tokens and calls of a run, all threads together, and what it may spend."""

    most_tokens: int | None = None
    most_calls: int | None = None
    tokens: int = 0
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin_call(self) -> None:
        """Count a call before it is made.

        Raises:
            LimitReached: the budget is spent.
        """
        with self.lock:
            for what, used, most in (("tokens", self.tokens, self.most_tokens), ("calls", self.calls, self.most_calls)):
                if most is not None and used >= most:
                    raise LimitReached(f"The budget of {most:,} {what} is spent ({used:,} used).")
            self.calls += 1

    def add(self, tokens: int) -> None:
        """Count the tokens of a reply."""
        with self.lock:
            self.tokens += tokens


@dataclass
class Endpoint:
    """What all threads know of the endpoint."""

    config: LlmConfig
    takes_tools: bool = True
    """Until it refuses them; then calls go as JSON text."""


class ModelSolver:
    """Answers items with one connection to a model.

    Args:
        benchmark: Whose instructions are given.
        policy: Alone, step by step, or with tools.
        client: The connection.
        endpoint: Shared by all solvers of a run.
        spending: Likewise.
        workshop: Where tools run; needed by the policy `llm` only.
    """

    def __init__(
        self,
        benchmark: Benchmark,
        policy: Policy,
        client: ChatClient,
        endpoint: Endpoint,
        spending: Spending,
        workshop: Workshop | None = None,
    ) -> None:
        self._benchmark = benchmark
        self._policy: Policy = policy
        self._client = client
        self._endpoint = endpoint
        self._spending = spending
        self._workshop = workshop

    def key(self, item: Item) -> str:
        """What the answer of this model to this item is kept under; it changes with any word of the prompts."""
        config, table = self._endpoint.config, table_of(item)
        return answer_key(
            {
                "policy": self._policy,
                "model": config.model,
                "endpoint": config.base_url,
                "temperature": config.temperature,
                "messages": opening(self._benchmark, self._policy, item),
                "tools": schemas(table is not None) if self._policy == "llm" else (),
                "table": hashlib.sha256(table.read_bytes()).hexdigest() if table and table.is_file() else "",
            }
        )

    def solve(self, item: Item) -> Response:
        """Ask the model; what it writes outside the form asked for is no answer.

        Raises:
            LimitReached: the budget is spent, or the endpoint is down.
            UsageError: the endpoint cannot be used.
        """
        counted = _Counted(self._client, self._spending)
        conversation = opening(self._benchmark, self._policy, item)
        bench: Bench | None = None
        try:
            if self._workshop and self._policy == "llm":
                bench = self._workshop.bench(item)
                reply = self._with_tools(counted, [*conversation, *introduced(bench)], bench)
            else:
                reply = counted.ask(conversation)
        except ToolError as error:  # the model declined, a filter stopped it, or the item is too long for it
            response = counted.response(None, f"{type(error).__name__}: {error}", bench)
            return response.model_copy(update={"unreadable": isinstance(error, BadArguments)})
        whole = reply.finish != "length"
        answer = extract(reply.text, item, is_bare=self._policy == "direct") if whole else None
        response = counted.response(answer, reply.text, bench)
        return response.model_copy(update={"raw": reply.text, "unreadable": answer is None})

    def _with_tools(self, counted: _Counted, conversation: list[Message], bench: Bench) -> Reply:
        """Let the model call tools, a bounded number of times, until it answers."""
        for turn in range(MOST_TURNS):
            reply = self._turn(counted, conversation, bench, turn)
            if not reply.tool_calls:
                return reply
            conversation.append(messages.assistant(reply))
            for number, call in enumerate(reply.tool_calls):
                told = bench.call(call) if number < MOST_CALLS else f"Not run: only {MOST_CALLS} calls a round are."
                conversation.append(messages.tool_result(call, told))
        conversation.append(
            messages.user("No more calls. Answer now from what you have, ending in the line `Answer: …`.")
        )
        return self._turn(counted, conversation, bench, MOST_TURNS, may_call=False)

    def _turn(
        self, counted: _Counted, conversation: list[Message], bench: Bench, turn: int, may_call: bool = True
    ) -> Reply:
        if self._endpoint.takes_tools:
            try:
                options = {} if may_call else {"tool_choice": "none"}
                return counted.ask(conversation, bench.schemas, **options)
            except RequestRejected:
                if turn:  # it took them before: something else is wrong
                    raise
                self._endpoint.takes_tools = False
        return self._turn_as_text(counted, conversation, bench, turn)

    def _turn_as_text(self, counted: _Counted, conversation: list[Message], bench: Bench, turn: int) -> Reply:
        encoded: list[Message] = list(fallback.encode_all(conversation, bench.schemas))
        reply = counted.ask(encoded)
        try:
            return fallback.parse(reply, turn)
        except BadArguments as error:
            if ends_in_answer(reply.text):  # in plain words, which is as good
                return reply
            problem = messages.user(str(error))
        return fallback.parse(counted.ask([*encoded, {"role": "assistant", "content": reply.text}, problem]), turn)


class _Counted:
    """A client that counts what one item costs."""

    def __init__(self, client: ChatClient, spending: Spending) -> None:
        self._client = client
        self._spending = spending
        self._prompt = self._completion = self._calls = 0

    def ask(self, conversation: Sequence[Message], tools: Sequence[Message] = (), **options: Any) -> Reply:
        """Send a conversation within the budget."""
        self._spending.begin_call()
        reply = self._client.ask(conversation, tools, **options)
        self._calls += 1
        usage = reply.usage
        prompt = usage.prompt if usage else estimated_tokens([*map(dict, conversation), *map(dict, tools)])
        completion = usage.completion if usage else len(reply.text) // 4
        self._prompt += prompt
        self._completion += completion
        self._spending.add(prompt + completion)
        return reply

    def response(self, answer: str | None, because: str, bench: Bench | None) -> Response:
        """What the item came to."""
        steps = "\n".join((*bench.steps, "")) if bench else ""
        return Response(
            answer=answer, because=f"{steps}{because}", prompt_tokens=self._prompt, completion_tokens=self._completion,
            model_calls=self._calls,
        )  # fmt: skip


def opening(benchmark: Benchmark, policy: Policy, item: Item) -> list[Message]:
    """The conversation before the model has said anything; the first message is the same for all items."""
    more = {"most_turns": MOST_TURNS} if policy == "llm" else {}
    told = render(PROMPTS[policy], instructions=benchmark.instructions, **more)
    return [messages.system(told), messages.user(render("eval_item", question=item.prompt, form=form(item)))]


def introduced(bench: Bench) -> list[Message]:
    """What a model with tools is told of the table; nothing when there is none."""
    return [messages.user(bench.loaded)] if bench.loaded else []
