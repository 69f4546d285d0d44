"""A 3xx that the manifest declares is an answer, on both faces: no error, not followed, and no file."""

from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import DecodeError, RedirectRefused, StatusError, UnexpectedContent
from tests.support.offline import BASE, answer

MANIFEST = pristine.load_manifest(
    {
        "name": "test",
        "endpoints": {
            "get": {"method": "GET", "path": "/a", "response": "Thing", "responses": {"304": "null"}},
            "link": {"method": "POST", "path": "/a", "responses": {"302": "null", "303": "any", "307": "Thing"}},
            "range": {"method": "GET", "path": "/a", "responses": {"3XX": "null", "default": "any"}},
            "plain": {"method": "GET", "path": "/a", "responses": {"4XX": "any", "default": "any"}},
            "list": {
                "method": "GET",
                "path": "/a",
                "responses": {"304": "null"},
                "pagination": {"style": "cursor", "parameter": "after", "next": {"header": "X-Next"}},
            },
            "accepted": {"method": "POST", "path": "/a", "responses": {"200": "any", "202": "null"}},
            "feed": {"method": "GET", "path": "/a", "streaming": True, "responses": {"304": "null"}},
        },
        "types": {"Thing": {"properties": {"id": "integer"}, "required": ["id"]}},
    }
)
ETAG = {"etag": '"v1"'}


def made(face: Any, script: list[Any], endpoint: str, **settings: Any) -> tuple[Any, list[Any]]:
    """The value or error of a call, and the requests that it sent."""
    transport = MemoryTransport(script)
    context = pristine.context(**{"transport": transport, "base_url": BASE, "retry": "off", **settings})
    with face(context, MANIFEST) as api:
        try:
            result = api.execute(endpoint)
        except pristine.PristineError as error:
            result = error
    return result, transport.requests


def to(status: int, body: bytes = b"", content_type: str = "text/html") -> pristine.Response:
    return pristine.Response(status, {"location": "/b", "content-type": content_type}, body)


def test_not_modified_is_no_value_and_no_error(face: Any) -> None:
    assert made(face, [pristine.Response(304, ETAG)], "get")[0] is None
    assert made(face, [answer({"id": 1})], "get")[0].id == 1
    odd = pristine.Response(304, {"content-type": "application/json"}, b"{")
    assert made(face, [odd], "get")[0] is None


@pytest.mark.parametrize("policy", [None, 5])
@pytest.mark.parametrize("status", [302, 303])
def test_a_declared_redirect_is_not_followed(face: Any, status: int, policy: int | None) -> None:
    value, sent = made(face, [to(status, b"<a href=/b>Found</a>")], "link", redirects=policy)
    assert (value, len(sent)) == (None, 1)


def test_a_redirect_may_have_a_value(face: Any) -> None:
    assert made(face, [to(307, b'{"id": 5}', "application/json")], "link")[0].id == 5
    assert made(face, [to(303, b'{"id": 5}', "application/json")], "link")[0] == {"id": 5}
    assert type(made(face, [to(307, b'{"id": "5"}', "application/json")], "link")[0]) is DecodeError
    assert type(made(face, [to(307, b"see there")], "link")[0]) is UnexpectedContent


def test_a_redirect_before_it_is_followed(face: Any) -> None:
    value, sent = made(face, [to(308), to(302)], "link", redirects=5)
    assert (value, [request.url for request in sent]) == (None, [f"{BASE}/a", f"{BASE}/b"])


def test_a_range_declares_all_of_them(face: Any) -> None:
    assert [made(face, [to(status)], "range", redirects=5)[0] for status in (301, 304, 308)] == [None] * 3


def test_what_is_not_declared_is_what_it_was(face: Any) -> None:
    for endpoint, status in (("get", 302), ("link", 304), ("plain", 304), ("plain", 302)):
        error, _ = made(face, [to(status)], endpoint)
        assert (type(error), error.status) == (StatusError, status)
    assert made(face, [to(302), answer({"id": 2})], "get", redirects=5)[0].id == 2
    assert type(made(face, [to(302)] * 9, "get", redirects=1)[0]) is RedirectRefused


def test_its_headers_are_those_of_the_raw_response() -> None:
    transport = MemoryTransport([pristine.Response(304, ETAG), to(302)])
    context = pristine.context(transport=transport, base_url=BASE)
    with pristine.Pipeline(MANIFEST, context) as api:
        kept = api.with_raw_response.execute("get")
        link = api.with_raw_response.execute("link")
    assert (kept.status, kept.headers["etag"], kept.parse()) == (304, '"v1"', None)
    assert (link.status, link.headers["location"], link.parse()) == (302, "/b", None)


def test_no_page_is_made_of_it_and_the_list_stays_where_it_was() -> None:
    transport = MemoryTransport([answer([1]), pristine.Response(304, ETAG), pristine.Response(304, ETAG)])
    with pristine.Client(MANIFEST, pristine.context(transport=transport, base_url=BASE, retry="off")) as client:
        pages = client.list().from_("z").pages()
        assert next(pages).items == [1]
        pages = client.list().from_("z").pages()
        with pytest.raises(StatusError, match="304") as caught:
            next(pages)
        assert (caught.value.headers["etag"], pages.token, pages.ended) == ('"v1"', "z", False)
        assert client.with_raw_response.list().status == 304


def test_a_stream_of_events_is_of_2xx_alone(face: Any) -> None:
    transport = MemoryTransport([Scripted([], 304, ETAG)])
    context = pristine.context(transport=transport, base_url=BASE, retry="off")
    with face(context, MANIFEST) as api, pytest.raises(StatusError, match="304"):
        api.open("feed")


def test_no_file_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"before")
    transport = MemoryTransport([Scripted([], 304, ETAG), Scripted([], 304, ETAG)])
    context = pristine.context(transport=transport, base_url=BASE, retry="off")
    with pristine.Pipeline(MANIFEST, context) as api:
        with api.with_streaming_response.execute("get") as response:
            assert (response.status, response.headers["etag"], list(response.bytes())) == (304, '"v1"', [])
        with (
            api.with_streaming_response.execute("get") as response,
            pytest.raises(StatusError, match="304 is an answer without a file"),
        ):
            response.to_file(path)
    assert path.read_bytes() == b"before"
    assert transport.open_streams == 0


@pytest.mark.parametrize("status", [200, 202])
def test_a_good_answer_without_a_body_is_none_where_its_type_allows_it(face: Any, status: int) -> None:
    """An API may declare `202` without content beside a `200` that has some."""
    empty = pristine.Response(status, {}, b"")
    assert made(face, [empty], "accepted")[0] is None
    typed, _ = made(face, [empty], "get")
    assert isinstance(typed, DecodeError)
