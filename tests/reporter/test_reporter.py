"""Events reach a server in batches, and nothing that happens to it reaches whoever reports."""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import FanOut
from pristine.ports.errors import ConnectionLost
from pristine.ports.messages import Request, Response
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal
from pristine.reporter import Severity
from pristine.reporter.outbox import Outbox, is_final
from pristine.reporter.settings import KNOWN, Options, Settings
from tests.conftest import Serve
from tests.reporter.collector import PATIENCE, Collector
from tests.support.everything import SECRET, everything, leaks
from tests.support.faces import FACES

LONG = 3600.0


def reporter(url: str, **options: Any) -> pristine.Reporter:
    context = pristine.context(base_url=url, transport="httpx", **options.pop("context", {}))
    return pristine.Reporter(context, **{"interval": LONG, **options})


def in_memory(*script: Any, **options: Any) -> tuple[pristine.Reporter, MemoryTransport]:
    transport = MemoryTransport(list(script))
    context = pristine.context(base_url="http://t", transport=transport)
    return pristine.Reporter(context, **{"interval": LONG, **options}), transport


# -- over the wire -----------------------------------------------------------------------------------------------------


def test_what_is_logged_is_sent_by_flush(serve: Serve) -> None:
    collector = Collector()
    with reporter(serve(collector).url, context={"auth": pristine.Bearer("t0ken-of-it")}) as reports:
        before = time.time()
        reports.log("started", job=7)
        reports.log("slow", "warning", seconds=1.5, password="hunter22")
        assert reports.flush(PATIENCE)
        assert reports.counts.sent == 2
    status, [first, second] = collector.next()
    assert status == 200
    assert before <= first.pop("time") <= second.pop("time") <= time.time()
    assert first == {"severity": "info", "message": "started", "attributes": {"job": 7}}
    assert second == {
        "severity": "warning",
        "message": "slow",
        "attributes": {"seconds": 1.5, "password": "***"},
    }


def test_an_exception_has_its_cause_and_its_places(serve: Serve) -> None:
    def inner() -> None:
        raise KeyError("missing")

    collector = Collector()
    with reporter(serve(collector).url) as reports:
        try:
            try:
                inner()
            except KeyError as error:
                raise ValueError("token=abcdef123 is wrong") from error
        except ValueError as error:
            reports.log_exception(error, "import failed", order=3)
    [event] = collector.next()[1]
    told = event["exception"]
    assert (event["severity"], event["message"], event["attributes"]) == ("error", "import failed", {"order": 3})
    assert (told["type"], told["module"], told["message"]) == ("ValueError", "builtins", "token=*** is wrong")
    assert (told["cause"]["type"], told["cause"]["message"]) == ("KeyError", "'missing'")
    assert told["cause"]["stack"][-1] == (f"{__name__}.{inner.__qualname__}:{inner.__code__.co_firstlineno + 1}")


def test_a_full_batch_is_sent_at_once_and_no_larger(serve: Serve) -> None:
    collector = Collector()
    with reporter(serve(collector).url, batch_size=3) as reports:
        for number in range(7):
            reports.log(str(number))
        first, second = collector.messages(), collector.messages()
        assert [*first, *second] == ["0", "1", "2", "3", "4", "5"]
        assert len(first) == len(second) == 3
    assert collector.messages() == ["6"]


def test_a_batch_has_its_bytes(serve: Serve) -> None:
    collector = Collector()
    with reporter(serve(collector).url, batch_bytes=1000) as reports:
        for letter in "abc":
            reports.log(letter * 600)
    assert [len(collector.messages()) for _ in range(3)] == [1, 1, 1]


def test_an_event_is_sent_when_its_time_has_come(serve: Serve) -> None:
    collector = Collector()
    with reporter(serve(collector).url, interval=0.01) as reports:
        reports.log("alone")
        assert collector.messages() == ["alone"]
        assert reports.wait_until_drained(PATIENCE)


def test_a_server_that_is_busy_is_asked_again_with_the_same_key(serve: Serve) -> None:
    collector = Collector(503, 429)
    with reporter(serve(collector).url, backoff=0.01) as reports:
        reports.log("patient")
        assert reports.flush(PATIENCE)
        counts = reports.counts
    assert [collector.next()[0] for _ in range(3)] == [503, 429, 200]
    assert len(set(collector.keys)) == 1
    assert (counts.sent, counts.failures, counts.rejected) == (1, 2, 0)


def test_what_a_server_refuses_is_not_sent_again(serve: Serve) -> None:
    collector = Collector(400)
    with reporter(serve(collector).url) as reports:
        reports.log("wrong")
        assert reports.flush(PATIENCE)
        reports.log("right")
    assert [collector.next()[0], collector.messages()] == [400, ["right"]]
    assert (reports.counts.rejected, reports.counts.sent, reports.counts.last_error) == (1, 1, "BadRequest")


