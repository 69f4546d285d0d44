"""The mock as a server: one thread with one event loop, which serves every connection.

Leaving the `with` block ends the connections, closes every socket and joins the thread.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

from pristine.manifest.model import Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import Headers, HeaderSource, as_headers
from pristine.testing.mock.calls import History, Received
from pristine.testing.mock.desk import Desk
from pristine.testing.mock.expectations import ANYTHING, Expectation, check_polls
from pristine.testing.mock.faults import deliver, fault_of
from pristine.testing.mock.messages import Incoming, Refusal
from pristine.testing.mock.state import State
from pristine.testing.mock.wire import LONGEST_HEAD, head_of, parts_of, read_request, see_off, unchunked

_WAITING: Final = 1024
"""How many connections may wait to be accepted."""


class MockServer:
    """Serves the API of a manifest on 127.0.0.1, with examples of its types, and holds requests to it.

    `with MockServer(manifest) as server:` starts it; the API is at `server.url`. The same seed and request give the
    same answer. `polls` is how many questions find work that is finished later pending; None is 1 or 2, by the seed.
    `port` 0 is any that is free. `history_size` is how many calls are remembered, the last ones; None is
    all. `on_call` is told of each call, in the server's thread.

    Raises ConfigurationError for an example in the manifest that is not of its type, and where the port is taken.
    """

    def __init__(
        self,
        manifest: Manifest,
        seed: int = 0,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        polls: int | None = None,
        history_size: int | None = None,
        on_call: Callable[[Received], object] | None = None,
    ) -> None:
        self._manifest = manifest
        self._state = State(history_size)
        self._desk = Desk(manifest, seed, self._state, check_polls(polls))
        self._address = (host, port)
        self._on_call = on_call
        self._url = ""
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._live: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    # -- what a test says ----------------------------------------------------------------------------------------------

    def expect(
        self,
        endpoint: str,
        *,
        json: Any = ANYTHING,
        path_params: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: HeaderSource | None = None,
    ) -> Expectation:
        """Expect a call that has all of this: the fields of an object, and what is no object exactly.

        `server.expect("chat", json={"prompt": "Hi"}).respond({"text": "Hello"})`. Expectations are used up in the
        order in which they were said. Raises UnknownEndpoint.
        """
        given = {
            "path_params": path_params,
            "query": query,
            "headers": None if headers is None else as_headers(headers),
        }
        wanted = {name: one for name, one in given.items() if one is not None}
        if json is not ANYTHING:
            wanted["json"] = json
        return self._state.expect(Expectation(self._desk.operation(endpoint), wanted))

    def fault(self, endpoint: str, kind: str | int, *, times: int | None = 1, seconds: float = 1.0) -> None:
        """Let the next calls of an endpoint go wrong; `times` None is all of them. Raises UnknownEndpoint.

        `kind` is the status of an error, or "reset" (the connection, before an answer), "truncate" (the answer is cut
        short), "stall" (it stops halfway and stays open) or "slow" (it takes so many `seconds`).
        """
        self._state.add_fault(fault_of(self._desk.operation(endpoint).id, kind, times, seconds))

    @property
    def history(self) -> History:
        """The calls so far, refused ones included: `history["chat"]` are those of an endpoint."""
        return self._state.history

    def verify(self) -> None:
        """Raise AssertionError with every expectation that has not come as often as it should."""
        if missing := self._state.missing():
            raise AssertionError("\n".join(["the mock expected calls that never came:", *missing]))

    def reset(self) -> None:
        """Forget expectations, faults, calls, idempotency keys and work."""
        self._state.clear()

    # -- serving -------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it serves, such as http://127.0.0.1:54321; "" when it does not."""
        return self._url

    @property
    def servers(self) -> Mapping[str, str]:
        """Where it serves, by the servers that endpoints name: `pristine.context(servers=…)` sends their calls here."""
        return dict.fromkeys(sorted(self._manifest.elsewhere), self._url)

    def start(self) -> None:
        """Begin to serve."""
        if self._thread is not None:
            raise ConfigurationError("the mock serves already")
        listener = self._listen()
        ready = Event()
        self._thread = Thread(target=self._run, args=(listener, ready), name="pristine-mock", daemon=True)
        self._thread.start()
        ready.wait()

    def _listen(self) -> socket.socket:
        host, port = self._address
        if not 0 <= port < 2**16:
            raise ConfigurationError(f"port={port}: give a number from 0 to {2**16 - 1}", setting="port")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family, backlog=_WAITING)
        except OSError as error:
            told = f"{host}:{port}: {(error.strerror or str(error)).partition(' (')[0]}"
            raise ConfigurationError(told, setting="port") from error
        shown = f"[{host}]" if family is socket.AF_INET6 else host
        self._url = f"http://{shown}:{listener.getsockname()[1]}"
        return listener

    def close(self) -> None:
        """End every connection, and the thread; may be called again. What it remembers stays."""
        thread, self._thread, self._url = self._thread, None, ""
        if thread is not None and self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _run(self, listener: socket.socket, ready: Event) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(listener, ready))

    async def _serve(self, listener: socket.socket, ready: Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=listener, limit=LONGEST_HEAD, backlog=_WAITING)
        ready.set()
        await self._stopping.wait()
        server.close()
        live = dict(self._live)
        for task, writer in live.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*live, return_exceptions=True)
        await asyncio.gather(*(writer.wait_closed() for writer in live.values()), return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._talk(reader, writer))
        self._live[task] = writer
        task.add_done_callback(self._live.pop)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, request after request."""
        try:
            while await self._exchange(reader, writer):
                pass
        except ConnectionError:
            pass  # the peer has gone
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer the next request; whether there may be another."""
        try:
            incoming = await read_request(reader, writer)
        except Refusal as refusal:
            nothing = Incoming("GET", "/", Headers())
            answer = self._desk.refused(refusal, None, nothing)
            await deliver(reader, writer, head_of(answer, keep=False), parts_of(answer, with_body=True), None)
            await see_off(reader, writer)
            return False
        if incoming is None:
            return False
        outcome = self._desk.handle(incoming)
        if self._on_call is not None:
            self._on_call(outcome.call)
        answer = unchunked(outcome.answer) if incoming.old else outcome.answer
        head = head_of(answer, keep=incoming.keep)
        parts = parts_of(answer, with_body=incoming.method != "HEAD")
        return await deliver(reader, writer, head, parts, outcome.fault) and incoming.keep
