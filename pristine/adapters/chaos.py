"""Transport: another one, with faults put in its way. What befalls a request is said by the seed and its number.

Neither time nor the order of threads has a say. A fault is the port's error, with the data that a real one has, and
what was open when it struck is closed.
"""

import errno
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random
from typing import Any, Final, NoReturn

from pristine.adapters.around import Around, OpenStream, Side, Whole
from pristine.adapters.per_loop import PerProcess
from pristine.adapters.waiting import Patience
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError, ConnectFailed, ConnectionLost
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.transport import AsyncByteStream
from pristine.ports.values import frozen

KEPT: Final = 100_000
"""How many injections `report` has; the oldest go first."""


class Injection(StrEnum):
    """What can be put in a request's way. Of the first five, which end it, at most one befalls a request."""

    DROP = "drop"
    """No connection: ConnectFailed, nothing is sent."""
    SERVER_ERROR = "server_error"
    """An answer of chaos's own; nothing is sent."""
    RESET = "reset"
    """The request is sent, and its connection lost before the answer: ConnectionLost."""
    TRUNCATE = "truncate"
    """The connection is lost in the middle of the body: ConnectionLost."""
    STALL = "stall"
    """The body stops coming, until a limit passes: TimeoutExceeded."""
    LATENCY = "latency"
    """The head comes late."""
    SLOW_CHUNKS = "slow_chunks"
    """Each chunk comes late."""


_FATAL: Final = tuple(Injection)[:5]
_IN_BODY: Final = frozenset({Injection.TRUNCATE, Injection.STALL})


@frozen
class Injected:
    """What was done to the request of a number, counted from 1. `request` is its method and URL, as reprs have it."""

    number: int
    injection: Injection
    request: str


@frozen
class Plan:
    """What is to befall the request of a number: after how many bytes of the body, and how many seconds of latency."""

    number: int
    fault: Injection | None
    after: int
    latency: float
    is_slow: bool
    chance: Random


Distribution = Callable[[Random], float]


class ChaosTransport(Around):
    """Around any transport: `inner`, which is closed with it, with faults that `seed` chooses.

    `drop`, `server_errors`, `reset`, `truncate`, `stall` and `slow_chunks` are probabilities, 0 to 1, for each request;
    of several faults that would end it, the first in this order does. `burst` (to begin, to end) makes server errors
    come in rows. They have `status` and, in seconds, `retry_after`. A body that is cut or stalls gives first so many
    bytes as `after` (least, most) says, and never all. `latency`, before the head, and `chunk_latency` are seconds:
    a number, (least, most), or a function of a Random. Waits are made on `clock` and keep the limits of the request.
    `report` tells what was done. It may be used from several threads and tasks at once, and after fork.
    """

    def __init__(
        self,
        inner: Any,
        *,
        seed: int | str = 0,
        latency: float | Sequence[float] | Distribution = 0.0,
        drop: float = 0.0,
        server_errors: float = 0.0,
        burst: Sequence[float] | None = None,
        status: int = 503,
        retry_after: float | None = None,
        reset: float = 0.0,
        truncate: float = 0.0,
        stall: float = 0.0,
        after: Sequence[int] = (0, 1024),
        slow_chunks: float = 0.0,
        chunk_latency: float | Sequence[float] | Distribution = (0.05, 0.5),
        clock: Clock | AsyncClock | None = None,
    ) -> None:
        super().__init__(inner, clock)
        chances = {"drop": drop, "server_errors": server_errors, "reset": reset, "truncate": truncate, "stall": stall}
        self._chances = [_chance(name, given) for name, given in chances.items()]  # in the order of _FATAL
        self._slow_chunks = _chance("slow_chunks", slow_chunks)
        self._burst = None if burst is None else [_chance("burst", given) for given in _pair("burst", burst)]
        self._latency = _seconds("latency", latency)
        self._chunk_latency = _seconds("chunk_latency", chunk_latency)
        self._after = _range("after", after)
        self._answer = _answer(status, retry_after)
        self._seed = _seed(seed)
        self._count, self._in_burst = 0, False
        self._locks = PerProcess(threading.Lock)
        self._report: deque[Injected] = deque(maxlen=KEPT)

    @property
    def report(self) -> tuple[Injected, ...]:
        """What was done so far, by the number of the request."""
        return tuple(sorted(self._report, key=lambda injected: injected.number))

    async def _open(self, side: Side, request: Request) -> OpenStream:
        run = _Run(
            self._plan(), Patience(request.timeout, side.waits), request, self._report.append, self._chunk_latency
        )
        if run.plan.fault is Injection.DROP:
            run.tell(Injection.DROP)
            _break(ConnectFailed(f"injected: no connection, request {run.plan.number}"), errno.ECONNREFUSED)
        stream = await self._opened(run, side)
        try:
            await run.before_head()
        except BaseException:
            await stream.aclose()
            raise
        return _Shaken(stream, run)

    async def _opened(self, run: "_Run", side: Side) -> AsyncByteStream:
        if run.plan.fault is not Injection.SERVER_ERROR:
            stream: AsyncByteStream = await side.streams.aopen(run.request)
            return stream
        run.tell(Injection.SERVER_ERROR)
        return Whole(self._answer)

    # -- plans ---------------------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        """The plan of the next request. Each draws the same numbers, whatever is set, so that settings are apart."""
        with self._locks.get():
            self._count += 1
            number, chance = self._count, Random(f"{self._seed}/{self._count}")  # noqa: S311 to be foreseen is its use
            draws = [chance.random() for _ in _FATAL]
            turn, slow = chance.random(), chance.random()
            befalls = [draw < limit for draw, limit in zip(draws, self._chances, strict=True)]
            if self._burst is not None:
                self._in_burst = turn >= self._burst[1] if self._in_burst else turn < self._burst[0]
                befalls[1] = befalls[1] or self._in_burst
        fault = next((fault for fault, does in zip(_FATAL, befalls, strict=True) if does), None)
        after, latency = chance.randint(*self._after), max(0.0, self._latency(chance))
        return Plan(number, fault, after, latency, slow < self._slow_chunks, chance)


