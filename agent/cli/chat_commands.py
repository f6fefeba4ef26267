"""The slash commands of the chat, and edits of the graph in words."""

from __future__ import annotations

from collections.abc import Callable

from ...tools.domain.errors import BadArguments, UsageError
from ...tools.domain.formats import read_edit, read_knowledge, write_graph
from ...tools.domain.questions import EffectQuestion
from ...tools.domain.results import EffectAdvice
from ..session import Session
from .graphs import proposal_lines
from .suggest import advice_lines
from .text import clean

Say = Callable[[str], object]
QUESTION_WORDS = frozenset(
    ["what", "which", "who", "why", "how", "does", "do", "did", "is", "are", "was", "were", "will", "would", "should", "can", "could"]
)  # fmt: skip
LEAVE = ("/quit", "/exit")


def carry_out(session: Session, words: str, say: Say) -> bool:
    """Carry out a slash command; False when it asks to leave."""
    name, _, rest = words.partition(" ")
    if name in LEAVE:
        return False
    if name not in COMMANDS:
        raise UsageError(f"There is no command {name[:40]!r}. There are: {', '.join([*COMMANDS, *LEAVE])}.")
    for line in COMMANDS[name][1](session, rest.strip()):
        say(f"{clean(line)}\n")
    return True


def change_graph(session: Session, words: str) -> str | None:
    """Read a line as an edit or as knowledge; None when it is a question.

    With a graph in use the edit changes it, as a new version in memory; without one, what is known is kept
    for discovery.
    """
    first = words.lower().split()[0]
    if words.rstrip().endswith("?") or first in QUESTION_WORDS:
        return None
    try:
        edit = read_edit(words)
    except BadArguments:
        return None
    if session.current_graph is not None:
        session.edit_graph(words)
        return f"{edit}: done; /undo takes it back."
    try:
        read_knowledge(words)
    except BadArguments:
        raise UsageError(
            f"There is no graph to change yet ({edit}). Give one with /graph, or ask a question that learns one."
        ) from None
    session.know(words)
    return f"Noted for discovery: {words}"


def _load(session: Session, rest: str) -> list[str]:
    return [session.load(rest).summary()]


def _about(session: Session, rest: str) -> list[str]:
    session.about(rest)
    return ["The codebook is read."]


def _graph(session: Session, rest: str) -> list[str]:
    if rest:
        session.use_graph(rest)
    current = session.current_graph
    if current is None:
        return [
            "There is no graph in use. /graph NAME, FILE or 'z -> t; t -> y' sets one; /graphs lists the remembered ones."
        ]
    name, graph = current
    return [
        f"{name} ({graph.kind}, {len(graph.nodes)} nodes, {len(graph.edges)} edges)",
        *write_graph(graph, "edgelist").splitlines(),
    ]


def _graphs(session: Session, rest: str) -> list[str]:
    found = [f"{r.name}  v{r.version}  {len(r.graph.edges)} edges  {r.author}" for r in session.memory.list_graphs()]
    return found or ["No graphs are remembered yet; /save NAME remembers the one in use."]


def _save(session: Session, rest: str) -> list[str]:
    session.save_graph(rest)
    return [f"Remembered as {rest}."]


def _undo(session: Session, rest: str) -> list[str]:
    session.undo_edit()
    return ["The last change of the graph is taken back.", *_graph(session, "")]


def _know(session: Session, rest: str) -> list[str]:
    if rest:
        session.know(rest)
    known = session.knowledge
    lines = [f"{a} -> {b}" for a, b in known.required] + [f"{a} does not cause {b}" for a, b in known.forbidden]
    lines += [f"nothing causes {n}" for n in known.exogenous] + [f"{n} causes nothing" for n in known.leaves]
    lines += ["order: " + " < ".join(", ".join(t) for t in known.tiers)] if known.tiers else []
    return lines or ["Nothing is known yet. /know nothing causes age"]


def _columns(session: Session, rest: str) -> list[str]:
    lines = [
        f"{table.name}.{c.name}  {c.type}  {c.n_missing} missing  {c.description}"
        for table in session.workspace.tables.values()
        for c in table.columns
    ]
    return lines or ["No table is loaded; /load FILE"]


