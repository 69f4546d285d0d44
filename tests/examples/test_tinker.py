"""Every route of the Tinker API through the dynamic client, both faces, against a server that follows the protocol."""

import json
from typing import Any, Final
from urllib.request import urlopen

import pytest

import pristine
from examples.tinker.server import TinkerServer
from pristine.adapters.clock import ManualClock
from pristine.ports.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    FutureFailed,
    Gone,
    InvalidParameter,
    InvalidPayload,
    NotFound,
    RequestTimedOut,
    ServerError,
    ServiceUnavailable,
    StreamFailed,
    TooManyRequests,
    Unauthorized,
    UnprocessableContent,
)
from tests.examples.conftest import MANIFESTS, Drive
from tests.examples.driving import Driven
from tests.examples.tinker_calls import (
    CHECKPOINT,
    INPUT,
    KEY,
    MODEL,
    PARAMS,
    PATH,
    PROMPT,
    ROUTES,
    SAMPLER,
    SESSION,
)

MANIFEST: Final = MANIFESTS["tinker"]


def called(driven: Driven, name: str) -> Any:
    """What a route's call comes to."""
    route = ROUTES[name]
    how = {"value": driven.value, "list": driven.listed, "stream": driven.streamed}[route.kind]
    return how(route.make(driven.client))


def sent(server: TinkerServer, at: int = -1) -> Any:
    return json.loads(server.requests[at].body)


def test_every_route_has_a_call() -> None:
    assert ROUTES.keys() == MANIFEST.endpoints.keys()
    assert len(ROUTES) == 30


@pytest.mark.parametrize("name", ROUTES)
def test_route(name: str, tinker: Driven, tinker_server: TinkerServer) -> None:
    prepare(name, tinker_server)
    assert ROUTES[name].right(called(tinker, name))
    endpoint, asked = MANIFEST.endpoints[name], tinker_server.requests[-1]
    assert asked.method == endpoint.method
    assert ("X-API-Key" in asked.headers) == (name != "service.health")
    assert ("X-Idempotency-Key" in asked.headers) == (asked.method != "GET")


@pytest.mark.parametrize("answers", ["null", "absent"])
@pytest.mark.parametrize("name", ROUTES)
def test_route_of_a_server_of_another_dialect(name: str, answers: Any, tinker_server: TinkerServer) -> None:
    tinker_server.habits.answers = answers
    prepare(name, tinker_server)
    with Driven("httpx-sync", MANIFEST, tinker_server.url, credentials={"key": KEY}) as tinker:
        assert ROUTES[name].right(called(tinker, name))


def prepare(name: str, server: TinkerServer) -> None:
    """What must be before some routes are called."""
    if name == "weights.load":  # it must be the first that is asked of a model
        server.service.models[MODEL].known.clear()
    if name == "checkpoints.unpublish":
        server.service.checkpoints[PATH].public = True
    if name == "checkpoints.archive":
        server.habits.archive = "json"


# -- who asks, and how -------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_sent(drive: Drive, tinker_server: TinkerServer) -> None:
    nobody = drive("tinker", tinker_server.url)
    assert nobody.value(nobody.client.service.health()).status == "ok"
    with pytest.raises(pristine.ConfigurationError, match="a credential is needed: key"):
        nobody.value(nobody.client.sessions.get(SESSION))
    assert len(tinker_server.requests) == 1


def test_a_wrong_key_is_refused(drive: Drive, tinker_server: TinkerServer) -> None:
    stranger = drive("tinker", tinker_server.url, credentials={"key": "sk-none"})
    with pytest.raises(Unauthorized, match=r"sessions.get: 401 X-API-Key is missing, or is no key") as caught:
        stranger.value(stranger.client.sessions.get(SESSION))
    assert "sk-none" not in repr(vars(caught.value))


