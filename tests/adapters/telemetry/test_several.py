"""Several listeners as one, and a listener that is told of a part: nobody hurts, or sees more than, what is his."""

import pickle
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import FanOut, Filtered, LoggingTelemetry, NoTelemetry, RecordingTelemetry
from pristine.ports.messages import Response
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal

JSON = {"content-type": "application/json"}


class Dumping(RecordingTelemetry):
    def __init__(self, dumps: int, **fields: str) -> None:
        super().__init__()
        self.dumps = dumps
        self.fields = fields

    def inject(self, call_id: str) -> dict[str, str]:
        return self.fields


class Angry:
    """Raises wherever it can."""

    @property
    def active(self) -> bool:
        raise RuntimeError("active")

    dumps = inject = failures_only = active

    def emit(self, signal: Signal) -> None:
        raise RuntimeError("emit")


class Furious(Angry):
    """The same, but that it listens."""

    active = True


def call(face: type[Any], telemetry: Any, *script: Response) -> MemoryTransport:
    transport = MemoryTransport(list(script) or [Response(200, JSON, b'"a long answer"')])
    settings: dict[str, Any] = {"telemetry": telemetry, "clock": ManualClock(), "retry": "off"}
    with face(pristine.context(base_url="http://t", transport=transport, **settings)) as api:
        for _ in script or [None]:
            try:
                api.execute("get")
            except pristine.StatusError:
                continue
    return transport


CALL = ["request.start", "attempt.start", "attempt.stop", "request.stop"]


# -- several -----------------------------------------------------------------------------------------------------------


def test_all_are_told_though_one_raises(face: type[Any]) -> None:
    first, last = RecordingTelemetry(), RecordingTelemetry()
    call(face, FanOut(first, Angry(), Furious(), NoTelemetry(), last))
    assert first.names == last.names == CALL
    assert first.signals == last.signals


def test_each_sees_of_a_message_what_it_has_asked_for(face: type[Any]) -> None:
    none, short, long = RecordingTelemetry(), Dumping(4), Dumping(9)
    several = FanOut(none, short, long)
    assert several.dumps == 9
    call(face, several)
    assert none.names == CALL
    for listener, body in ((short, b'"a l'), (long, b'"a long a')):
        [received] = [one for one in listener.signals if one.name == "message.received"]
        assert (received.attributes["body"], received.attributes["size"]) == (body, 15)


def test_what_each_puts_into_a_request_is_sent_and_the_first_has_the_last_word(face: type[Any]) -> None:
    transport = call(face, FanOut(Dumping(0, a="1"), Angry(), Dumping(0, a="2", b="3"), Furious()))
    [request] = transport.requests
    assert (request.headers["a"], request.headers["b"]) == ("1", "3")


def test_it_is_quiet_where_nobody_listens_and_spares_where_all_do() -> None:
    class Sparing(RecordingTelemetry):
        failures_only = True

    assert not FanOut(NoTelemetry(), NoTelemetry()).active
    assert FanOut(NoTelemetry()).dumps == 0
    assert FanOut(Sparing(), NoTelemetry()).failures_only
    assert not FanOut(Sparing(), RecordingTelemetry()).failures_only


def test_a_list_is_a_fan_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGGER", "mine")
    mine = RecordingTelemetry()
    source = {"transport": "memory", "telemetry": ["recording", {"name": "logging", "logger": {"env": "LOGGER"}}, mine]}
    told: Any = pristine.Context.from_config(source).telemetry
    assert [type(one) for one in told.listeners] == [RecordingTelemetry, LoggingTelemetry, RecordingTelemetry]
    assert told.listeners[-1] is mine
    assert isinstance(pristine.context(transport="memory", telemetry=[]).telemetry, NoTelemetry)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (["recordin"], "there is no telemetry 'recordin'; did you mean 'recording'?"),
        ([{"name": "logging", "dumb": 1}], "telemetry 'logging' has no option 'dumb'; did you mean 'dump'?"),
        ([7], "listeners=7: give listeners, which have emit(signal)"),
        ([RecordingTelemetry], "RecordingTelemetry is a class; give an instance"),
        ("fan_out", 'listeners=[]: give one or more: telemetry = ["structlog", "metrics"]'),
    ],
)
def test_a_wrong_list_is_told(choice: Any, told: str) -> None:
    with pytest.raises(pristine.ConfigurationError) as caught:
        pristine.context(transport="memory", telemetry=choice)
    assert told in str(caught.value)


