"""Every benchmark as a task of Inspect: `inspect eval whence/cladder --model …`, with its log, viewer and providers.

    inspect eval whence/cladder --model openai/…                      a model, step by step
    inspect eval whence/cladder --model openai/… -T policy=llm        a model with our tools
    inspect eval whence/corr2cause --model none -T data=dev.jsonl     no model: the rules

Items, instructions, the rule policy and the scores are those of `whence eval`; Inspect asks and keeps the log.
This module is what the entry point `inspect_ai` of the distribution names; nothing of ours imports it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ModelOutput, get_model
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver, system_message
from inspect_ai.tool import Tool, ToolDef, ToolParams

from ..agent.policies.llm.reply import RequestedCall
from ..prompts import render
from ..tools.domain.errors import UsageError
from .harness.answers import credit, extract, form
from .harness.pool import solve_one
from .harness.record import Record
from .harness.registry import benchmark_files, get_benchmark
from .harness.scores import score as score_tally
from .harness.solvers import MOST_TURNS, PROMPTS, introduced
from .harness.source import Selection, items_of
from .harness.spec import Benchmark, Item, Response
from .harness.tally import Tally
from .harness.toolbench import Bench, Workshop

POLICIES = ("auto", "rules", "direct", "cot", "llm")
WORDLESS = ("none", "mockllm")
"""Models that have nothing to say of their own; with them `auto` means the rules."""
ITEM_SECONDS = 300.0
MESSAGES_WITH_TOOLS = 4 * MOST_TURNS


def build(name: str, policy: str, selection: Selection) -> Task:
    """A benchmark as a task.

    Args:
        name: Of the benchmark.
        policy: Who answers; for all but `rules` the model that Inspect was given. `auto` is `cot` when that is a model
            with something to say, else `rules`.
        selection: Which items.

    Raises:
        UsageError: no such policy, or the benchmark has no rules.
    """
    if policy not in POLICIES:
        raise UsageError(f"There is no policy {policy[:40]!r}; there are {', '.join(POLICIES)}.")
    benchmark = get_benchmark(name)
    if policy == "auto":
        policy = "rules" if str(get_model()).split("/")[0] in WORDLESS else "cot"
    if policy == "rules" and benchmark.solve is None:
        raise UsageError(f"The rules cannot answer {name}; use -T policy=direct, cot or llm.")
    samples = [_sample(item) for item in items_of(benchmark, selection)]
    return Task(
        dataset=MemoryDataset(samples, name=name, location=selection.data),
        solver=_solvers(name, benchmark, policy),
        scorer=by_credit(name, is_bare=policy == "direct"),
        message_limit=MESSAGES_WITH_TOOLS if policy == "llm" else None,
        metadata={"policy": policy, "title": benchmark.title, "licence": benchmark.licence, "source": benchmark.source},
    )


def _sample(item: Item) -> Sample:
    question = render("eval_item", question=item.prompt, form=form(item))
    metadata = {"item": item.model_dump(mode="json"), "cluster": item.cluster or item.id, **item.groups}
    return Sample(id=item.id, input=question, target=item.target, metadata=metadata)


def _solvers(name: str, benchmark: Benchmark, policy: str) -> list[Solver]:
    if policy == "rules":
        return [rules(name)]
    more = {"most_turns": MOST_TURNS} if policy == "llm" else {}
    told = system_message(render(PROMPTS[policy], instructions=benchmark.instructions, **more))
    return [told, with_tools()] if policy == "llm" else [told, generate()]


@solver
def rules(name: str) -> Solver:
    """Answer by the rule policy; no model is asked."""
    answer = get_benchmark(name).solve
    assert answer

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        item = Item.model_validate(state.metadata["item"])
        _, response, _ = solve_one(answer, item, ITEM_SECONDS)
        state.output = ModelOutput.from_content("whence/rules", f"{response.because}\nAnswer: {response.answer or ''}")
        state.store.set("response", response.model_dump(mode="json"))
        return state

    return solve


@solver
def with_tools() -> Solver:
    """Let the model call the formal tools until it answers."""
    workshop = Workshop()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        bench = await asyncio.to_thread(workshop.bench, Item.model_validate(state.metadata["item"]))
        state.tools = [_tool(bench, schema["function"]) for schema in bench.schemas]
        state.messages += [ChatMessageUser(content=m["content"]) for m in introduced(bench)]
        return await generate(state, tool_calls="loop")

    return solve


def _tool(bench: Bench, function: dict[str, Any]) -> Tool:
    """One of our tools as Inspect calls it: the schema that any model gets, and the same checks and bounds."""

    async def execute(**arguments: Any) -> str:
        requested = RequestedCall(id="", name=function["name"], arguments_json=json.dumps(arguments))
        return await asyncio.to_thread(bench.call, requested)

    parameters = ToolParams.model_validate(function["parameters"])
    for inner in parameters.properties.values():
        inner.description = inner.description or "As the schema says."  # Inspect insists on one
    return ToolDef(
        execute, name=function["name"], description=function["description"], parameters=parameters, parallel=False
    ).as_tool()


@metric
def all_scores(name: str) -> Metric:
    """Accuracy with its clustered error, F1, abstentions, and accuracy by group, as `whence eval` computes them."""

    def compute(scores: list[SampleScore]) -> dict[str, float]:
        tally = Tally(get_benchmark(name))
        for one in scores:
            response = Response.model_validate((one.score.metadata or {})["response"])
            tally.add(Record(item=Item.model_validate((one.sample_metadata or {})["item"]), response=response))
        if not len(tally):
            return {}
        scored = score_tally(tally)
        overall = scored.overall
        shown = {
            "accuracy": overall.accuracy.value,
            "std_error": overall.accuracy.std_error,
            "f1": overall.f1.value,
            "abstained": overall.abstained / overall.n,
            "accuracy_corrected": scored.corrected.accuracy.value if scored.corrected else None,
        }
        groups = {f"{g}={v}": s.accuracy.value for g, rows in scored.by_group.items() for v, s in rows.items()}
        return {key: float(value) for key, value in (shown | groups).items() if value is not None}

    return compute


def by_credit(name: str, is_bare: bool) -> Scorer:
    """Credit of the answer by the benchmark's own rule; what cannot be read is no answer."""
    benchmark = get_benchmark(name)

    @scorer(metrics=[all_scores(name)], name="credit")
    def make() -> Scorer:
        async def give(state: TaskState, target: Target) -> Score:
            del target  # the item holds it, with its tolerance
            item = Item.model_validate(state.metadata["item"])
            kept = state.store.get("response")
            response = Response.model_validate(kept) if kept else _read(state.output.completion, item, is_bare)
            return Score(
                value=credit(benchmark, item, response.answer),
                answer=response.answer,
                explanation=response.because or response.raw,
                metadata={"response": response.model_dump(mode="json")},
            )

        return give

    return make()


def _read(text: str, item: Item, is_bare: bool) -> Response:
    answer = extract(text, item, is_bare=is_bare)
    return Response(answer=answer, raw=text, unreadable=answer is None)


def _registered(name: str) -> Callable[..., Task]:
    """Make one benchmark known to Inspect under its name."""

    def build_task(
        policy: str = "auto", data: str | None = None, generate: int | None = None, perturb: str = "", seed: int = 0
    ) -> Task:
        path = str(Path(data).expanduser().absolute()) if data else None
        names = tuple(filter(None, perturb.split(",")))
        return build(name, policy, Selection(data=path, generate=generate, perturb=names, seed=seed))

    return task(name=name)(build_task)


TASKS = {name: _registered(name) for name in benchmark_files()}
