"""A manifest as a document that a public validator accepts: everything that OpenAPI has words for, in its own words."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.codegen.openapi.document import openapi
from pristine.testing.examples import examples_for
from tests.codegen.generated import some_manifest
from tests.codegen.openapi.documents import MANIFESTS, ROOT, exported, operation, schema, takes
from tests.support.offline import manifest

HERE = "https://a.test"


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_manifest_is_exported_to_a_document_that_the_validator_accepts(path: Path) -> None:
    loaded = pristine.load_manifest_file(path)
    document = exported(loaded, fragments=True)
    operations = [one for item in document["paths"].values() for one in item.values()]
    assert sorted(one["operationId"] for one in operations) == sorted(loaded.endpoints)
    assert len(document.get("components", {}).get("schemas", {})) == len(loaded.types)
    again = pristine.load_manifest_file(path)
    assert json.dumps(openapi(again, fragments=True)) == json.dumps(document)


def test_the_document_says_what_the_api_is() -> None:
    document = exported(manifest(version="2.1", description="Sells."))
    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "test", "version": "2.1", "description": "Sells."}
    assert document["x-pristine-name"] == "test"


def test_endpoints_of_a_path_share_its_item() -> None:
    source = {
        "name": "x",
        "endpoints": {
            "things.get": {"method": "GET", "path": "/things/{id}"},
            "things.drop": {"method": "DELETE", "path": "/things/{thing}", "path_params": {"thing": "integer"}},
            "things.add": {"method": "POST", "path": "/things"},
        },
    }
    document = exported(source)
    assert {path: set(item) for path, item in document["paths"].items()} == {
        "/things/{id}": {"get", "delete"},
        "/things": {"post"},
    }
    drop = document["paths"]["/things/{id}"]["delete"]
    assert drop["parameters"] == [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    assert drop["x-pristine-path"] == "/things/{thing}"
    assert drop["x-pristine-path_params"] == {"thing": {"type": "integer"}}


def test_two_endpoints_of_a_method_and_path_are_a_named_error() -> None:
    ends = {id: {"method": "GET", "path": path} for id, path in {"a": "/{x}", "b": "/{y}", "c": "/{x}"}.items()}
    with pytest.raises(pristine.ManifestError) as caught:
        openapi(pristine.load_manifest({"name": "x", "endpoints": ends}))
    assert [fault.path for fault in caught.value.faults] == ["endpoints.b", "endpoints.c"]
    assert "'a' is GET /{x}, too, and OpenAPI has one operation for that" in str(caught.value)


def test_fragments_tell_endpoints_of_a_method_and_path_apart() -> None:
    ends = {id: {"method": "GET", "path": "/{x}"} for id in ("a", "b c")}
    paths = exported({"name": "x", "endpoints": ends}, fragments=True)["paths"]
    assert [(path, item["get"]["operationId"]) for path, item in paths.items()] == [
        ("/{x}", "a"),
        ("/{x}#b%20c", "b c"),
    ]
    assert paths["/{x}#b%20c"]["get"]["x-pristine-path"] == "/{x}"


# -- servers and security ----------------------------------------------------------------------------------------------


def test_servers_have_their_variables_and_an_endpoint_its_own() -> None:
    variables = {"r": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}}
    live = {"url": "https://{r}.a.test", "name": "live", "description": "It.", "variables": variables}
    source = manifest({"server": "up"}, servers=[live, {"url": "https://up.a.test", "name": "up"}])
    document = exported(source)
    assert document["servers"] == [
        {"url": live["url"], "description": "It.", "variables": variables, "x-pristine-name": "live"},
        {"url": "https://up.a.test", "x-pristine-name": "up"},
    ]
    ends = document["paths"]["/"]["post"]
    assert ends["servers"] == [{"url": "https://up.a.test", "x-pristine-name": "up"}]
    assert ends["x-pristine-server"] == "up"


SCHEMES: dict[str, Any] = {
    "key": {"type": "apiKey", "in": "query", "name": "k", "description": "A key."},
    "my token": {"type": "bearer"},
    "user": {"type": "basic"},
}


def test_security_is_said_once_for_those_that_have_the_same() -> None:
    ends = {id: {"method": "GET", "path": f"/{id}"} for id in ("a", "b", "c")}
    ends["c"]["security"] = []  # type: ignore[assignment]  # as a manifest has it
    security = ["key", ["my token", "user"]]
    document = exported({"name": "x", "endpoints": ends, "security_schemes": SCHEMES, "security": security})
    assert document["components"]["securitySchemes"] == {
        "key": {"type": "apiKey", "in": "query", "name": "k", "description": "A key."},
        "my_token": {"type": "http", "scheme": "bearer", "x-pristine-name": "my token"},
        "user": {"type": "http", "scheme": "basic"},
    }
    assert document["security"] == [{"key": []}, {"my_token": [], "user": []}]
    assert "security" not in document["paths"]["/a"]["get"]
    assert document["paths"]["/c"]["get"]["security"] == []


def test_an_endpoint_that_says_nothing_of_security_is_under_nobody_s() -> None:
    ends = {"a": {"method": "GET", "path": "/a"}, "b": {"method": "GET", "path": "/b", "security": ["key"]}}
    document = exported({"name": "x", "endpoints": ends, "security_schemes": SCHEMES})
    assert "security" not in document
    assert document["paths"]["/b"]["get"]["security"] == [{"key": []}]


# -- parameters --------------------------------------------------------------------------------------------------------


def test_parameters_have_their_place_style_and_schema() -> None:
    said = operation(
        {
            "method": "GET",
            "path": "/{a}/{b}",
            "path_params": {"a": {"type": "array", "style": "matrix", "explode": True}},
            "query": {
                "tags": {"type": "array", "items": "string", "description": "Some.", "style": "form", "explode": False},
                "page": {"type": "integer", "minimum": 1, "default": 2, "required": True, "name": "page_number"},
                "where": {"properties": {"x": "string"}},
            },
            "headers": {"X-A": "1", "X-B": {"type": "array", "items": "integer"}},
        }
    )
    a, b, tags, page, where, listed, const = said["parameters"]
    assert a == {
        "name": "a", "in": "path", "required": True, "style": "matrix", "explode": True,
        "schema": {"type": "array", "items": {}},
    }  # fmt: skip
    assert b == {"name": "b", "in": "path", "required": True, "schema": {}}
    assert tags == {
        "name": "tags", "in": "query", "description": "Some.", "style": "form", "explode": False,
        "schema": {"type": "array", "items": {"type": "string"}},
    }  # fmt: skip
    assert page == {
        "name": "page", "in": "query", "required": True, "x-pristine-name": "page_number",
        "schema": {"type": "integer", "minimum": 1, "default": 2},
    }  # fmt: skip
    assert (where["style"], where["explode"], where["x-pristine-style"]) == ("deepObject", True, None)
    assert const == {"name": "X-A", "in": "header", "schema": {"type": "string", "default": "1"}}
    assert listed["schema"] == {"type": "array", "items": {"type": "integer"}}


def test_headers_that_openapi_ignores_are_kept_beside() -> None:
    said = operation({"headers": {"Accept": "text/csv", "X-A": {"type": "integer"}}})
    assert [one["name"] for one in said["parameters"]] == ["X-A"]
    assert said["x-pristine-headers"] == {"Accept": {"type": "string", "default": "text/csv"}}


def test_what_all_endpoints_take_is_a_parameter_of_each() -> None:
    document = exported(manifest(defaults={"query": {"v": "integer"}}))
    said = document["paths"]["/"]["post"]
    assert [one["name"] for one in said["parameters"]] == ["v"]
    assert said["x-pristine-query"] is None
    assert document["x-pristine-defaults"] == {"query": {"v": {"type": "integer"}}}


def test_a_query_that_is_closed_and_empty_says_so() -> None:
    assert operation({"query": {}})["x-pristine-query"] == {}
    assert "x-pristine-query" not in operation()


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "media", "required"),
    [
        ({"request": "T"}, "application/json", True),
        ({"request": {"$ref": "#/types/T", "nullable": True}}, "application/json", False),
        ({"request": "any"}, "application/json", False),
        ({"request": "T", "body": "form"}, "application/x-www-form-urlencoded", True),
        ({"request": "T", "body": "multipart"}, "multipart/form-data", True),
        ({"body": "form"}, "application/x-www-form-urlencoded", False),
        ({"body": "raw"}, "application/octet-stream", False),
        ({"body": "raw", "media_type": "image/png"}, "image/png", False),
    ],
)
def test_a_body_has_its_media_type(said: dict[str, Any], media: str, required: bool) -> None:
    body = operation(said, types={"T": {"properties": {"a": "string"}}})["requestBody"]
    assert list(body["content"]) == [media]
    assert body.get("required", False) is required
    assert ("schema" in body["content"][media]) is ("request" in said)


def test_a_multipart_form_has_its_files_and_says_what_is_json() -> None:
    file = {"type": "string", "format": "binary"}
    properties = {"title": "string", "more": {"type": "object"}, "file": file, "cover": file}
    said = operation({"body": "multipart", "request": {"properties": properties, "required": ["title", "file"]}})
    content = said["requestBody"]["content"]["multipart/form-data"]
    assert content["schema"]["required"] == ["title", "file"]
    assert content["schema"]["properties"]["cover"] == {**file, "contentMediaType": "application/octet-stream"}
    assert content["encoding"] == {"more": {"contentType": "application/json"}}


def test_a_form_says_how_its_objects_are_written() -> None:
    request = {"properties": {"a": {"type": "object"}, "b": {"type": "array", "items": "string"}}}
    content = operation({"body": "form", "request": request})["requestBody"]["content"]
    (form,) = content.values()
    assert form["encoding"] == {"a": {"style": "deepObject", "explode": True}}


def test_examples_stand_where_they_are_of() -> None:
    said = operation(
        {
            "path": "/{id}",
            "query": {"q": "string"},
            "request": "any",
            "response": "any",
            "examples": {
                "one": {"request": [1.0], "response": {"a": None}, "path_params": {"id": 7}, "query": {"q": "x"}}
            },
        }
    )
    id, q = said["parameters"]
    assert (id["examples"], q["examples"]) == ({"one": {"value": 7}}, {"one": {"value": "x"}})
    assert said["requestBody"]["content"]["application/json"]["examples"] == {"one": {"value": [1.0]}}
    assert said["responses"]["2XX"]["content"]["application/json"]["examples"] == {"one": {"value": {"a": None}}}
    assert "x-pristine-examples" not in said


def test_an_example_without_a_place_is_kept_beside() -> None:
    said = operation({"examples": {"one": {"request": {"a": 1}}}})
    assert said["x-pristine-examples"] == {"one": {"request": {"a": 1}}}


# -- answers -----------------------------------------------------------------------------------------------------------


def test_answers_are_by_status() -> None:
    responses = {"404": "T", "default": "string", "201": "T", "4XX": "any"}
    said = operation({"response": "string", "responses": responses}, types={"T": {"properties": {"a": "string"}}})
    assert list(said["responses"]) == ["201", "2XX", "404", "4XX", "default"]
    reference = {"$ref": "#/components/schemas/T"}
    assert said["responses"]["201"] == {
        "description": "Created", "content": {"application/json": {"schema": reference}}
    }  # fmt: skip
    assert said["responses"]["2XX"]["content"]["application/json"]["schema"] == {"type": "string"}
    assert not any(key.startswith("x-") for key in said)


def test_an_undeclared_answer_is_one_without_content() -> None:
    assert operation()["responses"] == {"2XX": {"description": "A good answer"}}


def test_a_value_inside_of_an_answer_has_the_answer_around_it() -> None:
    said = operation({"response": "string", "unwrap": "data.text"})
    whole = said["responses"]["2XX"]["content"]["application/json"]["schema"]
    assert whole["properties"]["data"]["properties"]["text"] == {"type": "string"}
    assert (said["x-pristine-unwrap"], said["x-pristine-response"]) == ("data.text", {"type": "string"})


def test_answers_have_the_headers_in_which_something_is() -> None:
    said = operation(
        {
            "method": "GET",
            "pagination": {"style": "link"},
            "errors": {"request_id": {"header": "X-Request-Id"}},
            "responses": {"404": "any"},
        }
    )
    text = {"schema": {"type": "string"}}
    assert said["responses"]["2XX"]["headers"] == {"Link": text}
    assert said["responses"]["404"]["headers"] == {"X-Request-Id": text}


@pytest.mark.parametrize(
    ("format", "media"),
    [
        ("sse", "text/event-stream"),
        ("ndjson", "application/x-ndjson"),
        ("lines", "text/plain"),
        ("bytes", "application/octet-stream"),
        ("json_array", "application/json"),
    ],
)
def test_a_stream_has_its_media_type(format: str, media: str) -> None:
    said = operation({"method": "GET", "streaming": {"format": format}})
    assert list(said["responses"]["2XX"]["content"]) == [media]
    assert said["x-pristine-streaming"] == ({"format": format} if format != "sse" else True)


def test_the_items_of_a_stream_are_told_in_words_and_kept_beside() -> None:
    stream = {"items": "T", "events": {"error": "E"}, "done": "[DONE]", "when": {"stream": True}}
    types = {"T": {"properties": {"a": "string"}}, "E": {"properties": {"b": "string"}}}
    said = operation({"response": "string", "streaming": stream}, types=types)
    content = said["responses"]["2XX"]["content"]
    assert content["application/json"]["schema"] == {"type": "string"}
    assert content["text/event-stream"]["schema"]["description"] == (
        'Server-sent events, where the request has {"stream": true}, each with the JSON of #/components/schemas/T; '
        "'error' has that of #/components/schemas/E. '[DONE]' ends them."
    )
    named = {"items": {"$ref": "#/types/T"}, "events": {"error": {"$ref": "#/types/E"}}}
    assert said["x-pristine-streaming"] == {**stream, **named}


# -- what OpenAPI has no word for --------------------------------------------------------------------------------------


def test_what_openapi_has_no_word_for_is_kept_as_the_manifest_has_it() -> None:
    policies = {
        "retries": {"slow": {"base": 2, "jitter": 0.5}},
        "limits": {"usual": {"key": "model", "concurrency": 2, "units": {"tokens": {"limit": 9, "fields": ["n"]}}}},
        "breakers": {"one": {"failures": 3}},
    }
    said = {
        "timeout": {"total": 5, "read": None},
        "idempotency": {"header": "X-Once"},
        "deadline": {"header": "X-Left", "format": "grpc"},
        "max_response_bytes": 10,
        "redirects": 2,
        "deprecated": "use another",
        "pagination": {"style": "cursor", "items": "data", "parameter": "after", "next": "data[-1].id"},
        "errors": {
            "message": ["a", {"header": "B"}],
            "code": "c",
            "classes": {"x": "One"},
            "statuses": {"409": "overloaded"},
        },
    }
    document = exported(manifest({**said, "retry": "slow", "limit": "usual", "breaker": "one"}, **policies))
    found = document["paths"]["/"]["post"]
    assert {key: found[f"x-pristine-{key}"] for key in said if key != "errors"} == {
        key: value for key, value in said.items() if key != "errors"
    }
    assert found["deprecated"] is True
    assert document["x-pristine-errors"] == said["errors"]
    assert found["x-pristine-retry"] == "retry_1"
    assert document["x-pristine-retries"] == {"retry_1": {"base": 2, "jitter": 0.5}}
    units = {"tokens": {"limit": 9, "fields": ["n"]}}
    assert document["x-pristine-limits"] == {"usual": {"key": "model", "concurrency": 2, "units": units}}
    assert document["x-pristine-breakers"] == {"one": {"failures": 3}}


def test_a_future_is_kept_whole() -> None:
    ask = {"endpoint": "e", "body": {"id": "{id}"}}
    said = operation({"future": {"preset": "tinker", "ask": ask, "response": "string"}})["x-pristine-future"]
    assert said["ask"] == ask
    assert (said["id"], said["result"], said["pace"]) == ("request_id", ["result", ""], {"first": 0.1, "cap": 5})
    assert said["response"] == {"type": "string"}


def test_no_part_of_a_document_is_a_manifest_s_own_or_there_twice() -> None:
    source = manifest({"request": {"properties": {"a": {"type": "array", "default": [1]}}}}, types={"L": "any"})
    loaded = pristine.load_manifest(source)
    first, second = openapi(loaded), openapi(loaded)
    first["paths"]["/"]["post"]["requestBody"]["content"].clear()
    assert second == openapi(loaded)


# -- types -------------------------------------------------------------------------------------------------------------

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("string", TEXT),
        ("any", {}),
        ("null", {"type": "null"}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string", "integer"]}, {"type": ["string", "integer"]}),
        ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "format": "decimal"}, {"type": "string", "format": "decimal"}),
        ({"type": "integer", "format": "int32", "minimum": 1}, {"type": "integer", "format": "int32", "minimum": 1}),
        ({"type": "string", "minLength": 0, "pattern": "^a"}, {"type": "string", "minLength": 0, "pattern": "^a"}),
        ({"type": "array", "uniqueItems": True}, {"type": "array", "items": {}, "uniqueItems": True}),
        ({"type": "object"}, {"type": "object"}),
        (
            {"type": "object", "additionalProperties": "integer", "minProperties": 1},
            {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
        ),
        ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"enum": ["a", 1, None]}, {"type": ["string", "integer", "null"], "enum": ["a", 1, None]}),
        ({"const": "a"}, {"type": "string", "const": "a"}),
        ({"enum": ["a", "b"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", "b", None]}),
        ({"const": True, "nullable": True}, {"type": ["boolean", "null"], "enum": [True, None]}),
        ({"oneOf": ["string", "A"]}, {"anyOf": [TEXT, {"$ref": "#/components/schemas/A"}]}),
        (
            {"oneOf": ["string", "A"], "nullable": True},
            {"anyOf": [TEXT, {"$ref": "#/components/schemas/A"}, {"type": "null"}]},
        ),
        ({"$ref": "#/types/A", "nullable": True}, {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}),
        (
            {"type": ["array", "null"], "items": "string", "minItems": 1},
            {"type": ["array", "null"], "items": TEXT, "minItems": 1},
        ),
        (
            {"oneOf": ["A", "B"], "discriminator": {"propertyName": "kind", "mapping": {"b": "B"}}},
            {
                "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"b": "#/components/schemas/B", "A": "#/components/schemas/A"},
                },
            },
        ),
    ],
    ids=str,
)
def test_a_type_is_a_schema(said: Any, expected: Any) -> None:
    members = {name: {"properties": {"kind": "string"}} for name in ("A", "B")}
    assert schema(said, **members) == expected


def test_an_object_has_its_fields_under_their_names_on_the_wire() -> None:
    said = {
        "description": "A thing.",
        "properties": {
            "max-n": {"type": "integer", "default": 3, "name": "most", "description": "How many."},
            "self": {"$ref": "#/types/T", "description": "Of itself."},
            "id": {"type": "string", "readOnly": True},
            "key": {"type": "string", "writeOnly": True, "sensitive": True},
            "note": {"type": "string", "nullable": True},
            "left": {"type": "string", "nullable": True, "default": "x"},
        },
        "required": ["id", "note"],
        "additionalProperties": True,
    }
    assert schema(said) == {
        "type": "object",
        "description": "A thing.",
        "properties": {
            "max-n": {"type": "integer", "description": "How many.", "x-pristine-name": "most", "default": 3},
            "self": {"$ref": "#/components/schemas/T", "description": "Of itself."},
            "id": {"type": "string", "readOnly": True},
            "key": {"type": "string", "format": "password", "writeOnly": True, "x-pristine-sensitive": True},
            "note": {"type": ["string", "null"]},
            "left": {"type": ["string", "null"], "default": "x"},
        },
        "required": ["id", "note"],
        "additionalProperties": True,
    }


def test_a_name_that_stands_for_a_type_refers_to_it() -> None:
    schemas = exported(manifest(types={"Short": "Long", "Long": {"properties": {"a": "Short"}}}))["components"][
        "schemas"
    ]
    assert schemas["Short"] == {"$ref": "#/components/schemas/Long"}
    assert schemas["Long"]["properties"]["a"] == {"$ref": "#/components/schemas/Long"}


def test_names_that_openapi_does_not_take_become_others() -> None:
    types: dict[str, Any] = {name: {"properties": {"a": "a b"}} for name in ("a b", "a/b", "a_b")}
    schemas = exported(manifest(types=types))["components"]["schemas"]
    assert {key: one.get("x-pristine-name") for key, one in schemas.items()} == {
        "a_b_2": "a b", "a_b_3": "a/b", "a_b": None
    }  # fmt: skip
    assert schemas["a_b"]["properties"]["a"] == {"$ref": "#/components/schemas/a_b_2"}


@pytest.mark.parametrize("seed", range(40))
def test_a_value_of_a_type_is_one_of_its_schema(seed: int) -> None:
    loaded = pristine.load_manifest(some_manifest(seed))
    document = exported(loaded, fragments=True)
    for name, type_ in loaded.types.items():
        for value in values_of(type_, seed):
            assert takes(document, name, value), (name, value)
            assert not takes(document, name, ["no object"])


def values_of(type_: Any, seed: int) -> Any:
    """Some values; none of a type that always holds another of its own."""
    with suppress(pristine.ConfigurationError):
        return examples_for(type_, 3, seed=seed)
    return []


def test_a_lazily_read_manifest_has_the_same_document(tmp_path: Path) -> None:
    path = ROOT / "examples" / "openai_style" / "manifest.yaml"
    first = pristine.load_manifest_file(path, cache=tmp_path)
    again = pristine.load_manifest_file(path, cache=tmp_path)
    assert json.dumps(openapi(again, fragments=True)) == json.dumps(openapi(first, fragments=True))


def test_types_that_differ_in_their_order_alone_are_not_taken_for_each_other() -> None:
    types = {
        "Up": {"enum": ["a", "b"]},
        "Down": {"enum": ["b", "a"]},
        "Wide": {"oneOf": ["Up", {"type": "array", "items": "Down"}]},
        "Holder": {"properties": {"up": "Up", "down": "Down"}, "required": ["up", "down"]},
    }
    schemas = exported(manifest(types=types))["components"]["schemas"]
    up, down = ({"$ref": f"#/components/schemas/{name}"} for name in ("Up", "Down"))
    assert schemas["Holder"]["properties"] == {"up": up, "down": down}
    assert schemas["Wide"] == {"anyOf": [up, {"type": "array", "items": down}]}


def test_a_type_that_many_might_be_is_written_out_where_it_is_used() -> None:
    types = {"Names": {"type": "array", "items": "string"}, "Holder": {"properties": {"a": "Names"}}}
    schemas = exported(manifest(types=types))["components"]["schemas"]
    assert schemas["Holder"]["properties"]["a"] == schemas["Names"] == {"type": "array", "items": TEXT}
