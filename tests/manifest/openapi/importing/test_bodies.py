"""Request bodies by media type, answers by status, streams, and examples."""

from typing import Any, Final

import pytest

from tests.manifest.openapi.importing.documents import endpoint_of, imported, lost_in, whole, with_operation

THING: Final = {"type": "object", "properties": {"a": {"type": "string"}}}
MADE: Final = {"properties": {"a": "string"}}
AT: Final = "#/paths/~1things/post"


def posted(content: Any, **said: Any) -> dict[str, Any]:
    return with_operation("post", requestBody={"required": True, "content": content}, **said)


BODIES: dict[str, tuple[Any, Any]] = {
    "JSON": ({"application/json": {"schema": THING}}, {"request": MADE}),
    "JSON with a charset": ({"application/json; charset=utf-8": {"schema": THING}}, {"request": MADE}),
    "JSON of any kind": ({"application/json": {}}, {"request": "any"}),
    "JSON of another name": (
        {"application/merge-patch+json": {"schema": THING}},
        {"request": MADE, "headers": {"Content-Type": "application/merge-patch+json"}},
    ),
    "any type, but an object": ({"*/*": {"schema": THING}}, {"request": MADE}),
    "any type, and bytes": ({"*/*": {"schema": {"type": "string", "format": "binary"}}}, {"body": "raw"}),
    "a form": (
        {"application/x-www-form-urlencoded": {"schema": THING, "encoding": {"a": {"style": "form", "explode": True}}}},
        {"body": "form", "request": MADE},
    ),
    "a form of an object or nothing": (
        {
            "application/x-www-form-urlencoded": {
                "schema": {"properties": {"m": {"anyOf": [{"type": "object"}, {"enum": [""]}]}}},
                "encoding": {"m": {"style": "deepObject", "explode": True}},
            }
        },
        {"body": "form", "request": {"properties": {"m": {"anyOf": [{"type": "object"}, {"enum": [""]}]}}}},
    ),
    "a form with files": (
        {
            "multipart/form-data": {
                "schema": {
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "new": {"contentMediaType": "image/png"},
                        "note": {"type": "string"},
                        "tags": {"type": "object"},
                    },
                    "required": ["file"],
                },
                "encoding": {
                    "file": {"contentType": "application/octet-stream"},
                    "tags": {"contentType": "application/json"},
                },
            }
        },
        {
            "body": "multipart",
            "request": {
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "more": {"type": "string", "format": "binary"},
                    "new": {"type": "string", "format": "binary"},
                    "note": "string",
                    "tags": {"type": "object"},
                },
                "required": ["file"],
            },
        },
    ),
    "a form of anything": ({"multipart/form-data": {}}, {"body": "multipart"}),
    "bytes": ({"image/png": {"schema": {"type": "string"}}}, {"body": "raw", "media_type": "image/png"}),
    "some image": ({"image/*": {}}, {"body": "raw", "media_type": "image/*"}),
    "a text": ({"text/plain": {}}, {"body": "raw", "media_type": "text/plain"}),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_of_its_media_type(case: str) -> None:
    content, expected = BODIES[case]
    found = endpoint_of(posted(content))
    assert {key: found[key] for key in ("body", "media_type", "request", "headers") if key in found} == expected
    assert lost_in(posted(content)) == {}


def test_json_comes_first_and_the_others_are_told() -> None:
    document = posted({"text/csv": {}, "multipart/form-data": {}, "application/json": {"schema": THING}})
    assert endpoint_of(document)["request"] == MADE
    at = f"{AT}/requestBody/content"
    assert lost_in(document) == {f"{at}/text~1csv": "another-body", f"{at}/multipart~1form-data": "another-body"}


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        ({"text/plain; charset=latin-1": {}}, "/text~1plain; charset=latin-1", "media-parameter"),
        (
            {"multipart/form-data": {"schema": THING, "encoding": {"a": {"contentType": "text/csv"}}}},
            "/multipart~1form-data/encoding/a/contentType",
            "encoding",
        ),
        ({"multipart/form-data": {"schema": {"oneOf": [THING, {}]}}}, "/multipart~1form-data/schema", "form"),
    ],
)
def test_what_a_body_cannot_say_is_told(content: Any, pointer: str, code: str) -> None:
    assert lost_in(posted(content)) == {f"{AT}/requestBody/content{pointer}": code}


