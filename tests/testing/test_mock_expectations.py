"""What a test says to the mock: expected calls and their answers, faults, the history, and what it verifies."""

from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

import pristine
from pristine.ports.errors import (
    ConfigurationError,
    ConnectionLost,
    PristineError,
    ServerError,
    StatusError,
    StreamInterrupted,
    TimeoutExceeded,
    TooManyRequests,
    TransportError,
    UnknownEndpoint,
)
from pristine.testing.mock import MockServer
from tests.testing.mocked import MANIFEST, THING, UUID, one_endpoint, plain, serving

FACES: Final = ["sync", "async"]
MESSAGES: Final[Any] = [{"role": "user", "text": "Hi"}]
REPLY: Final = {"reply": "Hello", "usage": {"tokens": 3}}


@pytest.mark.parametrize("face", FACES)
def test_an_expected_call_is_answered_as_it_was_said(face: str) -> None:
    with serving(face) as (server, api):
        server.expect("chat.completions", json={"messages": MESSAGES}).respond(REPLY, headers={"X-Request-Id": "r-1"})
        raw = api.value(api.client.with_raw_response.chat.completions(messages=MESSAGES, temperature=0.5))
        assert (raw.parse().reply, raw.headers["x-request-id"]) == ("Hello", "r-1")
        server.verify()
        assert api.value(api.client.chat.completions(messages=MESSAGES)).reply != "Hello"


def test_only_what_is_expected_is_answered_so() -> None:
    with serving("sync") as (server, api):
        server.expect("things.replace", json={"name": "A", "more": {"x": 1}}, path_params={"id": "7"}).respond(
            {**THING, "id": UUID, "name": "Mine"}
        )
        others: list[Any] = [{**THING, "name": "B"}, {**THING, "name": "A"}, {**THING, "name": "A", "more": {"x": 2.0}}]
        assert "Mine" not in [api.client.things.replace("7", **other).name for other in others]
        right = {**THING, "name": "A", "more": {"x": 1, "y": 2}}
        assert api.client.things.replace("8", **right).name != "Mine"
        assert api.client.things.replace("7", **right).name == "Mine"
        server.expect("things.list", query={"kind": ["new"]}, headers={"authorization": "Bearer sekrit-token"}).respond(
            []
        )
        assert api.listed(api.client.things.list(kind=["new", "used"])) != []
        assert api.listed(api.client.things.list(kind=["new"])) == []


def test_true_is_not_one() -> None:
    with serving("sync", one_endpoint({})) as (server, api):
        server.expect("e", json={"a": True}).respond("told")
        assert [api.client.e(payload={"a": one}) for one in (1, True)] == [{}, "told"]


def test_answers_are_given_in_order_and_the_last_again() -> None:
    with serving("sync", one_endpoint({"response": "integer"})) as (server, api):
        server.expect("e").respond(-1).respond(-2).times(3)
        server.expect("e").respond(-3)
        found = [api.client.e() for _ in range(5)]
        assert found[:4] == [-1, -2, -2, -3]
        assert found[4] >= 0
        server.verify()


def test_a_call_that_is_expected_without_an_answer_is_answered_as_ever() -> None:
    with serving("sync", one_endpoint({"response": "integer"})) as (server, api):
        usual = api.client.e()
        server.expect("e")
        server.expect("e").respond(headers={"X-A": "1"}, status=202)
        assert api.client.e() == usual
        raw = api.client.with_raw_response.e()
        assert (raw.status, raw.headers["x-a"], raw.parse()) == (202, "1", usual)


def test_a_status_without_a_value_is_that_of_an_example_or_of_an_error() -> None:
    with serving("sync") as (server, api):
        server.expect("told").respond(status=203).respond(status=404)
        assert api.client.with_raw_response.told("x").status == 203
        with pytest.raises(StatusError, match=r"404 the mock was told to fail \[not_found\]"):
            api.client.told("x")


