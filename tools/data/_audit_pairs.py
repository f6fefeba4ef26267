"""Findings about columns and rows that repeat each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain.evidence import Check
from ._audit import Audited, quoted
from ._audit_linear import audit_linear

if TYPE_CHECKING:
    import numpy as np

MAX_DISCRETE = 150
"""Most discrete columns that are compared with one another."""


def audit_pairs(audited: Audited) -> None:
    """Look for rows and columns that repeat or determine each other."""
    same = _duplicate_columns(audited)
    _duplicate_rows(audited)
    linear = audit_linear(audited, skip=same)
    _functional(audited, skip=same, known=linear)


def _duplicate_columns(audited: Audited) -> set[str]:
    """Report columns whose cells are all equal to those of an earlier column; returns the later ones."""
    import hashlib

    from pandas import util

    hashing: Any = util
    first: dict[bytes, str] = {}
    copies: dict[str, list[str]] = {}
    if audited.n_rows < 8:
        return set()
    for card in audited.cards:
        if card.type in ("constant", "empty"):
            continue
        numeric = card.name in audited.numeric
        values = audited.numbers(card.name) if numeric else audited.frame[card.name].to_numpy(dtype=object)
        key = hashlib.blake2b(hashing.hash_array(values, categorize=False).tobytes()).digest()
        original = first.setdefault(key, card.name)
        if original != card.name:
            copies.setdefault(original, []).append(card.name)
    for original, names in copies.items():
        audited.find(
            "duplicate_columns", "warning", [original, *names],
            f"Column(s) {quoted(names)} repeat column {original[:60]!r} cell by cell.",
            f"Leave out {quoted(names)}.",
        )  # fmt: skip
    return {n for names in copies.values() for n in names}


def _duplicate_rows(audited: Audited) -> None:
    """Report copied rows: those that agree even where chance agreement is as good as impossible."""
    import numpy as np
    from pandas import util

    hashing: Any = util
    columns = [c for c in audited.cards if c.type not in ("id", "constant", "empty")]
    if not columns or audited.n_rows < 2:
        return
    rows = hashing.hash_pandas_object(audited.frame[[c.name for c in columns]], index=False).to_numpy()
    _, first, counts = np.unique(rows, return_index=True, return_counts=True)
    n_copies = audited.n_rows - len(first)
    if n_copies == 0:
        return
    times = int(np.gcd.reduce(counts))
    if times > 1 and len(first) >= 20:
        _report_copies(
            audited,
            n_copies,
            f"every row occurs {times} times or a multiple of it, so the table seems to be pasted {times} times",
        )
        return
    keys = [c for c in columns if c.n_distinct >= 0.5 * (audited.n_rows - c.n_missing) and c.n_distinct > 20]
    copied = np.zeros(audited.n_rows, dtype=bool)
    again = np.ones(audited.n_rows, dtype=bool)
    again[first] = False
    for card in keys:
        codes, n_levels = audited.codes(card.name)
        often = np.bincount(codes[first] + 1, minlength=n_levels + 1)
        copied |= again & (codes >= 0) & (often[codes + 1] == 1)
    by_chance = _expected_pairs(audited, [c.name for c in columns])
    n_sure = int(copied.sum())
    if n_sure > (0 if by_chance < 0.005 else 3 + 10 * by_chance):
        _report_copies(audited, n_sure, "they agree in every column, including values that otherwise occur once")


def _expected_pairs(audited: Audited, names: list[str]) -> float:
    """How many pairs of rows would agree by chance if the columns were independent."""
    import numpy as np

    log = np.log(audited.n_rows) + np.log(max(1, audited.n_rows - 1)) - np.log(2)
    for name in names:
        codes, n_levels = audited.codes(name)
        shares = np.bincount(codes + 1, minlength=n_levels + 1) / audited.n_rows
        log += np.log(float((shares**2).sum()))
    return float(np.exp(log))


def _report_copies(audited: Audited, n_copies: int, why: str) -> None:
    audited.find(
        "duplicate_rows", "warning", [],
        f"{n_copies:,} of {audited.n_rows:,} rows repeat another row: {why}. Counting a unit several times makes intervals too narrow.",
        "Remove the copies before loading, or name the unit as the cluster.",
    )  # fmt: skip


def _functional(audited: Audited, skip: set[str], known: set[frozenset[str]]) -> None:
    """Report discrete columns that fix the level of another discrete column."""
    names = [
        c.name for c in audited.cards
        if c.type in ("binary", "nominal", "count") and c.name not in skip and 2 <= c.n_distinct <= max(2, audited.n_rows // 5)
    ]  # fmt: skip
    if len(names) > MAX_DISCRETE:
        audited.checks.append(
            Check(
                name="functional dependence", status="not_run",
                meaning=f"There are {len(names)} discrete columns; only the first {MAX_DISCRETE} were compared with one another.",
                does_not_show="Whether the others determine each other.",
            )
        )  # fmt: skip
        names = names[:MAX_DISCRETE]
    fixed: dict[str, list[str]] = {}
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if frozenset((a, b)) in known:
                continue
            forward, backward = determines(audited, a, b)
            if forward and backward and audited.type_of(a) == audited.type_of(b) == "count":
                audited.find(
                    "near_deterministic", "note", [a, b],
                    f"Column {b[:60]!r} is a function of {a[:60]!r}: each value of one goes with one value of the other.",
                    "Both may describe a curve as covariates; do not ask for their separate effects.",
                )  # fmt: skip
            elif forward and backward:
                audited.find(
                    "near_deterministic", "warning", [a, b],
                    f"Columns {a[:60]!r} and {b[:60]!r} carry the same information: each level of one goes with one level of the other.",
                    f"Keep one of them; leave out {b[:60]!r}.",
                )  # fmt: skip
            elif forward or backward:
                fixed.setdefault(a if forward else b, []).append(b if forward else a)
    for cause, names_fixed in fixed.items():
        audited.find(
            "near_deterministic", "note", [cause, *names_fixed],
            f"Column {cause[:60]!r} determines {quoted(names_fixed)} exactly: one level of it never goes with two of theirs.",
            "Do not ask for their effects with both in the model; independence given the first cannot be tested.",
        )  # fmt: skip


def determines(audited: Audited, a: str, b: str) -> tuple[bool, bool]:
    """Whether the level of `a` fixes that of `b`, and the other way round, beyond what chance could do."""
    import numpy as np

    (codes_a, n_a), (codes_b, n_b) = audited.codes(a), audited.codes(b)
    if n_a * n_b > 1_000_000:
        return False, False
    both = (codes_a >= 0) & (codes_b >= 0)
    table = np.bincount(codes_a[both] * n_b + codes_b[both], minlength=n_a * n_b).reshape(n_a, n_b)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return False, False
    seen = table > 0
    forward = bool((seen.sum(axis=1) == 1).all()) and _beyond_chance(table)
    backward = bool((seen.sum(axis=0) == 1).all()) and _beyond_chance(table.T)
    return forward, backward


def _beyond_chance(table: np.ndarray) -> bool:
    """Whether a perfect dependence is unlikely (below one in a million) when the second column is shuffled."""
    import numpy as np
    from scipy.special import gammaln

    margin = table.sum(axis=0)
    ways = table.shape[0] * np.log(table.shape[1])
    log_p = float(gammaln(margin + 1).sum() - gammaln(margin.sum() + 1) + ways)
    return log_p < np.log(1e-6)