def test_a_get_has_no_body() -> None:
    document = with_operation(requestBody={"content": {"application/json": {}}})
    assert "request" not in endpoint_of(document)
    assert lost_in(document) == {"#/paths/~1things/get/requestBody": "bodyless"}


def test_a_body_that_may_be_left_out_is_told() -> None:
    document = with_operation("post", requestBody={"required": False, "content": {"application/json": {}}})
    assert lost_in(document) == {f"{AT}/requestBody/required": "optional-body"}


# -- answers -----------------------------------------------------------------------------------------------------------


def answered(**responses: Any) -> dict[str, Any]:
    """An operation with answers: a schema is that of its JSON, None an answer without a body."""
    said: Any = {
        status.removeprefix("of_"): {
            "description": "x",
            **({} if schema is None else {"content": {"application/json": {"schema": schema}}}),
        }
        for status, schema in responses.items()
    }
    return with_operation("post", responses=said)


ANSWERS: dict[str, tuple[Any, Any]] = {
    "one": (answered(of_200=THING), {"response": MADE}),
    "one of another status": (answered(of_201=THING), {"response": MADE}),
    "one without a body": (answered(of_204=None), {}),
    "several": (
        answered(of_202=None, of_201={"type": "string"}, of_200=THING),
        {"response": MADE, "responses": {"202": "null", "201": "string"}},
    ),
    "errors": (
        answered(of_200=THING, of_404={"type": "string"}, of_5XX={"type": "integer"}, of_default=THING),
        {"response": MADE, "responses": {"404": "string", "5XX": "integer", "default": MADE}},
    ),
    "errors of all kinds beside nothing": (
        answered(of_204=None, of_404={"type": "string"}, of_default=THING),
        {"responses": {"404": "string", "4XX": MADE, "5XX": MADE}},
    ),
    "any at all": (answered(of_default=THING), {"responses": {"default": MADE}}),
    "a redirect alone": (answered(of_302=None), {"responses": {"302": "null"}}),
    "a range": (answered(of_2XX=THING), {"response": MADE}),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answers_are_of_their_status(case: str) -> None:
    document, expected = ANSWERS[case]
    found = endpoint_of(document)
    assert {key: found[key] for key in ("response", "responses") if key in found} == expected
    assert lost_in(document) == {}


def test_what_an_answer_cannot_say_is_told() -> None:
    document = answered(of_200=THING, of_304=None, of_100=None, of_abc=None)
    document["paths"]["/things"]["post"]["responses"]["200"] |= {
        "headers": {"X-Rate": {"schema": {}}},
        "links": {"next": {"operationId": "x"}},
    }
    document["paths"]["/things"]["post"]["responses"]["200"]["content"]["text/csv"] = {}
    at = f"{AT}/responses"
    assert lost_in(document) == {
        f"{at}/304": "redirect",
        f"{at}/100": "informational",
        f"{at}/abc": "malformed",
        f"{at}/200/headers": "answer-header",
        f"{at}/200/links": "link",
        f"{at}/200/content/text~1csv": "another-answer",
    }


def test_descriptions_of_answers_are_told() -> None:
    found = imported(with_operation()).unexpressed
    assert [(one.pointer, one.code) for one in found] == [
        ("#/paths/~1things/get/responses/204/description", "answer-description")
    ]
    assert str(found[0]).startswith("#/paths/~1things/get/responses/204/description: the description of an answer")


def test_text_and_bytes_are_what_they_are() -> None:
    content = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
    document = with_operation(responses={"200": {"description": "x", "content": content}})
    assert "response" not in endpoint_of(document)
    assert lost_in(document) == {}


# -- streams -----------------------------------------------------------------------------------------------------------

FLAGGED: Final = {"properties": {"stream": {"type": "boolean", "description": "Ends with `data: [DONE]`."}}}


def streamed(content: Any, request: Any = None) -> dict[str, Any]:
    said: Any = {} if request is None else {"requestBody": {"content": {"application/json": {"schema": request}}}}
    return with_operation("post", responses={"200": {"description": "x", "content": content}}, **said)


EVENT: Final = {
    "oneOf": [
        {"properties": {"event": {"const": "made"}, "data": THING}, "required": ["event", "data"]},
        {"properties": {"event": {"enum": ["done"]}, "data": {"const": "[DONE]"}}},
    ]
}

STREAMS: dict[str, tuple[Any, Any]] = {
    "events": (streamed({"text/event-stream": {"schema": THING}}), {"items": MADE}),
    "events of text": (streamed({"text/event-stream": {"schema": {"type": "string"}}}), {}),
    "lines of JSON": (streamed({"application/x-ndjson": {"schema": THING}}), {"format": "ndjson", "items": MADE}),
    "events by their types": (
        streamed({"text/event-stream": {"schema": EVENT}}),
        {"events": {"made": MADE}, "done": "[DONE]"},
    ),
    "events that are asked for": (
        streamed({"application/json": {"schema": {}}, "text/event-stream": {"schema": THING}}, FLAGGED),
        {"when": {"stream": True}, "items": MADE, "done": "[DONE]"},
    ),
    "events that are always asked for": (
        streamed({"text/event-stream": {}}, {"properties": {"stream": {"enum": [True]}}, "required": ["stream"]}),
        {},
    ),
}


@pytest.mark.parametrize("case", STREAMS)
def test_a_stream_is_of_its_media_type(case: str) -> None:
    document, expected = STREAMS[case]
    found = endpoint_of(document)
    assert found.get("streaming") == (expected or True)
    assert ("response" in found) == ("when" in expected)
    assert lost_in(document) == {}


def test_a_stream_that_nothing_asks_for_is_told() -> None:
    document = streamed({"application/json": {"schema": {}}, "text/event-stream": {"schema": THING}})
    assert "streaming" not in endpoint_of(document)
    assert lost_in(document) == {f"{AT}/responses/200/content/text~1event-stream": "stream"}


# -- examples ----------------------------------------------------------------------------------------------------------


def test_examples_of_one_name_are_one_call() -> None:
    body = {"content": {"application/json": {"schema": THING, "examples": {"first": {"value": {"a": "x"}}}}}}
    answer = {"schema": THING, "examples": {"first": {"$ref": "#/components/examples/Made"}}}
    document = with_operation(
        "post",
        "/things/{id}",
        parameters=[{"name": "id", "in": "path", "schema": {"type": "string"}, "example": "t1"}],
        requestBody=body,
        responses={"200": {"description": "x", "content": {"application/json": answer}}},
        components={"examples": {"Made": {"value": {"a": "y"}, "summary": "it"}, "Other": {"value": 1}}},
    )
    assert endpoint_of(document)["examples"] == {
        "first": {"request": {"a": "x"}, "response": {"a": "y"}},
        "example": {"path_params": {"id": "t1"}},
    }
    assert lost_in(document) == {
        "#/components/examples/Made/summary": "annotation",
        "#/components/examples/Other": "unused",
    }


def test_what_holds_for_an_operation() -> None:
    said: Any = {
        "summary": "Make it",
        "description": "Make a thing.",
        "externalDocs": {"url": "https://a.test"},
        "tags": ["Things"],
        "deprecated": True,
        "operationId": "makeThing",
        "x-pristine-timeout": 3,
    }
    found = imported(with_operation("post", **said)).manifest["endpoints"]
    assert found == {
        "things.make": {
            "method": "POST",
            "path": "/things",
            "description": "Make it\n\nMake a thing.\n\nSee https://a.test",
            "timeout": 3,
            "tags": ["Things"],
            "deprecated": True,
        }
    }


def test_other_things_of_a_document_are_told() -> None:
    document = whole(webhooks={"made": {}}, tags=[{"name": "Things"}], externalDocs={"url": "u"})
    document["info"] |= {"contact": {}, "license": {}, "summary": "An API"}
    document["paths"] = {"/": {"get": {"responses": {}, "callbacks": {"made": {}}}}, "x-y": 1}
    assert imported(document).manifest["description"] == "An API"
    assert lost_in(document) == {
        "#/webhooks": "webhook",
        "#/tags": "annotation",
        "#/externalDocs": "annotation",
        "#/info/contact": "annotation",
        "#/info/license": "annotation",
        "#/paths/~1/get/callbacks": "callback",
        "#/paths/x-y": "extension",
    }
