"""Half B, trials: who was treated was drawn by lot."""

from __future__ import annotations

import numpy as np

from .study import Asked, Simulated, Study, happens, whole


def coupon_mail(rng: np.random.Generator) -> Simulated:
    """An A/B test coded by letters; opening the mail comes after assignment."""
    n = 8000
    past, tenure = rng.gamma(2, 20, n), rng.integers(1, 60, n)
    coupon = happens(rng, 0.5, n)
    opened = happens(rng, 0.25 + 0.3 * coupon)
    spend = 12 + 0.6 * past + 6.5 * coupon + rng.normal(0, 9, n)
    columns = {
        "cust_id": rng.permutation(n) + 1_000_000, "grp": np.where(coupon == 1, "B", "A"), "tenure_mo": tenure, "spend_prev": past.round(2),
        "opened": opened.astype(int), "spend_30d": spend.round(2), "sent_on": "2023-05-02",
    }  # fmt: skip
    return Simulated(columns, {"coupon": 6.5})


def tutoring(rng: np.random.Generator) -> Simulated:
    """Three arms coded by numbers that only the codebook explains."""
    n = 2400
    arm, before = rng.integers(0, 3, n), rng.normal(50, 9, n)
    gain = np.select([arm == 1, arm == 2], [3.0, 7.0], 0.0)
    after = 8 + 0.85 * before + gain + rng.normal(0, 4, n)
    columns = {
        "pupil": np.arange(1, n + 1),
        "arm": arm,
        "grade": rng.integers(4, 7, n),
        "math_pre": before.round(1),
        "math_post": after.round(1),
    }
    return Simulated(columns, {"adult": 7.0, "adult_peer": 4.0})


