"""Replay: which exchange answers, what is told where none does, and how the answer comes."""

import asyncio
import contextlib
import gzip
import json
import math
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.cassette import RecordTransport, ReplayTransport
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.blocking import finish
from pristine.ports.capabilities import Capability, capabilities_of, faces_of
from pristine.ports.errors import (
    CassetteMismatch,
    ConfigurationError,
    ConnectionLost,
    DocumentError,
    ResponseTooLarge,
    StreamClosed,
    TimeoutExceeded,
)
from pristine.ports.messages import Request, Response, Timeout
from tests.support.faces import FACES, run

URL = "http://a.test/x"
GET = Request("GET", URL)
JSON = {"content-type": "application/json"}
Record = Callable[..., Path]


@pytest.fixture(params=[finish, run], ids=["sync", "async"])
def finishing(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Record requests, each with the next answer, or with a 200 that tells its number."""

    def make(*requests: Request, answers: Any = None, **options: Any) -> Path:
        path = tmp_path / "calls.jsonl"
        steps = answers or [Response(200, body=str(number).encode()) for number in range(len(requests))]
        transport = RecordTransport(MemoryTransport(steps), path, **options)
        for request in requests:
            with contextlib.suppress(pristine.PristineError):
                transport.send(request)
        return path

    return make


def posted(value: Any, **fields: Any) -> Request:
    return attrs.evolve(Request("POST", URL, JSON, json.dumps(value).encode()), **fields)


def missed(replay: ReplayTransport, request: Request) -> CassetteMismatch:
    with pytest.raises(CassetteMismatch) as caught:
        replay.send(request)
    return caught.value


# -- which one answers -------------------------------------------------------------------------------------------------


def test_equal_requests_are_answered_in_order_and_once(record: Record) -> None:
    replay = ReplayTransport(record(GET, Request("GET", URL + "/other"), GET))
    assert [replay.send(GET).body for _ in range(2)] == [b"0", b"2"]
    assert [exchange.asked.url for exchange in replay.unused] == [URL + "/other"]
    assert missed(replay, GET).differences == ("http://a.test/x is not http://a.test/x/other",)


def test_the_last_may_answer_for_ever(record: Record) -> None:
    path = record(GET, GET)
    replay = ReplayTransport(path, repeat=True)
    assert [replay.send(GET).body for _ in range(4)] == [b"0", b"1", b"1", b"1"]
    once = ReplayTransport(path)
    assert [once.send(GET).body for _ in range(2)] == [b"0", b"1"]
    assert missed(once, GET).differences == ("it was used already; with repeat=True the last answer is given again",)


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (Request("GET", URL + "?b=2&a=1&a=0"), True),
        (Request("GET", URL + "?a=0&a=1&b=%32"), True),
        (Request("GET", URL + "?a=0&a=1&b=2&c"), False),
        (Request("GET", URL + "?a=0&b=2"), False),
        (Request("GET", URL + "/?a=0&a=1&b=2"), False),
        (Request("GET", "http://b.test/x?a=0&a=1&b=2"), False),
        (Request("GET", "https://a.test/x?a=0&a=1&b=2"), False),
        (Request("HEAD", URL + "?a=0&a=1&b=2"), False),
        (Request("GET", URL + "?a=0&a=1&b=2", {"X-Other": "1", "User-Agent": "me"}), True),
        (Request("GET", URL + "?a=0&a=1&b=2", {"Accept": "text/html"}), False),
        (Request("GET", URL + "?a=0&a=1&b=2", body=b""), False),
    ],
)
def test_method_url_and_chosen_fields_make_the_request(record: Record, asked: Request, same: bool) -> None:
    replay = ReplayTransport(record(Request("GET", URL + "?a=0&a=1&b=2")))
    if same:
        assert replay.send(asked).status == 200
    else:
        missed(replay, asked)


def test_which_fields_count_can_be_chosen(record: Record) -> None:
    path = record(Request("GET", URL, {"User-Agent": "a", "Accept": "b", "X-Secret-Name": "c"}))
    strict = ReplayTransport(path, match_headers=["User-Agent", "x-secret-name"])
    assert missed(strict, GET).differences == ("header user-agent is missing", "header x-secret-name is missing")
    assert strict.send(Request("GET", URL, {"user-agent": "a", "X-SECRET-NAME": "of another value"})).status == 200
    assert ReplayTransport(path, match_headers=[]).send(GET).status == 200


@pytest.mark.parametrize("name", ["range", "last-event-id", "content-type", "accept"])
def test_some_fields_count_unasked(record: Record, name: str) -> None:
    path = record(Request("GET", URL, {name: "a"}))
    assert missed(ReplayTransport(path), Request("GET", URL, {name: "b"})).differences == (f"header {name} is another",)
    assert ReplayTransport(path).send(Request("GET", URL, {name: "a"})).status == 200


@pytest.mark.parametrize(
    ("body", "same"),
    [
        (b'{"b": [1, {"c": null}], "a": "\\u00e9"}', True),
        ('{"a":"é","b":[1,{"c":null}]}'.encode(), True),
        (b'{"a": "\\u00e9", "b": [1, {"c": false}]}', False),
        (b'{"a": "\\u00e9", "b": [true, {"c": null}]}', False),
        (b'{"a": "\\u00e9", "b": [{"c": null}, 1]}', False),
        (b"{", False),
    ],
)
def test_json_is_compared_as_json(record: Record, body: bytes, same: bool) -> None:
    replay = ReplayTransport(record(posted({"a": "é", "b": [1, {"c": None}]})))
    if same:
        assert replay.send(posted(0, body=body)).status == 200
    else:
        missed(replay, posted(0, body=body))


def test_what_is_not_json_is_compared_by_its_bytes(record: Record) -> None:
    text = Request("POST", URL, {"content-type": "text/plain"}, b"1 2")
    replay = ReplayTransport(record(text))
    assert missed(replay, attrs.evolve(text, body=b"1  2")).differences == (
        "the body is another: 4 bytes, not 3, from byte 2 on",
    )
    assert replay.send(text).status == 200


def test_json_that_nobody_can_read_is_compared_by_its_bytes(record: Record) -> None:
    deep = b"[" * 100_000
    replay = ReplayTransport(record(posted(0, body=deep), posted(0, body=b"[nonsense")))
    assert "the body is another" in str(missed(replay, posted(0, body=deep + b"[")))
    assert replay.send(posted(0, body=deep)).status == 200
    assert replay.send(posted(0, body=b"[nonsense")).body == b"1"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_request_is_compared_by_its_content(record: Record, coding: str) -> None:
    def compressed(level: int) -> bytes:
        data = json.dumps({"a": list(range(300))}).encode()
        return gzip.compress(data, level) if coding == "gzip" else zlib.compress(data, level)

    headers = {**JSON, "content-encoding": coding}
    replay = ReplayTransport(record(posted(0, headers=headers, body=compressed(9))))
    assert compressed(1) != compressed(9)
    assert replay.send(posted(0, headers=headers, body=compressed(1))).status == 200


def test_a_form_is_the_same_form_with_another_boundary(record: Record) -> None:
    def form(value: str = "1") -> Request:
        body = pristine.multipart({"name": value, "file": b"\x00\xff"})
        assert body.content_type
        return Request("POST", URL, {"content-type": body.content_type}, body)

    replay = ReplayTransport(record(form()))
    assert missed(replay, form("2")).differences[0].startswith("the body is another")
    assert replay.send(form()).status == 200


# -- what is told ------------------------------------------------------------------------------------------------------


def test_the_nearest_is_the_one_with_the_least_that_differs(record: Record) -> None:
    path = record(
        Request("GET", "http://a.test/y"),
        posted({"a": 1, "b": [1, 2], "c": {"d": 1}}),
        posted({"z": 1}),
        Request("GET", "http://a.test/y?page=1"),
    )
    error = missed(ReplayTransport(path), posted({"a": 2, "b": [1], "c": {"d": 1, "e": 2}}))
    assert error.differences == ("body $.a is another", "body $.b[1] is missing", "body $.c.e was not there")
    assert (error.path, error.line) == (str(path), 3)
    assert str(error) == (
        f"no answer to POST http://a.test/x is recorded; in the nearest one, line 3 of {path}, it differs: "
        "body $.a is another; body $.b[1] is missing; body $.c.e was not there"
    )
    error = missed(ReplayTransport(path), Request("PUT", "http://a.test/y?page=2&size=5"))
    assert error.line == 5
    assert error.differences == ("method PUT is not GET", "query 'page' is another", "query 'size' was not there")
    assert missed(ReplayTransport(path), Request("GET", "http://a.test/z?q=1")).line == 2


def test_a_body_that_is_there_or_is_not_is_told(record: Record) -> None:
    path = record(Request("POST", URL))
    assert missed(ReplayTransport(path), posted(1, headers={})).differences == ("the body was not there",)
    path = record(posted(1, headers={}))
    assert missed(ReplayTransport(path), Request("POST", URL)).differences == ("the body is missing",)


def test_not_everything_is_told(record: Record) -> None:
    path = record(posted({str(key): 1 for key in range(50)}))
    error = missed(ReplayTransport(path), posted({str(key): 2 for key in range(50)}))
    assert len(error.differences) == 9
    assert error.differences[-1] == "and more"


def test_values_are_not_told(record: Record) -> None:
    recorded = posted({"name": "recorded-word"}, url=URL + "?q=recorded-word")
    asked = posted({"name": "asked-word"}, url=URL + "?q=asked-word", headers={**JSON, "Accept": "asked-word"})
    error = missed(ReplayTransport(record(recorded)), asked)
    assert "word" not in f"{error!r}{vars(error)}"


def test_what_nobody_asked_for_is_told(record: Record) -> None:
    replay = ReplayTransport(record(GET, posted(1), Request("GET", URL + "?q=1")))
    replay.send(posted(1))
    assert [exchange.line for exchange in replay.unused] == [2, 4]
    with pytest.raises(CassetteMismatch) as caught:
        replay.verify()
    assert str(caught.value).endswith(
        "2 recorded but not asked for: GET http://a.test/x -> 200 (line 2); GET http://a.test/x?q=*** -> 200 (line 4)"
    )
    assert caught.value.line == 2
    replay.send(GET)
    replay.send(Request("GET", URL + "?q=1"))
    replay.verify()
    assert replay.unused == ()


def test_a_policy_does_not_retry_a_miss(record: Record) -> None:
    clock = ManualClock()
    context = pristine.context(base_url="http://a.test", transport=ReplayTransport(record()), clock=clock)
    manifest = pristine.load_manifest({"name": "x", "endpoints": {"e": {"method": "GET", "path": "/"}}})
    with pristine.Pipeline(manifest, context) as api, pytest.raises(CassetteMismatch, match=r"e: no answer to GET"):
        api.execute("e")
    assert clock.slept == []


# -- how the answer comes ----------------------------------------------------------------------------------------------


def test_a_recording_of_one_face_serves_the_other(tmp_path: Path) -> None:
    script = Scripted([b"data: \xc3", b"\xa9\n\n", b"\n"])
    for face in FACES.values():
        path = tmp_path / "calls.jsonl"
        context = pristine.context(base_url="http://a.test", transport=RecordTransport(MemoryTransport([script]), path))
        with face(context) as api:
            assert [event.data for event in api.events("feed")] == ["é"]
        for other in FACES.values():
            replayed = pristine.context(base_url="http://a.test", transport=ReplayTransport(path))
            with other(replayed) as api:
                assert [event.data for event in api.events("feed")] == ["é"]


def test_chunks_are_cut_as_they_were(record: Record, finishing: Any) -> None:
    path = record(GET, GET, answers=[Scripted([b"a", b"bc", b"\xff"])] * 2)
    replay = ReplayTransport(path)

    async def chunks() -> list[bytes]:
        stream = await replay.aopen(GET)
        return [await stream.anext() for _ in range(5)]

    assert finishing(chunks()) == [b"a", b"bc", b"\xff", b"", b""]
    stream = replay.open(GET)
    assert list(iter(stream.next, b"")) == [b"a", b"bc", b"\xff"]


def test_it_has_both_faces_and_can_stream(record: Record) -> None:
    replay = ReplayTransport(record())
    assert faces_of(replay) == ("blocking", "async")
    assert Capability.STREAMING in capabilities_of(replay)
    replay.close()
    run(replay.aclose())


def test_the_bound_of_the_request_holds(record: Record) -> None:
    with pytest.raises(ResponseTooLarge):
        ReplayTransport(record(GET, answers=[Scripted([b"123", b"45"])])).send(attrs.evolve(GET, max_response_bytes=4))


def test_a_recording_ends_where_its_reader_left(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    stream = RecordTransport(MemoryTransport([Scripted([b"a", b"b"])]), path).open(GET)
    stream.next()
    stream.close()
    again = ReplayTransport(path).open(GET)
    assert again.next() == b"a"
    with pytest.raises(
        CassetteMismatch, match=r"line 2: the recording of GET http://a.test/x ends here: it was closed"
    ):
        again.next()


def test_a_stream_that_is_left_is_over(record: Record) -> None:
    path = record(GET, GET, answers=[Scripted([b"a", b"b"])] * 2)
    replay = ReplayTransport(path)
    closed, cancelled = replay.open(GET), replay.open(GET)
    closed.close()
    closed.close()
    with pytest.raises(StreamClosed):
        closed.next()
    cancelled.cancel()
    with pytest.raises(ConnectionLost):
        cancelled.next()


# -- time --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A head after 1 s, chunks after 2 s and 5 s, the end after 6 s."""
    clock, path = ManualClock(), tmp_path / "slow.jsonl"

    def answer(_: Request) -> Scripted:
        clock.wind(1)
        return Scripted([b"a", b"b"])

    stream = RecordTransport(MemoryTransport([answer]), path, clock=clock).open(GET)
    for wait in (1, 3, 1):
        clock.wind(wait)
        stream.next()
    return path


def read(finishing: Any, transport: Any, request: Request = GET, within: float | None = None) -> list[bytes]:
    async def chunks() -> list[bytes]:
        stream = await transport.aopen(request)
        return [chunk async for chunk in _each(stream, within)]

    if finishing is run:
        found: list[bytes] = run(chunks())
        return found
    stream = transport.open(request)
    return list(iter(lambda: stream.next(within), b""))


async def _each(stream: Any, within: float | None) -> Any:
    while chunk := await stream.anext(within):
        yield chunk


@pytest.mark.parametrize(
    ("timing", "slept"),
    [(False, []), (0, []), (True, [1, 1, 3, 1]), (1.0, [1, 1, 3, 1]), (0.5, [0.5, 0.5, 1.5, 0.5]), (2, [2, 2, 6, 2])],
)
def test_waits_are_kept_where_they_are_wanted(slow: Path, finishing: Any, timing: Any, slept: list[float]) -> None:
    clock = ManualClock()
    assert read(finishing, ReplayTransport(slow, timing=timing, clock=clock)) == [b"a", b"b"]
    assert clock.slept == slept


def test_what_the_reader_takes_for_itself_is_not_waited_for_again(slow: Path) -> None:
    clock = ManualClock()
    stream = ReplayTransport(slow, timing=True, clock=clock).open(GET)
    clock.wind(3.5)
    assert [stream.next(), stream.next(), stream.next()] == [b"a", b"b", b""]
    assert clock.slept == [1, 0.5, 1]


@pytest.mark.parametrize(
    ("timeout", "within", "phase", "limit", "slept"),
    [
        (Timeout(read=2.5), None, "body", "read", [1, 1, 2.5]),
        (Timeout(read=0.5), None, "head", "read", [0.5]),
        (Timeout(head=0.75), None, "head", "head", [0.75]),
        (Timeout(total=4), None, "body", "total", [1, 1, 2]),
        (Timeout(), 2, "body", "within", [1, 1, 2]),
    ],
)
def test_limits_hold_where_time_does(
    slow: Path, finishing: Any, timeout: Timeout, within: float | None, phase: str, limit: str, slept: list[float]
) -> None:
    clock = ManualClock()
    replay = ReplayTransport(slow, timing=True, clock=clock)
    with pytest.raises(TimeoutExceeded) as caught:
        read(finishing, replay, attrs.evolve(GET, timeout=timeout), within)
    assert (caught.value.phase, caught.value.limit, clock.slept) == (phase, limit, slept)
    quick = attrs.evolve(GET, timeout=timeout)
    assert read(finishing, ReplayTransport(slow, clock=clock), quick, within) == [b"a", b"b"]


def test_a_recorded_error_comes_when_it_came(tmp_path: Path, finishing: Any) -> None:
    clock, path = ManualClock(), tmp_path / "calls.jsonl"

    def late(_: Request) -> ConnectionLost:
        clock.wind(7)
        return ConnectionLost("reset")

    with pytest.raises(ConnectionLost):
        RecordTransport(MemoryTransport([late]), path, clock=clock).send(GET)
    clock = ManualClock()
    with pytest.raises(ConnectionLost, match="reset"):
        read(finishing, ReplayTransport(path, timing=True, clock=clock))
    assert clock.slept == [7]


@pytest.mark.parametrize("leave", ["cancel", "close"])
def test_a_reader_that_waits_is_woken(slow: Path, leave: str) -> None:
    stream: Any = ReplayTransport(slow, timing=0.01).open(attrs.evolve(GET, timeout=Timeout(read=None)))
    stream._patience.began += 1000
    leaving = threading.Timer(0.02, getattr(stream, leave))
    leaving.start()
    began = time.monotonic()
    with pytest.raises(ConnectionLost):
        stream.next()
    assert time.monotonic() - began < 5
    leaving.join()


async def test_a_task_that_is_cancelled_stops_waiting(slow: Path) -> None:
    replay = ReplayTransport(slow, timing=1000)
    task = asyncio.create_task(replay.asend(GET))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# -- at once, and wrong ------------------------------------------------------------------------------------------------


def test_no_exchange_answers_two_threads(record: Record) -> None:
    replay = ReplayTransport(record(*[GET] * 200))
    with ThreadPoolExecutor(16) as threads:
        bodies = list(threads.map(lambda _: replay.send(GET).body, range(200)))
    assert sorted(map(int, bodies)) == list(range(200))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"timing": -1}, "timing=-1"),
        ({"timing": math.inf}, "timing=inf"),
        ({"timing": "yes"}, "timing='yes'"),
        ({"match_headers": "accept"}, "match_headers: give a list"),
        ({"secrets": 5}, "secrets: give a string"),
        ({"clock": 5}, "clock: give an instance"),
    ],
)
def test_a_wrong_option_is_refused(record: Record, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ReplayTransport(record(), **options)
    assert told in str(caught.value)
    assert caught.value.setting == next(iter(options))


GOOD = '{"pristine-cassette":1}'


def broken(body: Any = None, **end: Any) -> str:
    """A cassette whose only exchange cannot be."""
    request = {"method": "GET", "url": "x", "headers": [], "body": body}
    exchange = {"number": 0, "request": request, "response": None, "end": {"how": "error", "at": 0, **end}}
    return f"{GOOD}\n{json.dumps(exchange)}\n"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "it is no cassette"),
        ("not JSON\n", 1, "not JSON"),
        ("[]\n", 1, "it is no cassette"),
        ('{"pristine-cassette":2}\n', 1, "version 2; this is for version 1: record it again"),
        ('{"pristine-cassette":1,"other":1}\n', 1, "line 1"),
        ('{"pristine-cassette":1,"redact_json":"x"}\n', 1, "redact_json: give a list"),
        (f"{GOOD}\nnonsense\n", 2, "line 2: not JSON"),
        (f"{GOOD}\n\n[]\n", 3, "line 3: not an exchange"),
        (f'{GOOD}\n{{"number": 0}}\n', 2, "line 2: not an exchange: KeyError"),
        (broken(body={"data": {"base64": "!"}, "size": 1, "sha256": ""}, how="closed"), 2, "not base64"),
        (broken(how="error", error={"class": "Fault", "message": ""}), 2, "'Fault' is no error"),
        (broken(how="complete"), 2, "a complete exchange has a response"),
        (broken(how="vanished"), 2, "'vanished' is not a valid How"),
    ],
)
def test_what_is_no_cassette_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(text)
    with pytest.raises(DocumentError) as caught:
        ReplayTransport(path)
    assert told in str(caught.value)
    assert (caught.value.source, caught.value.line) == (str(path), line)


