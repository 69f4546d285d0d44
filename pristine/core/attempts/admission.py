"""Admission: whether an attempt may go out, composed here and nowhere else: semaphores, rate limiter, breaker.

What is taken on the way in is given back on every way out: success, error, cancellation, a stream that is dropped.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pristine.ports.admission import AsyncPermit, AsyncRateLimiter, AsyncSemaphore, CircuitBreaker, Demand, Open, Report
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import AdmissionRefused, CircuitOpen
from pristine.ports.outcome import Fate, Kind, Outcome

_NAP: Final = 5.0
"""Seconds after which one who waits asks again: the wait may have become shorter, as others gave back what they had."""


class Admission:
    """The limits of one face of a Context."""

    def __init__(
        self,
        clock: AsyncClock,
        semaphores: Sequence[AsyncSemaphore],
        limiter: AsyncRateLimiter | None,
        breaker: CircuitBreaker | None,
    ) -> None:
        self.clock = clock
        self.semaphores = semaphores
        self.limiter = limiter
        self.breaker = breaker

    async def enter(self, demand: Demand, circuit: Demand, within: float | None, *, watched: bool) -> "Entry":
        """Wait, at most `within` seconds, until an attempt may be made; raises AdmissionRefused where it may not."""
        entry = Entry(self, demand, circuit, within, watched=watched)
        try:
            for semaphore in self.semaphores:
                await entry.acquire(semaphore)
            if self.limiter is not None:
                await entry.reserve(self.limiter)
            if self.breaker is not None:
                entry.ask(self.breaker)
        except BaseException:
            await entry.leave(None)
            raise
        entry.waited = self.clock.now() - entry.began
        return entry


class Entry:
    """What one attempt has taken. `waited` is how long that was, in seconds, and `limit` what it waited for last."""

    def __init__(
        self, admission: Admission, demand: Demand, circuit: Demand, within: float | None, *, watched: bool
    ) -> None:
        self.waited = 0.0
        self.limit = ""
        self.sent = False
        self._admission = admission
        self._demand = demand
        self._circuit = circuit
        self._within = within
        self._watched = watched
        self.began = admission.clock.now()
        self._permits: list[AsyncPermit] = []
        self._reservation: Any = None
        self._token: Any = None

    def _elapsed(self) -> float:
        return self._admission.clock.now() - self.began

    def _left(self) -> float | None:
        return None if self._within is None else max(0.0, self._within - self._elapsed())

    async def acquire(self, semaphore: AsyncSemaphore) -> None:
        """Wait for a permit; raises AdmissionRefused where there is none in time."""
        self.limit = "concurrency"
        permit = await semaphore.aacquire(self._demand, self._left())
        if permit is None:
            told = f"no other call may be under way, and none ended in the {self._elapsed():.3g} s that it may wait"
            raise AdmissionRefused(told, limit="concurrency")
        self._permits.append(permit)

    async def reserve(self, limiter: AsyncRateLimiter) -> None:
        """Wait until the rate limit lets it out; raises AdmissionRefused where that would be too late."""
        clock = self._admission.clock
        self._reservation = reservation = await limiter.areserve(self._demand, clock.now())
        while (wait := await limiter.adelay(reservation, clock.now())) > 0:
            self.limit = "rate_limit"
            left = self._left()
            if left is not None and wait > left:
                told = f"the rate limit lets it out in {wait:.3g} s, and it may wait {left:.3g} s"
                raise AdmissionRefused(told, limit="rate_limit", retry_after=wait)
            await clock.asleep(min(wait, _NAP))

    def ask(self, breaker: CircuitBreaker) -> None:
        """Go through the circuit; raises CircuitOpen where it is open."""
        token = breaker.admit(self._circuit, self._admission.clock.now())
        if isinstance(token, Open):
            told = f"the circuit is open: ask again in {token.retry_after:.3g} s"
            raise CircuitOpen(told, retry_after=token.retry_after)
        self._token = token

    async def settle(self, report: Report | None) -> Mapping[str, str] | None:
        """Tell the limiter and the breaker what came of it; None: it was cancelled. Again changes nothing.

        Returns what became of the breaker's state, where it is watched and has changed.
        """
        limiter, reservation, self._reservation = self._admission.limiter, self._reservation, None
        if limiter is not None and reservation is not None:
            if not self.sent if report is None else report.outcome.fate is Fate.NOT_SENT:
                await limiter.acancel(reservation, self._admission.clock.now())
            else:
                await limiter.asettle(reservation, report or self._cancelled())
        return self.judge(report)

    def judge(self, report: Report | None) -> Mapping[str, str] | None:
        """Tell the breaker alone; what the rest is told may come later."""
        breaker, token, self._token = self._admission.breaker, self._token, None
        if breaker is None or token is None:
            return None
        error = None if report is None else report.outcome.error
        if error is not None and getattr(error, "phase", "") == "pool":
            report = None  # that this side had no connection free says nothing of the server
        if not self._watched:
            breaker.settle(token, report)
            return None
        scope, now = self._circuit.scope, self._admission.clock.now()
        before = breaker.state(scope, now)
        breaker.settle(token, report)
        after = breaker.state(scope, now)
        return None if before == after else {"group": scope.group, "before": before, "after": after}

    async def leave(self, report: Report | None) -> Mapping[str, str] | None:
        """Settle it, and give its permits back, the last first."""
        try:
            return await self.settle(report)
        finally:
            while self._permits:
                await self._permits.pop().arelease(report)

    def _cancelled(self) -> Report:
        """A request that was cancelled on its way has cost what it was to cost."""
        clock = self._admission.clock
        return Report(outcome=Outcome(Kind.TRANSPORT_ERROR), now=clock.now(), time=clock.time())
