"""Words in the names of key fields, by what they ask for."""

from __future__ import annotations

import re

ARM = {"YES": True, "TREATMENT": True, "TREATED": True, "EXPOSED": True, "NO": False, "CONTROL": False, "UNTREATED": False,
       "UNEXPOSED": False, "WITH": True, "WITHOUT": False, "Y1": True, "Y0": False, "DO1": True, "DO0": False}  # fmt: skip
BOUND = {"LOWER": "low", "LOW": "low", "MIN": "low", "UPPER": "high", "HIGH": "high", "MAX": "high"}
NECESSITY = {
    "PN": "pn",
    "NECESSITY": "pn",
    "NECESSARY": "pn",
    "PS": "ps",
    "SUFFICIENCY": "ps",
    "SUFFICIENT": "ps",
    "PNS": "pns",
}
MEDIATED = {
    "NDE": "direct", "ADE": "direct", "DIRECT": "direct", "DE": "direct", "NIE": "indirect", "ACME": "indirect",
    "INDIRECT": "indirect", "IE": "indirect", "MEDIATED": "indirect", "MEDIATION": "indirect",
}  # fmt: skip
NAIVE = {"NAIVE", "UNADJUSTED", "CRUDE", "RAW", "MARGINAL", "ASSOCIATION", "ASSOCIATIONAL", "BIASED"}
APART = {"DIFFERENCE", "DIFF", "CHANGE", "GAP", "HETEROGENEITY", "INTERACTION", "MODIFICATION", "MODERATION"}
FIRST = {"EARLY", "EARLIER", "EARLIEST", "FIRST", "INITIAL", "PRE", "BEFORE"}
LAST = {"LATE", "LATER", "LATEST", "LAST", "FINAL", "POST", "AFTER", "RECENT"}
PLACE = re.compile(
    r"(?:^|_)(?:PERIOD|(?:SUB)?GROUP|CONTEXT|DOMAIN|SITE|POPULATION|TIME|T|LEVEL|STRATUM|ENV(?:IRONMENT)?)_?(\d|[A-D])(?=_|$)"
)
"""The place of a group in the order, by number or letter."""
IN_WORLD = re.compile(r"(?:^|_)(?:DO_?|E_?)?[XTDAY]([01])(?=_|$)")
"""The arm that a world is named for: `DO_X1`, `E_Y0`."""
WORLDS = {"COUNTERFACTUAL", "POTENTIAL", "FACTUAL", "Y1", "Y0", "DO", "DO1", "DO0"}
MEAN = {"P", "MEAN", "RATE", "PROBABILITY", "RISK", "AVERAGE", "RECOVERY"}
EFFECT = {"EFFECT", "ATE", "ATT", "ATC", "ATU", "CATE", "ESTIMATE", "IMPACT", "COEFFICIENT", "ITT", "RD", "TAU"}
PLAIN = EFFECT | {
    "TRUE", "CAUSAL", "ADJUSTED", "TREATMENT", "AVERAGE", "TOTAL", "CORRECTED", "VALUE", "IPW", "IPTW", "AIPW", "DR", "THE", "OF",
    "SIZE", "EXPECTED", "UNBIASED", "ESTIMATED", "DIRECTION", "SIGN", "DIFFERENCE", "RISK", "POPULATION", "STANDARDIZED", "REGRESSION",
    "POOLED", "OVERALL",
}  # fmt: skip
"""Words of a field that asks for the effect itself and nothing more."""
