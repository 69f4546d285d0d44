"""Parameters: where they are, how they are written, and what of OpenAPI's defaults need not be said."""

from typing import Any

import pytest

from tests.manifest.openapi.importing.documents import endpoint_of, lost_in, whole, with_operation

ARRAY = {"type": "array", "items": {"type": "string"}}
OBJECT = {"type": "object", "additionalProperties": {"type": "string"}}
MAP = {"type": "object", "additionalProperties": "string"}
LIST = {"type": "array", "items": "string"}


def parameter(where: str, schema: Any, name: str = "p", **said: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema, **said}


WRITTEN: dict[str, tuple[Any, Any]] = {
    "a text in a query": (parameter("query", {"type": "string"}), {"query": {"p": "string"}}),
    "that must be there": (
        parameter("query", {"type": "string"}, required=True, description="It"),
        {"query": {"p": {"type": "string", "required": True, "description": "It"}}},
    ),
    "with a default": (
        parameter("query", {"type": "integer", "default": 3}),
        {"query": {"p": {"type": "integer", "description": "Default: 3."}}},
    ),
    "that is old": (
        parameter("query", {"type": "integer"}, deprecated=True),
        {"query": {"p": {"type": "integer", "description": "Deprecated."}}},
    ),
    "an array": (parameter("query", ARRAY), {"query": {"p": LIST}}),
    "an array, exploded": (parameter("query", ARRAY, style="form", explode=True), {"query": {"p": LIST}}),
    "an array with commas": (
        parameter("query", ARRAY, explode=False),
        {"query": {"p": {**LIST, "style": "form", "explode": False}}},
    ),
    "an array with pipes": (
        parameter("query", ARRAY, style="pipeDelimited"),
        {"query": {"p": {**LIST, "style": "pipeDelimited"}}},
    ),
    "an object": (parameter("query", OBJECT), {"query": {"p": {**MAP, "style": "form"}}}),
    "an object in brackets": (
        parameter("query", OBJECT, style="deepObject", explode=True),
        {"query": {"p": {**MAP, "style": "deepObject"}}},
    ),
    "in a header": (parameter("header", {"type": "integer"}, "X-N"), {"headers": {"X-N": {"type": "integer"}}}),
    "an array in a header": (parameter("header", ARRAY, "X-N"), {"headers": {"X-N": LIST}}),
    "an object in a header": (
        parameter("header", OBJECT, "X-N", explode=True),
        {"headers": {"X-N": {**MAP, "style": "simple", "explode": True}}},
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_parameter_is_written_as_it_says(case: str) -> None:
    said, expected = WRITTEN[case]
    document = with_operation(parameters=[said])
    assert {key: endpoint_of(document)[key] for key in expected} == expected
    assert lost_in(document) == {}


@pytest.mark.parametrize(
    ("name", "said", "path", "expected"),
    [
        ("id", {"schema": {"type": "integer"}}, "/{id}", {"id": "integer"}),
        ("userId", {"schema": {"type": "string"}}, "/{userId}", {"userId": {"type": "string", "name": "user_id"}}),
        ("user-id", {"schema": {"type": "string"}}, "/{user_id}", {"user_id": "string"}),
        ("id", {"schema": ARRAY}, "/{id}", {"id": {**LIST, "style": "simple"}}),
        (
            "id",
            {"schema": ARRAY, "style": "matrix", "explode": True},
            "/{id}",
            {"id": {**LIST, "style": "matrix", "explode": True}},
        ),
        ("id", {"schema": {"type": "string"}, "style": "label"}, "/{id}", {"id": {"type": "string", "style": "label"}}),
        ("id", {"schema": OBJECT}, "/{id}", {"id": {**MAP, "style": "simple"}}),
    ],
    ids=["a number", "a camel", "a dash", "an array", "a matrix", "a label", "an object"],
)
def test_a_parameter_of_the_path(name: str, said: Any, path: str, expected: Any) -> None:
    document = with_operation(path=f"/{{{name}}}", parameters=[{"name": name, "in": "path", "required": True, **said}])
    found = endpoint_of(document)
    assert (found["path"], found["path_params"]) == (path, expected)
    assert lost_in(document) == {}


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        (parameter("cookie", {"type": "string"}), "", "cookie"),
        (parameter("header", {"type": "string"}, "Accept"), "", "header-ignored"),
        (parameter("header", {"type": "string"}, "no header"), "", "malformed"),
        (parameter("body", {"type": "string"}), "", "malformed"),
        (parameter("path", {"type": "string"}, "nowhere"), "", "path"),
        ({"in": "query"}, "", "malformed"),
        (parameter("query", ARRAY, style="deepObject"), "/style", "parameter-style"),
        (parameter("query", {"type": "string"}, style="label"), "/style", "parameter-style"),
        (parameter("query", {"type": "string"}, allowReserved=True), "/allowReserved", "encoding"),
        (parameter("query", {"type": "null"}), "/schema", "parameter-type"),
        (parameter("header", {"type": "array", "items": ARRAY}, "X-N"), "/schema", "parameter-type"),
        (
            parameter("header", {"oneOf": [OBJECT, {"type": "object", "properties": {"a": True}}]}, "X-N"),
            "/schema",
            "parameter-type",
        ),
        ({"name": "p", "in": "query", "content": {"application/json": {}}}, "/content", "parameter-content"),
        (parameter("query", {"type": "string"}, required="yes"), "/required", "malformed"),
    ],
)
def test_what_a_parameter_cannot_be_is_told(said: Any, pointer: str, code: str) -> None:
    assert lost_in(with_operation(parameters=[said])) == {f"#/paths/~1things/get/parameters/0{pointer}": code}


def test_what_an_operation_says_is_stronger_than_what_its_path_says() -> None:
    item = {
        "parameters": [parameter("query", {"type": "string"}), parameter("query", {"type": "string"}, "q")],
        "get": {"parameters": [parameter("query", {"type": "integer"})], "responses": {}},
    }
    assert endpoint_of(whole(paths={"/": item}))["query"] == {"p": "integer", "q": "string"}


def test_an_object_in_place_becomes_a_named_type() -> None:
    """Its `required` would be the parameter's."""
    found = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    document = with_operation(operationId="list", parameters=[parameter("query", found)])
    assert endpoint_of(document)["query"] == {"p": {"type": "ThingsListP", "style": "form"}}


def test_a_query_in_a_path_is_always_sent() -> None:
    assert endpoint_of(with_operation(path="/things?beta=true"))["query"] == {
        "beta": {"const": "true", "default": "true"}
    }


@pytest.mark.parametrize("path", ["/a b", "/a/../b", "/{a}/{a}", "/{}", "/a#b"])
def test_a_path_that_there_cannot_be_is_told(path: str) -> None:
    if path == "/{}":  # it gets a name
        assert endpoint_of(with_operation(path=path))["path"] == "/{unnamed}"
        return
    (pointer,) = lost_in(with_operation(path=path))
    assert pointer == f"#/paths/{path.replace('/', '~1')}"
