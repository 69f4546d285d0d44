"""The Tinker server by itself: what other clients than ours send it."""

import json
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from examples.tinker.server import TinkerServer
from tests.examples.tinker_calls import INPUT, KEY, MODEL, SAMPLER, SESSION

BODIES: Final[dict[str, dict[str, Any]]] = {
    "create_model": {
        "session_id": SESSION,
        "model_seq_id": 1,
        "base_model": "toy/bigram",
        "user_metadata": None,
        "lora_config": {"rank": 8, "seed": None, "train_unembed": True, "train_mlp": True, "train_attn": True},
    },
    "forward_backward": {"forward_backward_input": {**INPUT, "loss_fn_config": None}, "model_id": MODEL, "seq_id": 3},
    "asample": {
        "num_samples": 2,
        "prompt": {"chunks": [{"tokens": [97], "type": "encoded_text"}]},
        "sampling_params": {"max_tokens": 4, "stop": ["x"], "temperature": 1.0, "top_k": -1, "top_p": 1.0},
        "sampling_session_id": SAMPLER,
        "seq_id": 0,
        "prompt_logprobs": False,
        "topk_prompt_logprobs": 0,
        "topk_sample_logprobs": 0,
        "type": "sample",
    },
    "save_weights": {"model_id": MODEL, "path": None, "seq_id": None, "type": "save_weights"},
}
"""Bodies as other clients send them: with null, without type, with fields that are newer."""


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("dialect", ["as they are", "without null", "without type"])
def test_the_server_takes_every_dialect(path: str, dialect: str, tinker_server: TinkerServer) -> None:
    body = dict(BODIES[path])
    if dialect == "without null":
        body = {name: one for name, one in body.items() if one is not None}
    if dialect == "without type":
        body.pop("type", None)
    assert "request_id" in posted(tinker_server, path, body)


def posted(server: TinkerServer, path: str, body: Any) -> Any:
    """What the server answers to anybody."""
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    with urlopen(Request(f"{server.url}/api/v1/{path}", json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


def test_the_server_knows_no_checkpoint_id_of_one_segment(tinker_server: TinkerServer) -> None:
    with pytest.raises(HTTPError, match="404") as caught:
        posted(tinker_server, f"training_runs/{MODEL}/checkpoints/weights%2Fstep-1/publish", {})
    caught.value.close()
