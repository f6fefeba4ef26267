"""The Python interface: one function for one question, one class for a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..session import Session as Agent
from ..state import Answer

if TYPE_CHECKING:
    import pandas as pd

    from ...tools.domain.graphs import AnyGraph
    from ..policies.choose import PolicyName
    from ..policy import Policy

__all__ = ["Agent", "ask"]


def ask(
    data: str | Path | pd.DataFrame | None,
    question: str,
    *,
    about: str | Path | None = None,
    graph: str | Path | AnyGraph | None = None,
    knowledge: str | None = None,
    report: str | Path | None = None,
    seed: int = 0,
    home: Path | None = None,
    thorough: bool = False,
    policy: Policy | PolicyName = "auto",
) -> Answer:
    """Ask one question of one table.

    Args:
        data: A file (CSV, TSV, Parquet, Excel, JSON), a pandas DataFrame, or None to ask of a graph alone.
        question: A causal question in plain English.
        about: A codebook file: what the study is and what the columns mean.
        graph: A graph file, the name of a remembered graph, the text of a graph, or a graph object.
        knowledge: Background knowledge in plain words, such as `nothing causes age`.
        report: Where to write a report (.html, .md, .json, .py).
        seed: Seed of everything random.
        home: Folder for memory and runs.
        thorough: Also estimate with a second library (DoWhy) and compare.
        policy: Who decides: "rules", "llm", "auto" (a model when one is configured), or a policy of your own.

    Returns:
        The answer, with its evidence.

    Raises:
        UsageError: something that was given cannot be used.
    """
    with Agent(policy=policy, seed=seed, home=home, thorough=thorough) as agent:
        if data is not None and not isinstance(data, str | Path):
            agent.add_frame(data)
        elif data is not None:
            agent.load(data)
        if about is not None:
            agent.about(about)
        if knowledge:
            agent.know(knowledge)
        if graph is not None:
            agent.use_graph(graph)
        answer = agent.ask(question)
        if report is not None:
            agent.report(answer, report)
        return answer
