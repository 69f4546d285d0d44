"""Logs: what is logged of a call, at which level, and that a logger which filters is not troubled."""

import io
import json
import logging
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import LoggingTelemetry
from pristine.adapters.telemetry.fields import Attempts, line_of, shown, text_of
from pristine.adapters.telemetry.structlog import StructlogTelemetry
from pristine.ports.levels import DEBUG, ERROR, INFO, LEVELS, WARNING, level_of
from pristine.ports.messages import Response
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal

JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def retried_and_lost(face: type[Any], telemetry: Any) -> None:
    """A call that has its value by its second attempt, and one that has none."""
    script = [Response(503, JSON, b"{}"), Response(200, JSON, b"{}"), Response(404, JSON, b'{"a": 1}')]
    settings: Any = {"clock": ManualClock(), "retry": {"base": 1, "jitter": 0}, "telemetry": telemetry}
    with face(pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings)) as api:
        api.execute("get")
        with pytest.raises(pristine.StatusError):
            api.execute("get")


def configured(level: int) -> list[dict[str, Any]]:
    """What structlog, configured to let through a level, writes."""
    written: list[dict[str, Any]] = []

    def kept(_: Any, method: str, event: Any) -> Any:
        written.append({"level": method, **event})
        raise structlog.DropEvent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level), processors=[kept])
    return written


EXPECTED = [
    ("request.start", "debug", None),
    ("attempt.start", "debug", 1),
    ("attempt.stop", "info", 1),
    ("attempt.start", "debug", 2),
    ("attempt.stop", "debug", 2),
    ("request.stop", "debug", 2),
    ("request.start", "debug", None),
    ("attempt.start", "debug", 1),
    ("attempt.stop", "warning", 1),
    ("request.exception", "error", 1),
]


# -- the table of levels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "attributes", "level"),
    [
        ("request.start", {}, DEBUG),
        ("attempt.stop", {"outcome": "success", "delay": None}, DEBUG),
        ("attempt.stop", {"outcome": "overloaded", "delay": 1}, INFO),
        ("attempt.stop", {"outcome": "overloaded", "delay": None}, WARNING),
        ("request.exception", {"error.type": "NotFound"}, ERROR),
        ("request.exception", {"error.type": "CircuitOpen"}, WARNING),
        ("request.exception", {"error.type": "AdmissionRefused"}, WARNING),
        ("request.exception", {"error.type": "CancelledError"}, INFO),
        ("stream.error", {"error.type": "StreamInterrupted"}, ERROR),
        ("stream.stop", {"outcome": "completed"}, DEBUG),
        ("stream.stop", {"outcome": "cancelled"}, INFO),
        ("stream.stop", {"outcome": "dropped"}, WARNING),
        ("auth.refresh", {"error.type": None}, DEBUG),
        ("auth.refresh", {"error.type": "ConnectionLost"}, WARNING),
        ("breaker.state_change", {"after": "open"}, WARNING),
        ("breaker.state_change", {"after": "closed"}, INFO),
        ("future.poll", {"error.type": None}, DEBUG),
        ("future.poll", {"error.type": "ConnectionLost"}, INFO),
        ("future.stop", {"state": "done"}, DEBUG),
        ("future.stop", {"state": "cancelled"}, INFO),
        ("future.stop", {"state": "expired"}, ERROR),
        ("tomorrow.signal", {}, DEBUG),
    ],
)
def test_a_signal_has_its_level(name: str, attributes: dict[str, Any], level: int) -> None:
    assert level_of(Signal(name, "id", "get", attributes)) == level


def test_the_table_of_levels_speaks_of_signals_that_there_are() -> None:
    assert LEVELS.keys() <= SIGNALS.keys()


# -- structlog ---------------------------------------------------------------------------------------------------------


def test_structlog_gets_an_event_for_each_signal(face: type[Any]) -> None:
    written = configured(DEBUG)
    retried_and_lost(face, StructlogTelemetry())
    assert [(one["event"], one["level"], one.get("attempt")) for one in written] == EXPECTED
    first, second = written[0]["call_id"], written[-1]["call_id"]
    assert [one["call_id"] for one in written] == [first] * 6 + [second] * 4
    assert written[2] == {
        "event": "attempt.stop",
        "level": "info",
        "call_id": first,
        "endpoint": "get",
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


@pytest.mark.parametrize(("level", "names"), [(INFO, 3), (WARNING, 2), (ERROR, 1)])
def test_what_structlog_filters_is_not_told(face: type[Any], level: int, names: int) -> None:
    written = configured(level)
    retried_and_lost(face, StructlogTelemetry())
    assert len(written) == names
    assert (written[-1]["event"], written[-1]["error.type"], written[-1]["status"]) == (
        "request.exception",
        "NotFound",
        404,
    )


def test_structlog_that_nobody_has_configured_is_silent(face: type[Any], capsys: pytest.CaptureFixture[str]) -> None:
    told = StructlogTelemetry()
    assert not told.active
    retried_and_lost(face, told)
    assert capsys.readouterr() == ("", "")


def test_structlog_follows_a_new_configuration() -> None:
    told = StructlogTelemetry()
    configured(logging.CRITICAL)
    assert not told.active
    configured(WARNING)
    assert (told.active, told.failures_only) == (True, True)
    configured(DEBUG)
    assert (told.active, told.failures_only) == (True, False)


def test_structlog_over_the_standard_library_asks_its_level() -> None:
    structlog.configure(
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        processors=[structlog.stdlib.render_to_log_kwargs],
    )
    logging.getLogger("pristine.test").setLevel(logging.WARNING)
    told = StructlogTelemetry(logger="pristine.test")
    assert (told.active, told.failures_only) == (True, True)
    logging.getLogger("pristine.test").setLevel(logging.CRITICAL)
    assert not told.active


def test_what_the_application_has_bound_is_in_the_events(face: type[Any]) -> None:
    out = io.StringIO()
    processors: Any = [structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory(out))
    with structlog.contextvars.bound_contextvars(user=7):
        retried_and_lost(face, StructlogTelemetry())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["event"], line["user"]) for line in lines] == [(name, 7) for name, _, _ in EXPECTED]


