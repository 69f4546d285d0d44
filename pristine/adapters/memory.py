"""A transport that never leaves the process: scripted answers, recorded requests, both faces. For tests."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import attrs

from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.body import achunks_of, chunks_of
from pristine.ports.collected import collected
from pristine.ports.errors import PristineError, StreamClosed
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Request, Response, StreamHead


class Scripted:
    """A scripted stream: a head, then `chunks` as they stand; an error among them is raised in its place."""

    def __init__(
        self,
        chunks: Iterable[bytes | PristineError],
        status: int = 200,
        headers: HeaderSource = (("content-type", "text/event-stream"),),
    ) -> None:
        self.head = StreamHead(status, headers)
        self.chunks = list(chunks)


Step: TypeAlias = "Response | Scripted | PristineError | Callable[[Request], Response | Scripted | PristineError]"


class MemoryTransport:
    """Answers each request with the next step of its script; `requests` has what was sent.

    A step is a Response, a Scripted stream, an error to raise, or a function from the Request to one of these. Unary
    and streaming calls take either: a stream's chunks are joined, a response's body is one chunk. When the script is at
    its end, its last step is repeated if it is a function; otherwise the call fails.
    """

    def __init__(self, script: Iterable[Step] = ()) -> None:
        self._script = list(script)
        self._repeating = False
        self.requests: list[Request] = []
        self.open_streams = 0

    def add(self, *steps: Step) -> None:
        """Put steps at the end of the script; a function that is being repeated is not any more."""
        if self._repeating:
            self._script.clear()
            self._repeating = False
        self._script += steps

    @property
    def unused(self) -> list[Step]:
        """The steps that have not answered a request."""
        return [] if self._repeating else list(self._script)

    def send(self, request: Request) -> Response:
        return finish(collected(request, LiftedByteStream(self.open(request))))

    def open(self, request: Request) -> "MemoryStream":
        return MemoryStream(self, self._next(_received(request)))

    def close(self) -> None:
        """Nothing is held."""

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> "MemoryStream":
        return MemoryStream(self, self._next(await _areceived(request)))

    async def aclose(self) -> None:
        """Nothing is held."""

    def _next(self, request: Request) -> Scripted:
        self.requests.append(request)
        if not self._script:
            raise AssertionError(f"the script has no answer for {request!r}")
        self._repeating = len(self._script) == 1 and callable(self._script[0])
        step = self._script[0] if self._repeating else self._script.pop(0)
        answer = step(request) if callable(step) else step
        if isinstance(answer, PristineError):
            raise answer
        if isinstance(answer, Response):
            return Scripted([answer.body], answer.status, answer.headers)
        if not isinstance(answer, Scripted):
            raise TypeError(f"a step is a Response, a Scripted, an error or a function, not {answer!r}")
        return answer


class MemoryStream:
    """An open scripted stream; `reads` counts the chunks that were asked for."""

    def __init__(self, owner: MemoryTransport, script: Scripted) -> None:
        self.head = script.head
        self.reads = 0
        self._chunks: Iterator[bytes | PristineError] = iter(script.chunks)
        self._owner = owner
        self._open = True
        owner.open_streams += 1

    def next(self, within: float | None = None) -> bytes:
        if not self._open:
            raise StreamClosed("the stream is closed")
        self.reads += 1
        try:
            return next(filter(None, map(_or_raise, self._chunks)), b"")
        except PristineError as error:
            self._chunks = iter([error, *self._chunks])  # a break is no end, however often it is read
            raise

    def close(self) -> None:
        if self._open:
            self._open = False
            self._owner.open_streams -= 1

    cancel = close

    async def anext(self, within: float | None = None) -> bytes:
        return self.next(within)

    async def aclose(self) -> None:
        self.close()


def _or_raise(chunk: bytes | PristineError) -> bytes:
    if isinstance(chunk, PristineError):
        raise chunk
    return chunk


def _received(request: Request) -> Request:
    """The request with its body as a server would have it: whole."""
    content = chunks_of(request.body)
    if content is None or isinstance(content, bytes):
        return request
    return attrs.evolve(request, body=b"".join(content))


async def _areceived(request: Request) -> Request:
    content = achunks_of(request.body)
    if content is None or isinstance(content, bytes):
        return request
    return attrs.evolve(request, body=b"".join([chunk async for chunk in content]))
