"""A mock of an API with policies: it takes whatever calls they let out, and asks nothing for them itself."""

from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from tests.testing.mocked import one_endpoint, serving

CORPUS: Final = Path(__file__).parents[1] / "manifest" / "corpus" / "good"
POLICIES: Final = pristine.load_manifest_file(CORPUS / "policies.yaml")
ON: Final[dict[str, Any]] = {"limiter": "on", "semaphores": "on", "breaker": "on", "retry": "on", "timeout": 9}
FACES: Final = pytest.mark.parametrize("face", ["sync", "async"])


@FACES
def test_every_endpoint_is_called_under_its_policies(face: str) -> None:
    with serving(face, POLICIES, **ON) as (server, api):
        for id in POLICIES.endpoints:
            api.value(getattr(api.client, id)())
        assert [(call.endpoint, call.status, call.refused) for call in server.history] == [
            (id, 200, "") for id in POLICIES.endpoints
        ]


@FACES
def test_a_deadline_is_told_to_the_mock(face: str) -> None:
    with serving(face, POLICIES, **ON) as (server, api):
        api.value(api.client.a())
        api.value(api.client.b())
        first, second = (call.headers for call in server.history)
    assert first["x-server-timeout"] == "9"
    assert second["grpc-timeout"].endswith("m")


@FACES
def test_what_a_call_really_cost_is_what_the_mock_has_made_up(face: str) -> None:
    usage = {"properties": {"usage": {"properties": {"total": {"type": "integer", "maximum": 9}}}}}
    units = {"tokens": {"limit": 1000, "fields": ["most"], "actual": "usage.total"}}
    manifest = one_endpoint(
        {"request": {"properties": {"most": "integer"}}, "response": usage, "limit": "chat"},
        limits={"chat": {"units": units}},
    )
    with serving(face, manifest, **ON) as (server, api):
        for _ in range(5):
            api.value(api.client.e(most=100))
        assert len(server.history) == 5


@FACES
def test_an_error_of_a_kind_is_sent_again(face: str) -> None:
    errors = {"code": "code", "kinds": {"locked": "overloaded"}}
    manifest = one_endpoint({"method": "PUT", "errors": errors, "retry": "soon"}, retries={"soon": {"base": 0}})
    with serving(face, manifest, **ON) as (server, api):
        server.expect("e").respond({"code": "locked"}, status=409)
        api.value(api.client.e())
        assert [call.status for call in server.history] == [409, 200]
