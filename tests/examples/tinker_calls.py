"""A call for each route of the Tinker manifest, and what its answer must be where there is one such server.

The ids are those of a server on which `furnish` was the first to do anything.
"""

from collections.abc import Callable
from typing import Any, Final

import attrs

SESSION: Final = "sess-1"
MODEL: Final = "sess-1:train:0"
SAMPLER: Final = "sess-1:sample:0"
KEY: Final = "tml-alice"
PATH: Final = f"tinker://{MODEL}/weights/step-1"
SAMPLER_PATH: Final = f"tinker://{MODEL}/sampler_weights/step-1"

TEXT: Final = "abcabcabc"
TOKENS: Final = [ord(letter) for letter in TEXT]
DATUM: Final = {
    "model_input": {"chunks": [{"tokens": TOKENS[:-1]}]},
    "loss_fn_inputs": {
        "target_tokens": {"data": TOKENS[1:], "dtype": "int64", "shape": [len(TOKENS) - 1]},
        "weights": {"data": [1.0] * (len(TOKENS) - 1), "dtype": "float32"},
    },
}
INPUT: Final = {"data": [DATUM], "loss_fn": "cross_entropy"}
PROMPT: Final = {"chunks": [{"tokens": TOKENS[:1]}]}
PARAMS: Final = {"max_tokens": 3, "temperature": 0}
EVENT: Final = {
    "event": "GENERIC_EVENT",
    "event_id": "1",
    "event_name": "begun",
    "event_session_index": 0,
    "severity": "INFO",
    "timestamp": "2026-11-20T12:00:00Z",
    "event_data": {"any": "thing"},
}


def furnish(client: Any) -> None:
    """A session with a model, a checkpoint of each kind, and a sampler; `client` is blocking."""
    client.sessions.create(tags=["test"], sdk_version="1", user_metadata={"who": "alice"})
    client.models.create(session_id=SESSION, model_seq_id=0, base_model="toy/bigram", lora_config={"rank": 8})
    client.weights.save(model_id=MODEL, path="step-1", seq_id=1)
    client.weights.save_for_sampler(model_id=MODEL, path="step-1", seq_id=2)
    client.sampling.create_session(session_id=SESSION, sampling_session_seq_id=0, model_path=SAMPLER_PATH)


@attrs.frozen
class Route:
    """How a route is called, and whether the answer of a furnished server is right."""

    make: Callable[[Any], Any]
    right: Callable[[Any], bool]
    kind: str = "value"


def _promised(value: Any) -> bool:
    return bool(value.request_id.startswith("req-") and value.model_id == MODEL)


def _of_checkpoint(value: Any) -> bool:
    known = {"weights/step-1", "sampler_weights/step-1"}
    return value.checkpoint_id in known and value.time.utcoffset() is not None


def _of_run(value: Any) -> bool:
    return value.training_run_id == MODEL and value.lora_rank == 8 and _of_checkpoint(value.last_checkpoint)


CHECKPOINT: Final = {"training_run_id": MODEL, "checkpoint_id": "weights/step-1"}

