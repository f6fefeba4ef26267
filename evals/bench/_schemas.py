"""Small tables without rows, on which the reading of questions is measured: five trades and one of bare letters."""

from __future__ import annotations

from typing import Literal

from ...agent.policies.rules.codebook import read_codebook
from ...agent.state import Catalog
from ...tools.domain.results import ColumnCard, ColumnType, DatasetCard

SchemaName = Literal["labour", "medicine", "marketing", "sre", "education", "letters"]

_LABOUR = """Unemployed adults applied to a training programme in 1976.

trained: 1 if the person took part in the training programme
age: age in years
educ: years of schooling
female: 1 if female
union: 1 if union member
earn75: real earnings in 1975, before the programme
earn78: real earnings in 1978, after the programme
hours: hours worked per week in 1978
state: state of residence
"""
_MEDICINE = """Patients of four hospitals. `bp_before` and `bp_after` are systolic blood pressure before the treatment and after it.

arm: treatment arm: placebo, lisinex or combo
recovery_days: number of days until recovery
severity: severity of the illness at admission
sex: sex of the patient
"""
_MARKETING = """Coupons were randomly sent to customers of a shop; not all customers who got one used it.

coupon_sent: whether a coupon was sent to the customer
coupon_used: whether the customer used the coupon
basket: value of the basket in euros after the campaign
churned: whether the customer left within a year
visits: visits to the website in the month before the campaign
"""
_LETTERS = """The study asks for the effect of nurse calls on hospital readmission of heart patients. The confounders (x1-x25)
were measured before the calls began.

t: 1 if the patient received nurse calls
y: readmission within 90 days
"""


def _column(text: str) -> ColumnCard:
    """`name:type` or `name:nominal:level/level`."""
    name, kind, *levels = text.split(":")
    values: tuple[str | int, ...] = tuple(levels[0].split("/")) if levels else (0, 1) if kind == "binary" else ()
    column_type: ColumnType = "continuous"
    for known in ("binary", "nominal", "count", "id"):
        column_type = known if kind == known else column_type  # type: ignore[assignment]
    return ColumnCard(name=name, type=column_type, levels=values, n_distinct=len(values) or 100)


def catalog(columns: str, text: str = "") -> Catalog:
    """A catalog whose table has these columns, written `name:type` and separated by spaces."""
    cards = tuple(_column(c) for c in columns.split())
    table = DatasetCard(
        name="table", source="table.csv", sha256="0" * 64, n_rows=500, n_columns=len(cards), columns=cards
    )  # fmt: skip
    return Catalog(table=table, codebook=read_codebook(text, [c.name for c in cards]))


def schemas() -> dict[SchemaName, Catalog]:
    """The tables by trade."""
    return {
        "labour": catalog(
            "trained:binary age:continuous educ:count female:binary union:binary earn75:continuous earn78:continuous "
            "hours:continuous state:nominal:ny/ca/tx",
            _LABOUR,
        ),
        "medicine": catalog(
            "arm:nominal:placebo/lisinex/combo recovery_days:count age:continuous sex:nominal:female/male "
            "severity:continuous bp_before:continuous bp_after:continuous dose_mg:continuous",
            _MEDICINE,
        ),
        "marketing": catalog(
            "coupon_sent:binary coupon_used:binary basket:continuous churned:binary visits:count "
            "region:nominal:North/South/East tenureMonths:continuous",
            _MARKETING,
        ),
        "sre": catalog(
            "cacheEnabled:binary latency_ms:continuous cpu_load:continuous errorRate:continuous deploys:count "
            "zone:nominal:eu/us requests_per_s:continuous"
        ),
        "education": catalog(
            "classFormat:nominal:face-to-face/online/blended exam_score:continuous prior_gpa:continuous "
            "gender:binary attendance:continuous motivation:continuous school_id:id",
            "gender: 1 = female, 0 = male\nschool_id: identifier of the school\n",
        ),
        "letters": catalog("t:binary y:binary " + " ".join(f"x{i}:continuous" for i in range(1, 26)), _LETTERS),
    }
