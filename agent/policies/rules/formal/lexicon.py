"""Common English that spelling does not show: opposites, words that mean the same, irregular forms, ends of scales."""

from __future__ import annotations

_DENYING = (
    "not no never without lack lacks lacking lacked absence absent none cannot neither nor non fail fails failed avoid "
    "avoids avoided avoiding free false deficient deficiency insufficient quit quits quitting abstain "
    "abstains abstaining refrain refrains refraining cease ceases ceasing refuse refuses refused refusing refusal "
    "missing skip skips skipped skipping"
)
DENYING = frozenset(_DENYING.split())
_LOW = (
    "low lower small smaller short shorter poor poorer weak weaker few fewer little less bad worse slow slower negative "
    "local minor decreased reduced normal inactive off badly rarely seldom limited meager scarce"
)
LOW = frozenset(_LOW.split())
"""The lesser end of a scale."""
_HIGH = (
    "high higher large larger long longer rich richer strong stronger many much more big bigger great greater good better "
    "fast faster increased heavy active well often ample abundant plenty severe"
)
HIGH = frozenset(_HIGH.split())
"""The greater end."""

OPPOSITES = (
    "death survival, dead alive, die survive, die alive, sick healthy, ill healthy, disease healthy, infect healthy, "
    "flu healthy, rich poor, young old, male female, day night, dark bright, dark light, "
    "clean dirty, clean polluted, clean contaminated, wet dry, rainy dry, rain dry, rainy sunny, cloudy sunny, cloudy clear, "
    "hot cold, warm cold, hot cool, warm cool, open close, open shut, lock unlock, full empty, fast slow, early late, "
    "punctual late, win lose, pass fail, accept reject, employ unemploy, hire fire, hire reject, fire stay, fire keep, hard easy, "
    "hard lazy, diligent lazy, easy difficult, thick thin, strong weak, big small, large small, long short, tall short, tall "
    "stunted, high low, good bad, good poor, good ill, well badly, well poorly, kind mean, kind unkind, obese slim, fat thin, "
    "fat slim, overweight slim, success failure, succeed fail, happy sad, happiness sadness, calm anxious, calm nervous, calm "
    "stormy, calm excited, relaxed stressed, relaxed tense, awake asleep, tired awake, tired energetic, tired rested, present "
    "absent, active inactive, active passive, up down, left right, urban rural, city countryside, single married, guilty "
    "innocent, death live, dead live, die live, healthy problem, tanned pale, admission rejection, admission reject, "
    "admitted rejected, admit reject, indoor outdoor, inside outside, increase decrease, increase reduce, raise lower, rise "
    "fall, raise cut, more less, more fewer, many few, quiet noisy, quiet loud, silent loud, silent noisy, silent ring, smooth "
    "jam, smooth congested, smooth rough, cheap expensive, cheap pricey, cheap costly, north south, northern southern, east west, "
    "stay leave, stay go, remain leave, keep lose, keep fire, buy sell, careful careless, carefully carelessly, polite rude, smart "
    "dumb, intelligent stupid, clever stupid, skilled unskilled, fresh rotten, fresh stale, fresh salt, sweet sour, sweet bitter, "
    "tasty bland, sharp blunt, sharp dull, bored thrilled, bored interested, boring interesting, tight loose, soft hard, soft "
    "loud, deep shallow, wide narrow, heavy light, brave coward, generous stingy, patient impatient, strict lenient, formal "
    "casual, modern traditional, modern ancient, new old, new used, first last, top bottom, front back, near far, central "
    "remote, public private, rare common, rare frequent, always never, often rarely, often seldom, safe dangerous, safe "
    "risky, safe robbed, peace war, friend enemy, love hate, like dislike, support oppose, agree disagree, allow forbid, "
    "permit ban, begin end, start stop, start finish, create destroy, build destroy, intact broken, intact damaged, whole "
    "broken, work broken, fix broken, float sink, grow shrink, gain lose, give take, save spend, save waste, smile frown, laugh "
    "cry, arrive depart, come go, remember forget, attack defend, free imprison, freedom prison, freedom imprison, free "
    "busy, humid arid, moist dry, moist dusty, wet dusty, fertile barren, flood dry, flood drought, rain drought, shortage plenty, "
    "shortage surplus, scarcity abundance, scarce abundant, meager abundant, minimum maximum, mild severe, mild strong, mild spicy, "
    "benign malignant, acute chronic, flat fluffy, flat hilly, flat steep, optimistic pessimistic, introvert extrovert, junior "
    "senior, amateur professional, novice expert, beginner expert, rookie veteran, manual academic, manual automatic, blue white, "
    "black white, sober drunk, sobriety drink, drive walk, promotion demotion, promote demote, profit loss, credit debt, reward punish, "
    "praise blame, truth lie, honest dishonest, honest lying, legal illegal, legal criminal, local foreign, domestic foreign, "
    "natural artificial, organic conventional, vegetarian meat, raw cooked, random structured, simple complex, "
    "treatment control, drug placebo, medication surgery, deaf hearing, blind seeing, summer winter, morning evening, "
    "weekday weekend, workday holiday, workday weekend, major minor, upper lower, lucky unlucky, advantage disadvantage, "
    "on off"
)
"""Pairs, apart by commas."""

