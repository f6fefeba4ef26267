"""The 46 tasks of CaLM: rung, scenario, what form their answers have, and whether premises decide them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rung = Literal["association", "causal_discovery", "intervention", "counterfactual"]
Form = Literal["binary", "choice", "probability", "open"]


@dataclass(frozen=True)
class Task:
    """One task file of the benchmark."""

    name: str
    """As the file is called, without its language: `ATE-P_ATE-basic`."""
    rung: Rung
    scenario: str
    formal: bool = True
    """Whether the premises in the text decide the answer; else only knowledge of the world does."""

    @property
    def family(self) -> str:
        """The scenario's short name: `ATE`, `PCD`."""
        return self.name.split("-", 1)[0]

    @property
    def form(self) -> Form:
        """The form of the answer, which the letter after the dash says."""
        letter = self.name.split("-", 1)[1][0]
        return {"B": "binary", "C": "choice", "P": "probability", "O": "open"}[letter]  # pyright: ignore[reportReturnType]


def _tasks(rung: Rung, scenario: str, names: str, *, formal: bool = True) -> list[Task]:
    return [Task(name, rung, scenario, formal) for name in names.split()]


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        *_tasks("association", "correlation", "CORR-B_correlation"),
        *_tasks("association", "explaining_away_effect", "EAE-B_exp-away"),
        *_tasks("causal_discovery", "abstract_reasoning", "AR-B_CaLM-AR"),
        *_tasks("causal_discovery", "causal_attribution", "CA-B_FA CA-B_FP"),
        *_tasks(
            "causal_discovery",
            "event_causality_identification",
            "ECI-B_CTB ECI-B_ESC ECI-B_MAVEN-ERE",
            formal=False,
        ),
        *_tasks(
            "causal_discovery",
            "pairwise_causal_discovery",
            "PCD-B_COPA PCD-B_E-CARE PCD-C_COPA PCD-C_E-CARE",
            formal=False,
        ),
        *_tasks("intervention", "average_treatment_effect", "ATE-B_ATE-natural ATE-P_ATE-basic ATE-P_ATE-hard"),
        *_tasks(
            "intervention",
            "backdoor_adjustment_set",
            "BAS-B_backadj BAS-C_max-BAS BAS-C_min-BAS BAS-C_mix-BAS",
        ),
        *_tasks(
            "intervention",
            "causal_effect_identification",
            "CEI-B_0.2-UC CEI-B_0.4-UC CEI-B_0.6-UC CEI-B_0.8-UC",
        ),
        *_tasks("intervention", "collider_bias", "CB-B_collider-bias"),
        *_tasks("intervention", "controlled_direct_effect", "CDE-B_CDE-natural CDE-P_CDE-basic CDE-P_CDE-hard"),
        *_tasks("intervention", "frontdoor_adjustment_set", "FAS-C_FAS"),
        *_tasks("intervention", "instrumental_variable", "IV-C_CaLM-IV"),
        *_tasks("counterfactual", "actual_causality", "AC-B_causal_judgement", formal=False),
        *_tasks("counterfactual", "causal_explanation_generation", "CEG-O_E-CARE", formal=False),
        *_tasks("counterfactual", "counterfactual_reasoning", "CR-B_det-counterfactual"),
        *_tasks("counterfactual", "counterfactual_reasoning", "CR-C_CRASS", formal=False),
        *_tasks(
            "counterfactual",
            "effect_of_the_treatment_on_the_treated",
            "ETT-B_ETT-natural ETT-P_ETT-basic ETT-P_ETT-hard",
        ),
        *_tasks("counterfactual", "natural_direct_effect", "NDE-B_NDE-natural NDE-P_NDE-basic NDE-P_NDE-hard"),
        *_tasks("counterfactual", "natural_indirect_effect", "NIE-B_NIE-natural NIE-P_NIE-basic NIE-P_NIE-hard"),
        *_tasks("counterfactual", "probability_of_necessity", "PN-P_PN-basic PN-P_PN-hard"),
        *_tasks("counterfactual", "probability_of_sufficiency", "PS-P_PS-basic PS-P_PS-hard"),
    )
}
