"""Studies told in a paragraph, each with a question: what is read of treatment, outcome and design; nothing is estimated."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from whence.agent.policies.rules.read import read_question
from whence.evals.bench._schemas import catalog


class Told(NamedTuple):
    """A table, what is told of it, a question, and how that must be read; no treatment: it must be refused."""

    columns: str
    about: str
    words: str
    treatment: str | None
    outcome: str | None
    design: str | None = None
    more: dict[str, Any] = {}


STUDIES = (
    Told(
        "patient_id:id sofa:continuous statin:binary age:count los_days:count died_28d:binary",
        "This dataset was collected from an observational cohort of ICU patients. statin indicates whether the patient was on a "
        "statin at admission, sofa is the severity score on arrival, age is in years, los_days is the length of stay and died_28d "
        "is 1 if the patient died within 28 days.",
        "Does prior statin use reduce 28-day mortality?",
        "statin", "died_28d",
    ),
    Told(
        "treat:binary re74:continuous re75:continuous re78:continuous educ:count black:binary",
        "Data from a job training program evaluation. Participants were randomly assigned to training. re74, re75, re78: real "
        "earnings in 1974, 1975 and 1978.",
        "What was the impact of the training program on 1978 earnings?",
        "treat", "re78", "experiment",
    ),
    Told(
        "hhid:id lottery_win:binary health_ins:binary doc_visits:count income:continuous",
        "In Oregon, low-income adults were selected by lottery to apply for public health insurance. Not all lottery winners "
        "enrolled. lottery_win = 1 if the household won the lottery; health_ins = 1 if enrolled in insurance; doc_visits = number "
        "of doctor visits in the following year.",
        "What is the effect of having health insurance on the number of doctor visits?",
        "health_ins", "doc_visits", "instrument", {"instrument": "lottery_win"},
    ),
    Told(
        "county:nominal min_wage:continuous teen_emp:continuous year:count pop:continuous",
        "County panel. teen_emp: employment rate of teenagers, percent. min_wage: minimum wage in dollars.",
        "How does a one-dollar increase in the minimum wage affect teen employment?",
        "min_wage", "teen_emp", None, {"contrast": (0, 1)},
    ),
    Told(
        "nj:binary after:binary fte:continuous chain:nominal:bk/kfc/wendys",
        "Card and Krueger surveyed fast-food restaurants in New Jersey and Pennsylvania before and after New Jersey raised its "
        "minimum wage. nj: 1 if New Jersey. after: 1 for the second wave. fte: full-time equivalent employees.",
        "What was the effect of raising the minimum wage on employment?",
        "nj", "fte", "difference_in_differences", {"time": "after"},
    ),
    Told(
        "voteshare:continuous incumbent_next:binary spend:continuous",
        "U.S. House elections. voteshare is the Democratic vote share margin centered at 0; a candidate with a margin above 0 wins "
        "the seat. incumbent_next is 1 if the party wins the next election.",
        "What is the incumbency advantage, i.e. the effect of winning an election on winning the next one?",
        "voteshare", "incumbent_next", "regression_discontinuity", {"cutoff": 0},
    ),
    Told(
        "age:continuous mortality:continuous drinks:continuous",
        "The minimum legal drinking age is 21. Mortality rates per 100,000 by age in months around the 21st birthday.",
        "What is the effect of legal access to alcohol on mortality?",
        "age", "mortality", "regression_discontinuity", {"cutoff": 21},
    ),
    Told(
        "Group:nominal:Control/Civic/Neighbors Voted:binary HHSize:count Sex:nominal:male/female",
        "Households were randomly sent one of three mailings before the election or nothing. Voted: voted in the primary.",
        "Does the Neighbors mailing increase turnout compared to the control group?",
        "Group", "Voted", "experiment", {"contrast": ("Control", "Neighbors")},
    ),
    Told(
        "tv_ads:continuous radio:continuous newspaper:continuous sales:continuous",
        "Advertising budgets (thousand dollars) in 200 markets for TV, radio and newspaper, and unit sales.",
        "How much do sales rise for each additional thousand dollars spent on radio?",
        "radio", "sales",
    ),
    Told(
        "dose:nominal:0mg/50mg/100mg HAMD_week8:continuous HAMD_base:continuous center:nominal:a/b/c",
        "Randomized double-blind trial of an antidepressant. HAMD: Hamilton depression score.",
        "What is the effect of 100mg relative to 0mg on depression at week 8?",
        "dose", "HAMD_week8", "experiment", {"contrast": ("0mg", "100mg")},
    ),
    Told(
        "internet:binary test_score:continuous parent_educ:count urban:binary",
        "Survey of students. internet: whether the student has broadband at home. test_score: standardized mathematics score.",
        "Do students with broadband at home do better in mathematics?",
        "internet", "test_score",
    ),
    Told(
        "rainfall:continuous conflict:binary gdp_growth:continuous country:nominal",
        "African countries, 1981-1999. Since rainfall affects conflict only through its impact on economic growth, it can be used "
        "as an instrument for growth. gdp_growth: annual GDP growth. conflict: civil conflict onset.",
        "What is the effect of economic growth on civil conflict?",
        "gdp_growth", "conflict", "instrument", {"instrument": "rainfall"},
    ),
    Told(
        "subscribed:binary email_opened:binary promo_email:binary revenue:continuous",
        "Half of the users were randomly selected to receive a promotional e-mail. promo_email: 1 if sent; email_opened: 1 if "
        "opened; revenue: revenue in the month after.",
        "What's the average treatment effect of sending the promotional email on revenue?",
        "promo_email", "revenue", "experiment",
    ),
    Told(
        "camera:binary accidents_before:count accidents_after:count road_type:nominal:a/b",
        "Speed cameras were placed on road segments with many accidents. camera is 1 for segments with a camera; accidents_before "
        "and accidents_after count accidents in the two years before and after.",
        "Did speed cameras reduce the number of accidents?",
        "camera", "accidents_after",
    ),
    Told(
        "kindergarten_class:nominal:small/regular/aide g4math:continuous g4reading:continuous hsgrad:binary race:nominal",
        "The STAR project randomly assigned kindergarten students to small classes, regular classes or regular classes with an "
        "aide.",
        "Does being in a small class improve reading scores in fourth grade compared with a regular class?",
        "kindergarten_class", "g4reading", "experiment", {"contrast": ("regular", "small")},
    ),
    Told(
        "pm25:continuous asthma_adm:continuous temp:continuous humid:continuous date:datetime",
        "Daily data for one city. pm25: fine particulate matter (micrograms per cubic meter). asthma_adm: number of hospital "
        "admissions for asthma.",
        "By how much do asthma admissions increase when fine particulate matter rises by 10 micrograms?",
        "pm25", "asthma_adm", None, {"contrast": (0, 10)},
    ),
    Told(
        "mentor:binary gpa_final:continuous gpa_first:continuous gender:nominal:M/F",
        "A university offered peer mentoring; students chose whether to take part.",
        "Would students who did not take part in mentoring have had higher final grades if they had?",
        "mentor", "gpa_final", None, {"estimand": "ATC"},
    ),
    Told(
        "solar:binary elec_bill:continuous house_m2:continuous inc_k:continuous",
        "Household survey, observational. solar: has rooftop panels. elec_bill: monthly electricity bill, euros.",
        "What is the effect of rooftop panels on the electricity bill of the households that installed them?",
        "solar", "elec_bill", None, {"estimand": "ATT"},
    ),
    Told(
        "D:binary Y:continuous X1:continuous X2:continuous X3:binary Z:binary",
        "Simulated data. D is the treatment, Y is the outcome, Z is an instrument for D, and X1-X3 are covariates.",
        "What is the causal effect of D on Y?",
        "D", "Y", "instrument", {"instrument": "Z"},
    ),
    Told(
        "female_leader:binary water:continuous irrigation:continuous village:count reserved:binary",
        "Since the mid-1990s, one third of village council heads in India have been randomly reserved for women. reserved: whether "
        "the position was reserved. water: number of new or repaired drinking water facilities.",
        "What is the effect of reserving the council for women on the number of drinking water facilities?",
        "reserved", "water", "experiment",
    ),
    Told(
        "state:nominal year:count beer_tax:continuous fatal_rate:continuous jail:binary",
        "State panel 1982-1988. fatal_rate: vehicle fatalities per 10,000 people. beer_tax: tax on a case of beer in dollars.",
        "Do higher beer taxes reduce traffic deaths?",
        "beer_tax", "fatal_rate",
    ),
    Told(
        "score:continuous cutoff_passed:binary wage_5y:continuous",
        "Students with an exam score of at least 80 are admitted to the elite college. cutoff_passed: 1 if admitted. wage_5y: "
        "monthly wage five years later.",
        "Does admission to the elite college raise later wages?",
        "cutoff_passed", "wage_5y", "regression_discontinuity", {"running_variable": "score", "cutoff": 80},
    ),
    Told(
        "canary:binary err_rate:continuous region:nominal:us/eu/ap req_s:continuous",
        "We deployed the new build to a random subset of servers (canary = 1). err_rate: errors per thousand requests in the next "
        "hour.",
        "Did the new build increase the error rate?",
        "canary", "err_rate", "experiment",
    ),
    Told(
        "coach_change:binary points_next5:continuous points_prev5:continuous budget_m:continuous",
        "Football clubs, 2000-2020. coach_change: 1 if the club fired its coach. points_next5 and points_prev5: points in the next "
        "and previous five games.",
        "Does firing the coach improve results in the following five games?",
        "coach_change", "points_next5",
    ),
    Told(
        "qob:count yrs_school:count lwklywge:continuous yob:count",
        "Men born 1930-39. Because of compulsory schooling laws, quarter of birth (qob) is correlated with years of schooling "
        "(yrs_school) but should otherwise be unrelated to earnings; it serves as an instrument. lwklywge is the log weekly wage.",
        "What is the percentage increase in weekly wages from an additional year of schooling?",
        "yrs_school", "lwklywge", "instrument", {"instrument": "qob"},
    ),
    Told(
        "takeup:binary assigned:binary bmi:continuous age:count",
        "In this encouragement design, people were randomly encouraged to join a diet programme; compliance was imperfect. "
        "assigned: encouraged. takeup: joined.",
        "Among compliers, how does joining the programme change BMI?",
        "takeup", "bmi", "instrument", {"instrument": "assigned"},
    ),
    Told(
        "price:continuous qty_sold:continuous holiday:binary store:nominal",
        "Scanner data of a beverage. price in dollars, qty_sold number of bottles sold per week.",
        "If we cut the price by 1 dollar, how many more bottles would we sell?",
        "price", "qty_sold", None, {"contrast": (0, -1)},
    ),
    Told(
        "legal:binary arrests:continuous month:count city:nominal:x/y",
        "City x legalised cannabis in month 7, city y did not. legal is 1 for city x. arrests: arrests per week. month: 1-12.",
        "What happened to arrests because of legalisation?",
        "legal", "arrests",
    ),
    Told(
        "vaccinated:binary infected:binary age:count county:nominal",
        "Observational registry. vaccinated: two doses. infected: infected within 90 days.",
        "How much does vaccination lower the probability of infection?",
        "vaccinated", "infected",
    ),
    Told(
        "vaccinated:binary infected:binary age:count",
        "Observational registry. vaccinated: two doses. infected: infected within 90 days.",
        "Does wearing masks lower the probability of infection?",
        None, None,
    ),
    Told(
        "union:binary wage:continuous educ:count",
        "Survey. union: member. wage: hourly.",
        "What is the effect of union membership on job satisfaction?",
        None, None,
    ),
    Told(
        "treated:binary outcome:continuous age:count",
        "Randomised trial of a sleep app.",
        "What is the effect of the sleep app on blood pressure?",
        None, None,
    ),
    Told(
        "price:continuous sales:continuous",
        "Weekly data. price: dollars. sales: units.",
        "What is the effect of packaging on sales?",
        None, None,
    ),
    Told(
        "ad_exposure:binary signups:count age:count region:nominal:n/s",
        "We ran a geo experiment, regions drawn by lot were shown ads. ad_exposure: 1 if ads ran. signups: sign-ups per day.",
        "How many additional sign-ups did the ads generate?",
        "ad_exposure", "signups", "experiment",
    ),
    Told(
        "veh_weight:continuous mpg:continuous cylinders:count",
        "Car data. mpg: miles per gallon. veh_weight: weight in 1000 lbs.",
        "How does a car's weight influence its fuel economy?",
        "veh_weight", "mpg",
    ),
    Told(
        "tuition_aid:binary enrolled:binary fam_income:continuous gpa:continuous",
        "Families earning less than 65,000 dollars receive tuition aid. fam_income: family income in dollars. enrolled: 1 if the "
        "student enrolled.",
        "Does tuition aid increase enrolment?",
        "tuition_aid", "enrolled", "regression_discontinuity", {"running_variable": "fam_income", "cutoff": 65000},
    ),
    Told(
        "time:binary treated_district:binary test:continuous",
        "School districts before (time=0) and after (time=1) a lunch programme was introduced in some of them.",
        "Did the lunch programme raise test scores?",
        "treated_district", "test", "difference_in_differences", {"time": "time"},
    ),
    Told(
        "Exposure:binary Cancer:binary Age:count Smoking:binary",
        "Case records. Exposure: exposed to asbestos. Cancer: lung cancer.",
        "Is asbestos exposure a cause of lung cancer, adjusting for age and smoking?",
        "Exposure", "Cancer", None, {"adjust_for": ("Age", "Smoking")},
    ),
    Told(
        "ramp_speed:nominal:slow/fast p99:continuous tier:nominal:a/b",
        "Load tests in which the ramp speed was randomised.",
        "Does a fast ramp increase latency compared with a slow ramp?",
        "ramp_speed", "p99", "experiment", {"contrast": ("slow", "fast")},
    ),
    Told(
        "kids:count work_hrs:continuous samesex:binary age:count",
        "Mothers with at least two children. Parents whose first two children are of the same sex are more likely to have a third; "
        "the sex mix is as good as random. samesex: 1 if the first two children have the same sex. kids: number of children. "
        "work_hrs: weekly hours worked.",
        "What is the effect of an additional child on the mother's hours of work?",
        "kids", "work_hrs", "instrument", {"instrument": "samesex"},
    ),
    Told(
        "therapy:nominal:CBT/waitlist phq9_post:continuous phq9_pre:continuous",
        "People were allocated to CBT or to a waiting list using sealed envelopes after randomisation.",
        "What is the effect of cognitive behavioural therapy (CBT) on depressive symptoms (PHQ-9)?",
        "therapy", "phq9_post", "experiment",
    ),
    Told(
        "conservation:binary deforest:continuous dist_road:continuous slope:continuous",
        "Plots of forest. conservation: inside a protected area. deforest: share of forest lost, 2000-2010. Protected areas tend to"
        " be far from roads and on steep slopes.",
        "What would deforestation have been on protected plots had they not been protected?",
        "conservation", "deforest", None, {"estimand": "ATT"},
    ),
    Told(
        "workers:count output:continuous ac_installed:binary week:count plant:nominal",
        "Weekly panel of 40 garment plants; air conditioning was installed in different weeks. ac_installed: 1 from the week of "
        "installation on. output: shirts per worker.",
        "How did air conditioning change output per worker?",
        "ac_installed", "output",
    ),
    Told(
        "sugar_tax:binary bmi:continuous city:nominal year:count",
        "sugar_tax: 1 if the city taxes sugary drinks. bmi: mean body mass index.",
        "Are sugar taxes effective at reducing body weight?",
        "sugar_tax", "bmi",
    ),
    Told(
        "X:binary Y:continuous W1:continuous W2:continuous",
        "X: attended preschool. Y: adult earnings. W1: mother's education. W2: family income at birth.",
        "To what extent does attending preschool raise adult earnings?",
        "X", "Y",
    ),
    Told(
        "broadband:binary gdp_pc:continuous pop_density:continuous",
        "Municipal data.",
        "Quantify the causal impact of broadband availability on GDP per capita.",
        "broadband", "gdp_pc",
    ),
    Told(
        "beds:continuous wait_days:continuous funding:continuous",
        "Hospital trusts. beds: beds per 1000. wait_days: median waiting time in days.",
        "What happens to waiting times when a trust gains one more bed per thousand?",
        "beds", "wait_days",
    ),
)  # fmt: skip


@pytest.mark.parametrize("told", STUDIES, ids=lambda t: t.words[:50])
def test_a_study_told_in_a_paragraph_is_read(told: Told) -> None:
    question = read_question(told.words, catalog(told.columns, told.about)).question
    if told.treatment is None:
        assert question is None
        return
    assert question is not None
    assert question.kind == "effect"
    assert (question.treatment, question.outcome, question.hints.design) == (told.treatment, told.outcome, told.design)
    for name, value in told.more.items():
        contrast = question.contrast and (question.contrast.control, question.contrast.treated)
        found = {"contrast": contrast, "estimand": question.estimand, **question.hints.model_dump()}
        assert found[name] == value
