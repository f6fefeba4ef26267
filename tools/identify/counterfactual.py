"""Identify the probability of counterfactual events, perhaps given others, or say why no data can tell it.

Events may be in different worlds: `y` when `x` is set, given that `x` was otherwise (effect on the treated), or `y` when
`x` is set and `m` is what it would have been without (natural effects).
"""

from __future__ import annotations

from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.graphs import Admg, Dag
from ..domain.model import Model
from ..domain.projection import project
from ..domain.results import CounterfactualIdentification
from ..spec import Args, Env, Tool
from ._counterfactual import idc_star, judged
from ._worlds import Happening

Level = int | str


class CounterfactualEvent(Model):
    """A variable has a value in a world where others are set; in the actual world when nothing is set."""

    variable: str
    value: Level
    do: dict[str, Level] = {}
    """Variables that are set, with their values."""
    natural: dict[str, dict[str, Level]] = {}
    """Variables set to what they would be in another world, with what is set there: {"m": {"x": 0}}."""


class CounterfactualArgs(Args):
    """Arguments of `identify_counterfactual`."""

    graph: str
    """Name of a DAG (latent nodes allowed) or ADMG of this run."""
    events: tuple[CounterfactualEvent, ...]
    """The events whose joint probability is asked."""
    given: tuple[CounterfactualEvent, ...] = ()
    """Events that are known to have happened."""


def run(args: CounterfactualArgs, env: Env) -> CounterfactualIdentification:
    """Apply ID* and IDC*, then ID to every experiment they need.

    Raises:
        BadArguments: there is no event, a variable is no measured node, the graph is an equivalence class, or a known
            event has natural values.
    """
    graph = env.graph(args.graph)
    if not isinstance(graph, Dag | Admg):
        raise BadArguments(f"{args.graph!r} is a {type(graph).__name__}; counterfactuals need a DAG or an ADMG.")
    _check(args, graph)
    happenings, free = _happenings(args.events)
    given, _ = _happenings(args.given)
    found = idc_star(project(graph), happenings, given, free)
    status, formula, reason = judged(found)
    return CounterfactualIdentification(
        query=_query(args),
        status=status,
        formula=formula,
        reason=reason,
        assumptions=(
            Assumption(name="the graph is right", meaning="The graph has every cause and every hidden common cause."),
        ),
    )


def _happenings(events: tuple[CounterfactualEvent, ...]) -> tuple[list[Happening], list[tuple[str, str]]]:
    """Events with natural values unnested: a sum over these values, each of which then is an event of its own."""
    found: list[Happening] = []
    free: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    for event in events:
        do = {n: _symbol(n, v) for n, v in event.do.items()}
        for variable, setting in event.natural.items():
            world = tuple(sorted((n, _symbol(n, v)) for n, v in setting.items()))
            if (variable, world) not in free:
                same = sum(n == variable for n, _ in free)
                free[variable, world] = variable + "'" * same
                found.append(Happening(variable, free[variable, world], world))
            do[variable] = free[variable, world]
        found.append(Happening(event.variable, _symbol(event.variable, event.value), tuple(sorted(do.items()))))
    return found, [(variable, symbol) for (variable, _), symbol in free.items()]


def _symbol(variable: str, value: Level) -> str:
    return f"{variable}={value}"


def _query(args: CounterfactualArgs) -> str:
    def shown(event: CounterfactualEvent) -> str:
        do = [_symbol(n, v) for n, v in event.do.items()]
        do += [f"{n}[{', '.join(_symbol(*s) for s in setting.items())}]" for n, setting in event.natural.items()]
        return f"{event.variable}{'[' + ', '.join(do) + ']' if do else ''}={event.value}"

    behind = f" | {', '.join(map(shown, args.given))}" if args.given else ""
    return f"P({', '.join(map(shown, args.events))}{behind})"


def _check(args: CounterfactualArgs, graph: Dag | Admg) -> None:
    if not args.events:
        raise BadArguments(
            "No event is given; name at least one, such as {'variable': 'y', 'value': 1, 'do': {'x': 1}}."
        )
    for event in (*args.events, *args.given):
        inner = [n for setting in event.natural.values() for n in setting]
        names = (event.variable, *event.do, *event.natural, *inner)
        graph.require(*names)
        if hidden := [n for n in names if n in graph.latent]:
            raise BadArguments(f"{hidden[0]!r} is latent in the graph; name measured variables: {graph.observed}.")
        if both := sorted(set(event.do) & set(event.natural)):
            raise BadArguments(f"{both[0]!r} is both set and left at its natural value; choose one.")
    if nested := [e.variable for e in args.given if e.natural]:
        raise BadArguments(
            f"The known event on {nested[0]!r} has natural values; only events asked about may have them."
        )


TOOL = Tool(
    "identify_counterfactual",
    CounterfactualArgs,
    run,
    assumes=("the graph is right", "positivity"),
    example=CounterfactualArgs(
        graph="confounder",
        events=(CounterfactualEvent(variable="y", value=1, do={"t": 1}),),
        given=(CounterfactualEvent(variable="t", value=0),),
    ),
    reference="Shpitser and Pearl 2007, What counterfactuals can be tested, Figures 3 and 4 (ID*, IDC*)",
)
