"""How often, and after what pause, a failed attempt is made again; one budget for the whole run."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

from .config import LlmConfig
from .errors import EndpointDown, Fault

T = TypeVar("T")
FIRST_PAUSE_S = 0.5
JITTER = 0.1
"""A pause that the endpoint asked for is lengthened by up to this share, so that callers do not come back at once."""


class RetryBudget:
    """Retries that all calls of a run share; used up once, it stays used up until another run begins.

    Args:
        retries: How many there are.
    """

    def __init__(self, retries: int) -> None:
        self.allowed = retries
        self.used = 0
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Begin another run."""
        with self._lock:
            self.used = 0

    def take(self) -> bool:
        """Use one retry up; False when none is left."""
        with self._lock:
            if self.used >= self.allowed:
                return False
            self.used += 1
            return True


class Retrier:
    """Make attempts until one succeeds or the retries are spent.

    Args:
        config: The bounds.
        budget: The retries of the run.
        sleep: Waits that many seconds.
        rng: For the jitter.
    """

    def __init__(
        self,
        config: LlmConfig,
        budget: RetryBudget,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self.config = config
        self.budget = budget
        self._sleep = sleep
        self._rng = rng or random.Random()

    def run(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it returns; only a `Fault` is tried again.

        Raises:
            EndpointDown: the retries of the call or of the run are spent, or the endpoint asks for too long a pause.
        """
        from tenacity import RetryCallState, Retrying, retry_if_exception_type

        end = ""

        def pause(state: RetryCallState) -> float:
            return self.pause_s(state.attempt_number, _fault(state))

        def stop(state: RetryCallState) -> bool:
            nonlocal end
            asked = _fault(state).retry_after_s
            if asked is not None and asked > self.config.longest_wait_s:
                end = f"it asks for a pause of {asked:.0f} s, over the longest of {self.config.longest_wait_s:.0f} s"
            elif state.attempt_number > self.config.retries_per_call:
                end = f"the {self.config.retries_per_call} retries of this call are spent"
            elif not self.budget.take():
                end = f"the {self.budget.allowed} retries of this run are spent"
            return bool(end)

        retrying = Retrying(
            retry=retry_if_exception_type(Fault), wait=pause, stop=stop, sleep=self._sleep, reraise=True
        )
        what = ""
        try:
            return retrying(attempt)
        except Fault as fault:
            what = fault.what
        raise EndpointDown(
            f"The model endpoint {self.config.base_url!r} does not answer: {what}; {end}. "
            "What is known is saved; try again later, or check the endpoint."
        )

    def pause_s(self, n_attempts: int, fault: Fault) -> float:
        """Seconds to wait after this many attempts: what was asked for, or twice as long each time, with jitter."""
        if fault.retry_after_s is not None:
            return fault.retry_after_s * (1 + JITTER * self._rng.random())
        longest = min(self.config.longest_wait_s, FIRST_PAUSE_S * 2 ** min(n_attempts - 1, 20))
        return longest * (0.5 + 0.5 * self._rng.random())


def _fault(state: object) -> Fault:
    error = getattr(state, "outcome").exception()  # noqa: B009 - tenacity's own type admits None
    return error if isinstance(error, Fault) else Fault("unknown")


def retry_after_s(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """The pause that an endpoint asks for: milliseconds, seconds or a date; None when absent or unreadable.

    Reference: RFC 9110, section 10.2.3; `retry-after-ms` is common among model endpoints.
    """
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(header, "")) * unit
        except ValueError:
            continue
        return seconds if math.isfinite(seconds) and seconds >= 0 else None
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, date.timestamp() - (time.time() if now is None else now))
