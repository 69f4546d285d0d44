"""Ports: a Request goes out, a Response or a stream of bytes comes back.

Each promise is numbered; the contract suite cites the number. The async twin of a method has the prefix `a`, so one
object may have both faces and be selected by one name.
"""

from typing import Protocol, runtime_checkable

from pristine.ports.messages import Request, Response, StreamHead


@runtime_checkable
class Transport(Protocol):
    """Sends a request and reads the whole response, blocking the thread.

    1. Every status is a Response, 1xx excepted: those are skipped, and a 101 that nobody asked for is an error.
       Redirects are not followed; cookies are not kept. What comes before the request was sent whole is its answer.
    2. Method, URL, header fields and body are sent as given, repeated fields and their order included; only `Host`,
       `Content-Length` and connection management are the adapter's to add. Nothing is sent again unasked. A body in
       pieces is taken as it is sent and closed when that ends; what its source raises stays what it is.
    3. The response's repeated header fields survive in order. The body is complete, or an error is raised: a body
       shorter than its Content-Length or cut inside a chunk is a ConnectionLost. Content codings are left as they are.
       Answers to HEAD, and 204 and 304, have no body, whatever follows. A field of 64 KiB is whole, or an error.
    4. Every failure is a TransportError, with the vendor's exception as its `__cause__`. ConnectFailed means that no
       byte of the request was sent. What is not HTTP is a ProtocolViolation, and so is a head that does not end. The
       text of an error shows no credential. Afterwards its place in the pool is free.
    5. Each limit of `request.timeout` holds, `total` included, however the bytes trickle; the error is
       TimeoutExceeded with `phase`, `limit` and `seconds`. None passes before its time.
    6. It may be called from several threads at once, and after fork.
    7. A body longer than `request.max_response_bytes` is a ResponseTooLarge as soon as that is known; the rest is not
       read. (A stream's reader looks to that itself.)
    8. `close` lets go of all connections, those in use included, and may be called again; a later `send` opens new
       ones.

    9 is of the async face.

    10. A connection is used again only if it is open and silent: not if the server has closed it or said that it will,
        nor if anything came that nobody had asked for.
    """

    def send(self, request: Request) -> Response: ...
    def close(self) -> None: ...


@runtime_checkable
class AsyncTransport(Protocol):
    """The async face of Transport: promises 1 to 5, 7, 8 and 10, and these two.

    6a. It may be called from several tasks at once, from one event loop after another, and after fork.
    9.  A cancelled call leaves nothing behind: its connection is closed or returned, its place in the pool is free.
    """

    async def asend(self, request: Request) -> Response: ...
    async def aclose(self) -> None: ...


class ByteStream(Protocol):
    """An open response body.

    1. `next` returns the bytes that arrive next, as soon as there are any; b"" means that the body is complete, and
       is never returned otherwise. A break is a TransportError, after what came before it, and never an end. With
       `within`, it fails with TimeoutExceeded, limit "within", when nothing has arrived in so many seconds. Silence
       counts only while `next` waits.
    2. It reads from the connection only when it is asked, at most 1 MiB: not reading is back-pressure.
    3. `cancel` may be called from any thread and from a finaliser; a `next` that waits fails at once, and the
       place in the pool is free by the next use of the transport, even if `close` is never called. After the end it
       does nothing.
    4. `close` may be called at any time and again; the connection is returned if the body was read to its end,
       else closed. `next` then raises StreamClosed.
    """

    @property
    def head(self) -> StreamHead: ...
    def next(self, within: float | None = None) -> bytes: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


class AsyncByteStream(Protocol):
    """The async face of ByteStream."""

    @property
    def head(self) -> StreamHead: ...
    async def anext(self, within: float | None = None) -> bytes: ...
    def cancel(self) -> None: ...
    async def aclose(self) -> None: ...


@runtime_checkable
class StreamTransport(Protocol):
    """Opens a response whose body is read piece by piece.

    1. `open` returns when the head has arrived, whatever the status; promises 1 to 6 and 10 of Transport hold,
       with `timeout.total` covering the reading of the body too.
    2. A stream that is not read does not disturb the others.
    """

    def open(self, request: Request) -> ByteStream: ...
    def close(self) -> None: ...


@runtime_checkable
class AsyncStreamTransport(Protocol):
    """The async face of StreamTransport, with 6a for 6, and this.

    3. A cancelled `aopen` leaves nothing behind, nor does a stream that is closed after a cancelled `anext`.
    """

    async def aopen(self, request: Request) -> AsyncByteStream: ...
    async def aclose(self) -> None: ...


class BothFaces(Transport, StreamTransport, AsyncTransport, AsyncStreamTransport, Protocol):
    """What an adapter that is selected by name may have: either face, or both.

    It may say more of itself, as class attributes: `capabilities`, what it can do (pristine.ports.capabilities); and
    `shareable = True`, where one instance with its pool may serve every Context of the same configuration, in several
    event loops at once too.
    """
