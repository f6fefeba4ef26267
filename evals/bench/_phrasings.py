"""The same causal question in many wordings: each group must be read as one and the same question."""

from __future__ import annotations

from ._groups import Group, effect, lines, relation, where
from ._phrasings_labour import LABOUR

GROUPS: tuple[Group, ...] = (
    *LABOUR,
    Group(
        "medicine",
        effect("arm", "recovery_days"),
        lines("""
            What is the effect of arm on recovery_days?
            Does the treatment shorten recovery?
            Is the treatment effective in reducing recovery time?
            How does the treatment affect days until recovery?
            Is recovery influenced by the treatment?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", contrast={"control": "placebo", "treated": "lisinex"}),
        lines("""
            What is the effect of lisinex compared with placebo on recovery?
            Does lisinex shorten recovery compared to placebo?
            Compared with placebo, does lisinex shorten recovery?
            What is the effect of lisinex versus placebo on recovery_days?
            Does taking lisinex rather than placebo reduce the days to recovery?
            Is lisinex better than placebo for recovery?
            Does lisinex shorten recovery?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", contrast={"control": "lisinex", "treated": "combo"}),
        lines("""
            What is the effect of combo versus lisinex on recovery days?
            Does combo shorten recovery compared to lisinex?
            Does combo instead of lisinex reduce recovery time?
            Relative to lisinex, does combo shorten recovery?
        """),
    ),
    Group(
        "medicine",
        effect("dose_mg", "bp_after"),
        lines("""
            What is the effect of the dose on blood pressure?
            Does a higher dose lower blood pressure?
            Does dose_mg reduce bp_after?
            How does the dose influence blood pressure after treatment?
            Is blood pressure affected by the dose?
        """),
    ),
    Group(
        "medicine",
        effect("dose_mg", "bp_after", contrast={"control": 10, "treated": 20}),
        lines("""
            What is the effect of raising the dose from 10 to 20 mg on blood pressure?
            Effect of dose_mg from 10 to 20 on bp_after
            What happens to blood pressure if we increase the dose from 10 mg to 20 mg?
            How much would bp_after change if dose_mg went from 10 to 20?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", estimand="NIE", mediators=["bp_after"]),
        lines("""
            What is the effect of the treatment on recovery through bp_after?
            How much of the effect of arm on recovery_days goes through bp_after?
            What is the indirect effect of arm on recovery_days via blood pressure after treatment?
            Does the treatment shorten recovery by way of bp_after?
            What is the effect of arm on recovery_days mediated by bp_after?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", estimand="NDE", mediators=["bp_after"]),
        lines("""
            What is the direct effect of arm on recovery_days, not through bp_after?
            What is the effect of the treatment on recovery that does not go through bp_after?
            What is the effect of arm on recovery_days other than through bp_after?
        """),
    ),
    Group(
        "medicine",
        effect(
            "arm", "recovery_days", estimand="CDE", mediators=["bp_after"], population=[where("bp_after", "==", 120)]
        ),
        lines("""
            What is the effect of arm on recovery_days holding bp_after fixed at 120?
            Holding bp_after at 120, what is the effect of arm on recovery_days?
            What is the controlled direct effect of arm on recovery_days with bp_after set to 120?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", population=[where("sex", "==", "female")]),
        lines("""
            Does the treatment shorten recovery among women?
            What is the effect of the treatment on recovery for female patients?
            For women, does the treatment shorten recovery?
            Does the treatment reduce recovery time in women?
        """),
    ),
    Group(
        "medicine",
        effect("arm", "recovery_days", estimand="LATE"),
        lines("""
            What is the effect of the treatment on recovery among compliers?
            For compliers, does the treatment shorten recovery?
            Estimate the LATE of arm on recovery_days.
        """),
    ),
    Group(
        "medicine",
        relation("mediator", "arm", "recovery_days", "bp_after"),
        lines("""
            Is bp_after a mediator between arm and recovery_days?
            Does bp_after mediate the effect of arm on recovery_days?
            Is the effect of arm on recovery_days mediated by bp_after?
            Is bp_after a mediator of the effect of the treatment on recovery?
        """),
    ),
    Group(
        "medicine",
        relation("path", "age", "recovery_days"),
        lines("""
            Is there a path from age to recovery_days?
            Is there any path between age and recovery?
        """),
    ),
    Group(
        "medicine",
        relation("causes", "age", "recovery_days"),
        lines("""
            Is there a causal path from age to recovery?
            Is there any directed path from age to recovery_days?
        """),
    ),
    Group(
        "marketing",
        effect("coupon_used", "basket", hints={"instrument": "coupon_sent"}),
        lines("""
            Does coupon_used increase basket, using coupon_sent as an instrument?
            What is the effect of using the coupon on the basket?
            Instrumenting by coupon_sent, does coupon_used raise basket?
            With coupon_sent as the instrument, what is the effect of coupon_used on basket?
            What is the effect of coupon_used on basket instrumented by coupon_sent?
        """),
    ),
    Group(
        "marketing",
        effect("coupon_sent", "churned", hints={"design": "experiment"}),
        lines("""
            What is the effect of coupon_sent on churned?
            Does sending a coupon reduce churn?
            Did sending coupons lower customer churn?
            Is churn affected by sending a coupon?
            Would fewer customers churn if we sent them a coupon?
        """),
    ),
    Group(
        "marketing",
        effect("tenureMonths", "churned"),
        lines("""
            Does longer tenure reduce churn?
            What is the effect of tenure on churn?
            Do customers with longer tenure churn less?
            Is churn influenced by tenure?
            Does tenureMonths affect churned?
        """),
    ),
    Group(
        "marketing",
        effect("visits", "basket", population=[where("region", "==", "North")]),
        lines("""
            Do visits raise the basket in the North?
            What is the effect of visits on the basket among customers in the North?
            In the North, do more visits lead to a larger basket?
            What is the effect of visits on basket for North customers?
        """),
    ),
    Group(
        "marketing",
        effect("coupon_sent", "basket", hints={"cluster": "region"}),
        lines("""
            What is the effect of coupon_sent on basket, clustered by region?
            Does coupon_sent raise basket with standard errors clustered by region?
            Clustering by region, does coupon_sent raise basket?
        """),
    ),
    Group(
        "sre",
        effect("cacheEnabled", "latency_ms"),
        lines("""
            What is the effect of cacheEnabled on latency_ms?
            Does enabling the cache reduce latency?
            How much would latency fall if we enabled the cache?
            What would happen to latency if we turned the cache on?
            If the cache were enabled, how would latency change?
            Is latency lower with the cache?
            Did the cache speed up response time?
            What is the impact of caching on the latency?
        """),
    ),
    Group(
        "sre",
        effect("cpu_load", "errorRate"),
        lines("""
            Does CPU load affect the error rate?
            Does high cpu load cause errors?
            Are errors caused by cpu load?
            What is the influence of CPU load on errors?
            Does the error rate depend on cpu_load?
            How sensitive is the error rate to CPU load?
        """),
    ),
    Group(
        "sre",
        {"kind": "attribution", "target": "latency_ms", "mode": "root_cause"},
        lines("""
            What is the root cause of the spike in latency?
            Find the root cause of the anomaly in latency_ms.
            What was the root cause of the latency spike?
        """),
    ),
    Group(
        "education",
        effect("classFormat", "exam_score", contrast={"control": "face-to-face", "treated": "online"}),
        lines("""
            Do online classes lower exam scores compared to face-to-face?
            What is the effect of online versus face-to-face format on exam performance?
            Is there any advantage to online compared to face-to-face in terms of exam score?
            Does being taught online rather than face-to-face hurt exam scores?
            Compared with face-to-face teaching, do online classes harm exam scores?
        """),
    ),
    Group(
        "education",
        effect("motivation", "exam_score", estimand="NIE", mediators=["attendance"]),
        lines("""
            What is the effect of motivation on exam score through attendance?
            Does motivation raise exam scores via attendance?
            How much of the effect of motivation on exam_score runs through attendance?
            What is the effect of motivation on exam score by means of attendance?
        """),
    ),
    Group(
        "education",
        {"kind": "discovery", "variables": ["motivation", "attendance"]},
        lines("""
            What is the causal direction between motivation and attendance?
            Does motivation cause attendance or the other way around?
            Does motivation affect attendance or does attendance affect motivation?
        """),
    ),
    Group(
        "letters",
        effect("t", "y"),
        lines("""
            What is the effect of t on y?
            Do nurse calls reduce readmission?
            Does calling patients by a nurse prevent readmission?
            Is hospital readmission affected by nurse calls?
            What is the impact of the nurse calls on readmissions?
            Does t affect y?
            Are nurse calls effective in preventing readmission?
        """),
    ),
    Group(
        "letters",
        effect("x3", "y", hints={"adjust_for": ["x1", "x12"]}),
        lines("""
            What is the effect of x3 on y adjusting for x1 and x12?
            Controlling for x1 and x12, does x3 affect y?
            Does x3 raise y, given x1 and x12?
        """),
    ),
)
