"""Read a question with a model, and check the reading against the columns as the rule policy's is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ....prompts import render
from ....tools.domain.model import Model, Scalar
from ....tools.domain.questions import (
    AdjustmentQuestion,
    AttributionQuestion,
    CausalQuestion,
    Condition,
    Contrast,
    CounterfactualQuestion,
    DesignHints,
    DesignKind,
    DiscoveryQuestion,
    EffectQuestion,
    EstimandKind,
    FormalQuestion,
    RelationQuestion,
)
from ...state import Catalog, Option, Reading
from .ask import Asker
from .errors import NoUsableReply
from .view import reading_prompt, short

Kind = Literal[
    "effect", "discovery", "relation", "adjustment", "attribution", "counterfactual", "formal", "unclear",
]  # fmt: skip
UNUSABLE = ("id", "constant", "empty")
"""Types of columns of which no effect can be asked."""
PARTS = ("treatment", "outcome", "instrument", "running_variable", "time", "unit", "cluster")
LISTS = ("modifiers", "mediators", "given", "adjust_for")
MOST_LEVELS = 20


class Alternative(Model):
    """Another pair of columns that the words fit as well."""

    treatment: str
    outcome: str
    label: str
    """What choosing it means, in plain words."""


class ReadReply(Model):
    """A reading of the question."""

    kind: Kind
    treatment: str | None = None
    """Column that is changed; of a relation, its source."""
    outcome: str | None = None
    """Column that responds; of a relation or discovery, its target."""
    control: Scalar | None = None
    treated: Scalar | None = None
    """The two treatment values to compare, if named."""
    estimand: EstimandKind = "ATE"
    modifiers: tuple[str, ...] = ()
    """Columns within whose levels the effect is asked."""
    mediators: tuple[str, ...] = ()
    population: tuple[Condition, ...] = ()
    relation: Literal["causes", "independent", "confounder", "collider", "mediator", "path"] | None = None
    given: tuple[str, ...] = ()
    design: DesignKind | None = None
    adjust_for: tuple[str, ...] | None = None
    instrument: str | None = None
    running_variable: str | None = None
    cutoff: float | None = None
    time: str | None = None
    """Column that tells before from after."""
    unit: str | None = None
    cluster: str | None = None
    mode: Literal["root_cause", "distribution_change"] | None = None
    """Of an attribution."""
    row: int | None = None
    """Of a counterfactual."""
    premises: str | None = None
    hypothesis: str | None = None
    because: tuple[str, ...] = Field(max_length=12)
    """How each part was read, the words quoted."""
    alternatives: tuple[Alternative, ...] = Field(default=(), max_length=4)
    problem: str | None = None


def read(asker: Asker, words: str, catalog: Catalog) -> Reading:
    """Turn words into a typed causal question over the columns of the catalog.

    Returns:
        `question`; with `options` when several readings fit; or `problem` when the words ask nothing that fits.
    """
    things = "columns" if catalog.table else "variables of the graph"
    try:
        reply = asker.typed(
            "read",
            reading_prompt(words, catalog, render("read", things=things)),
            ReadReply,
            check=lambda r: tuple(faults(r, words, catalog)),
        )
    except NoUsableReply as error:
        return Reading(problem=f"The question could not be read: {'; '.join(error.problems)[:600]}")
    because = tuple(short(b, 300) for b in reply.because)
    if reply.kind == "unclear":
        return Reading(problem=reply.problem or "The question asks nothing causal of these columns.", because=because)
    question = to_question(reply)
    options = tuple(
        Option(label=a.label, question=to_question(reply.model_copy(update={"treatment": a.treatment, "outcome": a.outcome})))
        for a in reply.alternatives
    )  # fmt: skip
    first = Option(label=f"{reply.treatment} → {reply.outcome}", question=question)
    others = tuple(o for o in options if o.question != question)
    return Reading(question=question, because=because, options=(first, *others) if others else ())


def faults(reply: ReadReply, words: str, catalog: Catalog) -> Iterator[str]:
    """What of a reading does not fit the catalog."""
    if reply.kind == "unclear":
        return
    names = _known_names(catalog)
    for part in PARTS:
        yield from _unknown(part, getattr(reply, part), names)
    for part in LISTS:
        for name in getattr(reply, part) or ():
            yield from _unknown(part, name, names)
    for other in reply.alternatives:
        yield from _unknown("alternatives", other.treatment, names)
        yield from _unknown("alternatives", other.outcome, names)
    yield from _missing(reply)
    yield from _misfits(reply, catalog)
    yield from _unquoted(reply, words)


def _known_names(catalog: Catalog) -> dict[str, str]:
    """Names of columns and nodes, with the type of each column."""
    columns = {c.name: c.type for c in catalog.table.columns} if catalog.table else {}
    return dict.fromkeys(catalog.graph_nodes, "node") | columns


def _unknown(part: str, name: str | None, names: dict[str, str]) -> Iterator[str]:
    if name is None or (not names and part not in PARTS):
        return
    if name not in names:
        from difflib import get_close_matches

        near = get_close_matches(name, names, n=3, cutoff=0.4)
        yield f"{part}: there is no column {name[:80]!r}" + (f"; near are {near!r}" if near else "")
    elif part in ("treatment", "outcome") and names[name] in UNUSABLE:
        yield f"{part}: column {name!r} is of type {names[name]!r}, of which no effect can be asked"


def _missing(reply: ReadReply) -> Iterator[str]:
    needed: dict[str, tuple[str, ...]] = {
        "effect": ("treatment", "outcome"),
        "relation": ("treatment", "outcome", "relation"),
        "adjustment": ("treatment", "outcome"),
        "attribution": ("outcome", "mode"),
        "counterfactual": ("treatment", "outcome", "row", "treated"),
        "formal": ("hypothesis",),
    }
    for part in needed.get(reply.kind, ()):
        if getattr(reply, part) is None:
            yield f"{part}: a question of kind {reply.kind!r} needs it"
    if reply.treatment is not None and reply.treatment == reply.outcome:
        yield "treatment and outcome are the same column"
    if reply.estimand in ("NDE", "NIE", "CDE") and not reply.mediators:
        yield f"mediators: an estimand {reply.estimand} needs them"
    if (reply.control is None) != (reply.treated is None) and reply.kind == "effect":
        yield "control and treated: name both or neither"
    if reply.design == "instrument" and reply.instrument is None:
        yield "instrument: the design needs one"
    if reply.design == "regression_discontinuity" and (reply.running_variable is None or reply.cutoff is None):
        yield "running_variable and cutoff: the design needs both"


def _misfits(reply: ReadReply, catalog: Catalog) -> Iterator[str]:
    """Levels and conditions that the columns do not have."""
    if catalog.table is None:
        return
    card = catalog.table.column(reply.treatment or "")
    if card and card.levels and len(card.levels) < MOST_LEVELS:
        for part in ("control", "treated"):
            value = getattr(reply, part)
            if value is not None and value not in card.levels:
                yield f"{part}: {card.name!r} has no level {value!r}; its levels are {list(card.levels)!r}"
    for condition in reply.population:
        if catalog.table.column(condition.column) is None:
            yield f"population: there is no column {condition.column[:80]!r}"


def _unquoted(reply: ReadReply, words: str) -> Iterator[str]:
    if not reply.because and words.strip():
        yield "because: say how each part was read"


def to_question(reply: ReadReply) -> CausalQuestion:
    """The typed question of a reading that has no faults."""
    t, y = reply.treatment or "", reply.outcome or ""
    if reply.kind == "effect":
        both = reply.control is not None and reply.treated is not None
        contrast = Contrast(control=reply.control, treated=reply.treated) if both else None  # pyright: ignore[reportArgumentType]
        return EffectQuestion(
            treatment=t, outcome=y, contrast=contrast, estimand=reply.estimand, given=reply.modifiers,
            mediators=reply.mediators, population=reply.population, hints=_hints(reply),
        )  # fmt: skip
    if reply.kind == "relation":
        return RelationQuestion(relation=reply.relation or "causes", source=t, target=y, given=reply.given)
    if reply.kind == "adjustment":
        return AdjustmentQuestion(treatment=t, outcome=y, proposed=reply.adjust_for)
    if reply.kind == "attribution":
        return AttributionQuestion(target=y, mode=reply.mode or "root_cause")
    if reply.kind == "counterfactual":
        return CounterfactualQuestion(treatment=t, outcome=y, row=reply.row or 0, value=reply.treated or 0)
    if reply.kind == "formal":
        return FormalQuestion(premises=reply.premises or "", hypothesis=reply.hypothesis or "")
    return DiscoveryQuestion(target=reply.outcome, variables=reply.given)


def _hints(reply: ReadReply) -> DesignHints:
    return DesignHints(
        design=reply.design, adjust_for=reply.adjust_for, instrument=reply.instrument,
        running_variable=reply.running_variable, cutoff=reply.cutoff, time=reply.time, unit=reply.unit,
        cluster=reply.cluster, because=tuple(short(b, 300) for b in reply.because),
    )  # fmt: skip
