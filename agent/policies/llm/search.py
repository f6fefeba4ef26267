"""Find tools by a need in words: rare words count more, words for one method meet, and near spellings help.

Models ask for methods by other names than the tools have ("2SLS", "propensity score", "event study"). Each line of
`METHODS` holds words that people use for one thing. The sum of weighted words and of the cosine of the memory's
offline embedding finds more than either alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from ....memory.embedding import embed
from ....tools.registry import list_tools

MOST_FOUND = 6
STEM = 6
"""Letters of a word that count, so that endings do not matter."""
NAMED = 2.0
"""Added where a query has a tool's own name; above what words and likeness can reach together."""
METHODS = """
instrument iv 2sls tsls encouragement compliers late
discontinuity rdd cutoff cut-off threshold jump kink
difference-in-differences did trends panel event-study before-after period
propensity weighting weigh weights reweight ipw iptw inverse
doubly aipw dml machine debiased cross-fitted
matching match neighbours neighbors nearest similar twins
regression ols linear least squares covariates controlling controls ancova
unadjusted naive raw averages means mean difference t-test arms
mediation mediator mediators indirect direct through path paths nie nde channel mechanism
subgroups groups heterogeneity heterogeneous moderator interaction cate modifiers differ
population transport generalise generalize external validity carry
sensitivity unmeasured hidden omitted unobserved latent e-value robustness explain
placebo permute permutation shuffle randomise randomize fake
subset subsample bootstrap stability parts part split
noise random irrelevant
balance overlap support standardized standardised smd positivity
strata simpson paradox within stratify turns
describe summary statistics counts distribution descriptive
audit quality missing duplicates gaps leaks errors codes
derive transformed transform log logarithm ratio compute new
discover discovery learn structure skeleton algorithm search
score greedy ges bic
independence independent independencies d-separation separation dseparated test ci
equivalence class undirected cpdag markov range bounds bound
adjustment adjust set sets backdoor back-door sufficient minimal
role roles collider confounder
implies implied implications fit fits testable
identifiable identifiability identify identification do-calculus hedge id
front-door frontdoor front
direction cause causes pairwise
counterfactual what-if individual unit row person would
necessity necessary sufficient sufficiency pn ps pns attribution
library dowhy replicate reproduce software
negative control falsification unaffected
compare comparison versus different
"""
"""One method or notion a line, by the names it goes by."""
_WORD = re.compile(r"[a-z0-9]{2,}(?:-[a-z]+)*")


def find_tools(query: str, names: Sequence[str]) -> list[str]:
    """Names of the tools that fit a need best.

    Args:
        query: The need, in words.
        names: Tools to choose from.

    Returns:
        At most six names, the best first; none when no word of the query says anything.
    """
    said = query[:500].lower().replace("_", " ")
    wanted, near = _terms(said), embed(said)
    weights = _weights()
    total = sum(weights.get(t, 0.0) for t in wanted)
    scores: dict[str, float] = {}
    for name in names:
        terms, vector = _described(name)
        shared = sum(weights[t] for t in wanted & terms)
        cosine = sum(a * b for a, b in zip(near, vector, strict=True))
        scores[name] = (shared / total if total else 0.0) + cosine + (name.replace("_", " ") in said) * NAMED
    best = sorted((n for n in names if scores[n] > 0), key=lambda n: -scores[n])
    return best[:MOST_FOUND]


def _text(name: str) -> str:
    return f"{name.replace('_', ' ')} {list_tools()[name]}"


@cache
def _described(name: str) -> tuple[frozenset[str], tuple[float, ...]]:
    """The terms of a tool's name and description, and their embedding."""
    return _terms(_text(name)), tuple(embed(_text(name)))


@cache
def _weights() -> dict[str, float]:
    """How much a term says: more, the fewer tools have it."""
    counts = Counter(term for name in list_tools() for term in _described(name)[0])
    return {term: math.log(1 + len(list_tools()) / n) for term, n in counts.items()}


@cache
def _methods() -> dict[str, frozenset[str]]:
    """The lines of `METHODS` that a stem stands in."""
    found: dict[str, set[str]] = {}
    for n, line in enumerate(METHODS.strip().splitlines()):
        for word in line.split():
            found.setdefault(word[:STEM], set()).add(f"#{n}")
    return {stem: frozenset(lines) for stem, lines in found.items()}


def _terms(text: str) -> frozenset[str]:
    """Stems of the words of a text, with the methods that they name."""
    words = [w for found in _WORD.findall(text.lower()) for w in (found, *(found.split("-") if "-" in found else ()))]
    stems = {w[:STEM] for w in words}
    return frozenset({s for s in stems if len(s) > 2} | {m for s in stems for m in _methods().get(s, ())})