def test_values_are_wrapped_and_bytes_are_sent_as_they_are() -> None:
    with serving("sync") as (server, api):
        server.expect("things.get").respond({**THING, "id": UUID})
        assert api.client.things.get(UUID).name == "Bike"
        server.expect("things.get").respond({"data": {"thing": {**THING, "id": UUID}, "more": 1}})
        raw = api.client.with_raw_response.things.get(UUID)
        assert (raw.parse().name, b'"more": 1' in raw.body) == ("Bike", True)
        server.expect("open").respond(b"<html>", status=502, headers={"Content-Type": "text/html"})
        with pytest.raises(ServerError) as caught:
            api.client.open()
        assert (caught.value.status, caught.value.body) == (502, b"<html>")
        server.expect("things.get").respond({"error": {"message": "gone"}}, status=410)
        with pytest.raises(StatusError, match="410 gone"):
            api.client.things.get(UUID)
        server.expect("open").respond(None)
        assert api.client.open() is None
        model = api.client.things.get(UUID)
        server.expect("things.get").respond(model)
        assert api.client.things.get("6f1c2a4e-0d39-4c1b-9a53-7a51d5b4a112") == model


@pytest.mark.parametrize("face", FACES)
def test_the_items_of_a_stream_are_given(face: str) -> None:
    with serving(face) as (server, api):
        server.expect("chat.completions").stream([{"text": "a"}, ("usage", {"tokens": 1})])
        server.expect("chat.completions").respond(REPLY)
        assert api.value(api.client.chat.completions(messages=MESSAGES)).reply == "Hello"
        items = api.streamed(api.client.chat.completions_stream(messages=MESSAGES))
        assert [dict.fromkeys(item) for item in items] == [{"text": None}, {"tokens": None}]
        server.expect("logs.ndjson").respond([{"kind": "cat", "lives": 9}])
        assert [item.lives for item in api.streamed(api.client.logs.ndjson())] == [9]
        server.expect("logs.lines").respond(["one", "two"])
        assert [event.data for event in api.streamed(api.client.logs.lines(), "events")] == ["one", "two", "END"]
        server.expect("logs.bytes").respond([b"ab", b"c"])
        assert b"".join(event.raw for event in api.streamed(api.client.logs.bytes(), "events")) == b"abc"
        server.expect("logs.lines").respond({"error": {"message": "no"}}, status=403)
        with pytest.raises(StatusError, match="403 no"):
            api.streamed(api.client.logs.lines(), "events")
        server.expect("logs.lines").respond(["x"], status=206)
        response = api.value(api.client.logs.lines())
        assert (response.status, len(api.listed(response.lines()))) == (206, 2)
        server.verify()


def test_the_items_of_a_list_are_given_and_cut_into_pages() -> None:
    things = [{**THING, "id": UUID, "name": str(index)} for index in range(25)]
    with serving("sync") as (server, api):
        server.expect("things.list").respond(things)
        assert [item.name for item in api.client.things.list()] == [str(index) for index in range(25)]
        assert len(server.history) == 3
        assert len(list(api.client.things.list())) != 25 or server.history[-1].status == 200
        server.expect("things.list").respond({"data": things[:1], "next": None, "has_more": False, "total": 1})
        assert [item.name for item in api.client.things.list()] == ["0"]