def test_one_sees_ones_own_or_everything(drive: Drive, tinker_server: TinkerServer) -> None:
    bob = drive("tinker", tinker_server.url, credentials={"key": "tml-bob"})
    assert bob.listed(bob.client.sessions.list()) == []
    assert bob.listed(bob.client.sessions.list(access_scope="accessible")) == [SESSION]
    with pytest.raises(Forbidden):
        bob.value(bob.client.sessions.get(SESSION))
    assert bob.value(bob.client.sessions.get(SESSION, access_scope="accessible")).sampler_ids == [SAMPLER]
    with pytest.raises(InvalidParameter, match="'access_scope' must be one of owned, accessible"):
        bob.value(bob.client.sessions.get(SESSION, access_scope="all"))


def test_a_key_for_the_same_call_brings_the_same_answer(tinker: Driven, tinker_server: TinkerServer) -> None:
    once = tinker.client.with_options(idempotency_key="once")
    ids = [tinker.value(once.sessions.create(tags=[], sdk_version="1")).session_id for _ in range(2)]
    assert ids == ["sess-2", "sess-2"]
    assert tinker.value(tinker.client.sessions.create(tags=[], sdk_version="1")).session_id == "sess-3"
    keys = [asked.headers["X-Idempotency-Key"] for asked in tinker_server.requests]
    assert keys[:2] == ["once", "once"]
    assert len(set(keys)) == 2


