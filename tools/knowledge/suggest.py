"""Take in what a language model or an expert thinks of an effect: its confounders, instruments and negative controls.

It is an opinion with reasons. Each part says how a tool can test it, or that no data can; no estimate uses any of it
unless the person takes it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.model import Model
from ..domain.results import AdviceItem, EffectAdvice, RoleAdvised
from ..spec import Args, Tool
from ._ways import of_role

if TYPE_CHECKING:
    from ..spec import Env


class Suggested(Model):
    """One thing to think of."""

    role: RoleAdvised
    """What it is said to be."""
    name: str = Field(min_length=1)
    """A column; of an unmeasured common cause, words."""
    because: str = Field(default="", max_length=1000)
    """The reason, in words."""


class SuggestArgs(Args):
    """Arguments of `knowledge_suggest`."""

    treatment: str = Field(min_length=1)
    """Treatment of the effect."""
    outcome: str = Field(min_length=1)
    """Outcome of the effect."""
    variables: tuple[str, ...] = Field(min_length=2, max_length=400)
    """All variables, treatment and outcome included."""
    items: tuple[Suggested, ...] = Field(default=(), max_length=500)
    """What is suggested."""
    by: str = Field(default="a language model", max_length=200)
    """Who suggests it."""
    origin: Literal["model", "user"] = "model"
    """Whether a model or a person suggests it."""


def run(args: SuggestArgs, env: Env) -> EffectAdvice:
    """Keep the suggestions with what could test and accept each; nothing of them is tested here.

    Raises:
        BadArguments: treatment or outcome is no variable, or a suggestion names no other variable.
    """
    del env
    effect = (args.treatment, args.outcome)
    for name in effect:
        if name not in args.variables:
            raise BadArguments(f"{name!r} is not among the variables: {', '.join(map(repr, args.variables[:40]))}.")
    others = {*args.variables} - {*effect}
    for item in args.items:
        if item.role != "unmeasured" and item.name not in others:
            raise BadArguments(
                f"The {item.role} {item.name!r} is not one of the variables beside {' and '.join(effect)}."
            )
    items: dict[tuple[RoleAdvised, str], Suggested] = {(i.role, i.name): i for i in args.items}
    return EffectAdvice(
        treatment=args.treatment,
        outcome=args.outcome,
        origin=args.origin,
        by=args.by,
        items=tuple(_item(i, args) for i in items.values()),
        warnings=(*_torn(items), f"What {args.by} suggests is opinion, not finding: no data were looked at."),
    )


def _item(item: Suggested, args: SuggestArgs) -> AdviceItem:
    ways = of_role(item.role, item.name, args.treatment, args.outcome)
    return AdviceItem(
        role=item.role, name=item.name, because=item.because, test=ways.test, accept=ways.accept, forbids=ways.forbids
    )  # fmt: skip


def _torn(items: dict[tuple[RoleAdvised, str], Suggested]) -> list[str]:
    """Columns that are said to be common causes and not to be adjusted for: one of the two is wrong."""
    return [
        f"{name} is suggested as a common cause and as never to be adjusted for; it cannot be both."
        for role, name in items
        if role == "confounder" and ("never_adjust", name) in items
    ]


TOOL = Tool(
    "knowledge_suggest",
    SuggestArgs,
    run,
    assumes=("the proposer's knowledge of the field",),
    example=SuggestArgs(
        treatment="t",
        outcome="y",
        variables=("z", "t", "y"),
        items=(
            Suggested(role="confounder", name="z", because="the sicker are treated more often"),
            Suggested(role="unmeasured", name="frailty", because="it decides on both"),
        ),
    ),
    reference="Negative controls: Lipsitch, Tchetgen Tchetgen and Cohen 2010; roles of covariates: VanderWeele 2019",
)
