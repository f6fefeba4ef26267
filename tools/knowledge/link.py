"""Take in how a language model or an expert thinks that two variables are linked, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.results import Link, LinkAdvice
from ..spec import Args, Tool
from ._ways import ruled_out, way_to_test

if TYPE_CHECKING:
    from ..spec import Env


class LinkArgs(Args):
    """Arguments of `knowledge_link`."""

    first: str = Field(min_length=1)
    """One variable."""
    second: str = Field(min_length=1)
    """The other variable."""
    link: Link
    """How they are said to be linked."""
    confidence: float = Field(default=0.5, ge=0, le=1)
    """How sure the proposer is, by their own account."""
    because: str = Field(default="", max_length=1000)
    """The reason, in words."""
    by: str = Field(default="a language model", max_length=200)
    """Who says so."""
    origin: Literal["model", "user"] = "model"
    """Whether a model or a person says so."""


def run(args: LinkArgs, env: Env) -> LinkAdvice:
    """Keep the opinion with what could test it; nothing of it is tested here.

    Raises:
        BadArguments: both variables are the same.
    """
    del env
    if args.first == args.second:
        raise BadArguments(f"{args.first!r} is given twice; a link is between two variables.")
    return LinkAdvice(
        first=args.first,
        second=args.second,
        link=args.link,
        confidence=args.confidence,
        because=args.because,
        origin=args.origin,
        by=args.by,
        test=way_to_test(args.link),
        forbids=ruled_out(args.link, args.first, args.second),
        warnings=("This is an opinion, not a finding: no data were looked at.",),
    )


TOOL = Tool(
    "knowledge_link",
    LinkArgs,
    run,
    assumes=("the proposer's knowledge of the field",),
    example=LinkArgs(first="t", second="y", link="first_causes_second", confidence=0.8, because="dose comes first"),
    reference="Kiciman, Ness, Sharma and Tan 2023 (directions asked of a model, pair by pair)",
)
