"""Questions over these very columns that can be read, to show when a question cannot."""

from __future__ import annotations

from .context import Context


def example_questions(context: Context) -> list[str]:
    """Build questions that read, from the names of this table's columns; empty when it has fewer than two."""
    index = context.index
    usable = [
        n
        for n in index.names
        if n.strip()
        and (n not in index.cards or index.cards[n].type not in ("id", "constant", "empty", "text", "datetime"))
    ]
    names = usable if len(usable) >= 2 else [n for n in index.names if n.strip()]
    if len(names) < 2:
        return []
    outcome = context.roles.sole("outcome") or _last(names, context)
    treatment = context.roles.sole("treatment")
    if treatment is None or treatment == outcome:
        binary = [n for n in names if n in index.cards and index.cards[n].type == "binary" and n != outcome]
        treatment = next(iter(binary), next(n for n in names if n != outcome))
    found = [
        f"What is the effect of {_quoted(treatment)} on {_quoted(outcome)}?",
        f"What causes {_quoted(outcome)}?",
        f"Is {_quoted(treatment)} independent of {_quoted(outcome)}?",
        f"Which variables should I adjust for to estimate the effect of {_quoted(treatment)} on {_quoted(outcome)}?",
    ]
    third = next((n for n in names if n not in (treatment, outcome)), None)
    if third is not None:
        found.insert(
            1, f"What is the effect of {_quoted(treatment)} on {_quoted(outcome)}, adjusting for {_quoted(third)}?"
        )
    return found


def _last(names: list[str], context: Context) -> str:
    numeric = [n for n in names if n in context.index.cards and context.index.cards[n].type in ("continuous", "count")]
    return (numeric or names)[-1]


def _quoted(name: str) -> str:
    """A name as it can be written in a question."""
    return f"`{name}`"
