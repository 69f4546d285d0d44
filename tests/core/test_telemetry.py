"""Every signal of the catalogue is emitted, in order, with its attributes, and a listener cannot hurt a call."""

import gc
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.core.hooks import _OF_FAILURES, Hooked, hook
from pristine.ports import signals
from pristine.ports.errors import ConnectionLost, NotFound, ServerError, StreamInterrupted
from pristine.ports.levels import is_failure
from pristine.ports.messages import Request, Response
from pristine.ports.telemetry import Signal
from tests.support.everything import everything
from tests.support.faces import Face
from tests.support.tokens import Tokens

JSON = {"content-type": "application/json"}
WORK = (
    Response(200, JSON, b'{"id": "1", "status": "going"}'),
    Response(200, JSON, b'{"id": "1", "status": "done"}'),
)


def calls(face: type[Any], script: list[Any], **settings: Any) -> tuple[Face, RecordingTelemetry]:
    told = RecordingTelemetry()
    usual = {"transport": MemoryTransport(script), "telemetry": told, "clock": ManualClock()}
    settings = {**usual, "retry": {"base": 1, "jitter": 0}, **settings}
    return face(pristine.context(base_url="http://t", **settings)), told


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
    where = {"method": "GET", "url.template": "/get", "server.address": "t", "server.port": 80}
    assert start == where
    assert failed == {
        "attempt": 1,
        "outcome": "overloaded",
        "status": 503,
        "error.type": "ServiceUnavailable",
        "response.size": 2,
        "delay": 1,
        "why": "retried: overloaded, perhaps processed",
        "attempt.duration": 0,
        "duration": 0,
    }
    assert again == {**where, "attempt": 2, "url.full": "http://t/get", "request.size": 0, "duration": 1}
    assert (good["attempt"], good["outcome"], good["error.type"], good["why"]) == (2, "success", None, "it succeeded")
    assert (good["delay"], good["attempt.duration"], good["duration"]) == (None, 0, 1)
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


@pytest.mark.parametrize(("to", "traced"), [("/there?a=sekrit", True), ("http://u/there?a=sekrit", False)])
def test_a_redirect(face: type[Any], to: str, traced: bool) -> None:
    transport = MemoryTransport([Response(302, {"location": to}), Response(200, JSON, b"{}")])
    told = Dumping()
    api, _ = calls(face, [], transport=transport, telemetry=told, redirects=1)
    api.execute("get")
    api.close()
    [redirect] = [dict(signal.attributes) for signal in told.signals if signal.name == signals.ATTEMPT_REDIRECT]
    assert redirect == {
        "attempt": 1,
        "status": 302,
        "method": "GET",
        "url.full": "http://u/there?a=***" if "//" in to else "http://t/there?a=***",
        "server.address": "u" if "//" in to else "t",
        "server.port": 80,
        "request.size": 0,
        "duration": 0,
    }
    assert ("traceparent" in transport.requests[1].headers) is traced


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


def test_a_stream_that_is_dropped_open_is_told_of_when_the_next_one_is_opened(face: type[Any]) -> None:
    api, told = calls(face, [Scripted([b"data: 1\n\n", b"data: 2\n\n"])] * 3)
    for opened in range(2):
        stream = api.open("feed")
        assert told.names.count(signals.STREAM_STOP) == opened
        stream.next()
        with pytest.warns(ResourceWarning, match="dropped open"):  # noqa: PT031 both lines drop it
            del stream
            gc.collect()
    api.close()
    assert told.names.count(signals.STREAM_STOP) == 2
    assert told.signals[-1].attributes == {"outcome": "dropped", "events": 1, "bytes": 9, "duration": 0}
    assert told.signals[0].call_id != told.signals[-1].call_id


def test_a_stream_that_breaks(face: type[Any]) -> None:
    api, told = calls(face, [Scripted([b"data: 1\n\n", ConnectionLost("reset")])])
    with pytest.raises(StreamInterrupted):
        api.events("feed")
    api.close()
    assert told.names[-1] == signals.STREAM_ERROR
    assert told.signals[-1].attributes == {
        "error.type": "StreamInterrupted",
        "status": None,
        "events": 1,
        "bytes": 9,
        "duration": 0,
    }


def test_a_stream_that_is_connected_again(face: type[Any]) -> None:
    broken = Scripted([b"retry: 1000\nid: 1\ndata: 1\n\n", ConnectionLost("reset")])
    api, told = calls(face, [broken, Scripted([b"data: 2\n\n"]), Response(204)])
    api.events("feed", reconnect=True)
    api.close()
    first, second = (dict(signal.attributes) for signal in told.signals if signal.name == signals.STREAM_RECONNECT)
    assert first == {"error.type": "ConnectionLost", "delay": 1, "events": 1, "bytes": 27, "duration": 0}
    assert second == {"error.type": None, "delay": 1, "events": 2, "bytes": 36, "duration": 1}


def test_calls_that_are_made_for_a_future_say_so(face: type[Any]) -> None:
    api, told = calls(face, [*WORK, Response(200, JSON, b"{}")])
    api.finished("work")
    api.execute("get")
    api.close()
    [future] = {signal.call_id for signal in told.signals if signal.name.startswith("future.")}
    starts = [signal.parent_id for signal in told.signals if signal.name == signals.REQUEST_START]
    assert starts == [future, future, ""]


def test_a_token_keeps_the_trace_of_who_follows_it(face: type[Any]) -> None:
    told = Dumping()
    api, _ = calls(face, [*WORK], telemetry=told)
    future = api.started("work")
    assert json.loads(future.token())["trace"] == "00-36"
    api.resumed(future.token())
    api.close()
    resumed = [dict(signal.attributes) for signal in told.signals if signal.name == signals.FUTURE_START][1]
    assert resumed == {"state": "pending", "resumed": True, "traceparent": "00-36"}


