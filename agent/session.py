"""One conversation: tables, graphs, knowledge, memory, budget and events. What every interface drives."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory.store import Memory, open_memory
from ..tools.domain.edits import apply_edit
from ..tools.domain.errors import Cancelled, LimitReached, ToolError, UsageError
from ..tools.domain.evidence import Evidence
from ..tools.domain.formats import read_edit, read_knowledge
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.results import DatasetCard, GraphResult, ReportFile, result_from_json
from ..tools.runtime import Runtime
from ..tools.workspace import Workspace
from .budget import Budget
from .events import Listener, RunStarted, ignore
from .files import UNNAMED, find_graph, read_text, report_target
from .findings import first_evidence, remember
from .home import home_folder
from .known import check_known
from .opinions import Opinions
from .policies.choose import POLICIES, PolicyName, choose_client, choose_policy, label
from .policies.rules.codebook import read_codebook
from .policies.rules.formal.question import states_premises
from .policy import ModelPolicy, Policy
from .proposals import PROPOSED, Proposal, directions
from .runs import RunStore
from .state import Answer, Catalog, Codebook, Exchange, Reading
from .trace import open_trace

if TYPE_CHECKING:
    import pandas as pd

REMEMBERED = 6
"""Earlier questions and answers of a conversation that a model is reminded of."""


class Session(Opinions):
    """Ask questions of tables; every answer carries its evidence.

    Args:
        policy: Who decides: a policy, or one of "rules", "llm" and "auto" (a model when one is configured).
        seed: Seed of everything random.
        home: Folder for memory and runs; `WHENCE_HOME` or `~/.whence` by default.
        roots: Folders whose files may be read; the working directory by default.
        on_event: Called with each event as it happens.
        choose: Asks the person which reading is meant; None states the likeliest and goes on.
        budget: Limits of each run.
        thorough: Also run the slower checks: the estimate again with a second library (DoWhy).
        trust_model: Accept the directions of the graph that a model proposes as constraints for learning one.
        isolate: False runs the tools in this process, without limits or cancellation: for evaluations that end whole.

    Example:
        >>> with Session() as session:  # doctest: +SKIP
        ...     session.load("nsw.csv")
        ...     print(session.ask("Did the training raise earnings in 1978?").claim)
    """

    def __init__(
        self,
        *,
        policy: Policy | PolicyName = "auto",
        seed: int = 0,
        home: Path | None = None,
        roots: Iterable[Path] | None = None,
        on_event: Listener = ignore,
        choose: Callable[[Reading], int] | None = None,
        budget: Budget | None = None,
        thorough: bool = False,
        isolate: bool = True,
        trust_model: bool = False,
    ) -> None:
        self.home = home_folder(home)
        self.policy = choose_policy(policy) if isinstance(policy, str) else policy
        self.seed = seed
        self.on_event = on_event
        self.trace = open_trace()
        self.choose = choose
        self.budget = budget or Budget()
        self.thorough = thorough
        self.trust_model = trust_model
        self.runs = RunStore(self.home / "runs.sqlite")
        self.codebook_text = ""
        self.knowledge = Knowledge()
        self.graph_name: str | None = None
        self.last: Answer | None = None
        self.earlier: tuple[Exchange, ...] = ()
        self._memory: Memory | None = None
        self._folder = self.home / "workspaces" / uuid.uuid4().hex
        allowed = (Path.cwd(),) if roots is None else tuple(roots)
        self.workspace = Workspace(folder=self._folder, roots=tuple(r.expanduser().resolve() for r in allowed))
        limits = self.budget
        self.runtime = Runtime(
            self.workspace,
            seed=seed,
            time_limit_s=limits.call_seconds,
            memory_limit_mb=limits.memory_mb,
            isolate=isolate,
        )
        self.runtime.warm()
        self._loads: dict[str, Evidence] = {}
        self._given: dict[str, AnyGraph] = {}
        """Graphs in use as they were given; a run hides the nodes that its table has no column for."""
        self._proposals: dict[str, Proposal] = {}
        self._advised: dict[str, list[Evidence]] = {}
        self._learned: GraphResult | None = None

    @property
    def memory(self) -> Memory:
        """Named graphs, datasets and findings; opened when first needed."""
        if self._memory is None:
            self._memory = open_memory(self.home)
        return self._memory

    def load(self, path: str | Path, name: str | None = None, sheet: str | None = None) -> DatasetCard:
        """Load a file; naming it here allows it to be read wherever it is.

        Raises:
            UsageError: the file is missing, is not a table, or is too large.
        """
        with suppress(OSError, RuntimeError, ValueError):  # what is no file name at all is refused by `data_load`
            self.workspace.files = (*self.workspace.files, Path(path).expanduser().resolve())
        evidence = self._tool("data_load", {"path": str(path), "name": name, "sheet": sheet})
        card = result_from_json(evidence.result or {})
        assert isinstance(card, DatasetCard)
        self._loads[card.name] = evidence
        return card

    def add_frame(self, frame: pd.DataFrame, name: str = "data") -> DatasetCard:
        """Take a table from memory; it is copied."""
        source = self._folder / uuid.uuid4().hex / "frame.parquet"
        source.parent.mkdir(parents=True, exist_ok=True)
        try:
            frame.rename(columns=str).to_parquet(source, index=False)
        except (ValueError, TypeError, NotImplementedError) as error:  # repeated names, cells of several kinds
            raise UsageError(f"The table {name!r} cannot be taken over: {error}. Make each column one type.") from error
        return self.load(source, name)

    def about(self, path: str | Path) -> None:
        """Read a codebook: what the study is, and what each column means."""
        self.codebook_text = read_text(Path(path), "codebook")

    def describe(self, text: str) -> None:
        """Take the codebook as text: what the study is, and what each column means."""
        self.codebook_text = text

    def know(self, text: str) -> Knowledge:
        """Add background knowledge in plain words, such as `nothing causes age`."""
        try:
            return self._known(read_knowledge(text))
        except ToolError as error:
            raise UsageError(str(error)) from error

    def use_graph(self, given: str | Path | AnyGraph) -> AnyGraph:
        """Reason on a graph: a file, the name of a remembered graph, the text of one, or a graph object."""
        name, graph = find_graph(str(given), self.memory) if isinstance(given, str | Path) else (UNNAMED, given)
        self._use(name, graph)
        return graph

    @property
    def current_graph(self) -> tuple[str, AnyGraph] | None:
        """The graph in use with its name, else the one the last run learned."""
        if self.graph_name is not None:
            return self.graph_name, self._given[self.graph_name]
        return (self._learned.name, self._learned.graph) if self._learned else None

    def edit_graph(self, words: str) -> AnyGraph:
        """Change the graph in use: "remove age -> income", "add a -> b", "nothing causes age".

        A learned graph that is edited becomes the graph in use. Every change is a version in memory.
        """
        current = self.current_graph
        if current is None:
            raise UsageError("There is no graph in use yet. Give one with /graph, or ask a question that learns one.")
        name, before = current
        try:
            graph = apply_edit(before, read_edit(words))
        except ToolError as error:
            raise UsageError(str(error)) from error
        self.memory.save_graph(name, before, author="user")
        self.memory.save_graph(name, graph, author="user", note=words)
        self._use(name, graph)
        return graph

    def undo_edit(self) -> AnyGraph:
        """Take the last change of the graph in use back, as a new version."""
        if self.graph_name is None:
            raise UsageError("There is no change to take back: no graph is in use.")
        graph = self.memory.undo(self.graph_name, author="user").graph
        self._use(self.graph_name, graph)
        return graph

    def _use(self, name: str, graph: AnyGraph) -> None:
        self.workspace.graphs[name] = self._given[name] = graph
        self.graph_name = name

    def save_graph(self, name: str, note: str = "") -> None:
        """Remember the graph in use, or the one the last run learned, under a name of your own."""
        current = self.current_graph
        if current is None:
            raise UsageError("There is no graph to save: none was given and none was learned.")
        learned = self.graph_name is None and self._learned is not None
        author = f"data:{self._learned.method}" if learned and self._learned else "user"
        self.memory.save_graph(name, current[1], author=author, note=note)

    def catalog(self, dataset: str | None = None) -> Catalog:
        """What a question may refer to: one table, its codebook, the graph and the knowledge."""
        tables = self.workspace.tables
        if dataset is not None and dataset not in tables:
            raise UsageError(f"There is no table {dataset!r}. Loaded tables: {', '.join(tables) or 'none'}.")
        table = tables[dataset] if dataset else next(reversed(tables.values()), None)
        graph = self.workspace.graphs.get(self.graph_name) if self.graph_name else None
        columns = [c.name for c in table.columns] if table else list(graph.nodes) if graph else []
        proposal = self._proposals.get(table.name) if table else None
        trusted = proposal is not None and self.trust_model
        return Catalog(
            table=table,
            codebook=read_codebook(self.codebook_text, columns) if self.codebook_text else Codebook(),
            graph=self.graph_name,
            graph_nodes=graph.nodes if graph else (),
            knowledge=self.knowledge,
            thorough=self.thorough,
            proposed=PROPOSED if proposal else None,
            accepted=directions(proposal.graph, self.knowledge) if proposal and trusted else Knowledge(),
            earlier=self.earlier[-REMEMBERED:],
        )

    def ask(self, words: str, dataset: str | None = None) -> Answer:
        """Answer a question in plain words.

        Raises:
            UsageError: nothing was loaded, or the question is empty.
            Cancelled: the person stopped the run; evidence so far is saved.
        """
        if not words.strip():
            raise UsageError('The question is empty. Ask for example: "what is the effect of X on Y?"')
        catalog = self.catalog(dataset)
        if catalog.table is None and catalog.graph is None and not states_premises(words):
            raise UsageError(
                "There is nothing to ask about yet. Load a table, give a graph, or state the premises in the question."
            )
        columns = [c.name for card in self.workspace.tables.values() for c in card.columns]
        check_known(self.knowledge, columns, self._given.get(self.graph_name or ""))
        run = uuid.uuid4().hex[:12]
        self._start_ledger(catalog)
        starts = tuple(self.workspace.ledger)
        self.runs.begin(run, words, catalog, self._folder, self.seed, self.policy.name, starts)
        return self._go(run, words, catalog)

    def resume(self, run: str, policy: PolicyName | None = None) -> Answer:
        """Go on with a run that was killed or stopped; calls that were made are not made again.

        Args:
            run: Its id, or the beginning of it.
            policy: Who decides from here on; who began it when None.
        """
        record = self.runs.get(run)
        if record.answer is not None:
            return record.answer
        table = record.catalog.table
        folder = Path(record.workspace)
        if table is not None and not (folder / table.stored).is_file():
            raise UsageError(
                f"Run {record.id} cannot go on: its table in {str(folder)!r} is gone. Ask the question again."
            )
        wanted = policy or (record.policy if record.policy in POLICIES else self.policy.name)
        if wanted != self.policy.name:
            self.policy = choose_policy(wanted)
        self.workspace.folder = self._folder = folder
        self.seed = self.runtime.seed = record.seed
        self.workspace.ledger.clear()
        for evidence in self.runs.evidence(record.id):
            self.workspace.absorb(evidence, result_from_json(evidence.result) if evidence.result else None)
        return self._go(record.id, record.words, record.catalog)

    def _start_ledger(self, catalog: Catalog) -> None:
        """A run's ledger begins with what it was given."""
        self.workspace.ledger.clear()
        graph = self._given[catalog.graph] if catalog.graph else None
        name = catalog.table.name if catalog.table else ""
        opinions = [p.evidence for p in (self._proposals.get(name),) if p] + self._advised.get(name, [])
        for evidence in first_evidence(self._loads.get(name), catalog.graph, graph, opinions):
            self.workspace.absorb(evidence, result_from_json(evidence.result) if evidence.result else None)

    def _listener(self) -> Listener:
        """Who hears of a run: the interface, and the trace where one is asked for."""
        if self.trace is None:
            return self.on_event
        if isinstance(self.policy, ModelPolicy):
            self.trace.watch(choose_client(self.policy))
        return self.trace.listening(self.on_event)

    def _go(self, run: str, words: str, catalog: Catalog) -> Answer:
        from .loop import Loop  # LangGraph takes half a second to import, in which the worker warms up

        emit = self._listener()
        emit(RunStarted(run=run, words=words, policy=label(self.policy)))
        model = self.policy if isinstance(self.policy, ModelPolicy) else None
        if model:
            model.begin(self.runs.transcript(run), emit)
        loop = Loop(
            self.policy, self.runtime, catalog, record=lambda e: self.runs.append(run, e), emit=emit,
            budget=self.budget, choose=self.choose, usage=model.usage if model else lambda: None,
        )  # fmt: skip
        try:
            answer = loop.run(run, words, self.home / "checkpoints.sqlite")
        except KeyboardInterrupt:
            self.runtime.cancel()
            raise Cancelled(f"Stopped. What was found is saved as run {run}; `whence resume {run}` goes on.") from None
        except sqlite3.Error as error:
            raise UsageError(
                f"Whence cannot write its record in {str(self.home)!r}: {error}. Move checkpoints.sqlite away, or make room."
            ) from error
        except (UsageError, ToolError, LimitReached) as error:
            stopped = f"{error} The run is saved as {run}; `whence resume {run}` goes on where it stopped."
            raise type(error)(stopped) from None  # what began the chain may hold what an endpoint said
        answer = answer.model_copy(update={"evidence": tuple(self.workspace.ledger)})
        self.runs.finish(run, answer)
        self._learned = remember(self.memory, answer, catalog, self.policy.name) or self._learned
        self.last = answer
        self.earlier = (*self.earlier, Exchange(words=words, claim=answer.claim))[-REMEMBERED:]
        return answer

    def report(self, answer: Answer, path: str | Path) -> ReportFile:
        """Write a report; the ending picks the kind: .html, .md, .json or .py."""
        target, tool = report_target(path, self.workspace.files)
        self.workspace.outputs = (*self.workspace.outputs, target.resolve())
        evidence = self._tool(tool, {"path": str(target), "answer": answer.model_dump(mode="json")})
        written = result_from_json(evidence.result or {})
        assert isinstance(written, ReportFile)
        return written

    def _tool(self, tool: str, args: dict[str, Any]) -> Evidence:
        try:
            evidence = self.runtime.run(tool, args)
        except KeyboardInterrupt:
            self.runtime.cancel()
            raise Cancelled("Stopped.") from None
        if not evidence.ok:
            self.workspace.ledger.remove(evidence)
            raise UsageError(evidence.summary)
        return evidence

    def cancel(self) -> None:
        """Stop what is running now; safe from another thread or a signal handler."""
        self.runtime.cancel()

    def close(self) -> None:
        """Stop the worker and remove the workspace, unless an unfinished run needs it."""
        self.runtime.close()
        if self.trace is not None:
            self.trace.close()
        if self._memory is not None:
            self._memory.close()
        if not self.runs.unfinished_in(self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
