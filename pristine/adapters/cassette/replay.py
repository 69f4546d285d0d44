"""Transport: answers out of a cassette. Nothing is sent; each recorded exchange answers one request that is like it."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import attrs

from pristine.adapters.around import OpenStream, Side, TwoFaced
from pristine.adapters.cassette.bodies import Heard, read
from pristine.adapters.cassette.describing import described
from pristine.adapters.cassette.exchange import Asked, Exchange, How, unpacked_error
from pristine.adapters.cassette.matching import content, differences, nearest, shape
from pristine.adapters.cassette.redaction import Redactor, secret_values
from pristine.adapters.cassette.tape import read as read_tape
from pristine.adapters.per_loop import PerProcess
from pristine.adapters.waiting import Patience
from pristine.ports.capabilities import PROMISED, Capability
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import CassetteMismatch, ConfigurationError, ConnectionLost, StreamClosed
from pristine.ports.messages import Request, Timeout

MATCHED: Final = ("accept", "content-type", "last-event-id", "range")
"""The header fields that make another request, where nothing else is said."""

_NO_LIMITS: Final = Timeout(connect=None, read=None, write=None, pool=None)


class ReplayTransport(TwoFaced):
    """Answers from the cassette `path`, in both faces.

    A request is answered by the first exchange, in the order of recording, that is not used yet and is like it in
    method, URL, `match_headers` and body; with `repeat` the last one that was used answers again. If there is none,
    the call fails with CassetteMismatch. Chunks are cut as they were; `timing` keeps the waits between them too, or
    times that number, and with them the limits of a request. The names that the recording redacted are redacted here;
    `secrets` are to be given again. It may be used from several threads and tasks at once; after fork each process
    uses up a cassette of its own.
    """

    capabilities = PROMISED | {Capability.STREAMING}

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        timing: bool | float = False,
        match_headers: Iterable[str] = MATCHED,
        repeat: bool = False,
        secrets: str | Iterable[str] = (),
        clock: Clock | AsyncClock | None = None,
    ) -> None:
        super().__init__(clock)
        self._pace = _pace(timing)
        self._names = _names(match_headers)
        self._repeat = repeat
        self._path = Path(path).absolute()
        rules, exchanges = read_tape(self._path)
        self._redactor = Redactor(rules, secret_values(secrets))
        self._shelf = _Shelf(exchanges, self._names)
        self._locks = PerProcess(threading.Lock)

    @property
    def unused(self) -> tuple[Exchange, ...]:
        """The recorded exchanges that nobody has asked for, in the order of recording."""
        return self._shelf.unused

    def verify(self) -> None:
        """Raise CassetteMismatch if an exchange was not asked for."""
        if unused := self.unused:
            told = "; ".join(map(repr, unused[:8])) + ("; and more" if len(unused) > 8 else "")
            raise CassetteMismatch(
                f"{self._path}: {len(unused)} recorded but not asked for: {told}",
                path=str(self._path),
                line=unused[0].line,
            )

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _open(self, side: Side, request: Request) -> OpenStream:
        patience = Patience(request.timeout if self._pace else _NO_LIMITS, side.waits)
        exchange = await self._found(side, request)
        stream = _Replayed(exchange, patience, self._pace, self._path)
        await stream.begin()
        return stream

    async def _found(self, side: Side, request: Request) -> Exchange:
        heard = Heard(self._redactor.bound)
        if not (request.body is None or isinstance(request.body, bytes)):
            asked = described(attrs.evolve(request, body=None), heard, self._redactor)
            with self._locks.get():
                found = self._shelf.take_unsent(asked)
            if found is not None:
                return found
        await read(request, heard, side)
        asked = described(request, heard, self._redactor)
        with self._locks.get():
            found = self._shelf.take(asked, repeat=self._repeat)
        return found or self._missed(asked)

    def _missed(self, asked: Asked) -> NoReturn:
        there = nearest(asked, self.unused, self._names) or nearest(asked, self._shelf.exchanges, self._names)
        if there is None:
            raise CassetteMismatch(f"no answer to {asked!r}: {self._path} is empty", path=str(self._path))
        found = differences(asked, there.asked, self._names)
        if not found:
            found = ["it was used already; with repeat=True the last answer is given again"]
        raise CassetteMismatch(
            f"no answer to {asked!r} is recorded; in the nearest one, line {there.line} of {self._path}, it differs: "
            + "; ".join(found),
            path=str(self._path),
            line=there.line,
            differences=tuple(found),
        )


class _Shelf:
    """The exchanges of a cassette: a row for each request, out of which each is taken once."""

    def __init__(self, exchanges: Iterable[Exchange], names: Sequence[str]) -> None:
        self.exchanges = sorted((one for one in exchanges if one.answers), key=_order)
        self._names = names
        self._taken: set[int] = set()
        self._alike: dict[Any, list[Exchange]] = {}
        self._rows: dict[Any, deque[Exchange]] = {}
        for exchange in self.exchanges:
            alike = shape(exchange.asked, names)
            body = _UNSENT if _is_unsent(exchange) else content(exchange.asked)
            self._alike.setdefault(alike, []).append(exchange)
            self._rows.setdefault((alike, body), deque()).append(exchange)
        self._last = {request: row[-1] for request, row in self._rows.items()}

    @property
    def unused(self) -> tuple[Exchange, ...]:
        """Those that are not taken."""
        return tuple(one for one in self.exchanges if one.line not in self._taken)

    def take_unsent(self, asked: Asked) -> Exchange | None:
        """The next one, if its recorded request was never sent whole: its body is not asked for, then as now."""
        alike = shape(asked, self._names)
        row = self._rows.get((alike, _UNSENT))
        if not row or any(one.line not in self._taken and _order(one) < _order(row[0]) for one in self._alike[alike]):
            return None
        return self._taken_from(row)

    def take(self, asked: Asked, *, repeat: bool) -> Exchange | None:
        """The first that is like what is asked and not taken, or, to repeat, the last that was."""
        alike = shape(asked, self._names)
        requests = (alike, content(asked)), (alike, _UNSENT)
        rows = [row for request in requests if (row := self._rows.get(request))]
        if rows:
            return self._taken_from(min(rows, key=lambda row: _order(row[0])))
        last = [self._last[request] for request in requests if request in self._last]
        return max(last, key=_order) if repeat and last else None

    def _taken_from(self, row: deque[Exchange]) -> Exchange:
        self._taken.add(row[0].line)
        return row.popleft()


_UNSENT: Final = object()
"""The body of a request that was not sent whole: it is like any body."""


def _is_unsent(exchange: Exchange) -> bool:
    return exchange.asked.body is not None and not exchange.asked.body.digest


def _order(exchange: Exchange) -> tuple[int, int]:
    return exchange.number, exchange.line


class _Replayed(OpenStream):
    """A recorded body, open again."""

    def __init__(self, exchange: Exchange, patience: Patience, pace: float, path: Path) -> None:
        self._exchange = exchange
        self._patience = patience
        self._pace = pace
        self._path = path
        self._chunks = iter(exchange.chunks)
        self._closed = False

    async def begin(self) -> None:
        """Wait for the head, or raise what came in its place."""
        head = self._exchange.head
        if head is None or self._exchange.end.how is How.OMITTED:
            await self._ended(None, "head")
        else:
            await self._until(self._exchange.head_at, "head", None)
            self.head = head

    async def anext(self, within: float | None = None) -> bytes:
        if self._closed:
            raise StreamClosed("the stream is closed")
        if self._patience.bell.rung:
            raise ConnectionLost("the stream was cancelled")
        at, chunk = next(self._chunks, (0.0, b""))
        if not chunk:
            await self._ended(within, "body")
            return b""
        await self._until(at, "body", within)
        return chunk

    def cancel(self) -> None:
        self._patience.bell.ring()

    async def aclose(self) -> None:
        self._closed = True
        self._patience.bell.ring()

    async def _until(self, at: float, phase: str, within: float | None) -> None:
        if self._pace:
            await self._patience.until(self._patience.began + at * self._pace, phase, within)

    async def _ended(self, within: float | None, phase: str) -> None:
        end = self._exchange.end
        if end.how not in {How.COMPLETE, How.ERROR}:
            why = end.why or f"it was {end.how.value} there"
            told = f"{self._path}, line {self._exchange.line}: the recording of {self._exchange.asked!r} ends here"
            raise CassetteMismatch(f"{told}: {why}", path=str(self._path), line=self._exchange.line)
        await self._until(end.at, phase, within)
        if end.how is How.ERROR:
            raise unpacked_error(end.error)


def _pace(timing: Any) -> float:
    if isinstance(timing, (int, float)) and 0 <= timing < float("inf"):
        return float(timing)
    raise ConfigurationError(f"timing={timing!r}: give true, false, or a factor above 0", setting="timing")


def _names(given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigurationError("match_headers: give a list of names", setting="match_headers")
    return tuple(str(name).lower() for name in given)
