"""Answer a causal or counterfactual query from a graph and given probabilities: exactly, or by bounds.

The graph may have hidden nodes, and the given numbers may be any: conditional tables, margins, joints, results of
experiments. What follows from them is exact; what does not is bounded by linear programs over response types.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..domain.edges import edge
from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.graphs import Admg, Dag
from ..domain.model import Model
from ..domain.projection import project
from ..domain.results import QueryAnswer
from ..spec import Args, Env, Tool
from ._assumed import assumed
from ._disagree import with_arrows
from ._ladder import Index, QueryKind, ratios_of
from ._margins import Key, margins
from ._solve import Given, Outcome, tightest
from ._worlds import Atom, Event, World, setting

Level = int | str
Assume = Literal["monotonicity", "homogeneous_effect", "treated_like_all", "unconfounded_mediator"]


class Probability(Model):
    """One given number, such as P(y=1 | x=0), P(x=1, y=1) or P(y=1 | do(x=1))."""

    event: dict[str, Level]
    """Nodes and the levels they have together."""
    given: dict[str, Level] = {}
    """What is observed."""
    do: dict[str, Level] = {}
    """What is set by intervention."""
    value: float = Field(ge=0, le=1)
    """The probability."""

    def label(self) -> str:
        """The statement as people write it."""

        def shown(values: dict[str, Level]) -> str:
            return ", ".join(f"{n}={v}" for n, v in values.items())

        behind = [shown(self.given)] if self.given else []
        behind += [f"do({shown(self.do)})"] if self.do else []
        return f"P({shown(self.event)}{' | ' if behind else ''}{', '.join(behind)}) = {self.value:g}"


class QueryArgs(Args):
    """Arguments of `reason_query`."""

    edges: tuple[tuple[str, str], ...] = ()
    """(cause, effect) pairs of the graph; or name a graph of this run in `graph`."""
    graph: str | None = None
    """Name of a DAG of this run, instead of `edges`."""
    nodes: tuple[str, ...] = ()
    """Nodes without any edge."""
    latent: tuple[str, ...] = ()
    """Nodes that are not measured; numbers about them may be given all the same."""
    levels: dict[str, tuple[Level, ...]] = {}
    """Levels of each node that is not binary; the others have 0 and 1."""
    probabilities: tuple[Probability, ...] = ()
    """All given numbers."""
    query: QueryKind
    """`association` compares the outcome between treatment levels as observed; effects are on P(outcome level)."""
    treatment: str = ""
    """The cause; not needed for `marginal`, `conditional` and `interventional`."""
    outcome: str
    """The node asked about."""
    treatment_level: Level = 1
    """Level of the treatment whose effect is asked."""
    control_level: Level = 0
    """Level it is compared with."""
    outcome_level: Level = 1
    """Level of the outcome whose probability is asked."""
    given: dict[str, Level] = {}
    """Facts observed in the real world that the query is conditioned on."""
    do: dict[str, Level] = {}
    """Nodes held fixed: the intervention of `interventional`, the mediators of `CDE`."""
    mediators: tuple[str, ...] = ()
    """Mediators of `NDE` and `NIE`; () for every node between treatment and outcome."""
    assume: tuple[Assume, ...] = ()
    """`monotonicity`: the treatment level never prevents the outcome level. The others decide only what the given
    numbers leave open. `homogeneous_effect`: the effect is the same for all that an instrument moves, so that the Wald
    ratio is the ATE. `treated_like_all`: the ATT and the ATC are the ATE. `unconfounded_mediator`: natural effects leave
    out hidden common causes of mediator and outcome."""
    rounding: float = Field(default=0.0, ge=0, le=0.05)
    """How far the given numbers may be off: 0.005 for whole per cents. What then clashes by rounding alone is no clash;
    of such numbers the first ones count."""
    when_inconsistent: Literal["report", "add_arrows"] = "report"
    """What to do with numbers that show dependences which the graph rules out, as measured frequencies do: report the
    clash, or let the conditions of the given numbers act on their events and answer in that larger graph, saying so."""


def run(args: QueryArgs, env: Env) -> QueryAnswer:
    """Answer exactly when it follows from what is given, else bound it."""
    return answer(args, _dag(args, env))


def answer(args: QueryArgs, dag: Dag) -> QueryAnswer:
    """The answer over a given graph."""
    _check(args, dag)
    if args.when_inconsistent == "add_arrows":
        return with_arrows(args, dag, answer)
    levels = {n: args.levels.get(n, (0, 1)) for n in dag.nodes}

    def index(values: dict[str, Level]) -> dict[str, int]:
        return {n: levels[n].index(v) for n, v in values.items()}

    asked = ratios_of(args, dag, index)
    spoken = {n for p in args.probabilities for n in (*p.event, *p.given, *p.do)} | asked.nodes
    hidden = [n for n in dag.nodes if n not in spoken]
    admg = project(Dag.build(dag.edges, nodes=dag.nodes, latent=hidden))
    world = World(admg, {n: len(v) for n, v in levels.items()})
    givens = [_given(world, p, index) for p in args.probabilities] + _sums(args, world, index)
    if "monotonicity" in args.assume:
        givens.append(Given("monotonicity", world.polynomial(asked.prevented), world.polynomial(()), 0.0))
    # what is cut short needs fewer numbers; written out, numbers of the joint distribution fix more of it
    forms = ([(w, write(top, bottom)) for w, top, bottom in asked.ratios] for write in (world.ratio, world.whole_ratio))
    found = tightest(world, givens, forms, rounding=4 * args.rounding)
    loose = found.joined or not _canonical(dag, admg, frozenset(hidden))
    result = _result(args, asked.text, found, world, levels, sharp=not loose)
    return assumed(args, dag, result, answer) if args.assume and result.status == "bounds" else result


def _given(world: World, p: Probability, index: Index) -> Given:
    return _equation(
        world, p.label(), p.value, (setting(index(p.event)), setting(index(p.given)), setting(index(p.do)))
    )


def _equation(world: World, label: str, value: float, key: Key) -> Given:
    event, known = ([Atom(n, v, key[2]) for n, v in side] for side in key[:2])
    return Given(label, *world.ratio(event, known), value)


def _sums(args: QueryArgs, world: World, index: Index) -> list[Given]:
    """Margins of the given joint tables; what they say is in the tables, yet only they are linear at first."""
    cells = {
        (setting(index(p.event)), setting(index(p.given)), setting(index(p.do))): p.value for p in args.probabilities
    }
    found = margins(cells, world.n_levels)
    return [_equation(world, "a sum of given joint probabilities", value, key) for key, value in found.items()]


def _result(
    args: QueryArgs, text: str, found: Outcome, world: World, levels: dict[str, tuple[Level, ...]], *, sharp: bool
) -> QueryAnswer:
    low, high = found.lower, found.upper
    meets = low is not None and high is not None and high - low < 1e-7
    status = "inconsistent" if found.conflicts or low is None else "exact" if meets else "bounds"
    reason = ""
    if found.conflicts:
        reason = f"These cannot all be true: {'; '.join(found.conflicts[:5])}. Rounded numbers may clash by rounding."
    elif found.unused:
        reason = f"Not used: {'; '.join(found.unused[:3])}."
    terms = dict.fromkeys(_term(world, e, levels) for _, e in found.missing) if status == "bounds" else {}
    return QueryAnswer(
        query=text,
        status=status,
        value=(low + high) / 2 if meets and low is not None and high is not None else None,
        lower=low,
        upper=high,
        sharp=sharp or status == "exact",
        missing=tuple(terms)[:20],
        unused=tuple(found.unused),
        method="linear program over response types" if found.by_program else "factorisation of the graph",
        reason=reason,
        assumptions=(
            Assumption(name="graph is right", meaning="The graph has every cause and every hidden common cause."),
        ),
    )


def _term(world: World, event: Event, levels: dict[str, tuple[Level, ...]]) -> str:
    """A factor in words: a conditional probability, or one under interventions when a hidden cause is near."""
    parts = [
        (n, levels[n][v], [f"{p}={levels[p][i]}" for p, i in zip(world.parents[n], at, strict=True)])
        for (n, at), v in sorted(event)
    ]
    alone = sum(d == world.district[parts[0][0]] for d in world.district.values()) == 1
    if len(parts) == 1:
        n, v, at = parts[0]
        behind = ", ".join(at) if alone or not at else f"do({', '.join(at)})"
        return f"P({n}={v}{' | ' if behind else ''}{behind})"
    return "P(" + ", ".join(f"{n}[{', '.join(at)}]={v}" if at else f"{n}={v}" for n, v, at in parts) + ")"


def _canonical(dag: Dag, admg: Admg, hidden: frozenset[str]) -> bool:
    """Whether response types lose nothing: only unmeasured nodes are left out, one hidden cause a district."""
    if any(n not in dag.latent and dag.children(n) for n in hidden):
        return False
    near = {
        n: {m for e in admg.incident(n) if e.symbol == "<->" for m in (e.source, e.target)} - {n} for n in admg.nodes
    }
    return not any(b != c and c not in near[b] for a in near for b in near[a] for c in near[a]) and all(
        len(around) < 2 for around in near.values()
    )


def _dag(args: QueryArgs, env: Env) -> Dag:
    if args.graph is None:
        built = [edge(a, "->", b) for a, b in args.edges]
        extra = (*args.nodes, *(() if args.edges else (args.outcome,)))
        return Dag.build(built, nodes=extra, latent=args.latent)
    if args.edges:
        raise BadArguments("Give edges, or the name of a graph, not both.")
    graph = env.graph(args.graph)
    if not isinstance(graph, Dag):
        raise BadArguments(
            f"{args.graph!r} is a {type(graph).__name__}; a DAG is needed, hidden causes as latent nodes."
        )
    return graph


def _check(args: QueryArgs, dag: Dag) -> None:
    if args.treatment or args.query not in ("marginal", "conditional", "interventional"):
        dag.require(args.treatment)
        if args.treatment == args.outcome:
            raise BadArguments(f"treatment and outcome are both {args.outcome!r}; give two nodes.")
    dag.require(args.outcome, *args.mediators, *args.levels)
    sides = [s for p in args.probabilities for s in (p.event, p.given, p.do)] + [args.given, args.do]
    points = [(n, v) for side in sides for n, v in side.items()] + [(args.outcome, args.outcome_level)]
    if args.treatment:
        points += [(args.treatment, args.treatment_level), (args.treatment, args.control_level)]
    for n, v in points:
        dag.require(n)
        if v not in args.levels.get(n, (0, 1)):
            raise BadArguments(
                f"{n!r} has no level {v!r}; its levels are {args.levels.get(n, (0, 1))}, set in `levels`."
            )


TOOL = Tool(
    "reason_query",
    QueryArgs,
    run,
    assumes=("graph is right",),
    example=QueryArgs(
        edges=(("z", "t"), ("z", "y"), ("t", "y")),
        probabilities=(
            Probability(event={"z": 1}, value=0.4),
            Probability(event={"y": 1}, given={"t": 0, "z": 0}, value=0.2),
            Probability(event={"y": 1}, given={"t": 1, "z": 0}, value=0.5),
            Probability(event={"y": 1}, given={"t": 0, "z": 1}, value=0.6),
            Probability(event={"y": 1}, given={"t": 1, "z": 1}, value=0.7),
        ),
        query="ATE",
        treatment="t",
        outcome="y",
    ),
    reference="Balke and Pearl 1994, Counterfactual probabilities; Tian and Pearl 2000; Pearl 2009, chapters 1, 8 and 9",
)
