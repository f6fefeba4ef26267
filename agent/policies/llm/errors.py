"""What can go wrong between us and a model, sorted by who can act on it.

    UsageError
      KeyRejected       the key is wrong, expired, or may not do this
      ModelUnknown      the endpoint does not serve that model
      QuotaSpent        the account has nothing left
      PathUnknown       the address answers, but there is no model API
      RequestRejected   the endpoint does not take such requests
    ToolError
      Refused           the model declined to answer
      Filtered          a content filter stopped the request or the reply
      ContextTooLong    the conversation does not fit; also a `TooLarge`
    LimitReached
      EndpointDown      retries are spent; the run ends, saved
      NoUsableReply     the model was told what is wrong and did not mend it; the run ends, saved

None of them is retried by the client. A fault that is retried, `Fault`, never leaves this package.
"""

from __future__ import annotations

from ....tools.domain.errors import LimitReached, TooLarge, ToolError, UsageError


class KeyRejected(UsageError):
    """The endpoint does not accept the key."""


class ModelUnknown(UsageError):
    """The endpoint does not serve the model that was asked for."""


class QuotaSpent(UsageError):
    """The account behind the key has no credit left; waiting does not help."""


class PathUnknown(UsageError):
    """Something answers at the address, but it does not know the path: often the base URL lacks its `/v1`."""


class RequestRejected(UsageError):
    """The endpoint understood the request and does not take it; sending it again does not help.

    Args:
        message: For the person.
        reason: What the endpoint said, without secrets, with the name of the parameter where it gave one.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Refused(ToolError):
    """The model declined; its words are in the message."""


class Filtered(ToolError):
    """A content filter stopped the request or the reply."""


class ContextTooLong(TooLarge):
    """The messages and the reply do not fit into the model's context."""


class EndpointDown(LimitReached):
    """The endpoint kept failing until the retries of the call or of the run were spent."""


class NoUsableReply(LimitReached):
    """The model did not give a reply of the shape that was asked for, though it was told what is wrong.

    Args:
        message: For the person.
        problems: What was wrong with the last reply.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class Fault(Exception):
    """One attempt failed in a way that may pass: a reset, a time-out, a 5xx, a reply cut short or garbled.

    Args:
        what: What happened, in words, without secrets.
        retry_after_s: How long the endpoint asked us to wait, in seconds, if it did.
    """

    def __init__(self, what: str, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after_s = retry_after_s
