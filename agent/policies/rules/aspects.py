"""Read what a question asks of an effect beside its size: by group, elsewhere, along paths, in other worlds, as a cause."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....tools.domain.model import Scalar
from ....tools.domain.questions import Aspects, Carry
from ....tools.domain.results import ColumnCard
from .context import Context
from .words import Token, name_parts

MAX_GROUPS = 12
_TIME = re.compile(
    r"\b(?:over|across|through|with) time\b|\btempor\w+|\btime[- ]var\w+|\b(?:time )?periods?\b|\bover the years\b|\bdrift\w*"
    r"|\b(?:still|continues? to) hold\w*|\bstab(?:le|ility)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\bdomains?\b|\bpopulations?\b|\btransport\w*|\bgenerali[sz]\w*|\btransfer\w*|\bcarr(?:y|ies|ied) over\b|\bexternal validity\b"
    r"|\bsites?\b|\bdistribution(?:al)? shift\w*",
    re.IGNORECASE,
)
_CARRY = re.compile(
    r"\btransport\w*|\bgenerali[sz]\w*|\btransfer\w*|\bcarr(?:y|ies|ied) over\b|\bexternal(?:ly)? valid\w*|\bextrapolat\w*"
    r"|\bpopulation shift\w*|\bdomain shift\w*|\bmeasured in\b[^.?]{0,60}\bonly\b|\bappl(?:y|ies|icable) (?:also )?to\b",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\bmoderat\w+|\bcontext\w*|\beffect modif\w+|\bheterogene\w+|\bsubgroups?\b|\bdepends? on\b"
    r"|\bvar(?:y|ies|ied) (?:by|with|across|between)\b"
    r"|\bdiffer\w* (?:by|across|between|in)\b|\bsame (?:in|for|across)\b|\b(?:treatment[- ]by[- ]\w+|conditional) interaction\b"
    r"|\bcompare the effects?\b|\bin each\b|\bfor each\b|\bin both\b",
    re.IGNORECASE,
)
_SHIFT = re.compile(
    r"\b(?:shift\w* (?:in|of)|differences? in|reweight\w*(?: \w+){0,2} (?:on|by|for)|distributions? of|account(?:ing)? for)\b",
    re.IGNORECASE,
)
_WORLDS = re.compile(
    r"\bcounterfactual\w*|\bpotential outcomes?\b|\bwould (?:\w+ ){0,3}have (?:been|had)\b"
    r"|\bhad (?:\w+ ){0,4}(?:not )?(?:been|received|taken|gotten)\b",
    re.IGNORECASE,
)
_NECESSITY = re.compile(
    r"\bnecessity\b|\bsufficiency\b|\b(?:necessary|sufficient)(?:,? (?:and|or|and/or) (?:an? )?(?:necessary|sufficient))?"
    r" (?:(?:causal )?(?:cause|condition|reason)\b|for (?!(?:adjust|identif|the (?:analysis|adjust))))|\bbut[- ]for cause\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\bPNS\b|\bPN\b|\bPS\b")
_PATHS = re.compile(
    r"\bsequential\w*|\bserial(?:ly)?\b|\bin sequence\b|\bchain\b|\band then\b|\bpath[- ]specific\b|->[^.?;]*->[^.?;]*->|→[^.?;]*→[^.?;]*→",
    re.IGNORECASE,
)
_MEDIATION = re.compile(r"\bmediat\w+|\b(?:in)?direct(?: and (?:in)?direct)? effects?\b|\bdecompos\w+", re.IGNORECASE)
_INTERACT = re.compile(r"\binteract\w*", re.IGNORECASE)
_NAMED = {
    _TIME: frozenset({"year", "period", "time", "month", "quarter", "date", "wave", "week", "day", "phase", "era", "decade", "season",
                      "round", "epoch", "semester", "cohort"}),
    _PLACE: frozenset({"domain", "population", "site", "location", "region", "country", "city", "hospital", "market", "source",
                       "sample", "center", "clinic", "school", "state", "environment", "platform", "dataset", "area"}),
    _CONTEXT: frozenset({"context", "setting", "environment", "region", "site", "location", "domain", "market", "season", "area",
                         "group", "condition", "climate", "culture", "population", "country", "city", "neighborhood"}),
}  # fmt: skip
"""Words in the names of columns that hold periods, populations or contexts."""
_EXPERIMENT = re.compile(r"\bexperiment\w*|\brandomi[sz]\w*|\btrials?\b|\bRCTs?\b", re.IGNORECASE)
_TRIAL = frozenset({"randomized", "randomised", "rct", "experimental", "experiment", "trial"})
_RECORDS = frozenset(
    {"observational", "observed", "observation", "registry", "records", "survey", "ehr", "nonrandomized", "obs"}
)


class AspectReader:
    """Finds the columns and levels that a question's aspects are about."""

    def __init__(self, words: str, sentences: Sequence[Sequence[Token]], taken: set[str], context: Context) -> None:
        self.words = words
        self.tokens = [t for s in sentences for t in s[:150]]
        self.sentences = sentences
        self.taken = taken
        self.context = context
        self.plain = f" {re.sub(r'[^a-z0-9.]+', ' ', words.lower())} "
        self.because: list[str] = []

    def read(self, groups: Sequence[str], mediators: Sequence[str], adjust: Sequence[str]) -> Aspects | None:
        """Everything that is asked beside the size; None when nothing is."""
        by, carry = self._groups(groups, adjust)
        through = self._through(mediators, adjust, by)
        worlds, necessity = self._said(_WORLDS), self._said(_NECESSITY) or self._said(_SHORT)
        if worlds:
            self.because.append(f"the mean outcome in both worlds, from {worlds!r}")
        if necessity:
            self.because.append(f"how often the cause was necessary and sufficient, from {necessity!r}")
        found = Aspects(by=by, carry=carry, through=through, worlds=bool(worlds), necessity=bool(necessity))
        return found if found != Aspects() else None

    def _said(self, cue: re.Pattern[str]) -> str | None:
        match = cue.search(self.words)
        return match[0] if match else None

    def _groups(self, groups: Sequence[str], adjust: Sequence[str]) -> tuple[str | None, Carry | None]:
        """The column whose groups are compared, and from which of them to which other the effect is carried."""
        cue = next((c for c in (_TIME, _PLACE, _CONTEXT) if c.search(self.words)), None)
        if cue is None and _INTERACT.search(self.words) and not _MEDIATION.search(self.words):
            cue = _INTERACT  # of two causes; one with a mediator is a question about paths
        fit = [g for g in groups if self._has_groups(g)]
        by, how = (fit[0], "the words name it") if fit else (None, "")
        if by is None and cue is not None:
            by, how = self._by(cue, adjust)
        if by is None:
            return None, None
        said = (cue.search(self.words) if cue else None) or re.search(re.escape(by), self.words, re.IGNORECASE)
        self.because.append(
            f"the effect is compared between the groups of {by!r}{f', from {said[0]!r}' if said else ''}: {how}"
        )
        return by, self._carry(by, adjust)

    def _by(self, cue: re.Pattern[str], adjust: Sequence[str]) -> tuple[str | None, str]:
        open_columns = [
            n for n in self.context.index.names if n not in self.taken and n not in adjust and self._has_groups(n)
        ]
        for name in open_columns:
            if len(self.levels_said(name)) >= 2:
                return name, f"its groups {' and '.join(map(repr, self.levels_said(name)))} are named"
        named = {t.column for s in self.sentences if cue.search(" ".join(t.text for t in s)) for t in s if t.column}
        kinds = [c for c in (_TIME, _PLACE, _CONTEXT) if c.search(self.words)]
        for kind in kinds:
            for name in open_columns:
                if set(name_parts(name)) & _NAMED[kind] and not self._looks_like_a_scale(name):
                    return name, "its name says that it holds them"
        listed = [n for n in open_columns if n in named]
        return (listed[0], "it is named beside these words") if listed else (None, "")

    def _has_groups(self, name: str) -> bool:
        card = self.context.index.cards.get(name)
        return (
            card is not None
            and card.type not in ("id", "constant", "empty", "text")
            and 2 <= card.n_distinct <= MAX_GROUPS
        )

    def _looks_like_a_scale(self, name: str) -> bool:
        """`time_spent` and `market_share` measure something; a column of groups has few values."""
        card = self.context.index.cards[name]
        return card.type == "continuous"

    def levels_said(self, name: str) -> list[Scalar]:
        """The levels of a column that the words name, in the order of the words."""
        card = self.context.index.cards.get(name)
        found: list[tuple[int, Scalar]] = []
        for level in card.levels if card else ():
            plain = re.sub(r"[^a-z0-9.]+", " ", str(level).lower()).strip()
            if not plain or (
                len(plain) < 3 and not re.search(rf"(?<![\w]){re.escape(str(level))}(?![\w'])", self.words)
            ):
                continue
            if len(plain) < 3 and not _telling(str(level), name, self.words):
                continue
            at = self.plain.find(f" {plain} ")
            at = at if at >= 0 else self.plain.find(f" {plain}. ")
            if at >= 0:
                found.append((at, level))
        return [level for _, level in sorted(found, key=lambda f: f[0])]

    def only_observed(self, trial: tuple[str, Scalar, Scalar]) -> bool:
        """Whether the words speak of the rows that were only observed, and not of the experiment too."""
        return self.levels_said(trial[0]) == [trial[2]] and not _EXPERIMENT.search(self.words)

    def _carry(self, by: str, adjust: Sequence[str]) -> Carry | None:
        match = _CARRY.search(self.words)
        card = self.context.index.cards[by]
        if match is None or len(card.levels) < 2:
            return None
        said = self.levels_said(by)
        order = said if len(said) >= 2 else [*said, *(v for v in card.levels if v not in said)]
        source, target = order[0], order[1]
        if self._is_target(said, source):
            source, target = target, source
        shift = tuple(c for c in self._shift() if c != by)
        self.because.append(f"carried from {by} = {source!r} to {target!r}, from {match[0]!r}")
        if shift:
            self.because.append(f"what differs between them: {', '.join(shift)}")
        return Carry(by=by, source=source, target=target, shift=shift)

    def _is_target(self, said: list[Scalar], first: Scalar) -> bool:
        """`in B, given that outcomes were measured in A only`, `to B from A`: the level named first is the target."""
        if not said:
            return False
        level = re.escape(str(first))
        return bool(
            re.search(rf"\bto (?:the )?(?:\w+ ){{0,3}}{level}\b(?=.*\bfrom\b)", self.words, re.IGNORECASE)
            or (
                len(said) > 1
                and re.search(rf"\bmeasured in (?:\w+ ){{0,2}}{re.escape(str(said[1]))}\b", self.words, re.IGNORECASE)
            )
            or re.search(rf"\btarget\b(?: \w+){{0,2}} {level}\b(?=.*\bsource\b)", self.words, re.IGNORECASE)
        )

    def _shift(self) -> list[str]:
        """Columns named near words such as shift, reweight, effect modifier."""
        found: dict[str, None] = {}
        for sentence in self.sentences:
            text = " ".join(t.text for t in sentence)
            if _SHIFT.search(text) or re.search(r"\bmodifier|\bshifts?\b|\bdiffers?\b", text, re.IGNORECASE):
                found.update(dict.fromkeys(t.column for t in sentence if t.column and t.column not in self.taken))
        return list(found)

    def _through(self, mediators: Sequence[str], adjust: Sequence[str], by: str | None) -> tuple[str, ...]:
        """Mediators whose parts are asked, in order: those after `through`, or those named beside words of mediation."""
        asked = self._said(_MEDIATION) or self._said(_PATHS)
        if asked is None and len(mediators) < 2:
            return ()
        found = list(mediators)
        if not found:
            inside = [
                s
                for s in self.sentences
                if _MEDIATION.search(" ".join(t.text for t in s)) or _PATHS.search(" ".join(t.text for t in s))
            ]
            beside = [t.column for s in inside for t in s if t.column is not None]
            named = beside or [t.column for t in self.tokens if t.column is not None]
            out = {*self.taken, *adjust, by}
            found = [c for c in dict.fromkeys(named) if c not in out and self.context.when.get(c) != "before"]
        if found:
            self.because.append(
                f"the parts of the effect through {' then '.join(found[:4])}{f', from {asked!r}' if asked else ''}"
            )
        return tuple(found[:4])


