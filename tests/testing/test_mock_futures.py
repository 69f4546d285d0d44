"""Work that the mock finishes later: every preset and some of no preset, on both faces, over a real socket."""

from typing import Any, Final

import pytest

import pristine
from pristine.ports.errors import (
    ConfigurationError,
    FutureCancelled,
    FutureExpired,
    FutureFailed,
    PristineError,
    UnknownEndpoint,
)
from pristine.testing.mock import MockServer
from tests.testing.mocked import one_endpoint, plain, serving

FACES: Final = ["sync", "async"]
BY_ID: Final = {"path_params": {"id": "{id}"}}
ASK: Final = {"endpoint": "get", **BY_ID}
STOP: Final = {"endpoint": "stop", **BY_ID}

FUTURES: Final[dict[str, dict[str, Any]]] = {
    "tinker": {
        "preset": "tinker",
        "ask": {"endpoint": "ask", "body": {"request_id": "{id}"}, "headers": {"X-Iteration": "{iteration}"}},
        "cancel": STOP,
    },
    "google": {"preset": "google", "ask": ASK, "cancel": STOP},
    "azure": {"preset": "azure", "cancel": {"endpoint": "ask", "body": {"stop": "{id}"}}},
    "location": {"preset": "location"},
    "status": {"preset": "status", "ask": ASK, "cancel": STOP, "progress": "percent"},
    "by hand": {
        "id": {"header": "X-Job"},
        "ask": {"endpoint": "ask", "query": {"jobs": ["job/{id}"]}, "body": {"n": "{iteration}"}},
        "cancel": {"endpoint": "ask", "query": {"jobs": ["job/{id}"]}, "body": {"stop": True}},
        "statuses": {"206": "pending", "409": "failed", "404": "failed"},
        "result": "things[0]",
        "queue_state": "queue",
        "delay": "after",
    },
    "by its url in a body": {
        "id": "links.self",
        "pending": [0],
        "failed": [7],
        "expired": [9],
        "state": "code",
        "result_url": "links.result",
    },
    "by 408 alone": {"id": "job", "ask": ASK},
    "pending words": {"id": "job", "ask": ASK, "state": "s", "pending": ["on"], "failed": ["off"], "result": "r"},
}


def manifest(future: dict[str, Any], **endpoints: dict[str, Any]) -> pristine.Manifest:
    made: dict[str, dict[str, Any]] = {
        "start": {"method": "POST", "path": "/start", "future": {"response": "Thing", **future}},
        "ask": {"method": "POST", "path": "/ask"},
        "get": {"method": "GET", "path": "/works/{id}"},
        "stop": {"method": "POST", "path": "/works/{id}/stop"},
    }
    for name, more in endpoints.items():
        made[name] = {**made.get(name, {"method": "GET", "path": f"/{name}"}), **more}
    thing = {"properties": {"n": "integer", "id": "string", "status": "string"}, "required": ["n"]}
    return pristine.load_manifest({"name": "works", "endpoints": made, "types": {"Thing": thing}})


def status(**endpoints: dict[str, Any]) -> pristine.Manifest:
    return manifest(FUTURES["status"], **endpoints)


@pytest.fixture(params=FUTURES)
def future(request: pytest.FixtureRequest) -> dict[str, Any]:
    return FUTURES[request.param]


# -- ends --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_work_is_pending_and_then_done(face: str, future: dict[str, Any]) -> None:
    with serving(face, manifest(future)) as (server, api):
        handle = api.value(api.client.start_future())
        assert (handle.state, handle.done) == ("pending", False)
        assert type(api.value(handle.result()).n) is int
        assert 2 <= handle.progress.polls <= 3
        assert all(call.refused == "" for call in server.history)


@pytest.mark.parametrize("face", FACES)
def test_the_result_may_be_said(face: str, future: dict[str, Any]) -> None:
    with serving(face, manifest(future)) as (server, api):
        server.expect("start").later(result={"n": 7}, polls=0).later(result={"n": 8}, polls=3)
        handles = [api.value(api.client.start_future()) for _ in range(3)]
        assert len({handle.id for handle in handles}) == 3
        assert [api.value(handle.result()).n for handle in handles[:2]] == [7, 8]
        assert [handle.progress.polls for handle in handles[:2]] == [1, 4]
        server.verify()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("end", "error"), [("failed", FutureFailed), ("expired", FutureExpired)])
def test_the_next_work_fails_or_expires(
    face: str, future: dict[str, Any], end: str, error: type[PristineError]
) -> None:
    with serving(face, manifest(future)) as (server, api):
        server.expect("start").later(end, polls=1)
        handle = api.value(api.client.start_future())
        with pytest.raises(error):
            api.value(handle.result())
        assert (handle.state, handle.progress.polls) == (end, 2)
        assert api.value(api.value(api.client.start_future()).result()).n is not None


