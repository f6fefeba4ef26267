"""Answer queries of a linear structural model from its coefficients: effects, covariances, formulas, counterfactuals.

Effects are sums over directed paths of the products of coefficients (Wright's tracing rules); counterfactuals go by
abduction, action and prediction. All closed-form, nothing is estimated.
"""

from __future__ import annotations

from itertools import combinations, islice
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.edges import edge
from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.graphs import Admg
from ..domain.model import Model
from ..domain.results import CoefficientFormula, LinearAnswer, PathTerm
from ..domain.separation import separated
from ..spec import Args, Env, Tool
from ..structural import LinearModel

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_VARIABLES = 100
MOST_TERMS = 50
MOST_CANDIDATES = 14
"""Covariates among which sets for a formula are looked for, sets of at most three."""


class Coefficient(Model):
    """The direct effect of one variable on another."""

    cause: str
    effect: str
    value: float = Field(allow_inf_nan=False)
    """Change of the effect per unit of the cause, all other causes held."""


class NoiseCovariance(Model):
    """Noise terms of two variables that go together: a hidden common cause that is not modelled."""

    source: str
    target: str
    value: float = Field(allow_inf_nan=False)


class LinearArgs(Args):
    """Arguments of `reason_linear`."""

    coefficients: tuple[Coefficient, ...] = Field(max_length=4000)
    """All arrows of the model with their coefficients."""
    noise_variances: dict[str, float] = {}
    """Variance of each variable's own noise; 1 where not given, 0 for a variable that follows exactly."""
    noise_covariances: tuple[NoiseCovariance, ...] = ()
    """Pairs whose noise is correlated."""
    intercepts: dict[str, float] = {}
    """Constant of each equation; 0 where not given. Of a root it is the mean."""
    latent: tuple[str, ...] = ()
    """Variables that are not measured: formulas of `identify` do not use them."""
    query: Literal["effect", "covariance", "identify", "counterfactual"]
    """`effect`: total, direct and indirect effect of treatment on outcome. `covariance`: all implied moments, and the
    treks between the two. `identify`: formulas for the total effect and for the coefficient. `counterfactual`: the
    outcome of a unit with these facts under `do`; without `do`, what to expect of it."""
    treatment: str = ""
    """The cause; not needed for `counterfactual`."""
    outcome: str
    """The variable asked about."""
    facts: dict[str, float] = {}
    """Observed values of the unit."""
    do: dict[str, float] = {}
    """Values set by intervention."""


def run(args: LinearArgs, env: Env) -> LinearAnswer:
    """Answer exactly.

    Raises:
        BadArguments: the arrows run in a circle, a name is unknown, or the noise is no covariance.
        AssumptionViolated: the model cannot give rise to the facts.
    """
    del env
    graph = _graph(args)
    model = _model(args, graph)
    if args.query == "counterfactual":
        return _counterfactual(args, model)
    if args.treatment == args.outcome:
        raise BadArguments(f"treatment and outcome are both {args.outcome!r}; give two variables.")
    graph.require(args.treatment)
    return {"effect": _effect, "covariance": _covariance, "identify": _identify}[args.query](args, model, graph)


def _graph(args: LinearArgs) -> Admg:
    arrows = [edge(c.cause, "->", c.effect) for c in args.coefficients]
    arcs = [edge(c.source, "<->", c.target) for c in args.noise_covariances]
    graph = Admg.build(arrows + arcs, nodes=(() if arrows or arcs else (args.outcome,)), latent=args.latent)
    if len(graph.nodes) > MOST_VARIABLES:
        raise BadArguments(f"The model has {len(graph.nodes)} variables; at most {MOST_VARIABLES} are taken. Leave out "
                           "those that are no ancestors of treatment, outcome and facts.")  # fmt: skip
    graph.require(args.outcome, *args.facts, *args.do, *args.noise_variances, *args.intercepts)
    return graph


def _model(args: LinearArgs, graph: Admg) -> LinearModel:
    import numpy as np

    place = {n: i for i, n in enumerate(graph.nodes)}
    weights, noise = np.zeros((len(place), len(place))), np.eye(len(place))
    for c in args.coefficients:
        weights[place[c.effect], place[c.cause]] = c.value
    for name, variance in args.noise_variances.items():
        noise[place[name], place[name]] = variance
    for c in args.noise_covariances:
        noise[place[c.source], place[c.target]] = noise[place[c.target], place[c.source]] = c.value
    if float(np.linalg.eigvalsh(noise).min()) < -1e-9 * max(float(np.abs(noise).max()), 1.0):
        raise BadArguments(
            f"The noise variances {args.noise_variances!r} and covariances are no covariance matrix; a covariance may not "
            "exceed the root of the product of the two variances, and no variance may be negative."
        )
    constants = np.array([args.intercepts.get(n, 0.0) for n in graph.nodes])
    return LinearModel(graph.nodes, weights, noise, constants)


