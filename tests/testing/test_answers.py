"""Answers in a word, what a transport does with more of them, and the fixtures."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import pristine
from pristine import Request, Response
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import ConnectFailed, ConnectionLost
from pristine.testing.answers import as_events, as_json, by_target
from pristine.testing.assertions import assert_all_used, assert_requested
from pristine.testing.fixtures import pristine_clock, pristine_server, pristine_transport
from pristine.testing.server import WireServer, each_request
from tests.support.faces import MANIFEST

__all__ = ["pristine_clock", "pristine_server", "pristine_transport"]

GET, POST = Request("GET", "http://a.test/x"), Request("POST", "http://a.test/y")


def test_json() -> None:
    answer = as_json({"a": "é"}, 201, {"X": "1"})
    assert (answer.status, answer.body) == (201, '{"a": "é"}'.encode())
    assert answer.headers == {"content-type": "application/json", "X": "1"}
    assert as_json(1, headers={"Content-Type": "application/problem+json"}).headers.get_all("content-type") == [
        "application/problem+json"
    ]
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json(float("nan"))


def test_events(pristine_transport: MemoryTransport) -> None:
    pristine_transport.add(as_events({"a": 1}, "two\nlines", ConnectionLost("gone")))
    context = pristine.context(base_url="http://a.test", transport=pristine_transport)
    with pristine.Pipeline(MANIFEST, context) as api, api.execute_stream("feed", reconnect=False) as stream:
        assert next(stream).json() == {"a": 1}
        assert next(stream).data == "two\nlines"
        with pytest.raises(pristine.StreamInterrupted):
            next(stream)


def test_answers_by_target() -> None:
    answers: Any = {"GET /x": [as_json(1), ConnectFailed("no"), lambda _: as_json(3)], "* /**": as_json(0)}
    transport = MemoryTransport([by_target(answers)])
    assert [transport.send(GET).body, transport.send(POST).body] == [b"1", b"0"]
    with pytest.raises(ConnectFailed):
        transport.send(GET)
    assert [transport.send(request).body for request in (GET, POST, GET)] == [b"3", b"0", b"3"]


def test_a_request_that_no_target_fits_is_told() -> None:
    transport = MemoryTransport([by_target({"GET /y": as_json(1), "POST /x": as_json(2)})])
    with pytest.raises(AssertionError, match=r"no answer for GET http://a\.test/x; there are: GET /y, POST /x"):
        transport.send(GET)
    with pytest.raises(ValueError, match="a target needs one step or more"):
        by_target({"GET /x": []})


# -- a script that grows -----------------------------------------------------------------------------------------------


def test_steps_can_be_added(pristine_transport: MemoryTransport) -> None:
    pristine_transport.add(Response(200), Response(201))
    assert len(pristine_transport.unused) == 2
    assert pristine_transport.send(GET).status == 200
    pristine_transport.add(Response(202))
    assert [pristine_transport.send(GET).status for _ in range(2)] == [201, 202]
    assert_all_used(pristine_transport)


def test_a_function_is_repeated_until_there_is_more(pristine_transport: MemoryTransport) -> None:
    pristine_transport.add(lambda _: Response(200))
    assert len(pristine_transport.unused) == 1
    assert [pristine_transport.send(GET).status for _ in range(3)] == [200] * 3
    assert pristine_transport.unused == []
    pristine_transport.add(Response(404))
    assert len(pristine_transport.unused) == 1
    assert pristine_transport.send(GET).status == 404


# -- fixtures ----------------------------------------------------------------------------------------------------------


def test_a_call_over_the_fixtures(pristine_transport: MemoryTransport, pristine_clock: ManualClock) -> None:
    pristine_transport.add(as_json({}, 503, {"Retry-After": "600"}), as_json({"ok": True}))
    context = pristine.context(
        base_url="http://a.test",
        transport=pristine_transport,
        clock=pristine_clock,
        retry={"name": "exponential", "max_retry_after": 900},
    )
    with pristine.Pipeline(MANIFEST, context) as api:
        assert api.execute("get") == {"ok": True}
    assert pristine_clock.slept == [600]
    assert_requested(pristine_transport, "GET /get", times=2)


def test_a_server_by_handler_or_by_the_name_of_a_fault(pristine_server: Callable[..., WireServer]) -> None:
    good = pristine_server(each_request(lambda wire, _: wire.json(b'{"ok": true}')))
    bad = pristine_server("reset-after-head")
    for server in (good, bad):
        with pristine.Pipeline(MANIFEST, pristine.context(base_url=server.url, retry="off")) as api:
            if server is good:
                assert api.execute("get") == {"ok": True}
            else:
                with pytest.raises(pristine.TransportError):
                    api.execute("get")
    with pytest.raises(LookupError, match=r"there is no fault 'nope'; there are: .*reset-after-head"):
        pristine_server("nope")


def test_the_fixtures_import_nothing_until_they_are_used() -> None:
    code = (
        "import sys, pristine.testing.fixtures; print([name for name in sys.modules if name.startswith('pristine.')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "['pristine.testing', 'pristine.testing.fixtures']"