def test_what_is_not_known_has_expired(future: dict[str, Any]) -> None:
    with serving("sync", manifest(future)) as (server, api):
        token = api.client.start_future().token()
        server.reset()
        with pytest.raises(FutureExpired if "409" not in future.get("statuses", {}) else PristineError):
            api.client.resume_future(token).result()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("name", "error"),
    [("tinker", FutureFailed), ("google", FutureFailed), ("azure", FutureFailed), ("status", FutureFailed)],
)
def test_work_is_stopped_on_the_server(face: str, name: str, error: type[PristineError]) -> None:
    with serving(face, manifest(FUTURES[name])) as (server, api):
        handle = api.value(api.client.start_future())
        token = handle.token()
        assert api.value(handle.cancel()) is True
        with pytest.raises(FutureCancelled):
            api.value(handle.result())
        again = api.client.resume_future(token)
        with pytest.raises(error):
            api.value(again.result())
        if name in {"azure", "status"}:
            assert again.progress.said.lower() in {"cancelled", "canceled"}
        assert [call.refused for call in server.history] == [""] * 3


def test_one_endpoint_asks_and_stops() -> None:
    with serving("sync", manifest(FUTURES["by hand"])) as (server, api):
        handle = api.client.start_future()
        token = handle.token()
        handle.cancel()
        with pytest.raises(FutureFailed) as caught:
            api.client.resume_future(token).result()
        assert caught.value.status == 409
        assert [call.status for call in server.history["ask"]] == [200, 409]


def test_what_has_ended_is_not_stopped_any_more() -> None:
    with serving("sync", status()) as (_, api):
        handle = api.client.start_future()
        token = handle.token()
        handle.result()
        api.client.stop(handle.id)
        assert api.client.resume_future(token).result() == handle.result()


def test_work_that_can_only_be_forgotten_is() -> None:
    future = {"id": "job", "ask": ASK, "cancel": STOP, "state": "s", "expired": ["gone"], "done": [1]}
    with serving("sync", manifest(future)) as (_, api):
        handle = api.client.start_future()
        token = handle.token()
        handle.cancel()
        with pytest.raises(FutureExpired):
            api.client.resume_future(token).result()


# -- how often, and the same again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("polls", [0, 1, 5])
def test_so_many_questions_find_it_pending(polls: int) -> None:
    made = status()
    with (
        MockServer(made, polls=polls) as server,
        pristine.Client(made, pristine.context(base_url=server.url)) as client,
    ):
        handle = client.start_future()
        changes = [one.progress for one in handle][:-1]
        assert handle.progress.polls == polls + 1
        assert changes == [100 * number // (polls + 1) for number in range(1, polls + 1)]


def test_the_same_seed_gives_the_same_work() -> None:
    def told(seed: int) -> list[Any]:
        with serving("sync", status(), seed=seed) as (_, api):
            handles = [api.client.start_future() for _ in range(8)]
            results = [handle.result() for handle in handles]
            return [
                (handle.id, handle.progress.polls, result.n) for handle, result in zip(handles, results, strict=True)
            ]

    assert told(1) == told(1) != told(2)
    assert {polls for _, polls, _ in told(1)} == {2, 3}
    assert len({id for id, _, _ in told(1)}) == 8


def test_nothing_waits() -> None:
    with plain(manifest({**FUTURES["status"], "delay": "after"}), polls=1) as (_, client):
        answer = client.post("/start")
        assert (answer.headers["retry-after"], answer.json()["after"]) == ("0", 0)
        answer = client.get(f"/works/{answer.json()['id']}")
        assert (answer.headers["retry-after"], answer.json()["after"], answer.json()["percent"]) == ("0", 0, 50)


def test_a_repeated_key_is_the_same_work() -> None:
    with plain(status(start={"idempotency": True})) as (_, client):
        ids = [client.post("/start", headers={"Idempotency-Key": key}).json()["id"] for key in "aab"]
        assert ids[0] == ids[1] != ids[2]


def test_only_so_much_work_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pristine.testing.mock.state._MOST", 2)
    with serving("sync", status()) as (_, api):
        handles = [api.client.start_future() for _ in range(3)]
        with pytest.raises(FutureExpired):
            handles[0].result()
        assert handles[2].result().n is not None


# -- types -------------------------------------------------------------------------------------------------------------

JOB: Final[dict[str, Any]] = {
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "status": {"enum": ["completed", "failed", "validating", "expired"]},
        "percent": {"type": "number", "maximum": 1},
        "error": {"properties": {"code": "integer", "message": "string"}, "required": ["code"], "nullable": True},
        "wait": {"type": "integer", "minimum": 1},
        "output": {"type": "Thing", "nullable": True},
    },
    "required": ["id", "status", "wait"],
}
TYPED: Final[dict[str, dict[str, Any]]] = {
    "start": {"response": JOB},
    "get": {"response": JOB, "path_params": {"id": {"type": "string", "format": "uuid"}}},
    "stop": {"response": JOB},
}


