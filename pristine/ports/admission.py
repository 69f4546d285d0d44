"""Ports: whether and when a request may go out. Each knows its own limit; core/attempts/admission.py composes them.

What decides does not wait: a RateLimiter and a CircuitBreaker say when, and the pipeline's clock waits. What waits, a
Semaphore, is woken.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from pristine.ports.headers import Headers
from pristine.ports.outcome import Outcome
from pristine.ports.values import frozen

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

REQUESTS: Final = "requests"
BYTES: Final = "bytes"
"""Units that every demand has: it is one request, and its body has so many bytes."""


@attrs.frozen(cache_hash=True)
class Scope:
    """What shares a limit: calls of one tenant to one base URL, of one group of endpoints, with one key.

    `key` is a value that the manifest names, such as the model; "" where it names none.
    """

    tenant: str = ""
    base_url: str = ""
    group: str = ""
    key: str = ""


@frozen(kw_only=True)
class Quota:
    """So much of a unit in each window of `per` seconds, of which `burst` may be spent at once (None: all of it)."""

    limit: float
    per: float = 60.0
    burst: float | None = None


@frozen(kw_only=True, slots=False)
class Demand:
    """What one attempt asks for: so much of each unit, as far as is known or guessed before it is sent.

    `quotas` are the limits that the manifest knows, by unit; `concurrency` is how many requests of the scope it lets be
    under way (None: it does not say), and `breaker` are the settings that it gives its circuit breaker. Of those who
    wait, a higher `priority` goes first.
    """

    scope: Scope
    costs: Mapping[str, float] = _NOTHING
    quotas: Mapping[str, Quota] = _NOTHING
    concurrency: int | None = None
    breaker: Mapping[str, float] = _NOTHING
    priority: int = 0


@frozen(kw_only=True, slots=False)
class Report:
    """What came of an admitted attempt.

    `costs` are what it really cost, for the units of which the answer tells it; `duration` is its round trip in
    seconds. `now` is the moment on the pipeline's clock, `time` the same in Unix time, which servers' dates are
    compared with. `headers` are those of the answer.
    """

    outcome: Outcome
    now: float
    time: float
    duration: float = 0.0
    headers: Headers = attrs.field(factory=Headers)
    costs: Mapping[str, float] = _NOTHING


Why: TypeAlias = Literal["rate_limit", "concurrency", "circuit"]
"""What an attempt that is not admitted ran into."""


# -- rate limits -------------------------------------------------------------------------------------------------------


class Reservation(Protocol):
    """A place in the line of a rate limiter; what else it has is the limiter's own."""

    @property
    def demand(self) -> Demand: ...


@runtime_checkable
class RateLimiter(Protocol):
    """Spreads requests and their costs over time. `now` is in seconds on the pipeline's clock.

    1. `reserve` takes a place for all costs of a demand, behind the earlier ones of its scope; it does not wait.
    2. `delay` says for how many seconds the reservation must still wait: 0, it is let go. It may grow when the server
       asks everybody to wait; then the order stays. It may shrink when others give back: who waits for long does well
       to ask in between. Asked again after the seconds that it said, it says 0 or a later moment, and never a moment
       later for ever. One who does not ask holds up those behind it for a while, and not for ever.
    3. What is let go never exceeds a quota: over any window of `per` seconds, at most `limit` and the burst. A single
       demand that is greater than the burst passes all the same, and those behind it wait for what it has borrowed.
    4. `cancel` gives a place back that was not used; those behind it move up.
    5. `settle` ends a reservation that was used: the costs become what they really were, and what the server said of
       its limits holds for those who come. A reservation ends once; ending it again changes nothing.
    6. Scopes do not feel each other. All methods return at once, from any thread.
    """

    def reserve(self, demand: Demand, now: float) -> Reservation: ...
    def delay(self, reservation: Any, now: float) -> float: ...
    def cancel(self, reservation: Any, now: float) -> None: ...
    def settle(self, reservation: Any, report: Report) -> None: ...