def test_at_the_exit_of_the_process_what_is_left_is_sent(serve: Serve) -> None:
    collector = Collector()
    code = f"""
import pristine
context = pristine.context(base_url={serve(collector).url!r}, transport="httpx")
reports = pristine.Reporter(context, interval=3600)
reports.log("the last words")
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
    assert collector.messages() == ["the last words"]


@pytest.mark.parametrize("accepts", [False, True], ids=["refuses", "never answers"])
def test_a_dead_endpoint_does_not_hold_up_the_exit(serve: Serve, *, accepts: bool) -> None:
    url = serve(lambda wire: wire.pause()).url if accepts else "http://127.0.0.1:9"
    code = f"""
import pristine
context = pristine.context(base_url={url!r}, transport="httpx")
reports = pristine.Reporter(context, interval=3600, exit_timeout=0.2, timeout=3600)
reports.log("nobody hears it")
assert not reports.flush(0.1)
"""
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60, capture_output=True)
    assert (ended.stdout, ended.stderr) == (b"", b"")


# -- a dead endpoint ---------------------------------------------------------------------------------------------------


def test_a_dead_endpoint_makes_nothing_grow_and_recovers() -> None:
    alive = threading.Event()
    sent: list[bytes] = []

    def answer(request: Request) -> Response:
        if not alive.is_set():
            raise ConnectionLost("dead")
        assert isinstance(request.body, bytes)
        sent.append(request.body)
        return Response(204)

    reports, transport = in_memory(*[answer] * 10_000, queue_size=5, batch_size=2, backoff=0.001, max_backoff=0.001)
    for number in range(100):
        reports.log(str(number))
    assert not reports.flush(0)
    with reports.changed:
        assert len(reports.outbox) <= 7
    alive.set()
    assert reports.flush(PATIENCE)
    counts = reports.counts
    assert (counts.queued, counts.sent + counts.dropped) == (0, 100)
    assert counts.dropped >= 93
    assert b'"99"' in sent[-1]
    assert reports.stop(PATIENCE)
    assert transport.requests


@pytest.mark.parametrize(("drop", "kept"), [("oldest", ["2", "3", "4"]), ("newest", ["0", "1", "2"])])
def test_where_there_is_no_room_one_is_dropped(drop: str, kept: list[str]) -> None:
    outbox = Outbox(Settings(queue_size=3, drop=drop), lambda: 0.5)
    for number in range(5):
        outbox.put(str(number).encode(), 0.0)
    batch = outbox.batch()
    assert batch is not None
    assert [event.decode() for event in batch.events] == kept
    assert outbox.counts.dropped == 2


def test_bytes_are_bounded_too() -> None:
    outbox = Outbox(Settings(queue_bytes=10), lambda: 0.5)
    for event in (b"a" * 11, b"b" * 6, b"c" * 6):
        outbox.put(event, 0.0)
    batch = outbox.batch()
    assert batch is not None
    assert (batch.events, outbox.counts.dropped) == ((b"c" * 6,), 2)


def test_the_wait_doubles_up_to_its_end_and_heeds_the_server() -> None:
    outbox = Outbox(Settings(backoff=1, max_backoff=5), lambda: 1.0)
    outbox.put(b"{}", 0.0)
    assert outbox.due(0) == 5.0
    waits = []
    for wish in (None, None, None, None, 30.0):
        outbox.batch()
        outbox.settle(ConnectionLost("dead", retry_after=wish), 100.0)
        waits.append(outbox.due(0))
    assert waits == [101.0, 102.0, 104.0, 105.0, 130.0]


@pytest.mark.parametrize(
    ("status", "final"), [(503, False), (500, False), (429, False), (408, False), (400, True), (401, True), (413, True)]
)
def test_which_refusals_are_final(status: int, final: bool) -> None:
    error = pristine.StatusError.class_for(status)("no", status=status)
    assert is_final(error) is final
    assert is_final(RuntimeError())


# -- stopping ----------------------------------------------------------------------------------------------------------


def test_after_stop_nothing_is_taken() -> None:
    reports, transport = in_memory(Response(204))
    reports.log("before")
    assert reports.stop(PATIENCE)
    assert reports.stop(PATIENCE)
    reports.log("after")
    assert (len(transport.requests), reports.active) == (1, False)
    assert (reports.counts.sent, reports.counts.dropped) == (1, 1)


def test_stop_is_bounded_and_counts_what_it_drops() -> None:
    reports, _ = in_memory(*[ConnectionLost("dead")] * 9, backoff=LONG, max_backoff=LONG)
    reports.log("lost")
    assert not reports.stop(0.5)
    assert (reports.counts.sent, reports.counts.dropped, reports.counts.last_error) == (0, 1, "ConnectionLost")


def test_a_reporter_that_has_nothing_starts_nothing() -> None:
    reports, _ = in_memory()
    assert reports.flush(0)
    assert reports.wait_until_drained(0)
    assert reports._thread is None
    assert reports.stop(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it does not fork")
def test_a_child_has_a_queue_and_a_thread_of_its_own(serve: Serve) -> None:
    collector = Collector()
    reports = reporter(serve(collector).url)
    reports.log("of the parent")
    with reports.changed:
        child = os.fork()
        if not child:
            reports.log("of the child")
            os._exit(0 if reports.flush(PATIENCE) and reports.counts.sent == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert collector.messages() == ["of the child"]
    assert reports.stop(PATIENCE)
    assert collector.messages() == ["of the parent"]


def test_threads_report_together() -> None:
    reports, transport = in_memory(*[Response(204)] * 1000, queue_size=10_000)

    def many() -> None:
        for number in range(500):
            reports.log(str(number))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports.stop(PATIENCE)
    assert reports.counts.sent == 2000
    assert len({request.headers["idempotency-key"] for request in transport.requests}) == len(transport.requests)


# -- what is taken -----------------------------------------------------------------------------------------------------


def test_what_is_below_the_level_is_not_taken() -> None:
    reports, _ = in_memory(Response(204), level="warning")
    reports.log("quiet")
    reports.emit(Signal("request.start", "1", "get"))
    reports.emit(Signal("request.exception", "1", "get", {"error.type": "NotFound"}))
    reports.log("loud", Severity.CRITICAL)
    assert (reports.counts.queued, reports.failures_only) == (2, True)
    assert reports.stop(PATIENCE)


def test_an_event_that_is_too_large_keeps_its_beginning() -> None:
    bodies: queue.Queue[Any] = queue.Queue()

    def kept(request: Request) -> Response:
        bodies.put(request.body)
        return Response(204)

    reports, _ = in_memory(kept, max_event_bytes=500)
    reports.log("m" * 1000, a=["x" * 1000] * 10)
    assert reports.stop(PATIENCE)
    body = bodies.get(timeout=PATIENCE)
    assert b'"truncated":true' in body
    assert len(body) < 500


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_signals_are_reported_without_secrets_and_its_own_calls_are_not(
    face: type[Any], serve: Serve, tmp_path: Path
) -> None:
    collector = Collector()
    server = serve(collector)
    reports = reporter(server.url, context={"auth": pristine.Bearer(SECRET)}, secrets=[SECRET], batch_size=1000)
    everything(face, FanOut(reports), tmp_path)
    error = RuntimeError(f"password={SECRET} and {SECRET}")
    reports.log_exception(error, SECRET, body={"x": [SECRET]}, **{SECRET: SECRET})
    reports.emit(Signal("request.start", "1", "reporter.send"))
    assert reports.flush(PATIENCE)
    events = collector.next()[1]
    assert reports.stop(PATIENCE)
    dumped = {"message.sent", "message.received"}
    assert {event["message"] for event in events[:-1]} == set(SIGNALS) - dumped
    assert events[-1]["exception"]["message"] == "password=*** and ***"
    assert not leaks(b"".join(request.body for request in server.requests).decode())


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("batchsize", 1, "the reporter has no option 'batchsize'; did you mean 'batch_size'?"),
        ("batch_size", 0, "batch_size=0: give a whole number, 1 or greater"),
        ("interval", 0, "interval=0: give a number of seconds above 0"),
        ("drop", "all", "drop='all': give 'oldest' or 'newest'"),
        ("level", "warn", "level='warn': there is no such severity; did you mean 'warning'?"),
        ("path", "events", "path='events': give a path such as '/events'"),
        ("secrets", "abc", "secrets='***': give a list of texts"),
    ],
)
def test_a_wrong_option_is_told(option: str, value: Any, told: str) -> None:
    with pytest.raises(pristine.ConfigurationError) as caught:
        in_memory(**{option: value})
    assert told in str(caught.value)


def test_the_options_are_those_of_the_settings() -> None:
    assert set(KNOWN) == set(Options.__annotations__)


def test_of_an_answer_no_more_is_read_than_it_can_matter() -> None:
    reports, _ = in_memory(Response(200, {}, b"x" * 2 * 1024 * 1024), Response(204))
    reports.log("1")
    assert reports.flush(PATIENCE)
    assert (reports.counts.rejected, reports.counts.last_error) == (1, "ResponseTooLarge")
    assert reports.stop(PATIENCE)


def test_a_context_without_a_place_and_a_copy_are_refused() -> None:
    with pytest.raises(pristine.ConfigurationError, match="needs a context with base_url"):
        pristine.Reporter(pristine.context(transport="memory"))
    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(in_memory()[0])
    with pytest.raises(TypeError, match="nor a context that tells it"):
        pickle.dumps(pristine.context(transport="memory", telemetry=in_memory()[0]))
    with pytest.raises(pristine.ConfigurationError, match="severity='loud'"):
        in_memory()[0].log("x", "loud")
