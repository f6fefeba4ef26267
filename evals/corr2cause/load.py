"""Read Corr2Cause's published files: the original rows, the two perturbed sets, corrected labels, and Corr2Cause++."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item
from .audit import known_error
from .problem import HYPOTHESES, parse, parse_hypothesis

SAMPLE = Path(__file__).with_name("sample.jsonl")
LABELS = {
    "1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "entailment": True,
    "non-entailment": False, "neutral": False, "contradiction": False,
}  # fmt: skip
CHOICES = ("entailment", "non-entailment")


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file or folder, one at a time; None for the bundled sample.

    Raises:
        UsageError: a file cannot be read, or a record has no text or no label.
    """
    for number, (where, row) in enumerate(read_rows(path or SAMPLE), start=1):
        yield item_of(row, where, number)


def item_of(row: dict[str, Any], where: str, number: int) -> Item:
    """One record as an item.

    Raises:
        UsageError: the text or the label is missing.
    """
    text = _text(row, where)
    entailed = _label(row, where)
    error, corrected = known_error(text, entailed=entailed)
    if corrected is None and (told := row.get("corrected_label", row.get("label_corrected"))) not in (None, ""):
        right = CHOICES[0] if _truth(told, where) else CHOICES[1]
        error, corrected = (
            ("Corrected by the publisher of this file.", right) if right != _target(entailed) else ("", None)
        )
    return Item(
        id=str(row.get("id", row.get("idx", number))),
        prompt=text,
        target=_target(entailed),
        answer_kind="label",
        choices=CHOICES,
        groups=groups_of(text, row),
        cluster=hash_of(text),
        label_error=error,
        corrected=corrected,
    )


def groups_of(text: str, row: dict[str, Any]) -> dict[str, str]:
    """Number of variables, template and relation, where they are told or can be read off."""
    problem = parse(text)
    asked = parse_hypothesis(text.partition("Hypothesis:")[2])
    relation = problem.relation if problem else asked[0] if asked else ""
    template = str(row.get("template") or row.get("causal_relation") or "")
    size = row.get("num_variables") or (len(problem.variables) if problem else "")
    if not template and relation:
        template = HYPOTHESES[relation][0][0]
    return {k: str(v) for k, v in (("variables", size), ("template", template), ("relation", relation)) if v}


def hash_of(text: str) -> str:
    """What items with one premise share; their errors go together."""
    premise = text.partition("Hypothesis:")[0]
    return hashlib.sha256(premise.encode()).hexdigest()[:12]


def _text(row: dict[str, Any], where: str) -> str:
    if row.get("input"):
        return str(row["input"]).strip()
    if row.get("premise") and row.get("hypothesis"):
        premise, hypothesis = (str(row[k]).strip() for k in ("premise", "hypothesis"))
        lead = "" if premise.startswith("Premise:") else "Premise: "
        return f"{lead}{premise}\n{'' if hypothesis.startswith('Hypothesis:') else 'Hypothesis: '}{hypothesis}"
    raise UsageError(f"{where} has no question; Corr2Cause's have 'input', or 'premise' and 'hypothesis'.")


def _label(row: dict[str, Any], where: str) -> bool:
    for key in ("label", "relation", "answer", "gt"):
        if row.get(key) not in (None, ""):
            return _truth(row[key], where)
    raise UsageError(f"{where} has no 'label'; Corr2Cause's are 0 and 1, or entailment, neutral, contradiction.")


def _truth(label: object, where: str) -> bool:
    known = LABELS.get(str(label).strip().casefold().removesuffix(".0"))
    if known is None:
        raise UsageError(f"{where} has the label {str(label)[:40]!r}; allowed are {', '.join(LABELS)}.")
    return known


def _target(entailed: bool) -> str:
    return CHOICES[0] if entailed else CHOICES[1]
