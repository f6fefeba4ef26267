"""Designs that only the running text tells of: a rule with a number, a draw, what moves treatment alone, a panel."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.read import read_question
from whence.evals.bench._schemas import catalog

ASK = "What is the effect of the grant on sales?"


def hints_of(columns: str, text: str, words: str = ASK):
    reading = read_question(words, catalog(columns, text))
    assert reading.question is not None, reading.problem
    return reading.question.treatment, reading.question.hints


@pytest.mark.parametrize(
    ("rule", "cutoff", "side"),
    [
        ("Firms with at least 40 points in the audit receive a grant, the others do not.", 40, "above"),
        ("A grant is paid to every firm that scores 40 points or more in the audit.", 40, "above"),
        ("Firms with fewer than 40 points in the audit are given a grant.", 40, "below"),
        ("Only firms that reach a value of 40 in points are eligible for a grant.", 40, "above"),
    ],
)
def test_a_rule_with_a_number_is_a_cut_off_though_no_column_says_who_was_treated(rule, cutoff, side):
    text = f"{rule} Columns: audit_points (points in the audit), sales (sales in the year after)."
    treatment, hints = hints_of("audit_points:continuous sales:continuous", text)
    assert (treatment, hints.running_variable, hints.cutoff) == ("audit_points", "audit_points", cutoff)
    assert hints.treated_side == side


@pytest.mark.parametrize(
    "text",
    [
        "Firms with at least 40 points were included in the study. grant: 1 if the firm got a grant. points: points in the audit.",
        "Firms with at least 40 points were assigned to a grant at random. grant: 1 if the firm got a grant. points: points in the audit.",
        "Firms with over 40 points get a grant more often. grant: 1 if the firm got a grant. points: points in the audit.",
    ],
)
def test_numbers_that_decide_over_something_else_are_no_cut_off(text):
    _, hints = hints_of("grant:binary points:continuous sales:continuous", text)
    assert hints.running_variable is None


def test_who_was_drawn_is_the_instrument_where_not_all_complied():
    text = (
        "Half of the firms, picked at random, were mailed an invitation to a course. Not everyone who was invited went. "
        "mail_inv: 1 if an invitation was mailed. course: 1 if the owner attended the course. sales: sales in the year after."
    )
    columns = "mail_inv:binary course:binary sales:continuous"
    assert hints_of(columns, text, "How much does attending the course raise sales?")[1].instrument == "mail_inv"
    offered, hints = hints_of(columns, text, "What is the effect of mailing the invitation on sales?")
    assert (offered, hints.design, hints.instrument) == ("mail_inv", "experiment", None)


def test_what_is_called_unrelated_to_ability_is_the_instrument():
    text = (
        "How far a family lived from a college is plausibly unrelated to ability. km: distance to the nearest college, in km. "
        "coll: 1 if attended college. wage: hourly wage."
    )
    _, hints = hints_of("km:continuous coll:binary wage:continuous", text, "What is the effect of college on wages?")
    assert hints.instrument == "km"


def test_two_dates_and_a_group_named_by_the_reform_are_differences_in_differences():
    text = (
        "In 2019 Northby opened a tram. Trips of 2018 and 2021 were counted in Northby and Southby. trips: trips a day."
    )
    treatment, hints = hints_of(
        "town:binary:Northby/Southby year:binary:2018/2021 trips:continuous",
        text,
        "What is the effect of the tram on trips?",
    )
    assert (treatment, hints.design, hints.time) == ("town", "difference_in_differences", "year")


def test_a_column_named_where_the_text_tells_of_the_phrase_is_the_treatment():
    text = "We deployed the new build to a random subset of servers (canary = 1). err_rate: errors in the next hour."
    treatment, hints = hints_of("canary:binary err_rate:continuous", text, "Did the new build increase the error rate?")
    assert (treatment, hints.design) == ("canary", "experiment")


def test_a_year_in_words_is_the_two_digits_of_a_name():
    text = "Participants were randomly assigned to training. re74, re75 and re78: real earnings."
    reading = read_question(
        "What was the impact of training on 1978 earnings?",
        catalog("treat:binary re74:continuous re75:continuous re78:continuous", text),
    )
    assert reading.question is not None
    assert reading.question.outcome == "re78"


def test_the_number_nearest_word_names_the_running_variable():
    text = "The minimum legal drinking age is 21. Death rates are per 100,000. drinks: drinks a week. deaths: deaths."
    treatment, hints = hints_of(
        "age:continuous deaths:continuous drinks:continuous",
        text,
        "What is the effect of legal access to alcohol on deaths?",
    )
    assert (treatment, hints.running_variable, hints.cutoff) == ("age", "age", 21)


def test_first_letters_of_several_words_are_a_short_part_of_a_name():
    reading = read_question(
        "How did air conditioning change output?", catalog("ac_on:binary output:continuous temp:continuous")
    )
    assert reading.question is not None
    assert (reading.question.treatment, reading.question.outcome) == ("ac_on", "output")


def test_an_additional_child_is_a_number_of_children():
    text = (
        "kids: number of children. hours: weekly hours of work. samesex: 1 if the first two children have the same sex."
    )
    treatment, _ = hints_of(
        "kids:count hours:continuous samesex:binary",
        text,
        "What is the effect of an additional child on hours of work?",
    )
    assert treatment == "kids"


def test_what_the_text_does_not_tell_of_stays_unread():
    text = "Registry. vaccinated: had two doses. infected: infected within 90 days."
    reading = read_question(
        "Does wearing masks lower the probability of infection?", catalog("vaccinated:binary infected:binary", text)
    )
    assert reading.question is None
