"""Tools are found by needs that are put in other words than theirs."""

from __future__ import annotations

from whence.agent.policies.llm.search import METHODS, MOST_FOUND, find_tools
from whence.agent.policies.llm.toolbox import NEVER
from whence.tools.registry import list_tools

NEEDS = (
    ("robustness value for omitted confounding", "refute_sensitivity"),
    ("how strong must unobserved confounding be to overturn this", "refute_sensitivity"),
    ("inverse probability weights", "estimate_ipw"),
    ("weighted comparison so covariates are the same", "estimate_ipw"),
    ("cross-fitted AIPW", "estimate_aipw"),
    ("semiparametric efficient estimator with machine learning", "estimate_aipw"),
    ("compare each patient to the most similar untreated patient", "estimate_matching"),
    ("mahalanobis matching", "estimate_matching"),
    ("regression adjustment", "estimate_regression"),
    ("least squares with interactions", "estimate_regression"),
    ("difference in means for a randomised trial", "estimate_difference"),
    ("unadjusted contrast", "estimate_difference"),
    ("instrumental variable estimate", "estimate_iv"),
    ("effect among compliers with random encouragement", "estimate_iv"),
    ("DiD with staggered adoption", "estimate_did"),
    ("change over time in treated versus untreated states", "estimate_did"),
    ("fuzzy regression discontinuity", "estimate_discontinuity"),
    ("people just above and just below a cutoff", "estimate_discontinuity"),
    ("natural indirect effect", "estimate_mediation"),
    ("mechanism: what share runs through blood pressure", "estimate_mediation"),
    ("possible effects over the CPDAG", "estimate_range"),
    ("counterfactual for a single unit", "estimate_counterfactual"),
    ("heterogeneous effects by site", "estimate_groups"),
    ("external validity", "estimate_transport"),
    ("permutation of treatment labels", "refute_placebo"),
    ("fake outcome", "refute_dummy_outcome"),
    ("does it hold on half of the sample", "refute_subset"),
    ("irrelevant noise covariate", "refute_random_common_cause"),
    ("negative control outcome", "refute_negative_control"),
    ("confirm the number with other software", "refute_second_library"),
    ("sensitivity to the choice of covariates", "refute_adjustment_set"),
    ("positivity violation and covariate balance", "data_balance"),
    ("stratified comparison of arms", "data_strata"),
    ("means and standard deviations of columns", "data_describe"),
    ("leakage or identifier columns", "data_audit"),
    ("ratio of two columns", "data_derive"),
    ("structure learning allowing hidden variables", "discover_fci"),
    ("constraint-based discovery", "discover_pc"),
    ("greedy search with BIC", "discover_ges"),
    ("LiNGAM", "discover_directlingam"),
    ("direction of causation between two variables", "discover_pairwise"),
    ("which variables should be controlled for", "graph_adjustment"),
    ("which nodes are mediators or colliders", "graph_roles"),
    ("are these nodes d-separated given z", "graph_separation"),
    ("partial correlation test", "graph_independence"),
    ("test the implied independencies of my graph", "graph_implications"),
    ("ID algorithm", "identify_general"),
    ("effect through a full mediator despite unobserved confounding", "identify_frontdoor"),
    ("how big would an unmeasured confounder have to be", "refute_sensitivity"),
    ("E-value for omitted variable bias", "refute_sensitivity"),
    ("propensity score weighting", "estimate_ipw"),
    ("reweight the controls to look like the treated", "estimate_ipw"),
    ("double machine learning", "estimate_aipw"),
    ("doubly robust estimator", "estimate_aipw"),
    ("nearest neighbor matching of similar people", "estimate_matching"),
    ("OLS with covariates", "estimate_regression"),
    ("linear model controlling for age and sex", "estimate_regression"),
    ("simple difference of averages between groups", "estimate_difference"),
    ("t-test treated versus control", "estimate_difference"),
    ("2SLS", "estimate_iv"),
    ("weak instrument robust confidence interval", "estimate_iv"),
    ("parallel trends before and after the policy", "estimate_did"),
    ("event study on panel data", "estimate_did"),
    ("RDD around the threshold", "estimate_discontinuity"),
    ("jump at the cutoff score", "estimate_discontinuity"),
    ("direct and indirect effect via a mediator", "estimate_mediation"),
    ("how much of the effect goes through smoking", "estimate_mediation"),
    ("bounds of the effect when edges are undirected", "estimate_range"),
    ("what if this one person had not been treated", "estimate_counterfactual"),
    ("is the effect different in subgroups", "estimate_groups"),
    ("generalise the effect to another population", "estimate_transport"),
    ("randomly permute the treatment", "refute_placebo"),
    ("placebo outcome", "refute_dummy_outcome"),
    ("bootstrap or subsample stability", "refute_subset"),
    ("add a random covariate", "refute_random_common_cause"),
    ("falsification with an unaffected outcome", "refute_negative_control"),
    ("replicate with dowhy", "refute_second_library"),
    ("different controls, does the result change", "refute_adjustment_set"),
    ("common support and standardized mean differences", "data_balance"),
    ("check Simpson's paradox", "data_strata"),
    ("summary statistics", "data_describe"),
    ("missing values, duplicates, data quality", "data_audit"),
    ("make a log transformed column", "data_derive"),
    ("latent confounders causal discovery", "discover_fci"),
    ("learn the skeleton by conditional independence tests", "discover_pc"),
    ("score-based structure learning", "discover_ges"),
    ("non-gaussian structure learning", "discover_directlingam"),
    ("does x cause y or y cause x", "discover_pairwise"),
    ("minimal sufficient adjustment sets", "graph_adjustment"),
    ("is this variable a collider or a confounder", "graph_roles"),
    ("d-separation", "graph_separation"),
    ("conditional independence test", "graph_independence"),
    ("does the DAG fit the data", "graph_implications"),
    ("do-calculus identifiability", "identify_general"),
    ("front door criterion", "identify_frontdoor"),
    ("is the effect identifiable from this graph", "identify_effect"),
    ("probability of necessity and sufficiency", "estimate_necessity"),
)
"""A need as a model would put it, and the tool that meets it; the first 48 were written after the list of methods."""
NAMES = [n for n in list_tools() if n not in NEVER and not n.startswith(("report_", "knowledge_", "reason_"))]


def test_nearly_nine_of_ten_paraphrased_needs_find_their_tool() -> None:
    missed = [need for need, tool in NEEDS if tool not in find_tools(need, NAMES)]
    assert len(missed) <= 0.12 * len(NEEDS), missed


def test_more_than_half_of_them_find_it_first() -> None:
    first = [find_tools(need, NAMES)[0] == tool for need, tool in NEEDS]
    assert sum(first) > 0.5 * len(NEEDS)


def test_a_tool_s_own_name_finds_it_first() -> None:
    assert [n for n in NAMES if find_tools(n.replace("_", " "), NAMES)[0] != n] == []


def test_only_tools_to_choose_from_are_found_and_never_more_than_fit() -> None:
    assert find_tools("weigh rows by propensity", ["refute_subset", "estimate_ipw"])[0] == "estimate_ipw"
    assert len(find_tools("estimate the effect", NAMES)) == MOST_FOUND
    assert find_tools("", NAMES) == []
    assert find_tools("estimate", []) == []


def test_no_word_stands_twice_in_a_line_of_methods() -> None:
    assert [line for line in METHODS.strip().splitlines() if len(set(line.split())) < len(line.split())] == []
