"""Compare two runs on the items that both answered: the same questions, so the difference is known far better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tools.domain.errors import UsageError
from ...tools.domain.model import Model
from .answers import credit
from .estimates import clustered_error
from .record import Record, RunFolder
from .registry import get_benchmark

if TYPE_CHECKING:
    from .estimates import Codes, Column


class Comparison(Model):
    """The second run against the first."""

    first: str
    second: str
    benchmark: str
    n: int
    """Items that both answered or abstained on."""
    left_out: int
    """Items of either run that the other did not have."""
    accuracy_first: float
    accuracy_second: float
    only_first: int
    """Items that only the first got right."""
    only_second: int
    """Items that only the second got right."""
    p_value: float
    """McNemar's exact test, two-sided, of both being right equally often; it takes items as independent."""
    difference: float
    """Accuracy of the second minus that of the first."""
    std_error: float | None
    """Of the difference, paired and clustered; None with one cluster."""
    low: float | None
    """Lower end of the 95 % interval, by Student's t with one degree less than there are clusters."""
    high: float | None
    """Upper end."""


def compare(first: RunFolder, second: RunFolder) -> Comparison:
    """Compare the accuracies of two runs of one benchmark, item by item.

    Raises:
        UsageError: they are of different benchmarks, share no item, or an item comes twice.

    Reference: McNemar 1947; Miller 2024, "Adding error bars to evals", section on paired differences.
    """
    import numpy as np
    from scipy.stats import binomtest

    if first.info.benchmark != second.info.benchmark:
        raise UsageError(
            f"The runs are of different benchmarks, {first.info.benchmark} and {second.info.benchmark}; compare two of one."
        )
    before, after = _correct(first), _correct(second)
    common = [id for id in before if id in after]
    if not common:
        raise UsageError("The two runs share no item. Run both on the same data, limit and seed.")
    x = np.array([before[id][0] for id in common], dtype=float)
    y = np.array([after[id][0] for id in common], dtype=float)
    clusters = np.unique([before[id][1] for id in common], return_inverse=True)[1]
    only_first, only_second = int((x > y).sum()), int((y > x).sum())
    discordant = only_first + only_second
    difference, error, low, high = _difference(y - x, clusters)
    return Comparison(
        first=first.info.id,
        second=second.info.id,
        benchmark=first.info.benchmark,
        n=len(common),
        left_out=len(before) + len(after) - 2 * len(common),
        accuracy_first=float(x.mean()),
        accuracy_second=float(y.mean()),
        only_first=only_first,
        only_second=only_second,
        p_value=float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0,
        difference=difference,
        std_error=error,
        low=low,
        high=high,
    )


def _difference(gains: Column, clusters: Codes) -> tuple[float, float | None, float | None, float | None]:
    """Mean gain with its clustered standard error and interval."""
    import numpy as np
    from scipy.stats import t

    mean = float(gains.mean())
    error = clustered_error((gains - mean) / len(gains), clusters)
    if error is None:
        return mean, None, None, None
    reach = float(t.ppf(0.975, len(np.unique(clusters)) - 1)) * error
    return mean, error, mean - reach, mean + reach


def _correct(folder: RunFolder) -> dict[str, tuple[bool, str]]:
    """Whether each item got full credit, and the cluster it is in."""
    benchmark = get_benchmark(folder.info.benchmark)
    found: dict[str, tuple[bool, str]] = {}
    for record in folder.records():
        item = record.item
        if item.id in found:
            raise UsageError(
                f"The item {item.id[:80]!r} comes twice in the run {folder.info.id!r}; it cannot be paired."
            )
        right = credit(benchmark, item, record.response.answer) >= 1 - 1e-9
        found[item.id] = (right, item.cluster or f"item {item.id}")
    return found


def explained(record: Record, credit_given: float) -> str:
    """One answer whole: question, published answer, ours, the derivation, and what is known of the label."""
    item, response = record.item, record.response
    said = response.answer if response.answer is not None else "no answer (abstained)"
    if response.answer is None and (response.unreadable or response.failed):
        said = "no answer (unreadable)" if response.unreadable else "no answer (the solver broke)"
    verdict = (
        "right" if credit_given >= 1 - 1e-9 else f"partly right ({credit_given:.2f})" if credit_given else "not right"
    )
    parts = [
        f"item        {item.id}",
        *(f"{name:<11} {value}" for name, value in item.groups.items()),
        "",
        item.prompt,
        "",
        f"published   {item.target}",
        f"ours        {said}: {verdict}",
        "",
        "Our derivation:",
        response.because or response.raw or "none was recorded",
    ]
    if item.label_error or item.corrected is not None:
        parts += [
            "",
            "The published answer is known to be wrong or undecidable:",
            item.label_error or "see the right answer",
        ]
    if item.corrected is not None:
        parts.append(f"The right answer is {item.corrected}.")
    return "\n".join(parts)
