"""The wordings in questions and codebooks that speak of design, time and roles, as patterns.

Every pattern is linear: bounded repetitions only, so that no text makes it slow.
"""

from __future__ import annotations

import re

EVENT = (
    r"(?:intervention|treatment|program(?:me)?|training|random(?:i[sz]ation| assignment)|study|assignment|experiment|"
    r"launch|rollout|surgery|campaign|policy|reform|law|act|therapy|reservation|trial|course|delivery|vaccination)"
)
"""What a study does to its units: the thing that time is counted from."""


def one_of(*wordings: str) -> re.Pattern[str]:
    """Compile alternatives that start at a word boundary; case does not matter."""
    return re.compile("|".join(rf"\b(?:{w})" for w in wordings), re.IGNORECASE)


BEFORE = one_of(
    rf"(?!at (?:the )?delivery\b)(?:at|before|prior to|preceding|previous to) (?:the )?"
    rf"(?:baseline|enrol+ment|entry|start|admission|{EVENT})\b",
    r"(?:measured|recorded|collected|observed|known|taken|asked|reported) (?:before|prior to)\b",
    r"baseline\b",
    r"pre-?(?:treatment|intervention|program|training|test|existing|period|randomi[sz]ation)\b",
    r"in the (?:year|month|week|quarter)s? before\b",
    r"(?:at|on|upon) (?:the )?(?:sign-?up|registration|onboarding|hir(?:e|ing)|intake|birth|recruitment|screening|triage|referral)\b",
    r"before being\b",
    r"prior (?:to the|earnings|income|scores?|wages?|achievement|sales|spend\w*|purchases|experience)\b",
)
AFTER = one_of(
    rf"(?:after|following|since|post) (?:the )?{EVENT}\b",
    r"post-?(?:treatment|intervention|program|training|test)\b",
    r"follow-?up\b",
    r"outcome\b",
    r"endline\b",
    r"at the end of (?:the )?(?:study|program|trial|year|course|semester)\b",
    r"after (?:the )?\w+ (?:was|were) (?:sent|given|assigned|delivered|started|introduced)\b",
    r"since the \w+(?: \w+)? started\b",
    r"(?:days|weeks|months|years) after\b",
    r"at (?:the )?(?:delivery|discharge|exit)\b",
    r"asked at the end\b",
    r"(?:over|in|during|for) the (?:following|next|subsequent) (?:\w+ )?(?:day|week|month|quarter|year|season|winter|summer)s?\b",
    r"the (?:day|week|month|quarter|year|season|winter|summer)s? after(?:wards?)?\b",
    r"(?:afterwards?|later)\b",
)
LEADING_BEFORE = re.compile(r"^(?:initial|previous|prior|past)\b", re.IGNORECASE)
BESIDE_SOMETHING = re.compile(
    r"\b(before|prior to|ahead of|after|following|because of|as a result of)\s+((?:[\w'-]+\s*){1,6})", re.IGNORECASE
)
"""An order in time, and the next words: the thing that it is counted from."""
ALL_EXCEPT = re.compile(
    r"\b(?:every|all)(?: the)?(?: other)? (?:columns?|variables?|covariates?|features?)"
    r"(?:\s+(?:except|but|other than|besides|apart from)(?: for)? ([^.;]{1,120}?))?,? (?:was|were|is|are) "
    r"(?:measured|recorded|collected|observed|taken|known)[^.;]{0,40}?\b(?:before|prior to|at baseline|pre-)",
    re.IGNORECASE,
)
CONFOUNDERS = one_of(r"confounders?\b", r"confounding variables?\b", r"pre-?treatment covariates?\b")
CONFOUNDERS_LISTED = re.compile(
    r"\bconfound(?:ers?|ing (?:variables?|factors?))\s*(?:,|:|\(|like|such as|including|include|are|were|is|namely)+\s+"
    r"([^.;\n]{1,300})",
    re.IGNORECASE,
)
STATE_AT_ENTRY = re.compile(
    r"\b(?:severity|stage|grade) of (?:the |their |his or her )?(?:illness|disease|condition|symptoms?|injury)\b|"
    r"\bcomorbidit\w+|\bmedical history\b|\b(?:father|mother|parent)s?['’]s? (?:education|income|occupation)\b",
    re.IGNORECASE,
)
FIXED_AT_BIRTH = re.compile(
    r"^(?:the )?(?:sex|gender|race|ethnicity|age|date of birth|year of birth|birth (?:weight|order))\b(?! after)",
    re.IGNORECASE,
)
OF_SOMEONE_ELSE = re.compile(
    r"\b(?:had|has|have|with|got|elected|having|under) an? (?:female|male|black|white|hispanic|asian|older|younger) \w+",
    re.IGNORECASE,
)
"""A trait of whoever leads or teaches the unit, which a treatment can change: `whether the village had a female leader`."""
YEAR = re.compile(r"(?:19|20)\d\d")
TREATED_YEAR = re.compile(
    r"\b(?:treatment|training|program(?:me)?|intervention|policy|law|act|reform|experiment|campaign|enrol+ment|assignment)"
    r"\b[^.;\n]{0,50}?\b(?:in|during|from|since|started|began|of)\b[^.;\n]{0,25}?\b((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
PRE_YEARS = re.compile(
    r"\b(?:pre-?(?:treatment|program|training|intervention)|baseline|prior|before)\b[^.;\n]{0,60}?"
    r"((?:(?:19|20)\d\d(?:,? (?:and|or|to) |, |–|-)?){1,12})",
    re.IGNORECASE,
)

TREATMENT_INDICATOR = one_of(r"treatment (?:indicator|variable|status|assignment|group|arm|dummy)\b")
TREATMENT = one_of(
    r"treatment (?:indicator|variable|status|group|assignment|arm|dummy)\b",
    r"treatment\s*[:(]",
    r"whether\b.{0,60}?\b(?:received|treated|participated|took part|enroll?ed|assigned|was given|were given|exposed|joined|"
    r"attended|took)\b",
    r"received (?:the |a )?(?:new |active )?(?:treatment|drug|program(?:me)?|intervention|training|vaccine|therapy)\b",
)
TREATMENT_START = re.compile(
    r"^(?:the |a |an )?(?:treatment|intervention|exposure)\b|"
    r"^(?:binary |a )?(?:indicator|dummy) (?:of|for) (?:the )?(?:treatment|intervention|program|training)",
    re.IGNORECASE,
)
OUTCOME = one_of(r"outcome(?: variable| measure| of interest)?\b", r"(?:dependent|response) variable\b", r"endpoint\b")
COVARIATE = one_of(r"(?:confounders?|covariates?|control variables?)\b")
IDENTIFIER = one_of(r"(?:identifier|unique id|id (?:of|for)|serial number|name of|surname|row number)\b")
BEFORE_AFTER_COLUMN = one_of(
    r"(?:post|after)[- ](?:the )?(?:intervention|treatment|policy|reform|law|change|launch|period|program)",
    r"post[- ]?(?:period|intervention|treatment)\b",
    r"before (?:and|or|versus|vs\.?) after\b",
    r"the year after\b",
    r"(?:pre|before)[- ]?(?:/|or |and )(?:post|after)",
    r"(?:period|years?|months?|quarters?|weeks?|time) (?:after|since|following) the\b",
)
MEASURES = one_of(r"(?:number|amount|count|level|share|earnings|income|score)\b")
OF_INTEREST = re.compile(
    r"\b(?:outcome|response|dependent variable|endpoint)(?: variable)?(?: of interest)?\s+(?:is|was|are|were|:)\s+"
    r"([^.;\n]{3,80})",
    re.IGNORECASE,
)
TREATED_GROUP = re.compile(
    r"([^.;:\n]{3,60}?)\s{0,3}\(?(?:the )?(?:treatment|treated|intervention) (?:group|unit|city|state|region|country)\b",
    re.IGNORECASE,
)

RANDOM = one_of(
    r"random(?:ly|i[sz]ed|i[sz]es|i[sz]ing|i[sz]ation)?\b", r"rcts?\b", r"a/b(?:/n)?[- ]?test(?:s|ed|ing)?\b", r"lottery\b",
    r"coin (?:flip|toss)\b", r"by lots?\b", r"(?:drew|drawn|drawing|draw) lots\b", r"raffle\w*", r"by ballot\b",
    r"(?:split|multivariate)[- ]test(?:s|ed|ing)?\b",
)  # fmt: skip
ASSIGNING = one_of(
    r"rcts?\b", r"a/b(?:/n)?[- ]?test", r"randomi[sz]", r"lottery", r"coin", r"experiment\w*\b",
    r"random(?:ly)? (?:assign|allocat|test|experiment|trial|giv|offer|receiv|select\w* (?:to|for)|reserv|plac|treat|divid)",
    r"random(?:ly)? (?:split|put|show|sent|expos|vari|chos\w+ (?:to|for)|control)",
    r"assign\w* (?:at random|randomly|by lottery)",
    r"at random (?:to|into)\b",
    r"(?:allocated|given|offered|divided|split) (?:at random|randomly)",
    r"random(?:ly)? (?:allot|mail|switch|target|ship|draw|drawn to|enrol)", r"random half\b", r"by lots?\b",
    r"lots\b", r"raffle", r"ballot",
    r"(?:mail|sent|send|gave|giv|offer|assign|allot|allocat|provid|show|switch|expos|divid|split|award)\w*\b[^.;]{0,80}?"
    r"\b(?:at random|by chance|randomly)\b",
    r"(?:to|for|on|in|at) a random(?:ly \w+)? (?:subset|half|sample|third|quarter|share|group|selection|set)",
    r"(?:picked|chosen|drawn|selected) (?:at random|randomly) "
    r"(?:to (?:get|receive|be|have|try|use|join)|for (?:the )?(?:treatment|program\w*))",
)  # fmt: skip
NOT_RANDOM = one_of(
    r"(?:not|non|never|without|no|quasi|lack of|rather than|instead of)[- ]+(?:\w+ ){0,2}?(?:random\w*|experiment\w*|rcts?)\b",
    r"\w+n['’]t (?:\w+ ){0,2}?random\w*",
    r"quasi-?experiment\w*",
    r"natural experiment",
    r"observational\b",
    r"observation (?:data|study|studies)\b",
    r"self-?select\w*",
    r"non-?experimental\b",
    r"chose (?:to|whether)\b",
    r"survey (?:controls|comparison)",
    r"controls? (?:\w+ ){0,4}?from (?:a |the )?(?:\w+ )?surveys?\b",
    r"comparison group (?:\w+ ){0,4}?from\b",
)
SAMPLED = one_of(
    r"random(?:ly)? (?:sampl|select\w*\b(?! (?:to|for))|drawn|cho|survey|pick|customers|subset|people|individuals|noise)"
)
GIVEN_TO = re.compile(r"\b(?:to|for|on|at) an? $", re.IGNORECASE)
"""Before `random subset`: those who were given something, and not those who were asked."""
PRIOR_TO = re.compile(r"\b(?:prior to|before|preceding)\s+(?:the\s+)?$", re.IGNORECASE)

INSTRUMENT = one_of(r"instrument(?:al variable)?\b(?! panel)")
IS_INSTRUMENT = re.compile(
    r"([^.;\n]{3,120}?)\b(?:as|is|are|serves? as|used as) (?:an? |the )?(?:valid )?instrument", re.IGNORECASE
)
INSTRUMENT_FOR = re.compile(r"\binstrument(?:al variable)?s? (?:for|of) (?:the )?([^.;,\n]{3,60})", re.IGNORECASE)
_NOT_ALL = (
    r"non-?compli\w+",
    r"compliers?\b",
    r"not all\b",
    r"not every(?:one|body)?\b",
    r"never (?:received|took|got|attended|signed|joined|showed|used|install\w*|enrol\w*|came|went|turned|redeem\w*|start\w*)",
    r"refus\w+",
    r"declin\w+ (?:to|the)",
    r"imperfect compliance",
    r"intention[- ]to[- ]treat",
    r"some (?:\w+ ){1,8}(?:not|never) \w+",
    r"take-?up\b",
    r"anyway\b",
    r"(?:were|was|got|are) exempt\w*",
    r"volunteer(?:ed|s)\b",
    r"(?:for|by) themselves\b",
    r"on their own\b",
    r"crossed over\b",
)
NOT_ALL = one_of(*_NOT_ALL)
"""Words that tell that being assigned and being treated came apart."""
NONCOMPLIANCE = one_of(
    *_NOT_ALL,
    r"(?:did|do|does|are|were|was|is|has|have|had)(?: not|n['’]t) (?:actually )?"
    r"(?:receiv|tak|took|get|got|attend|enrol|us|participat|show|compl|open)\w*",
)

CUTOFF = one_of(
    r"discontinuit\w+", r"cut-?offs?\b", r"thresholds?\b", r"margin of victory\b", r"running variable\b",
    r"forcing variable\b", r"turn(?:s|ed|ing)? \d+",
    r"just (?:above|below|under|over|older|younger|missed|passed)\b",
)  # fmt: skip
_NUMBER = r"[$€£]?(-?\d[\d,]*(?:\.\d+)?)"
ABOVE_NUMBER = re.compile(
    r"\b(?:at least|no less than|above|over|more than|exceed\w*|older than|higher than|greater than|starting at|from|"
    r"(?:minimum|threshold|cut-?off)(?: (?:score|age|income|value))? (?:of|is|was)|"
    r"(?:at|by|reach\w*|turn\w*|until) (?:the )?(?:age|score|mark|value)(?: of)?|"
    r"(?:age|limit|threshold|cut-?off|minimum) (?:is|was|of|at)|turn(?:s|ed|ing)?|reach(?:es|ed|ing)?)\s+"
    r"(?:the (?:age|score) of |an? (?:\w+ )?(?:of )?)?" + _NUMBER,
    re.IGNORECASE,
)
"""A number from which on a rule applies."""
BELOW_NUMBER = re.compile(
    r"\b(?:below|under|less than|fewer than|younger than|lower than|up to|at most|no more than|not exceed\w*)\s+"
    r"(?:the (?:age|score) of |an? (?:\w+ )?(?:of )?)?" + _NUMBER,
    re.IGNORECASE,
)
NUMBER_OR_MORE = re.compile(
    _NUMBER + r"\s*%?(?: \w+){0,2} (?:or|and) (?:more|higher|above|over|older|greater|better|up(?:wards)?)\b",
    re.IGNORECASE,
)
NUMBER_AND_BELOW = re.compile(
    _NUMBER + r"\s*%?(?: \w+){0,2} (?:or|and) (?:less|fewer|lower|below|under|younger)\b", re.IGNORECASE
)
ASSIGNED_BY_RULE = one_of(
    r"(?:receiv|qualif|admit|award|entitl|recommend|assign|flag|subsidi|grant|enrol|eligib|pays?\b|paid\b|gets?\b|got\b|given\b|gives?\b|"
    r"offer|must\b|requir|mandat|allow|becom|plac|taught|select|trigger|treat|install|qualify|obtain|exempt|promot|detain|hospitali[sz]|legal|minimum|wins?\b|won\b|elect)\w*"
)
"""What a rule with a number does to those who meet it."""
INCLUDED = one_of(
    r"(?:study|survey|sample|trial|cohort|analysis|data(?:set)?) (?:\w+ ){0,3}(?:includ|cover|restrict|consist|contain|limit|compris)\w*",
    r"(?:eligible|recruited|enrolled|selected|included|invited) (?:for|in|into|to) (?:the |this |our )?"
    r"(?:study|survey|sample|trial|cohort|analysis)",
    r"participants? (?:were|was|had to|are|must)\b",
    r"(?:we|were) (?:exclud|restrict|includ|limit)\w*",
)
"""Sentences about who is in the table, not about who is treated."""
EXOGENOUS = one_of(
    r"exogenous\w*",
    r"as good as random\w*",
    r"as-?if[- ]random\w*",
    r"quasi-?random\w*",
    r"plausibly random",
    r"(?:unrelated|uncorrelated|independent) (?:to|with|of) (?:\w+ ){0,3}?(?:ability|motivation|unobserv\w*|the outcome|potential|"
    r"preferences|health|talent|confound\w*|hidden|unmeasured|anything else|error\w*|characteristics)",
    r"(?:plausibly|otherwise|presumably|arguably|should be|assumed to be|thought to be|otherwise be) "
    r"(?:\w+ )?(?:unrelated|uncorrelated|independent)",
    r"(?:serves?|used|acts?) as (?:an?|the) (?:valid )?instrument",
    r"only through\b",
    r"has no direct (?:effect|influence|bearing)",
    r"source of (?:\w+ )?variation",
    r"encourage\w*",
)
"""Words that tell of something that moves treatment and nothing else."""
BY_CHANCE = one_of(
    r"random\w*",
    r"lotter\w+",
    r"by lots?\b",
    r"(?:drew|drawn|drawing) lots",
    r"raffle\w*",
    r"coin\b",
    r"ballot\b",
    r"by chance\b",
    r"invit\w+",
    r"called up\b",
    r"draft\w*",
)
HAPPENED = one_of(
    r"(?:launch|introduc|open|adopt|enact|implement|reform|roll|phas|install|ban|built|expand|legali[sz]|abolish)\w*",
    r"passed\b",
    r"raised\b",
    r"(?:came|comes|come|went|put) into (?:force|effect|one|operation)\b",
    r"took effect\b",
    r"in force\b",
    r"start(?:s|ed)\b",
)
"""Something was done at a time, to some."""
LIKELIER = one_of(r"(?:more|less) (?:likely|often|frequently)\b", r"tend\w*\b", r"usually\b", r"on average\b")
DRAWN = one_of(
    r"(?:assign|offer|invit|mail|sent|lotter|raffle|draw|drawn|won\b|win\b|winner|call|draft|select|chos|pick|voucher|letter|encourag|eligib|"
    r"random|notif|treatment group|itt\b)\w*"
)
"""What is said of a column that tells who was drawn or offered something."""
PANEL = one_of(
    r"panel\b",
    r"longitudinal\b",
    r"in different (?:years|months|weeks|quarters|periods)",
    r"(?:at|in) different times?\b",
    r"stagger\w*",
    r"(?:rolled|phased) out\b",
    r"one after (?:another|the other)",
    r"over time\b",
    r"each (?:year|month|week|quarter)\b",
    r"(?:year|month|week|quarter)ly\b",
    r"by[- ](?:year|month|week|quarter)\b",
)
CUT_NUMBER = re.compile(
    r"\b(?:turn(?:s|ed|ing)?|reach(?:es|ed|ing)?|cut-?off(?: \w+)? (?:of|at|is|was)|threshold (?:of|at|is|was)|age(?: of)?|"
    r"at least|under|below|above|over|exceed\w*|scor\w+)\s+(?:the (?:age|score) of )?(-?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
RUNNING = one_of(
    r"(?:running|forcing|assignment) variable\b",
    r"margin of victory\b",
    r"cent(?:er|re)d (?:around|at|on) (?:the )?(?:0|zero|cut)",
    r"distance (?:to|from) (?:the )?(?:cut|thresh|border|boundary)",
)
AGED = re.compile(r"\s*(?:turn|reach|age)", re.IGNORECASE)

BEFORE_AFTER = one_of(
    r"difference[s]?[- ]in[- ]difference[s]?\b", r"diff-?in-?diff\b", r"did design\b", r"quasi-?experiment\w*",
    r"before and after\b", r"pre- and post\b", r"pre-?intervention\b", r"post-?intervention\b", r"parallel trends\b",
    r"after the (?:policy|law|act|reform|tax|change)\b", r"passed in\b", r"introduced in\b",
)  # fmt: skip

COLLIDER_NAMED = re.compile(
    r"(?:^|[.:;,?!]\s+|\b(?:that|since|because|as|and)\s+)(?:the |an? )?([\w][\w \-]{0,58}?)\s+(?:is|was|acts? as|serves? as|being) an? "
    r"(?:\w+ )?(?:collider|common effect)\b|"
    r"\bcollider bias (?:\w+ )?(?:introduced|caused|induced|created|due|from)(?: by| to)? (?:the )?([\w][\w \-]{0,58})",
    re.IGNORECASE,
)
COLLIDER_BIAS = one_of(r"collider[- ](?:stratification )?bias\b", r"selection bias\b", r"berkson\w*")
