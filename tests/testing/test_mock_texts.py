"""What a client writes into paths, queries, headers and forms, the mock reads again: every style, every type."""

from itertools import product
from typing import Any, Final

import httpx
import pytest

import pristine
from pristine.testing.examples import examples_for
from pristine.testing.mock import MockServer
from tests.testing.mocked import one_endpoint, serving

SCALARS: Final[list[Any]] = [
    {"type": "string"},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "duration"},
    {"type": "string", "format": "byte"},
    {"type": "string", "format": "decimal"},
    {"type": "integer", "minimum": -5},
    {"type": "number", "multipleOf": 0.25},
    {"type": "boolean"},
    {"enum": ["a b", "c/d", 7, True]},
    {"type": ["integer", "boolean"]},
    {"type": "integer", "nullable": True},
]
OBJECT: Final = {"properties": {"x": "integer", "y": "string", "z-z": "boolean"}, "required": ["x"]}
NAMED: Final = {"type": "Named"}  # because `required` of a parameter says something else
MANY: Final[list[Any]] = [
    {"type": "array", "items": "string", "minItems": 1},
    {"type": "array", "items": "integer", "minItems": 1},
    {"type": "array", "items": {"enum": ["a,b", "c|d", "e"]}, "minItems": 2},
    {"type": "object", "additionalProperties": "integer", "minProperties": 1},
    NAMED,
]
TRICKY: Final = ["a,b", "a b", "ä/ö", "=&;|#?%41", "+", "[x]", "null", "5"]


def read_back(where: str, parameter: dict[str, Any], values: list[Any]) -> list[Any]:
    """The values as the mock has read them."""
    path = "/e/{p}/end" if where == "path" else "/e"
    sections = {"path": "path_params", "query": "query"}
    declared = {sections[where]: {"p": parameter}}
    with serving("sync", one_endpoint({"path": path, **declared}, types={"Named": OBJECT})) as (server, api):
        for value in values:
            api.client.e(p=value)
        return [getattr(call, sections[where])["p"] for call in server.history]


def values_of(expression: dict[str, Any]) -> list[Any]:
    found = [value for value in examples_for(expression, 12, seed=1) if value is not None]
    return [*found, *TRICKY] if expression == {"type": "string"} else found


@pytest.mark.parametrize(("expression", "where"), list(product(SCALARS, ("path", "query"))))
def test_scalars(expression: dict[str, Any], where: str) -> None:
    values = values_of(expression)
    assert read_back(where, expression, values) == values


STYLES: Final[dict[str, list[dict[str, Any]]]] = {
    "query": [
        {},
        {"style": "deepObject"},
        {"style": "form", "explode": True},
        {"style": "form", "explode": False},
        {"style": "pipeDelimited"},
        {"style": "spaceDelimited"},
    ],
    "path": [{"style": style, "explode": one} for style in ("simple", "label", "matrix") for one in (True, False)],
}


@pytest.mark.parametrize(
    ("expression", "where", "style"),
    [(one, where, style) for one in MANY for where, styles in STYLES.items() for style in styles],
)
def test_lists_and_objects(expression: dict[str, Any], where: str, style: dict[str, Any]) -> None:
    values = examples_for(OBJECT if expression == NAMED else expression, 10, seed=2)
    if style.get("style") in {"spaceDelimited", "pipeDelimited"}:  # they have no way to write their own mark
        mark = {"spaceDelimited": " ", "pipeDelimited": "|"}[style["style"]]
        values = [value for value in values if mark not in str(value).replace(", ", "").replace(": ", "")]
    if where == "path" and style == {"style": "label", "explode": True}:
        values = [value for value in values if "." not in str(value)]
    assert read_back(where, {**expression, **style}, values) == values


def test_a_list_of_one_and_objects_in_lists() -> None:
    assert read_back("query", MANY[1], [[5], [5, 6]]) == [[5], [5, 6]]
    nested = {"type": "array", "items": OBJECT}
    values = [[{"x": 1}, {"x": 2, "y": "a"}]]
    assert read_back("query", nested, values) == values


