"""What the text calls its variables and their levels: phrases of events, aligned over the whole text at once.

A phrase alone is often not enough ("normal weight people" speaks of obesity), so phrases are first collected as they
are written, and aligned when all statements are read: the two levels of a variable come in pairs, share words with its
name or with each other, and stand where the graph allows. A question is read after that, phrase by phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations

from .assignment import Axis, Row, assign
from .cutting import cut_phrases
from .levels import Colours, colour, told_apart
from .likeness import contrary, covered, head, sense
from .scales import Scales
from .types import Chance, Correlation, Event, Mechanism, Premises

_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.I)
_CONDITION = re.compile(r"(?:who|whose|that|those|with|without|are|is|having|people|patients|individuals)\b", re.I)
_ROUNDED = 0.011
LEAST_LIKENESS = 0.45
"""Below this a phrase of the question is not taken for any variable."""


class Vocabulary:
    """Names of variables, and phrases of events.

    Args:
        premises: What the text states; its events are as written until `settle` puts variables and levels in.
        asked: The question, for readers whose words mean different things before different questions.
        form: What the text says about the form of the answer.
    """

    def __init__(self, premises: Premises, asked: str = "", form: str = "") -> None:
        self._premises = premises
        self.asked = asked
        self.form = form
        self._names: dict[str, str] = {}
        self._opposed: list[tuple[str, str]] = []
        self._level_of: dict[str, Event] = {}
        self._phrases: dict[str, list[str]] = {}
        self._colours: dict[str, Colours] = {}
        self.scales = Scales()
        self._taken: list[Chance] = []

    def declare(self, phrase: str) -> str:
        """The variable of this name, new if it was not named before."""
        key = _key(phrase)
        if key not in self._names:
            name = _ARTICLE.sub("", " ".join(phrase.split()))
            self._names[key] = name[0].lower() + name[1:] if name[1:2].islower() else name
            self._premises.nodes.append(self._names[key])
        return self._names[key]

    def alias(self, phrase: str, name: str) -> None:
        """Let a phrase name a declared variable too, unless it names one already."""
        self._names.setdefault(_key(phrase), name)

    def take(self, chance: Chance) -> None:
        """Take a stated probability whose variables and levels are spelled out; `settle` leaves it as it is."""
        self._taken.append(chance)

    def named(self, phrase: str) -> str | None:
        """The variable with exactly this name, an article aside."""
        return self._names.get(_key(phrase))

    def knows(self, phrase: str) -> bool:
        """Whether the phrase is a variable's name, or one of those aligned."""
        return self.named(phrase) is not None or " ".join(phrase.split()) in self._level_of

    def mention(self, phrase: str) -> Event:
        """An event as written; `settle` puts its variable and level in."""
        return Event(variable=" ".join(phrase.split()))

    def oppose(self, one: str, other: str) -> None:
        """Take note that two phrases are the two levels of one variable."""
        self._opposed.append((" ".join(one.split()), " ".join(other.split())))

    def settle(self) -> None:
        """Align all phrases in the premises with variables and levels, and put these in their place."""
        cut = cut_phrases(self._premises.chances, self._names)
        self._premises.chances[:] = cut
        axes, rows = self._axes()
        anchors = {e.variable for c in cut for e in c.event[-1:] if not sense(e.variable).negated}
        first = {c.event[0].variable for c in cut if len(c.event) == 1 and not c.given}
        stated = self._premises
        # numbers are seldom about what is not observed; rules are about all
        hidden = () if stated.mechanisms else stated.latent
        variable_of = assign(axes, rows, tuple(stated.nodes), stated.edges, hidden)
        for axis, variable in zip(axes, variable_of, strict=True):
            if variable is not None:
                self._phrases.setdefault(variable, []).extend(axis.phrases)
        pairs = [(a, b) for axis in axes for a, b in zip(axis.phrases, axis.phrases[1:], strict=False)]
        pairs += self._told_apart()
        for variable, phrases in self._phrases.items():
            self._colours[variable] = colour(variable, phrases, [*pairs, *self._opposed], anchors, first)
            for phrase, level in self._colours[variable].level_of.items():
                self._level_of[phrase] = Event(variable=variable, level=level)
        self._put_in()
        self._premises.chances += self._taken

    def _told_apart(self) -> list[tuple[str, str]]:
        """Phrases of one variable in rules and observations that are its two levels, as nothing says that they agree."""
        mechanisms = self._premises.mechanisms
        rules = {e.variable for m in mechanisms for e in (m.effect, *(e for a in m.alternatives for e in a))}
        said = sorted(rules | {e.variable for e in self._premises.observed})
        return [
            (a, b)
            for variable, phrases in self._phrases.items()
            for a, b in combinations([p for p in said if p in phrases], 2)
            if told_apart(a, b, variable, alike=a in rules and b in rules)
        ]

    def event_of(self, phrase: str, variable: str) -> Event:
        """The level of a variable that a phrase speaks of; with nothing in common it is not the one spoken of before."""
        colours = self._colours.get(variable)
        level = colours.judge(" ".join(phrase.split())) if colours else None
        if level is not None or colours is None:
            return Event(variable=variable, level=1 if level is None else level)
        known = next(iter(colours.level_of.values()), 0)
        return Event(variable=variable, level=1 - known)

    def align(self, phrase: str, among: Iterable[str] = ()) -> Event | None:
        """The variable and level a phrase of the question speaks of, or None.

        Args:
            phrase: As written, such as `patients not receiving treatment`.
            among: Variables it may be; () for all.
        """
        phrase = " ".join(phrase.split())
        allowed = tuple(among) or tuple(self._premises.nodes)
        if (known := self._level_of.get(phrase)) is not None and known.variable in allowed:
            return known
        name = self.named(phrase)
        if name is not None and name in allowed:
            # a variable's name stands for the level that the text says happens, whatever the name means
            return Event(variable=name)
        variable = self.variable(phrase, allowed)
        if variable is None:
            return None
        colours = self._colours.get(variable)
        if colours is None:
            return Event(variable=variable, level=0 if sense(phrase).negated or sense(phrase).low else 1)
        return Event(variable=variable, level=colours.level(phrase))

    def align_against(self, phrase: str, other: str) -> Event | None:
        """The event of a phrase that is set against its contrary: "recovery" rather than "remaining ill"."""
        known, contrary = (self._level_of.get(" ".join(p.split())) for p in (phrase, other))
        if known is not None:
            return known
        if contrary is None:
            event, contrary = self.align(phrase), self.align(other)
            if event is None or contrary is None or event.variable != contrary.variable:
                return event or (contrary and _flipped(contrary))
            if event.level != contrary.level:
                return event
        return _flipped(contrary)

    def variable(self, phrase: str, among: Iterable[str] = ()) -> str | None:
        """The variable a phrase names or speaks of, or None."""
        allowed = tuple(among) or tuple(self._premises.nodes)
        if (name := self.named(phrase)) in allowed:
            return name
        if (known := self._level_of.get(" ".join(phrase.split()))) is not None and known.variable in allowed:
            return known.variable
        scores = {n: self.likeness(phrase, n) for n in allowed}
        best = max(scores, key=lambda n: scores[n], default=None)
        if best is None or scores[best] < LEAST_LIKENESS or list(scores.values()).count(scores[best]) > 1:
            return None
        return best

    def words_of(self, event: Event) -> str:
        """How the text speaks of an event."""
        if words := self.scales.words_of(event):
            return words
        colours = self._colours.get(event.variable)
        said = [p for p, v in colours.level_of.items() if v == event.level] if colours else []
        named = [p for p in said if not _CONDITION.match(p)]
        if not named and event.level == 1:
            return event.variable
        return min(named or said, key=len, default=f"{event.variable} = {event.level}")

    def likeness(self, phrase: str, variable: str) -> float:
        """How much a phrase has in common with a variable's name or with the nearest of its phrases, about 0 to 1."""
        texts = (variable, *self._phrases.get(variable, ()))
        return max(_alike(phrase, t) for t in texts)

    def _axes(self) -> tuple[list[Axis], list[Row]]:
        """Phrases that are levels of one variable, and which of them a statement relates."""
        premises = self._premises
        groups = _Groups()
        for chance in premises.chances:
            for e in chance.event:
                groups.join([e.variable])
        for values in _columns(premises.chances):
            for part in [values] if len(values) <= 2 else [[v] for v in values]:
                groups.join(part)
        for m in premises.mechanisms:
            for e in (m.effect, *(e for side in m.alternatives for e in side)):
                groups.join([e.variable])
        for r in premises.correlations:
            for phrase in (r.source, r.target, *(e.variable for e in r.given)):
                groups.join([phrase])
        for e in premises.observed:
            groups.join([e.variable])
        for pair in self._opposed:
            if any(p in groups.of for p in pair):
                groups.join(pair)
        axes = [Axis(tuple(g)) for g in {id(g): g for g in groups.of.values()}.values()]
        return axes, self._rows({p: i for i, axis in enumerate(axes) for p in axis.phrases})

    def _rows(self, place: dict[str, int]) -> list[Row]:
        rows: set[Row] = set()
        for c in self._premises.chances:
            behind = [*c.event[1:], *c.given, *c.do]
            if behind or not c.given:
                rows.add(Row(place[c.event[0].variable], tuple(place[e.variable] for e in behind), bool(c.given)))
        for one, other in combinations((c for c in self._premises.chances if len(c.event) == 1), 2):
            apart = one.event != other.event and one.given == other.given and one.do == other.do
            if apart and abs(one.value + other.value - 1) > _ROUNDED:
                # on the same condition two levels of one variable would sum to one
                rows.add(Row(place[one.event[0].variable], (place[other.event[0].variable],), False))
        for m in self._premises.mechanisms:
            causes = dict.fromkeys(place[e.variable] for side in m.alternatives for e in side)
            rows.add(Row(place[m.effect.variable], tuple(causes), True, whole=True))
        # what is observed beside rules is mostly what no rule brings about
        rows |= {Row(place[e.variable], (), False) for e in self._premises.observed}
        effects = dict.fromkeys(m.effect.variable for m in self._premises.mechanisms)
        for one, two in combinations(effects, 2):
            # a rule tells all that brings its effect about, so that two rules have two effects
            if place[one] != place[two] and not _may_be_contrary(one, two):
                rows.add(Row(place[one], (place[two],), False))
        for r in self._premises.correlations:
            rows.add(Row(place[r.source], (place[r.target], *(place[e.variable] for e in r.given)), False))
        return sorted(rows)

    def _put_in(self) -> None:
        premises = self._premises

        def put(event: Event) -> Event:
            known = self._level_of.get(event.variable, event)
            # a mention that denies what its words say is at level 0
            return _flipped(known) if event.level == 0 and known is not event else known

        def put_all(events: Iterable[Event]) -> tuple[Event, ...]:
            return tuple(put(e) for e in events)

        premises.chances[:] = [
            Chance(event=put_all(c.event), given=put_all(c.given), do=put_all(c.do), value=c.value)
            for c in premises.chances
        ]
        premises.correlations[:] = [
            Correlation(
                source=put(Event(variable=r.source)).variable,
                target=put(Event(variable=r.target)).variable,
                given=put_all(r.given),
                value=r.value,
            )
            for r in premises.correlations
        ]
        premises.mechanisms[:] = [
            Mechanism(effect=put(m.effect), alternatives=tuple(put_all(a) for a in m.alternatives))
            for m in premises.mechanisms
        ]
        premises.observed[:] = [put(e) for e in premises.observed]


