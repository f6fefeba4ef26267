"""Design hints: what the words and the codebook say about how the treatment came about.

Randomised wording, an instrument, a cut-off, before and after by group, clusters. Each hint keeps the words it
was read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....tools.domain.questions import DesignHints
from .approach import read_approach
from .codebook import prose
from .context import Context
from .cues import (
    AGED,
    ASSIGNING,
    BEFORE_AFTER,
    COLLIDER_BIAS,
    COLLIDER_NAMED,
    CUT_NUMBER,
    CUTOFF,
    GIVEN_TO,
    INSTRUMENT,
    INSTRUMENT_FOR,
    IS_INSTRUMENT,
    NONCOMPLIANCE,
    NOT_ALL,
    NOT_RANDOM,
    PRIOR_TO,
    RANDOM,
    RUNNING,
    SAMPLED,
)
from .modifiers import Modifiers
from .named_designs import CUTOFF_NAMED, named_cutoff, named_difference
from .natural import drawn, exogenous, panel, period_of_two, rules, said_of, speaks_of
from .slots import SURE
from .timing import When, timing
from .words import name_parts, root, stem, tokenise

__all__ = ["When", "read_hints", "received_and_assigned", "running_variable", "timing"]

_ASSIGNED = frozenset(
    {"assigned", "assign", "assignment", "offered", "offer", "invited", "invitation", "encouraged", "encouragement",
     "eligible", "eligibility", "lottery", "sent", "mailed", "draft", "randomized", "itt", "intended", "selected", "won"}
)  # fmt: skip
_RECEIVED = frozenset(
    {"delivered", "received", "receive", "taken", "took", "take", "treated", "participated", "participation", "attend",
     "enrolled", "attended", "used", "complied", "actual", "uptake", "takeup", "served", "completed", "enroll"}
)  # fmt: skip
_UNIT_NAMES = frozenset(
    {"state", "city", "store", "region", "county", "firm", "country", "district", "unit", "id", "person", "school", "shop", "town"}
)  # fmt: skip


class _Collector:
    """Collects the hints of one question; the first design that the words name wins."""

    def __init__(self, words: str, treatment: str, outcome: str, found: Modifiers, context: Context) -> None:
        self.words = words
        self.text = f"{words}\n{context.catalog.codebook.text[:50_000]}"
        self.prose = f"{words}\n{prose(context.catalog.codebook)}"
        self.treatment = treatment
        self.asked = (treatment, outcome)
        self.found = found
        self.context = context
        self.hints: dict[str, object] = {}
        self.because: list[str] = []

    def collect(self) -> DesignHints:
        """Try the designs in order, then add what the words say to adjust for."""
        for rule in (
            self._selection,
            self._named_difference,
            self._instrument,
            self._cutoff,
            self._before_after,
            self._random,
            self._panel,
        ):
            if not self.hints:
                rule()
        if self.found.adjust_all:
            self.hints["adjust_for"] = self._all_others()
        elif self.found.adjust is not None or self.found.given:
            left_out = (*self.asked, self.hints.get("instrument"))
            named = dict.fromkeys((*(self.found.adjust or ()), *self.found.given))
            self.hints["adjust_for"] = tuple(c for c in named if c not in left_out)
        if not self.hints.get("selected_on"):
            self._approach()
        if self.found.cluster:
            self.hints["cluster"] = self.found.cluster
        self.because += [
            b for b in self.found.because if b.startswith(("adjust", "given", "no adjust", "standard errors"))
        ]
        return DesignHints.model_validate({**self.hints, "because": tuple(self.because)})

    def _approach(self) -> None:
        """A method named, or a request to adjust for what is relevant, or to compare with people alike."""
        asked = read_approach(self.words)
        estimator = asked.estimator or ("matching" if asked.comparable else None)
        if estimator:
            self.hints["estimator"] = estimator
            said = "" if asked.estimator else f": {asked.comparable!r}"
            self.because.append(f"the words ask for {estimator}{said}")
        said = asked.relevant or asked.comparable
        if said is None or self.found.adjust is not None or self.found.given or self.found.adjust_all:
            return
        if self.hints.get("design") not in (None, "experiment"):
            return
        columns, why = self._relevant()
        if columns:
            self.hints["adjust_for"] = columns
            self.because.append(f"adjust for {', '.join(columns)}, from {said!r}: {why}")

    def _relevant(self) -> tuple[tuple[str, ...], str]:
        """What is relevant to adjust for: what came before the treatment, as far as anything says so."""
        others = self._all_others()
        before = tuple(n for n in others if self.context.when.get(n) == "before")
        if before and self.context.catalog.codebook.text:
            return before, "the codebook places them before the treatment"
        unknown = [n for n in others if n not in before]
        return others, (
            f"nothing says when {', '.join(unknown[:6])} came about, so they are taken to come before the treatment" if unknown
            else "their names place them before the treatment"
        )  # fmt: skip

    def _selection(self) -> None:
        """Rule 0: rows that were selected on a common effect of treatment and outcome, which the table does not hold."""
        match = COLLIDER_NAMED.search(self.words)
        if match is not None:
            phrase = " ".join((match[1] or match[2]).split())
            best = self.context.index.score([t for t in tokenise(phrase) if t.is_word])
            if not best or best[0].score < SURE or best[0].column in self.asked:
                self.hints["selected_on"] = phrase
                self.because.append(f"rows selected on {phrase!r}, which is no column: {match[0].strip(' .:,')!r}")
            return
        generic = COLLIDER_BIAS.search(self.words)
        if generic is not None and not self._all_others():
            self.hints["selected_on"] = "what decided that a row was recorded"
            self.because.append(
                f"rows selected on a common effect that is no column: the words speak of {generic[0]!r}"
            )

    def _all_others(self) -> tuple[str, ...]:
        left_out = {*self.asked, *self.found.mediators, *self.found.groups, *self.context.roles.identifier}
        left_out |= {v for v in self.hints.values() if isinstance(v, str)}
        left_out |= {n for n, c in self.context.index.cards.items() if c.type in ("id", "constant", "empty", "text")}
        return tuple(n for n in self.context.index.names if n not in left_out and self.context.when.get(n) != "after")

    def _take_instrument(self, name: str, why: str) -> None:
        self.hints.update(design="instrument", instrument=name)
        self.because.append(why)

    def _named_difference(self) -> None:
        """Rule 1: difference in differences, asked for by name."""
        named = named_difference(self.words, self.asked, self.context)
        if named is not None:
            self.hints.update(design="difference_in_differences", time=named.time)
            self.because.append(named.because)
            if unit := named.unit or self._repeated_unit((named.time,)):
                self.hints["unit"] = unit

    def _repeated_unit(self, taken: tuple[str, ...]) -> str | None:
        """The column that is called a unit and has several rows of each."""
        index = self.context.index
        units = [
            n for n in index.names if n.lower() in _UNIT_NAMES and n in index.cards and n not in (*self.asked, *taken)
        ]
        return next((n for n in units if index.cards[n].type != "id" and index.cards[n].n_distinct > 2), None)

    def _instrument(self) -> None:
        """Rule 2: an instrument named in the words, in the codebook, or as assignment beside receipt."""
        named = self.found.instrument
        if named and named not in self.asked:
            self._take_instrument(named, next(b for b in self.found.because if b.startswith("instrument")))
            return
        for name, description in self.context.index.described.items():
            if name not in self.asked and INSTRUMENT.search(description) and self._is_for_treatment(description):
                self._take_instrument(name, f"instrument = {name!r}: the codebook says {description[:80]!r}")
                return
        pair = received_and_assigned(self.context)
        if pair and pair[0] == self.treatment and pair[1] not in self.asked:
            match = NONCOMPLIANCE.search(self.text)
            if match or RANDOM.search(self.context.index.described[pair[1]]):
                said = _around(self.text, match) if match else self.context.index.described[pair[1]][:80]
                self._take_instrument(
                    pair[1], f"instrument = {pair[1]!r}: it assigns {self.treatment!r}, and not all complied ({said!r})"
                )
                return
        self._instrument_in_prose()
        if not self.hints:
            self._moved_by_chance()

    def _moved_by_chance(self) -> None:
        """Who was drawn where not all complied, or what a sentence calls unrelated to what is hidden."""
        left_out = (*self.asked, *self.found.mediators, *self.found.groups)
        match = NOT_ALL.search(self.prose)
        if match and (found := drawn(self.context, self.treatment, left_out)):
            self._take_instrument(
                found[0], f"instrument = {found[0]!r}: {found[1]!r} decided it, and not all complied ({match[0]!r})"
            )
        elif (found := exogenous(self.words, self.context, left_out)) and self._is_for_treatment(found[1]):
            self._take_instrument(found[0], f"instrument = {found[0]!r}, from {found[1]!r}")

    def _instrument_in_prose(self) -> None:
        for match in IS_INSTRUMENT.finditer(self.prose):
            if not self._is_for_treatment(self.prose[match.start() : match.end() + 80]):
                continue
            before = tokenise(match[1])
            written = [
                n
                for n in self.context.index.names
                if n not in self.asked and any(t.text == n for t in before) and len(n) > 1
            ]
            best = [m for m in self.context.index.score(before[-8:]) if m.column not in self.asked]
            name = written[-1] if written else best[0].column if best and best[0].score >= SURE + 0.15 else None
            if name is not None:
                self._take_instrument(name, f"instrument = {name!r}: the codebook says {match[0].strip()[-80:]!r}")
                return

    def _is_for_treatment(self, text: str) -> bool:
        """Whether an instrument is one for this treatment; true when the words do not say for what."""
        match = INSTRUMENT_FOR.search(text)
        scores = self.context.index.score(tokenise(match[1])[:6]) if match else []
        return not scores or scores[0].score < SURE or any(m.column == self.treatment for m in scores[:2])

    def _cutoff(self) -> None:
        """Rule 3: a cut-off in a running variable."""
        found = named_cutoff(self.words, *self.asked, self.context)
        found = found or running_variable(self.words, self.context, (self.asked[1],))
        found = found or self._rule()
        if found and found[0] != self.asked[1]:
            self.hints.update(design="regression_discontinuity", running_variable=found[0], cutoff=found[1])
            self.because.append(f"running variable = {found[0]!r}, cut-off {found[1]:g}: {found[2]}")

    def _rule(self) -> tuple[str, float, str] | None:
        """A number from which on the treatment is given, as a sentence of the codebook tells of this treatment."""
        index = self.context.index
        own = tokenise(f"{' '.join(name_parts(self.treatment))} {index.described.get(self.treatment, '')[:120]}")
        for rule in rules(self.words, self.context, (self.asked[1],)):
            if rule.column == self.treatment or CUTOFF_NAMED.search(self.words) or speaks_of(rule.sentence, own):
                self.hints["treated_side"] = rule.side
                said = " ".join(t.text for t in rule.sentence)[:80]
                return rule.column, rule.cutoff, f"those {rule.side} it get the treatment: {said!r}"
        return None

    def _before_after(self) -> None:
        """Rule 4: one column that tells before from after, and a treatment with two groups."""
        index = self.context.index
        times = [n for n in self.context.roles.before_after if n not in self.asked]
        if not times and (told := period_of_two(self.context)) and told not in self.asked:
            times = [told]
        card = index.cards.get(self.treatment)
        randomised = any(_randomised(self.prose, self.treatment, self.context))
        if len(times) != 1 or (card is not None and card.type != "binary") or randomised:
            return
        cue = BEFORE_AFTER.search(self.prose)
        said = (
            f"the words say {_around(self.prose, cue)!r}"
            if cue
            else index.described[times[0]][:60] or "its name says so"
        )
        self.hints.update(design="difference_in_differences", time=times[0])
        self.because.append(f"before/after = {times[0]!r} by group {self.treatment!r}: {said}")
        if unit := self._repeated_unit((times[0],)):
            self.hints["unit"] = unit

    def _panel(self) -> None:
        """Rule 6: units seen in several periods, and a treatment that starts in some of them."""
        card = self.context.index.cards.get(self.treatment)
        found = panel(self.context) if card is not None and card.type == "binary" else None
        if found and not {found.unit, found.time} & {*self.asked}:
            self.hints.update(design="difference_in_differences", time=found.time, unit=found.unit)
            self.because.append(f"a panel of {found.unit!r} by {found.time!r}, in which {self.treatment!r} starts")

    def _random(self) -> None:
        """Rule 5: treatment was assigned at random."""
        for reason in _randomised(self.prose, self.treatment, self.context):
            self.hints["design"] = "experiment"
            self.because.append(reason)


def read_hints(words: str, treatment: str, outcome: str, found: Modifiers, context: Context) -> DesignHints:
    """Collect the design hints of an effect question; nothing is guessed, each hint quotes its words."""
    return _Collector(words, treatment, outcome, found, context).collect()


def received_and_assigned(context: Context) -> tuple[str, str] | None:
    """A pair of columns where one says who was assigned and the other who received; (received, assigned)."""
    rows: dict[str, list[tuple[str, set[str]]]] = {"assigned": [], "received": []}
    for name in context.index.names:
        card = context.index.cards.get(name)
        if card is not None and card.type != "binary":
            continue
        parts = set(name_parts(name))
        words = parts | {t.low for t in tokenise(context.index.described[name][:120])}
        topic = {root(stem(p)) for p in parts - _ASSIGNED - _RECEIVED if len(p) > 2}
        if parts & _RECEIVED or (words & _RECEIVED and not parts & _ASSIGNED and not words & _ASSIGNED):
            rows["received"].append((name, topic))
        elif parts & _ASSIGNED or words & _ASSIGNED:
            rows["assigned"].append((name, topic))
    told = NONCOMPLIANCE.search(prose(context.catalog.codebook)) is not None
    for received, topic in rows["received"]:
        for assigned, other in rows["assigned"]:
            alone = len(rows["received"]) == len(rows["assigned"]) == 1
            if topic & other or (alone and (not topic or not other or told)):
                return received, assigned
    return None


def running_variable(words: str, context: Context, asked: tuple[str, ...] = ()) -> tuple[str, float, str] | None:
    """The column whose crossing of a cut-off sets the treatment, the cut-off, and the words that say so."""
    text = f"{words}\n{context.catalog.codebook.text[:50_000]}"
    cue = CUTOFF.search(text)
    if cue is None:
        return None
    for name, description in context.index.described.items():
        match = RUNNING.search(description)
        if match and _continuous(name, context):
            given = CUT_NUMBER.search(words)
            zero = "victory" in match[0].lower() or re.search(r"\b(?:0|zero)\b", description)
            cutoff = 0.0 if zero else float(given[1]) if given else None
            if cutoff is not None:
                return name, cutoff, f"the codebook says {description[:80]!r}"
    for source in (words, context.catalog.codebook.text[:50_000]):
        for match in CUT_NUMBER.finditer(source):
            aged = AGED.match(match[0]) is not None
            near = source[max(0, match.start() - 60) : match.end() + 40]
            sought = tokenise("age") if aged and "score" not in match[0].lower() else tokenise(near)
            scores = context.index.score([t for t in sought if t.is_word])
            best = [m for m in scores if _continuous(m.column, context) and m.column not in asked]
            if best and best[0].score >= SURE:
                return best[0].column, float(match[1]), f"a cut-off at {match[1]}: {' '.join(near.split())[:80]!r}"
    return None


def _continuous(name: str, context: Context) -> bool:
    card = context.index.cards.get(name)
    return card is None or card.type in ("continuous", "count", "id")


def _randomised(text: str, treatment: str, context: Context) -> Iterator[str]:
    """Why the treatment counts as randomised; nothing when the words deny it or speak of another column."""
    if NOT_RANDOM.search(text):
        return
    for match in RANDOM.finditer(text):
        window = text[match.start() : match.end() + 60]
        around = text[max(0, match.start() - 80) : match.end() + 60]
        assigns = ASSIGNING.search(around)
        sampled = SAMPLED.match(window) and not GIVEN_TO.search(text[max(0, match.start() - 12) : match.start()])
        if not assigns or sampled or PRIOR_TO.search(text[max(0, match.start() - 20) : match.start()]):
            continue
        if _concerns(text, match.start(), treatment, context):
            yield f"randomised: {_around(text, match)!r}"
            return


def _concerns(text: str, at: int, treatment: str, context: Context) -> bool:
    """Whether the sentence that speaks of randomisation can be about this treatment."""
    if context.roles.treatment.get(treatment, 0.0) >= 0.6 or context.roles.sole("treatment") == treatment:
        return True
    start = max(text.rfind(".", 0, at), text.rfind("\n", 0, at), at - 300) + 1
    end = min((e for e in (text.find(". ", at), text.find("\n", at), at + 300) if e > 0), default=at + 300)
    wide = text[start : max(end, at + 200)]
    scores = context.index.score([t for t in tokenise(wide) if t.is_word])
    mine = next((m.score for m in scores if m.column == treatment), 0.0)
    named = context.index.score([t for study in context.studies for t in study.treatment])
    if any(m.column == treatment for m in named[:1]):
        return True
    if scores and mine >= 0.8 * scores[0].score:
        return True
    support = dict(said_of(tokenise(text[start:end]), context))
    rivals = [
        s for n, s in support.items() if n != treatment and (c := context.index.cards.get(n)) and c.type == "binary"
    ]
    return max(rivals, default=0.0) < max(1.0, support.get(treatment, 0.0))


def _around(text: str, match: re.Match[str]) -> str:
    """The words around a match, cut between words and within its sentence."""
    start, end = max(0, match.start() - 30), min(len(text), match.end() + 30)
    before, after = text[start : match.start()], text[match.end() : end]
    before = before if start == 0 else before.partition(" ")[2]
    after = after if end == len(text) else after.rpartition(" ")[0]
    return f"{before.rpartition('. ')[2]}{match.group()}{after.partition('. ')[0]}".strip()
