"""Half A, natural experiments: a cut-off, a reform, a distance decides in part."""

from __future__ import annotations

import numpy as np

from .study import Asked, Simulated, Study, chance, happens


def college_distance(rng: np.random.Generator) -> Simulated:
    """Distance moves college and nothing else; ability is not in the table."""
    n = 12000
    ability, dist = rng.normal(0, 1, n), rng.gamma(2, 14, n)
    south = happens(rng, 0.4, n)
    college = happens(rng, chance(1.1 + 1.2 * ability - 0.09 * dist))
    earn = 2.4 + 0.25 * college + 0.12 * ability - 0.06 * south + rng.normal(0, 0.12, n)
    columns = {
        "id": np.arange(n),
        "ln_earn": earn,
        "coll": college.astype(int),
        "dist_km": dist.round(1),
        "south": south.astype(int),
    }
    return Simulated(columns, {"college": 0.25})


def scholarship(rng: np.random.Generator) -> Simulated:
    """A sharp cut-off at 70 points; there is no treatment column."""
    n = 6000
    score = rng.uniform(30, 100, n)
    award = score >= 70
    credits = 18 + 0.15 * (score - 70) + 0.0012 * (score - 70) ** 2 + 4.0 * award + rng.normal(0, 1.6, n)
    columns = {
        "student_no": np.arange(1, n + 1),
        "exam_pts": score.round(2),
        "female": rng.integers(0, 2, n),
        "credits_y1": credits.round(2),
    }
    return Simulated(columns, {"award": 4.0})


def retirement(rng: np.random.Generator) -> Simulated:
    """Eligibility at 62 makes retirement likelier: a fuzzy cut-off."""
    n = 14000
    age = rng.uniform(54, 70, n)
    eligible = age >= 62
    frail = rng.normal(0, 1, n)
    retired = happens(rng, chance(-1.4 + 0.08 * (age - 62) + 2.6 * eligible + 0.6 * frail))
    score = 70 - 0.5 * (age - 62) - 1.5 * frail + 6.0 * retired + rng.normal(0, 1.5, n)
    columns = {
        "respondent": np.arange(1, n + 1),
        "age": age.round(3),
        "retired": retired.astype(int),
        "mh_score": score.round(2),
        "male": rng.integers(0, 2, n),
    }
    return Simulated(columns, {"retired": 6.0})


def loyalty_card(rng: np.random.Generator) -> Simulated:
    """Two groups, two periods, different receipts each time."""
    n = 5000
    north, post = happens(rng, 0.5, n), happens(rng, 0.5, n)
    basket = 38 + 6 * north + 2.5 * post + 4.0 * north * post + rng.normal(0, 4, n)
    columns = {
        "receipt": np.arange(1, n + 1),
        "basket_eur": basket.round(2),
        "north": north.astype(int),
        "spring": post.astype(int),
        "n_items": rng.poisson(12, n),
    }
    return Simulated(columns, {"card": 4.0})


def graduated_licence(rng: np.random.Generator) -> Simulated:
    """A law comes into force in different years; never-adopters have none."""
    states, years = 40, np.arange(2001, 2016)
    adopt = np.where(np.arange(states) < 14, 0, rng.choice([2005, 2008, 2011], states))
    level, shock = rng.normal(22, 3, states), rng.normal(0, 1, len(years)) - 0.4 * np.arange(len(years))
    state, year = np.repeat(np.arange(states), len(years)), np.tile(years, states)
    on = (adopt[state] > 0) & (year >= adopt[state])
    rate = level[state] + shock[year - 2001] - 3.0 * on + rng.normal(0, 0.7, len(state))
    columns = {
        "state": np.array([f"S{s:02d}" for s in state]),
        "year": year,
        "law_year": adopt[state],
        "gdl": on.astype(int),
        "teen_fatal_rate": rate.round(3),
    }
    return Simulated(columns, {"law": -3.0})


STUDIES = (
    Study(
        "college_distance",
        college_distance,
        """The extract follows 12,000 high-school leavers into their early thirties. We would like to know the return to
college, but those who go to college
differ in ability and motivation, which nobody measured. How far a family lived from the nearest college at age 16
is plausibly unrelated to ability, yet young people who
lived close by were more likely to attend.

ln_earn   log of hourly earnings at 32
coll      1 = attended college
dist_km   distance from the home at 16 to the nearest college, km
south     1 = lives in the South""",
        (
            Asked(
                "What is the return to attending college in terms of hourly earnings?",
                "coll",
                "ln_earn",
                ("iv",),
                "college",
            ),
            Asked(
                "Using geographic proximity as a source of exogenous variation, how much does college attendance increase log earnings?",
                "coll",
                "ln_earn",
                ("iv",),
                "college",
            ),
        ),
    ),
    Study(
        "scholarship",
        scholarship,
        """A foundation pays a merit scholarship to every applicant who scores 70 points or more in its entrance examination;
applicants with fewer points get nothing.
Columns: student_no, exam_pts (points in the examination, 0-100), female, credits_y1 (course credits earned in the
first year).""",
        (
            Asked(
                "What is the effect of the scholarship on the credits earned in the first year?",
                "",
                "credits_y1",
                ("rdd",),
                "award",
                "exam_pts",
            ),
            Asked(
                "Do students just above the threshold earn more credits because of the award?",
                "",
                "credits_y1",
                ("rdd",),
                "award",
                "exam_pts",
            ),
        ),
    ),
    Study(
        "retirement",
        retirement,
        """Survey of older workers. In this country one becomes eligible for a state pension at the age of 62, which makes
retirement much more likely but does not force
anybody: some retire earlier, some keep on working. Researchers use the jump in retirement at 62 to learn how
retiring affects mental health (mh_score, 0-100, higher is better).
Other columns: respondent (number), age (in years, with decimals), retired (1 = retired), male.""",
        (
            Asked("How does retiring affect mental health?", "retired", "mh_score", ("rdd", "iv"), "retired"),
            Asked(
                "Exploiting the eligibility age, estimate the causal effect of retirement on the mental health score.",
                "retired",
                "mh_score",
                ("rdd", "iv"),
                "retired",
            ),
        ),
    ),
    Study(
        "loyalty_card",
        loyalty_card,
        """A supermarket chain launched a loyalty card in its northern stores in March; the southern stores did not get it. We
have random samples of till receipts from
January (before the launch) and from April (after it). basket_eur is the value of the receipt, n_items the number of
articles, north is 1 for receipts of northern stores and
spring is 1 for receipts from April.""",
        (
            Asked(
                "Did the loyalty card increase how much customers spend per visit?",
                "north",
                "basket_eur",
                ("did",),
                "card",
            ),
            Asked("What is the impact of the card's launch on basket value?", "north", "basket_eur", ("did",), "card"),
        ),
    ),
    Study(
        "graduated_licence",
        graduated_licence,
        """State-by-year panel, 2001-2015, on graduated driver licensing (GDL). States passed GDL laws in different years and
some never did.
- state: state code
- year: calendar year
- law_year: year in which the state's GDL law came into force (0 if it never did)
- gdl: 1 in years in which the law is in force
- teen_fatal_rate: traffic deaths of 16-17 year olds per 100,000""",
        (
            Asked(
                "What is the effect of graduated licensing laws on teenage traffic fatalities?",
                "gdl, law_year",
                "teen_fatal_rate",
                ("did",),
                "law",
            ),
            Asked("Did GDL save lives of young drivers?", "gdl, law_year", "teen_fatal_rate", ("did",), "law"),
        ),
    ),
)