def test_a_body_says_its_type_and_drops_what_is_not_given(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker.value(tinker.client.sessions.create(tags=["a"], sdk_version="1", user_metadata=None))
    assert sent(tinker_server) == {"tags": ["a"], "sdk_version": "1", "type": "create_session"}
    tinker.value(tinker.client.sessions.create(tags=["a"], sdk_version="1", user_metadata=pristine.NULL))
    assert sent(tinker_server)["user_metadata"] is None
    with pytest.raises(InvalidPayload, match="type: must be one of 'create_session'"):
        tinker.value(tinker.client.sessions.create(tags=["a"], sdk_version="1", type="other"))


def test_what_is_wrong_is_told_with_its_place(tinker: Driven) -> None:
    with pytest.raises(InvalidPayload, match=r"forward_backward_input\.data\[0\]\.model_input: is missing"):
        tinker.value(
            tinker.client.training.forward_backward(
                model_id=MODEL, forward_backward_input={"data": [{"loss_fn_inputs": {}}], "loss_fn": "cross_entropy"}
            )
        )
    with pytest.raises(UnprocessableContent) as caught:
        tinker.value(tinker.client.sampling.create_session(session_id=SESSION, sampling_session_seq_id=1))
    assert caught.value.json()["detail"][0]["loc"] == ["body", "base_model"]


# -- what comes later --------------------------------------------------------------------------------------------------


def retrieved(driven: Driven, request_id: str, **more: Any) -> Any:
    return driven.value(driven.client.futures.retrieve(request_id=request_id, **more))


def promised(driven: Driven, call: Any) -> str:
    return str(driven.value(call).request_id)


def test_a_future_that_is_waited_for(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("try_again", "408", "500")
    id = promised(tinker, tinker.client.weights.save(model_id=MODEL, path="later"))
    first = retrieved(tinker, id, iteration=0, request_type="SaveWeights", roundtrip_time=0.5)
    assert (type(first).__name__, first.queue_state, first.retry_after_ms) == ("TryAgain", "paused_capacity", 1)
    headers = tinker_server.requests[-1].headers
    names = ("Iteration", "Type")
    assert [headers[f"X-Tinker-Request-{name}"] for name in names] == ["0", "SaveWeights"]
    assert headers["X-Tinker-Create-Promise-Roundtrip-Time"] == "0.5"
    with pytest.raises(RequestTimedOut) as caught:
        retrieved(tinker, id, iteration=1)
    assert caught.value.value.queue_state == "paused_capacity"
    with pytest.raises(pristine.StatusError, match="500"):
        retrieved(tinker, id)
    measured = retrieved(tinker, id, allow_metadata_only=True)
    assert (type(measured).__name__, measured.response_payload_size > 50) == ("CompleteMetadata", True)
    assert retrieved(tinker, id).path == f"tinker://{MODEL}/weights/later"


def test_a_future_that_has_expired(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("410",)
    id = promised(tinker, tinker.client.weights.save(model_id=MODEL))
    for _ in range(2):
        with pytest.raises(Gone, match="the promise has expired"):
            retrieved(tinker, id)
    with pytest.raises(NotFound):
        retrieved(tinker, "req-none")


def test_a_future_that_failed(tinker: Driven) -> None:
    id = promised(tinker, tinker.client.training.optim_step(model_id=MODEL))
    failed = retrieved(tinker, id, allow_metadata_only=True)
    assert (type(failed).__name__, failed.category) == ("RequestFailed", "user")
    assert failed.error == "there are no gradients: forward_backward comes first"


RESULTS: Final = {
    "CreateModelResponse": lambda c: c.models.create(session_id=SESSION, model_seq_id=5, base_model="toy/bigram"),
    "ForwardBackwardOutput": lambda c: c.training.forward(forward_input=INPUT, model_id=MODEL),
    "SampleResponse": lambda c: c.sampling.sample(
        prompt=PROMPT, sampling_params=PARAMS, base_model="toy/bigram", prompt_logprobs=True, topk_prompt_logprobs=2
    ),
    "SaveWeightsResponse": lambda c: c.weights.save(model_id=MODEL),
    "SaveWeightsForSamplerResponse": lambda c: c.weights.save_for_sampler(model_id=MODEL),
    "UnloadModelResponse": lambda c: c.models.unload(model_id=MODEL),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_its_type(name: str, tinker: Driven) -> None:
    assert type(retrieved(tinker, promised(tinker, RESULTS[name](tinker.client)))).__name__ == name


def test_a_handle_waits_for_the_result(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("try_again", "try_again")
    handle = tinker.value(tinker.client.weights.save_future(model_id=MODEL, path="by-handle"))
    assert tinker.value(handle.poll()).queue_state == "paused_capacity"
    assert tinker.value(handle.result()).path == f"tinker://{MODEL}/weights/by-handle"
    assert handle.progress.polls == 3
    headers = tinker_server.requests[-1].headers
    assert [headers[f"X-Tinker-Request-{name}"] for name in ("Iteration", "Type")] == ["2", "SaveWeights"]


def test_a_handle_knows_whose_fault_it_was(tinker: Driven) -> None:
    handle = tinker.value(tinker.client.training.optim_step_future(model_id=MODEL))
    with pytest.raises(FutureFailed, match="there are no gradients") as caught:
        tinker.value(handle.result())
    assert caught.value.category == "user"


def test_requests_run_in_the_order_of_their_numbers(tinker: Driven) -> None:
    train = tinker.client.training
    step = promised(tinker, train.optim_step(model_id=MODEL, seq_id=4, adam_params={"learning_rate": 0.5}))
    early = retrieved(tinker, step)
    assert (type(early).__name__, early.queue_state) == ("TryAgain", "active")
    before = promised(tinker, train.forward_backward(forward_backward_input=INPUT, model_id=MODEL, seq_id=3))
    assert retrieved(tinker, step).metrics["grad_norm"] > 0
    again = promised(tinker, train.forward_backward(forward_backward_input=INPUT, model_id=MODEL, seq_id=3))
    assert again == before
    with pytest.raises(Conflict, match="seq_id 3 was another request"):
        tinker.value(train.forward(forward_input=INPUT, model_id=MODEL, seq_id=3))
    with pytest.raises(BadRequest, match="LoadWeights is not permitted with seq_id 5"):
        tinker.value(tinker.client.weights.load(model_id=MODEL, path=PATH, seq_id=5))


def test_weights_are_loaded_into_a_new_model(tinker: Driven) -> None:
    made = tinker.value(tinker.client.models.create(session_id=SESSION, model_seq_id=7, base_model="toy/bigram"))
    id = promised(tinker, tinker.client.weights.load(model_id=made.model_id, path=PATH, optimizer=True, seq_id=1))
    loaded = retrieved(tinker, id)
    assert (loaded.path, loaded.model_id) == (PATH, made.model_id)


# -- sampling ----------------------------------------------------------------------------------------------------------


def sample(driven: Driven, number: int, **more: Any) -> Any:
    params = {**PARAMS, **more}
    return driven.client.sampling.sample(
        prompt=PROMPT, sampling_params=params, sampling_session_id=SAMPLER, seq_id=number
    )


def test_samples_are_refused_while_others_wait(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.habits.most_samples = 1
    first = promised(tinker, sample(tinker, 0))
    assert tinker_server.requests[-1].headers["X-Tinker-Sampling-Backpressure"] == "1"
    assert promised(tinker, sample(tinker, 0)) == first
    with pytest.raises(TooManyRequests, match="too many samples wait"):
        tinker.value(sample(tinker, 1))
    assert retrieved(tinker, first).sequences[0].stop_reason == "length"
    assert promised(tinker, sample(tinker, 1)) == f"{SAMPLER}:1"


@pytest.mark.parametrize(("stop", "count"), [("\0", 1), (["\0\0"], 2), ([0], 1), (["no"], 3)])
def test_a_sample_ends_where_it_is_told_to(stop: Any, count: int, tinker: Driven) -> None:
    found = retrieved(tinker, promised(tinker, sample(tinker, 0, stop=stop))).sequences[0]
    assert (len(found.tokens), found.stop_reason) == (count, "length" if count == 3 else "stop")
    assert len(found.logprobs) == count


def test_a_prompt_can_be_scored(tinker: Driven) -> None:
    prompt = {"chunks": [{"tokens": [97, 98, 99]}]}
    call = tinker.client.sampling.sample(
        prompt=prompt,
        sampling_params={"max_tokens": 1},
        base_model="toy/bigram",
        prompt_logprobs=True,
        topk_prompt_logprobs=2,
    )
    found = retrieved(tinker, promised(tinker, call))
    assert found.prompt_logprobs[0] is None
    assert found.prompt_logprobs[1:] == pytest.approx([-4.852, -4.852], abs=0.001)
    assert [one and len(one) for one in found.topk_prompt_logprobs] == [None, 2, 2]


def streamed(driven: Driven) -> Any:
    return driven.client.sampling.stream(prompt=PROMPT, sampling_params=PARAMS, sampling_session_id=SAMPLER, seq_id=0)


def test_a_stream_that_breaks_says_so(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.habits.stream_breaks_after = 2
    with pytest.raises(StreamFailed, match="the sampler was pre-empted") as caught:
        tinker.streamed(streamed(tinker))
    assert caught.value.json() == {"error": "the sampler was pre-empted"}
    assert len(tinker.streamed(streamed(tinker), "events")) == 3


def test_a_stream_that_cannot_begin_is_an_error(tinker: Driven) -> None:
    wrong = {"chunks": [{"tokens": [1000]}]}
    with pytest.raises(BadRequest, match="token 1000 is outside of the vocabulary"):
        tinker.value(
            tinker.client.sampling.stream(prompt=wrong, sampling_params={}, sampling_session_id=SAMPLER, seq_id=0)
        )


# -- what there is -----------------------------------------------------------------------------------------------------


def test_lists_go_on_from_page_to_page(tinker: Driven, tinker_server: TinkerServer) -> None:
    for _ in range(4):
        tinker.value(tinker.client.sessions.create(tags=[], sdk_version="1"))
    del tinker_server.requests[:]
    assert tinker.listed(tinker.client.sessions.list().sized(2)) == ["sess-5", "sess-4", "sess-3", "sess-2", "sess-1"]
    targets = [asked.query for asked in tinker_server.requests]
    assert [(query["limit"], query["offset"]) for query in targets] == [("2", "0"), ("2", "2"), ("2", "4")]
    del tinker_server.requests[:]
    assert len(tinker.listed(tinker.client.checkpoints.list().sized(1))) == 2
    assert len(tinker_server.requests) == 2  # its total says that there is no third
    pages = tinker.listed(tinker.client.sessions.list().sized(3).pages())
    assert tinker.listed(tinker.client.sessions.list().from_(pages[0].next)) == ["sess-2", "sess-1"]


def test_a_checkpoint_id_is_two_segments(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker.value(tinker.client.checkpoints.publish(**CHECKPOINT))
    place = "/api/v1/training_runs/sess-1%3Atrain%3A0/checkpoints"
    assert tinker_server.requests[-1].target == f"{place}/weights/step-1/publish"
    with pytest.raises(Conflict, match="already public"):
        tinker.value(tinker.client.checkpoints.publish(**CHECKPOINT))
    tinker.value(tinker.client.checkpoints.unpublish(**CHECKPOINT))
    with pytest.raises(Conflict, match="already private"):
        tinker.value(tinker.client.checkpoints.unpublish(**CHECKPOINT))
    tinker.value(tinker.client.checkpoints.delete(**CHECKPOINT))
    with pytest.raises(NotFound):
        tinker.value(tinker.client.checkpoints.delete(**CHECKPOINT))
    with pytest.raises(InvalidParameter, match=r"a segment '\.\.'"):
        tinker.value(tinker.client.checkpoints.delete(MODEL, "weights/../step-1"))


def test_where_an_archive_is(tinker: Driven, tinker_server: TinkerServer) -> None:
    """A redirect is not followed, and reaches the caller as an error that has the URL."""
    tinker_server.habits.packing = 1
    with pytest.raises(ServiceUnavailable) as busy:
        tinker.value(tinker.client.checkpoints.archive(**CHECKPOINT))
    assert busy.value.retry_after == 30
    with pytest.raises(pristine.StatusError) as caught:
        tinker.value(tinker.client.checkpoints.archive(**CHECKPOINT))
    assert (caught.value.status, caught.value.headers["expires"][-3:]) == (302, "GMT")
    with urlopen(caught.value.headers["location"]) as answer:
        assert json.load(answer) == {}
    assert "X-API-Key" not in tinker_server.requests[-1].headers


def test_an_archive_that_is_being_packed_is_waited_for(drive: Drive, tinker_server: TinkerServer) -> None:
    clock, tinker_server.habits.packing, tinker_server.habits.archive = ManualClock(), 5, "json"
    tinker = drive("tinker", tinker_server.url, credentials={"key": KEY}, retry="on", clock=clock)
    assert tinker.value(tinker.client.checkpoints.archive(**CHECKPOINT)).url.startswith(tinker_server.url)
    assert clock.slept == [30.0] * 5


def test_a_question_is_sent_once_and_says_how_long_it_waits(drive: Drive, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("500", "408")
    tinker = drive("tinker", tinker_server.url, credentials={"key": KEY}, retry="on", clock=ManualClock())
    id = promised(tinker, tinker.client.training.forward(forward_input=INPUT, model_id=MODEL))
    for error in (ServerError, RequestTimedOut):
        with pytest.raises(error):
            retrieved(tinker, id)
    waits = [asked.headers["x-stainless-read-timeout"] for asked in tinker_server.requests]
    assert waits == ["60", "45", "45"]


def test_a_session_that_is_over(tinker: Driven, tinker_server: TinkerServer) -> None:
    tinker_server.service.sessions[SESSION].finished = True
    with pytest.raises(Gone, match="the session is over"):
        tinker.value(tinker.client.sessions.heartbeat(session_id=SESSION))


def test_telemetry_takes_any_event_but_not_too_many(tinker: Driven, tinker_server: TinkerServer) -> None:
    base = {"event_id": "1", "event_session_index": 0, "severity": "ERROR", "timestamp": "2026-11-20T12:00:00Z"}
    events = [
        {"event": "SESSION_START", **base},
        {"event": "UNHANDLED_EXCEPTION", "error_type": "E", "error_message": "m", **base},
    ]
    said = {"session_id": SESSION, "platform": "Linux", "sdk_version": "1"}
    tinker.value(tinker.client.telemetry.send(events=events, **said))
    assert tinker_server.service.events == events
    with pytest.raises(InvalidPayload, match="events"):
        tinker.value(tinker.client.telemetry.send(events=events * 51, **said))
    with pytest.raises(InvalidPayload, match=r"events\[0\].*error_type"):
        tinker.value(tinker.client.telemetry.send(events=[{"event": "UNHANDLED_EXCEPTION", **base}], **said))
