"""Say what the outcome of one row would have been under another value of the treatment, given a DAG.

The equations on the causal paths are fitted by least squares; the row's own noise is carried over (abduction), the
treatment is set (action), and the outcome follows (prediction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from ..coding import find_column, kind_of, measured, scalar, show
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.graphs import Dag
from ..domain.results import PathTerm, UnitCounterfactual
from ..linear import fit_ols, independent_columns, interval, variance_of
from ..spec import Args, Tool
from ..structural import LinearModel

if TYPE_CHECKING:
    import pandas as pd

    from ..coding import Floats
    from ..domain.results import DatasetCard
    from ..linear import LinearFit
    from ..spec import Env

ASSUMES = ("no hidden confounding", "linear equations", "additive noise", "graph is right")
MOST_PATHS = 20
ROWS_PER_CAUSE = 5


class CounterfactualArgs(Args):
    """Arguments of `estimate_counterfactual`."""

    dataset: str
    """Name of a loaded table."""
    graph: str
    """Name of a DAG of this run whose nodes are columns."""
    treatment: str
    """Column that is set to another value."""
    outcome: str
    """Column asked about: a number."""
    row: int = Field(ge=1)
    """Which row, counted from 1 in the order of the table."""
    value: float = Field(allow_inf_nan=False)
    """What the treatment is set to."""


class Fitted(NamedTuple):
    """One equation of the model."""

    causes: tuple[str, ...]
    fit: LinearFit


def run(args: CounterfactualArgs, env: Env) -> UnitCounterfactual:
    """Abduct the row's noise, set the treatment, predict the outcome.

    Returns:
        The outcome of this very row, not an average. With treatment and outcome in the row, its interval is the error of
        the fitted effect; where one of them is missing it is also what Gaussian noise leaves open.

    Raises:
        BadArguments: the graph is no DAG over columns, or there is no such row.
        AssumptionViolated: a variable on the way is no number, two-valued, or has a hidden cause; or too few rows.
    """
    frame = env.table(args.dataset)
    card = env.card(args.dataset)
    find_column(frame, args.treatment, "the treatment")
    find_column(frame, args.outcome, "the outcome")
    dag = _dag(args, env)
    if args.row > len(frame):
        raise BadArguments(f"There is no row {args.row}; the table has {len(frame)} rows, counted from 1.")
    names = _names(args, dag)
    columns = {n: _values(frame, card, n) for n in names}
    facts = {n: float(v[args.row - 1]) for n, v in columns.items() if v[args.row - 1] == v[args.row - 1]}
    complete = _complete(columns)
    model, fits = _fit_all(dag, names, _on_path(args, dag), complete)
    effect = model.total_effect(args.treatment, args.outcome)
    error = _error(args, model, fits)
    value, std_open = model.counterfactual(facts, {args.treatment: args.value}, args.outcome)
    dof = min(
        (float(f.fit.dof) for f in fits.values() if f.causes), default=float(len(next(iter(complete.values()))) - 1)
    )
    observed = {n: scalar(facts[n]) if n in facts else None for n in (args.treatment, args.outcome)}
    known = args.treatment in facts and args.outcome in facts
    step = args.value - (facts.get(args.treatment, float(model.means[model.at(args.treatment)])))
    low, high, _ = interval(value, (step**2 * error**2 + std_open**2) ** 0.5, dof)
    n_used = len(next(iter(complete.values())))
    return UnitCounterfactual(
        treatment=args.treatment,
        outcome=args.outcome,
        row=args.row,
        observed=observed,
        set_to=args.value,
        value=value,
        ci_low=low,
        ci_high=high,
        change=value - facts[args.outcome] if args.outcome in facts else None,
        effect_per_unit=effect,
        std_error=error,
        std_open=std_open,
        paths=_paths(args, model),
        n_used=n_used,
        assumptions=_premises(args, known),
        checks=_bends(fits),
        warnings=_notes(args, complete, n_used, len(frame), known),
    )  # fmt: skip


def _dag(args: CounterfactualArgs, env: Env) -> Dag:
    graph = env.graph(args.graph)
    if not isinstance(graph, Dag):
        raise BadArguments(
            f"{show(args.graph)} is a {type(graph).__name__}; a counterfactual of one row needs every direction. Give a DAG."
        )
    graph.require(args.treatment, args.outcome)
    if args.treatment == args.outcome:
        raise BadArguments(f"treatment and outcome are both {show(args.outcome)}; give two columns.")
    if {args.treatment, args.outcome} & set(graph.latent):
        raise BadArguments(f"{show(args.treatment)} and {show(args.outcome)} must be measured; one of them is latent.")
    return graph


def _names(args: CounterfactualArgs, dag: Dag) -> tuple[str, ...]:
    """The treatment, what it reaches on the way to the outcome, and the causes of that; causes first."""
    on_path = _on_path(args, dag)
    wanted = {args.treatment, *on_path}
    hidden = set(dag.latent)
    for node in on_path:
        for cause in dag.parents(node):
            if cause not in hidden:
                wanted.add(cause)
            elif cause in on_path or len(dag.children(cause)) > 1 or dag.parents(cause):
                raise AssumptionViolated(
                    f"{show(node)} has the hidden cause {show(cause)}, so its equation cannot be fitted and the noise of "
                    "one row cannot be told apart. Measure it, or ask for an average effect (identify_effect)."
                )
    return tuple(n for n in dag.topological_order() if n in wanted)


def _on_path(args: CounterfactualArgs, dag: Dag) -> frozenset[str]:
    """What the treatment moves on its way to the outcome, and the outcome."""
    between = dag.descendants(args.treatment) & dag.ancestors(args.outcome)
    return (between | {args.outcome}) - {args.treatment}


def _values(frame: pd.DataFrame, card: DatasetCard, name: str) -> Floats:
    column = find_column(frame, name, "a node of the graph")
    known = card.column(name)
    if kind_of(column) not in ("number", "bool") or (known is not None and known.type == "nominal"):
        raise AssumptionViolated(
            f"Column {show(name)} holds categories; a linear equation needs numbers. Code it as numbers with meaning, or "
            "ask for an average effect instead."
        )
    return measured(column, name)


def _complete(columns: dict[str, Floats]) -> dict[str, Floats]:
    import numpy as np

    keep = ~np.any(np.isnan(np.column_stack(list(columns.values()))), axis=1)
    return {n: v[keep] for n, v in columns.items()}


def _fit_all(
    dag: Dag, names: tuple[str, ...], on_path: frozenset[str], columns: dict[str, Floats]
) -> tuple[LinearModel, dict[str, Fitted]]:
    """Least squares of every variable on those of its causes that are here; noise off the paths may be correlated."""
    import numpy as np

    p, n_samples = len(names), len(columns[names[0]])
    place = {n: i for i, n in enumerate(names)}
    weights, variances, intercepts = np.zeros((p, p)), np.zeros(p), np.zeros(p)
    fits: dict[str, Fitted] = {}
    for name in names:
        causes = tuple(c for c in dag.parents(name) if c in place)
        x = np.column_stack([np.ones(n_samples), *(columns[c] for c in causes)])
        if n_samples < ROWS_PER_CAUSE * (1 + len(causes)) or not independent_columns(x[:, 1:]).all():
            raise AssumptionViolated(
                f"The equation of {show(name)} cannot be fitted: {n_samples} complete rows for {len(causes)} causes, "
                f"{', '.join(map(show, causes))[:200]}; at least {ROWS_PER_CAUSE} rows a coefficient are needed and no cause "
                "may be constant or follow from the others."
            )
        fit = fit_ols(x, columns[name])
        fits[name] = Fitted(causes, fit)
        intercepts[place[name]] = fit.coef[0]
        weights[place[name], [place[c] for c in causes]] = fit.coef[1:]
        variances[place[name]] = float(fit.residuals @ fit.residuals) / fit.dof
    noise = np.diag(variances)
    upstream = [place[n] for n in names if n not in on_path]
    together = np.column_stack([fits[names[i]].fit.residuals for i in upstream])
    noise[np.ix_(upstream, upstream)] = np.atleast_2d(together.T @ together / (n_samples - 1))
    return LinearModel(names, weights, noise, intercepts), fits


def _error(args: CounterfactualArgs, model: LinearModel, fits: dict[str, Fitted]) -> float:
    """Standard error of the total effect by the delta method, HC2: d effect / d b[i, j] = reach[y, i] reach[j, t]."""
    import numpy as np

    t, y = model.at(args.treatment), model.at(args.outcome)
    scores = np.zeros_like(next(iter(fits.values())).fit.residuals)
    for name, (causes, fit) in fits.items():
        gradient = np.array([0.0, *(model.reach[y, model.at(name)] * model.reach[model.at(c), t] for c in causes)])
        if name != args.treatment and gradient.any():
            scores = scores + fit.scores(gradient)
    return variance_of(scores, None, 1) ** 0.5


def _paths(args: CounterfactualArgs, model: LinearModel) -> tuple[PathTerm, ...]:
    from itertools import islice

    found = islice(model.paths(args.treatment, args.outcome), MOST_PATHS)
    return tuple(PathTerm(path=" -> ".join(p), value=v) for p, v in found)


def _bends(fits: dict[str, Fitted]) -> tuple[Check, ...]:
    """Whether the square of the fitted values adds to an equation (Ramsey 1969); the worst one, Bonferroni-corrected."""
    import numpy as np

    worst, where, n_tests = 1.0, "", 0
    for name, (causes, fit) in fits.items():
        squared = (fit.x @ fit.coef) ** 2
        x = np.column_stack([fit.x, squared / max(float(np.abs(squared).max()), 1e-300)])
        if not causes or not independent_columns(x[:, 1:]).all():
            continue
        n_tests += 1
        more = fit_ols(x, fit.x @ fit.coef + fit.residuals)
        _, p_value = more.test_last(None)
        if p_value < worst:
            worst, where = p_value, name
    if not n_tests:
        return ()
    worst = min(1.0, worst * n_tests)
    bent = worst < 0.05
    return (
        Check(
            name="linear equations",
            status="fail" if bent else "pass",
            p_value=worst,
            meaning=(
                f"The equation of {show(where)} is not linear: the square of its fitted values adds to it."
                if bent
                else "No equation shows a bend that these data can see."
            ),
            does_not_show="That the equations are linear, that the arrows are right, or that no common cause is hidden.",
        ),
    )


def _premises(args: CounterfactualArgs, known: bool) -> tuple[Assumption, ...]:
    t, y = args.treatment, args.outcome
    found = [
        Assumption(
            name="no hidden confounding",
            meaning=f"Every common cause of {t}, {y} and what lies between them is in the graph and measured.",
            status="untestable",
        ),
        Assumption(
            name="linear equations", meaning="Every variable on the way is a weighted sum of its causes plus noise."
        ),
        Assumption(
            name="additive noise",
            meaning=f"What is special about this row adds to {y} and would have been the same under another {t}; the effect is "
            "the same for every row.",
            status="untestable",
        ),
        Assumption(name="graph is right", meaning="The arrows on the paths and into them are the true ones."),
    ]
    if not known:
        found.append(
            Assumption(
                name="Gaussian noise",
                meaning="What the row's missing values leave open is filled in by its conditional mean under normal noise.",
                status="untestable",
            )
        )
    return tuple(found)


def _notes(
    args: CounterfactualArgs, columns: dict[str, Floats], n_used: int, n_rows: int, known: bool
) -> tuple[str, ...]:
    import numpy as np

    notes: list[str] = []
    if n_used < n_rows:
        notes.append(f"{n_rows - n_used} of {n_rows} rows were left out of the fit for missing values.")
    low, high = float(columns[args.treatment].min()), float(columns[args.treatment].max())
    if not low <= args.value <= high:
        notes.append(
            f"{show(args.treatment)} = {args.value:g} lies outside the observed range, {low:g} to {high:g}; the answer extrapolates."
        )
    if not known:
        notes.append(
            "Treatment or outcome is missing in this row, so the answer is what to expect of it, not its own value."
        )
    if len(np.unique(columns[args.outcome])) == 2:
        notes.append(
            f"{show(args.outcome)} takes two values; a linear equation gives a shift of its chance, which is not a value it can have."
        )
    return tuple(notes)


TOOL = Tool(
    "estimate_counterfactual",
    CounterfactualArgs,
    run,
    assumes=ASSUMES,
    example=CounterfactualArgs(dataset="confounder", graph="confounder", treatment="t", outcome="y", row=3, value=1.0),
    reference="Pearl 2009, theorem 7.1.7 (abduction, action, prediction); MacKinnon & White 1985 (HC2); Ramsey 1969 (RESET)",
)
