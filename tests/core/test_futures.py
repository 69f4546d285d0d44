"""Work that the server finishes later, by whole schedules: what is asked when, and how it ends, for every preset."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import RecordingTelemetry
from pristine.ports import signals
from pristine.ports.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    FutureCancelled,
    FutureExpired,
    FutureFailed,
    FutureTimedOut,
    NotFound,
    PristineError,
    TimeoutExceeded,
    TokenRefused,
)
from pristine.ports.future import AsyncFuture, Future, Progress
from pristine.ports.messages import Request, Response
from tests.support.faces import FACES, Async

HOST: Final = "http://api.test"
ENDED: Final = "[ended]"


def answer(value: Any, status: int = 200, **headers: str) -> Response:
    fields = {name.replace("_", "-"): one for name, one in headers.items()}
    return Response(status, {"content-type": "application/json", **fields}, json.dumps(value).encode())


def manifest(future: Any, **more: Any) -> Any:
    return pristine.load_manifest(
        {
            "name": "works",
            "endpoints": {
                "start": {"method": "POST", "path": "/start", "future": future},
                "ask": {"method": "POST", "path": "/ask"},
                "get": {"method": "GET", "path": "/works/{id}", "path_params": {"id": {"type": "string"}}},
                "stop": {"method": "POST", "path": "/works/{id}/stop"},
            },
            "types": {"Thing": {"properties": {"n": "integer"}, "required": ["n"]}},
            **more,
        }
    )


TINKER: Final = {
    "preset": "tinker",
    "ask": {"endpoint": "ask", "body": {"request_id": "{id}"}, "headers": {"X-Iteration": "{iteration}"}},
    "pace": {"first": 0, "jitter": 0},
}
GOOGLE: Final = {
    "preset": "google",
    "ask": {"endpoint": "get", "path_params": {"id": "{id}"}},
    "cancel": {"endpoint": "stop", "path_params": {"id": "{id}"}},
    "pace": {"first": 1, "factor": 2, "cap": 4, "jitter": 0},
}
AZURE: Final = {"preset": "azure", "pace": {"first": 2, "factor": 1, "jitter": 0}}
LOCATION: Final = {"preset": "location", "pace": {"first": 1, "factor": 1, "jitter": 0}}
STATUS: Final = {
    "preset": "status",
    "ask": {"endpoint": "get", "path_params": {"id": "{id}"}},
    "pace": {"first": 1, "factor": 1, "jitter": 0},
}


class Works:
    """A handle over scripted answers, with its clock, driven blockingly on either face."""

    def __init__(self, face: type[Any], future: Any, script: list[Any], **settings: Any) -> None:
        self.clock = settings.setdefault("clock", ManualClock())
        self.transport = MemoryTransport(script)
        context = pristine.context(**{"base_url": HOST, "transport": self.transport, **settings})
        self.api = face(context, future if isinstance(future, pristine.Manifest) else manifest(future))
        self.is_async = face is Async

    def run(self, made: Any) -> Any:
        return self.api.runner.run(_awaited(made)) if self.is_async else made

    def start(self, **options: Any) -> Any:
        return self.run(self.api.pipeline.execute_future("start", {}, **options))

    def resume(self, token: str) -> Any:
        return self.api.pipeline.resume_future(token)

    def result(self, handle: Any, timeout: float | None = None) -> Any:
        return self.run(handle.result(timeout))

    def changes(self, handle: Any) -> list[Progress]:
        return self.run(_listed(handle)) if self.is_async else list(handle)

    @property
    def asked(self) -> list[str]:
        return [
            f"{one.method} {one.url.removeprefix(HOST)} {str(one.body or b'', 'utf-8')}".strip()  # type: ignore[arg-type]  # bytes
            for one in self.transport.requests
        ]


async def _awaited(made: Any) -> Any:
    return await made


async def _listed(handle: Any) -> list[Progress]:
    return [change async for change in handle]


@pytest.fixture(params=FACES.values(), ids=list(FACES))
def works(request: pytest.FixtureRequest, stack: Any) -> Callable[..., Works]:
    def make(future: Any, *script: Any, **settings: Any) -> Works:
        made = Works(request.param, future, list(script), **settings)
        stack.enter_context(made.api)
        return made

    return make


# -- presets, as traces ------------------------------------------------------------------------------------------------


def test_tinker(works: Callable[..., Works]) -> None:
    again = {"type": "try_again", "request_id": "r1", "queue_state": "paused_capacity", "queue_state_reason": "full"}
    made = works(
        TINKER,
        answer({"request_id": "r1", "model_id": "m"}),
        answer({**again, "retry_after_ms": 250}),
        answer({"queue_state": "active"}, 408),
        answer({}, 503),
        ConnectionLost("reset"),
        answer({"type": "sample", "sequences": [1]}),
    )
    handle = made.start()
    assert (handle.id, handle.state, handle.done) == ("r1", "pending", False)
    seen: list[tuple[Any, ...]] = []
    handle.observe(lambda one: seen.append((one.state.value, one.queue_state, one.queue_reason)))
    assert made.result(handle) == {"type": "sample", "sequences": [1]}
    assert seen == [
        ("pending", "paused_capacity", "full"),
        ("pending", "active", None),
        ("done", "active", None),
    ]
    assert made.clock.slept == [0.25, 1, 2]  # the server's wish; none after 408; then trouble, twice in a row
    assert made.asked == ["POST /start {}", *['POST /ask {"request_id":"r1"}'] * 5]
    assert [one.headers["x-iteration"] for one in made.transport.requests[1:]] == list("01234")


@pytest.mark.parametrize(
    ("ending", "error", "category", "fault"),
    [
        (answer({"error": "bad data", "category": "user"}), FutureFailed, "user", "caller"),
        (answer({"error": "boom", "category": "server"}), FutureFailed, "server", "server"),
        (answer({"error": "?", "category": "aliens"}), FutureFailed, "unknown", "server"),
        (answer({"status": "failed", "error": "old"}), FutureFailed, "unknown", "server"),
        (answer({"detail": "no"}, 400), FutureFailed, "user", "caller"),
        (answer({}, 410), FutureExpired, None, "server"),
        (answer({}, 404), FutureExpired, None, "server"),
    ],
    ids=["user", "server", "unknown", "legacy", "400", "410", "404"],
)
def test_tinker_fails(
    works: Callable[..., Works], ending: Response, error: type[PristineError], category: Any, fault: str
) -> None:
    made = works(TINKER, answer({"request_id": "r1"}), ending)
    handle = made.start()
    with pytest.raises(error):
        made.result(handle)
    with pytest.raises(error) as caught:  # it stays so, and nobody asks again
        made.result(handle)
    assert getattr(caught.value, "category", None) == category
    assert (caught.value.fault, caught.value.endpoint) == (fault, "start")
    assert len(made.transport.requests) == 2
    assert json.loads(caught.value.token)["id"] == "r1"  # type: ignore[attr-defined]  # of a FutureError


def test_tinker_of_old_wraps_its_result(works: Callable[..., Works]) -> None:
    ended = answer({"status": "completed", "result": 5})
    made = works(TINKER, answer({"request_id": "r"}), answer({"status": "pending"}), ended)
    assert made.result(made.start()) == 5


def test_google(works: Callable[..., Works]) -> None:
    going = {"name": "operations/7", "metadata": {"percent": 40}}
    ended = {"name": "operations/7", "done": True, "response": {"n": 7}}
    made = works({**GOOGLE, "response": "Thing"}, answer({"name": "operations/7"}), *[answer(going)] * 3, answer(ended))
    handle = made.start()
    changes = made.changes(handle)
    assert [(one.state.value, one.progress) for one in changes] == [
        ("pending", {"percent": 40}),
        ("done", {"percent": 40}),
    ]
    assert made.result(handle).n == 7
    assert made.clock.slept == [1, 2, 4, 4]
    assert made.asked[1] == "GET /works/operations%2F7"


def test_google_fails_with_its_code(works: Callable[..., Works]) -> None:
    status = {"code": 3, "message": "bad picture", "status": "INVALID_ARGUMENT"}
    made = works(GOOGLE, answer({"name": "o"}), answer({"name": "o", "done": True, "error": status}))
    with pytest.raises(FutureFailed, match="the work failed: bad picture") as caught:
        made.result(made.start())
    assert (caught.value.code, caught.value.value) == ("3", status)
    assert [attempt.status for attempt in caught.value.attempts] == [200]  # the question that told it


def test_what_had_ended_already_is_a_finished_handle(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, answer({"name": "o", "done": True, "response": {"n": 1}}))
    handle = made.start()
    assert (handle.done, handle.state, made.result(handle)) == (True, "done", {"n": 1})
    assert made.changes(handle) == []
    assert made.asked == ["POST /start {}"]


def test_azure(works: Callable[..., Works]) -> None:
    made = works(
        AZURE,
        Response(202, {"azure-asyncoperation": f"{HOST}/operations/9?api=1", "retry-after": "7"}),
        answer({"status": "InProgress", "percentComplete": 50}),
        answer({"status": "Succeeded", "properties": {"n": 2}}, 200, retry_after="1"),
    )
    handle = made.start()
    assert made.result(handle) == {"status": "Succeeded", "properties": {"n": 2}}
    assert made.clock.slept == [7, 2]
    assert made.asked[1:] == ["GET /operations/9?api=1"] * 2


def test_azure_by_location_and_its_failure(works: Callable[..., Works]) -> None:
    made = works(
        AZURE,
        Response(202, {"location": "/operations/9"}),
        Response(202, {"location": "/operations/9"}),
        answer({"properties": {"provisioningState": "Failed"}, "error": {"code": "Conflict", "message": "taken"}}),
    )
    with pytest.raises(FutureFailed, match="taken") as caught:
        made.result(made.start())
    assert caught.value.code == "Conflict"


def test_a_202_with_a_location(works: Callable[..., Works]) -> None:
    made = works(
        {**LOCATION, "response": "Thing"},
        Response(202, {"location": "/status/1"}),
        Response(202, {}),
        Response(303, {"location": "/things/4"}),
        answer({"n": 4}),
    )
    assert made.result(made.start()).n == 4
    assert made.asked == ["POST /start {}", "GET /status/1", "GET /status/1", "GET /things/4"]


def test_a_word_for_the_status(works: Callable[..., Works]) -> None:
    made = works(
        STATUS,
        answer({"id": "b1", "status": "validating"}),
        answer({"id": "b1", "status": "in_progress"}),
        answer({"id": "b1", "status": "completed", "output": "f"}),
    )
    handle = made.start()
    assert [one.said for one in made.changes(handle)] == ["completed"]
    assert made.result(handle)["output"] == "f"


# -- limits, cancelling, observers -------------------------------------------------------------------------------------

PENDING: Final = answer({"name": "o"})


def test_a_result_is_waited_for_and_the_work_goes_on(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING, PENDING, answer({"done": True, "response": 1}))
    handle = made.start()
    with pytest.raises(TimeoutExceeded, match="there is no result after 2 s; the work goes on") as caught:
        made.result(handle, timeout=2)
    assert (caught.value.limit, caught.value.phase, made.clock.slept) == ("result", "future", [1, 1])
    assert made.result(handle) == 1


def test_the_whole_is_bounded(works: Callable[..., Works]) -> None:
    made = works({**GOOGLE, "poll_timeout": 5}, PENDING, *[PENDING] * 9)
    handle = made.start()
    with pytest.raises(FutureTimedOut, match="after the 5 s that it may take") as caught:
        made.result(handle)
    assert (caught.value.limit, handle.state) == ("poll_timeout", "timed_out")
    assert made.clock.slept == [1, 2, 2]
    assert len(made.transport.requests) == 3


def test_one_question_is_bounded(works: Callable[..., Works]) -> None:
    made = works({**GOOGLE, "http_timeout": 45, "poll_timeout": 50}, PENDING, *[PENDING] * 15)
    with pytest.raises(FutureTimedOut):
        made.result(made.start())
    assert [one.timeout.total for one in made.transport.requests[1:5]] == [45, 45, 43, 39]


def test_trouble_is_not_the_work_s(works: Callable[..., Works]) -> None:
    trouble = [ConnectFailed("no"), ConnectFailed("no"), answer({}, 502), answer({}, 429, retry_after="20")]
    made = works(GOOGLE, PENDING, *trouble, answer({"done": True, "response": 1}), retry={"jitter": 0})
    assert made.result(made.start()) == 1
    assert made.clock.slept == [1, 2, 4, 4, 20]


def test_an_open_circuit_is_waited_for(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING, answer({}, 500), answer({"done": True, "response": 1}), breaker={"failures": 1})
    assert made.result(made.start()) == 1
    assert sum(made.clock.slept) >= 30


def test_what_starts_the_work_fails_as_any_call_does(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, answer({}, 404))
    with pytest.raises(NotFound):
        made.start()
    with pytest.raises(ConfigurationError, match="its work is not finished later: use execute"):
        made.run(made.api.pipeline.execute_future("ask", {}))


def test_it_is_cancelled_here_and_on_the_server(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING, answer({}))
    handle = made.start()
    ended: list[Any] = []
    handle.add_done_callback(ended.append)
    assert made.run(handle.cancel()) is True
    assert made.run(handle.cancel()) is False
    with pytest.raises(FutureCancelled):
        made.result(handle)
    assert made.asked == ["POST /start {}", "POST /works/o/stop"]
    assert ended == [handle]
    handle.add_done_callback(ended.append)
    assert ended == [handle, handle]


def test_a_server_that_will_not_cancel_is_told_of_but_it_has_ended_here(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING, answer({}, 404))
    handle = made.start()
    with pytest.raises(NotFound):
        made.run(handle.cancel())
    assert handle.state == "cancelled"


def test_who_listens_cannot_hurt_the_work(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING, answer({"name": "o", "metadata": 1}), answer({"done": True, "response": 1}))
    handle = made.start()

    def angry(_: Any) -> None:
        raise RuntimeError("no")

    handle.observe(angry)
    handle.add_done_callback(angry)
    assert made.result(handle) == 1


def test_observers_are_told_so_often(works: Callable[..., Works]) -> None:
    steps = [answer({"name": "o", "metadata": number}) for number in range(40)]
    made = works({**GOOGLE, "pace": {"first": 5, "factor": 1, "jitter": 0}}, PENDING, *steps, answer({"done": True}))
    handle = made.start()
    often: list[Any] = []
    seldom: list[Any] = []
    handle.observe(lambda one: often.append(one.progress))
    handle.observe(lambda one: seldom.append((one.elapsed, one.progress)), debounce=60)
    made.result(handle)
    assert often == [*range(40), 39]
    assert seldom == [(5, 0), (65, 12), (125, 24), (185, 36), (205, 39)]
    with pytest.raises(ConfigurationError, match="give seconds, 0 or more"):
        handle.observe(print, debounce=-1)


def test_a_wrong_question_ends_it(works: Callable[..., Works]) -> None:
    asking = {"method": "POST", "path": "/n", "request": {"properties": {"id": "integer"}}}
    asks = {"endpoint": "n", "body": {"id": "{id}"}}
    future = {**GOOGLE, "ask": asks, "cancel": asks}
    endpoints = {"n": asking, "start": {"method": "POST", "path": "/start", "future": future}}
    made = works(pristine.load_manifest({"name": "works", "endpoints": endpoints}), PENDING)
    handle = made.start()
    for _ in range(2):
        with pytest.raises(pristine.RequestError):
            made.result(handle)
    assert handle.state == "failed"


def test_a_result_of_another_type_ends_it(works: Callable[..., Works]) -> None:
    made = works({**GOOGLE, "response": "Thing"}, PENDING, answer({"done": True, "response": {"n": "x"}}))
    handle = made.start()
    with pytest.raises(DecodeError, match="n: must be a whole number"):
        made.result(handle)
    assert handle.state == "failed"


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_a_token_goes_on_elsewhere(works: Callable[..., Works]) -> None:
    token = works({**GOOGLE, "poll_timeout": 100}, PENDING, auth=pristine.Bearer("sekrit")).start().token()
    assert json.loads(token) == {"v": 1, "api": "works", "endpoint": "start", "id": "o", "started": 1_700_000_000}
    later = ManualClock(0, 1_700_000_060)
    there = works({**GOOGLE, "poll_timeout": 100}, answer({"done": True, "response": 3}), clock=later)
    handle = there.resume(token)
    assert there.result(handle) == 3
    assert handle.progress.elapsed == 60
    assert there.asked == ["GET /works/o"]


def test_a_token_that_is_too_old_has_timed_out(works: Callable[..., Works]) -> None:
    token = works({**GOOGLE, "poll_timeout": 100}, PENDING).start().token()
    there = works({**GOOGLE, "poll_timeout": 100}, clock=ManualClock(0, 1_700_000_200))
    with pytest.raises(FutureTimedOut):
        there.result(there.resume(token))


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "is no JSON object"),
        ("[]", "is no JSON object"),
        ("x" * 100_000, "is no JSON object"),
        (None, "is no JSON object"),
        ('{"v":2}', "is of version 2"),
        ('{"v":1}', "has no 'api'"),
        ('{"v":1,"api":"works","endpoint":"start","id":5,"started":1}', "has no 'id'"),
        ('{"v":1,"api":"others","endpoint":"start","id":"o","started":1}', "is of the API 'others', not of 'works'"),
        ('{"v":1,"api":"works","endpoint":"ask","id":"o","started":1}', "is of 'ask', which is no work of this API"),
        ('{"v":1,"api":"works","endpoint":"none","id":"o","started":1}', "is of 'none', which is no work of this API"),
    ],
)
def test_a_foreign_token_is_refused(works: Callable[..., Works], token: Any, told: str) -> None:
    with pytest.raises(TokenRefused, match=told):
        works(GOOGLE).resume(token)


def test_what_had_ended_has_no_token(works: Callable[..., Works]) -> None:
    made = works(LOCATION, answer({"n": 1}))
    handle = made.start()
    assert made.result(handle) == {"n": 1}
    with pytest.raises(TokenRefused, match="nothing to go on with"):
        handle.token()


def test_a_url_elsewhere_gets_no_credential(works: Callable[..., Works]) -> None:
    made = works(LOCATION, Response(202, {"location": "http://evil.test/x"}), auth=pristine.Bearer("sekrit"))
    with pytest.raises(DecodeError, match="the work is at another origin"):
        made.result(made.start())
    assert made.asked == ["POST /start {}"]


def test_work_without_an_id_is_no_work(works: Callable[..., Works]) -> None:
    made = works(LOCATION, Response(202, {}))
    with pytest.raises(DecodeError, match="says that the work goes on, and not which it is"):
        made.start()


def test_an_error_that_is_none_is_none(works: Callable[..., Works]) -> None:
    made = works(TINKER, answer({"request_id": "r", "error": None}), answer({"error": {}, "n": 1}))
    assert made.result(made.start()) == {"error": {}, "n": 1}


def test_a_hostile_id_stays_in_its_place(works: Callable[..., Works]) -> None:
    made = works(TINKER, answer({"request_id": "{iteration}{id}"}), answer({"n": 1}))
    made.result(made.start())
    assert made.asked[1] == 'POST /ask {"request_id":"{iteration}{id}"}'
    made = works(GOOGLE, answer({"name": "../../admin?x="}), answer({"done": True}))
    made.result(made.start())
    assert made.asked[1] == "GET /works/..%2F..%2Fadmin%3Fx%3D"


# -- telemetry, the port -----------------------------------------------------------------------------------------------


def test_it_is_told(works: Callable[..., Works]) -> None:
    told = RecordingTelemetry()
    made = works(GOOGLE, PENDING, answer({"name": "o", "metadata": 1}), answer({"done": True}), telemetry=told)
    made.result(made.start())
    mine = [(one.name, dict(one.attributes)) for one in told.signals if one.name.startswith("future.")]
    assert [name for name, _ in mine] == [
        signals.FUTURE_START,
        signals.FUTURE_STATE_CHANGE,
        signals.FUTURE_POLL,
        signals.FUTURE_STATE_CHANGE,
        signals.FUTURE_STOP,
        signals.FUTURE_POLL,
    ]
    assert mine[2][1] == {
        "poll": 1,
        "state": "pending",
        "queue_state": None,
        "status": 200,
        "delay": 2,
        "error.type": None,
    }
    assert mine[4][1] == {"state": "done", "polls": 2, "duration": 3}
    assert [one.name for one in told.signals].count(signals.REQUEST_START) == 3
    assert len({one.call_id for one in told.signals if one.name.startswith("future.")}) == 1


def test_handles_are_the_port_s(works: Callable[..., Works]) -> None:
    made = works(GOOGLE, PENDING)
    handle = made.start()
    assert isinstance(handle, AsyncFuture if made.is_async else Future)
    assert "FutureHandle(start: pending)" in repr(handle)


async def test_a_future_is_awaited() -> None:
    transport = MemoryTransport([PENDING, answer({"done": True, "response": 1}), PENDING, answer({"done": True})])
    context = pristine.context(base_url=HOST, transport=transport, clock="manual")
    async with pristine.AsyncPipeline(manifest(GOOGLE), context) as api:
        assert await (await api.execute_future("start")) == 1
        assert await api.execute_future("start").result() is None


async def test_two_who_wait_get_the_same() -> None:
    transport = MemoryTransport([PENDING, PENDING, answer({"done": True, "response": 1}), answer({}, 410)])
    context = pristine.context(base_url=HOST, transport=transport, clock="manual")
    async with pristine.AsyncPipeline(manifest(GOOGLE), context) as api:
        handle = await api.execute_future("start")
        assert list(await asyncio.gather(handle.result(), handle.result())) == [1, 1]


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_a_client_has_a_method_for_it(face: type[Any]) -> None:
    transport = MemoryTransport([PENDING, answer({"done": True, "response": {"n": 1}}), PENDING])
    context = pristine.context(base_url=HOST, transport=transport, clock="manual")
    if face is Async:

        async def run() -> Any:
            async with pristine.AsyncClient(manifest(GOOGLE), context) as client:
                handle = await client.start_future()
                return await client.resume_future(handle.token())

        assert asyncio.run(run()) == {"n": 1}
        return
    with pristine.Client(manifest(GOOGLE), context) as client:
        assert "start_future" in dir(client)
        handle = client.start_future()
        assert client.resume_future(handle.token()).result() == {"n": 1}
        assert client.start() == {"name": "o"}  # the plain method gives the answer as it is
        with pytest.raises(ConfigurationError, match="gives a handle: call it without with_raw_response"):
            client.with_raw_response.start_future()
        with pytest.raises(AttributeError, match="did you mean"):
            client.start_futur  # noqa: B018 it is looked up


def test_a_request_that_takes_long_is_no_trouble(works: Callable[..., Works]) -> None:
    clock = ManualClock()

    def held(_: Request) -> Response:
        clock.wind(40)
        return answer({"type": "try_again"})

    made = works(TINKER, answer({"request_id": "r"}), held, held, answer({"n": 1}), clock=clock)
    handle = made.start()
    assert made.result(handle) == {"n": 1}
    assert clock.slept == []
    assert handle.progress.elapsed == 80
