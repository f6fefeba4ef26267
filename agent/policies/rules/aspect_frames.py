"""Frames of questions about an effect that ask for more than its size: necessity, other worlds."""

ASPECT_FRAMES = """
effect              0.98 be/whether <T> ?#art/one necessary/sufficient * cause/condition/reason of/for <Y>
effect              0.97 be/whether <T> necessary/sufficient ?or/and ?necessary/sufficient for/to <Y>
effect              0.97 necessity/sufficiency * of <T> for/in/to/on <Y>
effect              0.96 what <Y> would/will have/be * #if/had/without/under <T>
effect              0.96 what would <Y> have/be * had/without/if/under <T>
effect              0.96 would <Y> have/be * had/without/if/under <T>
effect              0.95 counterfactual ?outcome/value/mean ?of/for <Y> * #if/had/without/under <T>
effect              0.95 predict/estimate * counterfactual/potential outcome ?of/for <Y> * under/with/without/if/had <T>
effect              1.0  do/whether <T> and/with * mediator <M> interact * on/for/in <Y>
effect              1.0  do/whether <T> interact with * mediator <M> * on/for/in <Y>
effect              1.0  interaction between/of <T> and/with * mediator <M> * on/for/in <Y>
effect              0.94 do/whether <T> and <M> interact * on/for/in <Y>
effect              1.75 do/whether <M> mediate ?the @effect of/from <T> on <Y> , and * interact
graph               1.0  #learn * causal relationship/relation/link/dependency/connection among/between/of <Z>
"""
"""In the language of `grammar.py`; groups such as `#if` are defined there."""
