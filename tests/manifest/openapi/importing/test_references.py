"""References: within a document, across files, to everything that may be referred to; and those that are refused."""

from typing import Any, Final

import pytest

from tests.manifest.openapi.importing.documents import (
    OK,
    endpoint_of,
    faults_of,
    imported,
    lost_in,
    types_of,
    whole,
    with_operation,
    with_schemas,
)

THING: Final = {"properties": {"a": {"type": "string"}}}
MADE: Final = {"properties": {"a": "string"}}


def test_parts_of_an_operation_may_be_components() -> None:
    components: Any = {
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
        "requestBodies": {
            "Thing": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
        },
        "responses": {"Thing": {"description": "x", "content": {"application/json": {"schema": THING}}}},
        "headers": {"Link": {"schema": {"type": "string"}}},
        "schemas": {"Thing": THING},
        "pathItems": {"Things": {"post": {"$ref": "#/components/x-operation"}}},
    }
    document = with_operation(
        "post",
        parameters=[{"$ref": "#/components/parameters/Limit"}],
        requestBody={"$ref": "#/components/requestBodies/Thing"},
        responses={"201": {"$ref": "#/components/responses/Thing"}},
        components=components,
    )
    found = endpoint_of(document)
    assert (found["query"], found["request"], found["response"]) == ({"limit": "integer"}, "Thing", MADE)
    assert set(lost_in(document)) == {"#/components/headers", "#/components/pathItems"}


def test_an_operation_may_be_in_another_file() -> None:
    """OpenAPI has no reference there, but documents have."""
    document = whole(paths={"/a": {"get": {"$ref": "list.yaml"}}})
    assert endpoint_of(document, files={"list.yaml": OK}) == {"method": "GET", "path": "/a"}


def test_a_path_may_be_a_component() -> None:
    document = whole(paths={"/a": {"$ref": "#/components/pathItems/A"}}, components={"pathItems": {"A": {"get": OK}}})
    assert endpoint_of(document) == {"method": "GET", "path": "/a"}
    assert lost_in(document) == {}


@pytest.mark.parametrize(
    "reference",
    ["#/components/schemas/a~1b~0c%20d", "#/components/schemas/a%7E1b%7E0c%20d", "#/components/schemas/a~1b~0c d"],
)
def test_pointers_are_decoded(reference: str) -> None:
    document = with_schemas(It={"$ref": reference}, **{"a/b~c d": THING})
    assert types_of(document) == {"It": "ABCD", "ABCD": MADE}
    assert lost_in(document) == {}


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("#/components/schemas/Thing/properties/inner", "Inner"),
        ("#/components/schemas/Thing/properties/list/items", "List"),
        ("#/components/schemas/Thing/oneOf/0", "T0"),
        ("#there", "Inner"),
    ],
)
def test_what_is_no_component_becomes_a_named_type(reference: str, name: str) -> None:
    thing = {"properties": {"inner": {"$anchor": "there", **THING}, "list": {"type": "array", "items": THING}}}
    document = with_schemas(
        Thing={**thing, "oneOf": [THING]} if "oneOf" in reference else thing, It={"$ref": reference}
    )
    made = types_of(document)
    assert (made["It"], made[name]) == (name, MADE)


FILES: Final[dict[str, Any]] = {
    "paths/things.yaml": {
        "get": {
            "parameters": [{"$ref": "../common.yaml#/parameters/Limit"}],
            "responses": {
                "200": {"description": "x", "content": {"application/json": {"schema": {"$ref": "../types.json"}}}}
            },
        }
    },
    "common.yaml": {
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"$ref": "types.json#/$defs/Size"}}},
        "unused": {},
    },
    "types.json": {"properties": {"next": {"$ref": "#"}}, "$defs": {"Size": {"type": "integer"}}},
}


def test_other_files_are_read_from_where_they_are_named() -> None:
    document = whole(paths={"/things": {"$ref": "./paths/things.yaml"}})
    found = imported(document, FILES).manifest
    assert found["endpoints"]["things.list"]["query"] == {"limit": "Size"}
    assert found["types"] == {"Size": "integer", "Types": {"properties": {"next": "Types"}}}
    assert lost_in(document, files=FILES) == {"common.yaml#/unused": "unused"}


REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("#/components/schemas/None", "leads to nothing"),
    "no anchor": ("#none", "leads to nothing"),
    "no such file": ("other.yaml", "no such file"),
    "a URL": ("https://a.test/types.json#/x", "is a URL, and nothing is fetched"),
    "a URL without a scheme": ("//a.test/types.json", "is a URL, and nothing is fetched"),
    "a file URL": ("file:///etc/passwd", "is a URL, and nothing is fetched"),
    "another folder": ("../secret.json", "leads out of the folder"),
    "another folder, hidden": ("a/%2E%2E/..%2Fsecret.json", "leads out of the folder"),
    "the root": ("/etc/passwd", "leads out of the folder"),
    "the root of Windows": ("..\\secret.json", "leads out of the folder"),
    "itself": ("#/components/schemas/It", "leads to itself"),
    "in a circle": ("#/components/schemas/Back", "leads to itself"),
    "a list": ("#/components/schemas/List/enum/9", "leads to nothing"),
    "a file that is a list": ("list.json", "must be an object, not an array"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_leads_nowhere_is_refused_by_name(case: str) -> None:
    reference, told = REFUSED[case]
    document = with_schemas(It={"$ref": reference}, Back={"$ref": "#/components/schemas/It"}, List={"enum": [1]})
    faults = faults_of(document, files={"list.json": []})
    assert faults
    assert all(told in fault for fault in faults)
    assert any(fault.startswith("#/components/schemas/") for fault in faults)


def test_a_mapping_refers_to_no_files() -> None:
    assert "a mapping refers to no files" in faults_of(with_schemas(It={"$ref": "a.json"}))[0]


def test_files_are_counted() -> None:
    schemas = {f"T{n}": {"$ref": f"f{n}.json"} for n in range(202)}
    faults = faults_of(with_schemas(**schemas), files={f"f{n}.json": {} for n in range(202)})
    assert "at most 200 files" in faults[0]