class _Run:
    """A plan being carried out."""

    def __init__(
        self, plan: Plan, patience: Patience, request: Request, told: Callable[[Injected], None], pause: Distribution
    ) -> None:
        self.plan = plan
        self.patience = patience
        self.request = request
        self._told = told
        self._pause = pause

    def tell(self, injection: Injection) -> None:
        """Put it in the report."""
        self._told(Injected(self.plan.number, injection, f"{self.request.method} {self.request.shown_url}"))

    async def before_head(self) -> None:
        """What befalls the request before its head is there."""
        if self.plan.latency:
            self.tell(Injection.LATENCY)
            await self.patience.pause(self.plan.latency, "head")
        if self.plan.fault is Injection.RESET:
            self.tell(Injection.RESET)
            self.lose("before the answer")

    def lose(self, when: str) -> NoReturn:
        """Lose the connection."""
        _break(
            ConnectionLost(f"injected: the connection was lost {when}, request {self.plan.number}"), errno.ECONNRESET
        )

    async def before_chunk(self, within: float | None, *, first: bool) -> float | None:
        """Wait for a slow chunk; what is left of `within`."""
        if not self.plan.is_slow:
            return within
        if first:
            self.tell(Injection.SLOW_CHUNKS)
        began, pause = self.patience.elapsed(), max(0.0, self._pause(self.plan.chance))
        await self.patience.pause(pause, "body", within)
        return None if within is None else max(within - (self.patience.elapsed() - began), 0.001)

    async def strike(self, fault: Injection, within: float | None) -> NoReturn:
        """The fault of a body."""
        self.tell(fault)
        if fault is Injection.STALL:
            await self.patience.pause(math.inf, "body", within)
        self.lose("in the middle of the body")


class _Shaken(OpenStream):
    """An open body, as the plan of its request has it."""

    def __init__(self, inner: AsyncByteStream, run: _Run) -> None:
        self.head = inner.head
        self._inner = inner
        self._run = run
        self._reads = 0
        self._left = _less_than_all(run.plan.after, inner.head)
        has_body = self._left >= 0 and inner.head.may_have_body(run.request.method)
        self._fault = run.plan.fault if run.plan.fault in _IN_BODY and has_body else None

    async def anext(self, within: float | None = None) -> bytes:
        self._reads += 1
        try:
            within = await self._run.before_chunk(within, first=self._reads == 1)
            if self._fault is not None and self._left == 0:
                fault, self._fault = self._fault, None
                await self._run.strike(fault, within)
        except Exception:
            await self._inner.aclose()
            raise
        chunk = await self._inner.anext(within)
        return chunk if self._fault is None else await self._cut(chunk, within)

    async def _cut(self, chunk: bytes, within: float | None) -> bytes:
        """As much of a chunk as is to come; where there was none, the fault instead of the end."""
        chunk = chunk[: self._left]
        self._left = self._left - len(chunk) if chunk else 0
        return chunk or await self.anext(within)

    def cancel(self) -> None:
        self._run.patience.bell.ring()
        self._inner.cancel()

    async def aclose(self) -> None:
        self._run.patience.bell.ring()
        await self._inner.aclose()


def _less_than_all(after: int, head: StreamHead) -> int:
    """So many bytes that the announced length, where there is one, is not reached; -1 where that is 0."""
    length = head.headers.get("content-length", "")
    return min(after, int(length) - 1) if length.isdecimal() and len(length) < 20 else after


def _break(error: ConnectFailed | ConnectionLost, number: int) -> NoReturn:
    raise error from OSError(number, os.strerror(number))


# -- options -----------------------------------------------------------------------------------------------------------


def _wrong(name: str, given: Any, right: str) -> ConfigurationError:
    return ConfigurationError(f"{name}={given!r}: give {right}", setting=name)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def _seed(given: Any) -> int | str:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise _wrong("seed", given, "a whole number or a string")
    return given


def _chance(name: str, given: Any) -> float:
    if not _is_number(given) or given > 1:
        raise _wrong(name, given, "a probability, 0 to 1")
    return float(given)


def _pair(name: str, given: Any) -> tuple[Any, Any]:
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != 2:
        raise _wrong(name, given, "two numbers")
    return given[0], given[1]


def _range(name: str, given: Any) -> tuple[int, int]:
    least, most = _pair(name, given)
    if not all(isinstance(end, int) and _is_number(end) for end in (least, most)) or least > most:
        raise _wrong(name, given, "the least and the most, in whole numbers from 0")
    return least, most


def _seconds(name: str, given: Any) -> Distribution:
    if callable(given):
        return given  # type: ignore[no-any-return]  # whatever it returns is taken at its word
    least, most = _pair(name, given) if isinstance(given, Sequence) else (given, given)
    if not _is_number(least) or not _is_number(most) or least > most:
        raise _wrong(name, given, "seconds, (least, most) or a function of a Random")
    return lambda chance: chance.uniform(least, most)


def _answer(status: Any, retry_after: Any) -> Response:
    if not isinstance(status, int) or not 500 <= status < 600:
        raise _wrong("status", status, "a number from 500 to 599")
    if retry_after is not None and not _is_number(retry_after):
        raise _wrong("retry_after", retry_after, "seconds, or None")
    body = b'{"error": {"message": "injected"}}'
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    if retry_after is not None:
        fields["retry-after"] = f"{retry_after:g}"
    return Response(status, fields, body)
