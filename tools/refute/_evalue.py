"""E-values: how strong a hidden common cause would have to be, on the risk-ratio scale.

Reference: VanderWeele and Ding 2017, Sensitivity analysis in observational research, Annals of Internal Medicine 167.
"""

from __future__ import annotations

import math

STANDARDISED_TO_LOG_RR = 0.91
"""log RR per standardised difference of a continuous outcome (VanderWeele and Ding 2017; Chinn 2000)."""
LARGEST = 1e6
"""An E-value beyond this is reported as this."""


def e_value(risk_ratio: float) -> float:
    """Smallest risk ratio of a hidden common cause, with treatment and with outcome, that explains a risk ratio away.

    Example:
        >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2)
        (7.26, 7.26)
    """
    ratio = max(risk_ratio, 1 / risk_ratio) if risk_ratio > 0 else math.inf
    return min(ratio + math.sqrt(ratio * (ratio - 1)), LARGEST) if math.isfinite(ratio) else LARGEST


def e_value_of_interval(low: float, high: float) -> float:
    """E-value of the end of a risk-ratio interval nearest 1; 1 when the interval contains 1.

    Example:
        >>> e_value_of_interval(1.8, 8.7), e_value_of_interval(0.8, 1.2)
        (3.0, 1.0)
    """
    if low <= 1 <= high:
        return 1.0
    return e_value(low if low > 1 else high)


def ratio_of_difference(difference: float, outcome_sd: float) -> float:
    """Approximate risk ratio of a difference in means of a continuous outcome."""
    return math.exp(min(max(STANDARDISED_TO_LOG_RR * difference / outcome_sd, -50.0), 50.0))


def ratio_of_risks(
    difference: float, control: float | None, treated: float | None, middle: float, share: float
) -> float:
    """Risk ratio that a risk difference stands for.

    Args:
        difference: Risk under treatment minus risk under control.
        control: The risk under control in the population asked about, when it is observed (ATC).
        treated: The risk under treatment there, when it is observed (ATT).
        middle: Overall risk, from which both are taken otherwise.
        share: Share treated.

    Returns:
        The ratio; risks are kept within (0, 1).
    """
    if control is None and treated is None:
        control = middle - share * difference
        treated = control + difference
    elif control is None:
        assert treated is not None
        control = treated - difference
    else:
        treated = control + difference
    floor = 1e-6
    low, high = min(max(control, floor), 1.0), min(max(treated, floor), 1.0)
    return high / low
