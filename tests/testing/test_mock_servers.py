"""Endpoints that the manifest has at another server: the mock serves them, too, each below the path of its own."""

from typing import Any, Final

import httpx
import pytest

import pristine
from pristine.testing.mock import MockServer
from tests.testing.mocked import serving

MANIFEST: Final = pristine.load_manifest(
    {
        "name": "two",
        "servers": [{"url": "https://a.test/v1", "name": "api"}, {"url": "https://u.test/up", "name": "uploads"}],
        "endpoints": {
            "read": {"method": "GET", "path": "/files/{id}"},
            "send": {"method": "POST", "path": "/files", "server": "uploads"},
            "make": {"method": "POST", "path": "/{kind}"},
        },
    }
)


@pytest.mark.parametrize("face", ["sync", "async"])
def test_a_context_is_told_where_they_all_are(face: str) -> None:
    with MockServer(MANIFEST) as mock, serving(face, MANIFEST, servers=mock.servers) as (server, api):
        api.value(api.client.read("1"))
        api.value(api.client.send(payload={}))
        assert mock.servers == {"uploads": mock.url}
        assert ([call.endpoint for call in mock.history], [call.endpoint for call in server.history]) == (
            ["send"],
            ["read"],
        )


def test_an_endpoint_is_below_the_path_of_its_server() -> None:
    with MockServer(MANIFEST) as mock:
        answers: list[Any] = [httpx.post(f"{mock.url}{path}/files", json={}) for path in ("", "/v1", "/up")]
        assert [call.endpoint for call in mock.history] == ["send", "make", "send"]
        assert {answer.status_code for answer in answers} == {200}
        assert httpx.get(f"{mock.url}/up/files/1").status_code == 200
    assert MockServer(pristine.load_manifest({"name": "x", "endpoints": {}})).servers == {}
