"""Decide whether an event was an actual cause of another, given structural equations and the actual context.

But-for causation, the three Halpern-Pearl definitions with minimality, necessity, sufficiency, normality of the
witnesses and responsibility are computed by searching the contingencies: exact, and refused when there are too many.
"""

from __future__ import annotations

from itertools import islice

from pydantic import Field

from ..domain.equations import Case, Condition, Equation, Equations, Level, Setting, Tally
from ..domain.errors import BadArguments, TooLarge
from ..domain.estimands import Assumption
from ..domain.results import CauseVerdict, CauseWitness, Definition, DefinitionVerdict
from ..spec import Args, Env, Tool
from ._actual import Inquiry, Witness

ALL: tuple[Definition, ...] = ("but_for", "original", "updated", "modified")
MOST_CONTEXTS = 50_000
MOST_SHOWN = 5


class CauseArgs(Args):
    """Arguments of `reason_cause`."""

    equations: tuple[Equation, ...]
    """One per variable that has causes: the first case whose conditions all hold gives its value, else `otherwise`."""
    levels: dict[str, tuple[Level, ...]] = {}
    """Levels of each variable that is not binary, in order; the others have 0 and 1."""
    roots: tuple[str, ...] = ()
    """Roots that no equation mentions, if there are any."""
    context: dict[str, Level]
    """What happened: a value for every root. All other values follow."""
    cause: dict[str, Level] = Field(min_length=1)
    """The candidate: one variable and its actual value, or several that are a cause together."""
    effect: tuple[Condition | Tally, ...] = Field(min_length=1)
    """What came about: conditions that all hold."""
    background: tuple[str, ...] = ()
    """Variables that are circumstances, never causes or contingencies."""
    typical: dict[str, Level] = {}
    """The normal value of a variable (statistical or moral); witnesses are ranked by it. A variable with an equation
    and without a normal value is normal when it follows its equation."""
    definitions: tuple[Definition, ...] = ALL
    """Which definitions to decide."""


def run(args: CauseArgs, env: Env) -> CauseVerdict:
    """Decide by each definition, with the witness that shows it.

    Raises:
        BadArguments: equations run in a circle, or name variables or levels that are not there.
        TooLarge: the contingencies are too many.
    """
    del env
    model = _model(args)
    inquiry = Inquiry(model, args.context, args.effect, frozenset(args.background))
    cause, happened = tuple(args.cause), _happened(inquiry, args.cause)
    decided = tuple(_decide(args, inquiry, d, happened) for d in args.definitions)
    sufficient, share = _sufficiency(args, model, inquiry)
    return CauseVerdict(
        cause=args.cause,
        effect=" and ".join(map(str, args.effect)),
        actual=inquiry.actual,
        definitions=decided,
        necessary=not happened and not any(inquiry.happens(a) for a in inquiry.alternatives(cause)),
        sufficient=sufficient,
        sufficient_share=share,
        derivation=(_world("In fact", inquiry.actual, inquiry), *(line for d in decided for line in _tell(d, inquiry))),
        assumptions=(
            Assumption(name="equations are right", meaning="Each equation says what its variable would be, come what may."),
        ),
    )  # fmt: skip


def _model(args: CauseArgs) -> Equations:
    model = Equations(equations=args.equations, levels=args.levels, roots=args.roots)
    model.check(args.effect)
    for setting in (args.context, args.cause, args.typical):
        model.check_setting(setting)
    model.require(*args.background)
    if derived := [n for n in args.context if not model.is_root(n)]:
        raise BadArguments(f"{derived[0][:80]!r} has an equation, so the context must not set it; give the roots only.")
    if barred := [n for n in args.cause if n in args.background]:
        raise BadArguments(f"{barred[0][:80]!r} is both the candidate and background; take it out of one of them.")
    return model


def _happened(inquiry: Inquiry, cause: Setting) -> str:
    """Why the candidate fails AC1, that cause and effect happened; empty when it does not."""
    if other := [n for n, v in cause.items() if inquiry.actual[n] != v]:
        return f"{other[0]} was {inquiry.actual[other[0]]}, not {cause[other[0]]}."
    return "" if inquiry.happens({}) else "The effect did not come about."


def _decide(args: CauseArgs, inquiry: Inquiry, definition: Definition, failed: str) -> DefinitionVerdict:
    cause, inquiry.steps = tuple(args.cause), 0
    graded = None if definition == "but_for" else 0.0
    if failed:
        return DefinitionVerdict(definition=definition, is_cause=False, reason=failed, responsibility=graded)
    if definition == "but_for":
        found = [Witness(a, {}, ()) for a in inquiry.alternatives(cause) if not inquiry.happens(a)]
        needless = next((p for p in _parts(cause) if _hangs_on(inquiry, p)), None)
    else:
        limit = None if args.typical else 1
        found = list(islice(inquiry.witnesses(definition, cause), limit))
        needless = inquiry.smaller(definition, cause) if found else None
    witnesses = sorted((_witness(args, inquiry, w) for w in found), key=_rank)
    is_cause = bool(found) and needless is None
    part, responsibility = args.cause if is_cause else None, graded
    if definition == "modified":
        part, responsibility = _part_of(inquiry, cause)
    elif is_cause and graded is not None:
        responsibility = 1 / (1 + min(w.n_changed for w in witnesses))
    return DefinitionVerdict(
        definition=definition,
        is_cause=is_cause,
        reason=_reason(witnesses, needless, part),
        witnesses=tuple(witnesses[:MOST_SHOWN]) if is_cause else (),
        part_of=part,
        responsibility=responsibility,
    )


