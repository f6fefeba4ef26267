"""Half B, natural experiments: a draft, a cut-off, a reform decides in part."""

from __future__ import annotations

import numpy as np

from .study import Asked, Simulated, Study, chance, happens


def draft(rng: np.random.Generator) -> Simulated:
    """A draft number moves service; who volunteers differs in what is not in the table."""
    n = 14000
    hardship, white = rng.normal(0, 1, n), happens(rng, 0.8, n)
    called = happens(rng, 0.45, n)
    served = (0.8 * hardship + 1.5 * called - 1.2 + rng.normal(0, 0.8, n) > 0).astype(float)
    earn = 34 - 2.0 * hardship + 1.5 * white - 4.0 * served + rng.normal(0, 4, n)
    columns = {
        "ssn_hash": rng.permutation(n),
        "called": called.astype(int),
        "vet": served.astype(int),
        "white": white.astype(int),
        "earn_k": earn.round(2),
    }
    return Simulated(columns, {"service": -4.0})


def rent_subsidy(rng: np.random.Generator) -> Simulated:
    """A sharp cut-off from above: below 30 there is a subsidy."""
    n = 7000
    income = rng.uniform(12, 48, n)
    subsidised = income < 30
    moves = 9 + 0.08 * (income - 30) + 2.5 * subsidised + rng.normal(0, 1.1, n)
    columns = {
        "household": np.arange(1, n + 1),
        "hh_inc_k": income.round(3),
        "kids": rng.poisson(1.2, n),
        "tenure_yrs": moves.round(2),
    }
    return Simulated(columns, {"subsidy": 2.5})


def flagged_services(rng: np.random.Generator) -> Simulated:
    """A score of 0.8 or more makes a review likelier: a fuzzy cut-off."""
    n = 14000
    score = rng.uniform(0.4, 1.0, n)
    flagged = score >= 0.8
    messy = rng.normal(0, 1, n)
    reviewed = happens(rng, chance(-1.5 + 2 * (score - 0.8) + 2.8 * flagged + 0.5 * messy))
    minutes = 60 + 20 * (score - 0.8) + 6 * messy - 20.0 * reviewed + rng.normal(0, 4, n)
    columns = {
        "service": np.arange(1, n + 1),
        "RiskScore": score.round(4),
        "Reviewed": reviewed.astype(int),
        "OutageMinutes": minutes.round(2),
        "Team": rng.integers(1, 40, n),
    }
    return Simulated(columns, {"review": -20.0})


def bus_lanes(rng: np.random.Generator) -> Simulated:
    """Two cities named in words, two years."""
    n = 4400
    alfa, later = happens(rng, 0.5, n), happens(rng, 0.5, n)
    minutes = 33 - 4 * alfa + 1.2 * later - 5.0 * alfa * later + rng.normal(0, 4, n)
    columns = {
        "trip": np.arange(1, n + 1), "city": np.where(alfa == 1, "Alfaville", "Betaburg"), "year": np.where(later == 1, 2021, 2018),
        "commute_min": minutes.round(1), "weekday": rng.integers(1, 6, n),
    }  # fmt: skip
    return Simulated(columns, {"lanes": -5.0})


def self_checkout(rng: np.random.Generator) -> Simulated:
    """Shops get tills in different weeks, the busy ones first; only shop and week effects make them alike."""
    shops, weeks = 60, np.arange(1, 31)
    level = rng.normal(80, 12, shops)
    start = np.where(level > 85, rng.integers(8, 16, shops), np.where(level > 72, rng.integers(16, 26, shops), 99))
    season = 4 * np.sin(weeks / 5)
    shop, week = np.repeat(np.arange(shops), len(weeks)), np.tile(weeks, shops)
    on = week >= start[shop]
    sales = level[shop] + season[week - 1] + 6.0 * on + rng.normal(0, 2.0, len(shop))
    columns = {"shop_id": shop + 1, "week": week, "sco_installed": on.astype(int), "sales_k": sales.round(2)}
    return Simulated(columns, {"tills": 6.0})


STUDIES = (
    Study(
        "draft",
        draft,
        """Between 1970 and 1972 men were called up according to a lottery of birthdays. Men with a low number were called, yet
some of them were exempted, and many men who were not called volunteered. Volunteers came
disproportionately from poor families, which the records do not show. Each row is a man; called is 1 if his number
was called, vet is 1 if he served in the army, white is 1 for white men, earn_k are his
annual earnings ten years later in thousands of dollars.""",
        (
            Asked("What did military service do to later earnings?", "vet", "earn_k", ("iv",), "service"),
            Asked(
                "Estimate the effect of having served in the army on earnings of the men whom the lottery made serve.",
                "vet",
                "earn_k",
                ("iv",),
                "service",
            ),
        ),
    ),
    Study(
        "rent_subsidy",
        rent_subsidy,
        """Households with an annual income below 30 thousand receive a rent subsidy from the city, all others do not.

household: number
hh_inc_k: annual household income, thousands
kids: number of children
tenure_yrs: years that the household stayed in its flat""",
        (
            Asked(
                "Does the rent subsidy make households stay longer in their flat?",
                "",
                "tenure_yrs",
                ("rdd",),
                "subsidy",
                "hh_inc_k",
            ),
            Asked(
                "By how many years does receiving the rent subsidy lengthen the stay for households near the income limit?",
                "",
                "tenure_yrs",
                ("rdd",),
                "subsidy",
                "hh_inc_k",
            ),
        ),
    ),
    Study(
        "flagged_services",
        flagged_services,
        """A platform team computes a RiskScore between 0 and 1 for every internal service. Services scoring 0.8 or higher are
recommended for an architecture review; most of them are then reviewed, but not all, and a few
services below that value are reviewed as well. Reviewed says whether a review took place, OutageMinutes is the
downtime in the following quarter, Team the owning team.""",
        (
            Asked(
                "What is the effect of an architecture review on outage minutes?",
                "Reviewed",
                "OutageMinutes",
                ("rdd", "iv"),
                "review",
            ),
            Asked(
                "How much downtime does reviewing a service avoid?",
                "Reviewed",
                "OutageMinutes",
                ("rdd", "iv"),
                "review",
            ),
        ),
    ),
    Study(
        "bus_lanes",
        bus_lanes,
        """In 2019 Alfaville opened a network of bus lanes; Betaburg, a similar city, built none. Travel surveys of 2018 and
2021 asked different commuters in both cities how long their trip to work takes.
Columns: trip, city, year (2018 or 2021), commute_min (minutes), weekday (1 = Monday).""",
        (
            Asked("What is the effect of the bus lanes on commuting time?", "city", "commute_min", ("did",), "lanes"),
            Asked("Did opening bus lanes in Alfaville shorten commutes?", "city", "commute_min", ("did",), "lanes"),
        ),
    ),
    Study(
        "self_checkout",
        self_checkout,
        """Weekly panel of 60 shops of a retailer. Self-checkout tills were put into one shop after another, busier shops
first, and some shops have none to this day. shop_id: shop. week: week number. sco_installed: 1 once
the shop has self-checkout tills. sales_k: sales in the week, thousands of euros.""",
        (
            Asked("How do self-checkout tills affect weekly sales?", "sco_installed", "sales_k", ("did",), "tills"),
            Asked(
                "By how much did installing self-checkout change a shop's sales?",
                "sco_installed",
                "sales_k",
                ("did",),
                "tills",
            ),
        ),
    ),
)
