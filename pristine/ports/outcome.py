"""What an attempt came to, decided once. Retry, breaker, limiter, semaphore and telemetry read this alone."""

from enum import StrEnum
from typing import Protocol

from pristine.ports.errors import PristineError
from pristine.ports.headers import Headers
from pristine.ports.values import frozen


class Kind(StrEnum):
    """The classes of outcome; every attempt has exactly one."""

    SUCCESS = "success"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UPSTREAM_FAILURE = "upstream_failure"
    CLIENT_ERROR = "client_error"
    TRANSPORT_ERROR = "transport_error"


class Fate(StrEnum):
    """What became of a request: whether the server can have acted on it."""

    PROCESSED = "processed"
    """It was answered, and acted on, or judged."""
    NOT_SENT = "not_sent"
    """Nothing of it left."""
    REFUSED = "refused"
    """The server says that it did not act on it."""
    UNKNOWN = "unknown"


@frozen(slots=False)
class Outcome:
    """What an attempt came to.

    `may_resend` is False where sending again could do the work twice: an unsafe request without an idempotency key
    whose fate is unknown. The pipeline does not send again in that case, whatever the policy says.
    `retry_after` is the server's wish in seconds, finite and 0 or more, where it had one; `should_retry` is its word on
    whether to send again at all, where it gave one. `codes` are what its body calls the error, the API's own code
    first. `delay` is how long was waited after it, in seconds: a policy finds it in its history.
    """

    kind: Kind
    error: PristineError | None = None
    status: int | None = None
    retry_after: float | None = None
    may_resend: bool = True
    fate: Fate = Fate.UNKNOWN
    should_retry: bool | None = None
    codes: tuple[str, ...] = ()
    delay: float | None = None


@frozen
class Result:
    """An attempt to be judged: the endpoint's id, the head of the answer, where one came, and the outcome so far.

    `usual` is the outcome by the tables of HTTP and what the manifest says.
    """

    endpoint: str
    headers: Headers
    usual: Outcome


class ResultClassifier(Protocol):
    """Judges; it is asked once for each attempt.

    1. `classify` gives the outcome of an attempt: `result.usual`, or a copy of it with another `kind`, `retry_after` or
       `should_retry`. A success stays one, and so does an error: there is no error to raise for the one, and no value
       to give for the other. What it says of `fate`, `may_resend` and `error` is not heeded.
    2. It depends on its argument alone; it does not wait, log or raise, and it changes nothing of the result.
    """

    def classify(self, result: Result) -> Outcome: ...
