"""The presets, against what their APIs answer: each as its public description says it."""

from typing import Any, Final

import pytest

import pristine
from pristine.manifest.presets import NAMING, PRESETS
from pristine.ports.errors import FutureExpired, FutureFailed
from pristine.testing.answers import as_json
from tests.manifest.effects.futures import GET, Work, work
from tests.support.offline import BASE

FIRST: Final[dict[str, pristine.Response]] = {
    "tinker": as_json({"request_id": "j1", "model_id": "m"}),
    "google": as_json({"name": "j1", "metadata": {"@type": "x"}}),
    "azure": pristine.Response(202, {"Azure-AsyncOperation": f"{BASE}/jobs/j1", "Location": f"{BASE}/other"}),
    "location": pristine.Response(202, {"Location": "/jobs/j1"}),
    "status": as_json({"id": "j1", "status": "queued"}, 201),
}
"""What answers the call that starts the work."""


def follow(preset: str, *answers: Any, first: pristine.Response | None = None, **more: Any) -> Work:
    ask = {"ask": GET} if preset in NAMING else {}
    listed = [one if isinstance(one, pristine.Response) else as_json(one) for one in answers]
    return work(*listed, started=first or FIRST[preset], preset=preset, **ask, **more)


def at(url: str) -> pristine.Response:
    return pristine.Response(303, {"Location": url})


GOING: Final[dict[str, list[Any]]] = {
    "tinker": [
        {"type": "try_again", "request_id": "j1", "queue_state": "active"},
        {"status": "pending"},
        as_json({"queue_state": "paused_capacity"}, 408),
        as_json({}, 502),
        as_json({}, 429),
    ],
    "google": [{"name": "j1"}, {"name": "j1", "done": False, "metadata": {"progressPercent": 40}}],
    "azure": [
        {"status": "InProgress"},
        {"status": "NotStarted"},
        {"properties": {"provisioningState": "Creating"}},
        pristine.Response(202),
    ],
    "location": [pristine.Response(202), as_json({"status": "working"}, 202), as_json({}, 503)],
    "status": [{"status": "in_progress"}, {"state": "RUNNING"}, {"status": "processing", "error": None}, {}],
}
ENDED: Final[dict[str, list[tuple[Any, Any]]]] = {
    "tinker": [
        ({"path": "tinker://x", "type": "save_weights"}, {"path": "tinker://x", "type": "save_weights"}),
        ({"metrics": None}, {"metrics": None}),
        ({"status": "completed", "result": {"path": "p"}}, {"path": "p"}),
    ],
    "google": [
        ({"name": "j1", "done": True, "response": {"@type": "x", "a": 1}}, {"@type": "x", "a": 1}),
        ({"name": "j1", "done": True}, None),
    ],
    "azure": [
        ({"status": "Succeeded", "error": None}, {"status": "Succeeded", "error": None}),
        ({"id": "j1", "status": "Succeeded", "result": {"a": 1}}, {"a": 1}),
        ({"sku": "s", "properties": {"a": 1}}, {"sku": "s", "properties": {"a": 1}}),
        (pristine.Response(204), None),
    ],
    "location": [({"status": "new"}, {"status": "new"}), (pristine.Response(204), None)],
    "status": [({"status": one}, {"status": one}) for one in ("succeeded", "completed", "SUCCESS", "Done")],
}
FAILED: Final[dict[str, list[Any]]] = {
    "tinker": [{"error": "bad", "category": "user"}, {"status": "failed", "error": "bad"}, as_json({}, 422)],
    "google": [{"name": "j1", "done": True, "error": {"code": 3, "message": "bad"}}],
    "azure": [{"status": "Failed", "error": {"code": "X"}}, {"status": "Canceled"}, as_json({}, 409)],
    "location": [as_json({"error": "bad"}, 400)],
    "status": [{"status": one} for one in ("failed", "canceled", "CANCELLED")] + [{"error": "bad"}],
}
GONE: Final[dict[str, list[Any]]] = {
    **{name: [as_json({}, 410)] for name in PRESETS},
    "google": [as_json({"error": {"code": 5}}, 404)],
    "status": [{"status": "expired"}],
}


@pytest.mark.parametrize("preset", PRESETS)
def test_work_goes_on(preset: str) -> None:
    found = follow(preset, *GOING[preset])
    for _ in GOING[preset]:
        found.handle.poll()
        assert not found.handle.done
    assert found.asked.url == f"{BASE}/jobs/j1"


@pytest.mark.parametrize(
    ("preset", "answer", "expected"),
    [pytest.param(preset, *pair, id=preset) for preset, pairs in ENDED.items() for pair in pairs],
)
def test_work_ends_with_its_result(preset: str, answer: Any, expected: Any) -> None:
    assert follow(preset, *GOING[preset], answer).handle.result() == expected


@pytest.mark.parametrize(
    ("preset", "answer"), [pytest.param(preset, one, id=preset) for preset, each in FAILED.items() for one in each]
)
def test_work_fails(preset: str, answer: Any) -> None:
    follow(preset, answer).error(FutureFailed)


@pytest.mark.parametrize(
    ("preset", "answer"), [pytest.param(preset, one, id=preset) for preset, each in GONE.items() for one in each]
)
def test_work_is_not_kept_for_ever(preset: str, answer: Any) -> None:
    follow(preset, answer).error(FutureExpired)


def test_every_preset_is_tried() -> None:
    assert [set(PRESETS)] * 5 == [set(table) for table in (FIRST, GOING, ENDED, FAILED, GONE)]


def test_tinker_says_where_the_work_waits_and_whose_fault_it_was() -> None:
    again = {"type": "try_again", "queue_state": "paused_rate_limit", "queue_state_reason": "busy"}
    found = follow("tinker", {**again, "retry_after_ms": 1500}, {"error": "bad", "category": "user"})
    known = found.handle.poll()
    assert (known.queue_state, known.queue_reason, found.handle.due) == ("paused_rate_limit", "busy", 1.5)
    assert (found.error().category, found.asked.timeout.total) == ("user", 45)


def test_a_result_of_google_s_may_be_there_at_once() -> None:
    first = as_json({"name": "j1", "done": True, "response": {"a": 1}})
    assert follow("google", first=first, response="T").handle.result().a == 1
    assert follow("google", {"metadata": {"progressPercent": 7}}).handle.poll().progress == {"progressPercent": 7}


@pytest.mark.parametrize("header", ["Operation-Location", "Location"])
def test_azure_says_in_several_ways_where_to_ask(header: str) -> None:
    first = pristine.Response(201, {header: f"{BASE}/jobs/2"}, b'{"properties": {"provisioningState": "Accepted"}}')
    found = follow("azure", {"status": "Running", "percentComplete": 5}, first=first)
    assert (found.handle.poll().progress, found.asked.url) == (5, f"{BASE}/jobs/2")


def test_azure_may_have_finished_at_once() -> None:
    assert follow("azure", first=as_json({"properties": {"a": 1}})).handle.result() == {"properties": {"a": 1}}


def test_azure_says_where_the_resource_is() -> None:
    found = follow("azure", {"status": "succeeded", "resourceLocation": "/things/1"}, {"a": 1})
    assert (found.handle.result(), found.transport.requests[2].url) == ({"a": 1}, f"{BASE}/things/1")


def test_a_monitor_says_where_the_result_is() -> None:
    found = follow("location", at("/results/1"), {"a": 1}, response="T")
    assert (found.handle.result().a, found.transport.requests[2].url) == (1, f"{BASE}/results/1")