def test_it_can_be_pickled() -> None:
    copy = pickle.loads(pickle.dumps(FanOut(LoggingTelemetry(), Filtered(inner=NoTelemetry(), rate=0.5))))
    assert [type(one) for one in copy.listeners] == [LoggingTelemetry, Filtered]
    assert copy.listeners[1].rate == 0.5


# -- a part ------------------------------------------------------------------------------------------------------------


def test_names_and_endpoints_are_let_through() -> None:
    inner = RecordingTelemetry()
    told = Filtered(inner=inner, names=["request.*", "stream.error"], endpoints="users.*")
    for name in SIGNALS:
        for endpoint in ("users.get", "users", "things.get"):
            told.emit(Signal(name, "id", endpoint))
    assert inner.names == ["request.start", "request.stop", "request.exception", "stream.error"]
    assert {signal.endpoint for signal in inner.signals} == {"users.get"}


def test_a_call_is_in_the_sample_or_not() -> None:
    inner = RecordingTelemetry()
    told = Filtered(inner=inner, rate=0.25)
    for call_id in map(str, range(1000)):
        told.emit(Signal("request.start", call_id, "get"))
        told.emit(Signal("request.exception", call_id, "get", {"error.type": "NotFound"}))
    starts = [signal.call_id for signal in inner.signals if signal.name == "request.start"]
    ends = [signal.call_id for signal in inner.signals if signal.name == "request.exception"]
    assert starts == ends
    assert 200 < len(starts) < 300
    again = Filtered(inner=RecordingTelemetry(), rate=0.25)
    assert [call_id for call_id in map(str, range(1000)) if again.samples(call_id)] == starts


def test_failures_are_let_through_where_that_is_asked_for(face: type[Any]) -> None:
    inner = RecordingTelemetry()
    call(face, Filtered(inner=inner, rate=0, failures=True), Response(200, JSON, b"1"), Response(404, JSON, b"{}"))
    assert inner.names == ["attempt.stop", "request.exception"]
    assert not Filtered(inner=inner, rate=0).active


@pytest.mark.parametrize(("rate", "sampled"), [(0, 0), (1, 1000)])
def test_none_and_all_are_meant_exactly(rate: float, sampled: int) -> None:
    told = Filtered(inner=RecordingTelemetry(), rate=rate)
    assert sum(map(told.samples, map(str, range(1000)))) == sampled


def test_what_the_inner_one_wants_is_handed_on(face: type[Any]) -> None:
    inner = Dumping(7, traceparent="00-1")
    transport = call(face, Filtered(inner=inner))
    assert inner.signals[-3].attributes["body"] == b'"a long'
    assert transport.requests[0].headers["traceparent"] == "00-1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "argument: 'inner'"),
        ({"inner": 7}, "inner=7: give a listener, which has emit(signal), or its name"),
        ({"inner": "recordin"}, "there is no telemetry 'recordin'"),
        ({"inner": "recording", "rate": 2}, "rate=2: give a part, from 0 to 1"),
        ({"inner": "recording", "rate": True}, "rate=True: give a part, from 0 to 1"),
        ({"inner": "recording", "names": "request.strat"}, "did you mean 'request.start'?"),
        ({"inner": "recording", "endpoints": [7]}, "endpoints=7: give ids of endpoints, such as 'users.*'"),
        ({"inner": "recording", "failures": 1}, "failures=1: give True or False"),
    ],
)
def test_a_wrong_option_of_a_part_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(pristine.ConfigurationError) as caught:
        pristine.context(transport="memory", telemetry={"name": "filtered", **options})
    assert told in str(caught.value)


def test_it_is_made_from_configuration_around_another() -> None:
    told = pristine.context(transport="memory", telemetry={"name": "filtered", "inner": "recording", "rate": 0.5})
    assert isinstance(told.telemetry, Filtered)
    assert isinstance(told.telemetry.inner, RecordingTelemetry)
