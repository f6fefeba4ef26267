"""A small built-in thesaurus: words that people use for one thing, and words that carry no content.

It is what lets "wages and jobs" find a graph over `income` and `employment`. One line is one concept; its
first word names it. Stems are compared, so endings need no entry of their own.
"""

from __future__ import annotations

from functools import cache

_CONCEPTS = """
income wage earnings salary pay paycheck earn compensation remuneration money re74 re75 re78
employment job work occupation labor labour employ employee worker hiring career profession unemployed unemployment jobless
training program programme course workshop nsw apprenticeship upskilling
education school schooling degree college university educated educ diploma learning academic
student pupil learner classroom teacher
exam test score grade gpa marks
smoking smoke cigarette tobacco smoker nicotine
cancer tumor tumour oncology carcinoma malignancy
death mortality die dead died fatal fatality survival survive lethal
drug medication medicine pill dose pharmaceutical prescription
treatment therapy intervention treated treat regimen
patient hospital clinic doctor physician medical nurse healthcare
health wellbeing healthy illness sick disease
churn attrition leave left cancel cancellation retention retain quit unsubscribe defect
customer client user subscriber buyer shopper consumer
price cost fee charge expensive cheap pricing tariff
discount coupon promotion rebate voucher promo offer
sale revenue purchase turnover buy bought spend spending order
advertising ad ads advert advertisement campaign marketing
email mail newsletter message mailing
click visit website page traffic web site
conversion convert signup subscription subscribe
house housing home rent property apartment dwelling
crime arrest police offence offense violence theft burglary
poverty poor deprived deprivation disadvantage welfare
child kid children infant baby newborn toddler
birth pregnancy pregnant maternal birthweight gestation prenatal
woman female mother girl gender sex man male father boy
race ethnicity black white hispanic racial minority
age old elderly young years senior
marriage married marital spouse wedding divorce
family household parent
weight obesity bmi overweight obese
exercise sport activity fitness workout gym
diet food nutrition eat eating calorie meal
sleep insomnia rest tired
depression mood mental anxiety stress psychological
vaccine vaccination immunisation immunization jab shot
blood pressure hypertension systolic
heart cardiac cardiovascular coronary
diabetes glucose insulin sugar glycemic
alcohol drink beer wine drinking liquor
protein kinase phosphorylation signalling signaling raf mek erk akt pka pkc
gene genetic genotype dna expression
cell cells cytometry
weather rain temperature climate rainfall sunny heat snow
pollution emission smog pm25 carbon
traffic accident crash collision road vehicle car driving
tax levy taxation
vote election ballot voter turnout voting
loan credit debt mortgage lending borrower
bank finance financial banking
stock share market return equity
factory production manufacturing plant assembly
fault defective failure broken outage breakdown malfunction
machine sensor equipment device turbine
company firm business enterprise employer
country nation state region county
city town urban metropolitan
growth gdp economy economic
immigration migrant migration immigrant
trade export import
army military veteran draft soldier
lottery random randomised randomized randomization experiment trial rct
proximity distance near nearby close
confounder confounding
speed fast latency slow quick delay
bug error incident
cpu server load memory
agriculture farm crop yield fertilizer fertiliser harvest
water irrigation
energy electricity power
"""

_FILLERS = """
a about above after again against all also am an and any are as at be because been before being below between both but
by can could did do does doing down during each few for from further get got had has have having he her here hers him
his how i if in into is it its itself just know knew known learn learned learnt let like me more most much my no nor
not of off on once only or other our out over own please remember recall remind said same saw say she should show so
some such tell than that the their them then there these they thing things this those through to too under until up us
very was we were what when where which while who whom why will with would you your study studies find found finding look looked see
seen last time previous previously earlier ever cause causes caused causing causal effect effects affect affects
affected impact impacts influence influences influenced graph graphs model dag change changes changed increase
increases increased decrease decreases raise raises raised lower lowers reduce reduces reduced make makes made lead
leads led result results question answer data dataset table tables analysis variable variables
"""


_SUFFIXES = """
ization isation ational fulness ations ements ation ement ments ities ness ment ings ical edly ally ing ity ers ed ly es er al s
"""


def stem(word: str) -> str:
    """Cut common English endings, so that "smoking", "smoked" and "smokes" meet; short words stay.

    Example:
        >>> [stem(w) for w in ("smoking", "smokes", "studies", "study", "running", "churn")]
        ['smok', 'smok', 'study', 'study', 'run', 'churn']
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for suffix in _SUFFIXES.split():
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@cache
def _concepts() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _CONCEPTS.strip().splitlines():
        first, *_ = line.split()
        for word in line.split():
            table.setdefault(word, first)
            table.setdefault(stem(word), first)
    return table


def concept_of(word: str, root: str) -> str | None:
    """The concept a word belongs to, by itself or by its stem; None when the thesaurus does not know it."""
    table = _concepts()
    return table.get(word) or table.get(root)


@cache
def _fillers() -> frozenset[str]:
    return frozenset(_FILLERS.split())


def is_filler(word: str) -> bool:
    """Whether a word says nothing about what is remembered, such as "what" or "effect"."""
    return word in _fillers()
