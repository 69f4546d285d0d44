"""Calls of tinker 0.38 against a server that answers as its manifest says."""

from collections.abc import Iterator

import pytest
from pristine.sdk import manifest_of
from pristine.testing import MockServer

from tinker_sdk import Client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        MockServer(manifest_of("tinker_sdk")) as server,
        Client(base_url=server.url, servers=server.servers, key="user:secret") as found,
    ):
        yield found


def test_service_health(client: Client) -> None:
    client.service.health()


def test_service_capabilities(client: Client) -> None:
    client.service.capabilities()


def test_telemetry_send(client: Client) -> None:
    client.telemetry.send(
        session_id="session_id",
        platform="platform",
        sdk_version="sdk_version",
        events=[
            {
                "event": "GENERIC_EVENT",
                "event_id": "event_id",
                "event_name": "event_name",
                "event_session_index": 1,
                "severity": "DEBUG",
                "timestamp": "2026-01-31T12:00:00Z",
            },
        ],
    )


def test_sessions_create(client: Client) -> None:
    client.sessions.create(tags=["tags"], sdk_version="sdk_version")


def test_sessions_heartbeat(client: Client) -> None:
    client.sessions.heartbeat(session_id="session_id")


def test_sessions_list(client: Client) -> None:
    pages = client.sessions.list().pages()
    assert next(pages).items is not None


def test_sessions_get(client: Client) -> None:
    client.sessions.get(session_id="session_id")


def test_models_create(client: Client) -> None:
    client.models.create(session_id="session_id", model_seq_id=1, base_model="base_model")


def test_models_info(client: Client) -> None:
    client.models.info(model_id="model_id")


def test_models_unload(client: Client) -> None:
    client.models.unload(model_id="model_id")


def test_training_forward(client: Client) -> None:
    client.training.forward(
        forward_input={
            "data": [
                {
                    "model_input": {"chunks": [{"tokens": [1]}]},
                    "loss_fn_inputs": {"key": {"data": [1], "dtype": "int64"}},
                },
            ],
            "loss_fn": "cross_entropy",
        },
        model_id="model_id",
    )


def test_training_forward_backward(client: Client) -> None:
    client.training.forward_backward(
        forward_backward_input={
            "data": [
                {
                    "model_input": {"chunks": [{"tokens": [1]}]},
                    "loss_fn_inputs": {"key": {"data": [1], "dtype": "int64"}},
                },
            ],
            "loss_fn": "cross_entropy",
        },
        model_id="model_id",
    )


def test_training_optim_step(client: Client) -> None:
    client.training.optim_step(model_id="model_id")


def test_weights_save(client: Client) -> None:
    client.weights.save(model_id="model_id")


def test_weights_save_for_sampler(client: Client) -> None:
    client.weights.save_for_sampler(model_id="model_id")


def test_weights_load(client: Client) -> None:
    client.weights.load(model_id="model_id", path="tinker://")


def test_weights_info(client: Client) -> None:
    client.weights.info(tinker_path="tinker_path")


def test_sampling_create_session(client: Client) -> None:
    client.sampling.create_session(session_id="session_id", sampling_session_seq_id=1)


def test_sampling_sample(client: Client) -> None:
    client.sampling.sample(prompt={"chunks": [{"tokens": [1]}]}, sampling_params={})


def test_sampling_stream(client: Client) -> None:
    with client.sampling.stream(
        sampling_session_id="sampling_session_id",
        seq_id=1,
        prompt={"chunks": [{"tokens": [1]}]},
        sampling_params={},
    ) as response:
        assert response.status == 200
