"""A hostile document is refused, or imported, in bounded time and memory; and a large one that is none is imported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.manifest.conftest import Become
from tests.manifest.openapi.importing.documents import whole, with_operation, with_schemas
from tests.manifest.test_hostile import MB, SECONDS, many

REF: Final = "#/components/schemas/"
LOADS: Final = "pristine.config:import_openapi_file"
LARGE: Final = "takes too long to import"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"{REF}{name}"}


A: Final[dict[str, Any]] = {"properties": {"a": {}}}
NAMED: Final[dict[str, Any]] = {"operationId": "a.b", "responses": {}}


def doubled(n: int) -> tuple[str, Any]:
    """A union with each of its members in two kinds."""
    return f"T{n}", {"oneOf": [{"properties": {f"a{n}": {}}}, {"properties": {f"b{n}": {}}}]}


DOCUMENTS: Final[dict[str, tuple[str, Callable[[], str], str]]] = {
    "10 MB of brackets": ("json", lambda: "[" * (10 * MB), "nested deeper than 100 levels"),
    "a billion laughs": (
        "yaml",
        lambda: "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 12)),
        "aliases stand for more than",
    ),
    "a chain of references": (
        "json",
        lambda: json.dumps(with_schemas(T0={}, **many(20_000, lambda n: (f"T{n + 1}", ref(f"T{n}"))))),
        "accepted",
    ),
    "a circle of references": (
        "json",
        lambda: json.dumps(with_schemas(**many(20_000, lambda n: (f"T{n}", ref(f"T{(n + 1) % 20_000}"))))),
        "leads to itself",
    ),
    "parts of parts": (
        "json",
        lambda: json.dumps(with_schemas(T0={}, **many(5_000, lambda n: (f"T{n + 1}", {"allOf": [ref(f"T{n}"), A]})))),
        "deeper than 100 levels",
    ),
    "unions of unions": (
        "json",
        lambda: json.dumps(with_schemas(**many(40, doubled), It={"allOf": [ref(f"T{n}") for n in range(40)]})),
        LARGE,
    ),
    "large types in many places": (
        "json",
        lambda: json.dumps(
            with_schemas(
                Big={"properties": many(1_000, lambda n: (f"f{n}", {"type": "string"}))},
                **many(5_000, lambda n: (f"T{n}", {"allOf": [ref("Big"), {"properties": {f"g{n}": {}}}]})),
            )
        ),
        LARGE,
    ),
    "50,000 references to nothing": (
        "json",
        lambda: json.dumps(with_schemas(**many(50_000, lambda n: (f"T{n}", ref(f"None{n}"))))),
        "500 faults or more",
    ),
    "20,000 operations of a name": (
        "json",
        lambda: json.dumps(whole(paths=many(20_000, lambda n: (f"/{n}", {"get": NAMED})))),
        "accepted",
    ),
    "a long pattern": (
        "json",
        lambda: json.dumps(with_schemas(It={"type": "string", "pattern": "(a+)+" * 100_000})),
        "accepted",
    ),
    "a long name": ("json", lambda: json.dumps(with_operation(operationId="aB" * MB, tags=["x" * MB])), "accepted"),
}  # fmt: skip


@pytest.mark.parametrize("case", DOCUMENTS)
def test_it_has_its_end(case: str, tmp_path: Path, fate: Become) -> None:
    suffix, text, told = DOCUMENTS[case]
    path = tmp_path / f"api.{suffix}"
    path.write_text(text())
    found = fate(path)
    assert told in found.told, found.told[:500]
    assert found.seconds < SECONDS


def operations(number: int) -> dict[str, Any]:
    """A document of so many paths and twice as many types, some of them recursive, with the prose that there is."""
    prose = "Something that is told of this at length, so that whoever reads it knows what it is for. " * 12
    answer = {"application/json": {"schema": {"type": "array", "items": ref("Thing0")}}}
    thing: Any = {
        "type": "object",
        "description": prose,
        "properties": {
            "id": {"type": "string", "format": "uuid", "readOnly": True},
            **many(
                12, lambda n: (f"field{n}", {"type": ["string", "null"], "maxLength": 99, "description": prose[:200]})
            ),
        },
        "required": ["id"],
    }

    def with_next(n: int) -> dict[str, Any]:
        return {**thing, "properties": {**thing["properties"], "next": ref(f"New{n}")}}

    return whole(
        paths=many(
            number,
            lambda n: (
                f"/things{n}/{{id}}",
                {
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "get": {
                        "operationId": f"listThings{n}",
                        "description": prose,
                        "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
                        "responses": {"200": {"description": "All", "content": answer}, "404": {"description": "None"}},
                    },
                    "post": {
                        "operationId": f"createThing{n}",
                        "description": prose,
                        "requestBody": {"content": {"application/json": {"schema": ref(f"Thing{n}")}}},
                        "responses": {"201": {"$ref": f"#/components/responses/Made{n}"}},
                    },
                },
            ),
        ),
        components={
            "responses": many(
                number,
                lambda n: (
                    f"Made{n}",
                    {"description": "Made", "content": {"application/json": {"schema": ref(f"New{n}")}}},
                ),
            ),
            "schemas": {
                **many(number, lambda n: (f"Thing{n}", with_next(n))),
                **many(number, lambda n: (f"New{n}", {"allOf": [ref(f"Thing{(n + 1) % number}"), A]})),
            },
        },
    )  # fmt: skip


def test_ten_megabytes_of_an_api_take_seconds(tmp_path: Path, fate: Become) -> None:
    text = json.dumps(operations(1_500))
    assert 10 * MB < len(text) < 14 * MB
    path = tmp_path / "api.json"
    path.write_text(text)
    found = fate(path)
    assert found.told == "accepted"
    assert found.seconds < 10
