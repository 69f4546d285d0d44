"""A server in virtual time, with a quota and a capacity that is not always the same, and callers who press on it.

All chance is drawn from seeds. What the server could have served is known, so that goodput is a share of it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, TypeAlias

import attrs

from pristine.ports.admission import AsyncSemaphore, Demand, Report, Scope
from pristine.ports.clock import AsyncClock
from pristine.ports.messages import Request, Response
from pristine.ports.outcome import Kind, Outcome

_REFUSED_IN: Final = 0.01
"""Seconds until a refusal is there."""


@attrs.frozen(kw_only=True)
class Shape:
    """What a server can do: `quota` requests a second, of which `burst` may come at once, with `service` seconds each.

    `places` are how many it serves at once without getting slower; every `shift` seconds it is another part of them,
    from `worst` to 1. With half as many again under way it refuses. A request over the quota takes `toll` from it all
    the same.
    """

    quota: float = 100.0
    burst: float = 20.0
    service: float = 0.1
    spread: float = 0.25
    places: int = 20
    worst: float = 0.3
    shift: float = 5.0
    retry_after: float | None = 1.0
    toll: float = 0.0


class SimulatedServer:
    """An AsyncTransport. `statuses` counts what was answered, `capacity` what could have been served, until now."""

    def __init__(self, clock: AsyncClock, shape: Shape, seed: int = 0) -> None:
        self.statuses: Counter[int] = Counter()
        self.under_way = 0
        self._clock, self._shape = clock, shape
        self._chance, self._weather = Random(seed), Random(seed + 1)
        self._tokens = shape.burst
        self._since = clock.now()
        self._places = float(shape.places)
        self._until = self._since + shape.shift
        self._capacity = 0.0

    async def asend(self, request: Request) -> Response:
        self._pass_time()
        response = self._refusal()
        if response is not None:
            await self._clock.asleep(_REFUSED_IN)
        else:
            response = await self._serve()
        self.statuses[response.status] += 1
        return response

    async def aclose(self) -> None: ...

    @property
    def capacity(self) -> float:
        """How many requests could have been served by now."""
        self._pass_time()
        return self._capacity

    def _refusal(self) -> Response | None:
        if self.under_way >= 1.5 * self._places:
            return Response(503)
        if self._tokens < 1:
            self._tokens = max(0.0, self._tokens - self._shape.toll)
            wish = self._shape.retry_after
            return Response(429, {} if wish is None else {"retry-after": f"{wish:g}"})
        self._tokens -= 1
        return None

    async def _serve(self) -> Response:
        self.under_way += 1
        try:
            load = max(1.0, self.under_way / self._places)
            chance = self._chance.lognormvariate(-(self._shape.spread**2) / 2, self._shape.spread)  # its mean is 1
            await self._clock.asleep(self._shape.service * load * chance)
            return Response(200)
        finally:
            self.under_way -= 1

    def _pass_time(self) -> None:
        now = self._clock.now()
        while self._until <= now:
            self._pass_until(self._until)
            self._until += self._shape.shift
            self._places = self._shape.places * self._weather.uniform(self._shape.worst, 1)
        self._pass_until(now)

    def _pass_until(self, moment: float) -> None:
        passed, self._since = moment - self._since, moment
        self._tokens = min(self._shape.burst, self._tokens + passed * self._shape.quota)
        self._capacity += passed * min(self._shape.quota, self._places / self._shape.service)


Send: TypeAlias = Callable[[], Awaitable[Outcome]]
"""One attempt, however it is let out."""


@attrs.frozen
class Result:
    """What came of a run, from its warm-up to its end: shares are parts of 1, latencies in seconds of whole calls."""

    goodput: float
    refused: float
    limited: float
    """Answered 429; the rest of the refused were 503."""
    p50: float
    p99: float
    longest: float
    """Of the calls that have not ended, too."""
    calls: int


@attrs.define
class Run:
    """So many callers who call one after the other, `warm_up` seconds that do not count, then `seconds` that do."""

    server: SimulatedServer
    clock: AsyncClock
    callers: int = 200
    warm_up: float = 20.0
    seconds: float = 100.0
    seed: int = 0
    _took: list[float] = attrs.field(factory=list, init=False)
    _began: dict[int, float] = attrs.field(factory=dict, init=False)

    async def result(self, send: Send) -> Result:
        """Let them call by `send`, one attempt of which is an Outcome."""
        callers = [asyncio.create_task(self._calls(send, number)) for number in range(self.callers)]
        await self.clock.asleep(self.warm_up)
        before, possible = Counter(self.server.statuses), self.server.capacity
        self._took.clear()
        await self.clock.asleep(self.seconds)
        possible = self.server.capacity - possible
        for caller in callers:
            caller.cancel()
        await asyncio.wait(callers)
        return self._judged(self.server.statuses - before, possible)

    def _judged(self, statuses: Counter[int], possible: float) -> Result:
        took = sorted(self._took)
        return Result(
            goodput=statuses[200] / possible,
            refused=(statuses[429] + statuses[503]) / statuses.total(),
            limited=statuses[429] / statuses.total(),
            p50=took[len(took) // 2],
            p99=took[len(took) * 99 // 100],
            longest=max(took[-1], self.clock.now() - min(self._began.values())),
            calls=len(took),
        )

    async def _calls(self, send: Send, number: int) -> None:
        chance = Random(f"{self.seed} {number}")
        while True:
            self._began[number], tries = self.clock.now(), 0
            while (outcome := await send()).kind is not Kind.SUCCESS:
                await self.clock.asleep(_backoff(outcome, tries, chance))
                tries += 1
            self._took.append(self.clock.now() - self._began[number])


def _backoff(outcome: Outcome, tries: int, chance: Random) -> float:
    """Exponential, with full jitter, and never sooner than the server asks for."""
    return max(outcome.retry_after or 0.0, min(10.0, 0.1 * 2.0 ** min(tries, 60)) * chance.random())


REQUEST: Final = Request("GET", "http://simulated.test/")
_KINDS: Final = {200: Kind.SUCCESS, 429: Kind.RATE_LIMITED, 503: Kind.OVERLOADED}


def naive(server: SimulatedServer) -> Send:
    """Attempts as they come."""

    async def send() -> Outcome:
        return _outcome(await server.asend(REQUEST))

    return send


def admitted(server: SimulatedServer, clock: AsyncClock, semaphore: AsyncSemaphore) -> Send:
    """Attempts that a semaphore lets out."""
    demand = Demand(scope=Scope(base_url="http://simulated.test"))

    async def send() -> Outcome:
        permit = await semaphore.aacquire(demand, None)
        assert permit is not None
        report = None
        try:
            began = clock.now()
            outcome = _outcome(await server.asend(REQUEST))
            now = clock.now()
            report = Report(outcome=outcome, now=now, time=clock.time(), duration=now - began)
            return outcome
        finally:
            await permit.arelease(report)

    return send


def _outcome(response: Response) -> Outcome:
    wish = response.headers.get("retry-after")
    kind = _KINDS[response.status]
    return Outcome(kind, status=response.status, retry_after=None if wish is None else float(wish))
