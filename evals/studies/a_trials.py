"""Half A, trials: who was treated was drawn by lot."""

from __future__ import annotations

import numpy as np

from .study import Asked, Simulated, Study, chance, happens, whole


def knee_rehab(rng: np.random.Generator) -> Simulated:
    """Randomised within hospitals; the number of sessions follows from the arm."""
    n = 1200
    site, age = rng.integers(1, 7, n), rng.normal(61, 9, n)
    before = np.clip(rng.normal(6.4, 1.1, n), 1, 10)
    arm = happens(rng, 0.5, n)
    sessions = rng.poisson(3 + 14 * arm)
    after = 0.6 * before + 0.1 * site + 0.01 * (age - 61) - 1.3 * arm + rng.normal(0, 0.8, n)
    columns = {
        "pid": np.arange(10001, 10001 + n), "hosp": site, "age_yrs": whole(age), "vas_0": before.round(1),
        "arm": np.where(arm == 1, "app", "usual"), "n_sessions": sessions, "vas_12": after.round(2),
    }  # fmt: skip
    return Simulated(columns, {"app": -1.3})


def maize_plots(rng: np.random.Generator) -> Simulated:
    """Three arms, blocked by farm."""
    n = 1500
    farm = rng.integers(1, 31, n)
    fertile = rng.normal(0, 0.5, 31)[farm]
    trt = rng.choice(["none", "compost", "urea"], n)
    gain = np.select([trt == "compost", trt == "urea"], [0.7, 1.6], 0.0)
    rain = rng.normal(410, 35, n)
    yields = 3.1 + fertile + 0.004 * (rain - 410) + gain + rng.normal(0, 0.5, n)
    columns = {"plot": np.arange(1, n + 1), "farm": farm, "trt": trt, "rain_mm": rain.round(0), "yld_t_ha": yields}
    return Simulated(columns, {"urea": 1.6, "urea_compost": 0.9})