def test_a_stream_that_does_not_open(face: type[Any]) -> None:
    api, told = calls(face, [Response(404, JSON, b"{}")])
    with pytest.raises(NotFound):
        api.events("feed")
    api.close()
    assert told.names == [signals.STREAM_START, signals.ATTEMPT_START, signals.ATTEMPT_STOP, signals.STREAM_ERROR]


def test_every_signal_of_the_catalogue_is_emitted_with_what_it_promises(face: type[Any], tmp_path: Path) -> None:
    """The scenarios above, gathered: nothing in the catalogue that no code emits, nothing emitted that is not in it."""
    script = [
        Response(200, JSON, b"{}"),
        Response(404, JSON, b"{}"),
        Scripted([b"data: 1\n\n"]),
        Response(404, JSON, b"{}"),
        Response(200, JSON, b"{}"),
        Scripted([b"data: 1\n\n"]),
        *WORK,
        Response(500, JSON, b"{}"),
        Scripted([b"retry: 1\ndata: 1\n\n"]),
        Response(204),
        Response(302, {"location": "/there"}),
        Response(200, JSON, b"{}"),
    ]
    limits: dict[str, Any] = {"limiter": {"requests": 1, "per": 10}, "breaker": {"failures": 1}}
    limits["auth"] = pristine.TokenAuth(Tokens())
    told = Dumping()
    api, _ = calls(face, script, retry="off", telemetry=told, **limits)
    api.execute("get")
    with pytest.raises(NotFound):
        api.execute("get")
    api.events("feed")
    with pytest.raises(NotFound):
        api.events("feed")
    api.execute("post", pristine.body_of(lambda: iter([b"x" * 700_000] * 2)))
    stream = api.open("feed")
    stream.view("to_file", tmp_path / "file")
    assert api.finished("work") == {"id": "1", "status": "done"}
    with pytest.raises(ServerError):
        api.execute("get")
    told_of_more = calls(face, script[-4:], retry="off", telemetry=told, redirects=1)[0]
    told_of_more.events("feed", reconnect=True)
    told_of_more.execute("get")
    told_of_more.close()
    api.close()
    with pytest.raises(ZeroDivisionError), pristine.capture_exceptions(told):
        raise ZeroDivisionError
    assert set(told.names) == set(signals.SIGNALS)
    for signal in told.signals:
        entry = signals.SIGNALS[signal.name]
        assert signal.attributes.keys() == entry.attributes.keys(), signal.name
        assert all(is_measured(signal.attributes[name]) for name in entry.measurements), signal.name
    assert {name for entry in signals.SIGNALS.values() for name in entry.measurements} == set(signals.UNITS)


def is_measured(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


class Sparing(RecordingTelemetry):
    """One that wants to hear of failures alone."""

    failures_only = True


def test_who_wants_to_hear_of_failures_alone_hears_of_all_of_them(face: type[Any], tmp_path: Path) -> None:
    all_of_it, failures, hooked = RecordingTelemetry(), Sparing(), Counter[str]()
    everything(face, all_of_it, tmp_path)
    everything(face, failures, tmp_path)
    heard = tuple(hook(name, lambda signal: hooked.update([signal.name])) for name in _OF_FAILURES)
    telemetry = Hooked(NoTelemetry(), heard)
    assert telemetry.failures_only
    everything(face, telemetry, tmp_path)
    assert "request.stop" not in failures.names
    assert Counter(one.name for one in filter(is_failure, failures.signals)) == Counter(
        one.name for one in filter(is_failure, all_of_it.signals)
    )
    assert hooked == Counter(name for name in all_of_it.names if name in _OF_FAILURES)
    assert set(hooked) == _OF_FAILURES


class Dumping(RecordingTelemetry):
    """One that wants to see messages, and puts a field into them."""

    dumps = 20

    def inject(self, call_id: str) -> dict[str, str]:
        return {"traceparent": f"00-{len(call_id)}"}


def test_messages_are_shown_to_one_who_asks_and_credentials_are_not(face: type[Any]) -> None:
    told = Dumping()
    echo = Response(200, {**JSON, "x-session": "sekrit-token"}, b'{"you": "sekrit-token", "more": "and more"}')
    transport = MemoryTransport([Response(503, JSON, b"{}"), echo])
    settings: dict[str, Any] = {"telemetry": told, "clock": ManualClock(), "auth": pristine.Bearer("sekrit-token")}
    with face(pristine.context(base_url="http://t", transport=transport, **settings)) as api:
        api.execute("keyed", {"a": "sekrit-token"}, query={"q": "sekrit-token"})
    shown = [dict(one.attributes) for one in told.signals if one.name.startswith("message.")]
    sent, received = shown[2:]
    assert (sent["method"], sent["url.full"], sent["body"], sent["size"]) == (
        "POST",
        "http://t/keyed?q=***",
        b'{"a":"***"}',
        20,
    )
    assert "Authorization: ***" in sent["headers"]
    assert (received["status"], received["body"], received["size"]) == (200, b'{"you": "***", "more', len(echo.body))
    assert "sekrit" not in repr(told.signals)
    assert [request.headers["traceparent"] for request in transport.requests] == ["00-36"] * 2


def test_what_is_injected_cannot_hurt_a_call(face: type[Any]) -> None:
    class Wrong(RecordingTelemetry):
        def inject(self, call_id: str) -> Any:
            return {"bad header": "a\nb"}

    api, _ = calls(face, [Response(200, JSON, b'"fine"')], telemetry=Wrong())
    assert api.execute("get") == "fine"
    api.close()


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