ITEM: Final = r"has no such item \[0\]"
NEVER: Final[list[tuple[Callable[[MockServer], Any], str]]] = [
    (lambda mock: mock.expect("things.get").respond({"name": 5}), r"things.get does not answer 200 so: data.thing"),
    (lambda mock: mock.expect("chat.completions").respond({"reply": "x"}), r"answer 200 so: usage: is missing"),
    (lambda mock: mock.expect("chat.completions").stream([{"txt": "x"}]), f"{ITEM}: text: is missing"),
    (lambda mock: mock.expect("chat.completions").stream([("usage", {})]), f"{ITEM}: tokens: is missing"),
    (lambda mock: mock.expect("feed").respond({"text": "x"}), r"feed streams: give the list of its items"),
    (lambda mock: mock.expect("logs.lines").respond([b"x"]), f"{ITEM}: must be str, not bytes"),
    (lambda mock: mock.expect("logs.bytes").respond(["x"]), f"{ITEM}: must be bytes, not str"),
    (lambda mock: mock.expect("open").stream([1]), r"open does not stream: use respond\(\)"),
    (lambda mock: mock.expect("open").respond(object()), r"open: the answer is not JSON"),
    (lambda mock: mock.expect("pages.numbered").respond([{"kind": "cat"}]), f"{ITEM}: lives: is missing"),
    (lambda mock: mock.expect("things.remove").respond(1), r"things.remove: an answer of 204 has no body"),
    (lambda mock: mock.expect("open").respond(1, status=100), r"the status of an answer is 200 to 599"),
    (lambda mock: mock.expect("open").fail(200), r"the status of an error is 300 to 599"),
    (lambda mock: mock.expect("open").times(0), r"times: give a number of calls, 1 or greater"),
    (lambda mock: mock.fault("open", "sleepy"), r"there is no fault 'sleepy': reset, truncate, stall, slow, or the"),
    (lambda mock: mock.fault("open", 200), r"the status of an error is 300 to 599"),
    (lambda mock: mock.fault("open", "slow", seconds=0), r"seconds: give a number between"),
    (lambda mock: mock.fault("open", "slow", times=0), r"times: give a number of calls"),
]


@pytest.mark.parametrize(("say", "told"), NEVER)
def test_what_the_api_would_never_answer_is_refused(say: Any, told: str) -> None:
    with plain() as (server, _), pytest.raises(ConfigurationError, match=told):
        say(server)


def test_an_endpoint_that_there_is_not_is_told_with_the_nearest() -> None:
    with plain() as (server, _):
        for say in (lambda: server.expect("things.lst"), lambda: server.fault("things.lst", 500)):
            with pytest.raises(UnknownEndpoint, match=r"did you mean 'things\.list'"):
                say()


def test_verify_tells_what_never_came_and_what_came_instead() -> None:
    with serving("sync") as (server, api):
        server.expect("things.create", json={"name": "A", "secret": "hush-hush"}).times(2)
        server.expect("open", headers={"X-Api-Key": "hush-hush"}, query={"token": "hush-hush"})
        server.expect("told").respond({"text": "x"})
        api.client.things.create(**{**THING, "secret": "hush-hush"})
        api.client.told("x")
        with pytest.raises(AssertionError) as caught:
            server.verify()
        said, first, came, second = str(caught.value).splitlines()
        assert said == "the mock expected calls that never came:"
        assert first == "  things.create, json={'name': 'A', 'secret': '***'}: expected twice, came 0 times"
        body = {"name": "Bike", "kind": "used", "secret": "***", "max-size": 3}
        assert came == f"    came: Received(things.create: POST /things, body={body}, status=201)"
        expected = "  open, query={'token': '***'}, headers=['X-Api-Key: ***']: expected once"
        assert second == f"{expected}, came 0 times; no call of it came at all"
        server.reset()
        server.verify()
        assert len(server.history) == 0


def test_the_history_has_calls_by_endpoint_and_no_secret_in_its_repr() -> None:
    with serving("sync") as (server, api):
        api.client.things.create(**{**THING, "secret": "hush-hush", "parent": {**THING, "secret": "hush-hush"}})
        api.client.forms.upload(file=b"123", purpose="x", tags=["long " * 50])
        api.client.things.remove("7")
        with plain() as (other, http):
            http.post("/nothing/a-long-segment-with-a-sekrit?x=sekrit", json={"password": "sekrit", "n": 1})
            http.get("/nothing", headers={"x-api-key": "sekrit"})
            assert "sekrit" not in repr(other.history)
        history = server.history
        assert [call.endpoint for call in history] == ["things.create", "forms.upload", "things.remove"]
        [created] = history["things.create"]
        assert (created.method, created.path, created.status) == ("POST", "/things", 201)
        assert created.body["parent"]["secret"] == "hush-hush"
        assert created.headers["authorization"] == "Bearer sekrit-token"
        assert history[1:][0].body == {"file": b"123", "purpose": "x", "tags": ["long " * 50]}
        shown = repr(history)
        assert "<3 bytes>" in shown
        assert "…" in shown
        assert not {"hush-hush", "sekrit"} & {word for word in ("hush-hush", "sekrit") if word in shown}
        assert created == history[0]


