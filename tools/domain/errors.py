"""Errors, sorted by who can act on them.

    WhenceError
      UsageError            the person: bad flag, missing file, unreadable question
      ToolError             the policy: becomes an observation, the run goes on
        BadArguments          the call can be corrected
        AssumptionViolated    data or graph break a stated premise
        BackendFailed         a library raised; its error is the cause
        TooLarge              the predicted cost is over the bound
        TimedOut              the call was stopped at its time or memory limit
      LimitReached          the run's budget is spent; the run ends, saved, marked incomplete
      Cancelled             the person stopped the run; what was acknowledged is kept

Anything else is a bug of ours. A message says what was wrong, the value, what is allowed and the next step.
"""

from __future__ import annotations


class WhenceError(Exception):
    """Base of every error that Whence raises on purpose."""


class UsageError(WhenceError):
    """Something the person gave cannot be used; exit status 2, no traceback."""


class ToolError(WhenceError):
    """A tool call failed; the policy sees the message and may correct itself."""


class BadArguments(ToolError):
    """The arguments do not fit the tool or the data they name."""


class AssumptionViolated(ToolError):
    """The data or the graph break a premise that the tool states."""


class BackendFailed(ToolError):
    """The library behind a tool raised; the original error is the cause."""


class TooLarge(ToolError):
    """The predicted cost of a call, or the size of an input, is over the bound."""


class TimedOut(ToolError):
    """The call hit its time or memory limit and its process was killed."""


class LimitReached(WhenceError):
    """A budget of the run is spent; what is known so far is saved."""


class Cancelled(WhenceError):
    """The person stopped the run."""