class TakingRateLimiter(RateLimiter, Protocol):
    """A limiter that is asked once for each attempt, where mostly nobody waits: the pipeline does so where it can.

    Whoever inherits from it, and overrides `reserve` or `delay` without `take`, is asked by those.

    7. `take` is `reserve` and the first `delay` in one step: the reservation, and for how many seconds it must wait; 0,
       it is let go.
    """

    def take(self, demand: Demand, now: float) -> tuple[Reservation, float]: ...


@runtime_checkable
class AsyncRateLimiter(Protocol):
    """The async face, for limits that are kept elsewhere; one that does no I/O needs only RateLimiter."""

    async def areserve(self, demand: Demand, now: float) -> Reservation: ...
    async def adelay(self, reservation: Any, now: float) -> float: ...
    async def acancel(self, reservation: Any, now: float) -> None: ...
    async def asettle(self, reservation: Any, report: Report) -> None: ...


# -- concurrency -------------------------------------------------------------------------------------------------------


class Permit(Protocol):
    """The right to have a request under way.

    `release` gives it back, from any thread, once; again changes nothing. `report` is what came of the request; None:
    it was cancelled, and says nothing of the server. A permit that is dropped without comes back by itself.
    """

    def release(self, report: Report | None = None) -> None: ...


class AsyncPermit(Permit, Protocol):
    """A permit of the async face: `arelease` keeps the promises of `release`, and may do I/O."""

    async def arelease(self, report: Report | None = None) -> None: ...


@runtime_checkable
class Semaphore(Protocol):
    """Bounds what is under way at once.

    1. `acquire` returns a permit, at the latest after `within` seconds (None: whenever there is one; 0: it does not
       wait), or None where there was none in that time.
    2. Those who wait are served by priority, the higher first, and among equals in the order in which they came;
       whoever comes later does not overtake them.
    3. No more is under way than the limit, and whatever is given back is given to the next at once.
    4. A wait that ends by an error or a cancellation takes nothing along.
    5. Scopes do not feel each other.
    """

    def acquire(self, demand: Demand, within: float | None) -> Permit | None: ...


@runtime_checkable
class AsyncSemaphore(Protocol):
    """The async face: `aacquire` keeps the promises of `acquire` and does not block the event loop.

    6. One object serves both faces, many threads and several loops at once, with one limit for all of them.
    """

    async def aacquire(self, demand: Demand, within: float | None) -> AsyncPermit | None: ...


# -- circuit breakers --------------------------------------------------------------------------------------------------


@frozen
class Open:
    """The answer of a breaker that lets nothing through: ask again in so many seconds."""

    retry_after: float


State: TypeAlias = Literal["closed", "open", "half_open"]


class CircuitBreaker(Protocol):
    """Stops sending to what fails. `now` is in seconds on the pipeline's clock.

    1. `admit` gives a token where an attempt may be made, else Open; it does not wait.
    2. Of what `settle` reports, upstream failures, overload and transport errors count against the server; a success
       counts for it; a rate limit, a client error and a None (it was cancelled) count for nothing.
    3. Open for its time, it then lets a few probes through: their success closes it, their failure opens it again, and
       a probe that is cancelled makes room for another.
    4. Tokens from before it opened or closed count for nothing afterwards. A token is settled once; again changes
       nothing.
    5. Scopes do not feel each other; those that differ in their key alone may be one. All methods return at once, from
       any thread, and do not raise.
    6. `state` of a scope is "closed", "open" or "half_open".
    """

    def admit(self, demand: Demand, now: float) -> Any: ...
    def settle(self, token: Any, report: Report | None) -> None: ...
    def state(self, scope: Scope, now: float) -> State: ...


class TellingBreaker(CircuitBreaker, Protocol):
    """A breaker that says what a report has changed: the pipeline need not ask for the state before and after it.

    Whoever inherits from it, and overrides `settle` or `state` without `settled`, is asked by those.

    7. `settled` does what `settle` does, and gives the state of the token's scope before and after where they differ,
       else None. A change that time alone has made, from open to half open, is none of the report's.
    """

    def settled(self, token: Any, report: Report | None) -> tuple[State, State] | None: ...
