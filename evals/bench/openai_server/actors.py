"""Models made of scripts: what a model would say to our prompts, for tests and measurements without a model.

An actor sees exactly what a model sees, the body of a request, and tells from it what it is asked for: the name of
the reply's schema, or the tools that are shown. Where an endpoint knows neither, it reads the prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .replies import Say

ACTS = {"Now read the question": "read", "Now plan.": "plan", "Now write the answer": "write", "Now argue": "critic"}
ESTIMATE = re.compile(
    r"on (?P<outcome>.+?) by (?P<how>[\w ]+?)(?:, adjusted for .*?)?: (?P<value>-?[\d.e+-]+)(?: \[(?P<low>\S+), (?P<high>\S+)\])?, n = "
)


def act_of(body: Mapping[str, Any]) -> str:
    """What a request asks for: `read`, `plan`, `act`, `write` or `critic`."""
    last = asked(body)
    return next((act for words, act in ACTS.items() if words in last), "act")


def asked(body: Mapping[str, Any]) -> str:
    """The prompt of a request: its first message of the person."""
    return next(str(m["content"]) for m in body["messages"] if m["role"] == "user")


def data_lines(text: str, heading: str) -> list[Any]:
    """The quoted data under a heading of a prompt."""
    block = re.search(rf"^{re.escape(heading)}[^\n]*\n<data>\n(.*?)\n</data>", text, re.MULTILINE | re.DOTALL)
    return [json.loads(line) for line in block[1].split("\n")] if block else []


def evidence(body: Mapping[str, Any]) -> list[list[Any]]:
    """The evidence that a prompt shows, as [id, tool, arguments, summary, …]."""
    return data_lines(asked(body), "Evidence as")


class Analyst:
    """A model that answers one question well.

    Args:
        reading: Its reply to `read`; fields that are left out are null or empty.
        plan: Its reply to `plan`.
        calls: The calls it makes at each step of its plan, as (tool, arguments).
        write: Its answer, from the request; a plain one from the first estimate when None.
        criticise: What it holds against a draft, from the request; nothing when None.
    """

    def __init__(
        self,
        reading: Mapping[str, Any],
        plan: Mapping[str, Any],
        calls: Sequence[Sequence[tuple[str, Mapping[str, Any]]]],
        write: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
        criticise: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    ) -> None:
        self.reading = reading
        self.plan = plan
        self.calls = calls
        self.write = write or plain_answer
        self.criticise = criticise or no_objections

    def __call__(self, body: dict[str, Any]) -> Say:
        """What it says to a request."""
        act = act_of(body)
        if act == "read":
            return Say(json.dumps({"because": ["as asked"], "kind": "effect", **self.reading}))
        if act == "plan":
            return Say(json.dumps({"rejected": [], "reasons": ["scripted"], "adjustment_set": None, **self.plan}))
        if act == "write":
            return Say(json.dumps(self.write(body)))
        if act == "critic":
            return Say(json.dumps(self.criticise(body)))
        return self.act(body)

    def act(self, body: dict[str, Any]) -> Say:
        """Its tool calls at the step that the prompt names; as JSON text where there are no tools."""
        step = re.search(r"^Now do step (\d+)", asked(body), re.MULTILINE)
        number = int(step[1]) - self.first(body) if step else len(self.calls)
        return say_calls(body, self.calls[number] if 0 <= number < len(self.calls) else ())

    @staticmethod
    def first(body: Mapping[str, Any]) -> int:
        """Number of its first step in the prompts: where there are data, the look at them comes before."""
        return 2 if '\n[1,"data","look at the data' in asked(body) else 1


def say_calls(body: Mapping[str, Any], wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> Say:
    """Calls as the endpoint takes them: as tool calls, or as JSON text where there are no tools."""
    if "tools" not in body:
        calls = [{"tool": tool, "arguments": dict(args)} for tool, args in wanted]
        return Say(json.dumps({"calls": calls} if calls else {"say": "Enough."}))
    if not wanted:
        return Say("Enough.")
    return Say(calls=tuple((f"c{n}", tool, json.dumps(dict(args))) for n, (tool, args) in enumerate(wanted)))


def plain_answer(body: Mapping[str, Any]) -> dict[str, Any]:
    """A true answer from the first estimate that the prompt shows, or from the identification."""
    lines = evidence(body)
    identified = next((e[0] for e in reversed(lines) if e[1].startswith("identify_")), None)
    estimate = next(
        (e for e in lines if e[1].startswith("estimate_") and ESTIMATE.search(e[-1] if len(e) == 3 else e[3])), None
    )
    if estimate is None:
        text = "The evidence does not settle the question."
        return {"headline": _sentence(text), "claims": [], "primary": None, "identification": identified}
    match = ESTIMATE.search(estimate[3])
    assert match
    text = f"The estimate for {match['outcome']} is {match['value']} (95 % interval {match['low']} to {match['high']})."
    claims = [_sentence("No hidden common cause is assumed, which no data can show.")]
    return {
        "headline": _sentence(text, estimate[0]), "claims": claims, "primary": estimate[0], "identification": identified,
    }  # fmt: skip


def no_objections(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a critic says who finds a draft right."""
    return {"objections": []}


def _sentence(text: str, *ids: str) -> dict[str, Any]:
    return {"text": text, "evidence": list(ids), "derived": []}
