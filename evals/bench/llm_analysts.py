"""Three scripted analysts over bundled data: an experiment, an instrument, and a graph that settles nothing.

What they say was written by hand, so that the prompts that lead to it can be read and compared word by word.
"""

from __future__ import annotations

from typing import NamedTuple

from .openai_server.actors import Analyst

BEFORE = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")
TRAINING = {"dataset": "nsw_experiment", "treatment": "treat", "outcome": "re78"}
SCHOOLING = {"dataset": "card", "treatment": "educ", "outcome": "lwage"}
HIDDEN = "dag { ability [latent]; ability -> educ; ability -> lwage; educ -> lwage }"


class Case(NamedTuple):
    """A question, and the analyst who answers it."""

    name: str
    folder: str
    question: str
    analyst: Analyst
    graph: str | None = None


EXPERIMENT = Case(
    "experiment",
    "nsw_experiment",
    "Did the training raise earnings in 1978?",
    Analyst(
        reading={
            "treatment": "treat",
            "outcome": "re78",
            "design": "experiment",
            "because": ["treatment = treat, from 'the training'", "randomised: 'were randomly assigned to training'"],
        },
        plan={
            "design": "experiment",
            "reasons": ["treatment was assigned at random"],
            "adjustment_set": BEFORE,
            "estimators": ["estimate_difference", "estimate_regression"],
            "steps": [
                {"text": "say what random assignment identifies", "stage": "identify", "tools": ["identify_design"]},
                {
                    "text": "compare the arms, and adjust for precision",
                    "stage": "estimate",
                    "tools": ["estimate_difference", "estimate_regression"],
                },
                {"text": "try to refute it", "stage": "refute", "tools": ["refute_placebo", "refute_subset"]},
            ],
        },
        calls=[
            [("identify_design", {"design": "experiment", "treatment": "treat", "outcome": "re78"})],
            [("estimate_difference", TRAINING), ("estimate_regression", TRAINING | {"adjustment_set": BEFORE})],
            [("refute_placebo", {"estimate": "E4"}), ("refute_subset", {"estimate": "E4"})],
        ],
    ),
)
INSTRUMENT = Case(
    "instrument",
    "card",
    "What is the effect of schooling on log wages, with growing up near a college as an instrument?",
    Analyst(
        reading={"treatment": "educ", "outcome": "lwage", "design": "instrument", "instrument": "nearc4"},
        plan={
            "design": "instrument",
            "reasons": ["the person names nearc4 as an instrument"],
            "adjustment_set": ["black", "south66"],
            "estimators": ["estimate_iv"],
            "steps": [
                {"text": "say what the instrument identifies", "stage": "identify", "tools": ["identify_design"]},
                {"text": "two-stage least squares", "stage": "estimate", "tools": ["estimate_iv"]},
                {"text": "try to refute it", "stage": "refute", "tools": ["refute_dummy_outcome"]},
            ],
        },
        calls=[
            [
                (
                    "identify_design",
                    {
                        "design": "instrument",
                        "treatment": "educ",
                        "outcome": "lwage",
                        "instruments": ["nearc4"],
                        "adjustment_set": ["black", "south66"],
                    },
                )
            ],
            [("estimate_iv", SCHOOLING | {"instruments": ["nearc4"], "adjustment_set": ["black", "south66"]})],
            [("refute_dummy_outcome", {"estimate": "E4"})],
        ],
    ),
)
UNIDENTIFIED = Case(
    "unidentified",
    "card",
    "What is the effect of educ on lwage?",
    Analyst(
        reading={"treatment": "educ", "outcome": "lwage"},
        plan={
            "design": "backdoor",
            "reasons": ["a graph was given"],
            "estimators": [],
            "steps": [
                {
                    "text": "ask the graph whether the effect can be known",
                    "stage": "identify",
                    "tools": ["identify_effect"],
                }
            ],
        },
        calls=[[("identify_effect", {"graph": "your graph", "treatment": "educ", "outcome": "lwage"})]],
    ),
    graph=HIDDEN,
)
CASES = (EXPERIMENT, INSTRUMENT, UNIDENTIFIED)