ROUTES: Final[dict[str, Route]] = {
    "service.health": Route(lambda c: c.service.health(), lambda v: v.status == "ok"),
    "service.capabilities": Route(
        lambda c: c.service.capabilities(), lambda v: v.supported_models[0].model_name == "toy/bigram"
    ),
    "telemetry.send": Route(
        lambda c: c.telemetry.send(session_id=SESSION, platform="Linux", sdk_version="1", events=[EVENT]),
        lambda v: v.status == "accepted",
    ),
    "sessions.create": Route(
        lambda c: c.sessions.create(tags=[], sdk_version="1"),
        lambda v: v.session_id == "sess-2" and v.warning_message is None,
    ),
    "sessions.heartbeat": Route(
        lambda c: c.sessions.heartbeat(session_id=SESSION), lambda v: v.type in {None, "session_heartbeat"}
    ),
    "sessions.list": Route(lambda c: c.sessions.list(), lambda v: v == [SESSION], "list"),
    "sessions.get": Route(
        lambda c: c.sessions.get(SESSION), lambda v: (v.training_run_ids, v.sampler_ids) == ([MODEL], [SAMPLER])
    ),
    "models.create": Route(
        lambda c: c.models.create(session_id=SESSION, model_seq_id=1, base_model="toy/bigram"),
        lambda v: v.model_id == "sess-1:train:1",
    ),
    "models.info": Route(
        lambda c: c.models.info(model_id=MODEL), lambda v: v.is_lora and v.model_data.arch == "bigram"
    ),
    "models.unload": Route(lambda c: c.models.unload(model_id=MODEL), _promised),
    "training.forward": Route(lambda c: c.training.forward(forward_input=INPUT, model_id=MODEL, seq_id=3), _promised),
    "training.forward_backward": Route(
        lambda c: c.training.forward_backward(forward_backward_input=INPUT, model_id=MODEL, seq_id=3), _promised
    ),
    "training.optim_step": Route(
        lambda c: c.training.optim_step(adam_params={"learning_rate": 0.1}, model_id=MODEL, seq_id=3), _promised
    ),
    "weights.save": Route(
        lambda c: c.weights.save(model_id=MODEL, path="step-2", seq_id=3, ttl_seconds=3600), _promised
    ),
    "weights.save_for_sampler": Route(
        lambda c: c.weights.save_for_sampler(model_id=MODEL, sampling_session_seq_id=1, seq_id=3), _promised
    ),
    "weights.load": Route(lambda c: c.weights.load(model_id=MODEL, path=PATH, seq_id=1), _promised),
    "weights.info": Route(
        lambda c: c.weights.info(tinker_path=PATH), lambda v: (v.base_model, v.lora_rank) == ("toy/bigram", 8)
    ),
    "sampling.create_session": Route(
        lambda c: c.sampling.create_session(session_id=SESSION, sampling_session_seq_id=1, base_model="toy/bigram"),
        lambda v: v.sampling_session_id == "sess-1:sample:1",
    ),
    "sampling.sample": Route(
        lambda c: c.sampling.sample(prompt=PROMPT, sampling_params=PARAMS, sampling_session_id=SAMPLER, seq_id=0),
        lambda v: v.request_id == f"{SAMPLER}:0",
    ),
    "sampling.stream": Route(
        lambda c: c.sampling.stream(prompt=PROMPT, sampling_params=PARAMS, sampling_session_id=SAMPLER, seq_id=0),
        lambda v: [one.index for one in v] == [0, 1, 2] and (v[-1].finish_reason, v[-1].total_tokens) == ("length", 3),
        "stream",
    ),
    "samplers.get": Route(lambda c: c.samplers.get(SAMPLER), lambda v: v.model_path == SAMPLER_PATH),
    "futures.retrieve": Route(
        lambda c: c.futures.retrieve(request_id="req-1", iteration=0, request_type="CreateModel", roundtrip_time=0.25),
        lambda v: v.model_id == MODEL,
    ),
    "training_runs.list": Route(lambda c: c.training_runs.list(), lambda v: len(v) == 1 and _of_run(v[0]), "list"),
    "training_runs.get": Route(lambda c: c.training_runs.get(MODEL), _of_run),
    "training_runs.checkpoints": Route(
        lambda c: c.training_runs.checkpoints(MODEL),
        lambda v: len(v.checkpoints) == 2 and all(map(_of_checkpoint, v.checkpoints)),
    ),
    "checkpoints.list": Route(
        lambda c: c.checkpoints.list(), lambda v: len(v) == 2 and all(map(_of_checkpoint, v)), "list"
    ),
    "checkpoints.delete": Route(lambda c: c.checkpoints.delete(**CHECKPOINT), lambda v: v is None),
    "checkpoints.publish": Route(lambda c: c.checkpoints.publish(**CHECKPOINT), lambda v: v is None),
    "checkpoints.unpublish": Route(lambda c: c.checkpoints.unpublish(**CHECKPOINT), lambda v: v is None),
    "checkpoints.archive": Route(
        lambda c: c.checkpoints.archive(**CHECKPOINT),
        lambda v: v.url.endswith("/archives/sess-1%3Atrain%3A0/weights/step-1") and v.expires.utcoffset() is not None,
    ),
}
