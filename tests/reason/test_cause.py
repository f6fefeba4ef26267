"""Actual causation: the examples of the literature with their published verdicts, and the definitions word for word."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from whence.tools.domain.equations import Case, Condition, Equation, Equations, Tally
from whence.tools.domain.errors import BadArguments, TooLarge
from whence.tools.reason.cause import ALL, CauseArgs, run
from whence.tools.workspace import Workspace, WorkspaceEnv

ENV = WorkspaceEnv(Workspace(folder="."), seed=0)  # type: ignore[arg-type]


def test_of(text: str) -> Condition:
    """`A`, `!A`, `A=2`."""
    name, _, level = text.strip("!").partition("=")
    return Condition(variable=name, level=int(level) if level else int(text[0] != "!"))


test_of.__test__ = False  # type: ignore[attr-defined]


def iff(variable: str, *alternatives: str, value: int = 1) -> Equation:
    cases = [Case(when=tuple(test_of(t) for t in a.split()), value=value) for a in alternatives]
    return Equation(variable=variable, cases=tuple(cases))


def majority(n_voters: int, needed: int) -> Equation:
    votes = tuple(Condition(variable=f"V{i}") for i in range(n_voters))
    return Equation(variable="W", cases=(Case(when=(Tally(of=votes, at_least=needed),)),))


def ask(equations: list[Equation], context: str, cause: str, effect: Any, **more: Any):
    def setting(text: str) -> dict[str, int]:
        return {t.variable: int(t.level) for t in map(test_of, text.split())}

    roots = tuple(setting(context))
    mentioned = {p for e in equations for p in e.parents}
    args = CauseArgs(
        equations=tuple(equations),
        context=setting(context),
        cause=setting(cause),
        roots=tuple(r for r in roots if r not in mentioned),
        effect=tuple(test_of(t) for t in effect.split()) if isinstance(effect, str) else effect,
        **more,
    )
    return run(args, ENV)


FIRE_OR = [iff("FF", "L", "ML")]
FIRE_AND = [iff("FF", "L ML")]
ROCKS = [iff("SH", "ST"), iff("BH", "BT !SH"), iff("BS", "SH", "BH")]
LOADER = [iff("D", "A B", "C")]
SHOCK = [iff("B", "A"), iff("S", "A B", "!A !B")]
SWITCH = [iff("A", "F !RB", "!F !LB")]
TRACKS = [iff("LT", "!F"), iff("RT", "F"), iff("A", "LT", "RT")]
POISON = [iff("VS", "A", "B")]
NEUTRALISED = [iff("PN", "!A B"), iff("VS", "A", "PN")]
HOSPITAL = [
    iff("TT", "!MT"),
    Equation(
        variable="BMC",
        cases=(
            Case(when=(test_of("MT"), test_of("!TT")), value=0),
            Case(when=(test_of("!MT"), test_of("TT")), value=1),
            Case(when=(test_of("!MT"), test_of("!TT")), value=2),
        ),
        otherwise=3,
    ),
]
BMC = {"levels": {"BMC": (0, 1, 2, 3)}}
PEN = [iff("PO", "PT AT")]
BACKUP = [iff("B", "!A"), iff("V", "A", "B")]
ALIVE = (Condition(variable="BMC", op="!=", level=3),)

YES, NO = True, False
PUBLISHED = [
    # equations, context, cause, effect, (but-for, original, updated, modified), more
    ("forest fire, either is enough (HP 2005, 3.2)", FIRE_OR, "L ML", "L", "FF", (NO, YES, YES, NO), {}),
    ("forest fire, either: both together (Halpern 2015)", FIRE_OR, "L ML", "L ML", "FF", (YES, NO, NO, YES), {}),
    ("forest fire, both are needed (HP 2005, 3.2)", FIRE_AND, "L ML", "L", "FF", (YES, YES, YES, YES), {}),
    ("forest fire, both needed: not minimal", FIRE_AND, "L ML", "L ML", "FF", (NO, NO, NO, NO), {}),
    ("late preemption: Suzy hits (HP 2005, 4.2)", ROCKS, "ST BT", "ST", "BS", (NO, YES, YES, YES), {}),
    ("late preemption: Billy would have (HP 2005, 4.2)", ROCKS, "ST BT", "BT", "BS", (NO, NO, NO, NO), {}),
    ("early preemption with a backup", BACKUP, "A", "A", "V", (NO, YES, YES, YES), {}),
    ("loader who did not shoot (Hopkins & Pearl 2003)", LOADER, "A !B C", "A", "D", (NO, YES, NO, NO), {}),
    ("the one who loads and shoots", LOADER, "A !B C", "C", "D", (YES, YES, YES, YES), {}),
    ("shock by matching (McDermott 1995)", SHOCK, "A", "A", "S", (NO, YES, YES, YES), {}),
    ("switch, left track might be blocked (Halpern 2015)", SWITCH, "F !LB !RB", "F", "A", (NO, YES, YES, NO), {}),
    ("switch, with both tracks as variables (Halpern 2015)", TRACKS, "F", "F", "A", (NO, YES, YES, YES), {}),
    ("bogus prevention (Hiddleston 2005)", POISON, "A B", "B", "VS", (NO, YES, YES, NO), {}),
    ("bogus prevention, neutralising modelled", NEUTRALISED, "A B", "B", "VS", (NO, NO, NO, NO), {}),
    ("hospital: Monday's care spares Tuesday's (HP 2005, 4.5)", HOSPITAL, "MT", "MT", "TT=0", (YES, YES, YES, YES), BMC),
    ("hospital: no care on Tuesday keeps alive", HOSPITAL, "MT", "TT=0", ALIVE, (YES, YES, YES, YES), BMC),
    ("hospital: yet Monday's care does not (no transitivity)", HOSPITAL, "MT", "MT", ALIVE, (NO, NO, NO, NO), BMC),
    ("omission: no rain, no flowers", [iff("F", "R", "G")], "!R !G", "G=0", "F=0", (YES, YES, YES, YES), {}),
    ("vote of 6 to 5, one of the six (HP 2005)", [majority(11, 6)],
     "V0 V1 V2 V3 V4 V5 !V6 !V7 !V8 !V9 !V10", "V0", "W", (YES, YES, YES, YES), {}),
    ("vote of 11 to 0 (HP 2005)", [majority(11, 6)],
     "V0 V1 V2 V3 V4 V5 V6 V7 V8 V9 V10", "V0", "W", (NO, YES, YES, NO), {}),
    ("what did not happen is no cause", FIRE_OR, "L !ML", "ML", "FF", (NO, NO, NO, NO), {}),
    ("what did not come about has none", FIRE_AND, "L !ML", "L", "FF", (NO, NO, NO, NO), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("equations", "context", "cause", "effect", "verdicts", "more"),
    [p[1:] for p in PUBLISHED],
    ids=[p[0] for p in PUBLISHED],
)
def test_the_published_verdicts_are_given(equations, context, cause, effect, verdicts, more):
    found = ask(equations, context, cause, effect, **more)
    assert tuple(found.verdict(d).is_cause for d in ALL) == verdicts, "\n".join(found.derivation)


def test_responsibility_of_a_voter_is_one_sixth_of_eleven_and_whole_of_a_bare_majority():
    eleven = ask([majority(11, 6)], " ".join(f"V{i}" for i in range(11)), "V0", "W")
    assert [d.responsibility for d in eleven.definitions] == pytest.approx([None, 1 / 6, 1 / 6, 1 / 6])
    assert len(eleven.verdict("modified").part_of) == 6
    bare = ask([majority(11, 6)], " ".join(f"V{i}" if i < 6 else f"!V{i}" for i in range(11)), "V0", "W")
    assert [d.responsibility for d in bare.definitions] == [None, 1, 1, 1]


def test_the_witness_of_late_preemption_holds_that_billy_did_not_hit():
    found = ask(ROCKS, "ST BT", "ST", "BS").verdict("modified")
    assert found.witnesses[0].instead == {"ST": 0}
    assert found.witnesses[0].contingency == {"BH": 0}
    assert found.responsibility == 0.5


def test_lightning_is_part_of_a_cause_where_it_is_none_itself():
    found = ask(FIRE_OR, "L ML", "L", "FF").verdict("modified")
    assert found.part_of == {"L": 1, "ML": 1}
    assert found.responsibility == 0.5


def test_sufficiency_and_necessity_tell_the_two_fires_apart():
    either, both = ask(FIRE_OR, "L ML", "L", "FF"), ask(FIRE_AND, "L ML", "L", "FF")
    assert (either.sufficient, either.sufficient_share, either.necessary) == (True, 1.0, False)
    assert (both.sufficient, both.sufficient_share, both.necessary) == (False, 0.5, True)


def test_the_professor_who_broke_the_norm_has_the_more_normal_witness():
    typical = {"PT": 0, "AT": 1}  # Knobe & Fraser 2008: only assistants may take pens
    professor = ask(PEN, "PT AT", "PT", "PO", typical=typical).verdict("modified").witnesses[0]
    assistant = ask(PEN, "PT AT", "AT", "PO", typical=typical).verdict("modified").witnesses[0]
    assert professor.as_normal
    assert professor.atypical == ()
    assert not assistant.as_normal
    assert assistant.atypical == ("PT", "AT")


# The definitions, word for word, as a second implementation.


def literal(model: Equations, context: dict, cause: dict, effect: Condition, definition: str) -> bool:
    actual = model.solve(context)

    def phi(do: dict) -> bool:
        return model.solve(context, do)[effect.variable] == effect.level

    def subsets(names):
        return [s for k in range(len(names) + 1) for s in combinations(names, k)]

    def ac2(x: tuple[str, ...]) -> bool:
        others = [v for v in model.variables if v not in x]
        now = {n: actual[n] for n in x}
        for w in subsets(others):
            z = [v for v in others if v not in w]
            values = (
                [tuple(actual[n] for n in w)] if definition == "modified" else product(*(model.levels_of(n) for n in w))
            )
            for v in values:
                held = dict(zip(w, v, strict=True))
                a = any(not phi(held | dict(zip(x, p, strict=True))) for p in product(*(model.levels_of(n) for n in x)))
                if definition == "but_for" and w:
                    continue
                parts = {"original": [w], "updated": subsets(w)}.get(definition, [])
                b = all(
                    phi(now | {n: held[n] for n in part} | {n: actual[n] for n in back})
                    for part in parts for back in subsets(z)
                )  # fmt: skip
                if a and b:
                    return True
        return False

    happened = all(actual[n] == v for n, v in cause.items()) and phi({})
    whole = tuple(cause)
    return happened and ac2(whole) and not any(ac2(s) for s in subsets(whole) if s and len(s) < len(whole))


def drawn_model(rng: np.random.Generator, n: int) -> tuple[Equations, dict]:
    names = [f"v{i}" for i in range(n)]
    levels = {v: (0, 1, 2) for v in names if rng.random() < 0.15}
    equations = []
    for i, name in enumerate(names[1:], start=1):
        parents = [p for p in names[:i] if rng.random() < 0.6][:3]
        if not parents:
            continue
        own = levels.get(name, (0, 1))
        cases = []
        for point in product(*(levels.get(p, (0, 1)) for p in parents)):
            when = tuple(Condition(variable=p, level=v) for p, v in zip(parents, point, strict=True))
            cases.append(Case(when=when, value=int(rng.choice(own))))
        equations.append(Equation(variable=name, cases=tuple(cases)))
    effects = {e.variable for e in equations}
    roots = tuple(v for v in names if v not in effects)
    model = Equations(equations=tuple(equations), levels=levels, roots=tuple(r for r in roots))
    return model, {r: int(rng.choice(model.levels_of(r))) for r in roots}


@pytest.mark.parametrize("seed", range(60))
def test_the_search_agrees_with_the_definitions_word_for_word(seed):
    rng = np.random.default_rng(seed)
    model, context = drawn_model(rng, int(rng.integers(3, 5 if seed % 6 else 6)))
    actual = model.solve(context)
    target = model.order[-1]
    effect = Condition(variable=target, level=actual[target])
    candidates = [(v,) for v in model.variables if v != target]
    candidates += [c for c in combinations(model.variables, 2) if target not in c][:2]
    for names in candidates:
        cause = {n: actual[n] for n in names}
        args = CauseArgs(
            equations=model.equations, levels=model.levels, roots=model.roots, context=context, cause=cause,
            effect=(effect,),
        )  # fmt: skip
        found = run(args, ENV)
        for definition in ALL:
            expected = literal(model, context, cause, effect, definition)
            assert found.verdict(definition).is_cause == expected, (definition, names, str(model.equations))


@pytest.mark.slow
def test_a_contest_too_large_is_refused_with_the_bound():
    with pytest.raises(TooLarge, match=r"25 variables.*100,000 worlds"):
        ask([majority(24, 14)], " ".join(f"V{i}" for i in range(24)), "V0", "W")


@pytest.mark.slow
def test_a_cause_of_very_many_settings_is_refused_and_not_listed():
    names = [f"V{i}" for i in range(30)]
    with pytest.raises(TooLarge, match="100,000 worlds"):
        ask([majority(30, 1)], " ".join(names), " ".join(names[:29]), "W", definitions=("but_for",))


def test_but_for_and_modified_stay_quick_where_the_others_are_too_large():
    found = ask([majority(24, 14)], " ".join(f"V{i}" for i in range(24)), "V0", "W", definitions=("but_for",))
    assert not found.verdict("but_for").is_cause


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"context": {"t": 1}}, "Root 'x' has no value"),
        ({"context": {"t": 1, "x": 1, "m": 1}}, "'m' has an equation"),
        ({"cause": {"t": 3}}, "'t' has no level '3'"),
        ({"cause": {"q": 1}}, "'q' is no variable"),
        ({"background": ("t",)}, "both the candidate and background"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    from whence.tools.reason.cause import TOOL

    with pytest.raises(BadArguments, match=message):
        run(TOOL.example.model_copy(update=change), ENV)