def _premises(*more: Assumption) -> tuple[Assumption, ...]:
    meaning = "Every variable is a weighted sum of its causes plus noise, with the weights given."
    return (Assumption(name="linear equations", meaning=meaning), *more)


def _effect(args: LinearArgs, model: LinearModel, graph: Admg) -> LinearAnswer:
    del graph
    t, y = args.treatment, args.outcome
    total = model.total_effect(t, y)
    direct = float(model.weights[model.at(y), model.at(t)])
    terms = tuple(PathTerm(path=" -> ".join(p), value=v) for p, v in islice(model.paths(t, y), MOST_TERMS))
    return LinearAnswer(
        query=f"Total effect of {t} on {y}",
        value=total,
        direct=direct,
        indirect=total - direct,
        terms=terms,
        reason=f"Direct {direct:.6g}, through others {total - direct:.6g}."
        if terms
        else "No directed path joins them.",
        warnings=_cut(len(terms)),
        assumptions=_premises(),
    )


def _cut(n_terms: int) -> tuple[str, ...]:
    return (f"Only the {MOST_TERMS} shortest paths are listed; the sum has all.",) if n_terms == MOST_TERMS else ()


def _covariance(args: LinearArgs, model: LinearModel, graph: Admg) -> LinearAnswer:
    del graph
    moments, names = model.covariance, model.names
    terms = tuple(islice(_treks(model, args.treatment, args.outcome), MOST_TERMS))
    return LinearAnswer(
        query=f"Covariance of {args.treatment} and {args.outcome}",
        value=float(moments[model.at(args.treatment), model.at(args.outcome)]),
        terms=terms,
        covariance={a: {b: float(moments[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)},
        means={n: float(m) for n, m in zip(names, model.means, strict=True)},
        warnings=_cut(len(terms)),
        assumptions=_premises(),
    )


def _treks(model: LinearModel, x: str, y: str) -> Iterator[PathTerm]:
    """Every way in which two variables go together: paths down to both from one noise term, or from two that correlate."""
    for i, top in enumerate(model.names):
        for j, other in enumerate(model.names):
            if not model.noise[i, j]:
                continue
            for left, a in model.paths(top, x):
                for right, b in model.paths(other, y):
                    up, down = " <- ".join(reversed(left)), " -> ".join(right)
                    middle = up + down[len(other) :] if i == j else f"{up} <-> {down}"
                    yield PathTerm(path=middle, value=a * float(model.noise[i, j]) * b)


def _identify(args: LinearArgs, model: LinearModel, graph: Admg) -> LinearAnswer:
    t, y = args.treatment, args.outcome
    if {t, y} & set(args.latent):
        raise BadArguments(f"{t!r} and {y!r} must both be measured to identify an effect; one is latent.")
    direct = float(model.weights[model.at(y), model.at(t)])
    total = model.total_effect(t, y)
    without = _without(graph, t, (y,))
    formulas = [*_regressions(model, graph, without, t, y, "single_door")]
    formulas += _instruments(model, graph, without, t, y)
    if total != direct:
        cut = _without(graph, t, graph.children(t))
        formulas += _regressions(model, graph, cut, t, y, "backdoor")
    ways = {"single_door": "the coefficient", "instrument": "the coefficient", "backdoor": "the total effect"}
    found = {ways[f.strategy] for f in formulas}
    lacking = [
        w for w in ("the coefficient", "the total effect") if w not in found and (w[4] == "c" or total != direct)
    ]
    reason = f"No regression or instrument was found for {' and '.join(lacking)}." if lacking else ""
    return LinearAnswer(
        query=f"Effect of {t} on {y} from observed variables",
        value=(total if "the total effect" in found else direct) if formulas else None,
        direct=direct,
        indirect=total - direct,
        formulas=tuple(formulas),
        reason=reason,
        assumptions=_premises(
            Assumption(name="graph is right", meaning="Arrows and correlated noise that are not listed are absent.")
        ),
    )  # fmt: skip


def _without(graph: Admg, t: str, effects: tuple[str, ...]) -> Admg:
    """The graph without the arrows from the treatment to some of its effects."""
    kept = [e for e in graph.edges if not (e.directed and e.source == t and e.target in effects)]
    return Admg.build(kept, nodes=graph.nodes, latent=graph.latent)


def _sets(pool: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(min(3, len(pool)) + 1):
        yield from combinations(pool[:MOST_CANDIDATES], size)


def _regressions(
    model: LinearModel, graph: Admg, cut: Admg, t: str, y: str, strategy: Literal["single_door", "backdoor"]
) -> list[CoefficientFormula]:
    """Covariates that leave, without the arrow(s) in question, treatment and outcome independent (Pearl 2009, 5.3)."""
    barred = graph.descendants(y) | ({t} if strategy == "single_door" else graph.descendants(t))
    pool = [n for n in graph.observed if n not in barred and n != t]
    given = next((s for s in _sets(pool) if separated(cut, (t,), (y,), s)), None)
    if given is None or not graph.observed:
        return []
    behind = f" . {', '.join(given)}" if given else ""
    formula = f"coefficient of {t} in the regression of {y} on {t}{', ' if given else ''}{', '.join(given)}"
    return [
        CoefficientFormula(
            strategy=strategy,
            formula=f"{'coefficient' if strategy == 'single_door' else 'total effect'} = r({y} {t}{behind}): {formula}",
            given=given,
            value=_partial(model, t, y, given) / _partial(model, t, t, given),
        )
    ]


def _instruments(model: LinearModel, graph: Admg, cut: Admg, t: str, y: str) -> list[CoefficientFormula]:
    """Conditional instruments for the coefficient: z tied to x, and without x -> y not to y, given w (Brito & Pearl 2002)."""
    after = graph.descendants(y)
    for z in graph.observed:
        if z in (t, y) or z in after:
            continue
        pool = [n for n in graph.observed if n not in after and n not in (t, y, z)]
        for given in _sets(pool):
            if separated(cut, (z,), (y,), given) and not separated(cut, (z,), (t,), given):
                behind = f" | {', '.join(given)}" if given else ""
                top, bottom = _partial(model, z, y, given), _partial(model, z, t, given)
                if not bottom:
                    continue
                formula = f"coefficient = cov({z}, {y}{behind}) / cov({z}, {t}{behind})"
                return [CoefficientFormula(strategy="instrument", formula=formula, given=given, value=top / bottom)]
    return []


def _partial(model: LinearModel, a: str, b: str, given: tuple[str, ...]) -> float:
    """Covariance of two variables given others."""
    import numpy as np

    s, i, j, g = model.covariance, model.at(a), model.at(b), [model.at(n) for n in given]
    return float(s[i, j] - s[i, g] @ np.linalg.pinv(s[np.ix_(g, g)]) @ s[g, j])


def _counterfactual(args: LinearArgs, model: LinearModel) -> LinearAnswer:
    value, std = model.counterfactual(args.facts, args.do, args.outcome)
    facts = ", ".join(f"{n} = {v:g}" for n, v in args.facts.items()) or "nothing known"
    done = ", ".join(f"{n} = {v:g}" for n, v in args.do.items())
    open_ = Assumption(
        name="Gaussian noise",
        meaning="What the facts leave open of the noise is filled in by its conditional mean under normal noise with "
        "the given variances.",
        status="untestable",
    )
    return LinearAnswer(
        query=f"{args.outcome} of a unit with {facts}" + (f", had {done} been set" if done else ""),
        value=value,
        std=std,
        reason="The facts settle it." if not std else "Not all that matters was observed, so this is what to expect.",
        assumptions=_premises(*((open_,) if std else ())),
    )


TOOL = Tool(
    "reason_linear",
    LinearArgs,
    run,
    assumes=("linear equations", "graph is right", "Gaussian noise"),
    example=LinearArgs(
        coefficients=(
            Coefficient(cause="z", effect="t", value=1.0),
            Coefficient(cause="z", effect="y", value=1.5),
            Coefficient(cause="t", effect="y", value=1.0),
        ),
        query="counterfactual",
        outcome="y",
        facts={"t": 1.0, "z": 0.5, "y": 3.0},
        do={"t": 2.0},
    ),
    reference="Wright 1921; Pearl 2009, chapters 5 and 7 (single-door, counterfactuals in linear models); Brito & Pearl 2002",
)
