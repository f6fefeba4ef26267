"""State a record as CaLM's own basic prompt does: premises, question, form of the answer.

Only what a prompt of CaLM shows is stated. Keys, gold sets, reasons and the formulas behind the numbers stay out.
"""

from __future__ import annotations

from typing import Any

from .tasks import Task

Row = dict[str, Any]

YES_NO = "Answer yes or no."
EFFECT_YES_NO = "Answer yes or no; an effect smaller than 0.001 counts as none."
"""CaLM's key rounds such effects to zero and then says no; an answer cannot follow that unless it is told."""
FOUR_DECIMALS = "Provide the calculation result to four decimal places."
WHICH_OPTION = "Answer with the number of the option."

CRITERION = {
    "BAS-C_max-BAS": "Which is the maximal set of variables that satisfies the back-door criterion",
    "BAS-C_min-BAS": "Which is the minimal set of variables that satisfies the back-door criterion",
    "BAS-C_mix-BAS": "Which set of variables satisfies the back-door criterion",
    "FAS-C_FAS": "Which set of variables satisfies the front-door criterion",
    "IV-C_CaLM-IV": "Which set of variables is a set of instrumental variables",
}
FIRST_IS_HIDDEN = ("BAS-C_max-BAS", "BAS-C_mix-BAS", "FAS-C_FAS")
"""Their worked examples say "A is unobserved", and their keys never adjust for A; the other tasks have no such note."""


def prompt_of(task: Task, row: Row) -> str:
    """The text of one record.

    Raises:
        KeyError: the record has not the fields of its task.
    """
    if task.name in CRITERION:
        return _set_choice(task, row)
    return {
        "AR": _cause,
        "CA": _ancestry,
        "CEI": _identified,
        "CORR": _story,
        "EAE": _story,
        "BAS": _story,
        "CB": _story,
        "CR": _crass if task.form == "choice" else _story,
        "PCD": _pair_choice if task.form == "choice" else _pair,
        "ECI": _events,
        "AC": _vignette,
        "CEG": _explanation,
    }.get(task.family, _effect)(task, row)


def _effect(task: Task, row: Row) -> str:
    """ATE, CDE, ETT, NDE, NIE, PN, PS: a graph and probabilities in words."""
    background = row.get("Background") or {}
    graph = row.get("given_info") or " ".join(
        part.strip() for part in (background["graph"], background["real_world_meaning"])
    )
    form = FOUR_DECIMALS if task.form == "probability" else EFFECT_YES_NO
    told = [graph, (background.get("data_info") or "").strip(), row["Instruction"]]
    return f"{_told(' '.join(told))}\nQuestion: {row['Question']}\n{form}"


def _story(task: Task, row: Row) -> str:
    """The tasks taken over from CLadder."""
    return f"{_told(row['given_info'])}\nQuestion: {row['question']}\n{YES_NO}"


def _told(text: str) -> str:
    """What is told, as one paragraph."""
    return " ".join(text.split())


def _cause(task: Task, row: Row) -> str:
    return f"If {row['ar_edges']}.\nQuestion: Does {row['former']} cause {row['latter']}?\n{YES_NO}"


def _ancestry(task: Task, row: Row) -> str:
    kin = "parent" if task.name.endswith("FP") else "ancestor"
    asked = f"Does {row[f'sampled_{kin}']} serve as the {kin} node of {row['attribution']}?"
    return f"{_drawn(row['edges'])}\nQuestion: {asked}\n{YES_NO}"


def _identified(task: Task, row: Row) -> str:
    hidden = row.get("bi_edges") or ""
    shared = f"\nThere exist unobserved confounders between: {hidden}." if hidden else ""
    asked = f"Whether the causal effect of {row['treatment']} on {row['outcome']} is identified or not?"
    return f"{_drawn(row['di_edges'])}{shared}\nQuestion: {asked}\n{YES_NO}"


def _set_choice(task: Task, row: Row) -> str:
    first, ends = row["vertices"][0], (row["treatment"], row["outcome"])
    hidden = f"\n{first} is unobserved." if task.name in FIRST_IS_HIDDEN and first not in ends else ""
    pair = f"relative to an ordered pair of variables ({ends[0]}, {ends[1]}) in the above causal graph?"
    options = "\n".join(f"Option {i}: {row[f'option{i}']}" for i in (1, 2, 3))
    return f"{_drawn(row['edges'])}{hidden}\nQuestion: {CRITERION[task.name]} {pair}\n{options}\n{WHICH_OPTION}"


def _drawn(edges: str) -> str:
    return f"You will be presented with a causal graph in the following form: {edges}."


def _pair(task: Task, row: Row) -> str:
    return (
        f"Event A: {row['premise']}\nEvent B: {row['hypothesis']}\n"
        f"Question: Is there a causal relationship between Event A and Event B?\n{YES_NO}"
    )


def _pair_choice(task: Task, row: Row) -> str:
    return (
        f"Input Event: {row['premise']}\nQuestion: Which of the options is the {row['ask-for']} of the input event?\n"
        f"Option 1: {row['hypothesis1']}\nOption 2: {row['hypothesis2']}\n{WHICH_OPTION}"
    )


def _events(task: Task, row: Row) -> str:
    words = row["words"]
    one, two = (" ".join(words[i] for i in event) for event in row["events"])
    asked = f'Is there a causal relationship between "{one}" and "{two}"?'
    return f"{' '.join(words)}\nQuestion: {asked}\n{YES_NO}"


def _crass(task: Task, row: Row) -> str:
    options = "\n".join(f"Option {i}: {row[f'Answer{i}'].strip()}" for i in (1, 2, 3, 4))
    return f"Input Event: {row['premise']}\nQuestion: {row['QCC']}\n{options}\n{WHICH_OPTION}"


def _vignette(task: Task, row: Row) -> str:
    return f"{row['input']}\n{YES_NO}"


def _explanation(task: Task, row: Row) -> str:
    return f"Cause: {row['cause']}\nEffect: {row['effect']}\nQuestion: Why can the cause lead to the effect?"
