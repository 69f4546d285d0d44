"""The effects of what a manifest says of futures: work that a server in memory finishes later is followed by it."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.futures import PACE_KEYS
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Pace
from pristine.ports.errors import FutureError, FutureExpired, FutureFailed, FutureTimedOut
from pristine.ports.future import FutureState
from pristine.testing.answers import as_json
from tests.manifest.faults import fault, faults
from tests.support.offline import BASE, manifest

ENDPOINTS: Final = {
    "jobs.ask": {"method": "POST", "path": "/ask/{kind}", "query": {"wait": "boolean"}},
    "jobs.get": {"method": "GET", "path": "/jobs/{id}"},
    "jobs.stop": {"method": "DELETE", "path": "/jobs/{id}"},
}
GET: Final[dict[str, Any]] = {"endpoint": "jobs.get", "path_params": {"id": "{id}"}}
STARTED: Final = as_json({"job": "j1"}, 202)
WORDS: Final[dict[str, Any]] = {"id": "job", "ask": GET, "state": "status", "done": ["done"]}
GOES_ON: Final = as_json({"status": "working"})


def source(**future: Any) -> dict[str, Any]:
    """A manifest whose endpoint "e" finishes its work later."""
    found = manifest({"future": future}, types={"T": {"properties": {"a": "integer"}}})
    return {**found, "endpoints": {**found["endpoints"], **ENDPOINTS}}


def told(**future: Any) -> str:
    return fault(source(**{"id": "job", **future})).message


@attrs.frozen
class Work:
    """A handle, what was sent for it, and how long it was waited between the questions."""

    handle: Any
    transport: MemoryTransport
    clock: ManualClock

    @property
    def asked(self) -> pristine.Request:
        """The first question."""
        return self.transport.requests[1]

    def error(self, kind: type[FutureError] = FutureFailed) -> Any:
        with pytest.raises(kind) as caught:
            self.handle.result()
        return caught.value


def work(*answers: pristine.Response, started: pristine.Response = STARTED, **future: Any) -> Work:
    """Work that was started; the answers are those to the questions."""
    transport, clock = MemoryTransport([started, *answers]), ManualClock()
    context = pristine.context(base_url=BASE, transport=transport, clock=clock)
    pipeline = pristine.Pipeline(load_manifest(source(**future)), context)
    return Work(pipeline.execute_future("e"), transport, clock)


def result(*answers: Any, started: pristine.Response = STARTED, **future: Any) -> Any:
    listed = [one if isinstance(one, pristine.Response) else as_json(one) for one in answers]
    return work(*listed, started=started, **{**WORDS, **future}).handle.result()


# -- which work, and how it is asked about -----------------------------------------------------------------------------


def an_endpoint_finishes_its_work_later() -> None:
    assert result({"status": "working"}, {"status": "done"}) == {"status": "done"}
    assert "the answer is a stream" in fault(manifest({"streaming": True, "future": {"id": "x"}})).message
    pages = {"method": "GET", "pagination": {"style": "link"}, "future": {"id": "x"}}
    assert "a page of a list" in fault(manifest(pages)).message


def work_has_an_id() -> None:
    located = pristine.Response(202, {"location": "/later/1"})
    found = work(as_json(1), started=located, id=["job", {"header": "Location"}])
    assert (found.handle.id, found.handle.result(), found.asked.url) == ("/later/1", 1, f"{BASE}/later/1")
    assert fault(manifest({"future": {}})).message == "'id' is missing"


def the_server_is_asked() -> None:
    found = work(as_json(1), id="job", ask=GET)
    assert (found.handle.result(), found.asked.method, found.asked.url) == (1, "GET", f"{BASE}/jobs/j1")
    assert "there is no endpoint 'jobs.gte'; did you mean 'jobs.get'?" in told(ask={**GET, "endpoint": "jobs.gte"})
    assert told(ask={"body": {"a": "{id}"}}) == "has no effect without 'endpoint'"


def work_is_stopped() -> None:
    stop = {"endpoint": "jobs.stop", "path_params": {"id": "{id}"}}
    found = work(pristine.Response(204), **WORDS, cancel=stop)
    assert found.handle.cancel()
    assert (found.asked.method, found.asked.url) == ("DELETE", f"{BASE}/jobs/j1")
    found = work(**WORDS)
    assert found.handle.cancel()
    assert len(found.transport.requests) == 1
    assert told(cancel={}) == "'endpoint' is missing"


def question(*, number: int = 1, **more: Any) -> pristine.Request:
    """A question about the work "j1"."""
    ask = {"endpoint": "jobs.ask", "path_params": {"kind": "{id}"}, **more}
    found = work(*[GOES_ON] * (number - 1), as_json({"status": "done"}), **{**WORDS, "ask": ask})
    found.handle.result()
    return found.transport.requests[number]


def asking_fault(**more: Any) -> str:
    return told(ask={"endpoint": "jobs.ask", "path_params": {"kind": "{id}"}, **more})


def path_parameters_are_given() -> None:
    assert question(path_params={"kind": "a-{id}"}).url == f"{BASE}/ask/a-j1"
    assert "the path is /ask/{kind}" in asking_fault(path_params={}, body={"a": "{id}"})
    assert "the path has no {knid}" in asking_fault(path_params={"kind": "{id}", "knid": 1})


def a_query_is_given() -> None:
    assert question(query={"wait": True}).url == f"{BASE}/ask/j1?wait=true"
    assert asking_fault(query={"wiat": True}) == "the endpoint does not take it; did you mean 'wait'?"


def headers_are_given() -> None:
    headers = {"X-Turn": "{iteration}", "X-Job": "job {id}"}
    assert [question(number=number, headers=headers).headers["x-turn"] for number in (1, 2, 3)] == ["0", "1", "2"]
    assert question(headers=headers).headers["x-job"] == "job j1"
    assert "is not a token" in asking_fault(headers={"X N": "1"})


def a_body_is_given() -> None:
    assert question(body={"of": ["{id}", 1], "{id}": None}).body == b'{"of":["j1",1],"{id}":null}'
    assert told(ask={**GET, "body": {}}) == "has no effect: a GET request has no body"
    assert "nothing to fill in for {iterations}; did you mean 'iteration'?" in asking_fault(body={"a": "{iterations}"})
    assert "says nowhere which work is meant" in asking_fault(path_params={"kind": "{iteration}"})


# -- what became of it -------------------------------------------------------------------------------------------------


def a_state_is_somewhere() -> None:
    stated = pristine.Response(200, {"content-type": "application/json", "x-state": "done"}, b"1")
    assert result({"state": "working"}, stated, state=["state", {"header": "X-State"}]) == 1
    assert [told(**{key: ["x"]}) for key in ("pending", "done")] == ["has no effect without 'state'"] * 2


def some_words_go_on() -> None:
    words: dict[str, Any] = {"id": "job", "ask": GET, "state": "status", "pending": ["a", 1, None]}
    found = [{"status": "a"}, {}, {"status": 1}, {"status": True}]
    assert work(*map(as_json, found), **words).handle.result() == {"status": True}
    assert told(state="s", done=["a"], pending=["b"]) == "has no effect beside 'done': what is not done is pending"


def some_words_are_the_end() -> None:
    for word in ("done", "ready", 2, True, None):
        [*others] = ({"status": other} for other in ("Done", 2.5, 1, False))
        assert result(*others, {"status": word}, done=["done", "ready", 2, True, None]) == {"status": word}
    assert told(state="s", done=["a", "a"]) == "is there already, in 'done'"


def some_words_are_failures() -> None:
    found = work(as_json({"status": "broken"}), **WORDS, failed=["lost", "broken"])
    assert found.error().value is None
    assert told(state="s", done=["a"], failed=["b", "a"]) == "is there already, in 'done'"


def some_words_say_that_it_is_not_kept() -> None:
    work(as_json({"status": "gone"}), **WORDS, expired=["gone"]).error(FutureExpired)


def statuses_say_what_became_of_it() -> None:
    statuses = {"202": "pending", "2XX": "done", "409": "pending", "404": "failed", "5XX": "expired"}
    found: dict[str, Any] = {**WORDS, "statuses": statuses}
    assert result(as_json({"status": "done"}, 202), as_json(1, 409), 3, **found) == 3
    assert work(as_json({}, 404), **found).error().status == 404
    work(as_json({}, 500), **found).error(FutureExpired)
    assert "must be a status of an answer" in told(statuses={"default": "done"})


def an_error_ends_it() -> None:
    wrong = as_json({"problem": {"code": 7}, "status": "done"})
    found = work(wrong, **WORDS, error=["error", "problem"]).error()
    assert (found.value, found.code) == ({"code": 7}, "7")
    assert result({"problem": None, "status": "done"}, error="problem")


def a_failure_has_a_category() -> None:
    wrong = as_json({"error": {"by": "user"}})
    assert work(wrong, **WORDS, error="error").error().category == "unknown"
    assert work(wrong, **WORDS, error="error", category="error.by").error().category == "user"
    assert told(category="category") == "has no effect without 'error' or 'failed' or 'statuses'"


# -- the result, and what is known before ------------------------------------------------------------------------------


def the_result_is_somewhere() -> None:
    done = {"status": "done", "data": {"value": [5]}}
    assert result(done) == done
    assert result(done, result=["output", "data.value[0]"]) == 5
    assert result({"status": "done"}, result="data") is None
    assert result({"status": "done"}, result=["data", ""]) == {"status": "done"}


def the_result_is_fetched() -> None:
    done = as_json({"status": "done", "at": "/results/1"})
    found = work(done, as_json(5), **WORDS, result_url=["url", "at"])
    assert (found.handle.result(), found.transport.requests[2].url) == (5, f"{BASE}/results/1")
    assert result({"status": "done"}, result_url="at") == {"status": "done"}


def the_result_is_typed() -> None:
    assert result({"status": "done", "a": 1}, response="T").a == 1
    assert result({"status": "done", "data": [{"a": 1}]}, result="data[0]", response="T").a == 1


def known(key: str) -> Callable[[], None]:
    def what_is_known_is_kept() -> None:
        said: dict[str, Any] = {**WORDS, key: ["a", "b.x"]}
        found = work(as_json({"b": {"x": "some"}}), **said)
        assert getattr(found.handle.poll(), key) == "some"
        assert getattr(work(GOES_ON, **WORDS).handle.poll(), key) is None

    return what_is_known_is_kept


def waits(*answers: pristine.Response, **future: Any) -> list[float]:
    found = work(*answers, as_json({"status": "done"}), **{**WORDS, "pace": {"jitter": 0}, **future})
    found.handle.result()
    return found.clock.slept


def the_server_says_how_long_to_wait() -> None:
    assert waits(as_json({"again": {"in": 7}}), as_json({}), delay="again.in") == [1, 7, 4]


def the_server_says_it_in_milliseconds() -> None:
    assert waits(as_json({"ms": 250}), as_json({}), delay_ms=["none", "ms"]) == [1, 0.25, 4]


def waits_have_a_pace() -> None:
    assert waits(*[GOES_ON] * 6) == [1, 2, 4, 8, 16, 30, 30]
    assert waits(*[GOES_ON] * 3, pace={"first": 2, "factor": 3, "cap": 10, "jitter": 0}) == [2, 6, 10, 10]
    assert waits(GOES_ON, pace={"first": 0}) == []
    drawn = waits(*[GOES_ON] * 3, pace={"jitter": 1})
    assert all(one < most for one, most in zip(drawn, [1, 2, 4, 8], strict=True))
    assert len(faults(source(id="x", pace={"first": -1, "factor": 0.5, "cap": None, "jitter": 2}))) == 4


def a_question_is_bounded() -> None:
    found = work(GOES_ON, **WORDS, http_timeout=45)
    found.handle.poll()
    assert found.asked.timeout.total == 45
    assert "a number of seconds greater than 0" in told(http_timeout=0)


def the_work_is_bounded() -> None:
    found = work(*[GOES_ON] * 9, **WORDS, pace={"jitter": 0}, poll_timeout=20)
    found.error(FutureTimedOut)
    assert (found.clock.slept, found.handle.state) == ([1, 2, 4, 8, 5], FutureState.TIMED_OUT)


# -- presets -----------------------------------------------------------------------------------------------------------


def a_preset_stands_under_what_is_said() -> None:
    operation, ended = as_json({"name": "j1"}), as_json({"done": True, "value": 2})
    assert work(ended, started=operation, preset="google", ask=GET, result="value").handle.result() == 2
    a_preset_is_added_to()
    its_words_give_way()
    assert "did you mean 'google'?" in told(preset="gogle")
    assert "what tinker gives as the id is no URL" in fault(manifest({"future": {"preset": "tinker"}})).message
    pending = {"preset": "azure", "pending": ["Running"]}
    assert "what is not done is pending" in fault(manifest({"future": pending})).message


def a_preset_is_added_to() -> None:
    later = load_manifest(source(preset="tinker", ask=GET, pace={"cap": 9}, http_timeout=None)).endpoints["e"].future
    assert later is not None
    assert (later.pace, later.http_timeout) == (Pace(first=0.1, cap=9), None)
    started = pristine.Response(202, {"location": "/later/1"})
    found = work(as_json(1, 409), as_json(2, 202), as_json(3), started=started, **LOCATED, statuses={"409": "pending"})
    assert found.handle.result() == 3


LOCATED: Final[dict[str, Any]] = {"preset": "location"}


def its_words_give_way() -> None:
    """A word that is said to mean something has its other meaning no more."""
    said: dict[str, Any] = {"preset": "status", "ask": GET, "pending": ["aborted"], "expired": ["failed"]}
    started = as_json({"id": "j1", "status": "queued"})
    found = work(as_json({"status": "aborted"}), as_json({"status": "completed"}), started=started, **said)
    assert found.handle.result() == {"status": "completed"}
    work(as_json({"status": "failed"}), started=started, **said).error(FutureExpired)


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "endpoint": {"future": an_endpoint_finishes_its_work_later},
    "future": {
        "preset": a_preset_stands_under_what_is_said,
        "id": work_has_an_id,
        "ask": the_server_is_asked,
        "cancel": work_is_stopped,
        "state": a_state_is_somewhere,
        "pending": some_words_go_on,
        "done": some_words_are_the_end,
        "failed": some_words_are_failures,
        "expired": some_words_say_that_it_is_not_kept,
        "statuses": statuses_say_what_became_of_it,
        "result": the_result_is_somewhere,
        "result_url": the_result_is_fetched,
        "response": the_result_is_typed,
        "error": an_error_ends_it,
        "category": a_failure_has_a_category,
        **{key: known(key) for key in ("queue_state", "queue_reason", "progress")},
        "delay": the_server_says_how_long_to_wait,
        "delay_ms": the_server_says_it_in_milliseconds,
        "pace": waits_have_a_pace,
        "http_timeout": a_question_is_bounded,
        "poll_timeout": the_work_is_bounded,
    },
    "asking": {
        "endpoint": the_server_is_asked,
        "path_params": path_parameters_are_given,
        "query": a_query_is_given,
        "headers": headers_are_given,
        "body": a_body_is_given,
    },
    "pace": dict.fromkeys(PACE_KEYS, waits_have_a_pace),
}
