"""Rewrite a question so that its answer stays: other connecting words, order, voice, names, and sentences beside the point.

Every rewriting is a function of a text and a random source; `rewriting` makes one of an item and a seed of it. They know
causal English in general and no benchmark.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence

from .spec import Item

Rewrite = Callable[[str, random.Random], str]

SYNONYMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "has a direct effect on",
        ("directly affects", "directly influences", "has a direct influence on", "directly impacts"),
    ),
    ("is unobserved", ("is not observed", "is hidden", "is unmeasured", "cannot be observed")),
    (
        "the overall probability of",
        ("the unconditional probability of", "overall, the probability of", "the total chance of"),
    ),
    ("the probability of", ("the chance of", "the likelihood of")),
    ("for those who", ("among those who",)),
    ("for people", ("among people",)),
    ("for patients", ("among patients",)),
    ("increase the chance of", ("raise the probability of", "increase the likelihood of", "boost the chance of")),
    ("decrease the chance of", ("reduce the probability of", "lower the likelihood of", "diminish the chance of")),
    ("larger when observing", ("higher when we observe", "greater when observing", "bigger given")),
    ("smaller when observing", ("lower when we observe", "lower given")),
    ("positively affect", ("positively influence", "positively impact")),
    ("negatively affect", ("negatively influence", "negatively impact")),
    (
        "if we disregard the mediation effect through",
        ("if we ignore the indirect effect via", "leaving aside the effect through"),
    ),
    ("would it be more likely to see", ("would it be more likely to observe",)),
    ("would it be less likely to see", ("would it be less likely to observe",)),
    ("if we look at", ("when we look at", "if we look only at")),
    ("case by case according to", ("separately for each level of", "broken down by")),
    ("is it more correct to use", ("is it more appropriate to use", "is it more correct to choose")),
    ("correlates with", ("is correlated with", "is statistically associated with")),
    ("is independent of", ("is statistically independent of",)),
    ("are independent given", ("are independent conditional on", "are conditionally independent given")),
    ("directly causes", ("directly affects", "is a direct cause of")),
)
"""Phrases and what may stand for them, in the order in which they are tried; the longer one first."""
ASIDES = (
    "The study was reported in a journal last spring",
    "Nobody involved expected the result to be discussed so widely",
    "The town has 41,000 inhabitants",
    "A second team wrote a commentary about the history of the field",
    "The questionnaire was printed on yellow paper",
    "Most of the interviews took place on a Tuesday",
    "It rained on 12 of the 30 days",
)
EVERYDAY = (
    "umbrella sales", "bread", "moonlight", "traffic noise", "piano lessons", "sunburn", "inflation", "rainfall", "toothache",
    "holidays", "barometer readings", "ice cream", "homework", "snowfall", "marriages", "garlic", "taxes", "birdsong",
)  # fmt: skip
_BREAK = re.compile(r"(?<=[.?!]) +(?=[A-Za-z(])")
_HEAD = re.compile(r"^(?P<head>.*?\b(?:relationships|follows|conditions|system|Premise)\s*:\s+)(?P<rest>.+)$", re.S)
_HEADED = re.compile(r"(?=\n(?:Hypothesis|Question)\s*:)")
_ACTIVE = re.compile(
    r"^(?P<cause>[^,:]+?) (?:has a direct effect on|directly affects) (?P<effect>.+?)(?P<end>\.?)$", re.S
)
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


def rewriting(name: str, rewrite: Rewrite) -> Callable[[Item, int], Item]:
    """Make a rewriting of items; the same item and seed give the same text.

    Args:
        name: Of the rewriting, part of the seed.
        rewrite: What to do with the text.
    """

    def apply(item: Item, seed: int) -> Item:
        rng = random.Random(f"{name}/{seed}/{item.id}")
        return item.model_copy(update={"prompt": rewrite(item.prompt, rng)})

    return apply


def use_synonyms(text: str, rng: random.Random) -> str:
    """Say the connecting phrases in other words, each occurrence by itself."""
    for phrase, others in SYNONYMS:
        pattern = re.compile(rf"\b{phrase}\b", re.I)
        text = pattern.sub(lambda m, others=others: _cased(rng.choice((m[0], *others)), like=m[0]), text)
    return text


def reorder(text: str, rng: random.Random) -> str:
    """Shuffle the statements; what leads them in and the question stay where they are."""
    head, statements, tail = cut(text)
    rng.shuffle(statements)
    return join(head, statements, tail)


def use_passive(text: str, rng: random.Random) -> str:
    """Turn statements of direct effects into the passive voice."""
    del rng
    head, statements, tail = cut(text)
    turned = [_passive(s) for s in statements]
    return join(head, turned, tail)


def add_asides(text: str, rng: random.Random) -> str:
    """Put two sentences beside the point between the statements."""
    head, statements, tail = cut(text)
    for aside in rng.sample(ASIDES, 2):
        statements.insert(rng.randint(0, len(statements)), f"{aside}.")
    return join(head, statements, tail)


def rename(text: str, names: dict[str, str]) -> str:
    """Give whole words other names, all at once; a capital first letter stays one."""
    if not names:
        return text
    folded = {k.casefold(): v for k, v in names.items()}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b", re.I)
    return pattern.sub(lambda m: _cased(folded[m[0].casefold()], like=m[0]), text)


def new_word(rng: random.Random, syllables: int = 2) -> str:
    """A word that no language has."""
    return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(syllables)) + rng.choice(_CONSONANTS)


def with_new_names(names_of: Callable[[str], Iterable[str]]) -> Rewrite:
    """Rename what `names_of` finds in a text to words that nobody has seen."""

    def rewrite(text: str, rng: random.Random) -> str:
        return rename(text, {n: new_word(rng) for n in dict.fromkeys(names_of(text))})

    return rewrite


def with_everyday_names(names_of: Callable[[str], Iterable[str]]) -> Rewrite:
    """Rename what `names_of` finds to things of everyday life, in roles that contradict common sense."""

    def rewrite(text: str, rng: random.Random) -> str:
        found = list(dict.fromkeys(names_of(text)))
        return (
            text
            if len(found) > len(EVERYDAY)
            else rename(text, dict(zip(found, rng.sample(EVERYDAY, len(found)), strict=True)))
        )

    return rewrite


def cut(text: str) -> tuple[str, list[str], str]:
    """What leads the statements in, the statements, and the question with its heading."""
    before, *headed = _HEADED.split(text, maxsplit=1)
    lead = _HEAD.match(before)
    head, rest = (lead["head"], lead["rest"]) if lead else ("", before)
    sentences = [s for s in _BREAK.split(rest.strip()) if s]
    if headed:
        return head, sentences, headed[0]
    last = max((i for i, s in enumerate(sentences) if s.endswith("?")), default=len(sentences) - 1)
    while last > 0 and re.match(r"(?:assume|suppose|further)", sentences[last - 1], re.I):
        last -= 1
    return head, sentences[:last], " ".join(sentences[last:])


def join(head: str, statements: Sequence[str], tail: str) -> str:
    """Put a text together that was cut."""
    body = " ".join(statements)
    return f"{head}{body}{tail}" if tail.startswith("\n") else f"{head}{body} {tail}".rstrip()


def _passive(sentence: str) -> str:
    found = _ACTIVE.match(sentence)
    if found is None:
        return sentence
    cause, effect = found["cause"].strip(), found["effect"].strip()
    verb = "are" if " and " in effect else "is"
    return f"{_upper(effect)} {verb} directly affected by {_lower(cause)}{found['end']}"


def _lower(text: str) -> str:
    return text if text[1:2].isupper() or len(text) == 1 else text[:1].lower() + text[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cased(text: str, *, like: str) -> str:
    return _upper(text) if like[:1].isupper() else text
