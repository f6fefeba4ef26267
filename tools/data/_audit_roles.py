"""Findings about the treatment and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain.evidence import Check
from ._audit import USABLE, Audited
from ._audit_pairs import determines

if TYPE_CHECKING:
    import numpy as np

    from ..domain.results import ColumnCard

ALPHA = 0.01
"""Level of the test of missingness by arm, over all columns together (Holm 1979)."""
MAX_ARMS = 20
MAX_DOSES = 5
"""Most levels of a numeric treatment that are compared one by one; beyond it ranks are compared."""
LEAK_R = 0.99
LEAK_AUC = 0.995


def audit_roles(audited: Audited, treatment: ColumnCard | None, outcome: ColumnCard | None) -> None:
    """Look at what a question about this treatment and outcome would meet."""
    _small_sample(audited, treatment, outcome)
    for card, role in ((treatment, "treatment"), (outcome, "outcome")):
        if card is not None and card.type in ("constant", "empty"):
            audited.find(
                "constant", "stop", [card.name], f"The {role} {card.name[:60]!r} does not vary, so no effect can be learned.",
                f"Choose another {role}, or load rows in which it varies.",
            )  # fmt: skip
    if treatment is not None and treatment.type in USABLE:
        _missing_by_arm(audited, treatment)
    if outcome is not None and outcome.type in USABLE:
        _leakage(audited, outcome, treatment)


def _small_sample(audited: Audited, treatment: ColumnCard | None, outcome: ColumnCard | None) -> None:
    import numpy as np

    if audited.n_rows < 30:
        audited.find(
            "small_sample", "warning", [], f"The table has {audited.n_rows} rows only; intervals rest on approximations that need more.",
            "Collect more rows, or read every interval as a rough guide.",
        )  # fmt: skip
    for card, word in ((treatment, "arm"), (outcome, "outcome")):
        if card is None or card.type not in ("binary", "nominal") or card.n_distinct > MAX_ARMS:
            continue
        codes, n_levels = audited.codes(card.name)
        counts = np.bincount(codes[codes >= 0], minlength=n_levels)
        smallest, level = int(counts.min()), audited.frame[card.name].dropna().unique().tolist()[int(counts.argmin())]
        if smallest < 20:
            audited.find(
                "small_sample", "stop" if smallest < 2 else "warning", [card.name],
                f"The smallest {word} of {card.name[:60]!r} ({str(level)[:40]!r}) has {smallest} row(s).",
                "Join it with another level or leave it out as a stated restriction; effects that involve it are hardly known.",
            )  # fmt: skip


def _missing_by_arm(audited: Audited, treatment: ColumnCard) -> None:
    """Test for every column with missing cells whether missingness goes with the treatment."""
    columns = [c for c in audited.cards if c.n_missing and c.type != "empty" and c.name != treatment.name]
    tested = [(c, *_missingness_test(audited, c.name, treatment)) for c in columns]
    ran = sorted((t for t in tested if t[1] is not None), key=lambda t: t[1] or 0.0)
    found: list[str] = []
    for rank, (card, p_value, gap, words) in enumerate(ran):
        assert p_value is not None
        if p_value * (len(ran) - rank) > ALPHA:
            break
        if gap >= 0.02:
            found.append(card.name)
            audited.find(
                "missing_by_arm", "warning", [card.name],
                f"Cells of {card.name[:60]!r} are missing more often in some arms of {treatment.name[:60]!r} than in "
                f"others ({words}; p = {p_value:.2g}).",
                "Leaving out rows with missing cells may bias the effect; say why they are missing, or compare with bounds.",
            )  # fmt: skip
    if not columns:
        return
    audited.checks.append(
        Check(
            name="missingness by arm",
            status="fail" if found else "pass" if ran else "uninformative",
            p_value=ran[0][1] if ran else None,
            meaning=f"Missingness differs between arms for {len(found)} of {len(columns)} columns with missing cells "
            f"({len(ran)} could be tested; Holm's correction at {ALPHA}).",
            does_not_show="Whether missingness depends on values that nobody saw.",
        )
    )


def _missingness_test(audited: Audited, name: str, treatment: ColumnCard) -> tuple[float | None, float, str]:
    """p-value, largest difference in the share missing, and the shares in words."""
    import numpy as np
    from scipy import stats

    missing = audited.frame[name].isna().to_numpy()
    codes, n_arms = audited.codes(treatment.name)
    if n_arms > (MAX_DOSES if treatment.name in audited.numeric else MAX_ARMS):
        if treatment.name not in audited.numeric:
            return None, 0.0, ""
        dose = audited.numbers(treatment.name)
        groups = dose[missing & (codes >= 0)], dose[~missing & (codes >= 0)]
        if min(map(len, groups)) < 5:
            return None, 0.0, ""
        ranks: Any = stats.mannwhitneyu(groups[0], groups[1], alternative="two-sided", method="asymptotic")
        p_value = float(ranks.pvalue)
        gap = abs(groups[0].mean() - groups[1].mean()) / (dose[codes >= 0].std() or 1.0)
        return p_value, gap, f"mean treatment {groups[0].mean():.3g} where missing, {groups[1].mean():.3g} elsewhere"
    table = np.array([np.bincount(codes[(codes >= 0) & (missing == m)], minlength=n_arms) for m in (True, False)])
    if table.sum(axis=1).min() == 0 or (table.sum(axis=0) > 0).sum() < 2:
        return None, 0.0, ""
    arms = np.flatnonzero(table.sum(axis=0) > 0)
    share = table[0, arms] / table[:, arms].sum(axis=0)
    if len(arms) == 2:
        fisher: Any = stats.fisher_exact(table[:, arms])
        p_value = float(fisher.pvalue)
    else:
        test: Any = stats.chi2_contingency(table[:, arms], correction=False)
        if test.expected_freq.min() < 5:
            return None, 0.0, ""
        p_value = float(test.pvalue)
    return p_value, float(share.max() - share.min()), f"from {share.min():.1%} to {share.max():.1%}"


def _leakage(audited: Audited, outcome: ColumnCard, treatment: ColumnCard | None) -> None:
    """Find columns that give the outcome away: copies, transforms, or values written down after it."""
    found: list[str] = []
    columns = [c for c in audited.cards if c.type in USABLE and c.name != outcome.name]
    for card in columns:
        words = _gives_away(audited, card, outcome)
        if words:
            found.append(card.name)
            is_treatment = treatment is not None and card.name == treatment.name
            audited.find(
                "leakage", "warning", [card.name, outcome.name],
                f"Column {card.name[:60]!r} {words} the outcome {outcome.name[:60]!r}.",
                "The treatment may be another name for the outcome; check the question." if is_treatment
                else "It is probably a copy, or was written down after the outcome; leave it out of every adjustment set.",
            )  # fmt: skip
    audited.checks.append(
        Check(
            name="leakage",
            status=("fail" if found else "pass") if audited.n_rows >= 20 else "uninformative",
            meaning=f"{len(found)} of {len(columns)} columns predict the outcome (nearly) perfectly.",
            does_not_show="Whether a column that predicts it less well was measured after the outcome.",
        )
    )


def _gives_away(audited: Audited, card: ColumnCard, outcome: ColumnCard) -> str:
    """How a column gives the outcome away, as a verb phrase; empty when it does not."""
    import numpy as np

    (codes, n_levels), (target, n_classes) = audited.codes(card.name), audited.codes(outcome.name)
    both = (codes >= 0) & (target >= 0)
    if both.sum() < 20:
        return ""
    discrete = outcome.type in ("binary", "nominal")
    if discrete and n_levels <= both.sum() / 5 and determines(audited, card.name, outcome.name)[0]:
        return "determines"
    if card.name in audited.numeric and (outcome.name in audited.numeric and not (discrete and n_classes > 2)):
        x, y = audited.numbers(card.name)[both], audited.numbers(outcome.name)[both]
        return _numeric_leak(x, y, binary=n_classes == 2)
    if card.name in audited.numeric and n_classes == 2:
        return _numeric_leak(audited.numbers(card.name)[both], target[both].astype(np.float64), binary=True)
    if outcome.name in audited.numeric and not discrete and n_levels <= both.sum() / 5:
        y = audited.numbers(outcome.name)[both]
        sizes = np.bincount(codes[both], minlength=n_levels)
        means = np.bincount(codes[both], weights=y, minlength=n_levels) / np.maximum(sizes, 1)
        within = ((y - means[codes[both]]) ** 2).sum()
        if within < (1 - LEAK_R) * ((y - y.mean()) ** 2).sum():
            return "predicts almost perfectly"
    return ""


def _numeric_leak(x: np.ndarray, y: np.ndarray, *, binary: bool) -> str:
    import numpy as np
    from scipy.stats import rankdata

    if x.std() == 0 or y.std() == 0:
        return ""
    ranks = rankdata(x)
    if binary:
        high = y == y.max()
        n_high, n_low = int(high.sum()), int((~high).sum())
        auc = (ranks[high].sum() - n_high * (n_high + 1) / 2) / (n_high * n_low)
        return (
            "separates almost perfectly the levels of"
            if min(n_high, n_low) >= 5 and max(auc, 1 - auc) > LEAK_AUC
            else ""
        )
    if np.array_equal(x, y):
        return "is a copy of"
    rho = abs(float(np.corrcoef(ranks, rankdata(y))[0, 1]))
    r = abs(float(np.corrcoef(x, y)[0, 1]))
    # A few common outliers can make r large by themselves; then the ranks disagree.
    return "predicts almost perfectly" if rho > LEAK_AUC or (r > LEAK_R and rho > 0.9) else ""
