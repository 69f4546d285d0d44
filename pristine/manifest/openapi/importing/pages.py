"""Lists that go on from page to page, recognised by tables of what parameters and fields are called.

Only a GET whose good answer is a list, or has one, and only where both ends are there: the parameter that goes on and
what it goes on from. A guess is not made; what is not in the tables is said in the overrides.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.answers import Answers
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.types import Types

SIZES: Final = ("limit", "per_page", "page_size", "pageSize", "perPage", "maxResults", "max_results", "size", "count")
"""Query parameters for how many items a page has."""

CURSORS: Final = (
    ("cursor", ("next_cursor", "nextCursor", "next", "cursor.next", "meta.next_cursor", "pagination.next_cursor")),
    ("page_token", ("next_page_token", "nextPageToken")),
    ("pageToken", ("nextPageToken", "next_page_token")),
    ("next_token", ("next_token", "nextToken")),
    ("nextToken", ("nextToken", "next_token")),
    ("continuationToken", ("continuationToken", "nextContinuationToken")),
    ("continue", ("metadata.continue",)),
    ("page", ("next_page",)),
    ("after", ("last_id", "next_cursor", "paging.cursors.after")),
    ("starting_after", ("data[-1].id",)),
)
"""Parameter -> where an answer may have its next value. `starting_after` takes an id, where there is `has_more`."""

OFFSETS: Final = ("offset", "skip")
TOTALS: Final = ("total", "total_count", "totalCount", "meta.total", "pagination.total")
MORE: Final = ("has_more", "hasMore", "has_next", "hasNext")
ITEMS: Final = ("data", "items", "results", "values", "entries", "records", "list")
"""Fields that are the items where an answer has several lists."""


def pagination(types: Types, operation: Node, query: Mapping[str, Any], answers: Answers) -> dict[str, Any] | None:
    """The pagination of a GET, or None where its answers are no pages."""
    if answers.media is None or answers.good is None or "streaming" in answers.keys:
        return None
    schema = answers.media.at("schema")
    fields = _fields(types, schema) if schema is not None else {}
    items = "" if schema is not None and _is_list(types, [schema]) else _items(types, fields)
    if items is None:
        return None
    own = operation.keys.get("operationId")
    found = (
        _linked(types, answers.good, own, query)
        or _link(types, answers.good)
        or _cursor(types, query, fields)
        or _counted(types, query, fields)
    )
    if found is None:
        return None
    if items:
        found["items"] = items
    size = next((name for name in SIZES if name in query and name != found.get("parameter")), None)
    if size is not None:
        found["size"] = size
    return found


def _fields(types: Types, schema: Node) -> Mapping[str, Sequence[Node]]:
    return shapes.fields(types.solid([schema]))


def _is_list(types: Types, shape: Sequence[Node]) -> bool:
    return any(part.keys.get("type") in ("array", ["array", "null"]) for part in types.solid(shape))


def _items(types: Types, fields: Mapping[str, Sequence[Node]]) -> str | None:
    """The only field that is a list, or the one of several that is called so."""
    lists = [name for name, shape in fields.items() if _is_list(types, shape)]
    named = [name for name in ITEMS if name in lists]
    return lists[0] if len(lists) == 1 else next(iter(named), None)


def _linked(types: Types, good: Node, own: Any, query: Mapping[str, Any]) -> dict[str, Any] | None:
    """A link of OpenAPI's to the operation itself, with one parameter from the answer: that is the cursor."""
    for link in good.named("links") if good.has("links") else ():
        node = types.library.resolved(link)
        said = node.keys.get("parameters") if node is not None else None
        if node is None or own is None or node.keys.get("operationId") != own or not isinstance(said, dict):
            link.lose("link")
            continue
        ((parameter, place),) = list(said.items())[:1] or [("", "")]
        name, next = str(parameter).removeprefix("query."), _place(place)
        if len(said) > 1 or name not in query or next is None:
            link.lose("link")
            continue
        node.take("operationId")
        node.take("parameters")
        return {"style": "cursor", "parameter": name, "next": next}
    return None


def _place(expression: Any) -> Any:
    """Where a runtime expression finds its value in an answer (OpenAPI 3.1 section 4.8.20.3)."""
    text = expression if isinstance(expression, str) else ""
    if text.startswith("$response.header."):
        return {"header": text.removeprefix("$response.header.")}
    steps = [step.replace("~1", "/").replace("~0", "~") for step in text.removeprefix("$response.body#/").split("/")]
    is_path = text.startswith("$response.body#/") and all(re.fullmatch(r"[^.\[\]]+", step) for step in steps)
    return ".".join(steps) if is_path else None


def _link(types: Types, good: Node) -> dict[str, Any] | None:
    """A `Link` header is declared (RFC 8288)."""
    headers = good.mapping("headers") if good.has("headers") else None
    for name in headers.keys if headers is not None else ():
        found = headers.at(name) if headers is not None and name.lower() == "link" else None
        header = types.library.resolved(found) if found is not None else None
        if header is not None:
            schema = header.at("schema")
            for part in types.solid([schema]) if schema is not None else ():
                part.take("type")
            return {"style": "link"}
    return None


def _cursor(types: Types, query: Mapping[str, Any], fields: Mapping[str, Sequence[Node]]) -> dict[str, Any] | None:
    more = next((name for name in MORE if name in fields), None)
    for parameter, places in CURSORS:
        for place in places if parameter in query else ():
            if place.endswith("].id"):
                if more is None or _items(types, fields) != "data":
                    continue
            elif not _has(types, fields, place):
                continue
            found = {"style": "cursor", "parameter": parameter, "next": place}
            return {**found, "more": more} if more else found
    return None


def _counted(types: Types, query: Mapping[str, Any], fields: Mapping[str, Sequence[Node]]) -> dict[str, Any] | None:
    """By offset, or by the number of the page, where the size of a page can be given, too."""
    if not any(name in query for name in SIZES):
        return None
    more = next((name for name in MORE if name in fields), None)
    for parameter in OFFSETS:
        if _is_whole(query.get(parameter)):
            total = next((place for place in TOTALS if _has(types, fields, place)), None)
            found = {"style": "offset", "parameter": parameter}
            return {**found, **({"more": more} if more else {"total": total} if total else {})}
    if _is_whole(query.get("page")):
        found = {"style": "page", "parameter": "page", **({"more": more} if more else {})}
        return found if _begins_at_0(query["page"]) else {**found, "start": 1}
    return None


def _is_whole(said: Any) -> bool:
    return said == "integer" or (isinstance(said, dict) and said.get("type") == "integer")


def _begins_at_0(said: Any) -> bool:
    return isinstance(said, dict) and (said.get("minimum") == 0 or "Default: 0." in said.get("description", ""))


def _has(types: Types, fields: Mapping[str, Sequence[Node]], place: str) -> bool:
    """Whether the fields have what a path leads to."""
    first, _, rest = place.partition(".")
    if first not in fields:
        return False
    return not rest or _has(types, shapes.fields(types.solid(fields[first])), rest)
