"""Have a model choose the next tool calls: those of the step it is at, typed, checked, and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....prompts import as_data, render
from ....tools.domain.errors import BadArguments
from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion
from ...calls import call_key
from ...policy import Situation
from ...primary import any_estimate, rightful_primary
from ...state import Plan, PlanStep, ToolCall
from . import messages, toolbox
from .ask import Asker
from .critic import MOST_CALLS as MOST_MODEL_CALLS
from .critic import OFF
from .prompt import Prompt
from .reply import Reply, RequestedCall
from .schemas import decode_arguments, decode_object
from .search import find_tools
from .view import short, situation_prompt, step_done

MOST_TURNS = 5
"""Replies of one act; a model that needs more is going round in circles."""
MOST_CALLS = 12
"""Calls that are taken from one reply."""
MOST_TRIES = 2
"""Rounds of calls that one step gets when all of them fail."""
LONGEST_DETAIL = 6000
TESTS = ("refute_", "graph_implications")
"""Tools that put an estimate or a graph to the test."""


def next_calls(asker: Asker, situation: Situation) -> tuple[ToolCall, ...]:
    """The calls of the first step that is not done; none when there is enough to answer, or no more to be had."""
    plan = situation.plan
    if plan is None:
        return ()
    if audit := _audit(situation):
        return audit
    index = next((i for i in range(len(plan.steps)) if not _over(plan, i, situation)), None)
    if index is not None:
        return _Act(asker, situation, plan, index).calls()
    if _asks_for_review(asker, situation):
        return _Act(asker, situation, plan, None).calls()
    return ()


def _audit(situation: Situation) -> tuple[ToolCall, ...]:
    """The look at the data that every analysis of a table begins with; no model is needed to ask for it."""
    table, question = situation.catalog.table, situation.question
    if table is None or any(e.tool == "data_audit" for e in situation.ledger):
        return ()
    args: dict[str, Any] = {"dataset": table.name}
    if isinstance(question, EffectQuestion):
        args |= {"treatment": question.treatment, "outcome": question.outcome}
    return (ToolCall(tool="data_audit", args=args, why="see what in the data could mislead"),)


def _over(plan: Plan, index: int, situation: Situation) -> bool:
    """Whether a step is done, cannot be done any more, or was tried often enough."""
    step = plan.steps[index]
    if step_done(plan, index, situation.ledger):
        return True
    if step.stage in ("identify", "discover") and any_estimate(situation.ledger):
        return True
    tried = [e for e in situation.ledger if e.tool.startswith(f"{step.stage}_") and not e.ok]
    return len(tried) >= MOST_TRIES * max(1, len(step.tools))


def _asks_for_review(asker: Asker, situation: Situation) -> bool:
    """Whether to ask once more after the last step: the answer's own checks failed, and no act has been shown that yet.

    Where the run has no room for both, the critic is asked instead, who sees the same checks.
    """
    if (
        asker.client.config.critic != OFF
        and asker.usage().calls + len(("review", "write", "critic")) > MOST_MODEL_CALLS
    ):
        return False
    primary = rightful_primary(situation)
    wrong = [
        e
        for e in situation.ledger
        if (e == primary or e.tool.startswith(TESTS)) and (not e.ok or any(c.status == "fail" for c in e.checks))
    ]
    acts = [t for t in asker.transcript.all() if t.act in ("act", "review")]
    if any(t.act == "review" for t in acts):
        return False
    shown = "\n".join(str(m["content"]) for m in acts[-1].request["messages"]) if acts else ""
    return any(f'\n["{e.id}",' not in shown for e in wrong)


class _Act:
    """One act: ask, answer what can be answered here, refuse what is outside, until there are calls to run.

    Args:
        index: Of the step; None to review the whole.
    """

    def __init__(self, asker: Asker, situation: Situation, plan: Plan, index: int | None) -> None:
        self.asker = asker
        self.situation = situation
        self.plan = plan
        self.step = PlanStep(stage="review", text="look at what failed") if index is None else plan.steps[index]
        self.number = len(plan.steps) + 1 if index is None else index + 1
        self.allowed = toolbox.within(plan, situation.question.kind)
        self.shown = self._tools()
        self.found: list[str] = []
        self.prompt = self._prompt()
        self.made = {call_key(e.tool, e.args): e.id for e in situation.ledger}

    def calls(self) -> tuple[ToolCall, ...]:
        """Calls to run; none when the model wants none, or has none that can be run."""
        said: list[dict[str, Any]] = []
        for _ in range(MOST_TURNS):
            act = "review" if self.step.stage == "review" else "act"
            reply = self.asker.calls(act, self.prompt, said, self._schemas())
            if not reply.tool_calls:
                return ()
            accepted, results = self._sorted(reply)
            if accepted:
                return tuple(accepted)
            if all(r.startswith("Already made") for r in results):
                return ()  # the same again: it has all that it asks for
            said.append(messages.assistant(reply))
            said += [messages.tool_result(c, r) for c, r in zip(reply.tool_calls, results, strict=True)]
        return ()

    def _schemas(self) -> list[dict[str, Any]]:
        """What is shown: the tools of the step without arguments that the question has no use for, and what was found."""
        question = self.situation.question
        used: dict[str, Any] = {}
        if isinstance(question, EffectQuestion):
            used = {"contrast": question.contrast, "population": question.population or question.given}
            used["cluster"] = question.hints.cluster
        unused = [name for name, value in used.items() if not value]
        more = len(self.shown) + len(self.found) < len(self.allowed)
        return toolbox.schemas(self.shown, self.found, unused=unused, more=more)

    def _tools(self) -> list[str]:
        """The tools that are shown at first: those that the step names, else all of its stage."""
        named = [t for t in self.step.tools if t in self.allowed]
        if self.step.stage == "estimate":
            named = list(dict.fromkeys([*self.plan.estimators, *named]))
        if self.step.stage == "review":
            return []
        return named or [t for t in self.allowed if t.startswith(f"{self.step.stage}_")]

    def _prompt(self) -> Prompt:
        primary = rightful_primary(self.situation)
        task = render(
            "act", number=self.number, stage=self.step.stage, primary=primary.id if primary else "the first one",
            more_tools=len(self.shown) < len(self.allowed),
        )  # fmt: skip
        return situation_prompt(self.situation, task, checks=self.step.stage == "review")

    def _sorted(self, reply: Reply) -> tuple[list[ToolCall], list[str]]:
        """The calls that can be run, and what to tell about each call when none can be."""
        if reply.finish == "length":
            return [], ["Not run: the reply was cut off at its longest length. Ask for fewer calls."] * len(
                reply.tool_calls
            )
        accepted: dict[str, ToolCall] = {}
        results: list[str] = []
        for n, call in enumerate(reply.tool_calls):
            if n >= MOST_CALLS:
                results.append(f"Not run: at most {MOST_CALLS} calls are taken from one reply.")
                continue
            try:
                results.append(self._taken(call, accepted))
            except BadArguments as error:
                results.append(f"Not run: {short(str(error), 600)}")
        return list(accepted.values()), results

    def _taken(self, call: RequestedCall, accepted: dict[str, ToolCall]) -> str:
        """Take one call in, or answer it here; returns what to tell.

        Raises:
            BadArguments: it cannot be run, and why.
        """
        if call.name == toolbox.FIND:
            return self._found(call)
        if call.name == toolbox.DETAIL:
            return self._detail(call)
        if call.name not in self.allowed:
            now = ", ".join([*self.shown, *self.found])
            raise BadArguments(
                f"{call.name[:60]!r} is not a tool of this plan. Tools now: {now}; others by {toolbox.FIND}."
            )
        tool = toolbox.tool(call.name)
        args = self.asker.clean(decode_arguments(tool, call.arguments_json))
        tool.parse(args)
        self._check_stage(call.name, args)
        key = call_key(call.name, args)
        if key in self.made:
            return f"Already made: see {self.made[key]}."
        accepted.setdefault(key, ToolCall(tool=call.name, args=args, why=short(self.step.text, 120)))
        return "Taken."

    def _check_stage(self, name: str, args: dict[str, Any]) -> None:
        """The order of the plan: no estimate before the estimand, no other design than the planned one."""
        if name.startswith("estimate_") and self.plan.provisional:
            raise BadArguments("Nothing is estimated before identification has spoken; do the step you are at.")
        design = args.get("design")
        if name == "identify_design" and self.plan.design and design not in (None, self.plan.design):
            raise BadArguments(f"The plan's design is {self.plan.design!r}, not {design!r}.")

    def _found(self, call: RequestedCall) -> str:
        query = str(decode_object(call.arguments_json, "The arguments of find_tools").get("query", ""))
        names = find_tools(query, self.allowed)
        self.found = list(dict.fromkeys([*self.found, *names]))
        self.shown = [n for n in self.shown if n not in self.found]
        return f"Now to be called: {', '.join(names)}." if names else "No tool of the plan's stages does that."

    def _detail(self, call: RequestedCall) -> str:
        args = decode_object(call.arguments_json, "The arguments of detail")
        found = next((e for e in self.situation.ledger if e.id == args.get("evidence")), None)
        if found is None:
            raise BadArguments(f"There is no evidence {str(args.get('evidence'))[:20]!r}.")
        return f"<data>\n{as_data(detail(found, str(args.get('level'))))}\n</data>"


def detail(evidence: Evidence, level: str) -> Any:
    """A piece of evidence at one of three levels: a line, its summary with checks, or all of it, cut to length."""
    if level == "line":
        return short(evidence.summary, 120)
    if level == "full":
        import json

        text = json.dumps(evidence.result, ensure_ascii=False, separators=(",", ":"), default=str)
        return text if len(text) <= LONGEST_DETAIL else f"{text[:LONGEST_DETAIL]}… ({len(text)} characters in all)"
    checks: Sequence[Any] = [[c.name, c.status, c.statistic, c.p_value, short(c.meaning, 200)] for c in evidence.checks]
    return {
        "summary": short(evidence.summary, 1500),
        "checks": checks,
        "warnings": [short(w, 200) for w in evidence.warnings],
    }
