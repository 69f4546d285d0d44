"""Lists that come in pages."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.load import load_manifest
from tests.manifest.faults import endpoint_fault, faults
from tests.support.offline import BASE, manifest


def listing(
    pagination: Any, pages: list[Any], start: Any = None, size: int | None = None, **top: Any
) -> tuple[list[Any], list[str]]:
    """The items of a list, and the targets that were asked for."""
    bodies = [page if isinstance(page, tuple) else (page, {}) for page in pages]
    answers = [
        pristine.Response(200, {"content-type": "application/json", **fields}, json.dumps(page).encode())
        for page, fields in bodies
    ]
    transport = MemoryTransport(answers)
    method = "POST" if top.pop("into_body", False) else "GET"
    endpoint = {"method": method, "pagination": pagination, **top.pop("endpoint", {})}
    with pristine.Pipeline(
        load_manifest(manifest(endpoint, **top)), pristine.context(transport=transport, base_url=BASE)
    ) as api:
        found = list(api.pages("e", start=start, size=size).items())
    said = [request.url.removeprefix(BASE) + str(request.body or b"", "utf-8") for request in transport.requests]  # type: ignore[arg-type]  # bytes
    return found, said


CURSOR: Final = {"style": "cursor", "items": "data", "parameter": "after", "next": "next"}


def pages_go_on_by_cursor() -> None:
    pages = [{"data": [1, 2], "next": "b"}, {"data": [], "next": "c"}, {"data": [3], "next": None}]
    assert listing(CURSOR, pages) == ([1, 2, 3], ["/", "/?after=b", "/?after=c"])
    assert listing(CURSOR, [{"data": [1]}], start="z") == ([1], ["/?after=z"])
    with pytest.raises(pristine.PristineError, match="leads to itself"):
        listing(CURSOR, [{"data": [1], "next": "b"}] * 2)


def pages_go_on_by_offset_number_or_link() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from"}
    assert listing(offset, [{"data": [1, 2]}, {"data": [3]}, {"data": []}]) == (
        [1, 2, 3],
        ["/", "/?from=2", "/?from=3"],
    )
    number = {"style": "page", "parameter": "page", "start": 1}
    assert listing(number, [[1], [2], []]) == ([1, 2], ["/?page=1", "/?page=2", "/?page=3"])
    link = ([1], {"link": f'<{BASE}/other?x="a">; rel="prev", </p?n=2>; title="a, b"; rel="last next"'})
    assert listing({"style": "link"}, [link, [2]]) == ([1, 2], ["/", "/p?n=2"])
    with pytest.raises(pristine.PristineError, match="another origin"):
        listing({"style": "link"}, [([1], {"link": "<http://evil.test/>; rel=next"}), [2]])
    told = [fault.message for fault in faults(manifest({"method": "GET", "pagination": {"style": "cursor"}}))]
    assert told == ["'next' is missing: pages by cursor need it", "'parameter' is missing: pages by cursor need it"]


def items_are_found_in_a_page() -> None:
    assert listing({**CURSOR, "items": "a.b[0]"}, [{"a": {"b": [[1]]}}])[0] == [1]
    with pytest.raises(pristine.PristineError, match="data: the items of a page must be an array"):
        listing(CURSOR, [{"data": {}}])
    endpoint = {"unwrap": "data"}
    pages = [{"data": [1], "next": 5}, {"data": [2]}]
    assert listing({**CURSOR, "items": ""}, pages, endpoint=endpoint) == ([1, 2], ["/", "/?after=5"])


def the_parameter_goes_on() -> None:
    assert listing({**CURSOR, "parameter": "p"}, [{"data": [], "next": "b"}, {"data": []}])[1] == ["/", "/?p=b"]


def a_page_is_asked_for_in_the_body() -> None:
    pages = [{"data": [1], "next": "b"}, {"data": []}]
    assert listing({**CURSOR, "into": "body"}, pages, into_body=True)[1] == ["/", '/{"after":"b"}']


def the_next_page_is_found() -> None:
    pages = [({"data": [1]}, {"x-next": "q"}), {"data": []}]
    assert listing({**CURSOR, "next": {"header": "X-Next"}}, pages)[1] == ["/", "/?after=q"]
    last = {"style": "cursor", "items": "data", "parameter": "after", "next": "data[-1].id"}
    found = [{"data": [{"id": 1}, {"id": 2}]}, {"data": [{"id": 3}]}, {"data": []}]
    assert listing(last, found) == ([{"id": 1}, {"id": 2}, {"id": 3}], ["/", "/?after=2", "/?after=3"])
    assert listing({**last, "next": "data[1].id"}, found)[1] == ["/", "/?after=2"]
    link = {"style": "link", "items": "data", "next": "links.next"}
    assert listing(link, [{"data": [1], "links": {"next": "/n"}}, {"data": [2]}]) == ([1, 2], ["/", "/n"])


def a_page_says_whether_there_are_more() -> None:
    pages = [{"data": [1], "next": "b", "more": False}]
    assert listing({**CURSOR, "more": "more"}, pages)[1] == ["/"]


def a_page_says_how_many_there_are() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from", "total": "all"}
    assert listing(offset, [{"data": [1, 2], "all": 3}, {"data": [3], "all": 3}])[1] == ["/", "/?from=2"]


def pages_have_a_size() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from", "size": "limit"}
    pages = [{"data": [1, 2]}, {"data": [3]}]
    assert listing(offset, pages, size=2) == ([1, 2, 3], ["/?limit=2", "/?from=2&limit=2"])
    with pytest.raises(pristine.ConfigurationError, match="names no 'size'"):
        listing(CURSOR, [], size=2)


def numbers_begin_at_0_or_1() -> None:
    assert listing({"style": "page", "parameter": "page"}, [[]])[1] == ["/?page=0"]
    assert (
        endpoint_fault(method="GET", pagination={"style": "page", "parameter": "p", "start": 2}).message
        == "must be 0 or 1"
    )


def paginations_have_names() -> None:
    assert listing("usual", [{"data": [1]}], paginations={"usual": CURSOR})[0] == [1]
    told = faults(manifest({"method": "GET", "pagination": "usal"}, paginations={"usual": CURSOR}))[0].message
    assert "did you mean 'usual'?" in told


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "paginations": paginations_have_names,
    },
    "endpoint": {
        "pagination": pages_go_on_by_cursor,
    },
    "pagination": {
        "style": pages_go_on_by_offset_number_or_link,
        "items": items_are_found_in_a_page,
        "parameter": the_parameter_goes_on,
        "into": a_page_is_asked_for_in_the_body,
        "next": the_next_page_is_found,
        "more": a_page_says_whether_there_are_more,
        "total": a_page_says_how_many_there_are,
        "size": pages_have_a_size,
        "start": numbers_begin_at_0_or_1,
    },
}