_SAME = (
    "male man boy, female woman girl, die death dead dying, alive living, obese overweight, wealth wealthy rich, ill sick, "
    "pricey expensive, light lit, vaccine vaccination vaccinated jab, job occupation profession, automobile car, physician doctor, "
    "ad ads advertisement advertise, tired tiredness fatigue, child kid, admit admitted admission, prison imprisonment imprisoned jail, "
    "medicine medication, marriage married marry, divorce divorced, punctual punctuality, "
    "wage salary, poverty poor, youth young, warmth warm, heat hot, strength strong, health healthy, anger angry, "
    "hunger hungry, thirst thirsty, noise noisy, fire burn burning burned, rain rainy rainfall, cloud cloudy, "
    "sun sunny sunshine, storm stormy, wind windy, "
    "snow snowy, sleep asleep, belief believe, choice choose, success succeed successful, loss lose, "
    "growth grow, speech speak, flight fly, gift give, sale sell, thought think, bought buy purchase"
)
"""Words that mean the same, the one that stands for the others first."""
_IRREGULAR = (
    "man men, woman women, child children, tooth teeth, foot feet, mouse mice, drink drank drunk, sleep slept, eat ate eaten, "
    "teach taught, buy bought, catch caught, win won, lose lost, go went gone goes going, run ran, wear wore worn, drive drove driven "
    "driving, pay paid, break broke broken, grow grew grown, know knew known, rise rose risen, fall fell fallen, speak "
    "spoke spoken, write wrote written, choose chose chosen, freeze froze frozen, steal stole stolen, hold held, keep kept, make made, "
    "sell sold, tell told, think thought, stand stood, sit sat, sing sang sung, swim swam swum, fly flew flown, throw threw thrown, "
    "shoot shot, send sent, spend spent, build built, burn burnt, learn learnt, take took taken, give gave given, "
    "arrive arrives arrived arriving, ring rang rung, "
    "begin began begun, feel felt, sink sank sunk, bring brought, fight fought, feed fed, lead led, meet met, read reads, "
    "hear heard, see saw seen, ride rode ridden, wake woke woken, bite bit bitten, hide hid hidden, lie lying, die died dying dies"
)


def _table(groups: str) -> dict[str, str]:
    return {word: first for group in groups.split(", ") for first, *more in [group.split()] for word in (first, *more)}


_FORMS, _MEANINGS = _table(_IRREGULAR), _table(_SAME)
_NOT_DENIED = (
    "abuse imprison imprisonment improve impress import important include increase inform invest income indoor infect "
    "inflame insure inside intense immigrate display disease discover discount mistake instate inform insight inland "
    "impart implant impose impound"
)
NOT_DENIED = frozenset(_NOT_DENIED.split())
"""Words that begin like a denial and are none."""


def plain(word: str) -> str:
    """A word as others with its meaning are written: `women` as `female`, `broken` as `break`."""
    word = _FORMS.get(word, word)
    return _MEANINGS.get(word, word)
