"""Read what modifies a question: covariates, mediators, instrument, cluster, groups to compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .context import Context
from .grammar import CUTS
from .pattern import Pattern, verb_forms
from .slots import SURE, head_of, listed, words_of
from .words import Token

_STOPS = frozenset(
    {"what", "which", "how", "do", "would", "will", "be", "can", "could", "should", "whether", "to", "have"}
)
_ALL_OF = frozenset({"all", "every", "everything", "each"})
_OTHERS = _ALL_OF | {"other", "remain", "observable", "observe"}
_COVARIATE_NOUNS = frozenset(
    {"covariate", "confounder", "control", "variable", "column", "factor", "else", "characteristic", "thing", "equal"}
)
_REQUESTED = frozenset(
    {"report", "provide", "state", "give", "check", "discuss", "estimate", "compare", "compute", "interpret", "explain"}
)
"""A list of covariates that goes on with one of these words has ended, and another request has begun."""
_HAS_A_PATH = frozenset({"effect", "impact", "influence", "cause", "causal", "driver", "determinant"})
"""What is direct or indirect: not, say, a sale."""
_PRONOUNS = frozenset({"it", "them", "this", "these"})
_NOTHING = frozenset({"anything", "nothing", "covariate", "control", "confounder", "adjustment"})

_INSTRUMENT = tuple(
    Pattern(p)
    for p in (
        "use/with/take/have <I> as/for ?a/an/the/our instrument/instrumental/iv",
        "instrument/instrumented by/with/use <I>",
        "instrument * by/with/use <I>",
        "<I> as ?a/an/the/our ?valid/good instrument/instrumental/iv",
        "<I> be/serve ?as ?a/an/the/our ?valid/good instrument/instrumental/iv",
        "instrument/iv ?variable ?be/: <I>",
    )
)
_HOLD = tuple(
    Pattern(p)
    for p in (
        "hold/keep/fix <M> constant/fixed",
        "hold/keep/fix <M> fixed/constant at <V>",
        "hold/keep/fix/set <M> at/to <V>",
        "with <M> held/fixed/set ?fixed/constant at/to <V>",
    )
)
_CONTROLS = tuple(
    Pattern(p)
    for p in (
        "with/include <A> as ?the control/covariate/confounder",
        "use <A> as ?the control/covariate/confounder",
        "<A> be ?a/an/the ?known/only/likely confounder/confounding",
    )
)
_GROUPS = tuple(
    Pattern(p)
    for p in (
        "differ/vary/change ?across/by/with/between/among/over/depend_on <G>",
        "depend_on <G>",
        "@effect * across/by <G>",
        "for/in/within each/every/different <G>",
        "separately for/by <G>",
        "by <G>",
        "heterogeneous/heterogeneity/moderated/modified ?across/by/with/in <G>",
    )
)
_CLUSTER = tuple(
    Pattern(p) for p in ("cluster ?standard ?error by/on/at/within ?the <K>", "error cluster by/on/at ?the <K>")
)


@dataclass
class Modifiers:
    """What was read beside treatment and outcome; lists keep the order of the words."""

    adjust: list[str] | None = None
    adjust_all: bool = False
    given: list[str] = field(default_factory=list)
    """Columns after `given` and `conditional on`: covariates of a relation question."""
    mediators: list[str] = field(default_factory=list)
    path: str | None = None
    """`indirect` through the mediators, `direct` around them, `controlled` with them held at a value."""
    held_at: str | None = None
    groups: list[str] = field(default_factory=list)
    instrument: str | None = None
    cluster: str | None = None
    because: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Phrases that should name a column and do not."""
    unknown_covariates: list[str] = field(default_factory=list)
    """Those of them that the words ask to adjust for."""


def read_modifiers(sentences: Sequence[Sequence[Token]], context: Context) -> Modifiers:
    """Read the modifiers of every sentence of the question."""
    found = Modifiers()
    for i, sentence in enumerate(sentences):
        tokens = sentence[:150]
        _adjustment(tokens, context, found)
        if i:
            _adjust_for_it(tokens, sentences[i - 1], found)
        _mediation(tokens, context, found)
        _instrument(tokens, context, found)
        _cluster(tokens, context, found)
    return found