@pytest.mark.parametrize("seed", range(5))
def test_all_of_it_is_of_its_type(seed: int) -> None:
    future = {**FUTURES["status"], "delay_ms": "wait", "result": "output"}
    with serving("sync", manifest(future, **TYPED), seed=seed) as (server, api):
        assert api.client.start().status == "validating"
        server.expect("start").later().later("failed").later("expired")
        handle = api.client.start_future()
        progress = [one.progress for one in handle]
        assert all(0 < one < 1 for one in progress if one is not None)
        assert handle.result().n is not None
        failed = api.client.start_future()
        with pytest.raises(FutureFailed, match="the work failed: the mock's work has failed") as caught:
            failed.result()
        value: Any = caught.value.value
        assert type(value["code"]) is int
        with pytest.raises(FutureExpired):
            api.client.start_future().result()
        assert api.client.stop(api.client.start().id).status == "failed"


UNION: Final = {
    "oneOf": [
        {"properties": {"kind": {"const": "on"}, "queue": {"enum": ["short", "long"]}}, "required": ["kind"]},
        {"properties": {"kind": {"const": "off"}, "value": "integer"}, "required": ["kind", "value"]},
        {"properties": {"kind": {"const": "out"}, "problem": "string"}, "required": ["kind", "problem"]},
    ]
}


def test_each_answer_is_of_the_member_that_says_it() -> None:
    words = {"state": "kind", "pending": ["on"], "failed": ["out"], "error": "problem", "queue_state": "queue"}
    future = {"id": "job", "ask": ASK, **words, "result": "value", "response": "integer"}
    with serving("sync", manifest(future, get={"response": UNION})) as (server, api):
        server.expect("start").later().later("failed")
        handle = api.client.start_future()
        assert {one.queue_state for one in handle} <= {"short", "long"}
        assert (type(handle.result()), handle.progress.said) == (int, "off")
        handle = api.client.start_future()
        with pytest.raises(FutureFailed, match="the mock's work has failed"):
            handle.result()
        assert handle.progress.said == "out"


def test_what_is_wrapped_is_told_in_what_it_is_wrapped_in() -> None:
    job = {"properties": {"id": "string", "state": {"enum": ["new", "ok", "bad"]}}, "required": ["id", "state"]}
    of = {"response": job, "unwrap": "data"}
    future = {"id": "data.id", "ask": ASK, "state": "data.state", "done": ["ok"], "failed": ["bad"], "result": "data"}
    with serving("sync", manifest({**future, "response": job}, start=of, get=of)) as (_, api):
        handle = api.client.start_future()
        assert (handle.result().id, handle.result().state) == (handle.id, "ok")


def test_an_answer_about_work_has_its_tag() -> None:
    with plain(status(get={"responses": {"200": "any", "304": "any"}}), polls=0) as (_, client):
        there = f"/works/{client.post('/start').json()['id']}"
        tag = client.get(there).headers["etag"]
        assert client.get(there, headers={"If-None-Match": tag}).status_code == 304


def test_an_id_is_one_that_a_question_takes() -> None:
    ids = {"type": "string", "pattern": "^job_[0-9]{4}$"}
    with serving("sync", status(get={"path_params": {"id": ids}})) as (_, api):
        assert api.client.start_future().id.startswith("job_")
    numbers = {"properties": {"id": "integer"}, "required": ["id"]}
    with serving("sync", status(start={"response": numbers})) as (_, api):
        handle = api.client.start_future()
        assert (handle.id.isdecimal(), handle.result().n is not None) == (True, True)


def test_where_ids_are_few_the_last_work_has_them() -> None:
    few = {"properties": {"id": {"enum": ["a", "b"]}}, "required": ["id"]}
    with serving("sync", status(start={"response": few})) as (_, api):
        assert {api.client.start_future().id for _ in range(4)} == {"a", "b"}


def test_examples_of_the_manifest_are_told() -> None:
    started = {"any": {"response": {"id": "r7", "status": "done", "name": "Mine"}}}
    asked = {"any": {"response": {"id": "r7", "status": "done", "n": 12}}}
    with serving("sync", status(start={"examples": started}, get={"examples": asked})) as (_, api):
        first = api.client.start()
        assert (first["name"], first["id"] != "r7", first["status"]) == ("Mine", True, "running")
        assert api.client.start_future().result().n == 12
        assert api.client.get("r7") == asked["any"]["response"]


