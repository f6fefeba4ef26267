"""One causal question in many wordings, about a training programme."""

from __future__ import annotations

from ._groups import Group, effect, lines, relation, where

LABOUR: tuple[Group, ...] = (
    Group(
        "labour",
        effect("trained", "earn78"),
        lines("""
            What is the effect of trained on earn78?
            Did the training raise earnings?
            Does the training programme increase earnings?
            Were earnings affected by the training?
            Is the training effective in raising earnings?
            What impact did the program have on earnings?
            By how much did the training raise earnings in 1978?
            How much more did people who took the training earn?
            Is there any benefit of the training in terms of earnings?
            Evaluate whether trained causally affects earn78. Consider confounding.
            What would happen to earnings if everyone took the training?
            Did the trainees earn more because of the training?
            Does taking part in training lead to higher earnings?
            I wonder whether the training boosted people's earnings.
            Efect of the trainning on earnigns
            What difference does training make to earnings?
            trained -> earn78
            Can the training programme improve wages in 1978?
            Please estimate the influence of training upon 1978 earnings.
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", estimand="ATT"),
        lines("""
            What is the effect of the training on earnings for those who got it?
            Did the training raise the earnings of those who took it?
            Among the treated, how much did the training change earnings?
            Please estimate the ATT of trained on earn78.
            What is the effect of training on earnings for people who actually received the training?
            Did training raise the earnings of participants?
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", estimand="ATC"),
        lines("""
            What would training do for earnings among the untreated?
            What is the effect of training on earnings among those who did not get it?
            What is the effect of the training on earnings for people who never received it?
            Estimate the ATC of trained on earn78.
            Would training raise earnings for the non-participants?
        """),
    ),
    Group(
        "labour",
        effect("educ", "earn78"),
        lines("""
            What is the effect of education on earnings?
            Does schooling raise earnings?
            Does more education lead to higher earnings?
            Do more years of education increase income in 1978?
            Are earnings affected by years of schooling?
            What is the return to education in terms of earnings?
        """),
    ),
    Group(
        "labour",
        effect("educ", "earn78", contrast={"control": 8, "treated": 12}),
        lines("""
            What is the effect of education from 8 to 12 years on earnings?
            How would earnings change if schooling went from 8 to 12 years?
            What happens to earnings if we raise education from 8 years to 12 years?
            What is the effect of going from 8 to 12 years of schooling on earnings?
        """),
    ),
    Group(
        "labour",
        effect("educ", "earn78", contrast={"control": 0, "treated": 1}),
        lines("""
            How much does each extra year of education raise earnings?
            How much more does a person earn for each additional year of schooling?
            By how much does one more year of education increase earnings?
            What is the effect of an additional year of education on earnings?
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", population=[where("female", "==", 1)]),
        lines("""
            What is the effect of the training on earnings for women?
            Among women, did the training raise earnings?
            Did training raise earnings among women?
            For women, what is the effect of training on earnings?
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", population=[where("age", ">", 40)]),
        lines("""
            What is the effect of training on earnings among people over 40?
            Did the training raise earnings for people older than 40?
            When age > 40, what is the effect of training on earnings?
            Does training raise earnings if age is above 40?
            Did training raise the earnings of people over 40 years of age?
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", estimand="CATE", given=["female"]),
        lines("""
            Does the effect of training on earnings differ by sex?
            Is the effect of training on earnings different for women and men?
            What is the effect of training on earnings by gender?
            How does the effect of training on earnings vary with sex?
        """),
    ),
    Group(
        "labour",
        effect("trained", "earn78", hints={"adjust_for": ["age", "educ"]}),
        lines("""
            What is the effect of training on earnings, adjusting for age and education?
            Adjusting for age and educ, did training raise earnings?
            Does the training, controlling for age and education, raise earnings?
            Did training raise earnings after accounting for age and years of schooling?
            Did training raise earnings conditional on age and educ?
        """),
    ),
    Group(
        "labour",
        effect("union", "earn78"),
        lines("""
            Does union membership raise earnings?
            What is the effect of being in a union on earnings?
            Do union members earn more?
            Does joining a union increase pay in 1978?
        """),
    ),
    Group(
        "labour",
        {"kind": "discovery", "target": "earn78"},
        lines("""
            What causes earn78?
            What affects earnings in 1978?
            Which variables influence earnings in 1978?
            What are the drivers of earn78?
            What determines earnings in 1978?
            What are the causes of earn78?
        """),
    ),
    Group(
        "labour",
        {"kind": "discovery", "target": None, "variables": []},
        lines("""
            Draw the causal graph.
            Learn the causal structure of these data.
            How are these variables related?
            Find the DAG
            What is the causal graph?
            Discover a causal diagram over all variables.
            Which variable causes which?
        """),
    ),
    Group(
        "labour",
        {"kind": "adjustment", "treatment": "trained", "outcome": "earn78", "proposed": None},
        lines("""
            Which variables should I adjust for to estimate the effect of trained on earn78?
            What do I need to control for to get the effect of training on earnings?
            What should be adjusted for when estimating the effect of training on earnings?
            What are the confounders of training and earnings?
            Find an adjustment set for the effect of trained on earn78.
            Which covariates must I control for to learn whether training raises earnings?
        """),
    ),
    Group(
        "labour",
        {"kind": "adjustment", "treatment": "trained", "outcome": "earn78", "proposed": ["hours"]},
        lines("""
            Should I control for hours when estimating the effect of training on earnings?
            Do I need to adjust for hours to estimate the effect of trained on earn78?
            Is it right to adjust for hours when estimating the effect of training on earnings?
            Is hours a valid adjustment set for the effect of trained on earn78?
        """),
    ),
    Group(
        "labour",
        relation("independent", "age", "educ", "female"),
        lines("""
            Is age independent of educ given female?
            Are age and education independent given female?
            Given female, is age independent of educ?
            Are age and educ related after controlling for female?
            Is age associated with education conditional on female?
        """),
    ),
    Group(
        "labour",
        relation("confounder", "trained", "earn78", "age"),
        lines("""
            Is age a confounder of trained and earn78?
            Is age a confounder for the effect of training on earnings?
            Does age confound the effect of training on earnings?
            Is the effect of training on earnings confounded by age?
            Is age a common cause of trained and earn78?
        """),
    ),
)
