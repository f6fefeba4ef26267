"""Made-up challenges in CausalPitfalls' layout, one for each kind of pitfall; every key comes from the model that made the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Made = tuple[pd.DataFrame, dict[str, Any]]
N = 1200
"""Rows of every table."""
DEGREES = ("very_easy", "easy", "medium", "hard", "very_hard")


def _logit(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _draw(rng: np.random.Generator, p: Any) -> Any:
    return (rng.random(len(p)) < p).astype(int)


def experiment_and_observation(rng: np.random.Generator, names: tuple[str, ...], effect: float) -> Made:
    """Rows of a trial and rows of records; in the records the sicker are treated more."""
    study, t, y, c = names
    trial = np.arange(N) < N // 2
    x = rng.normal(size=N)
    arm = _draw(rng, np.where(trial, 0.5, _logit(1.5 * x)))
    out = 10 + effect * arm - 1.5 * x + rng.normal(size=N)
    frame = pd.DataFrame({study: np.where(trial, "randomized", "observational"), c: x, t: arm, y: out})
    o = frame[~trial]
    naive = o[o[t] == 1][y].mean() - o[o[t] == 0][y].mean()
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "CONFOUNDER": c,
        "STUDY_VARIABLE": study,
        "OBSERVATIONAL_EFFECT": naive,
        "EXPERIMENTAL_EFFECT": effect,
        "OBSERVATIONAL_DIRECTION": _sign(naive),
        "EXPERIMENTAL_DIRECTION": _sign(effect),
        "TOLERANCE": 0.25,
    }
    return frame, key


def counterfactual_outcome(rng: np.random.Generator, names: tuple[str, ...], effect: float) -> Made:
    """What the treated would have had without treatment; the effect grows with one covariate."""
    t, y, a, b = names
    u, v = rng.normal(size=N), rng.normal(size=N)
    arm = _draw(rng, _logit(u + 0.5 * v))
    noise = rng.normal(size=N)
    y0 = 50 + 4 * u + 2 * v + noise
    y1 = y0 + effect + 1.0 * u
    frame = pd.DataFrame({a: u, b: v, t: arm, y: np.where(arm == 1, y1, y0)})
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "TRUE_CONFOUNDERS": [a, b],
        "COUNTERFACTUAL_MEAN_TREATED": y0[arm == 1].mean(),
        "FACTUAL_MEAN_TREATED": y1[arm == 1].mean(),
        "MEAN_POTENTIAL_OUTCOME_1": y1.mean(),
        "MEAN_POTENTIAL_OUTCOME_0": y0.mean(),
        "ATT": (y1 - y0)[arm == 1].mean(),
        "TRUE_ATE": (y1 - y0).mean(),
        "TOLERANCE": 0.3,
    }
    return frame, key


def necessity_and_sufficiency(rng: np.random.Generator, names: tuple[str, ...], helped: float) -> Made:
    """A cause that never prevents: some have the outcome anyway, some only with it."""
    t, y, c = names
    g = _draw(rng, np.full(N, 0.5))
    arm = _draw(rng, np.where(g == 1, 0.7, 0.3))
    base = np.where(g == 1, 0.35, 0.1)
    kind = rng.random(N)
    y0 = (kind < base).astype(int)
    y1 = (kind < base + helped).astype(int)
    out = np.where(arm == 1, y1, y0)
    frame = pd.DataFrame({c: g, t: arm, y: out})
    pn = 1 - y0[(arm == 1) & (out == 1)].mean()
    ps = y1[(arm == 0) & (out == 0)].mean()
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "CONFOUNDER": c,
        "PROBABILITY_OF_NECESSITY": pn,
        "PROBABILITY_OF_SUFFICIENCY": ps,
        "PNS": (y1 - y0).mean(),
        "TOLERANCE": 0.08,
    }
    return frame, key


def sequential_mediators(rng: np.random.Generator, names: tuple[str, ...], b: float) -> Made:
    """Treatment, then one mediator, then another, then the outcome."""
    t, m1, m2, y, c = names
    x = rng.normal(size=N)
    arm = _draw(rng, _logit(x))
    one = 1.2 * arm + 0.5 * x + rng.normal(size=N)
    two = b * one + 0.6 * arm + rng.normal(size=N)
    out = 0.8 * arm + 0.5 * one + 1.1 * two + x + rng.normal(size=N)
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "MEDIATOR1": m1,
        "MEDIATOR2": m2,
        "CONFOUNDER": c,
        "DIRECT_EFFECT": 0.8,
        "INDIRECT_EFFECT_M1": 1.2 * 0.5,
        "INDIRECT_EFFECT_M2": 0.6 * 1.1,
        "SEQUENTIAL_INDIRECT_EFFECT": 1.2 * b * 1.1,
        "TOTAL_EFFECT": 0.8 + 0.6 + 0.66 + 1.2 * b * 1.1,
        "TOTAL_INDIRECT_EFFECT": 0.6 + 0.66 + 1.2 * b * 1.1,
        "TOLERANCE": 0.25,
    }
    return pd.DataFrame({c: x, t: arm, m1: one, m2: two, y: out}), key


def treatment_and_mediator_interact(rng: np.random.Generator, names: tuple[str, ...], together: float) -> Made:
    """The treatment changes what the mediator does."""
    t, m, y, c = names
    x = rng.normal(size=N)
    arm = _draw(rng, _logit(0.8 * x))
    med = 1.0 * arm + 0.4 * x + rng.normal(size=N)
    out = 0.7 * arm + 0.9 * med + together * arm * med + 0.5 * x + rng.normal(size=N)
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "MEDIATOR": m,
        "CONFOUNDER": c,
        "INTERACTION_COEFFICIENT": together,
        "NATURAL_DIRECT_EFFECT": 0.7,
        "NATURAL_INDIRECT_EFFECT": 0.9,
        "TOTAL_EFFECT": 1.6 + together,
        "INTERACTION_DIRECTION": _sign(together),
        "TOLERANCE": 0.25,
    }
    return pd.DataFrame({c: x, t: arm, m: med, y: out}), key


def uncertain_structure(rng: np.random.Generator, names: tuple[str, ...], slope: float) -> Made:
    """A collider that can be told, and a Gaussian pair that cannot."""
    a, b, c, d = names
    va, vb = rng.normal(size=N), rng.normal(size=N)
    vc = slope * va + 0.9 * vb + rng.normal(size=N)
    vd = 0.8 * vc + rng.normal(size=N)
    key = {"VARIABLES": list(names), "TRUE_EDGES": [f"{a}->{c}", f"{b}->{c}", f"{c}->{d}"]}
    return pd.DataFrame({a: va, b: vb, c: vc, d: vd}), key


def uncertain_pair(rng: np.random.Generator, names: tuple[str, ...], slope: float) -> Made:
    """Two linear Gaussian columns: no data tell which is the cause."""
    a, b, *_ = names
    va = rng.normal(size=N)
    vb = slope * va + rng.normal(size=N)
    return pd.DataFrame({a: va, b: vb}), {"VARIABLE_X1": a, "VARIABLE_X2": b, "DIRECTION_CONCLUSION": "undetermined"}


def population_shift(rng: np.random.Generator, names: tuple[str, ...], grows: float) -> Made:
    """The effect grows with a covariate whose distribution differs between two populations."""
    where, s, target, t, y, x = names
    inside = np.arange(N) < N // 2
    v = rng.normal(np.where(inside, 0.0, 1.0), 1.0)
    arm = _draw(rng, np.where(inside, 0.5, 0.5) + 0 * v)
    out = 5 + (1.0 + grows * v) * arm + v + rng.normal(size=N)
    out = np.where(inside, out, np.nan)
    frame = pd.DataFrame({where: np.where(inside, s, target), x: v, t: arm, y: out})
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "POPULATION_VARIABLE": where,
        "SOURCE_POPULATION": s,
        "TARGET_POPULATION": target,
        "SHIFT_VARIABLE": x,
        "SOURCE_EFFECT": 1.0,
        "TRANSPORTED_EFFECT": 1.0 + grows,
        "TOLERANCE": 0.25,
    }
    return frame, key


def temporal_stability(rng: np.random.Generator, names: tuple[str, ...], effects: tuple[float, ...]) -> Made:
    """An effect that fades, and may turn round, from period to period."""
    time, t, y, c, *periods = names
    when = rng.integers(0, len(periods), N)
    x = rng.normal(size=N)
    arm = _draw(rng, _logit(x))
    out = np.array(effects)[when] * arm + 1.5 * x + 0.5 * when + rng.normal(size=N)
    labels: list[Any] = [int(p) if p.isdigit() else p for p in periods]
    frame = pd.DataFrame({time: np.array(labels, dtype=object)[when], c: x, t: arm, y: out}).infer_objects()
    key: dict[str, Any] = {"TREATMENT": t, "OUTCOME": y, "TIME_VARIABLE": time, "CONFOUNDER": c, "TOLERANCE": 0.3}
    for i, (label, effect) in enumerate(zip(periods, effects, strict=True), 1):
        key |= {f"PERIOD{i}": label, f"EFFECT_PERIOD{i}": effect, f"DIRECTION_PERIOD{i}": _sign(effect)}
    return frame, key | {"EFFECT_CHANGE": effects[-1] - effects[0], "STABILITY": "unstable"}


def contextual_interaction(rng: np.random.Generator, names: tuple[str, ...], effects: tuple[float, float]) -> Made:
    """The effect differs between two contexts."""
    context, one, two, t, y, c = names
    z = rng.integers(0, 2, N)
    x = rng.normal(size=N)
    arm = _draw(rng, _logit(x))
    out = np.array(effects)[z] * arm + x + 0.7 * z + rng.normal(size=N)
    frame = pd.DataFrame({context: np.array([one, two])[z], c: x, t: arm, y: out})
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "CONTEXT_VARIABLE": context,
        "CONTEXT1": one,
        "CONTEXT2": two,
        "CONFOUNDER": c,
        "CONTEXT1_EFFECT": effects[0],
        "CONTEXT2_EFFECT": effects[1],
        "INTERACTION_EFFECT": effects[1] - effects[0],
        "INTERACTION_PRESENT": "yes",
        "TOLERANCE": 0.3,
    }
    return frame, key


def domain_shift(rng: np.random.Generator, names: tuple[str, ...], grows: float) -> Made:
    """Two domains with the same mechanism and other people in them; outcomes are known in both."""
    where, s, target, t, y, x, c = names
    inside = np.arange(N) < N // 2
    v = _draw(rng, np.where(inside, 0.3, 0.7))
    u = rng.normal(size=N)
    arm = _draw(rng, _logit(u))
    out = (1.0 + grows * v) * arm + 0.5 * v + u + rng.normal(size=N)
    frame = pd.DataFrame({where: np.where(inside, s, target), x: v, c: u, t: arm, y: out})
    key = {
        "TREATMENT": t,
        "OUTCOME": y,
        "DOMAIN_VARIABLE": where,
        "SOURCE_DOMAIN": s,
        "TARGET_DOMAIN": target,
        "EFFECT_MODIFIER": x,
        "CONFOUNDER": c,
        "EFFECT_SOURCE": 1 + 0.3 * grows,
        "EFFECT_TARGET": 1 + 0.7 * grows,
        "EFFECT_DIFFERENCE": 0.4 * grows,
        "TOLERANCE": 0.3,
    }
    return frame, key


def _sign(x: float) -> str:
    return "positive" if x > 0 else "negative"


MODELS: dict[str, Callable[..., Made]] = {
    f.__name__: f
    for f in (
        experiment_and_observation, counterfactual_outcome, necessity_and_sufficiency, sequential_mediators,
        treatment_and_mediator_interact, uncertain_structure, uncertain_pair, population_shift, temporal_stability,
        contextual_interaction, domain_shift,
    )
}  # fmt: skip
CHALLENGES: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text())
"""Questions in five degrees of help, and the tables: names of columns and levels, and how strong the effect is."""


def write(folder: Path, seed: int = 0) -> None:
    """Write every challenge: questions, key and tables."""
    for name, challenge in CHALLENGES.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        keys: list[dict[str, Any]] = []
        for i, table in enumerate(challenge["tables"]):
            rng = np.random.default_rng([seed, i, len(name)])
            frame, key = MODELS[challenge["model"]](rng, table["names"], table["strength"])
            frame.round(4).to_csv(place / f"{name}_{i}.csv", index=False)
            keys.append(
                {"dataset": f"{name}_{i}.csv"}
                | {k: round(float(v), 4) if isinstance(v, float) else v for k, v in key.items()}
            )
        (place / "answer_key.json").write_text(json.dumps(keys, indent=1))
        asked = [{"difficulty": d, "prompt": p} for d, p in zip(DEGREES, challenge["prompts"], strict=True)]
        (place / "questions.json").write_text(json.dumps(asked, indent=1))
