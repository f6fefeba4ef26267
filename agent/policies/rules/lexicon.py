"""Everyday English that questions about tables are made of: word families, abbreviations, cue words, phrases.

These are data of the small grammar in `grammar.py`. No word here belongs to one data set.
"""

from __future__ import annotations

from functools import cache

from .words import normal, root, stem

FAMILIES = (
    "treatment treat treated trt tx intervention arm exposure exposed program training trainee therapy policy reform",
    "training trainee course workshop seminar program tutoring coaching class lesson",
    "join enroll participate participation attend enter sign_up member membership",
    "assign assigned assignment offer offered invite invited invitation encourage encouragement eligible eligibility",
    "deliver delivered receive received receipt take taken get uptake adopted",
    "earnings earn income wage salary pay compensation remuneration",
    "revenue sale sell turnover",
    "recover recovery recovered heal cure cured remission",
    "drug medication medicine pill tablet pharmaceutical med medicament",
    "death die dead mortality fatality fatal deceased survival survive live",
    "hospital hospitalized hospitalization admission admitted inpatient",
    "duration length stay day los time",
    "day daily", "week weekly", "month monthly", "year yearly annual",
    "education educ school schooling educated study degree college university schooled",
    "grade score mark gpa result test exam examination achievement performance proficiency",
    "achievement academic attainment",
    "job employment employ employed work occupation hire hired unemployed unemployment",
    "purchase buy bought order spend spent spending expenditure basket",
    "conversion convert converted",
    "sex gender female male woman man girl boy",
    "age old older young aged",
    "race ethnicity ethnic black white hispanic",
    "marry married marital marriage",
    "smoke smoker smoking cigarette tobacco cigar",
    "drink alcohol drinking beer",
    "price cost fee tariff",
    "debt loan credit repayment payment repay pay",
    "visit visitor traffic session",
    "churn leave quit cancel cancellation attrition churned left unsubscribe",
    "latency delay response_time slow slowness lag",
    "error failure fault fail failed breakdown",
    "crash outage incident downtime",
    "deploy deployment release rollout ship",
    "weight bmi obesity obese overweight light lighter heavy heavier", "illness ill health healthy",
    "pressure bp sbp dbp hypertension",
    "ad advert advertisement advertising campaign billboard commercial",
    "email mail newsletter", "message sms notification push reminder letter",
    "discount coupon voucher promo promotion offer rebate",
    "customer client buyer user subscriber consumer",
    "employee worker staff", "student pupil learner", "teacher instructor",
    "child kid infant baby son daughter", "parent mother father mom dad",
    "household family home house", "region area district state country",
    "vote voter voting turnout voted", "poor poverty income",
    "happy happiness satisfaction satisfied wellbeing", "ill illness sick sickness disease",
    "severity severe severely serious", "pain ache", "exercise workout sport physical_activity",
    "diet nutrition food eating", "sleep sleeping", "crime arrest offense arrested", "pollution emission smog",
    "temperature temp heat hot", "rain rainfall precipitation", "yield harvest crop",
    "quantity number count amount", "share proportion fraction percentage rate", "any all every",
    "engagement engage active activity", "retention retain retained stay enrolled persist persistence", "click clicked ctr",
    "distance dist far near nearest close proximity remote",
    "cache caching cached", "memory ram", "hour hourly", "experience tenure seniority", "seat belt seatbelt",
    "class classroom format", "online ol remote", "repair repaired fix fixed", "wealth rich asset",
)  # fmt: skip
"""Words that may stand for each other; weaker evidence than the word itself."""

