"""How a run goes: read -> (ask) -> plan -> decide -> act ... -> verify -> answer, as a LangGraph state graph.

The checkpointed state is small and JSON-native; evidence lives in the run store. A killed run goes on from the
ledger: the policy is a function of what is known, and a call whose evidence exists is not made again. What was
decided is on disk before it is done.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypedDict, cast

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from ..tools.domain.errors import LimitReached
from ..tools.domain.evidence import Evidence
from ..tools.runtime import Runtime
from .budget import Budget
from .calls import not_made
from .compose import compose_answer
from .covariates import comparison, keep_calls, keep_plan
from .critique import founded, ignored_checks, unanswered
from .events import Answered, Listener, PlanMade, QuestionRead, ToolFinished, ToolStarted, Warned
from .known import heeded
from .policies.choose import label
from .policy import ModelPolicy, Policy, Situation
from .primary import any_estimate, bare_draft, mark_exploratory
from .state import Answer, Catalog, Draft, ModelUsage, Objection, Plan, Reading, ToolCall
from .verify import keep_supported, verify_draft

MAX_REWRITES = 1
RECURSION_LIMIT = 1000  # supersteps; the budget's rounds end a run long before


class RunState(TypedDict):
    """What LangGraph checkpoints: JSON values only."""

    run: str
    words: str
    reading: dict[str, Any]
    question: dict[str, Any] | None
    plan: dict[str, Any] | None
    rounds: int
    calls: list[dict[str, Any]]
    drafts: int
    complaints: list[str]
    objections: list[dict[str, Any]]
    draft: dict[str, Any] | None
    incomplete: str | None
    answer: dict[str, Any]


class Loop:
    """One run of the agent over one runtime."""

    def __init__(
        self,
        policy: Policy,
        runtime: Runtime,
        catalog: Catalog,
        *,
        record: Callable[[Evidence], None],
        emit: Listener,
        budget: Budget,
        choose: Callable[[Reading], int] | None = None,
        usage: Callable[[], ModelUsage | None] = lambda: None,
    ) -> None:
        """Bind a run to who decides, what runs the tools, and who listens.

        Args:
            record: Called with each piece of evidence before the next call starts; puts it on disk.
            choose: Asks the person which reading is meant, by index; None states the choice and goes on.
            usage: What the run has used of a language model; None when none decides.
        """
        self.policy = policy
        self.runtime = runtime
        self.catalog = catalog
        self.record = record
        self.emit = emit
        self.budget = budget
        self.choose = choose
        self.usage = usage
        self.started = time.monotonic()

    def run(self, run: str, words: str, checkpoints: Path) -> Answer:
        """Answer the question, or go on where a killed run of this id stopped."""
        saver = SqliteSaver(_connect(checkpoints), serde=JsonPlusSerializer(allowed_msgpack_modules=[]))
        graph = self._graph().compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": run}, "recursion_limit": RECURSION_LIMIT}
        try:
            known = graph.get_state(config)
            given: Any = None if known.next else {"run": run, "words": words, "rounds": 0, "drafts": 0}
            state = graph.invoke(given, config, durability="sync")
            while pending := state.get("__interrupt__"):
                reading = Reading.model_validate(pending[0].value)
                picked = self.choose(reading) if self.choose else 0
                state = graph.invoke(Command(resume=picked), config, durability="sync")
            saver.delete_thread(run)
        finally:
            saver.conn.close()
        return Answer.model_validate(state["answer"])

    def _graph(self) -> StateGraph[Any, Any, Any, Any]:
        graph: StateGraph[Any, Any, Any, Any] = StateGraph(RunState)
        graph.add_node("read", self._read)
        graph.add_node("ask_user", self._ask_user)
        graph.add_node("plan", self._plan)
        graph.add_node("decide", self._decide)
        graph.add_node("act", self._act)
        graph.add_node("verify", self._verify)
        graph.add_node("answer", self._answer)
        graph.add_edge(START, "read")
        graph.add_conditional_edges("read", self._after_read, ["ask_user", "plan", "answer"])
        graph.add_edge("ask_user", "plan")
        graph.add_edge("plan", "decide")
        graph.add_conditional_edges("decide", self._after_decide, ["act", "verify"])
        graph.add_conditional_edges("act", self._after_act, ["decide", "plan", "verify"])
        graph.add_conditional_edges("verify", self._after_verify, ["verify", "answer"])
        graph.add_edge("answer", END)
        return graph

    def _situation(self, state: RunState) -> Situation:
        return Situation(
            words=state["words"],
            catalog=self.catalog,
            question=cast(Any, state.get("question")),
            plan=Plan.model_validate(state["plan"]) if state.get("plan") else None,
            ledger=tuple(self.runtime.workspace.ledger),
            complaints=tuple(state.get("complaints") or ()),
            draft=Draft.model_validate(state["draft"]) if state.get("draft") else None,
            objections=tuple(Objection.model_validate(o) for o in state.get("objections") or ()),
        )

    def _read(self, state: RunState) -> dict[str, Any]:
        reading = heeded(self.policy.read(state["words"], self.catalog), self.catalog.knowledge)
        self.emit(QuestionRead(reading=reading))
        question = reading.question or (reading.options[0].question if reading.options else None)
        return {"reading": _plain(reading), "question": _plain(question) if question else None}

    def _after_read(self, state: RunState) -> Literal["ask_user", "plan", "answer"]:
        reading = Reading.model_validate(state["reading"])
        if state.get("question") is None:
            return "answer"
        return "ask_user" if len(reading.options) > 1 and self.choose else "plan"

    def _ask_user(self, state: RunState) -> dict[str, Any]:
        reading = Reading.model_validate(state["reading"])
        picked = int(interrupt(state["reading"]))
        option = reading.options[picked]
        chosen = reading.model_copy(update={"because": (*reading.because, f"you chose: {option.label}"), "options": ()})
        return {"question": _plain(option.question), "reading": _plain(chosen)}

    def _plan(self, state: RunState) -> dict[str, Any]:
        situation = self._situation(state)
        plan = keep_plan(self.policy.plan(situation), situation)
        self.emit(PlanMade(plan=plan))
        return {"plan": _plain(plan)}

    def _decide(self, state: RunState) -> dict[str, Any]:
        situation = self._situation(state)
        rounds = state.get("rounds", 0) + 1
        try:
            self.budget.check(situation.ledger, self.started, rounds)
            self.budget.check_model(self.usage())
        except LimitReached as limit:
            self.emit(Warned(text=str(limit)))
            return {"incomplete": str(limit), "rounds": rounds, "calls": []}
        kept, notes = keep_calls(self.policy.next_calls(situation), situation)
        for note in notes:
            self.emit(Warned(text=note))
        calls = not_made(kept, situation.ledger)
        if not calls and (compare := comparison(situation)):
            calls = (compare,)
        return {"rounds": rounds, "calls": [_plain(c) for c in mark_exploratory(calls, situation)]}

    def _after_decide(self, state: RunState) -> Literal["act", "verify"]:
        return "act" if state["calls"] else "verify"

    def _act(self, state: RunState) -> dict[str, Any]:
        decided = tuple(ToolCall.model_validate(c) for c in state["calls"])
        calls = not_made(decided, self.runtime.workspace.ledger)  # of a batch that was interrupted, the rest
        for call in calls:
            self.emit(ToolStarted(call=call))
        try:
            self.runtime.run_many(calls, on_done=self._done)
        except LimitReached as limit:
            self.emit(Warned(text=str(limit)))
            return {"incomplete": str(limit), "calls": []}
        return {"calls": []}

    def _done(self, evidence: Evidence) -> None:
        self.record(evidence)
        self.emit(ToolFinished(evidence=evidence))

    def _after_act(self, state: RunState) -> Literal["decide", "plan", "verify"]:
        if state.get("incomplete"):
            return "verify"
        plan = Plan.model_validate(state["plan"])
        return "plan" if plan.provisional and not any_estimate(self.runtime.workspace.ledger) else "decide"

    def _verify(self, state: RunState) -> dict[str, Any]:
        situation = self._situation(state)
        try:
            self.budget.check_model(self.usage())
        except LimitReached as limit:
            return {"drafts": -1} if situation.objections else self._unwritten(situation, state, str(limit))
        if situation.objections:
            return self._revised(situation)
        draft = self.policy.write(situation)
        complaints = verify_draft(draft, situation)
        drafts = state.get("drafts", 0) + 1
        dropped: tuple[str, ...] = ()
        if complaints and drafts <= MAX_REWRITES:
            return {"draft": _plain(draft), "complaints": [*complaints], "drafts": drafts}
        if complaints:
            draft, dropped = keep_supported(draft, situation)
            for text in dropped:
                self.emit(Warned(text=text))
        objections = self._objections(situation, draft)
        return {
            "draft": _plain(draft), "complaints": [*dropped], "drafts": drafts if objections else -drafts,
            "objections": [_plain(o) for o in objections],
        }  # fmt: skip

    def _objections(self, situation: Situation, draft: Draft) -> tuple[Objection, ...]:
        """What the ledger and a critic hold against an accepted draft; a critic is checked like every writer."""
        said: tuple[Objection, ...] = ()
        if isinstance(self.policy, ModelPolicy):
            try:
                self.budget.check_model(self.usage())
                said = founded(self.policy.criticise(situation, draft), draft, situation)
            except LimitReached as limit:
                self.emit(Warned(text=str(limit)))
        return (*ignored_checks(draft, situation), *said)

    def _revised(self, situation: Situation) -> dict[str, Any]:
        """Let the writer answer the objections once; a draft that was accepted is not lost to one that is refused."""
        assert situation.draft
        before = situation.draft
        after = self.policy.write(situation.model_copy(update={"complaints": ()}))
        if verify_draft(after, situation):
            after = before
        left = unanswered(situation.objections, before, after)
        return {"draft": _plain(after), "drafts": -1, "objections": [_plain(o) for o in left]}

    def _unwritten(self, situation: Situation, state: RunState, limit: str) -> dict[str, Any]:
        """What is known in the tools' own words, when no more may be spent on having it written."""
        draft, dropped = keep_supported(bare_draft(situation), situation)
        incomplete = state.get("incomplete") or limit
        return {"draft": _plain(draft), "complaints": [*dropped], "drafts": -1, "incomplete": incomplete}

    def _after_verify(self, state: RunState) -> Literal["verify", "answer"]:
        return "verify" if state.get("drafts", 0) > 0 else "answer"

    def _answer(self, state: RunState) -> dict[str, Any]:
        answer = compose_answer(
            run=state["run"],
            words=state["words"],
            reading=Reading.model_validate(state["reading"]),
            question=cast(Any, state.get("question")),
            plan=Plan.model_validate(state["plan"]) if state.get("plan") else None,
            draft=Draft.model_validate(state["draft"]) if state.get("draft") else None,
            ledger=tuple(self.runtime.workspace.ledger),
            dropped=tuple(state.get("complaints") or ()),
            objections=tuple(Objection.model_validate(o) for o in state.get("objections") or ()),
            incomplete=state.get("incomplete"),
            policy=label(self.policy),
            usage=self.usage(),
            seconds=time.monotonic() - self.started,
        )
        self.emit(Answered(answer=answer))
        return {"answer": _plain(answer.model_copy(update={"evidence": ()}))}


def _plain(value: Any) -> Any:
    return value if isinstance(value, dict) else value.model_dump(mode="json")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    return db