def tail(tokens: Sequence[Token], start: int, *, lists: bool = True) -> Sequence[Token]:
    """The words after a cue, up to the next cue, verb or end; a comma is passed only inside a list."""
    end = start
    while end < len(tokens):
        token = tokens[end]
        if token.lock < 1.5:
            if token.low in {"?", "!", ";"} or (token.low == "." and end + 1 >= len(tokens)):
                break
            if end > start and (token.low in CUTS or token.stem in CUTS) and token.low not in {"include"}:
                break
            if token.stem in _STOPS or token.low in _STOPS:
                break
            if token.low == "," and not (lists and _list_goes_on(tokens, end)):
                break
        end += 1
    return tokens[start:end]


def _list_goes_on(tokens: Sequence[Token], comma: int) -> bool:
    rest = tokens[comma + 1 :]
    after = next((t for t in rest if t.is_word), None)
    if after is None or after.stem in _STOPS or after.low in CUTS or after.stem in CUTS:
        return False
    upcoming = [t for t in rest[:12] if t.low in {",", "and", "]"} or t.stem in _STOPS or t.column]
    return bool(upcoming) and upcoming[0].stem not in _STOPS


def _adjustment(tokens: Sequence[Token], context: Context, found: Modifiers) -> None:
    for i, token in enumerate(tokens):
        if token.lock >= 1.5:
            continue
        cue = token.stem in {"adjust_for", "condition_on", "take_into_account"} or token.low in {
            "adjust_for",
            "condition_on",
        }
        given = token.low in {"given", "condition_on"}
        colon = (
            token.stem in {"confounder", "covariate", "control"}
            and i + 1 < len(tokens)
            and tokens[i + 1].low in {":", "involve", "involving"}
        )
        if cue or given or colon:
            span = tail(tokens, i + 1 + colon)
            if given and not span:
                continue
            _take_covariates(span, token, context, found, given=given and not cue)
        elif token.low == "unadjusted":
            found.adjust = found.adjust or []
            found.because.append(f"no adjustment, from {token.text!r}")
    for pattern in _CONTROLS:
        if slots := next(pattern.find(tokens), None):
            span = tokens[slice(*slots.spans["A"])]
            columns, _ = listed(_nearest(span), context.index)
            if columns and tokens[0].stem not in _STOPS:
                found.adjust = list(dict.fromkeys((*(found.adjust or ()), *columns)))
                found.because.append(f"adjust for {', '.join(columns)}, from {words_of(span)!r}")
    for slots in _HOLD[0].find(tokens):
        held = {t.stem for t in tokens[slice(*slots.spans["M"])]}
        if held & _OTHERS and held & _COVARIATE_NOUNS:
            found.adjust_all = True
            found.because.append(
                f"adjust for all other columns, from {words_of(tokens[slice(*slots.spans['M'])])!r} held constant"
            )
            return
        columns, _ = listed(tokens[slice(*slots.spans["M"])], context.index)
        if columns and not any(s for p in _HOLD[1:] for s in p.find(tokens)):
            found.adjust = list(dict.fromkeys((*(found.adjust or ()), *columns)))
            found.because.append(f"adjust for {', '.join(columns)}, held constant in the words")


def _adjust_for_it(tokens: Sequence[Token], before: Sequence[Token], found: Modifiers) -> None:
    """`Age might play a part. Adjust for it.`: the columns that the sentence before names."""
    for i, token in enumerate(tokens[:-1]):
        if token.stem == "adjust_for" and tokens[i + 1].low in _PRONOUNS:
            named = list(dict.fromkeys(t.column for t in before if t.column is not None))
            if named:
                found.adjust = list(dict.fromkeys((*(found.adjust or ()), *named)))
                found.because.append(f"adjust for {', '.join(named)}, which {tokens[i + 1].text!r} stands for")


