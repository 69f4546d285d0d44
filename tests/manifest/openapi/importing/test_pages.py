"""Lists that go on from page to page: what is recognised, and what is not guessed."""

from typing import Any, Final

import pytest

from tests.manifest.openapi.importing.documents import endpoint_of, lost_in, with_operation

ITEMS: Final = {"type": "array", "items": {"type": "string"}}
NUMBER: Final = {"type": "integer"}
TEXT: Final = {"type": "string"}


def listing(answer: Any, headers: Any = None, method: str = "get", **query: Any) -> dict[str, Any]:
    """An operation with query parameters whose answer is of a schema, or an object of such fields."""
    schema = answer if "type" in answer else {"properties": answer}
    good = {"description": "x", "content": {"application/json": {"schema": schema}}}
    return with_operation(
        method,
        parameters=[{"name": name, "in": "query", "schema": schema} for name, schema in query.items()],
        responses={"200": {**good, **({"headers": headers} if headers else {})}},
    )


PAGES: dict[str, tuple[Any, Any]] = {
    "a Link": (
        listing(ITEMS, {"Link": {"schema": TEXT}}, per_page=NUMBER, page=NUMBER),
        {"style": "link", "size": "per_page"},
    ),
    "a Link of an object": (listing({"data": ITEMS}, {"link": {}}), {"style": "link", "items": "data"}),
    "a cursor": (
        listing({"items": ITEMS, "next_cursor": TEXT}, cursor=TEXT, limit=NUMBER),
        {"style": "cursor", "parameter": "cursor", "next": "next_cursor", "items": "items", "size": "limit"},
    ),
    "a token": (
        listing({"things": ITEMS, "nextPageToken": TEXT}, pageToken=TEXT),
        {"style": "cursor", "parameter": "pageToken", "next": "nextPageToken", "items": "things"},
    ),
    "a cursor inside": (
        listing({"data": ITEMS, "meta": {"properties": {"next_cursor": TEXT}}}, cursor=TEXT),
        {"style": "cursor", "parameter": "cursor", "next": "meta.next_cursor", "items": "data"},
    ),
    "the last id": (
        listing({"data": ITEMS, "last_id": TEXT, "has_more": {"type": "boolean"}}, after=TEXT),
        {"style": "cursor", "parameter": "after", "next": "last_id", "more": "has_more", "items": "data"},
    ),
    "the id of the last": (
        listing({"data": ITEMS, "has_more": {"type": "boolean"}}, starting_after=TEXT, limit=NUMBER),
        {
            "style": "cursor",
            "parameter": "starting_after",
            "next": "data[-1].id",
            "more": "has_more",
            "items": "data",
            "size": "limit",
        },
    ),
    "an offset": (
        listing({"results": ITEMS, "total": NUMBER}, offset=NUMBER, limit=NUMBER),
        {"style": "offset", "parameter": "offset", "total": "total", "items": "results", "size": "limit"},
    ),
    "a page": (
        listing(ITEMS, page=NUMBER, per_page=NUMBER),
        {"style": "page", "parameter": "page", "start": 1, "size": "per_page"},
    ),
    "a page that begins at 0": (
        listing(ITEMS, page={**NUMBER, "minimum": 0}, size=NUMBER),
        {"style": "page", "parameter": "page", "size": "size"},
    ),
    "one list of several": (
        listing({"data": ITEMS, "errors": ITEMS, "next_cursor": TEXT}, cursor=TEXT),
        {"style": "cursor", "parameter": "cursor", "next": "next_cursor", "items": "data"},
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_what_is_well_known_is_recognised(case: str) -> None:
    document, expected = PAGES[case]
    assert endpoint_of(document)["pagination"] == expected
    assert lost_in(document) == {}


def linked(**link: Any) -> dict[str, Any]:
    """A list whose answer has a link."""
    document = listing({"things": ITEMS, "paging": {"properties": {"after": TEXT}}}, after=TEXT, kind=TEXT)
    operation = document["paths"]["/things"]["get"]
    operation["operationId"] = "listThings"
    operation["responses"]["200"]["links"] = {"next": link}
    return document


@pytest.mark.parametrize(
    ("place", "expected"),
    [("$response.body#/paging/after", "paging.after"), ("$response.header.X-Next", {"header": "X-Next"})],
)
def test_a_link_to_the_operation_itself_is_a_cursor(place: str, expected: Any) -> None:
    document = linked(operationId="listThings", parameters={"query.after": place})
    assert endpoint_of(document)["pagination"] == {
        "style": "cursor",
        "parameter": "after",
        "next": expected,
        "items": "things",
    }
    assert lost_in(document) == {}


@pytest.mark.parametrize(
    "link",
    [
        {"operationId": "getThing", "parameters": {"after": "$response.body#/paging/after"}},
        {"operationId": "listThings", "parameters": {"after": "$request.path.id"}},
        {"operationId": "listThings", "parameters": {"other": "$response.body#/paging/after"}},
        {"operationId": "listThings", "parameters": {"after": "$response.body#/a", "kind": "x"}},
        {"operationId": "listThings", "parameters": {}},
        {"operationRef": "#/paths/~1things/get"},
    ],
)
def test_another_link_is_told(link: Any) -> None:
    document = linked(**link)
    assert "pagination" not in endpoint_of(document)
    assert lost_in(document) == {"#/paths/~1things/get/responses/200/links/next": "link"}


NONE: dict[str, Any] = {
    "no list": listing({"next_cursor": TEXT}, cursor=TEXT),
    "two lists": listing({"a": ITEMS, "b": ITEMS, "next_cursor": TEXT}, cursor=TEXT),
    "no parameter": listing({"data": ITEMS, "next_cursor": TEXT}),
    "no cursor": listing({"data": ITEMS}, cursor=TEXT),
    "a page without a size": listing(ITEMS, page=NUMBER),
    "a page that is a text": listing(ITEMS, page=TEXT, per_page=NUMBER),
    "no more": listing({"data": ITEMS}, starting_after=TEXT),
    "a POST": listing({"data": ITEMS, "next_cursor": TEXT}, method="post", cursor=TEXT),
}


@pytest.mark.parametrize("case", NONE)
def test_nothing_is_guessed(case: str) -> None:
    assert "pagination" not in endpoint_of(NONE[case])