def _parts(cause: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The cause without one of its variables; enough for but-for, where more alternatives only help."""
    return [tuple(n for n in cause if n != left) for left in cause] if len(cause) > 1 else []


def _hangs_on(inquiry: Inquiry, cause: tuple[str, ...]) -> bool:
    return any(not inquiry.happens(a) for a in inquiry.alternatives(cause))


def _part_of(inquiry: Inquiry, cause: tuple[str, ...]) -> tuple[dict[str, Level] | None, float | None]:
    """The smallest cause with all of the candidate, and responsibility: 1 / smallest sum of its and W's size.

    Both None when there are too many to look through, which leaves the verdict on the candidate itself as it is.
    """
    part: dict[str, Level] | None = None
    least: int | None = None
    try:
        for size in range(len(cause), len(inquiry.movable) + 1):
            if least is not None and size >= least:
                break
            for whole, witness in inquiry.joint("modified", cause, size):
                part = part or {n: inquiry.actual[n] for n in whole}
                least = min(least or len(inquiry.actual), size + len(witness.held))
    except TooLarge:
        return None, None
    return part, 1 / least if least else 0.0


def _witness(args: CauseArgs, inquiry: Inquiry, found: Witness) -> CauseWitness:
    held = found.changed | {n: inquiry.actual[n] for n in found.held}
    strange = _atypical(args, inquiry, inquiry.model.solve(args.context, held | found.instead))
    return CauseWitness(
        instead=found.instead,
        contingency=held,
        n_changed=len(found.changed),
        atypical=strange,
        as_normal=set(strange) <= set(_atypical(args, inquiry, inquiry.actual)),
    )


def _atypical(args: CauseArgs, inquiry: Inquiry, world: Setting) -> tuple[str, ...]:
    """Variables away from their normal value or, without one, from their equation."""
    model = inquiry.model
    normal = {n: model.follow(n, world) for n in model.order if not model.is_root(n)} | args.typical
    return tuple(n for n in model.order if n in normal and world[n] != normal[n])


def _rank(witness: CauseWitness) -> tuple[bool, int, int, int]:
    return not witness.as_normal, len(witness.atypical), witness.n_changed, len(witness.contingency)


def _reason(witnesses: list[CauseWitness], needless: tuple[str, ...] | None, part: Setting | None) -> str:
    if not witnesses:
        more = f" It is a part of the cause {_shown(part)}." if part else ""
        return f"No allowed contingency makes the effect hang on it.{more}"
    if needless is not None:
        return f"It is not minimal: {', '.join(needless)} alone would do."
    best = witnesses[0]
    held = f" when {_shown(best.contingency)} is held" if best.contingency else ""
    return f"The effect fails under {_shown(best.instead)}{held}."


def _sufficiency(args: CauseArgs, model: Equations, inquiry: Inquiry) -> tuple[bool | None, float | None]:
    """Whether, and in what share of contexts, the candidate brings the effect about."""
    known = {n: v for n, v in args.context.items() if n not in inquiry.relevant or n in args.cause}
    n_contexts = 1
    for name in inquiry.relevant:
        n_contexts *= len(model.levels_of(name)) if model.is_root(name) and name not in known else 1
    if n_contexts > MOST_CONTEXTS:
        return None, None
    holds = sum(model.hold(args.effect, model.solve(c, args.cause)) for c in model.contexts(known))
    return holds == n_contexts, holds / n_contexts


def _tell(decided: DefinitionVerdict, inquiry: Inquiry) -> list[str]:
    """The verdict of one definition, and the world of its best witness."""
    name = decided.definition.replace("_", "-")
    lines = [f"{name}: {'a cause' if decided.is_cause else 'no cause'}. {decided.reason}"]
    if decided.witnesses:
        best = decided.witnesses[0]
        world = inquiry.model.solve(inquiry.context, best.contingency | best.instead)
        lines.append(_world(f"{name}: then", world, inquiry))
    return lines


def _world(start: str, world: Setting, inquiry: Inquiry) -> str:
    return f"{start} {_shown({n: world[n] for n in inquiry.relevant})}."


def _shown(setting: Setting | None) -> str:
    return ", ".join(f"{n} = {v}" for n, v in (setting or {}).items())


TOOL = Tool(
    "reason_cause",
    CauseArgs,
    run,
    assumes=("equations are right",),
    example=CauseArgs(
        equations=(
            Equation(variable="m", cases=(Case(when=(Condition(variable="t"),)),)),
            Equation(
                variable="y",
                cases=(Case(when=(Condition(variable="m"),)), Case(when=(Condition(variable="x"),))),
            ),
        ),
        context={"t": 1, "x": 1},
        cause={"t": 1},
        effect=(Condition(variable="y"),),
    ),
    reference="Halpern and Pearl 2001, 2005; Halpern 2015, 2016; Chockler and Halpern 2004; Halpern and Hitchcock 2015",
)
