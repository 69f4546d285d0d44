"""Arguments, pages and streams: what each change is, there and back."""

from typing import Final

from tests.codegen.cases import BREAKS, KEEPS, LIVE, QUERY, Case, fields, of_endpoint, paged
from tests.codegen.keys import CURSOR, NUMBER, OFFSET, STRING

CASES: Final[dict[str, Case]] = {
    # -- arguments
    "another parameter": of_endpoint(
        "query", {}, {"a": "string"}, {"argument-added": KEEPS}, {"argument-removed": BREAKS}
    ),
    "a parameter that is needed": of_endpoint(
        "query",
        {},
        {"a": {**STRING, "required": True}},
        {"argument-added-required": BREAKS},
        {"argument-removed": BREAKS},
    ),
    "a parameter that is needed and has a default": of_endpoint(
        "query",
        {},
        {"a": {**STRING, "required": True, "default": "x"}},
        {"argument-added": KEEPS},
        {"argument-removed": BREAKS},
    ),
    "a required parameter": of_endpoint(
        "query",
        {"a": STRING},
        {"a": {**STRING, "required": True}},
        {"argument-required": BREAKS},
        {"argument-optional": KEEPS},
    ),
    "a parameter's type": of_endpoint(
        "query", {"a": "integer"}, {"a": "number"}, {"type-widened": KEEPS}, {"type-narrowed": BREAKS}
    ),
    "a parameter's bound": of_endpoint(
        "query",
        {"a": {**NUMBER, "maximum": 5}},
        {"a": {**NUMBER, "maximum": 6}},
        {"bound-widened": KEEPS},
        {"bound-narrowed": BREAKS},
    ),
    "a parameter's default": of_endpoint(
        "query",
        {"a": {**STRING, "default": "x"}},
        {"a": {**STRING, "default": "y"}},
        {"default-changed": BREAKS},
        {"default-changed": BREAKS},
    ),
    "a default of true": of_endpoint(
        "query",
        {"a": {"type": "any", "default": 1}},
        {"a": {"type": "any", "default": True}},
        {"default-changed": BREAKS},
        {"default-changed": BREAKS},
    ),
    "a default": of_endpoint(
        "query",
        {"a": STRING},
        {"a": {**STRING, "default": "x"}},
        {"default-added": KEEPS},
        {"default-removed": BREAKS},
    ),
    "a parameter's name": of_endpoint(
        "query",
        {"a": STRING},
        {"a": {**STRING, "name": "b"}},
        {"argument-renamed": BREAKS},
        {"argument-renamed": BREAKS},
    ),
    "a parameter's style": of_endpoint(
        "query",
        {"a": QUERY},
        {"a": {**QUERY, "style": "pipeDelimited"}},
        {"style-changed": BREAKS},
        {"style-changed": BREAKS},
    ),
    "a style that makes no difference": of_endpoint("query", {"a": STRING}, {"a": {**STRING, "style": "form"}}, {}, {}),
    "a parameter's description": of_endpoint(
        "query",
        {"a": STRING},
        {"a": {**STRING, "description": "x"}},
        {"description-changed": KEEPS},
        {"description-changed": KEEPS},
    ),
    "an open query": of_endpoint("query", ..., {}, {"query-closed": BREAKS}, {"query-opened": KEEPS}),
    "a placeholder": of_endpoint(
        "path",
        "/{a}",
        "/{b}",
        {"path-changed": BREAKS, "argument-removed": BREAKS, "argument-added-required": BREAKS},
        {"path-changed": BREAKS, "argument-removed": BREAKS, "argument-added-required": BREAKS},
    ),
    "the order of placeholders": of_endpoint(
        "path",
        "/{a}/{b}",
        "/{b}/{a}",
        {"path-changed": BREAKS, "argument-order-changed": BREAKS},
        {"path-changed": BREAKS, "argument-order-changed": BREAKS},
    ),
    "a header that is always sent": of_endpoint(
        "headers", {}, {"X-A": "1"}, {"header-added": KEEPS}, {"header-removed": KEEPS}
    ),
    "its value": of_endpoint(
        "headers", {"X-A": "1"}, {"X-A": "2"}, {"header-changed": BREAKS}, {"header-changed": BREAKS}
    ),
    "a style of a list in a header": of_endpoint(
        "headers", {"X-A": QUERY}, {"X-A": {**QUERY, "style": "simple"}}, {}, {}
    ),
    "a header's case": of_endpoint("headers", {"X-A": "1"}, {"x-a": "1"}, {}, {}),
    "a header as an argument": of_endpoint(
        "headers",
        {"X-A": "1"},
        {"X-A": STRING},
        {"header-removed": KEEPS, "argument-added": KEEPS},
        {"header-added": KEEPS, "argument-removed": BREAKS},
    ),
    "a file": of_endpoint(
        "request",
        fields(),
        fields(f={"type": "string", "format": "binary"}),
        {"argument-added": KEEPS},
        {"argument-removed": BREAKS},
        body="multipart",
    ),
    "a file that is needed": of_endpoint(
        "request",
        fields(f={"type": "string", "format": "binary"}),
        fields(["f"], f={"type": "string", "format": "binary"}),
        {"argument-required": BREAKS},
        {"argument-optional": KEEPS},
        body="multipart",
    ),
    # -- pages
    "pages": of_endpoint(
        "pagination", ..., CURSOR, {"pagination-added": BREAKS}, {"pagination-removed": BREAKS}, method="GET"
    ),
    "the style of pages": of_endpoint(
        "pagination", CURSOR, OFFSET, {"pagination-changed": BREAKS}, {"pagination-changed": BREAKS}, method="GET"
    ),
    "the size of pages": of_endpoint(
        "pagination",
        CURSOR,
        paged(size="n"),
        {"page-size-added": KEEPS},
        {"page-size-removed": BREAKS},
        method="GET",
    ),
    "whether there are more pages": of_endpoint(
        "pagination",
        CURSOR,
        paged(more="m"),
        {"pagination-end-changed": KEEPS},
        {"pagination-end-changed": KEEPS},
        method="GET",
    ),
    "where it is said that there are more": of_endpoint(
        "pagination",
        paged(more="n"),
        paged(more="m"),
        {"pagination-changed": BREAKS},
        {"pagination-changed": BREAKS},
        method="GET",
    ),
    # -- streams
    "a stream beside the value": of_endpoint(
        "streaming", False, {"when": LIVE}, {"stream-added": KEEPS}, {"stream-removed": BREAKS}
    ),
    "a stream": of_endpoint("streaming", False, True, {"stream-replaces-value": BREAKS}, {"stream-removed": BREAKS}),
    "how a stream is asked for": of_endpoint(
        "streaming",
        {"when": LIVE},
        {"when": {"live": True}},
        {"stream-request-changed": BREAKS},
        {"stream-request-changed": BREAKS},
    ),
    "a stream in place of the value": of_endpoint(
        "streaming",
        {"when": LIVE},
        True,
        {"stream-request-changed": BREAKS, "stream-replaces-value": BREAKS},
        {"stream-request-changed": BREAKS},
    ),
    "a format of streams": of_endpoint(
        "streaming",
        {"format": "sse"},
        {"format": "ndjson"},
        {"stream-format-changed": BREAKS},
        {"stream-format-changed": BREAKS},
    ),
    "items of a stream": of_endpoint(
        "streaming",
        {"items": fields(["a"], a="string")},
        {"items": fields(a="string")},
        {"field-optional": BREAKS},
        {"field-required": KEEPS},
    ),
    "events": of_endpoint(
        "streaming",
        {"events": {"a": "string"}},
        {"events": {"a": "string", "b": "string"}},
        {"stream-events-added": KEEPS},
        {"stream-events-removed": BREAKS},
    ),
    "an event's type": of_endpoint(
        "streaming",
        {"events": {"a": "string"}},
        {"events": {"a": "integer"}},
        {"type-changed": BREAKS},
        {"type-changed": BREAKS},
    ),
    "an end": of_endpoint(
        "streaming", {}, {"done": "END"}, {"stream-end-added": BREAKS}, {"stream-end-removed": KEEPS}
    ),
    "another end": of_endpoint(
        "streaming", {"done": "A"}, {"done": "B"}, {"stream-end-changed": BREAKS}, {"stream-end-changed": BREAKS}
    ),
    "media types": of_endpoint(
        "streaming",
        {},
        {"media_types": ["text/plain"]},
        {"stream-media-types-changed": KEEPS},
        {"stream-media-types-changed": KEEPS},
    ),
    "empty events": of_endpoint(
        "streaming",
        {},
        {"dispatch_empty": True},
        {"stream-empty-events-changed": BREAKS},
        {"stream-empty-events-changed": BREAKS},
    ),
    "a bound of events": of_endpoint(
        "streaming",
        {"max_event_bytes": 5},
        {"max_event_bytes": None},
        {"stream-bound-raised": KEEPS},
        {"stream-bound-lowered": BREAKS},
    ),
    "reconnection": of_endpoint(
        "streaming",
        {},
        {"reconnect": True},
        {"reconnection-added": BREAKS},
        {"reconnection-removed": BREAKS},
    ),
    "how a feed is gone on with": of_endpoint(
        "streaming",
        {"reconnect": {"delay": 1}},
        {"reconnect": {"delay": 2}},
        {"reconnection-changed": KEEPS},
        {"reconnection-changed": KEEPS},
    ),
}
