"""What tools return: typed, JSON in and out, one class a kind of finding."""

from .advice import AdviceItem, EffectAdvice, Link, LinkAdvice, RoleAdvised
from .base import Result
from .cause import CauseVerdict, CauseWitness, Definition, DefinitionVerdict
from .counterfactual import CounterfactualIdentification
from .data import (
    ArmMeans,
    AuditReport,
    BalanceReport,
    ColumnCard,
    ColumnSummary,
    ColumnType,
    CovariateBalance,
    DatasetCard,
    DatasetProfile,
    Finding,
    ReportFile,
    StrataReport,
    Stratum,
)
from .effect import Benchmark, ContrastEstimate, EffectEstimate, EffectRange, Refutation, Sensitivity
from .graph import (
    ADJUSTING,
    AdjustmentResult,
    GraphComparison,
    GraphResult,
    Identification,
    IdentificationStatus,
    IdentificationStrategy,
    ImplicationsResult,
    IndependenceResult,
    RoleName,
    RolesResult,
    Selection,
    SeparationResult,
    VariableRole,
)
from .linear import CoefficientFormula, LinearAnswer, PathTerm, UnitCounterfactual
from .pairwise import AdditiveFit, PairwiseDirection
from .parts import EffectPart, EffectParts
from .reason import QueryAnswer, RelationVerdict, RuleVerdict
from .statement import Criterion, SetJudgement, SetsVerdict, StatementVerdict

__all__ = [
    "ADJUSTING",
    "AdditiveFit",
    "AdjustmentResult",
    "AdviceItem",
    "ArmMeans",
    "AuditReport",
    "BalanceReport",
    "Benchmark",
    "CauseVerdict",
    "CauseWitness",
    "CoefficientFormula",
    "ColumnCard",
    "ColumnSummary",
    "ColumnType",
    "ContrastEstimate",
    "CounterfactualIdentification",
    "CovariateBalance",
    "Criterion",
    "DatasetCard",
    "DatasetProfile",
    "Definition",
    "DefinitionVerdict",
    "EffectAdvice",
    "EffectEstimate",
    "EffectPart",
    "EffectParts",
    "EffectRange",
    "Finding",
    "GraphComparison",
    "GraphResult",
    "Identification",
    "IdentificationStatus",
    "IdentificationStrategy",
    "ImplicationsResult",
    "IndependenceResult",
    "LinearAnswer",
    "Link",
    "LinkAdvice",
    "PairwiseDirection",
    "PathTerm",
    "QueryAnswer",
    "Refutation",
    "RelationVerdict",
    "ReportFile",
    "Result",
    "RoleAdvised",
    "RoleName",
    "RolesResult",
    "RuleVerdict",
    "Selection",
    "Sensitivity",
    "SeparationResult",
    "SetJudgement",
    "SetsVerdict",
    "StatementVerdict",
    "StrataReport",
    "Stratum",
    "UnitCounterfactual",
    "VariableRole",
]

RESULTS: dict[str, type[Result]] = {
    cls.model_fields["kind"].default: cls
    for cls in (
        AdjustmentResult,
        AuditReport,
        BalanceReport,
        CauseVerdict,
        CounterfactualIdentification,
        DatasetCard,
        DatasetProfile,
        EffectAdvice,
        EffectEstimate,
        EffectParts,
        EffectRange,
        GraphComparison,
        GraphResult,
        Identification,
        ImplicationsResult,
        IndependenceResult,
        LinearAnswer,
        LinkAdvice,
        PairwiseDirection,
        QueryAnswer,
        Refutation,
        RelationVerdict,
        ReportFile,
        RolesResult,
        RuleVerdict,
        Selection,
        Sensitivity,
        SeparationResult,
        SetsVerdict,
        StatementVerdict,
        StrataReport,
        UnitCounterfactual,
    )
}
"""Result classes by their `kind`."""


def result_from_json(raw: dict[str, object]) -> Result:
    """Read a result back from its JSON; `kind` names the class."""
    return RESULTS[str(raw["kind"])].model_validate(raw)
