"""What could test an opinion, what a person says to make it theirs, and which directions that rules out."""

from __future__ import annotations

from typing import NamedTuple

from ..domain.results import Link, RoleAdvised

Pairs = tuple[tuple[str, str], ...]


class Ways(NamedTuple):
    """How to go on from what is said of one variable."""

    test: str
    accept: str
    forbids: Pairs
    """Directions, as (cause, effect), that cannot be where it holds."""


def of_role(role: RoleAdvised, name: str, treatment: str, outcome: str) -> Ways:
    """How to go on from a variable's role in an effect.

    Args:
        role: What it is said to be.
        name: The column; of an unmeasured common cause, words.
        treatment: Of the effect.
        outcome: Of the effect.
    """
    t, y = treatment, outcome
    ways: dict[RoleAdvised, Ways] = {
        "confounder": Ways(
            f"data_balance shows whether {name} differs between the arms of {t}, and the estimate with and without it what it "
            "changes; that it is a cause of both no data show.",
            f"ask with “adjusting for {name}”",
            ((t, name), (y, name)),
        ),
        "unmeasured": Ways(
            "No data test it. refute_sensitivity says how strong it would have to be to explain the estimate away, with the "
            "measured covariates as yardsticks.",
            "give a graph in which it is hidden, as “dag { u [latent]; u -> treatment; u -> outcome; treatment -> outcome }”",
            (),
        ),
        "instrument": Ways(
            f"estimate_iv tests whether {name} moves {t} enough (first-stage F); that it reaches {y} only through {t} no data "
            "show.",
            f"ask with “using {name} as an instrument”",
            ((t, name), (y, name)),
        ),
        "negative_outcome": Ways(
            f"refute_negative_control with outcome={name} runs the estimate again on it: an effect there is confounding.",
            f"ask for the effect of {t} on {name} with the same covariates; there should be none",
            ((t, name),),
        ),
        "negative_exposure": Ways(
            f"refute_negative_control with treatment={name} runs the estimate again for it: an effect there is confounding.",
            f"ask for the effect of {name} on {y} with {t} and the same covariates; there should be none",
            ((name, y),),
        ),
        "never_adjust": Ways(
            f"No data test it; the order in time does: what was measured after {t} stays out.",
            f"leave {name} out of what you adjust for",
            ((name, t),),
        ),
    }  # fmt: skip
    return ways[role]


def way_to_test(link: Link) -> str:
    """What could test how two variables are linked."""
    if link == "common_cause":
        return (
            "discover_fci leaves room for hidden common causes; given a measured one, graph_independence finds no link."
        )
    if link == "none":
        return "graph_independence tests whether they go together in the data."
    return (
        "discover_pairwise compares both directions by their noise; graph_independence tests whether they go together."
    )


def ruled_out(link: Link, first: str, second: str) -> Pairs:
    """The directions that a link leaves no room for."""
    directions: dict[Link, Pairs] = {
        "first_causes_second": ((second, first),),
        "second_causes_first": ((first, second),),
        "common_cause": ((first, second), (second, first)),
        "none": ((first, second), (second, first)),
        "unknown": (),
    }
    return directions[link]
