"""Transport, promise 5: each time limit holds, and the error says which it was, and during what.

That a limit holds is told by the error, and that it was not early by the clock; how late it was is no test of a
machine that has other things to do, so that a limit which does not hold is a call that hangs.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from pristine.ports.capabilities import Capability
from pristine.ports.errors import RetrySafe, TimeoutExceeded
from pristine.testing import faults
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab, expected
from pristine.testing.promises import expect
from pristine.testing.server import Handler, WireServer, nobody_accepts
from pristine.testing.subjects import Subject

LARGE = b"x" * 30_000_000
"""More than the buffers of two kernels hold."""


def exceed(lab: Lab, limit: str, *peers: tuple[str, WireServer | str], by: Subject | None = None, **parts: Any) -> None:
    """Calls at once are to exceed the limit, each in its phase."""

    def attempt(seconds: float) -> None:
        began = time.monotonic()
        limited: dict[str, Any] = {limit: seconds, **parts}
        calls = [(phase, lab.begin(lab.request(to, **limited), by)) for phase, to in peers]
        for phase, call in calls:
            error = expected(TimeoutExceeded, call)
            took = time.monotonic() - began
            _check(error, limit, phase, seconds)
            expect(
                took >= seconds * 0.9, True, f"the limit of {seconds:g} s passed after {took:.3f} s, which is too soon"
            )

    lab.patiently(attempt)


def _check(error: TimeoutExceeded, limit: str, phase: str, seconds: float) -> None:
    expect((error.limit, error.phase, error.seconds), (limit, phase, seconds), "limit, phase and seconds of the error")
    safe = RetrySafe.YES if phase in {"pool", "connect"} else RetrySafe.UNKNOWN
    expect(error.retry_safe, safe, f"retry_safe of the {limit} limit in the phase {phase!r}")


@contextlib.contextmanager
def full_pool(lab: Lab) -> Iterator[tuple[Subject, WireServer]]:
    """A transport of one connection, which another call has."""
    subject, server = lab.made(max_connections=1), lab.serve("stall-before-head")
    holder = lab.begin(lab.request(server), subject)
    lab.wait(lambda: bool(server.requests), "the first call is under way")
    yield subject, server
    server.stop()
    holder.outcome()


class Limits(Contract):
    """connect, write, read, pool, head and total."""

    @holds("Transport", 5, "the connect limit holds")
    def test_the_connect_limit_holds(self, lab: Lab) -> None:
        with nobody_accepts() as url:
            exceed(lab, "connect", ("connect", url))

    @holds(
        "Transport", 5, "the read limit holds, while the head is waited for and in the body, where others are longer"
    )
    def test_the_read_limit_holds(self, lab: Lab) -> None:
        peers = ("head", lab.serve("stall-before-head")), ("body", lab.serve("stall-in-body"))
        exceed(lab, "read", *peers, total=lab.patience, head=lab.patience)

    @holds("Transport", 5, "the write limit holds while the peer does not read")
    def test_the_write_limit_holds(self, lab: Lab) -> None:
        exceed(lab, "write", ("write", lab.serve(lambda wire: wire.pause())), method="POST", body=LARGE)

    @holds("Transport", 5, "the pool limit holds while others have all connections")
    def test_the_pool_limit_holds(self, lab: Lab) -> None:
        with full_pool(lab) as (subject, server):
            exceed(lab, "pool", ("pool", server), by=subject)
            expect(len(server.requests), 1, "how many requests were sent")

    @holds(
        "Transport", 5, "the total holds, however head, body and chunk sizes trickle", needs=Capability.TOTAL_TIMEOUT
    )
    def test_the_total_holds_however_bytes_trickle(self, lab: Lab) -> None:
        trickles = ("head", "trickle-head"), ("body", "trickle-body"), ("body", "trickle-chunk-size")
        peers: list[tuple[str, WireServer | str]] = [(phase, lab.serve(fault)) for phase, fault in trickles]
        with nobody_accepts() as url:
            exceed(lab, "total", ("connect", url), *peers)

    @holds("Transport", 5, "the total holds while a connection is waited for", needs=Capability.TOTAL_TIMEOUT)
    def test_the_total_holds_in_the_queue(self, lab: Lab) -> None:
        with full_pool(lab) as (subject, server):
            exceed(lab, "total", ("pool", server), by=subject)

    @holds("Transport", 5, "the head limit holds while a head trickles", needs=Capability.TOTAL_TIMEOUT)
    def test_the_head_limit_holds_while_a_head_trickles(self, lab: Lab) -> None:
        exceed(lab, "head", ("head", lab.serve("trickle-head")))


class Leniency(Contract):
    """What no limit may do."""

    @holds("Transport", 5, "no limit passes before its time")
    def test_no_limit_passes_before_its_time(self, lab: Lab) -> None:
        lab.patiently(lambda seconds: self._in_time(lab, seconds * 5))

    def _in_time(self, lab: Lab, silence: float) -> None:
        trickle = faults.trickles(b"HTTP/1.1 200 OK\r\nContent-Len", b"gth: 4\r\n\r\nslow", silence / 12)
        slow = faults.says(faults.NINE + b"too ", silence, b"early")
        none = dict.fromkeys(("connect", "read", "write", "pool", "total", "head"))
        calls: dict[str, tuple[dict[str, Any], Handler, bytes]] = {
            "the read limit begins anew with every byte": ({"read": silence}, trickle, b"slow"),
            "the head limit ends with the head": ({"head": silence * 0.9}, slow, b"too early"),
            "None is no limit": (none, faults.FAULTS["slow-head"], b"ok"),
        }
        begun = {what: lab.begin(lab.request(lab.serve(peer), **limits)) for what, (limits, peer, _) in calls.items()}
        for what, pending in begun.items():
            expect(pending.result().body, calls[what][2], what)