def test_what_cannot_be_said_is_told() -> None:
    closed = {"properties": {"id": {"type": "boolean"}}, "required": ["id"]}
    with plain(status(start={"response": closed})) as (_, client):
        answer = client.post("/start")
        assert (answer.status_code, "no id was found for the work of start" in answer.text) == (501, True)
    with plain(status(get={"response": "integer"}), polls=0) as (_, client):
        answer = client.get(f"/works/{client.post('/start').json()['id']}")
        told = "no answer of get was found that says that the work of start is done, and is of its type"
        assert (answer.status_code, told in answer.text) == (501, True)


# -- what a test says --------------------------------------------------------------------------------------------------


def test_an_answer_of_a_test_begins_work_too() -> None:
    with serving("sync", manifest(FUTURES["status"])) as (server, api):
        server.expect("start").respond({"id": "mine", "status": "queued"}).respond(
            {"id": "ended", "status": "done", "n": 4}
        ).respond(b'{"id": "raw", "status": "new"}')
        handles = [api.client.start_future() for _ in range(3)]
        assert [(one.id, one.progress.said) for one in handles] == [
            ("mine", "queued"),
            ("ended", "done"),
            ("raw", "new"),
        ]
        assert handles[1].result().n == 4
        assert handles[0].result().n == handles[2].result().n
    with serving("sync", manifest(FUTURES["location"])) as (server, api):
        server.expect("start").respond({}, status=202, headers={"Location": "/jobs?n=1"})
        handle = api.client.start_future()
        assert (handle.id, handle.result().n is not None) == ("/jobs?n=1", True)


def test_questions_are_expected_and_broken_as_other_calls_are() -> None:
    with serving("sync", status()) as (server, api):
        server.expect("start", json={"a": 1}).later(polls=0)
        server.expect("get").respond({"id": "x", "status": "stuck"})
        server.fault("get", 503)
        server.fault("get", "reset")
        handle = api.client.start_future(payload={"a": 1})
        [handle.poll() for _ in range(2)]
        assert [call.status for call in server.history["get"]] == [503, None]
        assert handle.poll().said == "stuck"
        assert handle.poll().state == "done"
        server.verify()


def test_a_url_of_work_has_a_name() -> None:
    with serving("sync", manifest(FUTURES["location"])) as (server, api):
        server.expect("start").later(polls=0)
        server.expect("start:poll").respond(status=202, headers={"X-A": "1"})
        server.fault("start:poll", 429)
        handle = api.client.start_future()
        assert [handle.poll().state for _ in range(3)] == ["pending", "pending", "done"]
        assert [call.status for call in server.history["start:poll"]] == [429, 202, 303, 200]
        server.verify()
        for name in ("get:poll", "none:poll"):
            with pytest.raises(UnknownEndpoint):
                server.expect(name)


def test_a_url_of_work_wants_the_credential_of_its_endpoint() -> None:
    source = {
        "name": "shut",
        "security_schemes": {"token": {"type": "bearer"}},
        "security": ["token"],
        "endpoints": {"start": {"method": "POST", "path": "/start", "future": {"preset": "location"}}},
    }
    with plain(pristine.load_manifest(source), polls=0) as (server, client):
        there = client.post("/start").headers["location"]
        result = client.get(there).headers["location"]
        assert there.startswith(f"{server.url}/_works/start/")
        assert client.get(result).json() == {}
        assert client.get(there, headers={"authorization": ""}).status_code == 401
        assert client.head(there).status_code == 303
        assert client.post(there).status_code == 404
        assert client.get(f"{server.url}/_results/start/none").status_code == 404
        assert client.get(f"{server.url}/_works/none/none").status_code == 404


def test_what_is_said_wrongly_is_told_at_once() -> None:
    with MockServer(status()) as server:
        expectation = server.expect("start")
        for wrong, told in (
            ({"end": "pending"}, "there is no end 'pending': done, failed, expired"),
            ({"polls": -1}, "polls: give a number of questions, 0 or greater"),
            ({"result": {"n": "x"}}, "start comes to no such result"),
            ({"end": "failed", "result": {"n": 1}}, "work that has failed has none"),
        ):
            with pytest.raises(ConfigurationError, match=told):
                expectation.later(**wrong)
        with pytest.raises(ConfigurationError, match="get finishes nothing later: it has no 'future'"):
            server.expect("get").later()
    with pytest.raises(ConfigurationError, match="polls: give a number of questions"):
        MockServer(one_endpoint({}), polls=True)
