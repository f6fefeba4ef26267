"""False and true units: outcomes of many kinds, and what a model might say of an effect on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...agent.policy import Situation
from ...agent.state import Catalog, Claim, Codebook, Draft
from ...agent.verify import verify_draft
from ...tools.domain.evidence import Evidence
from ...tools.domain.questions import EffectQuestion
from ...tools.domain.results import ColumnCard, ColumnType, DatasetCard


class Told(NamedTuple):
    """An outcome, the estimate of an effect on it, and sentences about that estimate."""

    column: str
    about: str
    type: ColumnType
    value: float
    false: tuple[str, ...]
    true: tuple[str, ...]
    study: str = ""


TOLD = (
    Told("pay", "monthly pay in euros", "continuous", 212.6,
         ("It raises pay by 212.6 dollars.", "It raises pay by $212.6.", "It raises pay by 212.6 years.", "It adds 212.6 euros per year.",
          "Pay rises by 212.6 percentage points.", "It raises pay by 212.6 standard deviations.", "It helped 212.6 people."),
         ("It raises pay by 212.6 euros.", "It raises pay by €212.6.", "It adds 212.6 more euros a month.", "It raises pay by 212.6.")),
    Told("income_2019", "household income, in thousands of dollars", "continuous", 4.31,
         ("It raises income by 4.31 dollars.", "It raises income by $4.31.", "It raises income by 4.31 thousand euros."),
         ("It raises income by 4.31 thousand dollars.", "It raises income by 4,310 dollars.", "It raises income by $4,310.",
          "It raises income by 4.31.")),
    Told("survival", "time to death in months, of patients followed for up to 5 years", "continuous", 7.42,
         ("It raises survival by 7.42 years.", "It raises survival by 7.42 days.", "Patients live 7.42 more weeks."),
         ("It raises survival by 7.42 months.", "Patients live 7.42 more months.", "The estimate is 7.42.")),
    Told("passed", "1 if the exam was passed", "binary", 0.1243,
         ("It raises the pass rate by 12.43 %.", "It raises passing by 12.43 per cent.", "It raises passing by 12.43 percent.",
          "It raises passing by 0.1243 dollars."),
         ("It raises the pass rate by 12.43 percentage points.", "It raises the pass rate by 12.4 percentage points.",
          "It raises the share that passes by 0.1243.", "Passing rises by 12.43 pp.")),
    Told("turnout", "turnout in per cent of registered voters", "continuous", 3.27,
         ("It raises turnout by 3.27 %.", "It raises turnout by 3.27 percent.", "It raises turnout by 3.27 dollars."),
         ("It raises turnout by 3.27 percentage points.", "Turnout rises by 3.27 percentage points.", "The estimate is 3.27.")),
    Told("lw", "logarithm of weekly wage", "continuous", 0.0734,
         ("It raises lw by 0.0734 dollars.", "It raises lw by 7.34 %.", "It raises lw by 0.0734 percentage points."),
         ("It raises lw by 0.0734.", "It raises lw by 0.0734 log points.", "The logarithm rises by 0.0734.")),
    Told("weight_kg", "", "continuous", 2.618,
         ("They gain 2.618 pounds.", "They gain 2.618 grams.", "They gain 2.618 %.", "They lose 2.618 lbs."),
         ("They gain 2.618 kg.", "They gain 2.618 kilograms.", "They gain 2.618 kilos.")),
    Told("score", "points in the test", "continuous", 5.873,
         ("It raises the score by 5.873 dollars.", "It raises the score by 5.873 %.", "It raises the score by 5.873 hours."),
         ("It raises the score by 5.873 points.", "It raises the score by 5.873.")),
    Told("rent", "rent in 2020", "continuous", 61.37,
         ("Rent rises by 61.37 euros.", "Rent rises by £61.37.", "Rent rises by 61.37 thousand dollars."),
         ("Rent rises by 61.37 dollars.", "Rent rises by $61.37."), "Rents are in US dollars of 2019. The survey took 3 weeks."),
    Told("temperature", "body temperature (°C)", "continuous", -0.583,
         ("It lowers temperature by 0.583 degrees Fahrenheit.", "It lowers temperature by 0.583 °F."),
         ("It lowers temperature by 0.583 °C.", "It lowers temperature by 0.583 degrees Celsius.", "It lowers temperature by 0.583.")),
    Told("staff", "number of workers in full-time jobs", "continuous", 2.751,
         ("It raises staff by 2.751 hours.", "It raises staff by 2.751 per cent."), ("It raises staff by 2.751 workers.",)),
    Told("wage", "hourly wage in cents", "continuous", 38.19,
         ("It raises the wage by 38.19 dollars.", "It raises the wage by 38.19 cents per day.", "It raises the wage by 38.19 %."),
         ("It raises the wage by 38.19 cents.", "It raises the wage by 38.19 cents per hour.", "The wage rises by 38.19 cents an hour.")),
)  # fmt: skip


def unit_complaints() -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    """Each sentence, whether it is true, and the verifier's complaints."""
    for told in TOLD:
        for text in (*told.false, *told.true):
            yield text, text in told.true, verify_draft(_draft(text), _situation(told))


def _situation(told: Told) -> Situation:
    columns = (ColumnCard(name="t", type="binary", levels=(0, 1)), ColumnCard(name=told.column, type=told.type))
    card = DatasetCard(name="d", source="d.csv", sha256="0" * 64, n_rows=900, n_columns=2, columns=columns)
    wide = abs(told.value) * 0.31
    estimate = {
        "kind": "estimate", "value": told.value, "std_error": wide / 2, "ci_low": told.value - wide, "ci_high": told.value + wide,
        "ci_level": 0.95, "n_used": 900, "p_value": 0.0004,
    }  # fmt: skip
    identified = {"kind": "identification", "status": "identified", "treatment": "t", "outcome": told.column}
    return Situation(
        words=f"What is the effect of t on {told.column}?",
        catalog=Catalog(table=card, codebook=Codebook(text=told.study, columns={told.column: told.about})),
        question=EffectQuestion(treatment="t", outcome=told.column),
        ledger=(
            Evidence(id="E1", tool="identify_design", args={}, result=identified, summary="identified"),
            Evidence(id="E2", tool="estimate_regression", args={}, result=estimate, summary="estimated"),
        ),
    )


def _draft(text: str) -> Draft:
    return Draft(headline=Claim(text=text, evidence=("E2",)), primary="E2", identification="E1")
