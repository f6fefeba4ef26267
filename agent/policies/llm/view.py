"""What a model is shown of a run: columns, question, plan and evidence, as data, in as many words as fit.

The same lines stand first and unchanged in every prompt of a run, so that providers can cache them; evidence is
appended. When the context is short, older evidence is folded to a line each, then descriptions and columns are; ids of
evidence, names of graphs and what the person said are never folded away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ....prompts import render
from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import CausalQuestion
from ....tools.domain.results import ColumnCard
from ...policy import Situation
from ...state import Catalog, Plan
from ..rules.codebook import prose
from .prompt import Prompt

_NO_TEXT = re.compile(r"(?: \.)+(?= |$)")
"""What is left of the lines that define columns."""
LONGEST_SUMMARY = 320
"""Characters of a piece of evidence that is not folded; the rest is shown when it is asked for."""
ADVICE = ("knowledge_suggest", "knowledge_link")
"""What a model once advised; it plans without it, until the person accepts it and it stands among what they know."""
UNSHOWN = ("dataset", "treatment", "outcome")
"""Arguments that repeat the question."""


class Fold(NamedTuple):
    """How much is shown."""

    description: int
    """Characters of a column's description."""
    levels: int
    """Levels of a column that are listed."""
    columns: int
    """Columns that are listed, those that the question names first."""
    study: int
    """Characters about the study."""
    recent: int
    """Pieces of evidence shown with arguments and checks; older ones are folded to a line."""
    line: int
    """Characters of a folded piece of evidence."""
    said: int
    """Characters of each earlier question and answer."""


FOLDS = (
    Fold(description=100, levels=6, columns=400, study=700, recent=24, line=160, said=300),
    Fold(description=60, levels=4, columns=400, study=600, recent=8, line=120, said=150),
    Fold(description=24, levels=0, columns=400, study=300, recent=4, line=60, said=60),
    Fold(description=0, levels=0, columns=200, study=120, recent=2, line=40, said=40),
    Fold(description=0, levels=0, columns=40, study=0, recent=1, line=24, said=24),
)


def reading_prompt(words: str, catalog: Catalog, task: str) -> Prompt:
    """The prompt of an act that comes before there is a typed question."""
    return _prompt(lambda fold: _catalog(words, catalog, fold, named=()) | _nothing_yet(), task, study=True)


def situation_prompt(situation: Situation, task: str, *, study: bool = False, checks: bool = True) -> Prompt:
    """The prompt of an act over all that is known.

    Args:
        situation: What is known.
        task: What to do now; comes last.
        study: Whether to tell what the codebook says about the study.
        checks: Whether to tell what failed checks mean, and not their names only.
    """
    named = _names_in(situation.question)

    def fields(fold: Fold) -> dict[str, Any]:
        plan = situation.plan
        return _catalog(situation.words, situation.catalog, fold, named) | {
            "question": question_line(situation.question),
            "plan": plan_lines(plan, situation.ledger) if plan else [],
            "evidence": evidence_lines(situation.ledger, fold, checks=checks),
        }  # fmt: skip

    return _prompt(fields, task, study)


def _prompt(fields: Callable[[Fold], dict[str, Any]], task: str, study: bool) -> Prompt:
    def version(fold: Fold) -> Callable[[], str]:
        def text() -> str:
            shown = fields(fold)
            return render("situation", **(shown if study else shown | {"study": ""}))

        return text

    return Prompt([version(fold) for fold in FOLDS], end=task)


def _nothing_yet() -> dict[str, Any]:
    return {"question": None, "plan": [], "evidence": []}


def _catalog(words: str, catalog: Catalog, fold: Fold, named: Iterable[str]) -> dict[str, Any]:
    table = catalog.table
    study = _NO_TEXT.sub(" ", " ".join(prose(catalog.codebook).split())).strip()
    return {
        "words": words,
        "table": [table.name, table.n_rows] if table else None,
        "columns": _columns(table.columns, catalog, fold, frozenset(named)) if table else [],
        "graph": [catalog.graph, _nodes(catalog.graph_nodes, fold)] if catalog.graph else None,
        "known": [
            [name, value]
            for name, value in catalog.knowledge.merged(catalog.accepted)
            .model_dump(mode="json", exclude_defaults=True)
            .items()
        ],
        "earlier": [[short(e.words, fold.said), short(e.claim, fold.said)] for e in catalog.earlier],
        "study": short(study, fold.study) if fold.study else "",
    }


def _nodes(nodes: Sequence[str], fold: Fold) -> list[str]:
    more = len(nodes) - fold.columns
    return [*nodes[: fold.columns], *([f"and {more} more"] if more > 0 else [])]


