"""AsyncTransport, promise 9: a call may be cancelled at any moment, and leaves nothing behind."""

import asyncio
import contextlib
import random
import threading
from typing import Any

from pristine.ports.messages import Request
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import NINE, OK
from pristine.testing.lab import Lab, expected
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, WireServer, each_request, nobody_accepts
from pristine.testing.subjects import Cancelled, Subject, aread

ROUNDS, TOGETHER, STEPS = 200, 20, 30
LARGE = b"x" * 30_000_000


def quick(wire: Wire, _: Received) -> None:
    """No phase takes time."""
    wire.send(OK)


def slow(wire: Wire, _: Received) -> None:
    """Every phase takes a moment, so that a cancellation can hit any of them."""
    wire.pause(0.0005)
    wire.begin_stream()
    wire.pause(0.0005)
    wire.chunk(b"x")
    wire.end_stream()


class Watched:
    """A server whose connections say when they began to wait, and when they were closed."""

    def __init__(self, lab: Lab, said: bytes = b"", *, reads: bool = True) -> None:
        self.waits, self.closed = threading.Event(), threading.Event()
        self._said, self._reads = said, reads
        self.server = lab.serve(self._handle)

    def _handle(self, wire: Wire) -> None:
        if self._reads:
            wire.head()
        wire.send(self._said)
        self.waits.set()
        if not self._reads:
            wire.pause(0.05)  # the buffers fill
        if wire.closed_by_peer(20):
            self.closed.set()


class Cancelling(Contract):
    """A cancelled call, in each phase, with a pool of one connection."""

    @holds("AsyncTransport", 9, "a call that is cancelled in the queue for a connection leaves nothing", face="async")
    def test_cancelled_in_the_queue(self, lab: Lab) -> None:
        subject, holder = lab.made(max_connections=1), Watched(lab)
        held = lab.begin(lab.request(holder.server), subject)
        expect(holder.waits.wait(lab.patience), True, "the first call is under way")
        queued = [lab.begin(lab.request(holder.server), subject) for _ in range(2)]
        queued[1].cancel()
        queued[0].cancel()
        for call in queued:
            expected(Cancelled, call)
        held.cancel()
        expected(Cancelled, held)
        self._served(lab, subject)

    @holds("AsyncTransport", 9, "a call that is cancelled while connecting leaves nothing", face="async")
    def test_cancelled_while_connecting(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        with nobody_accepts() as url:
            call = lab.begin(lab.request(url), subject)
            subject.do(asyncio.sleep, 0.01).result()
            call.cancel()
            expected(Cancelled, call)
        self._served(lab, subject)

    @holds("AsyncTransport", 9, "a call that is cancelled while sending leaves nothing", face="async")
    def test_cancelled_while_sending(self, lab: Lab) -> None:
        subject, peer = lab.made(max_connections=1), Watched(lab, reads=False)
        self._cancelled(lab, subject, peer, lab.request(peer.server, method="POST", body=LARGE))

    @holds("AsyncTransport", 9, "a call that is cancelled before the head leaves nothing", face="async")
    def test_cancelled_before_the_head(self, lab: Lab) -> None:
        subject, peer = lab.made(max_connections=1), Watched(lab)
        self._cancelled(lab, subject, peer, lab.request(peer.server))

    @holds("AsyncTransport", 9, "a call that is cancelled in the body leaves nothing", face="async")
    def test_cancelled_in_the_body(self, lab: Lab) -> None:
        subject, peer = lab.made(max_connections=1), Watched(lab, NINE + b"abc")
        self._cancelled(lab, subject, peer, lab.request(peer.server))

    @holds("AsyncTransport", 9, "a call that is cancelled at any step of the event loop leaves nothing", face="async")
    def test_cancelled_at_any_step(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        for body in (None, b"x" * 1_000_000):
            request = lab.request(lab.serve(each_request(quick)), method="POST", body=body)
            subject.do(self._at_any_step, subject.transport, request).result()
        self._served(lab, subject)

    @holds("AsyncTransport", 9, f"after {ROUNDS} rounds of cancelled calls the pool serves the next", face="async")
    def test_many_rounds_of_cancelled_calls(self, lab: Lab) -> None:
        subject = lab.made(max_connections=2)
        request = lab.request(lab.serve(each_request(slow)))
        for _ in range(ROUNDS // TOGETHER):
            subject.do(self._rounds, subject.transport, request).result()
        expect([lab.begin(request, subject).result().body for _ in range(2)], [b"x"] * 2, "the calls after the rounds")
        self._served(lab, subject)

    def _cancelled(self, lab: Lab, subject: Subject, peer: Watched, request: Request) -> None:
        call = lab.begin(request, subject)
        expect(peer.waits.wait(lab.patience), True, "the call is under way")
        subject.do(asyncio.sleep, 0.01).result()
        call.cancel()
        expected(Cancelled, call)
        expect(peer.closed.wait(lab.patience), True, "the connection of the cancelled call was closed")
        self._served(lab, subject)

    def _served(self, lab: Lab, subject: Subject) -> None:
        """All places are free: as many calls as there are connections are served, one of them in the meantime."""
        server: WireServer = lab.serve(each_request(quick))
        answer = lab.call(server, by=subject, pool=lab.patience / 2)
        expect(answer.body, b"ok", "the answer to the next call")

    async def _at_any_step(self, transport: Any, request: Request) -> None:
        for steps in range(STEPS):
            task = asyncio.create_task(self._call(transport, request))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _rounds(self, transport: Any, request: Request) -> None:
        for _ in range(TOGETHER):
            tasks = [asyncio.create_task(self._call(transport, request)) for _ in range(4)]
            await asyncio.sleep(random.random() * 0.003)  # noqa: S311 the moments are to be many
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, transport: Any, request: Request) -> Any:
        return await (transport.asend(request) if self.way == "send" else aread(transport, request))
