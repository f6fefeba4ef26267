"""Half A, observed: people chose, and the table holds what they chose by, with traps beside it."""

from __future__ import annotations

import numpy as np

from .study import ADJUSTED, Asked, Simulated, Study, chance, happens, whole


def union_wages(rng: np.random.Generator) -> Simulated:
    """Confounded by schooling and experience; satisfaction follows from both union and wage."""
    n = 6000
    school, exper = np.clip(rng.normal(13, 2.2, n), 8, 20), rng.gamma(3, 4, n)
    public = happens(rng, 0.3, n)
    union = happens(rng, chance(-1.2 - 0.25 * (school - 13) + 0.05 * exper + 1.1 * public))
    wage = 2.1 + 0.07 * (school - 13) + 0.012 * exper - 0.05 * public + 0.15 * union + rng.normal(0, 0.14, n)
    content = 3 + 1.2 * wage + 0.8 * union + rng.normal(0, 0.5, n)
    columns = {
        "worker_id": np.arange(70000, 70000 + n), "lwage": wage, "union": union.astype(int), "educ": whole(school), "exper": whole(exper),
        "public": public.astype(int), "jobsat": content.round(1), "country": "US",
    }  # fmt: skip
    return Simulated(columns, {"union": 0.15})


def coaching(rng: np.random.Generator) -> Simulated:
    """Those furthest from work gain most and come more often: treated and untreated effects differ."""
    n = 6000
    age, spell = rng.normal(38, 9, n), rng.gamma(2, 5, n)
    coached = happens(rng, chance(-1.0 + 0.12 * (spell - 10) - 0.02 * (age - 38)))
    effect = 1.0 + 0.12 * spell
    months = 11 - 0.25 * spell - 0.03 * (age - 38) + effect * coached + rng.normal(0, 1.0, n)
    columns = {
        "person": np.arange(n),
        "age": whole(age),
        "unemp_months": spell.round(1),
        "coached": coached.astype(int),
        "emp_months_24": months.round(2),
    }
    return Simulated(
        columns, {"treated": float(effect[coached == 1].mean()), "others": float(effect[coached == 0].mean())}
    )


def class_size(rng: np.random.Generator) -> Simulated:
    """A number as treatment; the asked change is not one unit."""
    n = 5000
    income, rural = rng.normal(48, 11, n), happens(rng, 0.35, n)
    size = np.clip(rng.normal(23, 3.5, n) + 0.08 * (income - 48) - 3 * rural, 9, 36)
    reading = 500 - 2.4 * (size - 23) + 0.9 * (income - 48) - 6 * rural + rng.normal(0, 9, n)
    columns = {
        "sch": np.arange(1, n + 1),
        "cls_sz": whole(size),
        "inc_k": income.round(1),
        "rural": rural.astype(int),
        "read_score": reading.round(1),
    }
    return Simulated(columns, {"five_fewer": 12.0, "one_more": -2.4})


def smoking_births(rng: np.random.Generator) -> Simulated:
    """Words as levels; gestation lies between treatment and outcome."""
    n = 6000
    age, school = rng.normal(27, 5, n), np.clip(rng.normal(12.5, 2.3, n), 6, 18)
    smokes = happens(rng, chance(-1.0 - 0.35 * (school - 12.5) - 0.04 * (age - 27)))
    weeks = 39.5 - 0.5 * smokes + rng.normal(0, 0.6, n)
    weight = 3350 + 22 * (school - 12.5) + 6 * (age - 27) - 150 * smokes + 120 * (weeks - 39.5) + rng.normal(0, 140, n)
    columns = {
        "MotherID": np.arange(n), "MotherAge": whole(age), "MotherEduc": whole(school), "Smoker": np.where(smokes == 1, "yes", "no"),
        "GestWeeks": weeks.round(1), "BirthWeight": whole(weight), "Low": (weight < 2900).astype(int),
    }  # fmt: skip
    return Simulated(columns, {"smoking": -210.0})


def patched_servers(rng: np.random.Generator) -> Simulated:
    """Every machine was patched: nothing to compare."""
    n = 800
    load = rng.gamma(4, 10, n)
    columns = {
        "host": np.arange(n),
        "patched": 1,
        "cpu_load": load.round(1),
        "p95_ms": (80 + 2 * load + rng.normal(0, 9, n)).round(1),
    }
    return Simulated(columns, {})


STUDIES = (
    Study(
        "union_wages",
        union_wages,
        """Cross-section of full-time workers from a labour force survey. lwage: natural log of the hourly wage. union: 1 if
the worker is a union member. educ: years of schooling.
exper: years of experience. public: works in the public sector. jobsat: job satisfaction on a ten-point scale, asked
at the end of the interview. country: country of the interview.
Membership is not random: it depends on schooling, experience and sector.""",
        (
            Asked("What is the union wage premium?", "union", "lwage", ADJUSTED, "union"),
            Asked(
                "By how much does union membership change log hourly wages, holding other characteristics of the worker fixed?",
                "union",
                "lwage",
                ADJUSTED,
                "union",
            ),
        ),
    ),
    Study(
        "coaching",
        coaching,
        """Administrative records of 6,000 job seekers. Case workers could offer individual coaching; take-up depended on age
and on how long the person had been without work.
Variables: age; unemp_months, months unemployed before the programme; coached (1 = received coaching);
emp_months_24, months in employment over the following two years.""",
        (
            Asked(
                "For job seekers who received coaching, how many extra months of employment did it bring?",
                "coached",
                "emp_months_24",
                ADJUSTED,
                "treated",
            ),
            Asked(
                "How many more months would those who were not coached have worked had they been coached?",
                "coached",
                "emp_months_24",
                ADJUSTED,
                "others",
            ),
        ),
    ),
    Study(
        "class_size",
        class_size,
        """School-level data on class size and achievement. Richer districts and towns tend to have larger classes here.
cls_sz: average number of pupils per class
inc_k: mean household income of the district, thousands
rural: 1 = rural school
read_score: mean score in the reading test""",
        (
            Asked(
                "How would reading scores change if classes had five fewer pupils?",
                "cls_sz",
                "read_score",
                ADJUSTED,
                "five_fewer",
            ),
            Asked(
                "What is the effect of one additional pupil per class on reading achievement?",
                "cls_sz",
                "read_score",
                ADJUSTED,
                "one_more",
            ),
        ),
    ),
    Study(
        "smoking_births",
        smoking_births,
        """Birth records linked to interviews with mothers. Columns are MotherAge, MotherEduc (completed years of education),
Smoker (whether the mother smoked during
pregnancy), GestWeeks (weeks of gestation at delivery), BirthWeight (grams) and Low (low birth weight). Smoking
mothers are younger and have less education.""",
        (
            Asked(
                "What is the total effect of maternal smoking on birth weight?",
                "Smoker",
                "BirthWeight",
                ADJUSTED,
                "smoking",
            ),
            Asked(
                "How many grams lighter are babies because their mothers smoked?",
                "Smoker",
                "BirthWeight",
                ADJUSTED,
                "smoking",
            ),
        ),
    ),
    Study(
        "patched_servers",
        patched_servers,
        """The operations team rolled a kernel patch out to all hosts on one night. Columns: host, patched (1 = the patch is
installed), cpu_load (mean load in per cent),
p95_ms (95th percentile of response time, milliseconds, in the week afterwards).""",
        (
            Asked("Did the kernel patch slow down response times?", "patched", "p95_ms"),
            Asked("What is the effect of moving to the new data centre on response time?", "", "p95_ms"),
        ),
    ),
)
