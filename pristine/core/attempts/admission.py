"""Admission: whether an attempt may go out, composed here and nowhere else: semaphores, rate limiter, breaker.

What is taken on the way in is given back on every way out: success, error, cancellation, a stream that is dropped.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pristine.core.attempts.shortcuts import asked, settled_of, take_of
from pristine.ports.admission import AsyncPermit, AsyncRateLimiter, AsyncSemaphore, CircuitBreaker, Demand, Open, Report
from pristine.ports.blocking import LiftedRateLimiter
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import AdmissionRefused, CircuitOpen
from pristine.ports.outcome import Fate, Kind, Outcome

_NOT_SENT: Final = Fate.NOT_SENT  # to find a member of an enumeration takes long, for what each attempt asks
_NAP: Final = 5.0
"""Seconds after which one who waits asks again: the wait may have become shorter, as others gave back what they had."""


class Admission:
    """The limits of one face of a Context.

    `is_prompt`: all of them answer at once; who has to wait does so on the clock alone.
    """

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
        self.lifted = limiter.port if isinstance(limiter, LiftedRateLimiter) else None
        self.take = None if self.lifted is None else take_of(self.lifted)
        self.breaker = breaker
        self.settled = None if breaker is None else settled_of(breaker)
        self.is_prompt = not semaphores and (limiter is None or self.lifted is not None)


class Entry:
    """What one attempt takes. `waited` is how long that was, in seconds, and `limit` what it waited for last.

    `watched`: somebody wants to hear what becomes of a breaker that has to be asked for it. It begins empty, without a
    function for that: most attempts go in by one call and out by another.
    """

    watched = False
    waited = 0.0
    limit = ""
    sent = False
    _wait = 0.0
    _permits: list[AsyncPermit] | None = None
    _reservation: Any = None
    _token: Any = None

    def at_once(self, admission: Admission, demand: Demand, circuit: Demand, now: float) -> bool:
        """Take all where nothing has to be waited for; False: `wait` has to follow. Raises CircuitOpen."""
        self._admission = admission
        self._circuit = circuit
        if not admission.is_prompt:
            return False
        if admission.take is not None:
            self._reservation, wait = admission.take(demand, now)
            if wait > 0:
                self._wait = wait
                return False
        if admission.breaker is not None:
            token = admission.breaker.admit(circuit, now)
            if isinstance(token, Open):
                raise _open(token)
            self._token = token
        return True

    async def wait(self, demand: Demand, began: float, within: float | None) -> None:
        """Wait, at most `within` seconds, until an attempt may be made; raises AdmissionRefused where it may not."""
        admission = self._admission
        self._demand = demand
        self._began = began
        self._within = within
        for semaphore in admission.semaphores:
            await self._acquire(semaphore)
        if admission.limiter is not None:
            await self._reserve(admission.limiter)
        if admission.breaker is not None:
            token = admission.breaker.admit(self._circuit, admission.clock.now())
            if isinstance(token, Open):
                raise _open(token)
            self._token = token
        self.waited = self._elapsed()

    def _elapsed(self) -> float:
        return self._admission.clock.now() - self._began

    def _left(self) -> float | None:
        return None if self._within is None else max(0.0, self._within - self._elapsed())

    async def _acquire(self, semaphore: AsyncSemaphore) -> None:
        """Wait for a permit; raises AdmissionRefused where there is none in time."""
        self.limit = "concurrency"
        permit = await semaphore.aacquire(self._demand, self._left())
        if permit is None:
            told = f"no other call may be under way, and none ended in the {self._elapsed():.3g} s that it may wait"
            raise AdmissionRefused(told, limit="concurrency")
        if self._permits is None:
            self._permits = []
        self._permits.append(permit)

    async def _reserve(self, limiter: AsyncRateLimiter) -> None:
        """Wait until the rate limit lets it out; raises AdmissionRefused where that would be too late."""
        clock, take = self._admission.clock, self._admission.take
        if self._reservation is not None:  # it was taken already, and told to wait
            wait = self._wait
        elif take is not None:
            self._reservation, wait = take(self._demand, clock.now())
        else:
            self._reservation = await limiter.areserve(self._demand, clock.now())
            wait = await limiter.adelay(self._reservation, clock.now())
        while wait > 0:
            self.limit = "rate_limit"
            left = self._left()
            if left is not None and wait > left:
                told = f"the rate limit lets it out in {wait:.3g} s, and it may wait {left:.3g} s"
                raise AdmissionRefused(told, limit="rate_limit", retry_after=wait)
            await clock.asleep(min(wait, _NAP))
            wait = await limiter.adelay(self._reservation, clock.now())

    async def leave(self, report: Report | None) -> Mapping[str, str] | None:
        """Settle it, and give its permits back, the last first."""
        try:
            return await self.settle(report)
        finally:
            while self._permits:
                await self._permits.pop().arelease(report)

    async def settle(self, report: Report | None) -> Mapping[str, str] | None:
        """Tell the limiter and the breaker what came of it; None: it was cancelled. Again changes nothing.

        Returns what became of the breaker's state, where it is watched and has changed.
        """
        limiter = self._admission.limiter
        if limiter is None or self._admission.lifted is not None:
            return self.settle_at_once(report)
        reservation, self._reservation = self._reservation, None
        if reservation is not None:
            if not self.sent if report is None else report.outcome.fate is _NOT_SENT:
                await limiter.acancel(reservation, self._admission.clock.now())
            else:
                await limiter.asettle(reservation, report or self._cancelled())
        return self.judge(report)

    def settle_at_once(self, report: Report | None) -> Mapping[str, str] | None:
        """The same, where the limiter answers at once."""
        limiter, reservation = self._admission.lifted, self._reservation
        if limiter is not None and reservation is not None:
            self._reservation = None
            if not self.sent if report is None else report.outcome.fate is _NOT_SENT:
                limiter.cancel(reservation, self._admission.clock.now())
            else:
                limiter.settle(reservation, report or self._cancelled())
        return None if self._token is None else self.judge(report)

    def judge(self, report: Report | None) -> Mapping[str, str] | None:
        """Tell the breaker alone; what the rest is told may come later."""
        admission, token = self._admission, self._token
        if token is None or admission.breaker is None:
            return None
        self._token = None
        error = None if report is None else report.outcome.error
        if error is not None and getattr(error, "phase", "") == "pool":
            report = None  # that this side had no connection free says nothing of the server
        if admission.settled is not None:
            change = admission.settled(token, report)
        elif self.watched:
            change = asked(admission.breaker, token, report, self._circuit.scope, admission.clock.now())
        else:
            admission.breaker.settle(token, report)
            return None
        if change is None:
            return None
        return {"group": self._circuit.scope.group, "before": change[0], "after": change[1]}

    def _cancelled(self) -> Report:
        """A request that was cancelled on its way has cost what it was to cost."""
        clock = self._admission.clock
        return Report(outcome=Outcome(Kind.TRANSPORT_ERROR), now=clock.now(), time=clock.time())


def _open(circuit: Open) -> CircuitOpen:
    told = f"the circuit is open: ask again in {circuit.retry_after:.3g} s"
    return CircuitOpen(told, retry_after=circuit.retry_after)
