"""What a field of a key asks for, by the words of its name; None where nothing that was found is meant by them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...tools.domain.model import Scalar
from ...tools.domain.results import StrataReport
from .found import Found
from .load import SIDES
from .words import (
    APART,
    ARM,
    BOUND,
    EFFECT,
    FIRST,
    IN_WORLD,
    LAST,
    MEAN,
    MEDIATED,
    NAIVE,
    NECESSITY,
    PLACE,
    PLAIN,
    WORLDS,
)

Said = float | str | list[str] | None


class Field:
    """One field's name in words, and the levels that its words stand for."""

    def __init__(self, name: str, legend: Mapping[str, str], found: Found) -> None:
        self.found = found
        self.parts = [p for p in re.split(r"[^A-Z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()) if p]
        self.words = set(self.parts)
        self.legend = {k.upper(): v for k, v in legend.items()}
        self.level = self._level()

    def said(self) -> Said:
        """The answer's value for this field."""
        if self.words & {"EDGES", "EDGE"}:
            return self.found.edges()
        if "RELATIONSHIP" in self.words:
            return self._relationship()
        if (
            self.words & {"STABILITY", "STABLE", "TRANSFERABILITY", "TRANSPORTABILITY"}
            or {"INTERACTION", "PRESENT"} <= self.words
        ):
            return self._same()
        if self.words & {"CONCLUSION", "VERDICT"} and self.found.question is None:
            return None if self.found.edges() else "undetermined"
        number = self._number()
        if self.words & {"DIRECTION", "SIGN"}:
            return None if number is None else "positive" if number > 0 else "negative"
        return number

    def _level(self) -> Scalar | None:
        """The group that the name speaks of: by the legend, by its own words, or by its place in the order."""
        spans = ["_".join(self.parts[i:j]) for i in range(len(self.parts)) for j in range(len(self.parts), i, -1)]
        sides = {p: v for k, v in self.legend.items() for p in k.split("_") if p in SIDES}
        told = next((self.legend[s] for s in spans if s in self.legend), None) or next(
            (sides[p] for p in self.parts if p in sides), None
        )
        groups = self.found.groups()
        strata = [s.level for r in self.found.all(StrataReport) for s in r.strata]
        levels = [p.level for p in groups.parts if p.name == "effect" and p.level is not None] if groups else []
        if told is not None:
            return next((v for v in (*levels, *strata) if str(v).casefold() == told.casefold()), told)
        plain = f"_{'_'.join(self.parts)}_"
        for level in (*levels, *strata):
            said = re.sub(r"[^A-Z0-9]+", "_", str(level).upper()).strip("_")
            if len(said) > 1 and f"_{said}_" in plain:
                return level
        return self._placed(levels)

    def _placed(self, levels: list[Scalar]) -> Scalar | None:
        """The group by its number or letter, or the first or last of them by words of time."""
        if not levels:
            return None
        match = PLACE.search("_".join(self.parts))
        if match is not None:
            ending = [v for v in levels if re.split(r"[^A-Z0-9]+", str(v).upper())[-1] == match[1]]
            place = int(match[1]) if match[1].isdigit() else ord(match[1]) - ord("A") + 1
            return ending[0] if len(ending) == 1 else levels[place - 1] if 0 < place <= len(levels) else None
        return levels[0] if self.words & FIRST else levels[-1] if self.words & LAST else None

    def _number(self) -> float | None:
        w = self.words
        for asked, value in (
            ({"P", "VALUE"} <= w or "PVALUE" in w, self._p_value),
            ("BIAS" in w, self._bias),
            (w & set(NECESSITY), self._necessity),
            (w & set(MEDIATED) or w & {"SEQUENTIAL", "SERIAL", "CDE", "PATH"}, self._path),
            (w & WORLDS or IN_WORLD.search("_".join(self.parts)), self._world),
            (w & {"EXPERIMENTAL", "OBSERVATIONAL", "OBS", "INTERVENTIONAL", "RCT", "RANDOMIZED"}, self._study),
            (w & NAIVE and w & (EFFECT | APART), self._naive),
            (w & {"TRANSPORTED", "TRANSPORT", "SOURCE", "TARGET", "REWEIGHTED", "GENERALIZED"}, self._population),
            (w & APART and not w & NAIVE and not w & {"RISK", "MEAN"}, self._apart),
            (w & MEAN and w & set(ARM) and not w & {"EFFECT"}, self._mean),
            (w & {"DIRECTION"} and w & (NAIVE | {"OVERALL"}), self._naive),
            (self.level is not None and w & (EFFECT | {"DIRECTION"}), self._group),
            (w & {"ATT", "ATC", "ATU"}, self._among),
            (w & {"INTERACTION"}, self._apart),
        ):
            if asked:
                return value()
        if (w & (EFFECT | {"DIRECTION", "SIGN"}) or {"RISK", "DIFFERENCE"} <= w) and not w - PLAIN:
            return self._effect()
        return None

    def _necessity(self) -> float | None:
        name = next((n for p in self.parts if (n := NECESSITY.get(p))), "pn")
        if {"NECESSITY", "SUFFICIENCY"} <= self.words or {"NECESSARY", "SUFFICIENT"} <= self.words:
            name = "pns"
        bound = next((b for p in self.parts if (b := BOUND.get(p))), None)
        return self.found.part("necessity", f"{name}_{bound}" if bound else name)

    def _path(self) -> float | None:
        """Direct, through one mediator, through several in turn, or through all together."""
        mediators, split = self.found.mediators(), self.found.mediation()
        d = split.diagnostics if split else {}
        kind = next((k for p in self.parts if (k := MEDIATED.get(p))), "indirect")
        if self.words & {"PROPORTION", "SHARE", "PERCENT", "PERCENTAGE"}:
            return d.get("share_mediated")
        if "CDE" in self.words:
            return d.get(f"cde_mediator_{next((p[-1] for p in self.parts if p[-1] in '01'), '0')}")
        if kind == "direct" and not self.words & {"SEQUENTIAL", "SERIAL"}:
            own = self.found.part("paths", "direct")
            return own if own is not None else d.get("nde")
        if self.words & {"SEQUENTIAL", "SERIAL", "CHAIN"}:
            return self.found.part("paths", "path", through=mediators)
        if on := self._mediators_named(mediators):
            single = d.get("nie") if len(mediators) == 1 else None
            return self.found.part("paths", "path", through=on) if len(mediators) > 1 else single
        whole = self.found.part("paths", "indirect")
        return whole if whole is not None else d.get("nie")

    def _mediators_named(self, mediators: tuple[str, ...]) -> tuple[str, ...]:
        plain = f"_{'_'.join(self.parts)}_"
        named: list[str] = []
        for i, mediator in enumerate(mediators, 1):
            own = re.sub(r"[^A-Z0-9]+", "_", mediator.upper())
            numbered = (
                {f"M{i}", f"MEDIATOR{i}", f"MED{i}"} & self.words
                or f"_MEDIATOR_{i}_" in plain
                or f"_M_{i}_" in plain
                or plain.endswith(f"_EFFECT_{i}_")
            )
            told = any(v == mediator and {k, f"{k[0]}{k[-1]}"} & self.words for k, v in self.legend.items())
            if f"_{own}_" in plain or numbered or told or {f"M{i}M{i + 1}", f"M{i - 1}M{i}"} & self.words:
                named.append(mediator)
        return tuple(named)

    def _world(self) -> float | None:
        """A mean in one world: of everyone, or of those who were in one arm."""
        arm = next((ARM[p] for p in self.parts if p in ARM), None)
        digit = next((p for p in self.parts if p in ("0", "1")), None)
        if "FACTUAL" in self.words and "COUNTERFACTUAL" not in self.words:
            return self.found.part("potential_outcomes", "observed_mean", _who(arm))
        if self.words & EFFECT:
            return self._effect()
        if (
            "COUNTERFACTUAL" in self.words
            and arm is not None
            and digit is None
            and not self.words & {"IF", "UNDER", "DO", "WITH", "WITHOUT"}
        ):
            return self.found.part("potential_outcomes", "mean_if_control" if arm else "mean_if_treated", _who(arm))
        named = IN_WORLD.search("_".join(self.parts))
        world = digit == "1" if digit is not None else named[1] == "1" if named else arm
        if world is None:
            return None
        if not self.found.parts("potential_outcomes"):
            return self.found.part("necessity", "p_if_treated" if world else "p_if_control")
        return self.found.part("potential_outcomes", "mean_if_treated" if world else "mean_if_control", "everyone")

    def _population(self) -> float | None:
        carry = self.found.aspects.carry
        if self.words & APART:
            return self._apart()
        if "SOURCE" in self.words and not self.words & {"TRANSPORTED", "TARGET"}:
            level = carry.source if carry else self.level
            own = self._in_group(level)
            return own if own is not None else self.found.part("transport", "source_effect", level)
        level = carry.target if carry else self.level
        carried = self.found.part("transport", "transported_effect", level)
        if self.words & {"TRANSPORTED", "TRANSPORT", "REWEIGHTED", "GENERALIZED"}:
            return carried
        own = self._in_group(level)
        return own if own is not None else carried

    def _study(self) -> float | None:
        """The estimate of the experiment's rows, or of those only observed: as they are, unless adjusted is said."""
        trial, groups = self.found.aspects.trial, self.found.groups(adjusted=True if "ADJUSTED" in self.words else None)
        if groups is None or trial is None:
            return None
        if self.words & APART:
            return self._apart()
        wanted = bool(self.words & {"EXPERIMENTAL", "INTERVENTIONAL", "RCT", "RANDOMIZED"})
        return next(
            (p.value for p in groups.parts if p.name == "effect" and (str(p.level) == str(trial)) is wanted), None
        )

    def _in_group(self, level: Scalar | None) -> float | None:
        groups = self.found.groups()
        part = groups.part("effect", level) if groups and level is not None else None
        return part.value if part else None

    def _group(self) -> float | None:
        """The effect in a group; where none was estimated, a direction is that of the group's arms as they are."""
        own = self._in_group(self.level)
        return own if own is not None or "DIRECTION" not in self.words else self._naive()

    def _apart(self) -> float | None:
        """Between treatment and mediator, or the last group's effect minus the first's."""
        split, groups = self.found.mediation(), self.found.groups()
        if "INTERACTION" in self.words and split is not None and "interaction" in split.diagnostics:
            return split.diagnostics["interaction"]
        if groups is not None:
            level = self.level if groups.part("difference", self.level) else None
            differences = [p for p in groups.parts if p.name == "difference" and (level is None or p.level == level)]
            return differences[-1].value if differences else None
        return None if self.words - PLAIN else self._effect()

    def _bias(self) -> float | None:
        """What is observed minus what is caused: of the rows only observed, or of the arms as they are."""
        groups, trial = self.found.groups(adjusted=False), self.found.aspects.trial
        if groups is not None and trial is not None:
            by = {str(p.level) == str(trial): p.value for p in groups.parts if p.name == "effect"}
            return by[False] - by[True] if len(by) == 2 else None
        naive, effect = self._naive(), self._effect()
        return None if naive is None or effect is None else naive - effect

    def _p_value(self) -> float | None:
        groups = self.found.groups()
        if self.words & APART and groups is not None:
            return groups.checks[0].p_value
        return self.found.primary.p_value if self.found.primary and not self.words - PLAIN - {"P"} else None

    def _naive(self) -> float | None:
        arms = self.found.arms(self.level)
        return None if arms is None else arms.difference

    def _mean(self) -> float | None:
        words = [p for p in self.parts if p in ARM]
        arms = self.found.arms(self.level)
        if arms is None:
            return None
        treated = (
            ARM[words[-1]] if not {"NO", "NON", "UNTREATED"} & self.words else False
        )  # `MEAN_NO_TREATMENT` is the control arm
        return arms.mean_treated if treated else arms.mean_control

    def _among(self) -> float | None:
        group = "treated" if "ATT" in self.words else "control"
        own = self.found.part("potential_outcomes", "effect", group)
        estimate = self.found.primary
        return own if own is not None or estimate is None or estimate.estimand not in self.words else estimate.value

    def _effect(self) -> float | None:
        """The effect itself: the estimate that answers, and of a split by mediators the whole."""
        estimate = self.found.primary
        if estimate is None:
            return self.found.part("paths", "total") if "TOTAL" in self.words else None
        if "ATE" in self.words and estimate.estimand in ("ATT", "ATC"):
            return self.found.part("potential_outcomes", "effect", "everyone")
        return (
            estimate.diagnostics.get("total", estimate.value) if estimate.estimator == "mediation" else estimate.value
        )

    def _relationship(self) -> str | None:
        """Whether an association stands for anything: not in rows that were selected, not when the interval holds 0."""
        if self.found.question is not None and self.found.question.hints.selected_on:
            return "no association"
        e = self.found.primary
        if e is None or e.ci_low is None or e.ci_high is None:
            return None
        return "no association" if e.ci_low <= 0 <= e.ci_high else "positive" if e.value > 0 else "negative"

    def _same(self) -> str | None:
        """Whether the effect is the same in all groups: `stable` or `unstable`, `yes` or `no` to an interaction."""
        groups, split = self.found.groups(), self.found.mediation()
        checks = [*(groups.checks if groups else ()), *(split.checks if split and "INTERACTION" in self.words else ())]
        if not checks or checks[0].p_value is None:
            return None
        differs = checks[0].p_value < 0.05
        if "INTERACTION" in self.words:
            return "yes" if differs else "no"
        return "unstable" if differs else "stable"


def _who(arm: bool | None) -> str:
    return "everyone" if arm is None else "treated" if arm else "control"
