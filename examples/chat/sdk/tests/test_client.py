"""Calls of chat 1.0 against a server that answers as its manifest says."""

from collections.abc import Iterator

import pytest
from pristine.sdk import manifest_of
from pristine.testing import MockServer

from chat_sdk import Client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        MockServer(manifest_of("chat_sdk")) as server,
        Client(base_url=server.url, servers=server.servers) as found,
    ):
        yield found


def test_create_chat(client: Client) -> None:
    client.create_chat(prompt="prompt")


def test_stream_chat(client: Client) -> None:
    with client.stream_chat(prompt="prompt") as response:
        assert response.status == 200
