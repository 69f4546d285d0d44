"""Transport: another one, whose exchanges go on a tape as they are made. What it does is what the other does.

An exchange is written when it has ended, and holds at most `max_body_bytes` of each body until then.
"""

import os
from collections.abc import Iterable
from itertools import count
from typing import Any

from pristine.adapters.around import Around, OpenStream, Side, of_inner
from pristine.adapters.cassette.exchange import How
from pristine.adapters.cassette.redaction import MAX_BODY_BYTES, Redactor, Rules, secret_values
from pristine.adapters.cassette.taking import Taking
from pristine.adapters.cassette.tape import Tape
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import PristineError
from pristine.ports.messages import Request
from pristine.ports.transport import AsyncByteStream


class RecordTransport(Around):
    """Around any transport: the exchanges of `inner`, which is closed with it, go into the file `path`.

    The file is replaced, or with `append` gone on with. An exchange whose response is above `max_body_bytes` is
    recorded without it; of a longer request body there is a digest. What reprs mask is masked: all header fields but
    the harmless ones, parameters whose names speak of a secret, user information, and every such value wherever it
    occurs, in bodies too. `redact_headers`, `redact_query` and `redact_json` name more of it (`redact_json` fields at
    any depth, or paths like `items[].id`), `keep_headers` fields to be recorded as they are, and `secrets` are values.
    Offsets are measured on `clock`. It may be used from several threads and tasks at once, and after fork.
    """

    def __init__(
        self,
        inner: Any,
        path: str | os.PathLike[str],
        *,
        append: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        redact_headers: Iterable[str] = (),
        redact_query: Iterable[str] = (),
        redact_json: Iterable[str] = (),
        keep_headers: Iterable[str] = (),
        secrets: str | Iterable[str] = (),
        clock: Clock | AsyncClock | None = None,
    ) -> None:
        super().__init__(inner, clock)
        rules = Rules(
            redact_headers=redact_headers,
            redact_query=redact_query,
            redact_json=redact_json,
            keep_headers=keep_headers,
            max_body_bytes=max_body_bytes,
        )
        self._redactor = Redactor(rules, secret_values(secrets))
        self._tape = Tape(path, rules, append=append)
        self._numbers = count(self._tape.count)

    async def _open(self, side: Side, request: Request) -> OpenStream:
        self._tape.check()
        taking = Taking(self._tape, self._redactor, request, side.waits.now, next(self._numbers))
        try:
            stream = await side.streams.aopen(taking.request)
        except BaseException as error:
            taking.failed(error)
            raise
        return _Recorded(stream, taking)

    @of_inner
    def close(self) -> None:
        self.inner.close()
        self._tape.flush()

    @of_inner
    async def aclose(self) -> None:
        await self.inner.aclose()
        self._tape.flush()


class _Recorded(OpenStream):
    """An open body whose chunks are kept for the tape."""

    def __init__(self, inner: AsyncByteStream, taking: Taking) -> None:
        self.head = inner.head
        self._inner = inner
        self._taking = taking
        taking.begun(inner.head)

    async def anext(self, within: float | None = None) -> bytes:
        try:
            chunk = await self._inner.anext(within)
        except PristineError as error:
            self._taking.failed(error)
            raise
        if chunk:
            self._taking.chunk(chunk)
        else:
            self._taking.end(How.COMPLETE)
            self._taking.check()
        return chunk

    def cancel(self) -> None:
        self._taking.end(How.CANCELLED)
        self._inner.cancel()

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._taking.end(How.CLOSED)
        self._taking.check()