def test_a_cassette_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file") as caught:
        ReplayTransport(tmp_path / "none.jsonl")
    assert caught.value.setting == "path"


def test_a_line_that_is_torn_is_left_out(record: Record) -> None:
    path = record(GET, GET)
    path.write_bytes(path.read_bytes()[:-3])
    assert len(ReplayTransport(path).unused) == 1


# -- by configuration --------------------------------------------------------------------------------------------------


def test_a_configuration_records_and_replays(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    (tmp_path / "record.toml").write_text(
        f'base_url = "http://a.test"\n[transport]\nname = "record"\npath = "{path}"\nredact_json = ["ssn"]\n'
        'inner = {name = "chaos", inner = {name = "memory"}, server_errors = 1}\n'
    )
    manifest = pristine.load_manifest({"name": "x", "endpoints": {"e": {"method": "GET", "path": "/"}}})
    with (
        pristine.Pipeline(manifest, pristine.Context.from_config(tmp_path / "record.toml", retry="off")) as api,
        pytest.raises(pristine.StatusError, match="503"),
    ):
        api.execute("e")
    (tmp_path / "replay.toml").write_text(
        f'base_url = "http://a.test"\ntransport = {{name = "replay", path = "{path}", timing = true}}\n'
    )
    with (
        pristine.Pipeline(manifest, pristine.Context.from_config(tmp_path / "replay.toml", retry="off")) as api,
        pytest.raises(pristine.StatusError, match="503"),
    ):
        api.execute("e")


@pytest.mark.parametrize(
    ("inner", "told", "setting"),
    [
        ('"htpx"', "there is no transport 'htpx'", "inner"),
        ('{name = "memory", scrip = 1}', "transport 'memory' has no option 'scrip'", "inner.scrip"),
        ("5", "transport 'record': inner: give a transport", "inner"),
    ],
)
def test_a_wrong_inner_is_told_where_it_stands(tmp_path: Path, inner: str, told: str, setting: str) -> None:
    (tmp_path / "a.toml").write_text(f'[transport]\nname = "record"\npath = "x"\ninner = {inner}\n')
    with pytest.raises(ConfigurationError) as caught:
        pristine.Context.from_config(tmp_path / "a.toml")
    assert told in str(caught.value)
    assert caught.value.setting.startswith(f"transport.{setting}")
    assert "line 4" in str(caught.value)


def test_an_inner_one_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing a required argument: 'inner'"):
        pristine.context(transport={"name": "record", "path": str(tmp_path / "x")})
