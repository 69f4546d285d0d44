"""A call that cannot be sent as it stands, or may not be sent now."""

from pristine.ports.errors.base import PristineError, RetrySafe


class RequestError(PristineError):
    """The call cannot be sent as it stands. `where` names the part that is wrong."""

    where: str = ""


class UnknownEndpoint(RequestError):
    """The manifest has no endpoint of that id."""


class InvalidParameter(RequestError):
    """A path or query parameter is missing, unknown, or cannot be sent."""


class InvalidHeader(RequestError):
    """A header cannot be sent: a bad name, a line break, a control character (RFC 9110 section 5)."""


class InvalidPayload(RequestError):
    """The payload breaks its schema or cannot be serialised; `where` is its path, such as `items[3].name`."""


class BodyUsed(RequestError):
    """The body can be sent only once, and its sending had begun: the message says what to give instead."""


class BodyChanged(RequestError):
    """The body's source shrank, grew, failed or gave what is not bytes, while it was sent; it was not sent whole."""


class AdmissionRefused(PristineError):
    """The call is not let out now: a limit of this side's would make it wait longer than it may; nothing was sent.

    `limit` is what it ran into: "rate_limit", "concurrency" or "circuit". `retry_after` says when to come back, in
    seconds, where that is known.
    """

    retry_safe = RetrySafe.YES
    limit: str = ""


class CircuitOpen(AdmissionRefused):
    """The circuit breaker lets nothing through: what it guards has failed too often."""

    limit = "circuit"
