"""Say what every variable is to a treatment and an outcome, with the path that makes it so, and whether to adjust for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..domain.adjustment import AdjustmentProblem
from ..domain.equivalence import members
from ..domain.errors import BadArguments, TooLarge
from ..domain.graphs import Admg, Cpdag, Dag, Pag
from ..domain.results import RoleName, RolesResult, VariableRole
from ..domain.separation import open_path, separated
from ..spec import Args, Tool
from ._roles import NO_PATH, AdjustVerdict, RoleFinder

if TYPE_CHECKING:
    from ..spec import Env

MAX_MEMBERS = 64
"""Members of an equivalence class that are gone through one by one."""
MAX_NODES = 500


class RolesArgs(Args):
    """Arguments of `graph_roles`."""

    graph: str
    """Name of a graph, or the id of the evidence that holds one."""
    treatment: str
    """The cause."""
    outcome: str
    """The effect."""


def run(args: RolesArgs, env: Env) -> RolesResult:
    """Give every variable its role for the total effect.

    Returns:
        One role a variable, the first that fits of: mediator, collider, descendant, confounder, proxy of a confounder,
        instrument, cause of treatment, M-bias collider, precision, irrelevant. On a CPDAG or PAG a variable whose
        role depends on edges that are not decided is `undecided`.

    Raises:
        BadArguments: a name is not a node, treatment is outcome, or the graph is over time.
        TooLarge: the graph has over 500 nodes.
    """
    graph = env.graph(args.graph)
    problem = AdjustmentProblem(graph, args.treatment, args.outcome)
    if len(graph.nodes) > MAX_NODES:
        raise TooLarge(
            f"The graph has {len(graph.nodes)} nodes, over the {MAX_NODES} whose roles are worked out; use graph_adjustment, or cut "
            f"the graph down to the variables near {args.treatment!r} and {args.outcome!r}."
        )
    if isinstance(graph, Dag | Admg):
        finder = RoleFinder(graph, args.treatment, args.outcome)
        roles = tuple(finder.role(n) for n in graph.nodes)
    elif isinstance(graph, Cpdag):
        roles = _over_members(graph, problem)
    elif isinstance(graph, Pag):
        roles = tuple(_coarse(graph, problem, n) for n in graph.nodes)
    else:
        raise BadArguments("Roles in a LaggedDag need the time steps spelled out; unroll it to a Dag first.")
    return RolesResult(treatment=args.treatment, outcome=args.outcome, roles=roles)


def _over_members(graph: Cpdag, problem: AdjustmentProblem) -> tuple[VariableRole, ...]:
    """Roles in every member of the class; where they differ the variable is undecided."""
    dags = list(members(graph, limit=MAX_MEMBERS + 1))
    if len(dags) > MAX_MEMBERS:
        return tuple(_coarse(graph, problem, n) for n in graph.nodes)
    finders = [RoleFinder(dag, problem.treatment, problem.outcome) for dag in dags]
    return tuple(_common(problem, [f.role(n) for f in finders]) for n in graph.nodes)


def _common(problem: AdjustmentProblem, found: list[VariableRole]) -> VariableRole:
    roles = Counter(r.role for r in found)
    verdicts = {r.adjust for r in found}
    variable = found[0].variable
    if len(roles) == 1 and len(verdicts) == 1:
        return found[0]
    adjust: AdjustVerdict = "allowed"
    if variable in problem.forbidden or "harmful" in verdicts:
        adjust = "harmful"
    elif len(verdicts) == 1:
        adjust = found[0].adjust
    counted = [f"{_words(role)} in {count} of {len(found)}" for role, count in roles.most_common()]
    role: RoleName = found[0].role if len(roles) == 1 else "undecided"
    path = "; ".join(dict.fromkeys(r.path for r in found[:4]))
    return VariableRole(
        variable=variable,
        role=role,
        path=path,
        adjust=adjust,
        because=f"the data do not decide: {', '.join(counted)} graphs of the class"
        + ("; in some of them adjusting for it biases the effect" if adjust == "harmful" else ""),
    )


def _coarse(graph: Cpdag | Pag, problem: AdjustmentProblem, v: str) -> VariableRole:
    """The role as far as arrows that are decided tell it."""
    t, y = problem.treatment, problem.outcome
    role: RoleName = "undecided"
    because = "edges that are not decided leave its role open"
    if v in (t, y):
        role = "treatment" if v == t else "outcome"
        return VariableRole(
            variable=v, role=role, path=open_path(graph, t, y) or NO_PATH, adjust="useless", because="no covariate"
        )
    if v in graph.descendants(t) and v in graph.ancestors(y):
        role, because = "mediator", f"{t} causes it and it causes {y}"
    elif v in graph.descendants(y):
        role, because = "descendant_of_outcome", f"{y} causes it"
    elif v in graph.descendants(t):
        role, because = "descendant_of_treatment", f"{t} causes it"
    elif separated(graph, [v], [t]) and separated(graph, [v], [y]):
        role, because = "irrelevant", f"no open path joins it to {t} or {y}"
    elif v in graph.parents(t) and v in graph.parents(y):
        role, because = "confounder", f"it causes both {t} and {y}"
    paths = [p for p in (open_path(graph, t, v), open_path(graph, v, y)) if p]
    adjust, reason = _coarse_verdict(problem, v, role)
    return VariableRole(
        variable=v, role=role, path="; ".join(paths) or NO_PATH, adjust=adjust, because=f"{because}; {reason}"
    )


def _coarse_verdict(problem: AdjustmentProblem, v: str, role: RoleName) -> tuple[AdjustVerdict, str]:
    if v in problem.forbidden:
        return "harmful", "adjusting for it may bias the total effect"
    if role == "irrelevant":
        return "useless", "adjusting for it changes nothing on average"
    if not problem.solvable:
        return "allowed", "no set of variables is valid in every graph of the class"
    near = problem.backdoor.ancestors([problem.treatment, problem.outcome])
    if not problem.blocks(near & frozenset(problem.allowed) - {v}):
        return "needed", "every valid set has it"
    return "allowed", "valid sets exist without it"


def _words(role: str) -> str:
    return role.replace("_", " ")


TOOL = Tool(
    "graph_roles",
    RolesArgs,
    run,
    assumes=("the graph is right",),
    example=RolesArgs(graph="confounder", treatment="t", outcome="y"),
    reference="Pearl 2009, ch. 3; Cinelli, Forney, Pearl 2022 (good and bad controls)",
)
