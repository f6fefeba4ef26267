"""What a session asks a language model for its knowledge: a graph, what to think of for an effect, how two variables are linked.

All of it is opinion: kept as evidence that says so, shown with its reasons and with what could test it, and used by
nothing until the person accepts it. A number inside an opinion backs no sentence of an answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..memory.store import Memory
from ..tools.domain.errors import UsageError
from ..tools.domain.evidence import Evidence
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.model import Model
from ..tools.domain.questions import EffectQuestion
from ..tools.domain.results import AdviceItem, EffectAdvice, LinkAdvice, result_from_json
from .events import Listener
from .policies.choose import choose_client
from .policy import ModelPolicy, Policy
from .proposals import Proposal, ask_link, ask_suggestions, draw
from .state import Catalog, ModelUsage, Reading
from .turns import Remembered, Transcript


class Advice(Model):
    """What a model thinks of an effect, or of the link between two variables."""

    evidence: Evidence
    """Of `knowledge_suggest` or `knowledge_link`; holds the opinion and the reasons."""
    reading: tuple[str, ...] = ()
    """How the question was understood, where one was asked."""
    usage: ModelUsage

    @property
    def opinion(self) -> EffectAdvice | LinkAdvice:
        """What is thought, with what could test and accept it."""
        result = result_from_json(self.evidence.result or {})
        assert isinstance(result, EffectAdvice | LinkAdvice)
        return result


class Opinions(ABC):
    """The part of a session that asks a model for its knowledge."""

    policy: Policy
    on_event: Listener
    choose: Callable[[Reading], int] | None
    knowledge: Knowledge
    advice: Advice | None = None
    """The latest advice."""
    _proposals: dict[str, Proposal]
    """By name of the table."""
    _advised: dict[str, list[Evidence]]
    """Advice by name of the table."""

    @property
    @abstractmethod
    def memory(self) -> Memory:
        """Named graphs, datasets and findings."""

    @abstractmethod
    def catalog(self, dataset: str | None = None) -> Catalog:
        """What a question may refer to."""

    @abstractmethod
    def _tool(self, tool: str, args: dict[str, Any]) -> Evidence:
        """Run a tool outside a run."""

    def propose_graph(self, dataset: str | None = None, *, robust: bool = False) -> Proposal:
        """Have a language model draw the graph it would expect over a table's columns, and remember it as its opinion.

        Nothing uses it until `trust_model` is set, or the person takes it over with `use_graph`.

        Args:
            dataset: Name of the table; the one loaded last when None.
            robust: Ask again with codes for names, and count what stays.

        Raises:
            UsageError: no model is configured, or no table is loaded.
        """
        catalog = self.catalog(dataset)
        if catalog.table is None:
            raise UsageError("There is no table whose graph a model could propose. Load one first.")
        request = draw(choose_client(self.policy), catalog, robust=robust, emit=self.on_event)
        evidence = self._tool("knowledge_propose", request.args)
        proposal = Proposal(
            evidence=evidence, refused=request.refused, agreement=request.agreement, usage=request.usage
        )
        self._proposals[catalog.table.name] = proposal
        name = f"{catalog.table.name} (proposed)"
        self.memory.save_graph(
            name, proposal.graph, author=f"model:{request.usage.model}", dataset_sha256=catalog.table.sha256
        )
        return proposal

    def suggest(
        self, words: str = "", dataset: str | None = None, *, treatment: str | None = None, outcome: str | None = None
    ) -> Advice:
        """Have a language model name what to think of for an effect: common causes, instruments, negative controls.

        No estimate uses any of it; `accept` makes a part of it yours.

        Args:
            words: A question about the effect; empty when its columns are given.
            dataset: Name of the table; the one loaded last when None.
            treatment: Column, instead of words.
            outcome: Column, instead of words.

        Raises:
            UsageError: no model is configured, no table is loaded, or it is not clear which effect is meant.
        """
        catalog, transcript = self.catalog(dataset), Remembered()
        effect, because = self._effect(words, treatment, outcome, catalog, transcript)
        client = choose_client(self.policy)
        request = ask_suggestions(client, catalog, effect, transcript=transcript, emit=self.on_event)
        return self._kept("knowledge_suggest", request.args, request.usage, catalog, because)

    def link(self, first: str, second: str, dataset: str | None = None) -> Advice:
        """Have a language model say how two variables are linked, and why.

        Raises:
            UsageError: no model is configured, no table is loaded, or it has no such columns.
        """
        catalog = self.catalog(dataset)
        _found((first, second), catalog)
        request = ask_link(choose_client(self.policy), catalog, first, second, emit=self.on_event)
        return self._kept("knowledge_link", request.args, request.usage, catalog)

    def accept(self, opinion: AdviceItem | LinkAdvice) -> Knowledge:
        """Make a part of an advice your own knowledge: the directions that it leaves no room for are ruled out.

        Raises:
            UsageError: it rules nothing out, or contradicts what is known.
        """
        if not opinion.forbids:
            raise UsageError("There is no direction in it that could be accepted; nothing is changed.")
        return self._known(Knowledge(forbidden=opinion.forbids))

    def _known(self, more: Knowledge) -> Knowledge:
        """Add to what is known."""
        known = self.knowledge.merged(more)
        if problem := known.contradiction():
            raise UsageError(f"What is known contradicts itself: {problem}. The last statement is not kept.")
        self.knowledge = known
        return known

    def _effect(
        self, words: str, treatment: str | None, outcome: str | None, catalog: Catalog, transcript: Transcript
    ) -> tuple[tuple[str, str], tuple[str, ...]]:
        """The treatment and outcome that are meant, and how words about them were understood."""
        if treatment is not None and outcome is not None:
            _found((treatment, outcome), catalog)
            return (treatment, outcome), ()
        if not words.strip():
            raise UsageError("Say which effect is meant: a question in words, or both the treatment and the outcome.")
        _found((), catalog)
        if isinstance(self.policy, ModelPolicy):
            self.policy.begin(transcript, self.on_event)
        reading = self.policy.read(words, catalog)
        question = reading.question or (reading.options[0].question if reading.options else None)
        if self.choose and len(reading.options) > 1:
            question = reading.options[self.choose(reading)].question
        if not isinstance(question, EffectQuestion):
            problem = reading.problem or "It does not ask for the effect of one column on another."
            raise UsageError(f"{problem} Name both with --treatment and --outcome.")
        return (question.treatment, question.outcome), reading.because

    def _kept(
        self, tool: str, args: dict[str, Any], usage: ModelUsage, catalog: Catalog, because: tuple[str, ...] = ()
    ) -> Advice:
        """Keep an opinion as evidence, for the ledger of every later run on its table."""
        evidence = self._tool(tool, args)
        assert catalog.table
        self._advised.setdefault(catalog.table.name, []).append(evidence)
        self.advice = Advice(evidence=evidence, reading=because, usage=usage)
        return self.advice


def _found(names: tuple[str, ...], catalog: Catalog) -> None:
    """Make sure that names are different columns of a table."""
    if catalog.table is None:
        raise UsageError("There is no table to ask a model about. Load one first.")
    columns = [c.name for c in catalog.table.columns]
    if unknown := [n for n in names if n not in columns]:
        raise UsageError(f"There is no column {unknown[0][:60]!r}. The columns are: {', '.join(columns[:40])}.")
    if len(set(names)) < len(names):
        raise UsageError(f"{names[0]!r} is named twice; two different columns are needed.")
