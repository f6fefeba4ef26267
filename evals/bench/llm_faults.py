"""Model calls through a faulty endpoint: how many come out equal, how many end cleanly, and what is done twice.

A server of ours speaks Chat Completions and Responses over real sockets and fails on three requests in ten, in many
ways; both are asked the same questions with the same faults.
The oracle is the script that the server plays. Malformed tool calls are written by the same server.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple, get_args

from ...agent.policies.llm import messages
from ...agent.policies.llm.client import ChatClient, Token
from ...agent.policies.llm.config import LlmConfig, load_config
from ...agent.policies.llm.errors import (
    ContextTooLong,
    EndpointDown,
    Filtered,
    KeyRejected,
    ModelUnknown,
    QuotaSpent,
    Refused,
)
from ...agent.policies.llm.reply import Reply, RequestedCall
from ...agent.policies.llm.schemas import decode_arguments
from ...tools.domain.errors import BadArguments, WhenceError
from ...tools.registry import all_tools, get_tool
from ._table import Table
from .openai_server.replies import Say
from .openai_server.serve import Fault, Harmless, Lasting, ModelServer, Passing
from .openai_server.traits import KEY, MODEL

APIS = ("chat", "responses")
RATE = 0.3
LASTING_SHARE = 0.2
"""Of the faults, those that no retry mends."""
EXPECTED: dict[str, type[WhenceError]] = {
    "refusal": Refused, "content_filter": Filtered, "filtered": Filtered, "wrong_model": ModelUnknown,
    "expired_key": KeyRejected, "context_length": ContextTooLong, "no_credit": QuotaSpent,
}  # fmt: skip
RETRY_AFTER_S = 0.05


@dataclass
class Outcome:
    """What came of the calls."""

    calls: int = 0
    injected: Counter[str] = field(default_factory=Counter[str])
    equal: int = 0
    clean: int = 0
    """Ended in the error that belongs to the fault."""
    different: int = 0
    crashes: list[str] = field(default_factory=list[str])
    duplicates: int = 0
    """Tool calls carried out twice, or text shown twice."""
    leaks: int = 0
    """Times the key was seen in text, errors or tokens."""
    retries: int = 0
    early: int = 0
    """Retries that came before the pause that was asked for."""
    seconds: float = 0


class Malformed(NamedTuple):
    """What came of malformed tool calls."""

    calls: int
    told: int
    """Those that became `BadArguments`, which is told to the model."""


Row = tuple[str, Callable[[Outcome, Malformed], object], str]
ROWS: tuple[Row, ...] = (
    ("model calls", lambda o, m: o.calls, f"faults at {RATE:.0%} a request"),
    (
        "faults injected",
        lambda o, m: sum(o.injected.values()),
        f"of {len({*get_args(Passing), *get_args(Lasting), *get_args(Harmless)})} kinds",
    ),
    ("equal to the fault-free reply", lambda o, m: o.equal, "text and tool calls"),
    ("clean failures", lambda o, m: o.clean, "the error that belongs to the fault: " + ", ".join(sorted(EXPECTED))),
    ("different replies", lambda o, m: o.different, ""),
    ("crashes", lambda o, m: len(o.crashes), ""),
    (
        "duplicate effects",
        lambda o, m: o.duplicates,
        "tool calls carried out twice, text shown twice, needless requests",
    ),
    ("keys seen", lambda o, m: o.leaks, "in text, tokens, arguments and errors"),
    ("retries", lambda o, m: o.retries, "made by one owner, bounded over the run"),
    ("Retry-After not obeyed", lambda o, m: f"{o.early} of {o.injected['429_after']}", ""),
    ("malformed tool calls", lambda o, m: m.calls, ""),
    ("told to the model", lambda o, m: m.told, "as BadArguments"),
    ("seconds", lambda o, m: o.seconds, "slow-loris attempts included"),
)
"""What is counted, how, and what it means."""


def main() -> int:
    """Print the fault table; exit status 1 when anything differs, crashes, is done twice or leaks."""
    found = [(measure(600, api=api), measure_malformed(api)) for api in APIS]
    table = Table("Model endpoint under faults", ("what", *APIS, "note"))
    for what, count, note in ROWS:
        table.add(what, *(count(outcome, malformed) for outcome, malformed in found), note)
    for api, (outcome, _) in zip(APIS, found, strict=True):
        table.note(f"Faults over {api}: " + ", ".join(f"{k} {v}" for k, v in sorted(outcome.injected.items())))
        table.notes += [f"Crash over {api}: {crash}" for crash in outcome.crashes[:3]]
    table.publish("llm_faults")
    return int(any(_falls_short(outcome, malformed) for outcome, malformed in found))


def _falls_short(outcome: Outcome, malformed: Malformed) -> bool:
    bad = outcome.different + len(outcome.crashes) + outcome.duplicates + outcome.leaks + outcome.early
    return bool(bad) or malformed.told != malformed.calls or outcome.equal + outcome.clean != outcome.calls


def local_config(base_url: str, **changed: Any) -> LlmConfig:
    """The configuration for our server."""
    found = load_config(
        {"WHENCE_MODEL": MODEL, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": base_url, "WHENCE_HOME": "/none"}
    )
    return LlmConfig.model_validate(found.model_dump() | changed)


def measure(n_calls: int, seed: int = 1, total_s: float = 0.6, api: str = "chat") -> Outcome:
    """Hold conversations of two turns, with a tool call between, over a faulty server.

    Args:
        n_calls: Model calls to make.
        seed: For the faults and for where streams are cut.
        total_s: Longest time of one attempt, which a slow-loris attempt takes.
        api: Which of the two is spoken.
    """
    rng = Random(seed)
    kinds = {True: get_args(Lasting), False: get_args(Passing)}
    outcome = Outcome()
    asked: dict[tuple[str, int], _Asked] = defaultdict(_Asked)
    started = time.monotonic()

    def fault(n: int, body: dict[str, Any]) -> Fault | None:
        drawn: Fault | None = None
        if rng.random() < RATE:
            drawn = rng.choice((*kinds[rng.random() < LASTING_SHARE], "no_usage"))
        asked[_which(body["messages"])].requests.append((time.monotonic(), drawn))
        return drawn

    with ModelServer(script, fault, seed=seed, retry_after_s=RETRY_AFTER_S) as server:
        config = local_config(server.base_url, api=api, total_s=total_s, retries_per_call=12, retries_per_run=1000)
        executed: Counter[str] = Counter()
        with ChatClient(config, sleep=_quick, rng=Random(seed)) as client:
            item = 0
            while outcome.calls < n_calls:
                item += 1
                _converse(client, asked, item, outcome, executed)
            outcome.retries = client.budget.used
        outcome.injected = Counter(server.injected)
    outcome.duplicates += sum(n - 1 for n in executed.values())
    outcome.duplicates += sum(each.needless(total_s) for each in asked.values())
    outcome.early = sum(each.early(total_s) for each in asked.values())
    outcome.seconds = time.monotonic() - started
    return outcome


@dataclass
class _Asked:
    """One model call as the server saw it."""

    requests: list[tuple[float, Fault | None]] = field(default_factory=list[tuple[float, Fault | None]])
    """When each request came (monotonic, seconds), and the fault it met."""
    seconds: float = 0
    """How long the caller waited."""

    @property
    def errors(self) -> set[type[WhenceError]]:
        """The errors that belong to the faults met."""
        return {EXPECTED[fault] for _, fault in self.requests if fault in EXPECTED}

    def needless(self, total_s: float) -> int:
        """Requests that nothing asked for, or that are missing.

        An attempt that a busy machine let run out of its time may be made again, and may arrive late or never.
        """
        extra = len(self.requests) - 1 - sum(fault in get_args(Passing) for _, fault in self.requests)
        late = self.late(total_s)
        return max(0, extra - late) if late else abs(extra)

    def late(self, total_s: float) -> int:
        """How many attempts at most ran out of time for no fault of the server."""
        return max(0, int(self.seconds / total_s) - sum(fault == "slow_loris" for _, fault in self.requests))

    def early(self, total_s: float) -> int:
        """Retries before the pause that was asked for; not told where attempts may have come out of order."""
        pairs = [] if self.late(total_s) else pairwise(self.requests)
        return sum(fault == "429_after" and then - at < RETRY_AFTER_S for (at, fault), (then, _) in pairs)


def _which(conversation: list[dict[str, Any]]) -> tuple[str, int]:
    """The model call that a conversation belongs to: the question, and how far it has come."""
    return next(m["content"] for m in conversation if m["role"] == "user"), len(conversation)


def script(body: dict[str, Any]) -> Say:
    """What the model says: tool calls to a question, text to their results; wide characters in both."""
    item = next(m["content"] for m in body["messages"] if m["role"] == "user").split()[-1]
    if body["messages"][-1]["role"] == "tool":
        return Say(text=f"Wörter über {item} 😀 ⇒ {'étude ' * 8}{item}.")
    calls = tuple(
        (f"c{item}_{n}", "data_describe", json.dumps({"dataset": f"Tabelle ⊂ 😀 {item}/{n}"}, ensure_ascii=False))
        for n in range(1 + int(item) % 3)
    )
    return Say(text="Ich sehe nach … " if int(item) % 2 else "", calls=calls)


def _converse(
    client: ChatClient, asked: dict[tuple[str, int], _Asked], item: int, outcome: Outcome, executed: Counter[str]
) -> None:
    """One question, its tool calls, and the answer."""
    conversation: list[dict[str, Any]] = [messages.system("Be brief."), messages.user(f"question {item}")]
    stream = item % 4 != 0
    first = _one(client, asked, conversation, outcome, stream)
    if first is None:
        return
    conversation.append(messages.assistant(first))
    for call in first.tool_calls:
        executed[call.id] += 1
        conversation.append(messages.tool_result(call, f"done {call.id}"))
    _one(client, asked, conversation, outcome, stream)


def _one(
    client: ChatClient,
    asked: dict[tuple[str, int], _Asked],
    conversation: list[dict[str, Any]],
    outcome: Outcome,
    stream: bool,
) -> Reply | None:
    """One model call, compared with what the script says."""
    outcome.calls += 1
    shown: list[str] = []

    def show(token: Token) -> None:
        if token.kind == "restart":
            shown.clear()
        shown.append(token.text)

    expected = script({"messages": conversation})
    this, started = asked[_which(conversation)], time.monotonic()
    try:
        reply = client.ask(conversation, stream=stream, on_token=show)
    except EndpointDown as error:
        outcome.crashes.append(f"retries spent: {error}"[:100])
        return None
    except WhenceError as error:
        outcome.leaks += KEY in f"{error}{shown}{error.__cause__}{error.__context__}"
        outcome.clean += type(error) in this.errors
        outcome.different += type(error) not in this.errors
        return None
    except Exception as error:  # counted, that is the measurement
        outcome.crashes.append(f"{type(error).__name__}: {error}"[:100])
        return None
    finally:
        this.seconds = time.monotonic() - started
    calls = tuple(RequestedCall(id=i, name=n, arguments_json=a) for i, n, a in expected.calls)
    is_equal = reply.text == expected.text and reply.tool_calls == calls
    outcome.equal += is_equal
    outcome.different += not is_equal
    outcome.duplicates += stream and "".join(shown) != reply.text
    outcome.leaks += KEY in f"{reply}{shown}"
    return reply


def _quick(seconds: float) -> None:
    """Pauses that the server asked for are kept; our own are shortened."""
    time.sleep(seconds if seconds <= RETRY_AFTER_S * 1.2 else 0.001)


def measure_malformed(api: str = "chat") -> Malformed:
    """Have the model write malformed calls of every tool."""
    cases = list(malformed_calls())
    n_told = 0
    scripted = ModelServer(lambda body: Say(calls=(("c", *cases[int(body["messages"][0]["content"])]),)))
    with scripted as server, ChatClient(local_config(server.base_url, api=api)) as client:
        for n in range(len(cases)):
            call = client.ask([messages.user(str(n))], stream=n % 2 == 0).tool_calls[0]
            try:
                tool = get_tool(call.name)
                tool.parse(decode_arguments(tool, call.arguments_json))
            except BadArguments:
                n_told += 1
    return Malformed(len(cases), n_told)


def malformed_calls() -> list[tuple[str, str]]:
    """Names and arguments, none of which may be carried out: ten kinds for every tool."""
    cases: list[tuple[str, str]] = []
    for name, tool in all_tools().items():
        good = tool.example.model_dump(mode="json")
        text = json.dumps(good)
        required = next(k for k, f in tool.args.model_fields.items() if f.is_required())
        cases += [
            (f"{name}_{len(cases)}", text),
            (name, json.dumps(good | {"zzz": 1})),
            (name, f"[{text}]"),
            (name, text[:-1]),
            (name, f'{text[:-1]}, "alpha": NaN}}'),
            (name, f'{text[:-1]}, "{required}": 1}}'),
            (name, json.dumps({k: v for k, v in good.items() if k != required})),
            (name, json.dumps(good | {required: {"a": [1]}})),
            (name, ""),
            (name, f"{text} and then {text}"),
        ]
    return [*cases, ("data_describe", json.dumps({"dataset": "x" * 1_000_000}))]
