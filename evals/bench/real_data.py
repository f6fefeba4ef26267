"""Real data with published answers, each question asked three ways."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ...agent.session import Session
from ...agent.state import Answer
from ...tools.domain.results import EffectEstimate, result_from_json
from ._table import Table


class Case(NamedTuple):
    """A table, one question in three wordings, the published value and where it stands."""

    folder: str
    wordings: tuple[str, str, str]
    published: float
    tolerance: float
    source: str


COVARIATES = "exper, expersq, black, south, smsa, smsa66, " + ", ".join(f"reg{n}" for n in range(661, 669))
CASES = (
    Case(
        "nsw_experiment",
        (
            "Did the training raise earnings in 1978?",
            "What is the effect of treat on re78?",
            "Is re78 affected by the job training?",
        ),
        1794.34,
        0.01,
        "Dehejia and Wahba 1999, table 3",
    ),
    Case(
        "card",
        (
            f"What is the effect of education on log wage, using nearc4 as an instrument and adjusting for {COVARIATES}?",
            f"Instrumenting by nearc4 and controlling for {COVARIATES}, does educ raise lwage?",
            f"By how much does educ change lwage, with nearc4 as the instrument, adjusting for {COVARIATES}?",
        ),
        0.1315,
        0.0005,
        "Card 1995, table 3",
    ),
)
SURVEY = (
    "What is the effect of training on earnings in 1978 for those who got it?",
    "Among the treated, how much did treat change re78?",
    "Did the training raise the 1978 earnings of those who took it?",
)


def main() -> int:
    """Print published and found values; 1 when one is off or a wording is read differently."""
    table = Table(
        "Real data",
        ("table", "wording", "read as", "by", "estimate", "95 % interval", "naive / OLS", "published", "seconds"),
    )
    failed = False
    with as_file(files("whence") / "evals" / "data") as data, TemporaryDirectory() as home:
        for case in CASES:
            answers = [_ask(data / case.folder, words, Path(home)) for words in case.wordings]
            failed |= (
                len({a.question.model_dump_json(exclude={"hints": {"because"}}) for a in answers if a.question}) != 1
            )
            for i, answer in enumerate(answers, 1):
                failed |= answer.estimate is None or abs(answer.estimate.value - case.published) > case.tolerance
                _row(table, case.folder, i, answer, f"{case.published:,} ({case.source})")
        answers = [_ask(data / "nsw_cps", words, Path(home)) for words in SURVEY]
        for i, answer in enumerate(answers, 1):
            _row(table, "nsw_cps", i, answer, "naive -8,498; experiment 1,794")
        failed |= len({a.question.model_dump_json(exclude={"hints": {"because"}}) for a in answers if a.question}) != 1
        for claim in answers[0].claims:
            if "verlap" in claim.text or "Without adjustment" in claim.text:
                table.note(f"- nsw_cps: {claim.text}")
    table.publish("real_data")
    return int(failed)


def _ask(folder: Path, words: str, home: Path) -> Answer:
    with Session(home=home, roots=[folder]) as session:
        session.load(next(iter(sorted(folder.glob("*.csv")))))
        session.about(folder / "codebook.md")
        return session.ask(words)


def _row(table: Table, folder: str, wording: int, answer: Answer, published: str) -> None:
    question = answer.question
    read = (
        f"{question.estimand} of {question.treatment} on {question.outcome}"
        if question and question.kind == "effect"
        else "?"
    )
    e = answer.estimate
    value = f"{e.value:,.4g}" if e else answer.status
    interval = f"{e.ci_low:,.4g} to {e.ci_high:,.4g}" if e and e.ci_low is not None and e.ci_high is not None else ""
    table.add(
        folder,
        wording,
        read,
        answer.estimator or "",
        value,
        interval,
        _naive(answer),
        published,
        f"{answer.seconds:.1f}",
    )


def _naive(answer: Answer) -> str:
    """The estimate that ignores the design: no adjustment, or OLS beside an instrument; with the first stage."""
    parts: list[str] = []
    for evidence in answer.evidence:
        result = result_from_json(evidence.result) if evidence.ok and evidence.result else None
        if isinstance(result, EffectEstimate):
            if result.estimator != answer.estimator and (answer.design == "instrument" or not result.adjustment_set):
                parts.append(f"{result.value:,.4g}")
            if "first_stage_f" in result.diagnostics:
                parts.append(f"first-stage F {result.diagnostics['first_stage_f']:.1f}")
    return "; ".join(parts)
