"""`whence demo`: questions about bundled real data, answered in front of you."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from ..session import Session
from . import values


class Scene(NamedTuple):
    """One question about one bundled table."""

    folder: str
    title: str
    question: str
    graph: str | None = None


SCENES = (
    Scene(
        "nsw_experiment",
        "A randomised experiment: job training and earnings (445 men)",
        "Did the training raise earnings in 1978?",
    ),
    Scene(
        "nsw_cps",
        "The same trained men against a survey: not randomised (16,177 men)",
        "What is the effect of training on earnings in 1978 for those who got it?",
    ),
    Scene(
        "card",
        "Schooling and wages, with college proximity as an instrument (3,010 men)",
        "What is the effect of educ on lwage, using college proximity nearc4 as an instrument and adjusting for exper, expersq, black, "
        "south, smsa, smsa66, reg661, reg662, reg663, reg664, reg665, reg666, reg667 and reg668?",
    ),
    Scene(
        "card",
        "The same table, when ability drives both and nothing else is known",
        "What is the effect of educ on lwage?",
        graph="dag { ability [latent]; ability -> educ; ability -> lwage; educ -> lwage }",
    ),
)


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--report", metavar="FOLDER", help="also write an HTML report of each answer here")
    values.add_policy(parser, default="rules")
    parser.add_argument("--only", choices=sorted({s.folder for s in SCENES}), help="only the scenes of this table")


def main(args: argparse.Namespace) -> int:
    """Play the scenes."""
    from .progress import Progress
    from .show import show_answer

    console = Console(highlight=False)
    with as_file(files("whence") / "evals" / "data") as data:
        for scene in SCENES:
            if args.only in (None, scene.folder):
                console.rule(f"[bold]{scene.title}[/]", align="left")
                console.print(_command(scene), markup=False, style="bold cyan")
                with Progress() as progress, Session(policy=args.policy, on_event=progress, roots=[data]) as session:
                    session.load(_table(data / scene.folder))
                    session.about(data / scene.folder / "codebook.md")
                    if scene.graph:
                        session.use_graph(scene.graph)
                    answer = session.ask(scene.question)
                    progress.stop()
                    show_answer(answer, console)
                    if args.report:
                        target = Path(args.report) / f"{scene.folder}.html"
                        target.parent.mkdir(parents=True, exist_ok=True)
                        sys.stdout.write(f"Report written to {session.report(answer, target).path}\n")
    console.print('\nNow your own: [bold]whence ask FILE "question"[/], or [bold]whence chat FILE[/].')
    return 0


def _command(scene: Scene) -> str:
    graph = f" --graph '{scene.graph}'" if scene.graph else ""
    return f'whence ask {scene.folder}.csv "{scene.question}" --about codebook.md{graph}'


def _table(folder: Path) -> Path:
    return next(iter(sorted(folder.glob("*.csv"))))