def test_two_parameters_share_a_query() -> None:
    query = {
        "f": {**NAMED, "style": "form"},
        "page[size]": {"type": "integer", "name": "size"},
        "g": {"type": "object"},
    }
    with serving("sync", one_endpoint({"query": query}, types={"Named": OBJECT})) as (server, api):
        api.client.e(f={"x": 1, "y": "b"}, size=7, g={"k": {"l": "m"}})
        assert server.history[0].query == {"f": {"x": 1, "y": "b"}, "page[size]": 7, "g": {"k": {"l": "m"}}}
        assert api.client.with_raw_response.e(size=7).status == 200


def test_headers_are_read_in_their_types() -> None:
    number = {"type": "integer", "minimum": 3}
    numbers = {"type": "array", "items": "integer", "style": "simple"}
    with MockServer(one_endpoint({"headers": {"X-N": number, "X-L": numbers}})) as server:

        def post(**headers: str) -> httpx.Response:
            return httpx.post(f"{server.url}/e", headers=headers)

        assert post(**{"x-n": "3", "x-l": "1, 2,3"}).status_code == 200
        assert post(**{"x-n": "2"}).json()["error"]["message"].startswith("header.X-N: must be a whole number within")
        assert post(**{"x-l": "1,x"}).status_code == 400


@pytest.mark.parametrize("face", ["sync", "async"])
def test_lists_and_objects_in_headers_are_read_back(face: str) -> None:
    fields = {
        "X-L": {"type": "array", "items": "string"},
        "X-O": {**NAMED, "style": "simple"},
        "X-E": {**NAMED, "style": "simple", "explode": True},
    }
    given = {"x_l": ["a b", '"c,d"', "50%25"], "x_o": {"x": 1, "y": "b"}, "x_e": {"x": 2}}
    with serving(face, one_endpoint({"headers": fields}, types={"Named": OBJECT})) as (server, api):
        api.value(api.client.e(**given))
        [call] = server.history
        assert [call.headers[name] for name in ("x-l", "x-o", "x-e")] == ['a b,"c,d",50%25', "x,1,y,b", "x=2"]


def test_defaults_stand_where_nothing_was_sent() -> None:
    source = {"query": {"n": {"type": "integer", "default": 5}, "q": "string"}}
    with MockServer(one_endpoint(source)) as server:
        httpx.post(f"{server.url}/e")
        assert server.history[0].query == {"n": 5}


@pytest.mark.parametrize("body", ["form", "multipart"])
def test_forms_are_read_in_their_types(body: str) -> None:
    request = {
        "properties": {
            "i": "integer",
            "t": "string",
            "l": {"type": "array", "items": "number"},
            "o": OBJECT,
            "m": {"type": "array", "items": OBJECT},
            "d": {"type": "string", "format": "date"},
            "b": "boolean",
        }
    }
    values = examples_for(request, 30, seed=3, request=True)
    values = [{name: one for name, one in value.items() if one != []} for value in values]
    values += [{"t": text} for text in TRICKY]
    with serving("sync", one_endpoint({"body": body, "request": request})) as (server, api):
        for value in values:
            api.client.e(payload=value) if not value else api.client.e(**value)
        assert [call.body for call in server.history] == values


def test_a_prefix_of_a_path_is_not_another_s_parameter() -> None:
    reserved = {"p": {"type": "string", "allowReserved": True}}
    endpoints = {
        "any": {"method": "GET", "path": "/f/{p}", "path_params": reserved},
        "part": {"method": "GET", "path": "/f/{p}/part", "path_params": reserved},
        "one": {"method": "GET", "path": "/f/{id}"},
        "mixed": {"method": "GET", "path": "/f/{id}:go"},
        "me": {"method": "GET", "path": "/f/me"},
        "spelled": {"method": "GET", "path": "/f/%61%2fb"},
    }
    manifest = pristine.load_manifest({"name": "x", "endpoints": endpoints})
    with serving("sync", manifest) as (server, api):
        client = api.client
        client.me()
        client.spelled()
        client.mixed("5")
        client.one("m e")
        client.part("a/b")
        client.any("a/b/c")
        assert [(call.endpoint, dict(call.path_params)) for call in server.history] == [
            ("me", {}),
            ("spelled", {}),
            ("mixed", {"id": "5"}),
            ("one", {"id": "m e"}),
            ("part", {"p": "a/b"}),
            ("any", {"p": "a/b/c"}),
        ]
