"""How often, how fast and how long endpoints may be called."""

from collections.abc import Mapping
from enum import StrEnum

from pristine.manifest.model.answers import Where
from pristine.manifest.model.basics import NOTHING
from pristine.ports.admission import Quota
from pristine.ports.values import frozen


class Safety(StrEnum):
    """Whether a request may be sent again (RFC 9110 section 9.2): SAFE changes nothing, IDEMPOTENT nothing more."""

    SAFE = "safe"
    IDEMPOTENT = "idempotent"
    UNSAFE = "unsafe"


class DeadlineFormat(StrEnum):
    """How a server is told how long it has: whole numbers, rounded up, or as gRPC writes a timeout."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    GRPC = "grpc"


@frozen(kw_only=True)
class DeadlineHeader:
    """A header that tells the server what is left of the call, or (`limit` "read") how long it may be silent."""

    header: str
    format: DeadlineFormat = DeadlineFormat.SECONDS
    limit: str = "total"


@frozen(kw_only=True)
class Cost:
    """What a call costs of a unit: `base`, `per_byte` of its body, and what `fields` of its payload say.

    `quota` is how much there is of it, `actual` where the answer says what it really was.
    """

    quota: Quota
    base: float = 0.0
    per_byte: float = 0.0
    fields: tuple[tuple[str | int, ...], ...] = ()
    actual: Where | None = None


@frozen(kw_only=True)
class LimitGroup:
    """Endpoints that share limits, apart for each value that payloads have at `key`."""

    name: str = ""
    key: tuple[str | int, ...] = ()
    concurrency: int | None = None
    units: Mapping[str, Cost] = NOTHING


@frozen(kw_only=True)
class BreakerGroup:
    """Endpoints that share a circuit breaker, and what is set of it."""

    name: str
    settings: Mapping[str, float] = NOTHING


@frozen(kw_only=True)
class Idempotency:
    """The server recognises a repeated request by a key in this header."""

    header: str = "Idempotency-Key"