def _nearest(span: Sequence[Token]) -> Sequence[Token]:
    """The part of a span after its last word that is not of a list, at most twelve words."""
    return span[-12:]


def _take_covariates(span: Sequence[Token], cue: Token, context: Context, found: Modifiers, *, given: bool) -> None:
    stems = [t.stem for t in span]
    if set(stems[:3]) & _ALL_OF and (set(stems) & _COVARIATE_NOUNS or "everything" in stems):
        found.adjust_all = True
        found.because.append(f"adjust for all other columns, from {cue.text + ' ' + words_of(span)!r}")
        return
    before = words_of(span[:2])
    if not given and stems and stems[0] in _NOTHING and before.split()[0].lower() in {"nothing", "anything"}:
        found.adjust = []
        found.because.append(f"no adjustment, from {cue.text + ' ' + words_of(span)!r}")
        return
    columns, unknown = listed(span, context.index)
    if stems and stems[0] in _PRONOUNS:
        return  # `adjust for it`, which `_adjust_for_it` reads
    if given:
        found.given = list(dict.fromkeys((*found.given, *columns)))
    else:
        found.adjust = list(dict.fromkeys((*(found.adjust or ()), *columns))) if columns else found.adjust
    if columns:
        found.because.append(
            f"{'given' if given else 'adjust for'} {', '.join(columns)}, from {cue.text + ' ' + words_of(span)!r}"
        )
    generic = {
        *_COVARIATE_NOUNS,
        "it",
        "them",
        "time-dependent",
        "relevant",
        "possible",
        "suitable",
        "confounding",
        "difference",
        "bias",
    }
    missing = [
        u
        for u in unknown
        if not set(u.lower().split()) & generic
        and u.lower().split()[0] not in _REQUESTED
        and not set(stems) & {"confounder", "confounding", "bias"}
    ]
    found.unread += missing
    # after "relevant variables" the list names no columns, and what follows is often another request
    vague = any(set(u.lower().split()) & generic for u in unknown)
    found.unknown_covariates += [] if given or vague else missing


def _mediation(tokens: Sequence[Token], context: Context, found: Modifiers) -> None:
    for i, token in enumerate(tokens):
        if token.lock >= 1.5:
            continue
        through = token.low in {"through", "via", "by_way_of", "by_means_of", "not_through"} or (
            token.stem == "mediate" and i + 1 < len(tokens) and tokens[i + 1].low in {"by", "through", "via"}
        )
        by_doing = (
            token.low == "by" and i + 1 < len(tokens) and verb_forms().get(tokens[i + 1].low, ("", ""))[1] == "ing"
        )
        if through or by_doing:
            columns, unknown = _mediators(tail(tokens, i + 1 + (token.stem == "mediate")), context)
            around = token.low == "not_through" or any(
                t.low in {"not", "except", "other_than", "without", "never"} for t in tokens[max(0, i - 3) : i]
            )
            if columns:
                found.mediators = columns
                found.path = found.path or ("direct" if around else "indirect")
                found.because.append(f"{found.path} effect, {token.text!r} {', '.join(columns)}")
            elif unknown and not by_doing:
                found.unread += unknown
        if (path := _path_named(tokens, i)) is not None:
            found.path = path
            found.because.append(f"{path} effect, from {token.text!r}")
            if i and tokens[i - 1].low == "controlled":
                found.path = "controlled"
    for pattern in _HOLD[1:]:
        for slots in pattern.find(tokens):
            columns, _ = listed(tokens[slice(*slots.spans["M"])], context.index)
            value = head_of(tokens[slice(*slots.spans["V"])], lists=False)
            if columns and len(value) <= 4:
                found.mediators, found.path, found.held_at = columns[:1], "controlled", words_of(value)
                found.because.append(f"controlled direct effect, {columns[0]} held at {words_of(value)!r}")
                return


