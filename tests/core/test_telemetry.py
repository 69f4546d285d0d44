"""Every signal of the catalogue is emitted, in order, with its attributes, and a listener cannot hurt a call."""

from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.telemetry import RecordingTelemetry
from pristine.ports import telemetry as signals
from pristine.ports.errors import ConnectionLost, NotFound, StreamInterrupted
from pristine.ports.messages import Request, Response
from pristine.ports.telemetry import Signal
from tests.support.faces import FACES, Face

JSON = {"content-type": "application/json"}


@pytest.fixture(params=FACES.values(), ids=list(FACES))
def face(request: pytest.FixtureRequest) -> type[Any]:
    return request.param  # type: ignore[no-any-return]


def calls(face: type[Any], script: list[Any], **settings: Any) -> tuple[Face, RecordingTelemetry]:
    told = RecordingTelemetry()
    settings = {"telemetry": told, "retry": {"base": 1, "jitter": 0}, "clock": ManualClock(), **settings}
    return face(pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings)), told


def test_a_call_that_is_retried(face: type[Any]) -> None:
    api, told = calls(face, [Response(503, JSON, b"{}"), Response(200, JSON, b"{}")])
    api.execute("get")
    api.close()
    assert told.names == [
        signals.REQUEST_START,
        signals.ATTEMPT_START,
        signals.ATTEMPT_STOP,
        signals.ATTEMPT_START,
        signals.ATTEMPT_STOP,
        signals.REQUEST_STOP,
    ]
    start, _, failed, again, good, stop = (dict(signal.attributes) for signal in told.signals)
    assert start == {"method": "GET", "url.template": "/get"}
    assert failed == {"attempt": 1, "outcome": "overloaded", "status": 503, "delay": 1, "duration": 0}
    assert again == {"attempt": 2}
    assert good == {"attempt": 2, "outcome": "success", "status": 200, "delay": None, "duration": 1}
    assert stop == {"status": 200, "attempts": 2, "duration": 1}
    assert len({signal.call_id for signal in told.signals}) == 1
    assert {signal.endpoint for signal in told.signals} == {"get"}


def test_a_call_that_fails(face: type[Any]) -> None:
    api, told = calls(face, [Response(404, JSON, b"{}")])
    with pytest.raises(NotFound):
        api.execute("get")
    api.close()
    assert told.names[-1] == signals.REQUEST_EXCEPTION
    assert told.signals[-1].attributes == {"error.type": "NotFound", "status": 404, "attempts": 1, "duration": 0}


def test_a_stream_to_its_end(face: type[Any]) -> None:
    api, told = calls(face, [Scripted([b"data: 1\n\n", b"data: 2\n\n"])])
    api.events("feed")
    api.close()
    assert told.names == [
        signals.STREAM_START,
        signals.ATTEMPT_START,
        signals.ATTEMPT_STOP,
        signals.STREAM_CONNECTED,
        signals.STREAM_FIRST_EVENT,
        signals.STREAM_STOP,
    ]
    assert told.signals[-1].attributes == {"outcome": "completed", "events": 2, "bytes": 18, "duration": 0}


@pytest.mark.parametrize("end", ["stopped", "cancelled"])
def test_a_stream_that_is_left(face: type[Any], end: str) -> None:
    api, told = calls(face, [Scripted([b"data: 1\n\n", b"data: 2\n\n"])])
    stream = api.open("feed")
    stream.next()
    if end == "cancelled":
        stream.response.cancel()
    stream.close()
    api.close()
    assert told.names[-1] == signals.STREAM_STOP
    assert told.signals[-1].attributes["outcome"] == end


def test_a_stream_that_breaks(face: type[Any]) -> None:
    api, told = calls(face, [Scripted([b"data: 1\n\n", ConnectionLost("reset")])])
    with pytest.raises(StreamInterrupted):
        api.events("feed")
    api.close()
    assert told.names[-1] == signals.STREAM_ERROR
    assert told.signals[-1].attributes == {"error.type": "StreamInterrupted", "events": 1, "bytes": 9, "duration": 0}


def test_a_stream_that_does_not_open(face: type[Any]) -> None:
    api, told = calls(face, [Response(404, JSON, b"{}")])
    with pytest.raises(NotFound):
        api.events("feed")
    api.close()
    assert told.names == [signals.STREAM_START, signals.ATTEMPT_START, signals.ATTEMPT_STOP, signals.STREAM_ERROR]


def test_every_signal_of_the_catalogue_is_emitted_with_what_it_promises(face: type[Any]) -> None:
    """The scenarios above, gathered: nothing in the catalogue that no code emits, nothing emitted that is not in it."""
    script = [
        Response(200, JSON, b"{}"),
        Response(404, JSON, b"{}"),
        Scripted([b"data: 1\n\n"]),
        Response(404, JSON, b"{}"),
    ]
    api, told = calls(face, script)
    api.execute("get")
    with pytest.raises(NotFound):
        api.execute("get")
    api.events("feed")
    with pytest.raises(NotFound):
        api.events("feed")
    api.close()
    assert set(told.names) == set(signals.SIGNALS)
    for signal in told.signals:
        _, _, promised = signals.SIGNALS[signal.name].partition(": ")
        for name in signal.attributes:
            assert name in promised, f"{signal.name} does not promise {name}"


def test_what_a_listener_raises_never_reaches_the_call(face: type[Any]) -> None:
    class Angry:
        active = True

        def emit(self, signal: Signal) -> None:
            raise RuntimeError("no")

    api, _ = calls(face, [Response(200, JSON, b'"fine"')], telemetry=Angry())
    assert api.execute("get") == "fine"
    api.close()


def test_no_signal_carries_a_credential(face: type[Any]) -> None:
    def echo(request: Request) -> Response:
        return Response(401, JSON, request.headers["authorization"].encode())

    api, told = calls(face, [echo], auth=pristine.Bearer("planted-secret"))
    with pytest.raises(pristine.StatusError):
        api.execute("get", query={"api_key": "planted-secret"}, headers={"X-Token": "planted-secret"})
    api.close()
    assert "planted-secret" not in repr(told.signals)