def bed_nets(rng: np.random.Generator) -> Simulated:
    """Whole villages are assigned; the outcome is 0 or 1."""
    villages, each = 160, 40
    village = np.repeat(np.arange(1, villages + 1), each)
    n = len(village)
    net_village = np.repeat(rng.permutation(np.repeat([0, 1], villages // 2)), each).astype(float)
    wet = np.repeat(rng.normal(0, 0.02, villages), each)
    age = rng.integers(1, 15, n)
    ill = happens(rng, np.clip(0.34 - 0.004 * age + wet - 0.14 * net_village, 0.01, 0.99))
    columns = {
        "vill_id": village, "child_age": age, "girl": rng.integers(0, 2, n), "nets": net_village.astype(int),
        "mal_pos": ill.astype(int), "survey_date": "2019-11-04",
    }  # fmt: skip
    return Simulated(columns, {"nets": -0.14})


def checkout_test(rng: np.random.Generator) -> Simulated:
    """An A/B test whose effect differs between devices."""
    n = 12000
    mobile = happens(rng, 0.55, n)
    new = happens(rng, 0.5, n)
    base = 0.22 - 0.08 * mobile
    lift = np.where(mobile == 1, 0.10, 0.03)
    bought = happens(rng, base + lift * new)
    columns = {
        "session_id": rng.permutation(n) + 500000, "Variant": np.where(new == 1, "new_checkout", "control"),
        "Device": np.where(mobile == 1, "mobile", "desktop"), "Converted": bought.astype(int),
        "SecondsOnPage": rng.gamma(3, 20, n).round(0),
    }  # fmt: skip
    return Simulated(columns, {"mobile": 0.10, "all": float(lift.mean())})


def thermostat_letters(rng: np.random.Generator) -> Simulated:
    """A letter is sent at random; who then installs differs in what cannot be seen."""
    n = 6000
    keen, size = rng.normal(0, 1, n), rng.normal(118, 25, n)
    letter = happens(rng, 0.5, n)
    installed = (0.9 * keen + 2.2 * letter - 1.6 + rng.normal(0, 0.7, n) > 0).astype(float)
    use = 310 + 1.1 * (size - 118) - 22 * keen - 45 * installed + rng.normal(0, 15, n)
    took_up = installed[letter == 1].mean() - installed[letter == 0].mean()
    columns = {
        "hh": np.arange(1, n + 1), "letter": letter.astype(int), "floor_m2": size.round(0),
        "thermo_inst": installed.astype(int), "kwh_jan": use.round(1),
    }  # fmt: skip
    return Simulated(columns, {"installing": -45.0, "letter": -45.0 * float(took_up)})


def mentoring(rng: np.random.Generator) -> Simulated:
    """A trial with a survey that not everybody answers, at random, and an outcome of 0 or 1."""
    n = 9000
    gpa, first_gen = rng.normal(2.9, 0.5, n), happens(rng, 0.4, n)
    mentor = happens(rng, 0.5, n)
    stays = happens(rng, chance(0.2 + 0.9 * (gpa - 2.9) - 0.5 * first_gen + 0.6 * mentor))
    shift = chance(0.2 + 0.9 * (gpa - 2.9) - 0.5 * first_gen + 0.6)
    truth = float((shift - chance(0.2 + 0.9 * (gpa - 2.9) - 0.5 * first_gen)).mean())
    replied = happens(rng, 0.8, n)
    columns = {
        "student": np.arange(1, n + 1), "hs_gpa": gpa.round(2), "first_gen": first_gen.astype(int), "mentor": mentor.astype(int),
        "replied_y2": replied.astype(int), "enrolled_y2": np.where(replied == 1, stays, np.nan),
    }  # fmt: skip
    return Simulated(columns, {"mentor": truth})


STUDIES = (
    Study(
        "knee_rehab",
        knee_rehab,
        """A randomised controlled trial compared a smartphone rehabilitation programme with usual physiotherapy after knee
replacement. Allocation was by a computer-generated list, stratified by hospital, 1:1. Pain was recorded on a visual
analogue scale
(0 = no pain, 10 = worst pain).

pid: patient number
hosp: hospital (1-6)
age_yrs: age at surgery
vas_0: pain score at baseline
arm: allocated arm, "app" (smartphone programme) or "usual" (usual care)
n_sessions: exercise sessions completed during follow-up
vas_12: pain score at 12 weeks""",
        (
            Asked(
                "By how many points does the smartphone programme change pain at 12 weeks compared with usual care?",
                "arm",
                "vas_12",
                ("ols",),
                "app",
            ),
            Asked(
                "Did patients who were given the rehabilitation app report less pain three months after the operation?",
                "arm",
                "vas_12",
                ("ols",),
                "app",
            ),
        ),
    ),
    Study(
        "maize_plots",
        maize_plots,
        """Agronomists ran a field experiment with maize on 1,500 plots of 30 farms in western Kenya. Each plot was randomly
allotted one of
three treatments (`trt`): no fertiliser (none), compost, or urea. `rain_mm` is the rainfall of the season,
`yld_t_ha` the harvested grain in
tonnes per hectare, and `farm` the farm that the plot belongs to.""",
        (
            Asked(
                "How much does urea raise the maize yield relative to no fertiliser?",
                "trt",
                "yld_t_ha",
                ("ols",),
                "urea",
            ),
            Asked(
                "What is the difference in grain yield caused by using urea instead of compost?",
                "trt",
                "yld_t_ha",
                ("ols",),
                "urea_compost",
            ),
        ),
    ),
    Study(
        "bed_nets",
        bed_nets,
        """In a cluster-randomised trial 80 of 160 villages were drawn by lottery to receive insecticide-treated bed nets for
every household.
In the dry season afterwards a team tested 40 children in each village for malaria. Variables: vill_id (village),
child_age (years), girl (1 = girl),
nets (1 = village was assigned to nets), mal_pos (1 = positive rapid test), survey_date (date of the survey).""",
        (
            Asked(
                "What is the effect of distributing bed nets on the probability that a child tests positive for malaria?",
                "nets",
                "mal_pos",
                ("ols",),
                "nets",
            ),
            Asked(
                "By how many percentage points did treated nets cut malaria prevalence?",
                "nets",
                "mal_pos",
                ("ols",),
                "nets",
            ),
        ),
    ),
    Study(
        "checkout_test",
        checkout_test,
        """An online shop split its traffic at random between the old checkout and a redesigned one-page checkout for two
weeks. Every row is a
session. Variant says which checkout was shown ("control" is the old one), Device whether the visitor used a phone
or a desktop computer, Converted
whether an order was placed, and SecondsOnPage the time spent on the page.""",
        (
            Asked(
                "Among mobile visitors, how much does the redesigned checkout raise the conversion rate?",
                "Variant",
                "Converted",
                ("ols",),
                "mobile",
            ),
            Asked(
                "Overall, what lift in conversion did we get from the new checkout?",
                "Variant",
                "Converted",
                ("ols",),
                "all",
            ),
        ),
    ),
    Study(
        "thermostat_letters",
        thermostat_letters,
        """A utility wanted to know what smart thermostats save. It mailed half of 6,000 customers, picked at random, a letter
with a rebate for a
smart thermostat. Not everyone who got the letter installed one, and some households without the letter bought one
anyway. The file has hh (household
number), letter (1 if the household was mailed the rebate letter), floor_m2 (floor area), thermo_inst (1 if a smart
thermostat was installed) and
kwh_jan (electricity used in January, kWh).""",
        (
            Asked(
                "How many kWh does installing a smart thermostat save?", "thermo_inst", "kwh_jan", ("iv",), "installing"
            ),
            Asked(
                "What was the effect of being mailed the rebate letter on January electricity use?",
                "letter",
                "kwh_jan",
                ("ols",),
                "letter",
            ),
        ),
    ),
    Study(
        "mentoring",
        mentoring,
        """First-year students at a state university who signed up were assigned by lot to a senior mentor or to the waiting
list. hs_gpa is the grade point
average in high school, first_gen marks students whose parents did not attend college, mentor is 1 for students who
got a mentor. A survey in the second year
recorded whether the student was still enrolled (enrolled_y2); replied_y2 is 1 for students who answered that
survey, the others have no value.""",
        (
            Asked(
                "What is the impact of having a mentor on the probability of still being enrolled in year two?",
                "mentor",
                "enrolled_y2",
                ("ols",),
                "mentor",
            ),
            Asked("Does mentoring improve retention?", "mentor", "enrolled_y2", ("ols",), "mentor"),
        ),
    ),
)