def _alike(phrase: str, text: str) -> float:
    stems, own = sense(phrase).stems, sense(text).stems
    return 0.6 * covered(own, stems) + 0.4 * covered(stems, own) + 0.1 * (head(phrase) == head(text))


def _columns(chances: Iterable[Chance]) -> list[list[str]]:
    """Phrases that take turns in one place: of the conditions of one event, and of joint events alike otherwise."""
    columns: dict[tuple[object, ...], list[str]] = {}
    for chance in chances:
        places = [((chance.event[0].variable, i), e) for i, e in enumerate((*chance.given, *chance.do))]
        if len(chance.event) > 1:
            names = [e.variable for e in chance.event]
            places += [((tuple(names[:i]), tuple(names[i + 1 :])), e) for i, e in enumerate(chance.event)]
        for key, e in places:
            values = columns.setdefault(key, [])
            values += [e.variable] if e.variable not in values else []
    return list(columns.values())


class _Groups:
    """Phrases that are known to be levels of one variable."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {}

    def join(self, phrases: Iterable[str]) -> None:
        merged: list[str] = []
        for phrase in phrases:
            merged += [p for p in self.of.get(phrase, [phrase]) if p not in merged]
        for phrase in merged:
            self.of[phrase] = merged


def _may_be_contrary(one: str, two: str) -> bool:
    a, b = sense(one), sense(two)
    return a.low != b.low or a.negated != b.negated or any(contrary(x, y) for x in a.stems for y in b.stems)


def _flipped(event: Event) -> Event:
    return Event(variable=event.variable, level=0 if event.level == 1 else 1)


def _key(phrase: str) -> str:
    return _ARTICLE.sub("", " ".join(phrase.casefold().split()))