def patrols(rng: np.random.Generator) -> Simulated:
    """Beats are assigned; the outcome of a street segment is 0 or 1."""
    beats, each = 200, 35
    beat = np.repeat(np.arange(1, beats + 1), each)
    patrolled = np.repeat(rng.permutation(np.repeat([0, 1], beats // 2)), each).astype(float)
    rough = np.repeat(rng.normal(0, 0.02, beats), each)
    burgled = happens(rng, np.clip(0.42 + rough - 0.12 * patrolled, 0.01, 0.99))
    columns = {
        "beat_no": beat,
        "segment": np.arange(1, len(beat) + 1),
        "hotspot_patrol": patrolled.astype(int),
        "any_burglary": burgled.astype(int),
    }
    return Simulated(columns, {"patrol": -0.12})


def cholesterol(rng: np.random.Generator) -> Simulated:
    """A trial whose effect differs between the sexes."""
    n = 4000
    female, age = happens(rng, 0.5, n), rng.uniform(40, 80, n)
    active = happens(rng, 0.5, n)
    before = rng.normal(155, 18, n)
    effect = np.where(female == 1, -24.0, -36.0)
    after = 30 + 0.8 * before + 0.1 * (age - 60) + effect * active + rng.normal(0, 10, n)
    columns = {
        "subj": np.arange(1, n + 1), "SEX": np.where(female == 1, "F", "M"), "AGE": whole(age),
        "TRT01P": np.where(active == 1, "Active", "Placebo"),
        "LDL_BL": before.round(0), "LDL_W24": after.round(0),
    }  # fmt: skip
    return Simulated(columns, {"women": -24.0, "all": float(effect.mean())})


def gym_lottery(rng: np.random.Generator) -> Simulated:
    """A lottery offers a membership; not every winner joins, some losers pay for one."""
    n = 7000
    drive, age = rng.normal(0, 1, n), rng.integers(25, 60, n)
    won = happens(rng, 0.4, n)
    member = (1.0 * drive + 2.0 * won - 1.3 + rng.normal(0, 0.7, n) > 0).astype(float)
    bmi = -0.1 - 0.5 * drive - 1.8 * member + 0.01 * (age - 42) + rng.normal(0, 0.5, n)
    took_up = member[won == 1].mean() - member[won == 0].mean()
    columns = {
        "emp": np.arange(1, n + 1),
        "age": age,
        "won": won.astype(int),
        "gym": member.astype(int),
        "bmi_chg": bmi.round(2),
    }
    return Simulated(columns, {"gym": -1.8, "won": -1.8 * float(took_up)})


def code_review(rng: np.random.Generator) -> Simulated:
    """Teams get a bot by lot; the outcome is a duration whose logarithm is asked about."""
    n = 5000
    lines, senior = rng.lognormal(4.2, 0.8, n), happens(rng, 0.5, n)
    bot = happens(rng, 0.5, n)
    log_hours = 1.2 + 0.35 * np.log(lines) - 0.2 * senior - 0.25 * bot + rng.normal(0, 0.35, n)
    columns = {
        "pr": np.arange(4000, 4000 + n), "review_bot": bot.astype(bool), "lines_changed": whole(lines),
        "senior_author": senior.astype(bool),
        "log_hours_to_merge": log_hours.round(4), "n_bot_comments": rng.poisson(0.01 + 3 * bot),
    }  # fmt: skip
    return Simulated(columns, {"bot": -0.25})


STUDIES = (
    Study(
        "coupon_mail",
        coupon_mail,
        """Marketing experiment. Customers were divided at random into two groups: group A got the usual newsletter, group B
the newsletter with a 15 % coupon.
grp is the group, tenure_mo the months since the first order, spend_prev what the customer spent in the 30 days
before, opened whether the e-mail was opened, spend_30d what the
customer spent in the 30 days after, in dollars, and sent_on the day of the mailing.""",
        (
            Asked(
                "How much additional spending did the coupon generate per customer?",
                "grp",
                "spend_30d",
                ("ols",),
                "coupon",
            ),
            Asked(
                "What was the effect of group B compared with group A on spend in the 30 days after?",
                "grp",
                "spend_30d",
                ("ols",),
                "coupon",
            ),
        ),
    ),
    Study(
        "tutoring",
        tutoring,
        """To evaluate remedial tutoring, pupils in grades 4 to 6 were randomised into three groups.

pupil: identifier
arm: 0 = control, 1 = peer tutoring, 2 = tutoring by a trained adult
grade: school grade
math_pre: mathematics score before the programme (0-100)
math_post: mathematics score after the programme (0-100)""",
        (
            Asked(
                "What is the effect of tutoring by a trained adult, compared with control, on the mathematics score after the programme?",
                "arm",
                "math_post",
                ("ols",),
                "adult",
            ),
            Asked(
                "How many more points do pupils gain from adult tutoring than from peer tutoring?",
                "arm",
                "math_post",
                ("ols",),
                "adult_peer",
            ),
        ),
    ),
    Study(
        "patrols",
        patrols,
        """The police department drew lots to decide which of its 200 beats would get extra foot patrols for half a year
(hotspot_patrol = 1); the other beats were policed as before.
The unit of the table is a street segment within a beat (beat_no). any_burglary is 1 if at least one burglary was
recorded on the segment in that half-year.""",
        (
            Asked("Did the extra patrols prevent burglaries?", "hotspot_patrol", "any_burglary", ("ols",), "patrol"),
            Asked(
                "What is the average treatment effect of foot patrols on the risk of a burglary?",
                "hotspot_patrol",
                "any_burglary",
                ("ols",),
                "patrol",
            ),
        ),
    ),
    Study(
        "cholesterol",
        cholesterol,
        """Double-blind placebo-controlled phase 3 study of a lipid-lowering tablet, 4,000 subjects randomised 1:1. SEX (F/M),
AGE in years, TRT01P planned treatment (Active or Placebo),
LDL_BL LDL cholesterol at baseline (mg/dL), LDL_W24 LDL cholesterol at week 24 (mg/dL).""",
        (
            Asked(
                "In women, what does the tablet do to LDL cholesterol at week 24 compared with placebo?",
                "TRT01P",
                "LDL_W24",
                ("ols",),
                "women",
            ),
            Asked("What is the effect of active treatment on LDL at week 24?", "TRT01P", "LDL_W24", ("ols",), "all"),
        ),
    ),
    Study(
        "gym_lottery",
        gym_lottery,
        """A large employer raffled free gym memberships among employees who wanted one. Some of the winners never signed up,
and some of those who lost paid for a membership themselves. A year
later everyone was weighed again. Variables: emp (employee), age, won (1 = won the raffle), gym (1 = member of a gym
during the year), bmi_chg (change in body mass index over the year).""",
        (
            Asked(
                "What is the causal effect of gym membership on the change in body mass index?",
                "gym",
                "bmi_chg",
                ("iv",),
                "gym",
            ),
            Asked(
                "Among those who joined because they won, how much did membership change BMI?",
                "gym",
                "bmi_chg",
                ("iv",),
                "gym",
            ),
        ),
    ),
    Study(
        "code_review",
        code_review,
        """A software company switched an automatic review bot on for a random half of its pull requests during one quarter.
Fields: pr (number of the pull request), review_bot (whether the bot was on),
lines_changed, senior_author (author is a senior engineer), log_hours_to_merge (natural logarithm of the hours until
the merge) and n_bot_comments (comments that the bot left).""",
        (
            Asked("Does the review bot speed up merging?", "review_bot", "log_hours_to_merge", ("ols",), "bot"),
            Asked(
                "By roughly what per cent does the bot shorten the time to merge, in log points?",
                "review_bot",
                "log_hours_to_merge",
                ("ols",),
                "bot",
            ),
        ),
    ),
)
