"""Periods in order of time: every case states the order, which no rule for treatments gives."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.estimate._periods import periods_of

IN_ORDER = [
    (-1, 0), (0, 1), (1, 2), (False, True), (2019, 2020), (-2.5, -1.5),
    ("before", "after"), ("Pre", "Post"), ("pre-treatment", "post-treatment"), ("pretest", "posttest"), ("baseline", "follow-up"),
    ("baseline", "week 12"), ("old", "new"), ("before the law", "after the law"), ("no", "yes"), ("No", "Yes"), ("before", "during"),
    ("wave 2", "wave 10"), ("wave-2", "wave-10"), ("first half", "second half"), ("9th grade", "10th grade"), ("t1", "t2"),
    ("week -4", "week -2"), ("week \u22124", "week 2"), ("Q3 2019", "Q1 2020"), ("2019Q4", "2020Q1"),
    ("Q1 2020", "Q3 2020"), ("2019-H2", "2020-H1"),
    ("Nov 1992", "Feb 1993"), ("February 1992", "November 1992"), ("5 March 2019", "3 April 2019"), ("2019-12", "2020-01"),
    ("2019-9-30", "2019-10-01"), ("31/12/2019", "01/02/2020"), ("31.12.2019", "1.1.2020"), ("5/4/2019", "13/5/2019"),
    ("2015-2019", "2020-2024"), ("2019/20", "2020/21"), ("fall 2019", "spring 2020"), ("2 weeks after", "10 weeks after"),
    ("9", "10"), ("2019-03-05T09:00", "2019-03-05T11:00"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), IN_ORDER, ids=str)
def test_the_earlier_of_two_periods_comes_first_whatever_the_order_of_the_rows(first: object, last: object) -> None:
    for rows in ((first, last, last), (last, first, last)):
        levels, codes = periods_of(pd.Series(rows), "when")
        assert levels == (first, last)
        assert [levels[c] for c in codes] == [*rows]


@pytest.mark.parametrize(
    "levels",
    [
        ("north", "south"), ("control", "treatment"), ("Nov", "Feb"), ("winter", "summer"), ("10 weeks before", "2 weeks before"),
        ("t-2", "t-1"), ("01/02/2019", "02/01/2019"), ("01/05/19", "02/03/19"), ("end of 2018", "start of 2019"),
        ("3 weeks ago", "1 week ago"), ("wave 1", "Wave 1"), ("period A", "period B"), ("yes", "2019"), ("early", "pre"),
        ("jan-mar 2019", "apr-jun 2019"), ("7 jan - 2 feb 2019", "3 feb - 9 feb 2019"), ("before 2020", "after 2019"),
    ],
    ids=str,
)  # fmt: skip
def test_text_that_does_not_say_its_order_is_refused_with_the_next_step(levels: tuple[str, str]) -> None:
    with pytest.raises(AssumptionViolated, match="Number the periods"):
        periods_of(pd.Series([*levels, *levels]), "when")


def test_a_column_that_is_one_before_is_read_by_its_name() -> None:
    for rows in ([0, 1], [False, True], ["no", "yes"]):
        assert periods_of(pd.Series(rows), "pre_period")[0] == tuple(rows[::-1])
        assert periods_of(pd.Series(rows), "pre_or_post")[0] == tuple(rows)


@pytest.mark.parametrize("labels", ["wave {}", "{}", "2019 week {}", "{}/2019", "{}. June 2019"])
def test_many_periods_are_ordered_by_their_numbers(labels: str) -> None:
    rng = np.random.default_rng(0)
    order = rng.permutation(np.repeat(np.arange(1, 13), 3))
    levels, codes = periods_of(pd.Series([labels.format(k) for k in order]), "when")
    assert levels == tuple(labels.format(k) for k in range(1, 13))
    assert codes.tolist() == (order - 1).tolist()


def test_dates_and_spans_of_time_are_ordered_as_such() -> None:
    days = pd.Series([dt.date(2020, 1, 1), dt.date(2019, 12, 31)])
    spans = pd.Series(pd.to_timedelta([2, 10, 9], unit="D"))
    assert periods_of(days, "when")[1].tolist() == [1, 0]
    assert periods_of(spans, "when")[1].tolist() == [0, 2, 1]