def _telling(level: str, name: str, words: str) -> bool:
    """Whether a level of one or two characters stands where a level would: quoted, capital, or after the column's name."""
    if level.isalpha() and level.isupper():
        return True
    return bool(
        re.search(
            rf"{re.escape(name)}\W{{1,4}}(?:is\W)?{re.escape(level)}\b|['\"]{re.escape(level)}['\"]",
            words,
            re.IGNORECASE,
        )
    )


def trial_rows(cards: dict[str, ColumnCard], taken: set[str]) -> tuple[str, Scalar, Scalar] | None:
    """The column that tells rows of an experiment from observed ones, with its level of each: (column, trial, records)."""
    for name, card in cards.items():
        if name in taken or card.n_distinct != 2 or len(card.levels) != 2:
            continue
        kinds = [
            set(re.split(r"[^a-z]+", str(level).lower().replace("non-random", "nonrandom"))) for level in card.levels
        ]
        for one, two in ((0, 1), (1, 0)):
            if kinds[one] & _TRIAL and kinds[two] & _RECORDS:
                return name, card.levels[one], card.levels[two]
        parts = set(name_parts(name))
        if (
            parts & (_TRIAL | {"randomly"})
            and {str(v) for v in card.levels} == {"0", "1"}
            and not parts & {"arm", "group", "assigned"}
        ):
            return name, card.levels[1], card.levels[0]
    return None