def _propose(session: Session, rest: str) -> list[str]:
    if rest not in ("", "robust"):
        raise UsageError(f"/propose takes nothing or 'robust', not {rest[:40]!r}.")
    return [*proposal_lines(session.propose_graph(robust=bool(rest))), "/trust accepts its directions."]


def _trust(session: Session, rest: str) -> list[str]:
    session.trust_model = not session.trust_model
    state = "constrain the search for a graph" if session.trust_model else "are only shown beside what the data tell"
    return [f"The directions of the model's graph now {state}."]


def _suggest(session: Session, rest: str) -> list[str]:
    asked = session.last.question if session.last and not rest else None
    if isinstance(asked, EffectQuestion):
        return advice_lines(session.suggest(treatment=asked.treatment, outcome=asked.outcome))
    return advice_lines(session.suggest(rest))


def _link(session: Session, rest: str) -> list[str]:
    names = [n.strip() for n in rest.split(",")] if "," in rest else rest.split()
    if len(names) != 2:
        raise UsageError(f"/link takes two columns, as in: /link age, income. Given was {rest[:60]!r}.")
    return advice_lines(session.link(*names))


def _accept(session: Session, rest: str) -> list[str]:
    opinion = session.advice.opinion if session.advice else None
    if opinion is None:
        raise UsageError("There is no advice to accept yet; /suggest or /link asks the model for some.")
    if isinstance(opinion, EffectAdvice):
        if not rest.isdecimal() or not 1 <= int(rest) <= len(opinion.items):
            raise UsageError(
                f"/accept takes a number from 1 to {len(opinion.items)} of the last advice, not {rest[:20]!r}."
            )
        chosen = opinion.items[int(rest) - 1]
    else:
        chosen = opinion
    session.accept(chosen)
    return ["You know now: " + "; ".join(f"{a} does not cause {b}" for a, b in chosen.forbids) + "."]


def _report(session: Session, rest: str) -> list[str]:
    if session.last is None:
        raise UsageError("There is no answer to report on yet. Ask a question first.")
    return [f"Report written to {session.report(session.last, rest or 'report.html').path}"]


def _remember(session: Session, rest: str) -> list[str]:
    if not rest:
        raise UsageError("Say what to look for: /recall earnings")
    return [f"{h.kind}: {h.name}  {h.text[:100]}  ({h.author}, {h.created})" for h in session.memory.search(rest)] or [
        "Nothing found."
    ]


def _help(session: Session, rest: str) -> list[str]:
    return [f"{name:<10} {meaning}" for name, (meaning, _) in COMMANDS.items()] + ["/quit      leave (Ctrl-D too)"]


COMMANDS: dict[str, tuple[str, Callable[[Session, str], list[str]]]] = {
    "/help": ("this list", _help),
    "/load": ("FILE: load a table", _load),
    "/about": ("FILE: read a codebook", _about),
    "/columns": ("the columns of the loaded tables", _columns),
    "/graph": ("[NAME, FILE or text]: show or set the graph in use", _graph),
    "/graphs": ("the remembered graphs", _graphs),
    "/save": ("NAME: remember the graph in use", _save),
    "/undo": ("take the last change of the graph back", _undo),
    "/know": ("[TEXT]: show or add what is known, such as: nothing causes age", _know),
    "/propose": ("[robust]: have the language model draw the graph it would expect", _propose),
    "/trust": ("accept the directions of the model's graph, or take that back", _trust),
    "/suggest": ("[QUESTION]: have the model name confounders, instruments, negative controls", _suggest),
    "/link": ("COLUMN, COLUMN: have the model say how two columns are linked, and why", _link),
    "/accept": ("[NUMBER]: make the directions of the last advice your own knowledge", _accept),
    "/recall": ("TEXT: search graphs and findings by meaning", _remember),
    "/report": ("[FILE]: write a report on the last answer (.html, .md, .json, .py)", _report),
}
