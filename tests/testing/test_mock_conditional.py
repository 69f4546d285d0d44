"""What a mock answers where the manifest declares a 3xx: 304 to whoever has the ETag, and a place to go to."""

from typing import Any, Final

import pytest

from tests.testing.mocked import one_endpoint, plain, serving

CACHED: Final[dict[str, Any]] = {
    "method": "GET",
    "headers": {"If-None-Match": {"type": "string", "name": "etag"}},
    "response": {"properties": {"id": "string"}, "required": ["id"]},
    "responses": {"304": "null"},
}
FACES: Final = pytest.mark.parametrize("face", ["sync", "async"])


@FACES
def test_whoever_has_the_answer_is_told_so(face: str) -> None:
    with serving(face, one_endpoint(CACHED)) as (server, api):
        first = api.value(api.client.with_raw_response.e())
        assert first.parse().id
        assert api.value(api.client.e(etag=first.headers["etag"])) is None
        assert api.value(api.client.e(etag=f'"x", W/{first.headers["etag"]}')) is None
        assert api.value(api.client.e(etag='"x"')).id == first.parse().id
        assert [call.status for call in server.history] == [200, 304, 304, 200]
        server.expect("e").respond({"id": "other"})
        assert api.value(api.client.e(etag=first.headers["etag"])).id == "other"


def test_any_answer_will_do() -> None:
    with plain(one_endpoint(CACHED)) as (_, client):
        assert client.get("/e", headers={"If-None-Match": "*"}).status_code == 304
        assert client.head("/e").headers["etag"] == client.get("/e").headers["etag"]


def test_an_endpoint_that_does_not_say_so_has_no_etag() -> None:
    with plain(one_endpoint({"method": "GET"})) as (_, client):
        answer = client.get("/e", headers={"If-None-Match": "*"})
        assert (answer.status_code, "etag" in answer.headers) == (200, False)


@FACES
def test_a_link_is_the_answer_where_there_is_no_other(face: str) -> None:
    with serving(face, one_endpoint({"responses": {"302": "null", "304": "null"}}), redirects=5) as (server, api):
        answer = api.value(api.client.with_raw_response.e())
        assert (answer.status, answer.headers["location"]) == (302, "https://files.example.com/there")
        server.expect("e").respond(status=302, headers={"Location": "/mine"})
        answer = api.value(api.client.with_raw_response.e())
        assert (answer.headers["location"], answer.parse()) == ("/mine", None)


def test_a_link_may_have_a_value() -> None:
    link = {"properties": {"url": "string"}, "required": ["url"]}
    with serving("sync", one_endpoint({"responses": {"303": link}})) as (_, api):
        assert api.client.e().url
    with serving("sync", one_endpoint({"response": link, "responses": {"303": link}})) as (_, api):
        assert api.client.with_raw_response.e().status == 200


def test_a_link_is_what_a_key_is_answered_with() -> None:
    keyed = one_endpoint({"responses": {"303": "null"}, "idempotency": True})
    with serving("sync", keyed) as (server, api):
        for _ in range(2):
            assert api.client.with_options(idempotency_key="k").e() is None
        assert [call.repeated for call in server.history] == [False, True]
