"""Transport, promise 6, and 6a of its async face: many callers at once, several event loops, fork."""

import asyncio
import contextlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from pristine.ports.messages import Request, Response
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, each_request
from pristine.testing.subjects import aread, read

CALLERS, TURNS = 12, 3


def echo(wire: Wire, received: Received) -> None:
    """Answer with what was asked for."""
    wire.respond(200, received.target.encode())


class Echo:
    """A server that answers each request with its target; `most` is how many it had in hand at a time."""

    def __init__(self, lab: Lab) -> None:
        self.most = self._now = 0
        self._lock = threading.Lock()
        self.server = lab.serve(each_request(self._answer))

    def _answer(self, wire: Wire, received: Received) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        wire.pause(0.001)
        with self._lock:
            self._now -= 1
        echo(wire, received)


def many(lab: Lab, **options: Any) -> int:
    """Many calls at once, each with its own answer; how many of them the server had in hand at a time."""
    peer, subject = Echo(lab), lab.made(**options)
    for turn in range(TURNS):
        targets = [f"/{turn}/{caller}" for caller in range(CALLERS)]
        calls = [lab.begin(lab.request(peer.server, target), subject) for target in targets]
        for target, call in zip(targets, calls, strict=True):
            expect(call.result().body.decode(), target, "the answer to one of many calls at once")
    return peer.most


def in_child(work: Callable[[], bool], patience: float) -> str:
    """Do something in a forked child; what became of it: "" is well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: those of the servers
        child = os.fork()
    if child == 0:
        done = False
        with contextlib.suppress(BaseException):
            done = work()
        os._exit(0 if done else 1)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "" if status == 0 else f"the child failed ({os.waitstatus_to_exitcode(status)})"
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"the child hung for {patience:g} s"


def forks(lab: Lab, call: Callable[[Any, Request], Response]) -> None:
    """A call before a fork, one in the child, one after."""
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    server = lab.serve(each_request(echo))
    transport = lab.subject.transport
    expect(lab.call(server, "/before").status, 200, "the call before")
    request = lab.request(server, "/child")
    expect(in_child(lambda: call(transport, request).body == b"/child", lab.patience), "", "the call in a forked child")
    expect(server.connections >= 2, True, "the child had a connection of its own")
    expect(lab.call(server, "/after").body, b"/after", "the call after the fork, in the parent")


class Sharing(Contract):
    """One transport serves many."""

    @holds("Transport", 6, "it may be called from several threads at once", face="blocking")
    def test_many_threads(self, lab: Lab) -> None:
        many(lab)

    @holds("Transport", 6, "several threads share the connections that there may be", face="blocking")
    def test_many_threads_share_few_connections(self, lab: Lab) -> None:
        expect(many(lab, max_connections=2) <= 2, True, "there were at most two calls at a time")

    @holds("Transport", 6, "it may be called after fork", face="blocking")
    def test_a_forked_child_has_connections_of_its_own(self, lab: Lab) -> None:
        forks(lab, self._blocking)

    @holds("Transport", 6, "it may be called where an event loop runs", face="blocking")
    def test_the_blocking_face_works_inside_a_running_loop(self, lab: Lab) -> None:
        server = lab.serve(each_request(echo))
        request = lab.request(server, "/in-loop")

        async def main() -> Response:
            return self._blocking(lab.subject.transport, request)

        expect(lab.subject.do(lambda: asyncio.run(main())).result().body, b"/in-loop", "the answer")

    @holds("AsyncTransport", "6a", "it may be called from several tasks at once", face="async")
    def test_many_tasks(self, lab: Lab) -> None:
        many(lab)

    @holds("AsyncTransport", "6a", "several tasks share the connections that there may be", face="async")
    def test_many_tasks_share_few_connections(self, lab: Lab) -> None:
        expect(many(lab, max_connections=2) <= 2, True, "there were at most two calls at a time")

    @holds("AsyncTransport", "6a", "it may be called from one event loop after another", face="async")
    def test_several_event_loops(self, lab: Lab) -> None:
        server = lab.serve(each_request(echo))
        for turn in range(3):
            for call in range(2):
                target = f"/{turn}/{call}"
                expect(lab.call(server, target).body.decode(), target, f"an answer in event loop number {turn + 1}")
            lab.subject.move()

    @holds("AsyncTransport", "6a", "it may be called after fork, in a loop of the child", face="async")
    def test_an_event_loop_in_a_forked_child(self, lab: Lab) -> None:
        forks(lab, lambda transport, request: asyncio.run(self._async(transport, request)))

    @holds("BothFaces", "shareable", "one instance serves several event loops at once", face="async")
    def test_what_is_shareable_serves_two_loops_at_once(self, lab: Lab) -> None:
        if not getattr(lab.subject.transport, "shareable", False):
            pytest.skip("does not declare shareable")
        server = lab.serve(each_request(echo))
        transport, came = lab.subject.transport, list[bytes]()

        async def main(name: str) -> None:
            for turn in range(5):
                answers = await asyncio.gather(
                    *(self._async(transport, lab.request(server, f"/{name}/{turn}/{each}")) for each in range(4))
                )
                came.extend(answer.body for answer in answers)
            await transport.aclose()

        threads = [threading.Thread(target=lambda name=name: asyncio.run(main(name))) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(lab.patience)
        wanted = sorted(f"/{name}/{turn}/{each}".encode() for name in "ab" for turn in range(5) for each in range(4))
        expect(sorted(came), wanted, "the answers in two event loops at once")

    def _blocking(self, transport: Any, request: Request) -> Response:
        return transport.send(request) if self.way == "send" else read(transport, request)

    async def _async(self, transport: Any, request: Request) -> Response:
        return await (transport.asend(request) if self.way == "send" else aread(transport, request))
