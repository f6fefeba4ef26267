"""Formal questions through the whole product: no table, one call, an answer that cites it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from whence.agent.policies.rules.formal.question import read_formal_question, states_premises
from whence.agent.session import Session
from whence.agent.state import Catalog
from whence.tools.domain.errors import UsageError
from whence.tools.domain.questions import FormalQuestion
from whence.tools.runtime import Runtime

FRONTDOOR = (
    "Kwoz has a direct effect on smoking and cancer. Smoking has a direct effect on tar. Tar has a direct effect on cancer. "
    "Kwoz is unobserved. For nonsmokers, the probability of tar is 20%. For smokers, the probability of tar is 90%. "
    "For nonsmokers and without tar, the probability of cancer is 30%. For nonsmokers and with tar, the probability of "
    "cancer is 50%. For smokers and without tar, the probability of cancer is 10%. For smokers and with tar, the "
    "probability of cancer is 40%. The overall probability of smoking is 25%. "
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session whose tools run in this process."""
    with Session(home=tmp_path_factory.mktemp("home")) as session:
        session.runtime.close()
        session.runtime = Runtime(session.workspace, seed=session.seed, isolate=False)
        yield session


def test_a_question_with_premises_needs_no_table(session: Session) -> None:
    answer = session.ask(FRONTDOOR + "Will smoking increase the chance of cancer?")
    # the front-door formula by hand: 0.7 * (0.75 * 0.2 + 0.25 * 0.3)
    assert answer.status == "answered"
    assert answer.claim.startswith("Yes")
    assert "0.1575" in answer.claim
    assert [e.tool for e in answer.evidence] == ["reason_query"]


def test_what_is_not_decided_is_no_answer(session: Session) -> None:
    answer = session.ask(
        "Kwoz affects smoking and cancer. Smoking affects cancer. Will smoking increase the chance of cancer?"
    )
    assert answer.status != "answered"
    assert "not decided" in answer.claim


def test_a_question_without_table_or_premises_is_refused(session: Session) -> None:
    with pytest.raises(UsageError, match="state the premises"):
        session.ask("What is the effect of smoking on cancer, please, in the whole population?")


def test_only_a_text_that_states_something_is_a_formal_problem() -> None:
    assert states_premises(FRONTDOOR + "Is cancer more likely than not?")
    assert not states_premises("What is the effect of training on earnings for those who were trained?")
    reading = read_formal_question(FRONTDOOR + "Is cancer more likely than not?", Catalog())
    assert reading is not None
    assert isinstance(reading.question, FormalQuestion)


def test_an_edge_in_a_question_about_a_graph_at_hand_is_not_a_formal_problem() -> None:
    catalog = Catalog(graph="g", graph_nodes=("smoking", "cancer"))
    words = "Smoking causes cancer. Which variables must be adjusted for? Is cancer more likely than not?"
    assert read_formal_question(words, catalog) is None
    assert read_formal_question(words, Catalog()) is not None


def test_a_text_without_end_is_not_read_while_somebody_waits() -> None:
    assert not states_premises(FRONTDOOR * 200 + "Is cancer more likely than not?")
