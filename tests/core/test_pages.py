"""Pages: what the next call is, and that a list can neither loop, leave home nor lose its place."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.core.answers.pages import link_to_next
from pristine.ports.errors import ConfigurationError, DecodeError, NotFound
from pristine.ports.headers import Headers
from tests.support.faces import FACES, run
from tests.support.offline import BASE, answer

CURSOR = {"style": "cursor", "items": "data", "parameter": "after", "next": "next"}


def api_over(script: list[Any], pagination: Any = CURSOR, **settings: Any) -> pristine.Pipeline:
    source = {"name": "t", "endpoints": {"e": {"method": "GET", "path": "/e", "pagination": pagination}}}
    context = pristine.context(**{"transport": MemoryTransport(script), "base_url": BASE, "retry": "off", **settings})
    return pristine.Pipeline(pristine.load_manifest(source), context)


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("</p?n=2>; rel=next", "/p?n=2"),
        ('</p>; rel="next"', "/p"),
        ("</p>;rel=NEXT", "/p"),
        ('</a>; rel=prev, </b>; rel="last next"', "/b"),
        ('</a,b;c>; title="x, y; rel=next"; rel=prev, </n>; rel=next', "/n"),
        ("</p>; rel=next; rel=prev", "/p"),
        ("</p>; rel=prev; rel=next", None),
        ("</p>", None),
        ("", None),
        ("nonsense", None),
        ("<", None),
        ("</p>; rel", None),
        ("</p>; ; rel=next", None),
    ],
)
def test_the_link_to_the_next_page_is_found(value: str, target: str | None) -> None:
    assert link_to_next(Headers({"Link": value})) == target


def test_links_may_be_in_several_fields() -> None:
    assert link_to_next(Headers([("Link", "</a>; rel=prev"), ("link", "</b>; rel=next")])) == "/b"


@given(st.text('<>;,="abc rel=next', max_size=60))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_whatever_a_link_field_holds_it_is_read(value: str) -> None:
    found = link_to_next(Headers({"Link": value}))
    assert found is None or f"<{found}>" in value


@pytest.mark.parametrize(
    "link",
    [
        "http://other.test/",
        "//other.test/",
        "https://api.test/",
        "http://api.test:81/",
        "http://api.test@evil.test/",
        "http://[",
    ],
)
def test_a_page_of_another_origin_is_not_asked_for(link: str) -> None:
    with api_over([answer({"data": [1], "next": link})], {"style": "link", "items": "data", "next": "next"}) as api:
        pages = api.pages("e")
        assert next(pages).items == [1]
        with pytest.raises(DecodeError, match="another origin"):
            next(pages)


def test_a_link_is_taken_from_the_base_url() -> None:
    transport = MemoryTransport([answer({"data": [], "next": link}) for link in ("?p=2", "/root", "rel", None)])
    pagination = {"style": "link", "items": "data", "next": "next"}
    with api_over([], pagination, transport=transport, base_url=f"{BASE}/v1/") as api:
        assert list(api.pages("e").items()) == []
    assert [request.url.removeprefix(BASE) for request in transport.requests] == [
        "/v1/e",
        "/v1/?p=2",
        "/root",
        "/v1/rel",
    ]


def test_every_page_is_signed_and_none_is_kept() -> None:
    transport = MemoryTransport([answer({"data": [1], "next": "b"}), answer({"data": [2]})])
    with api_over([], transport=transport, auth=pristine.Bearer("t")) as api:
        assert list(api.pages("e").items()) == [1, 2]
    assert [request.headers["authorization"] for request in transport.requests] == ["Bearer t"] * 2


@pytest.mark.parametrize("face", FACES)
def test_a_page_is_fetched_when_it_is_asked_for_and_not_before(face: str) -> None:
    transport = MemoryTransport([answer({"data": [1, 2], "next": "b"}), answer({"data": [3]})])
    context = pristine.context(transport=transport, base_url=BASE)
    source = {"name": "t", "endpoints": {"e": {"method": "GET", "path": "/e", "pagination": CURSOR}}}
    with FACES[face](context, pristine.load_manifest(source)) as api:
        items = api.pipeline.pages("e").items()  # type: ignore[attr-defined]  # both faces have one
        counts = []
        for _ in range(3):
            api.runner.run(anext_of(items)) if face == "async" else next(items)  # type: ignore[attr-defined]
            counts.append(len(transport.requests))
    assert counts == [1, 1, 2]


async def anext_of(items: Any) -> Any:
    return await anext(items)


def test_a_failed_page_leaves_the_list_where_it_was() -> None:
    script = [answer({"data": [1], "next": "b"}), pristine.Response(404), answer({"data": [2]})]
    with api_over(script) as api:
        pages = api.pages("e")
        next(pages)
        with pytest.raises(NotFound):
            next(pages)
        assert (pages.token, pages.ended) == ("b", False)
        assert [page.items for page in pages] == [[2]]
        assert (pages.token, pages.ended, list(pages)) == (None, True, [])


@pytest.mark.parametrize("token", [True, 1.5, {}, [], ""])
def test_a_token_that_is_none_ends_the_list(token: Any) -> None:
    with api_over([answer({"data": [1], "next": token})]) as api:
        assert list(api.pages("e").items()) == [1]


def test_a_cursor_may_have_a_format() -> None:
    page = {"properties": {"data": {"type": "array"}, "next": {"type": "string", "format": "uuid", "nullable": True}}}
    endpoint = {"method": "GET", "path": "/e", "pagination": CURSOR, "response": page}
    first = "8f14e45f-ceea-467f-a1d1-1a3b5c7d9e0f"
    transport = MemoryTransport([answer({"data": [1], "next": first}), answer({"data": [2], "next": None})])
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"e": endpoint}})
    with pristine.Pipeline(manifest, pristine.context(transport=transport, base_url=BASE)) as api:
        assert list(api.pages("e").items()) == [1, 2]
    assert transport.requests[1].url == f"{BASE}/e?after={first}"


@pytest.mark.parametrize(("said", "expected"), [("false", [1]), ("0", [1]), ("true", [1, 2]), ("1", [1, 2])])
def test_a_field_may_say_whether_there_are_more(said: str, expected: list[int]) -> None:
    fields = {"content-type": "application/json", "x-more": said}
    script = [pristine.Response(200, fields, b'{"data": [1], "next": "b"}'), answer({"data": [2]})]
    with api_over(script, {**CURSOR, "more": {"header": "X-More"}}) as api:
        assert list(api.pages("e").items()) == expected


def test_what_has_no_pages_says_so() -> None:
    source = {"name": "t", "endpoints": {"e": {"method": "GET", "path": "/e"}}}
    with (
        pristine.Pipeline(pristine.load_manifest(source), pristine.context(transport="memory")) as api,
        pytest.raises(ConfigurationError, match="no 'pagination'"),
    ):
        api.pages("e")


@given(st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=6), st.integers(0, 12))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_items_are_those_of_all_pages_in_order_and_a_limit_cuts_them(pages: list[list[int]], limit: int) -> None:
    last = len(pages) - 1
    script = [answer({"data": page, "next": None if n == last else f"t{n}"}) for n, page in enumerate(pages)]
    whole = [item for page in pages for item in page]
    with api_over(list(script)) as api:
        assert list(api.pages("e").items()) == whole
    with api_over(list(script)) as api:
        assert list(api.pages("e").items(limit)) == whole[:limit]


LAST = {"style": "cursor", "items": "data", "parameter": "after", "next": "data[-1].id"}


def blocking(manifest: pristine.Manifest, context: Any) -> list[Any]:
    with pristine.Pipeline(manifest, context) as api:
        return list(api.pages("e").items())


def awaited(manifest: pristine.Manifest, context: Any) -> list[Any]:
    async def collected() -> list[Any]:
        async with pristine.AsyncPipeline(manifest, context) as api:
            return [item async for item in api.pages("e").items()]

    return run(collected())


def last_in(source: dict[str, Any], face: Any, *pages: Any) -> tuple[list[Any], list[str]]:
    """The items of a list, and the URLs that were asked for."""
    transport = MemoryTransport([answer(page) for page in pages])
    context = pristine.context(transport=transport, base_url=BASE, retry="off")
    endpoints = {"e": {"method": "GET", "path": "/e", "pagination": LAST, **source}}
    found = face(pristine.load_manifest({"name": "t", "endpoints": endpoints, "types": TYPES}), context)
    return found, [request.url.removeprefix(BASE) for request in transport.requests]


TYPES = {
    "Thing": {"properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]},
    "Page": {"properties": {"data": {"type": "array", "items": "Thing"}}, "required": ["data"]},
}
ONE, TWO = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"


BOTH = pytest.mark.parametrize("face", [blocking, awaited])


@BOTH
def test_a_list_goes_on_after_its_last_item_until_a_page_is_empty(face: Any) -> None:
    first = [{"id": ONE}, {"id": TWO}]
    pages = [{"data": first}, {"data": []}]
    found, urls = last_in({"response": "Page"}, face, *pages)
    assert ([str(one.id) for one in found], urls) == ([ONE, TWO], ["/e", f"/e?after={TWO}"])
    found, urls = last_in({"unwrap": "data", "pagination": {**LAST, "items": ""}}, face, *pages)
    assert (found, urls) == (first, ["/e", f"/e?after={TWO}"])


@BOTH
def test_a_list_may_be_its_own_page(face: Any) -> None:
    bare = {"pagination": {"style": "cursor", "parameter": "since", "next": "[-1]"}}
    assert last_in(bare, face, [1, 2], [3], []) == ([1, 2, 3], ["/e", "/e?since=2", "/e?since=3"])


@BOTH
def test_a_page_that_says_there_is_no_other_ends_it_sooner(face: Any) -> None:
    more = {"pagination": {**LAST, "more": "more"}}
    assert len(last_in(more, face, {"data": [{"id": 1}], "more": False})[1]) == 1
    assert len(last_in(more, face, {"data": [{"id": 1}], "more": True}, {"data": [], "more": True})[1]) == 2


@BOTH
def test_a_page_that_comes_again_is_no_loop(face: Any) -> None:
    with pytest.raises(DecodeError, match="leads to itself"):
        last_in({}, face, *[{"data": [{"id": 1}]}] * 2)
