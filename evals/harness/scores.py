"""Score the answers to a benchmark: with errors, by group, with and without wrong labels, beside what needs no thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tools.domain.model import Model
from .estimates import Share, mean, ratio
from .spec import Published
from .tally import NONE, Marks, Tally

if TYPE_CHECKING:
    import numpy as np

    from .estimates import Codes, Column


class Score(Model):
    """The score of one solver on some items."""

    n: int
    correct: int
    """Answers with full credit."""
    abstained: int
    """Without an answer; counted as not correct."""
    accuracy: Share
    """Correct of all items."""
    accuracy_answered: Share | None
    """Correct of those answered; None when none was."""
    f1: Share
    """Of the benchmark's positive class, or the mean over classes; where answers have no classes, of answering at all."""
    precision: float
    recall: float
    mean_credit: float
    """Differs from the accuracy where there is partial credit."""


class Scores(Model):
    """All scores of one run."""

    overall: Score
    by_group: dict[str, dict[str, Score]]
    label_errors: int
    """Items whose published answer is known to be wrong or undecidable."""
    without_label_errors: Score | None
    """On the other items; None when there is no other."""
    corrected: Score | None
    """On all items whose right answer is known, against that answer."""
    wrong_unexplained: int
    """Answers that are wrong by a published answer not known to be an error: ours, or a label error yet unknown."""
    shortcuts: dict[str, Score]
    """What baselines score that never read the premise."""
    majority: Score | None
    """What the most frequent answer scores everywhere; None where answers have no classes."""
    published: tuple[Published, ...]


def score(tally: Tally) -> Scores:
    """Score everything that was counted; at least one item."""
    import numpy as np

    view = _View(tally)
    is_error = np.array(tally.is_label_error, dtype=bool)
    known = view.right != NONE
    everything = np.ones(len(tally), dtype=bool)
    wrong = (np.array(tally.marks.credit) < 1) & (np.array(tally.marks.answer) != NONE)
    by_group = {
        name: {
            value: view.score(tally.marks, np.array(codes) == code)
            for value, code in sorted(tally.groups[name].names.items())
        }
        for name, codes in tally.group.items()
    }
    return Scores(
        overall=view.score(tally.marks, everything),
        by_group=by_group,
        label_errors=int(is_error.sum()),
        without_label_errors=view.score(tally.marks, ~is_error) if is_error.any() and not is_error.all() else None,
        corrected=view.score(tally.marks, known, corrected=True) if is_error.any() and known.any() else None,
        wrong_unexplained=int((wrong & ~is_error).sum()),
        shortcuts={name: view.score(marks, everything) for name, marks in tally.shortcuts.items()},
        majority=view.majority(),
        published=tally.benchmark.published,
    )


class _View:
    """The columns of a tally as arrays."""

    def __init__(self, tally: Tally) -> None:
        import numpy as np

        self.tally = tally
        self.target, self.right = np.array(tally.target), np.array(tally.right)
        self.clusters = np.array(tally.cluster)
        self.is_closed = np.array(tally.is_closed, dtype=bool)

    def score(self, marks: Marks, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], corrected: bool = False) -> Score:
        """The score on the chosen items, against the published or the corrected answers."""
        import numpy as np

        credit = np.array(marks.corrected if corrected else marks.credit)[chosen]
        answer, target = np.array(marks.answer)[chosen], (self.right if corrected else self.target)[chosen]
        clusters = self.clusters[chosen]
        is_correct, is_answered = (credit >= 1 - 1e-9).astype(float), answer != NONE
        has_classes = bool(self.is_closed[chosen].all())
        f1, precision, recall = (
            self._classified(answer, target, clusters)
            if has_classes
            else _answering(is_correct, is_answered.astype(float), clusters)
        )
        return Score(
            n=len(credit),
            correct=int(is_correct.sum()),
            abstained=int((~is_answered).sum()),
            accuracy=mean(is_correct, clusters),
            accuracy_answered=mean(is_correct[is_answered], clusters[is_answered]) if is_answered.any() else None,
            f1=f1,
            precision=precision,
            recall=recall,
            mean_credit=float(credit.mean()),
        )

    def _classified(self, answer: Codes, target: Codes, clusters: Codes) -> tuple[Share, float, float]:
        positive = self.tally.benchmark.positive
        if positive is None:
            return _macro(answer, target, clusters)
        code = self.tally.labels.of(positive.strip().lower())
        return _f1(answer == code, target == code, clusters)

    def majority(self) -> Score | None:
        """What one answer everywhere scores, the most frequent."""
        import numpy as np

        if not self.is_closed.all():
            return None
        most = int(np.bincount(self.target).argmax())
        marks = Marks()
        marks.answer.extend([most] * len(self.target))
        marks.credit.extend((self.target == most).astype(float))
        return self.score(marks, np.ones(len(self.target), dtype=bool))


def _f1(said: Codes, true: Codes, clusters: Codes) -> tuple[Share, float, float]:
    """F1, precision and recall of one class from whether it was said and whether it is true."""
    hits = (said & true).astype(float)
    n_said, n_true = float(said.sum()), float(true.sum())
    f1 = ratio(2 * hits, said.astype(float) + true.astype(float), clusters)
    return f1, float(hits.sum()) / n_said if n_said else 0.0, float(hits.sum()) / n_true if n_true else 0.0


def _macro(answer: Codes, target: Codes, clusters: Codes) -> tuple[Share, float, float]:
    """The unweighted mean over the classes that are the right answer somewhere.

    Its standard error is that of the mean of the classes' linear parts, so that it counts how they go together.
    """
    import numpy as np

    from .estimates import clustered_error, share

    classes = [int(c) for c in np.unique(target)]
    found = [_f1(answer == c, target == c, clusters) for c in classes]
    parts = np.zeros(len(target))
    for c, (f1, _, _) in zip(classes, found, strict=True):
        said, true = (answer == c).astype(float), (target == c).astype(float)
        below = said + true
        parts += (2 * said * true - f1.value * below) / below.sum() / len(classes)
    f1, precision, recall = (float(np.mean(v)) for v in zip(*((f.value, p, r) for f, p, r in found), strict=True))
    n_clusters = len(np.unique(clusters))
    return share(f1, clustered_error(parts, clusters), n_clusters), precision, recall


def _answering(is_correct: Column, is_answered: Column, clusters: Codes) -> tuple[Share, float, float]:
    """F1 of giving right answers: precision among those answered, recall among all; equal to the accuracy if all are."""
    n_answered, n_correct = float(is_answered.sum()), float(is_correct.sum())
    f1 = ratio(2 * is_correct, is_answered + 1.0, clusters)
    return f1, n_correct / n_answered if n_answered else 0.0, n_correct / len(is_correct)