def test_a_logger_of_structlog_can_be_given_and_needs_no_configuration() -> None:
    logger: Any = structlog.wrap_logger(structlog.testing.CapturingLogger(), processors=[])
    told = StructlogTelemetry(logger=logger)
    assert told.active


# -- the standard library ----------------------------------------------------------------------------------------------


def test_logging_gets_a_record_for_each_signal(face: type[Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pristine")
    retried_and_lost(face, LoggingTelemetry())
    fields: list[Any] = [vars(record)["pristine"] for record in caplog.records]
    levels = [record.levelname.lower() for record in caplog.records]
    assert [(one["signal"], level, one.get("attempt")) for one, level in zip(fields, levels, strict=True)] == EXPECTED
    assert caplog.messages[-1] == (
        f"request.exception get call_id={fields[-1]['call_id']} attempt=1 status=404 attempts=1 duration=0 "
        "error.type=NotFound"
    )


def test_logging_is_silent_where_nobody_has_configured_it(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("pristine.alone")
    logger.propagate = False
    told = LoggingTelemetry(logger="pristine.alone")
    told.emit(Signal("request.exception", "id", "get", {"error.type": "NotFound"}))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("level", "active", "failures_only"),
    [(DEBUG, True, False), (INFO, True, True), (ERROR, True, True), (logging.CRITICAL, False, True)],
)
def test_logging_asks_its_logger(level: int, *, active: bool, failures_only: bool) -> None:
    told = LoggingTelemetry(logger="pristine.level")
    logging.getLogger("pristine.level").setLevel(level)
    assert (told.active, told.failures_only) == (active, failures_only)


def test_bodies_are_logged_where_they_are_asked_for(face: type[Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pristine")
    retried_and_lost(face, LoggingTelemetry(dump=4))
    shown = [vars(record)["pristine"] for record in caplog.records if "message.received" in record.message]
    assert [(one["attempt"], one["status"], one["body"]) for one in shown] == [
        (1, 503, "{}"),
        (2, 200, "{}"),
        (1, 404, '{"a"'),
    ]


# -- what a line looks like --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("word", "word"),
        ("", '""'),
        ("two words", '"two words"'),
        ("a\nb\x1b[2J\u2028", '"a\\nb\\u001b[2J\\u2028"'),
        (0.12345678, "0.123457"),
        (None, "None"),
        ("x" * 2000, "x" * 1000 + "…"),
    ],
)
def test_a_value_is_a_word_or_quoted(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_line_is_bounded() -> None:
    assert line_of({f"a{number}": 1 for number in range(101)}).endswith("a99=1 …")


@pytest.mark.parametrize(
    ("body", "text"), [(b"{}", "{}"), ("né".encode()[:-1], "n"), (b"\xff\x00", "base64:/wA="), (b"", "")]
)
def test_a_body_is_text_where_it_is(body: bytes, text: str) -> None:
    assert text_of(body) == text


def test_calls_that_never_end_are_forgotten() -> None:
    attempts = Attempts()
    for number in range(1500):
        attempts.of(Signal("attempt.start", str(number), "get", {"attempt": 2}))
    assert attempts.of(Signal("message.sent", "0", "get")) is None
    assert attempts.of(Signal("message.sent", "1499", "get")) == 2
    assert attempts.of(Signal("request.stop", "1499", "get")) == 2
    assert attempts.of(Signal("request.stop", "1499", "get")) is None


# -- options, copies, secrets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["logging", "structlog"])
@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("dump", -1, "dump=-1: give a whole number of bytes, 0 for none"),
        ("dump", True, "dump=True: give a whole number of bytes"),
        ("logger", 7, "logger=7: give the name of a logger"),
        ("logger", "", "logger='': give the name of a logger"),
        ("dumps", 1, "has no option 'dumps'; did you mean 'dump'?"),
    ],
)
def test_a_wrong_option_is_told(name: str, option: str, value: Any, told: str) -> None:
    with pytest.raises(pristine.ConfigurationError) as caught:
        pristine.context(transport="memory", telemetry={"name": name, option: value})
    assert told in str(caught.value)
    assert caught.value.setting == f"telemetry.{option}"


@pytest.mark.parametrize("made", [LoggingTelemetry, StructlogTelemetry])
def test_it_can_be_pickled(made: Any) -> None:
    configured(DEBUG)
    told = made(dump=3)
    assert told.active
    copy = pickle.loads(pickle.dumps(told))
    assert (type(copy), copy.dumps, copy.active) == (made, 3, True) or not logging.getLogger("pristine").isEnabledFor(
        40
    )