def _columns(columns: Sequence[ColumnCard], catalog: Catalog, fold: Fold, named: frozenset[str]) -> list[Any]:
    first = sorted(columns, key=lambda c: c.name not in named) if len(columns) > fold.columns else columns
    lines: list[Any] = [_column(c, catalog, fold) for c in first[: fold.columns]]
    left_out = len(columns) - len(lines)
    return [*lines, f"and {left_out} more columns"] if left_out else lines


def _column(column: ColumnCard, catalog: Catalog, fold: Fold) -> list[Any]:
    text = catalog.codebook.columns.get(column.name) or column.description
    said = short(text, fold.description) if text and fold.description else ""
    named = column.levels if len(column.levels) <= fold.levels and column.levels != (0, 1) else ()
    levels = [list(named)] if named else [f"{column.n_distinct} levels"] if column.type == "nominal" else []
    return [column.name, column.type, *([said] if said or levels else []), *levels]


def question_line(question: CausalQuestion) -> dict[str, Any]:
    """The typed question without what was not said, nor the words it was read from."""
    said = question.model_dump(mode="json", exclude_defaults=True)
    hints = {k: v for k, v in said.pop("hints", {}).items() if k != "because"}
    return {"kind": question.kind, **said} | ({"hints": hints} if hints else {})


def _names_in(question: CausalQuestion) -> set[str]:
    """Every text in a typed question that may be a column's name."""
    found: set[str] = set()
    waiting: list[Any] = [question.model_dump()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return found


def plan_lines(plan: Plan, ledger: Sequence[Evidence]) -> list[Any]:
    """The steps of a plan with those that are done, and what the plan settles."""
    steps = [
        [i + 1, s.stage, short(s.text, 200), "done" if step_done(plan, i, ledger) else "to do"]
        for i, s in enumerate(plan.steps)
    ]
    settled = {
        "design": plan.design,
        "estimators": plan.estimators,
        "adjustment_set": plan.adjustment_set,
        "estimand": plan.estimand,
    }
    kept = {k: v for k, v in settled.items() if v not in (None, "") and (v or k == "adjustment_set")}
    return [*steps, kept] if kept else steps


def step_done(plan: Plan, index: int, ledger: Sequence[Evidence]) -> bool:
    """Whether a step has what it was for: a result of one of its tools; of an estimate, the one that was declared."""
    step = plan.steps[index]
    if step.stage == "estimate" and plan.estimators:
        return any(e.tool in plan.estimators for e in ledger if e.ok) or all(
            any(e.tool == tool for e in ledger) for tool in plan.estimators
        )
    tools = [t for t in step.tools if t.startswith(f"{step.stage}_")]
    return any(e.ok and (e.tool in tools if tools else e.tool.startswith(f"{step.stage}_")) for e in ledger)


def evidence_lines(ledger: Sequence[Evidence], fold: Fold, *, checks: bool = True) -> list[list[Any]]:
    """The ledger: the latest pieces in full, older ones as a line each; every id stays, but of advice."""
    ledger = [e for e in ledger if e.tool not in ADVICE]
    old, told = max(0, len(ledger) - fold.recent), set[str]()
    return [[e.id, e.tool, short(_said(e), fold.line)] for e in ledger[:old]] + [
        [e.id, e.tool, _arguments(e), short(_said(e), LONGEST_SUMMARY), *_checks(e, checks, told)] for e in ledger[old:]
    ]


def _said(evidence: Evidence) -> str:
    return evidence.summary if evidence.ok else f"FAILED: {evidence.summary}"


def _arguments(evidence: Evidence) -> dict[str, Any]:
    """The arguments that tell one call from another; never the path of a file."""
    if evidence.tool == "data_load":
        return {}
    given = {k: v for k, v in evidence.args.items() if k not in UNSHOWN and v not in (None, "", [], {}, ())}
    return {k: v for k, v in given.items() if not (isinstance(v, list | tuple) and _names_all(_said(evidence), v))}


def _names_all(summary: str, values: Sequence[Any]) -> bool:
    """Whether a summary has a list already, in its order and to its end."""
    return f" {', '.join(map(str, values))}" in short(summary, LONGEST_SUMMARY)


def _checks(evidence: Evidence, meaning: bool, told: set[str]) -> list[str]:
    """Checks that did not pass; those that passed are silent, and what a check means is told the first time.

    Args:
        evidence: Whose checks.
        meaning: Whether to tell what they mean at all.
        told: Names of those that were told before; the new ones are added.
    """
    open_ones = [c for c in evidence.checks if c.status != "pass"]
    new = [c for c in open_ones if c.name not in told][:5] if meaning else []
    told.update(c.name for c in new)
    failed = [c.name for c in open_ones if c.status == "fail" and c not in new]
    lines = [f"{c.name}: {c.status.upper()}: {short(c.meaning, 90)}" for c in new]
    return [*lines, *([f"FAILED: {', '.join(failed)}"] if failed else [])]


def short(text: str, most: int) -> str:
    """The beginning of a text, with a mark where it was cut."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"