ABBREVIATIONS = {
    "trt": "treatment", "tx": "treatment", "treat": "treatment", "edu": "education", "educ": "education",
    "exper": "experience", "exp": "experience", "yr": "year", "yrs": "years", "hh": "household", "num": "number",
    "nb": "number", "no": "number", "qty": "quantity", "amt": "amount", "avg": "average", "pct": "percent",
    "perc": "percent", "prop": "proportion", "temp": "temperature", "bp": "blood pressure", "hr": "heart rate",
    "sbp": "systolic blood pressure", "dbp": "diastolic blood pressure", "chol": "cholesterol", "wt": "weight",
    "ht": "height", "inc": "income", "emp": "employment", "unemp": "unemployment", "mort": "mortality",
    "hosp": "hospital", "med": "medication", "meds": "medication", "rec": "recovery", "sev": "severity",
    "dur": "duration", "los": "length stay", "ln": "log", "l": "log", "lg": "log", "sq": "squared", "hs": "high school",
    "nodegree": "no degree", "cust": "customer", "acct": "account", "txn": "transaction", "rev": "revenue",
    "mkt": "marketing", "promo": "promotion", "ctr": "click rate", "aov": "order value", "nps": "satisfaction",
    "cpu": "cpu", "mem": "memory", "lat": "latency", "p99": "latency", "p95": "latency", "rps": "requests", "qps": "requests",
    "err": "error", "errs": "error", "gpa": "grade", "hw": "homework", "att": "attendance", "ses": "socioeconomic status",
    "dob": "birth", "pop": "population", "gdp": "gdp", "gov": "government", "govt": "government", "dept": "department",
    "mgr": "manager", "prod": "production", "svc": "service", "req": "request", "resp": "response", "re": "earnings",
    "crd": "credit", "cig": "cigarette", "cigs": "cigarettes", "alc": "alcohol", "bmi": "weight", "preg": "pregnancy",
    "bw": "birth weight", "diff": "difference", "dist": "distance", "sat": "satisfaction", "perf": "performance",
    "lwage": "log wage", "lnwage": "log wage", "logwage": "log wage", "lwages": "log wages", "lnincome": "log income",
    "lincome": "log income", "tmt": "treatment", "mpg": "fuel economy", "rx": "medication", "adm": "admission",
}  # fmt: skip
"""What an abbreviation in a column name usually stands for."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION = _words(
    """a an the this that these those some of to in on at by for from with without into onto upon over under than as
    and or but if then so do be have will would can could should shall may might must not no nor it its they them
    their theirs he his she her we our us you your i me my who whom whose which what when where why how there here
    about between among amongst across per via through because since while whether"""
)
"""Words without which English has no grammar; they never name a column unless quoted."""

STOP = FUNCTION | _words(
    """any each every more less most least much many few fewer very really actually truly just only also even still
    ever overall up down out off one other another person individual someone anybody anyone thing kind sort causal
    causally cause please tell think believe effect impact influence increase decrease raise lower reduce improve
    reduction improvement rise drop gain higher better worse greater smaller larger bigger change difference average
    mean expected likely get give make take use receive go become want own additional extra marginal unit such same
    similar total new actual certain said variable column feature measure measurement value data dataset table high
    low good bad great lead result involve suitable proper appropriate different typical typically using having
    being getting taking giving going help help_to end_up respective particular given main whole compared similarly
    relevant subsequent send all enough able need let try seem happen matter work anything something cent"""
)
"""Words that say nothing about a column, unless a column is named so."""

GENERIC = _words(
    """level rate amount number status score time year day month week hour minute percent percentage share proportion
    probability chance likelihood risk odds group type index size count quantity period case unit program policy job
    test final baseline initial observed self-reported reported real raw log logarithm natural hourly daily weekly
    monthly annual yearly standardized id code flag indicator dummy category pre post ms mg kg cm mm km sec usd eur mb gb per k"""
)
"""Words that say little about which column is meant; they count for a third."""

EFFECT_NOUNS = _words(
    """effect impact influence consequence advantage benefit payoff return returns contribution repercussion
    implication disadvantage harm gain role ate att atc"""
)
CHANGE_VERBS = _words(
    """affect influence impact change alter cause raise increase lower reduce decrease improve worsen boost cut help
    hurt harm lead_to result_in drive determine produce prevent shorten lengthen contribute_to trigger promote
    hinder enhance diminish induce shape encourage discourage save cost extend prolong protect inhibit stimulate
    strengthen weaken accelerate delay slow speed_up bring_about give_rise_to make_a_difference_to matter_for make
    bring yield generate suppress curb limit lift elevate depress deteriorate mitigate aggravate relieve alleviate
    modify move have_to_do_with translate_into pay_off_in grow shrink double halve foster facilitate impair damage
    degrade drop push_up push_down bring_down bring_up drive_up drive_down pay_off_for mean avoid avert spare add erode undermine"""
)
COMPARATIVES = _words(
    """more less higher lower better worse longer shorter greater fewer faster slower larger smaller lighter heavier cheaper
    safer healthier richer poorer"""
)
AUXILIARIES = _words("""do will would can could should may might must has have had is are was were did does""")
RELATED = _words(
    """related associated correlated dependent linked connected association correlation relationship relation link
    dependence connection tied"""
)

PHRASES = (
    "lead to", "result in", "contribute to", "speed up", "bring about", "give rise to", "make a difference to",
    "make a difference in", "make any difference to", "make difference to", "matter for", "matter to", "translate into",
    "in terms of", "with respect to", "with regard to", "in relation to", "because of", "due to", "as a result of",
    "thanks to", "owing to", "as a consequence of", "on account of", "on average", "in comparison to",
    "in comparison with", "compare to", "compare with", "as compared to", "as opposed to", "as against", "rather than",
    "instead of", "relative to", "control for", "adjust for", "account for", "correct for", "condition on",
    "conditional on", "conditioned on", "conditioning on", "take into account", "net of", "depend on", "hinge on",
    "by way of", "by means of", "other than", "such as", "in the case of", "when it comes to", "push up",
    "push down", "bring down", "drive up", "drive down", "pay off in", "pay off for", "have to do with", "sign up",
    "hold constant", "keep constant", "hold fixed", "keep fixed", "root cause", "end up", "response time", "help to",
    "confounded by", "belong to", "a lot", "at least", "at most", "no more than", "no less than", "more than",
    "less than", "fewer than", "greater than", "older than", "younger than", "higher than", "lower than", "due",
    "directed acyclic graph", "causal graph", "causal diagram", "causal structure", "causal model", "causal network",
    "depend upon", "regardless of", "independent of", "independently of", "in response to", "random assignment",
    "not through", "other way around", "other way round", "seat belt", "face to face",
)  # fmt: skip
"""Several words that act as one."""

MERGED = {
    "make_a_difference_in": "make_a_difference_to", "make_any_difference_to": "make_a_difference_to",
    "make_difference_to": "make_a_difference_to", "matter_to": "matter_for", "in_comparison_with": "compare_to",
    "in_comparison_to": "compare_to", "compare_with": "compare_to", "as_compared_to": "compare_to",
    "as_opposed_to": "compare_to", "as_against": "compare_to", "rather_than": "compare_to", "instead_of": "compare_to",
    "relative_to": "compare_to", "versus": "compare_to", "vs": "compare_to", "with_regard_to": "in_terms_of",
    "with_respect_to": "in_terms_of", "in_relation_to": "in_terms_of", "when_it_comes_to": "in_terms_of",
    "regarding": "in_terms_of", "concerning": "in_terms_of", "due_to": "because_of", "as_a_result_of": "because_of",
    "thanks_to": "because_of", "owing_to": "because_of", "as_a_consequence_of": "because_of",
    "on_account_of": "because_of", "in_response_to": "because_of", "conditional_on": "condition_on",
    "conditioned_on": "condition_on", "conditioning_on": "condition_on", "upon": "on", "depend_upon": "depend_on",
    "hinge_on": "depend_on", "independently_of": "independent_of", "other_way_round": "other_way_around",
    "directed_acyclic_graph": "causal_graph", "causal_diagram": "causal_graph", "causal_structure": "causal_graph",
    "causal_model": "causal_graph", "causal_network": "causal_graph", "dag": "causal_graph", "amongst": "among",
    "control_for": "adjust_for", "account_for": "adjust_for", "correct_for": "adjust_for", "net_of": "adjust_for",
    "keep_constant": "hold_constant", "hold_fixed": "hold_constant", "keep_fixed": "hold_constant",
    "due": "due", "help_to": "help", "covariates": "covariate",
}  # fmt: skip
"""One spelling for phrases that mean the same."""

FOREIGN = _words(
    """le la les des du est sur quel quelle une et dans der die das und ist auf den wie welche ein eine el los las que
    en es una por il di che della sulla qual efeito sobre hat wirkung fuer mit o os da na het een van zijn op"""
) - {"die", "is", "do", "van"}
KNOWN = _words(
    """country county state price prize place horse house course cause causes clause trial trail plant plane planet
    month mouth story store score shore share shape women woman human level lever never larger later water waste
    paste taste stage sales males tales scale scales small smell shell spend speed seeds needs quite quiet those
    these there their where which while white write right might night light eight weight height form from farm firm
    first list lost past last least leave live love life file mile male female read road lead dose does done gone
    goes mouse hours ours yours fours party parts parity charity clarity chance change charge large barge range
    orange trade grade grape drape track truck trick brick pride bride"""
)
"""Everyday words that are never taken for a slip of the finger."""

COMMON = _words(
    """meant means meaning after before during until unless within without against along around behind below above
    inside outside near quickly slowly often usually always never sometimes today yesterday tomorrow maybe perhaps
    please thanks hello could would should might shall really study trial evidence estimate evaluate assess test report
    state conclusion provide define justify discuss perform consider using known hint statistical regression weighting
    confidence interval standard analysis assumptions limitations bias recommend whose world money things better best
    worst worse first second third next final group groups between across people person patients users average"""
)
"""Words of questions that are not looked up and never mended."""

ORDINARY = STOP | GENERIC | KNOWN | EFFECT_NOUNS | CHANGE_VERBS | AUXILIARIES | RELATED | COMPARATIVES


@cache
def families() -> dict[str, frozenset[int]]:
    """Root of each family word to the families it belongs to."""
    found: dict[str, set[int]] = {}
    for i, family in enumerate(FAMILIES):
        for word in family.split():
            for key in {root(stem(normal(word))), stem(normal(word))}:
                found.setdefault(key, set()).add(i)
    return {word: frozenset(ids) for word, ids in found.items()}


def family_of(word_stem: str) -> frozenset[int]:
    """The families of a stem; empty for most words."""
    table = families()
    return table.get(word_stem) or table.get(root(word_stem)) or frozenset()


@cache
def phrase_table() -> dict[str, tuple[tuple[str, ...], ...]]:
    """First stem of each phrase to the phrases that start with it, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in PHRASES:
        stems = tuple(stem(normal(w)) for w in phrase.split())
        found.setdefault(stems[0], []).append(stems)
    return {first: tuple(sorted(rows, key=len, reverse=True)) for first, rows in found.items()}


@cache
def cue_vocabulary() -> frozenset[str]:
    """Cue words long enough to be spelled wrongly: effect, increase, adjusting, …"""
    phrases = {w for p in PHRASES for w in p.split()}
    words = (
        EFFECT_NOUNS | CHANGE_VERBS | RELATED | phrases | {"confounder", "collider", "mediator", "causes", "adjusting"}
        | {"controlling", "variables", "instrument", "effects", "increases", "graph", "draw", "independent", "among"}
        | {"through", "mediated", "reduces", "improves", "affects", "affected", "increased", "reduced", "improved"}
        | {"women", "people", "which", "what", "should", "treatment"}
    )  # fmt: skip
    return frozenset(w for w in words if "_" not in w)
