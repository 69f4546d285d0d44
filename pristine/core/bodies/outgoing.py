"""A body written once for both faces: a script, which is a generator of chunks, and what runs it on either face.

A script yields bytes to be sent, and a Source where it needs that source's next item. It holds a chunk or two,
whatever the body's size.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any, Final, Protocol, TypeAlias

from pristine.core.bodies.counting import AsyncCounted, Counted, Told
from pristine.ports.body import AsyncBody, blocking_chunks
from pristine.ports.errors import BodyChanged
from pristine.ports.values import frozen

_END: Final = object()


@frozen(eq=False)
class Source:
    """Where a script's items come from: an iterator of either face."""

    items: Iterator[Any] | AsyncIterator[Any]


Script: TypeAlias = Generator[bytes | Source, Any, None]


class Face(Protocol):
    """What a script gets its sources from; what it got is closed with the sending."""

    def open(self, body: AsyncBody) -> Source: ...
    def own(self, items: Iterator[Any] | AsyncIterator[Any]) -> Source: ...


class _Run:
    """A script that runs, and its sources. They are closed with its end; one that has failed does not go on."""

    def __init__(self, begin: Callable[[Face], Script]) -> None:
        self._sources: list[Source] = []
        try:
            self._script = begin(self)
        except BaseException:
            self._close_sources()
            raise

    def own(self, items: Iterator[Any] | AsyncIterator[Any]) -> Source:
        self._sources.append(Source(items))
        return self._sources[-1]

    def open(self, body: AsyncBody) -> Source:
        raise NotImplementedError

    def _close_sources(self) -> None:
        for source in self._sources:
            if close := getattr(source.items, "close", None):
                close()


class Chunks(_Run, Iterator[bytes]):
    """A script on the blocking face."""

    def open(self, body: AsyncBody) -> Source:
        return self.own(blocking_chunks(body))

    def __next__(self) -> bytes:
        try:
            wanted = next(self._script)
            while isinstance(wanted, Source):
                wanted = self._script.send(next(wanted.items, _END))  # type: ignore[arg-type] # open saw to it
            return wanted
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._script.close()
        self._close_sources()


class AsyncChunks(_Run, AsyncIterator[bytes]):
    """A script on the async face. A class, so that no event loop has to finalise it."""

    def open(self, body: AsyncBody) -> Source:
        return self.own(body.achunks())

    async def __anext__(self) -> bytes:
        try:
            wanted = next(self._script)
            while isinstance(wanted, Source):
                items = wanted.items
                item = next(items, _END) if isinstance(items, Iterator) else await anext(items, _END)
                wanted = self._script.send(item)
            return wanted
        except StopIteration:
            await self.aclose()
            raise StopAsyncIteration from None
        except StopAsyncIteration as error:  # of a callback or a blocking iterator: it would pass for the end
            await self.aclose()
            raise RuntimeError("the body's source raised StopAsyncIteration") from error
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        self._script.close()
        self._close_sources()
        for source in self._sources:
            if aclose := getattr(source.items, "aclose", None):
                await aclose()


@frozen(eq=False, repr=False)
class AsyncOutgoing:
    """An AsyncBody made of a script. `name` is what a form calls its file; `said` is what a message calls it."""

    said: str
    begin: Callable[[Face], Script]
    length: int | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    replayable: bool = True
    name: str | None = None

    def achunks(self) -> AsyncIterator[bytes]:
        return AsyncChunks(self.begin)

    def __repr__(self) -> str:
        size = "length unknown" if self.length is None else f"{self.length} bytes"
        return f"{type(self).__name__}({self.said}, {size}, {'replayable' if self.replayable else 'once'})"


@frozen(eq=False, repr=False)
class Outgoing(AsyncOutgoing):
    """A Body made of a script."""

    def chunks(self) -> Iterator[bytes]:
        return Chunks(self.begin)


class Sending:
    """The body of one call, which knows whether its sending has begun. `fields` are the header fields about it."""

    def __init__(self, body: Outgoing | AsyncOutgoing) -> None:
        self._body = body
        self._begun = False
        self.length = body.length
        self.content_type = body.content_type
        self.content_encoding = body.content_encoding
        self.replayable = body.replayable
        self.told: Told | None = None
        """Who is told how many bytes have been sent."""

    @property
    def spent(self) -> bool:
        """Whether it cannot be sent, because it was."""
        return self._begun and not self.replayable

    @property
    def fields(self) -> dict[str, str]:
        found = {"Content-Type": self.content_type or "application/octet-stream"}
        if self.content_encoding is not None:
            found["Content-Encoding"] = self.content_encoding
        if self.length is not None:
            found["Content-Length"] = str(self.length)
        return found

    def chunks(self) -> Iterator[bytes]:
        chunks = blocking_chunks(self._body)
        self._begun = True
        return chunks if self.told is None else Counted(chunks, self.told)

    def achunks(self) -> AsyncIterator[bytes]:
        self._begun = True
        chunks = self._body.achunks()
        return chunks if self.told is None else AsyncCounted(chunks, self.told)

    def __repr__(self) -> str:
        return repr(self._body)


# -- scripts -----------------------------------------------------------------------------------------------------------


def pull(source: Source) -> Generator[Source, Any, bytes]:
    """The next piece of a source, or b"" at its end; raises BodyChanged for an item that is not bytes."""
    while (item := (yield source)) is not _END:
        if not isinstance(item, (bytes, bytearray, memoryview)):
            raise BodyChanged(f"the body's iterator gave a {type(item).__name__}: each of its chunks must be bytes")
        if piece := bytes(item):
            return piece
    return b""


def passed(source: Source) -> Script:
    """A source as it is."""
    while piece := (yield from pull(source)):
        yield piece


def whole(source: Source, said: str, length: int | None) -> Script:
    """A source that must give `length` bytes. The last of them wait until it is sure that no more follow."""
    sent = 0
    while piece := (yield from pull(source)):
        sent += len(piece)
        if length is not None and sent >= length and (sent > length or (yield from pull(source))):
            raise BodyChanged(f"{said} has more than the {length} bytes that it had when the request was made")
        yield piece
    if length is not None and sent < length:
        raise BodyChanged(f"{said} has {sent} of the {length} bytes that it had when the request was made")
