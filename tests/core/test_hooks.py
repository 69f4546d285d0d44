"""Callbacks beside a listener, and blocks whose exceptions are told."""

import pickle
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.ports.messages import Response
from pristine.ports.telemetry import Signal

JSON = {"content-type": "application/json"}


def wired(telemetry: Any = "off", **settings: Any) -> pristine.Context[Any]:
    transport = MemoryTransport([Response(200, JSON, b'"fine"')] * 3)
    return pristine.context(
        base_url="http://t", transport=transport, telemetry=telemetry, clock=ManualClock(), retry="off", **settings
    )


def call(face: type[Any], context: pristine.Context[Any], **options: Any) -> Any:
    with face(context) as api:
        return api.execute("get", **options)


def keep(signal: Signal) -> None:
    """A hook that can be pickled."""


# -- hooks -------------------------------------------------------------------------------------------------------------


def test_a_hook_is_called_with_the_signals_of_its_name(face: type[Any]) -> None:
    came: list[Signal] = []
    told = RecordingTelemetry()
    context = wired(told)
    hooked = context.on("request.stop", came.append).on("attempt.start", came.append).on("request.stop", came.append)
    call(face, hooked)
    assert [signal.name for signal in came] == ["attempt.start", "request.stop", "request.stop"]
    assert came[1] is came[2] is told.signals[-1]
    call(face, context)
    assert len(came) == 3


def test_a_hook_hears_though_nobody_else_does(face: type[Any]) -> None:
    came: list[Signal] = []
    call(face, wired("off").on("request.start", came.append))
    assert [signal.endpoint for signal in came] == ["get"]


def test_a_hook_that_raises_is_counted_and_hurts_nobody(face: type[Any]) -> None:
    came: list[Signal] = []
    told = RecordingTelemetry()

    def angry(signal: Signal) -> None:
        raise RuntimeError(signal.name)

    hooked = wired(told).on("attempt.start", angry).on("request.stop", angry).on("request.stop", came.append)
    assert call(face, hooked) == call(face, hooked) == "fine"
    assert hooked.hook_failures == {"attempt.start": 2, "request.stop": 2}
    assert (len(came), len(told.names)) == (2, 8)
    assert wired().hook_failures == {}


def test_a_listener_that_raises_does_not_hurt_a_hook(face: type[Any]) -> None:
    class Angry:
        active = True

        def emit(self, signal: Signal) -> None:
            raise RuntimeError("no")

    came: list[Signal] = []
    assert call(face, wired(Angry()).on("request.stop", came.append)) == "fine"
    assert len(came) == 1


def test_a_hook_on_messages_sees_them_without_credentials_and_the_listener_does_not(face: type[Any]) -> None:
    came: list[Signal] = []
    told = RecordingTelemetry()
    context = wired(told, auth=pristine.Bearer("planted-secret")).on("message.received", came.append)
    call(face, context.on("message.sent", came.append), query={"q": "planted-secret"})
    assert [signal.name for signal in came] == ["message.sent", "message.received"]
    assert came[1].attributes["body"] == b'"fine"'
    assert "Authorization: ***" in came[0].attributes["headers"]
    assert "planted-secret" not in repr(came)
    assert not [name for name in told.names if name.startswith("message.")]


def test_what_the_listener_injects_is_sent(face: type[Any]) -> None:
    class Tracing(RecordingTelemetry):
        def inject(self, call_id: str) -> dict[str, str]:
            return {"traceparent": "00-1"}

    context = wired(Tracing()).on("request.stop", keep)
    call(face, context)
    assert context.transport.requests[0].headers["traceparent"] == "00-1"


def test_hooks_stay_where_the_telemetry_changes(face: type[Any]) -> None:
    came: list[Signal] = []
    told = RecordingTelemetry()
    call(face, wired().on("request.stop", came.append).with_(telemetry=told))
    assert (len(came), told.names[-1]) == (1, "request.stop")


def test_a_context_with_hooks_shows_its_listener_and_can_be_pickled() -> None:
    hooked = pristine.context(telemetry="off").on("request.stop", keep)
    assert "NoTelemetry" in repr(hooked)
    copy: Any = pickle.loads(pickle.dumps(hooked)).telemetry
    assert isinstance(copy.inner, NoTelemetry)
    assert [one.name for one in copy.hooks] == ["request.stop"]


def test_hooks_on_failures_spare_what_goes_well() -> None:
    told: Any = wired().on("request.exception", keep).telemetry
    assert told.failures_only
    for context in (wired().on("request.stop", keep), wired(RecordingTelemetry()).on("request.exception", keep)):
        told = context.telemetry
        assert not told.failures_only


async def waits(signal: Signal) -> None:
    """A hook that would never be awaited."""


@pytest.mark.parametrize(
    ("name", "callback", "told"),
    [
        ("request.strat", keep, "there is no signal 'request.strat'; did you mean 'request.start'?"),
        (7, keep, "there is no signal 7"),
        ("request.stop", None, "give a function of a Signal, not None"),
        ("request.stop", waits, "a hook is called at once and cannot wait: give a plain function"),
    ],
)
def test_a_wrong_hook_is_refused(name: Any, callback: Any, told: str) -> None:
    with pytest.raises(pristine.ConfigurationError) as caught:
        wired().on(name, callback)
    assert told in str(caught.value)


# -- exceptions --------------------------------------------------------------------------------------------------------


def fail() -> None:
    raise ValueError("planted-secret")


def test_an_exception_is_told_and_raised() -> None:
    told = RecordingTelemetry()
    context = wired(told)
    with pytest.raises(ValueError, match="planted"), pristine.capture_exceptions(context, where="a", endpoint="get"):
        fail()
    [signal] = told.signals
    assert (signal.name, signal.endpoint, len(signal.call_id)) == ("exception.captured", "get", 36)
    assert signal.attributes == {
        "error.type": "ValueError",
        "where": "a",
        "code.function.name": f"{fail.__module__}.fail",
        "code.line.number": fail.__code__.co_firstlineno + 1,
    }
    assert "planted" not in repr(signal)


def test_an_exception_is_told_to_a_listener() -> None:
    told = RecordingTelemetry()
    with pytest.raises(ValueError, match="planted"), pristine.capture_exceptions(told, call_id="7"):
        fail()
    assert (told.signals[0].call_id, told.signals[0].attributes["where"]) == ("7", None)


def test_what_is_ignored_or_no_exception_is_not_told() -> None:
    told = RecordingTelemetry()
    with pytest.raises(ValueError, match="planted"), pristine.capture_exceptions(told, ignore=(ValueError,)):
        fail()
    with pytest.raises(KeyboardInterrupt), pristine.capture_exceptions(told):
        raise KeyboardInterrupt
    with pristine.capture_exceptions(told):
        pass
    assert told.names == []


def test_a_listener_that_raises_or_sleeps_does_not_change_the_exception() -> None:
    class Angry(NoTelemetry):
        active = True

        def emit(self, signal: Signal) -> None:
            raise RuntimeError("no")

    for listener in (Angry(), NoTelemetry()):
        with pytest.raises(ValueError, match="planted"), pristine.capture_exceptions(listener):
            fail()


def test_what_cannot_listen_is_refused() -> None:
    with pytest.raises(pristine.ConfigurationError, match="give a Context, or a listener"):
        pristine.capture_exceptions("structlog")  # type: ignore[arg-type]  # the mistake that is tested