def _path_named(tokens: Sequence[Token], i: int) -> str | None:
    """The path that `direct effect`, `direct cause` or `directly affects` names; none for `directly or indirectly`."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if tokens[i].low in {"direct", "indirect"} and after is not None:
        return tokens[i].low if after.stem in _HAS_A_PATH else None
    if tokens[i].low not in {"directly", "indirectly"} or sum(t.low in {"directly", "indirectly"} for t in tokens) > 1:
        return None
    told = after is None or not after.is_word or after.low in verb_forms() or after.low in {"on", "by"}
    return tokens[i].low.removesuffix("ly") if told else None


def _mediators(span: Sequence[Token], context: Context) -> tuple[list[str], list[str]]:
    """The columns after `through`; of two that fit alike, the one measured after the treatment."""
    columns, unknown = listed(span, context.index)
    if len(columns) == 1 and not any(t.column for t in span):
        best = sorted(context.index.score(span), key=lambda m: -(m.score + context.prior("mediator", m.column)))
        columns = [best[0].column]
    return columns, unknown


def _instrument(tokens: Sequence[Token], context: Context, found: Modifiers) -> None:
    if not any(t.stem.startswith("instrument") or t.low == "iv" for t in tokens if t.lock < 1.5):
        return
    for pattern in _INSTRUMENT:
        for slots in pattern.find(tokens):
            columns, _ = listed(head_of(tokens[slice(*slots.spans["I"])])[-8:], context.index)
            if len(columns) == 1 and found.instrument is None:
                found.instrument = columns[0]
                found.because.append(
                    f"instrument = {columns[0]!r}, from {words_of(tokens[slice(*slots.spans['I'])])!r}"
                )


def named_instruments(sentences: Sequence[Sequence[Token]], pair: Sequence[str]) -> tuple[str, ...]:
    """The columns beside a pair that the words call instruments or exogenous; none when fewer than two are."""
    found: dict[str, None] = {}
    for tokens in sentences:
        if any(t.stem.startswith(("instrument", "exogen")) or t.low == "iv" for t in tokens if t.lock < 1.5):
            found.update(dict.fromkeys(t.column for t in tokens if t.column is not None and t.column not in pair))
    return tuple(found) if len(found) > 1 and len(pair) == 2 else ()


def _cluster(tokens: Sequence[Token], context: Context, found: Modifiers) -> None:
    for pattern in _CLUSTER:
        for slots in pattern.find(tokens):
            matches = context.index.score(head_of(tokens[slice(*slots.spans["K"])], lists=False))
            if matches and matches[0].score >= SURE and found.cluster is None:
                found.cluster = matches[0].column
                found.because.append(f"standard errors clustered by {found.cluster!r}")


def read_groups(tokens: Sequence[Token], used: Sequence[str], context: Context) -> Iterator[str]:
    """Columns within whose levels the effect is asked: `by sex`, `across regions`, `for each age group`.

    Args:
        tokens: The sentence of the question.
        used: Columns that already are the treatment or the outcome.
        context: The lookups of this reading.
    """
    for pattern in _GROUPS:
        for slots in pattern.find(tokens[:150]):
            start, end = slots.spans["G"]
            if _led_by_verb(tokens, start - 1):
                continue
            span = head_of(tokens[start:end], lists=False)[:6]
            columns, unknown = listed(span, context.index)
            fresh = [c for c in columns if c not in used]
            if fresh and len(fresh) == len(columns) and not unknown:
                yield from fresh
                return


def _led_by_verb(tokens: Sequence[Token], by: int) -> bool:
    """Whether the `by` here belongs to a passive (`affected by`), to `by how much`, or to another modifier."""
    if tokens[by].low != "by":
        return False
    before = tokens[by - 1] if by else None
    after = tokens[by + 1] if by + 1 < len(tokens) else None
    if after is not None and (
        after.low in {"how", "much", "what"} or after.low[:1].isdigit() or after.low.endswith("ing")
    ):
        return True
    return before is not None and (
        before.stem in {"cluster", "instrument", "mediate", "confound", "cause"} or before.low.endswith("ed")
    )
