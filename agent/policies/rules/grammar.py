"""The grammar of causal questions: frames with slots, and the words that open a modifier.

A frame is one way English puts a causal question; what fills its slots is read by `columns.py`. Frames overlap
on purpose: every fit is scored by how well its slots name columns, and the best one wins.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, cast

from .aspect_frames import ASPECT_FRAMES
from .pattern import Pattern

FrameKind = Literal[
    "effect", "independent", "confounder", "collider", "mediator", "instrument", "path", "directed", "causes_of", "effects_of", "graph",
    "direction", "adjust_which", "adjust_for", "adjust_set", "root_cause", "distribution_change",
]  # fmt: skip


class Frame(NamedTuple):
    """One way to put a question."""

    kind: FrameKind
    pattern: Pattern
    weight: float
    """How much the words themselves speak for this reading, before any column is looked up."""


GROUPS = {
    "effective": "effective/useful/helpful/beneficial/harmful/successful/good/bad/worthwhile",
    "if": "if/when/after/once/under/with/because_of/to/for/per/without/had/in",
    "shift": "difference/change/increase/decrease/reduction/rise/drop/fall/gain/lift/uplift/improvement/loss/growth/decline/saving",
    "due": "cause/due/attributable/result/arise/because_of/induce/produce/generate/bring/from/by",
    "premium": "premium/penalty/gap/bonus/differential/advantage/discount/markup",
    "achieve": "earn/score/have/get/see/make/show/report/experience/achieve/complete/buy/spend/use/need/suffer/do/take",
    "modal": "do/will/would/could/can/may/might/should",
    "react": "change/differ/respond/react/vary/rise/fall/grow/drop/increase/decrease/improve/worsen/decline/go/shift",
    "cause": "cause/driver/determinant/reason/factor/predictor",
    "tie": "@effect/@related/link/path",
    "of": "of/between/from",
    "and": "and/on/to/with/from",
    "learn": "draw/learn/find/discover/infer/estimate/show/build/recover/construct/give/plot/make/sketch/uncover/"
    "reconstruct/get/identify/list",
    "vars": "variable/column/feature/factor/they/everything/measurement/data/table",
    "adjust": "adjust_for/condition_on/adjust/control/include",
    "covariate": "adjustment/confounder/covariate/set/controls/confounders",
    "art": "a/an/the",
    "adj": "known/possible/potential/any",
    "valid": "valid/sufficient/enough/good/proper/correct/appropriate",
    "must": "should/must/need/do/can/may/to/will/would",
}
"""Sets of words that several frames share."""

_FRAMES = """
effect              1.0  @effect/affect of/from/by <T> on <Y>
effect              0.95 @effect/affect of/from/to <T> in_terms_of/for/in/to/over <Y>
effect              1.0  @effect/affect on <Y> of/from/by/because_of <T>
effect              1.0  @effect/affect ?that/which <T> have/make/exert on/for/to <Y>
effect              0.98 @effect/affect #modal <T> ?have/make/exert on/for/to <Y>
effect              0.97 do/will/would/could/can/may/whether/if/that <T> have/exert/show * @effect on/upon/for/over <Y>
effect              0.95 <T> have/exert * @effect on/upon/for/over <Y>
effect              0.9  <T> 's @effect on <Y>
effect              0.9  <T> @effect on <Y>
effect              0.9  difference #modal <T> make to/for/in <Y>
effect              0.9  be there * @effect to/of/in/from <T> in_terms_of/for/on/in <Y>
effect              0.97 do/will/would/can/could/should/may/might/to <T> help/work/serve ?to @verbbase <Y>
effect              0.97 #modal <T> @verbbase <Y>
effect              0.9  <T> help ?to @verbbase <Y>
effect              0.9  <T> @verb <Y>
effect              0.92 do/have/will/would <T> * lower/reduce/raise/increase the/a/our/their <Y>
effect              0.9  be <T> @verbing <Y>
effect              0.95 be/get/have/become <Y> ?be * @verbed by <T>
effect              0.9  <Y> be * @verbed by <T>
effect              0.9  by how_much/how do <T> @verb <Y>
effect              0.9  do <Y> depend_on/respond/react ?to <T>
effect              0.9  <Y> depend_on <T>
effect              0.9  how sensitive/responsive be <Y> to <T>
effect              0.93 #modal <Y> @verb/improve/worsen/rise/fall/go/decline/suffer if/when/after/because/with/because_of <T>
effect              0.97 be/whether/how <T> #effective in/at/for/to ?@verbing/@verbbase <Y>
effect              0.97 #effective be <T> in/at/for/to ?@verbing/@verbbase <Y>
effect              0.9  be <T> ?#art/one #cause of/for/behind <Y>
effect              0.9  <T> be ?#art/one cause/determinant/driver of/for/behind <Y>
effect              0.9  be <T> responsible/to for/blame ?for <Y>
effect              0.9  be <Y> ?#art result/consequence of <T>
effect              0.97 what/how #modal happen to <Y> #if <T>
effect              0.97 what happen to <Y> #if <T>
effect              0.95 if/when/suppose/after/once <T> , * happen to <Y>
effect              0.93 how ?much/many ?@comp #modal <Y> #react ?up/down #if <T>
effect              0.93 #modal <Y> be @comp/different #if <T>
effect              0.93 <Y> be/get @comp because_of/because/thanks <T>
effect              0.93 if/when <T> , * would/will/do/how <Y> @comp/change/differ/rise/fall/increase/decrease/improve
effect              0.9  how much/many @comp ?@verb * do <T> <Y>
effect              0.93 how much/many @comp do <P> <Y> for/with/per each/every/one/an/a/additional/extra <T>
effect              0.93 how much/many @comp be <Y> of/for/among/in/with <T>
effect              0.93 how much/many @comp do <P> <Y> per <T>
effect              0.93 #modal <P> <Y> @comp ?often/money/quickly/frequently if/when/once/after/because/because_of/with/under <T>
effect              0.93 #modal @comp <P> <Y> if/when/once/after/because/because_of/with/under <T>
effect              0.93 #modal <P> have/get/see/make/suffer @comp <Y> if/when/once/after/with <T>
effect              0.8  be/whether <T> more/less <Y>
effect              0.93 #modal <P> do/perform/fare/score @comp/better/worse/well in/at/on/with <Y> if/when/once/after/with <T>
effect              0.9  how much/many @comp <Y> #modal <T> ?@verb/bring/get/have/produce
effect              0.92 how much/many do/would/will <T> @verb <Y>
effect              0.85 do/will/would/whether <T> <Y> @comp ?often/likely/money/quickly/frequently
effect              0.85 do/will/would/whether <T> have/get/show/see/experience/achieve/report @comp <Y>
effect              0.85 be/whether <Y> @comp for/among/with/when/if/in/after/because_of/under <T>
effect              0.85 be/whether <T> @comp likely to <Y>
effect              0.93 be/whether <T> @comp/better/worse/superior than/to <C> for/in/at/in_terms_of/on <Y>
effect              0.93 what would <Y> have/be ?be if/without/had/with/under <T>
effect              0.93 how much/many <Y> do/would/will/can/have <T> @verb
effect              0.93 how much/many <Y> be <P> because/because_of/if/when/after/with <T>
effect              0.93 for/among <T> , * how much/many <Y> do/would/will/have it/this/they/that @verb
effect              0.93 how much/many <Y> would * <P> have @verbed/be/work/earn/get/do/have ?if/had/have/with <T>
effect              0.93 #shift in/of <Y> ?that/which ?be/we #due ?by/from/to/in <T>
effect              0.93 what #shift in/of <Y> do/can/have * from/by/because_of/with <T>
effect              0.95 what be ?#art <T> <Y> #premium
effect              0.93 #modal <P> #achieve @comp <Y> if/when/once/after/because/because_of/with/under <T>
effect              0.88 do/will/would/whether <T> #achieve @comp <Y>
effect              0.93 do/would/whether <P> with/who/on/in <T> do/perform/fare/score @comp/better/worse/well in/at/on <Y>
effect              0.93 if/when/suppose <T> , * how much/many ?@comp <Y> would/will/do
effect              0.9  <Y> because_of <T>
effect              0.8  difference in <Y> between <T>
effect              0.85 causal relationship/link/connection/relation between/from <T> and/to <Y>
effect              0.9  return to/on/from <T> in_terms_of/in/for <Y>
effect              0.95 <T> ->/→ <Y>
effect              0.85 what do <T> do for/to <Y>
effect              0.85 what will/would/can <T> do for/to <Y>
effect              0.5  @effect/affect of/from <T>
effect              0.5  @effect/affect on <Y>
effect              0.5  do/did <T> work/help/matter/pay_off
effect              0.5  return to <T>
effect              0.5  be <T> #effective
effect              0.5  how #effective be <T>
independent         1.4  be <A> * independent_of/independent ?from/of/to <B>
independent         1.4  <A> * independent_of <B>
independent         1.4  be <A> and <B> * independent/@related/d-separated/d-connected/separated/unrelated/uncorrelated
independent         1.4  <A> and <B> be * independent/@related/d-separated/d-connected/separated/unrelated/uncorrelated
independent         1.35 be <A> * @related/d-separated/d-connected/separated/unrelated/uncorrelated #and <B>
independent         1.35 @related between/of <A> and/with <B>
independent         1.35 do <A> correlate/associate/covary with <B>
independent         1.35 d-separate/block <A> and/from <B>
independent         1.5  do/can/will/whether <Z> d-separate/separate <A> and/from <B>
independent         1.5  do/can/will/whether <Z> block * path from/between <A> and/to <B>
independent         1.5  do/will/would/whether adjust_for/condition_on <Z> make/render/leave <A> and <B> @related/independent/d-separated
independent         1.5  do/will/would/whether adjust_for/condition_on <Z> d-separate/separate/block/connect <A> and/from/to <B>
independent         1.5  do/will/would/whether adjust_for/condition_on <Z> open/create/block * path/@related from/between <A> and/to <B>
confounder          1.6  be <Z> ?#art/any confounder/confound of/for/between/in/on/when ?the ?#tie ?of/between <A> #and <B>
confounder          1.6  do/whether <Z> confound ?the ?#tie ?of/between <A> and/on/to <B>
confounder          1.6  ^ be ?the ?#tie ?of/between <A> and/on/to <B> confounded_by <Z>
confounder          1.5  be <Z> ?#art ?#adj common cause of/for <A> and <B>
collider            1.6  be <Z> ?#art ?#adj collider of/for/between/on ?the ?path/effect/@related ?#of <A> and/on/to <B>
collider            1.5  be <Z> ?#art ?#adj common effect of/for <A> and <B>
mediator            1.6  be <Z> ?#art ?#adj mediator of/for/between/in/on ?the ?#tie ?#of <A> and/on/to <B>
mediator            1.6  do/whether <Z> mediate ?the ?#tie ?of/between <A> and/on/to <B>
mediator            1.6  ^ be ?the ?#tie ?of/between <A> and/on/to <B> mediate by/through <Z>
mediator            1.7  be <Z> on/in ?#art causal/directed path from/between <A> to/and <B>
mediator            1.7  what/which * mediate ?the ?#tie ?of/between <A> and/on/to <B>
mediator            1.7  what/which ?variable be ?the mediator ?of/between/for ?the ?#tie ?of/between <A> and/on/to <B>
instrument          2.2  ^ be <Z> ?#art ?#adj ?#valid instrument/instrumental ?variable for/of/between ?the ?#tie ?of/between <A> #and <B>
directed            1.7  be there ?a/an/any directed/causal path from/between <A> to/and <B>
directed            1.6  directed/causal path from <A> to <B>
path                1.6  be there ?a/an/any * path/way from/between <A> to/and <B>
path                1.5  path from/between <A> to/and <B>
causes_of           1.1  what/which *3 cause/affect/influence/drive/determine/explain/impact/shape/raise/increase/lower/reduce/predict <Y>
causes_of           1.15 what/which ?be *3 #cause of/for/behind/in <Y>
causes_of           1.1  #learn * cause/driver/determinant of/for/behind <Y>
causes_of           1.0  what ?be responsible for <Y>
causes_of           1.0  what make <Y>
causes_of           1.0  why be <Y> so/too/very/low/lower/high/higher/bad/worse/good/better
causes_of           1.0  why do <Y> increase/decrease/rise/fall/drop/grow/decline/change/improve
causes_of           1.0  what do <Y> depend_on
causes_of           1.1  what ?be <Y> @verbed by
effects_of          1.0  what/which * do <T> affect/influence/cause/impact/change
effects_of          1.0  what/which * be @verbed by <T>
graph               1.0  #learn * causal_graph/structure/graph/network/diagram
graph               1.0  what/which * causal_graph/structure/graph/network/diagram
graph               1.0  causal_graph/discovery ?of/for/among/between/over/in/on ?these/the/this/all ?#vars
graph               1.0  how be ?the/these/all/those/our #vars * @related
graph               1.0  what ?be ?the causal relationship/relation/link/structure between/among/of <Z>
graph               1.0  how do ?the/these/all/those #vars * relate/influence/affect/cause
graph               1.0  what/which ?variable cause what/which
direction           1.5  causal direction between/of <A> and <B>
direction           1.5  direction of caus/causation/causality/causal/influence ?effect between <A> and <B>
direction           1.5  do <A> cause <B> or * other_way_around/reverse/vice
direction           1.5  do <A> @verb <B> or do <C> @verb <D>
direction           1.5  which cause which ?, <A> or <B>
adjust_which        2.0  what/which * #must * #adjust * #if * @effect/affect of <T> on <Y>
adjust_which        2.0  what/which * #must * #adjust * #if * whether/how <T> @verb <Y>
adjust_which        2.0  what/which ?be ?the/a/all * #covariate ?set of/for/to/when * @effect/affect of <T> on <Y>
adjust_which        1.9  what/which ?be ?the/a/all * adjustment/confounder/confounders ?set of/for/between <T> and/on <Y>
adjust_which        1.9  what/which * confound ?the ?#tie ?of/between <T> and/on <Y>
adjust_which        1.9  #learn * #covariate * of/for/between * @effect/affect of <T> on <Y>
adjust_for          2.1  #must * adjust_for/condition_on/include <Z> #if * @effect/affect of <T> on <Y>
adjust_for          2.1  #must * adjust_for/condition_on/include <Z> #if * whether/how <T> @verb <Y>
adjust_for          2.05 be it * to adjust_for/condition_on <Z> #if * @effect/affect of <T> on <Y>
adjust_set          2.1  be <Z> ?#art ?#adj #valid #covariate ?set * @effect/affect of <T> on <Y>
adjust_set          2.1  be <Z> enough/sufficient/valid to * @effect/affect of <T> on <Y>
root_cause          1.6  root_cause of/for/behind ?the/this ?anomaly/outlier/spike/problem/drop ?of/in/for <Y>
distribution_change 1.5  why have/do <Y> change/shift/differ between/from/since <C>
"""

CUTS = frozenset(
    {
        "who", "whom", "if", "when", "where", "for", "among", "between", "since", "after", "before", "while", "across",
        "during", "until", "through", "via", "by_way_of", "by_means_of", "compare_to", "adjust_for", "condition_on",
        "given", "assuming", "use", "hold", "hold_constant", "take_into_account", "unless", "once", "per", "such_as",
        "especially", "within", "provided", "as", "than", "include", "separately", "mediate", "not_through", "cluster",
        "instrument", "regardless_of", "other_than", "depend_on", "vary", "differ", "by", "without", "with",
    }
)  # fmt: skip
"""Words that end the phrase of a slot: what follows modifies it."""

GENERIC_HEADS = frozenset(
    {
        "person", "those", "individual", "patient", "customer", "user", "student", "worker", "participant", "one",
        "that", "subject", "respondent", "voter", "household", "family", "village", "employee", "child", "woman",
        "man", "firm", "company", "everyone", "somebody", "he", "she", "they", "it", "we", "unit", "member",
    }
)  # fmt: skip
"""Nouns that name whom the rows describe, not a column."""


@cache
def frames() -> tuple[Frame, ...]:
    """All frames, compiled once."""
    found: list[Frame] = []
    for line in (_FRAMES.strip() + ASPECT_FRAMES.rstrip()).splitlines():
        kind, weight, text = line.split(None, 2)
        found.append(Frame(cast("FrameKind", kind), Pattern(_expand(text)), float(weight)))
    return tuple(found)


def _expand(text: str) -> str:
    """Write out `#group` as its words."""
    return re.sub(r"#(\w+)", lambda m: GROUPS[m[1]], text)