def test_names_of_secrets_are_masked_where_nothing_is_declared() -> None:
    endpoint = {"path": "/bot/{bot_token}/{id}"}
    with serving("sync", one_endpoint(endpoint)) as (server, api):
        api.client.e("hush-hush", "7", payload={"password": "hush-hush", "monkey": "seen", "max_tokens": 5})
        shown = repr(server.history)
    assert "Received(e: POST /bot/***/7" in shown
    assert "hush-hush" not in shown
    assert "'monkey': 'seen', 'max_tokens': 5" in shown


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_a_failure_is_told_in_the_api_s_shape_and_tried_again(face: str) -> None:
    retry = {"name": "exponential", "base": 0, "max_retries": 2}
    with serving(face, retry=retry) as (server, api):
        server.expect("open").fail(429, code="quota", message="slow down", retry_after=0).respond({"ok": True})
        assert api.value(api.client.open()) == {"ok": True}
        server.fault("open", 503, times=2)
        assert api.value(api.client.open()) == {}
        server.fault("open", 503, times=None)
        with pytest.raises(ServerError):
            api.value(api.client.open())
        server.reset()
        assert api.value(api.client.open()) == {}
        server.expect("open").fail(429, code="quota", message="slow down", retry_after=300)
        with pytest.raises(TooManyRequests, match="429 slow down \\[quota\\]") as caught:
            api.value(api.client.open())
        assert caught.value.retry_after == 300


FAULTS: Final[list[tuple[str, type[PristineError]]]] = [
    ("reset", TransportError),
    ("truncate", ConnectionLost),
    ("stall", TimeoutExceeded),
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("kind", "error"), FAULTS)
def test_a_connection_fails_as_it_was_told(face: str, kind: str, error: type[PristineError]) -> None:
    with serving(face, timeout=pristine.Timeout(read=0.2)) as (server, api):
        server.fault("told", kind)
        with pytest.raises(error):
            api.value(api.client.told("x"))
        assert api.value(api.client.told("x")).text == "Hello"
        assert [call.status for call in server.history] == [None if kind == "reset" else 200, 200]


@pytest.mark.parametrize("face", FACES)
def test_a_stream_breaks_in_the_middle(face: str) -> None:
    with serving(face, timeout=pristine.Timeout(read=0.2)) as (server, api):
        for kind in ("truncate", "stall"):
            server.fault("logs.ndjson", kind)
            with pytest.raises(StreamInterrupted) as caught:
                api.streamed(api.client.logs.ndjson())
            assert caught.value.events > 0


def test_a_slow_answer_arrives_whole() -> None:
    with plain() as (server, http):
        usual = http.get("/things")
        server.fault("things.list", "slow", seconds=0.2)
        slow = http.get("/things")
        assert slow.content == usual.content
        assert slow.elapsed.total_seconds() >= 0.15
        server.fault("things.list", "slow", seconds=60)
        with pytest.raises(httpx.ReadTimeout):
            http.get("/things", timeout=0.1)


def test_what_was_reset_has_not_been_processed_and_what_was_cut_short_has() -> None:
    with serving("sync", retry={"name": "exponential", "base": 0}) as (server, api):
        server.expect("things.create").respond({**THING, "id": UUID})
        server.fault("things.create", "reset")
        assert str(api.client.things.create(**THING).id) == UUID
        assert [call.repeated for call in server.history] == [False, False]
        server.expect("things.create").respond({**THING, "id": UUID, "name": "Second"})
        server.fault("things.create", "truncate")
        assert api.client.things.create(**THING).name == "Second"
        assert [call.repeated for call in server.history][2:] == [False, True]


def test_a_fault_is_for_its_endpoint_alone() -> None:
    with plain() as (server, http):
        server.fault("told", 418)
        assert http.get("/open").status_code == 200
        told = http.get("/told/x")
        assert (told.status_code, told.json()["error"]["message"]) == (418, "the mock was told to fail")
        assert http.get("/told/x").status_code == 200
        assert MANIFEST.endpoints["told"].id == server.history[-1].endpoint
