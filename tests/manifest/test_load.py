"""The manifest is strict: every fault is told, at once, with its place."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine import ManifestError
from pristine.manifest.load import load_manifest
from pristine.manifest.reading import ManifestFault
from pristine.ports.errors import DocumentError, InvalidPayload
from tests.manifest.faults import endpoint_fault, fault, faults
from tests.manifest.test_effects import EFFECTS
from tests.support.offline import manifest, received, refused

# -- keys that could have none are faults ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "path", "told"),
    [
        ({"method": "GET", "request": "any"}, "request", "a GET request has no body"),
        ({"method": "GET", "idempotency": True}, "idempotency", "has no effect: a GET may be repeated anyway"),
        ({"streaming": {"format": "bytes", "items": "any"}}, "streaming.items", "has no effect on a stream of bytes"),
        ({"streaming": {"format": "ndjson", "reconnect": True}}, "streaming.reconnect", "on a stream of ndjson"),
        ({"streaming": True, "response": "any"}, "response", "has no effect: the answer is a stream"),
        ({"path_params": {"x": "string"}}, "path_params.x", "the path has no {x}"),
        ({"path": "/{user_id}", "path_params": {"userid": "string"}}, "path_params.userid", "mean 'user_id'?"),
        (
            {"path": "/{x}", "path_params": {"x": {"type": "string", "required": False}}},
            "path_params.x.required",
            "always",
        ),
        ({"path": "/{x}", "path_params": {"x": {"type": "array"}}}, "path_params.x", "cannot be of this type"),
        ({"headers": {"X": {"type": "object"}}}, "headers.X", "cannot be of this type"),
        ({"query": {"q": "null"}}, "query.q", "cannot be of this type"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers.x-a", "is there already"),
    ],
)
def test_a_key_that_could_have_no_effect_is_a_fault(endpoint: dict[str, Any], path: str, told: str) -> None:
    found = endpoint_fault(**endpoint)
    assert found.path == f"endpoints.e.{path}"
    assert told in found.message


# -- faults ------------------------------------------------------------------------------------------------------------

WRONG: Final[dict[str, tuple[Any, str, str]]] = {
    "no mapping": (5, "manifest", "must be an object, not a number"),
    "a path": ("chat.json", "manifest", "must be an object, not a string"),
    "a list": ([], "manifest", "must be an object, not an array"),
    "a class": (Path, "manifest", "must be an object, not a Python"),
    "an empty name": ({**manifest(), "name": ""}, "name", "must not be empty"),
    "a name that is none": ({**manifest(), "name": None}, "name", "must be a string, not null"),
    "a text that is none": (
        manifest(types={"T": {"properties": {"a": "Named"}}, "Named": {"type": "string", "description": "\ud83d"}}),
        "types.Named.description",
        "holds a lone surrogate, which is not a character",
    ),
    "the text of a class that is none": (
        manifest(types={"T": {"properties": {"a": "string"}, "description": "cut \ude00"}}),
        "types.T.description",
        "holds a lone surrogate",
    ),
    "a key that is no string": ({**manifest(), 5: 1}, "manifest", "key 5 must be a string"),
    "an unknown key": (manifest(nmae="x"), "nmae", "unknown key; did you mean 'name'?"),
    "endpoints of another kind": ({"name": "x", "endpoints": 5}, "endpoints", "must be an object, not a number"),
    "an endpoint that is none": ({"name": "x", "endpoints": {"e": 5}}, "endpoints.e", "must be an object"),
    "an endpoint without a name": ({"name": "x", "endpoints": {"": {}}}, "endpoints", "must not be empty"),
    "an endpoint without an id": ({"name": "x", "endpoints": [{"path": "/"}]}, "endpoints[0]", "'id' is missing"),
    "an id of another kind": (
        {"name": "x", "endpoints": [{"id": ["a"], "method": "GET", "path": "/"}]},
        "endpoints[0].id",
        "must be a string, not an array",
    ),
    "a second endpoint": (
        {"name": "x", "endpoints": [{"id": "a", "method": "GET", "path": "/"}] * 2},
        "endpoints[1]",
        "a second endpoint 'a'",
    ),
    "types of another kind": (manifest(types=[]), "types", "must be an object, not an array"),
    "a server that is none": (manifest(servers=["http://a.test"]), "servers[0]", "must be an object, not a string"),
    "a server without a url": (manifest(servers=[{}]), "servers[0]", "'url' is missing"),
    "an unknown key of a server": (
        manifest(servers=[{"url": "http://a.test", "ulr": 1}]),
        "servers[0].ulr",
        "did you mean 'url'?",
    ),
    "servers of another kind": (manifest(servers="http://a.test"), "servers", "must be an array"),
}  # fmt: skip
WRONG_ENDPOINTS: Final[dict[str, tuple[dict[str, Any], str, str]]] = {
    "an unknown method": ({"method": "FETCH"}, "method", "'FETCH' is not one of"),
    "a method in small letters": ({"method": "post"}, "method", "'post' is not one of"),
    "a method that is no string": ({"method": ["GET"]}, "method", "must be a string, not an array"),
    "a relative path": ({"path": "a"}, "path", "must begin with '/'"),
    "a query in the path": ({"path": "/a?b"}, "path", "no '?'"),
    "a fragment in the path": ({"path": "/a#b"}, "path", "no '#'"),
    "a space in the path": ({"path": "/a b"}, "path", "no ' '"),
    "a line break in the path": ({"path": "/a\r\nEvil: 1"}, "path", "no '\\r'"),
    "letters that URLs lack": ({"path": "/ü"}, "path", "no 'ü'"),
    "a percent sign": ({"path": "/100%"}, "path", "no '%'"),
    "an open brace": ({"path": "/{x"}, "path", "no '{'"),
    "an empty placeholder": ({"path": "/{}"}, "path", "placeholder {} must be a name"),
    "a strange placeholder": ({"path": "/{a-b}"}, "path", "placeholder {a-b} must be a name"),
    "a placeholder twice": ({"path": "/{x}/{x}"}, "path", "names a placeholder twice"),
    "a dot segment": ({"path": "/a/../b"}, "path", "has a segment '.' or '..'"),
    "a hidden dot segment": ({"path": "/a/%2e%2E/b"}, "path", "has a segment '.' or '..'"),
    "an unknown type": ({"request": "Qestion"}, "request", "unknown type 'Qestion'"),
    "a timeout of 0": ({"timeout": 0}, "timeout", "greater than 0"),
    "a timeout that is true": ({"timeout": True}, "timeout", "greater than 0"),
    "a timeout without end": ({"timeout": float("inf")}, "timeout", "greater than 0"),
    "a timeout beyond floats": ({"timeout": 10**400}, "timeout", "greater than 0"),
    "an unknown limit": ({"timeout": {"raed": 1}}, "timeout.raed", "did you mean 'read'?"),
    "an unknown stream option": ({"streaming": {"formt": "sse"}}, "streaming.formt", "did you mean 'format'?"),
    "a format that is no string": ({"streaming": {"format": ["sse"]}}, "streaming.format", "must be a string"),
    "a bound of 0": ({"streaming": {"max_event_bytes": 0}}, "streaming.max_event_bytes", "greater than 0"),
    "streaming of another kind": ({"streaming": "sse"}, "streaming", "must be an object, not a string"),
    "a flag that is no flag": ({"streaming": {"dispatch_empty": 1}}, "streaming.dispatch_empty", "must be true"),
    "an unsendable constant": ({"headers": {"X": "a\nb"}}, "headers.X", "header X: the value holds"),
    "an unsendable header name": ({"headers": {"X Y": "a"}}, "headers['X Y']", "is not a token"),
    "a key's header that is none": ({"idempotency": {"header": "X Y"}}, "idempotency.header", "is not a token"),
    "a default of another type": (
        {"query": {"q": {"type": "integer", "default": "5"}}},
        "query.q.default",
        "the default (a string) is not of the declared type",
    ),
    "an unknown key of a parameter": (
        {"query": {"q": {"type": "integer", "requierd": True}}},
        "query.q.requierd",
        "did you mean 'required'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "path", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_says_where_and_what_to_do(source: Any, path: str, told: str) -> None:
    found = faults(source)[0]
    assert found.path == path
    assert told in found.message
    assert found.line is None


@pytest.mark.parametrize(("endpoint", "path", "told"), WRONG_ENDPOINTS.values(), ids=WRONG_ENDPOINTS)
def test_a_fault_of_an_endpoint_says_where_and_what_to_do(endpoint: dict[str, Any], path: str, told: str) -> None:
    found = endpoint_fault(**endpoint)
    assert found.path == f"endpoints.e.{path}"
    assert told in found.message


@pytest.mark.parametrize(
    "url",
    [
        "a.test",
        "ftp://a.test",
        "http://u:p@a.test",
        "http://a.test?q",
        "http://a.test#f",
        "http://a.test\n",
        "http://a b",
    ],
)
def test_a_server_is_an_absolute_url_without_more(url: str) -> None:
    found = fault(manifest(servers=[{"url": url}]))
    assert found.path == "servers[0].url"
    assert "must be an absolute http(s) URL" in found.message


def test_what_is_required_is_missed_once_and_by_name() -> None:
    assert [found.message for found in faults({})] == ["'name' is missing", "'endpoints' is missing"]
    assert [found.message for found in faults({"name": "x", "endpoints": {"e": {}}})] == [
        "'method' is missing",
        "'path' is missing",
    ]


SEVERAL: Final = {
    "json": """{
  "name": "x",
  "verison": "1",
  "endpoints": {
    "e": {
      "method": "FETCH",
      "path": "/{id}/",
      "path_params": {"idd": "string"},
      "timeout": -1
    }
  },
  "types": {
    "T": {"properties": {"a": "strin"}}
  }
}""",
    "toml": """name = "x"

verison = "1"
[endpoints.e]

method = "FETCH"
path = "/{id}/"
path_params = { idd = "string" }
timeout = -1


[types]
T = { properties = { a = "strin" } }
""",
    "yaml": """name: x

verison: "1"
endpoints:
  e:
    method: FETCH
    path: /{id}/
    path_params: {idd: string}
    timeout: -1


types:
  T: {properties: {a: strin}}
""",
}


@pytest.mark.parametrize("suffix", SEVERAL)
def test_all_faults_of_a_file_are_told_at_once_each_with_its_line(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"api.{suffix}"
    file.write_text(SEVERAL[suffix])
    with pytest.raises(ManifestError) as caught:
        pristine.load_manifest_file(file)
    assert [(found.line, found.path) for found in caught.value.faults] == [
        (3, "verison"),
        (6, "endpoints.e.method"),
        (8, "endpoints.e.path_params.idd"),
        (9, "endpoints.e.timeout"),
        (13, "types.T.properties.a"),
    ]
    assert str(caught.value).startswith(f"{file}: 5 faults\n  line 3: verison: unknown key; did you mean 'version'?\n")
    assert "unknown type 'strin'; did you mean 'string'?" in str(caught.value)


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml", "JSON"])
def test_a_file_means_what_a_mapping_means(suffix: str, tmp_path: Path) -> None:
    source = manifest({"request": "Q", "timeout": 5}, types={"Q": {"properties": {"a": "string"}, "required": ["a"]}})
    file = tmp_path / f"api.{suffix}"
    file.write_text(json.dumps(source))
    loaded, expected = pristine.load_manifest_file(file), load_manifest(source)
    assert loaded.endpoints["e"].timeout == expected.endpoints["e"].timeout
    assert (loaded.name, list(loaded.types)) == (expected.name, list(expected.types))


def test_toml_is_a_manifest_too(tmp_path: Path) -> None:
    file = tmp_path / "api.toml"
    file.write_text(
        'name = "t"\n[endpoints.e]\nmethod = "GET"\npath = "/"\nquery.limit = { type = "integer", default = 0 }\n'
    )
    assert pristine.load_manifest_file(str(file)).endpoints["e"].query["limit"].default == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("api.json", '{"name": "x",}', "api.json:1:"),
        ("api.toml", "name =", "api.toml:1:"),
        ("api.yaml", "a: [", "api.yaml:"),
        ("api.json", '{"name": 1, "name": 2}', "appears twice"),
        ("api.txt", "", "not a kind of file that is known: json, toml, yaml"),
        ("api", "", "not a kind of file that is known"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_manifest(name: str, text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError) as caught:
        pristine.load_manifest_file(tmp_path / name)
    assert told in str(caught.value)
    assert caught.value.source == str(tmp_path / name)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        pristine.load_manifest_file(tmp_path / "none.json")
    (tmp_path / "api.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(DocumentError, match="not UTF-8 at byte 10"):
        pristine.load_manifest_file(tmp_path / "api.json")


# -- hostile manifests -------------------------------------------------------------------------------------------------


def nested(depth: int, inside: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(depth):
        inside = wrap(inside)
    return inside


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inside: {"type": "array", "items": inside},
        lambda inside: {"type": "object", "properties": {"a": inside}, "nullable": True},
    ],
    ids=["arrays", "objects"],
)
def test_a_manifest_that_is_nested_too_deeply_is_faulty(wrap: Callable[[Any], Any]) -> None:
    assert fault(manifest(types={"T": nested(5_000, "strin", wrap)})).message == "is nested too deeply, or holds itself"


def test_a_manifest_that_holds_itself_is_faulty() -> None:
    array: dict[str, Any] = {"type": "array"}
    array["items"] = array
    tree: dict[str, Any] = {"properties": {}}
    tree["properties"] = {"left": tree, "right": tree}
    for held in (array, tree):
        assert fault(manifest(types={"T": held})) == ManifestFault("manifest", "is nested too deeply, or holds itself")


def test_a_long_chain_of_names_is_faulty_but_not_one_of_objects() -> None:
    arrays = {f"T{n}": {"type": "array", "items": f"T{n + 1}"} for n in range(2_000)}
    assert fault(manifest(types={**arrays, "T2000": "string"})).message == "is nested too deeply, or holds itself"
    objects = {f"T{n}": {"properties": {"next": f"T{n + 1}"}} for n in range(1_000)}
    types = {**objects, "T1000": "string"}
    assert received(manifest({"response": "T0"}, types=types), {"next": {"next": {}}}).next.next == {}
    assert refused(InvalidPayload, manifest({"request": "T0"}, types=types), {"next": {"next": 5}}).where == "next.next"


@pytest.mark.parametrize(
    "hostile",
    [[[]], {}, [], {"a": {}}, 5, None, 1.5, (), b"x", {5: 5}, object(), float("nan")],
    ids=lambda hostile: repr(hostile).partition(" at ")[0],
)
@pytest.mark.parametrize("key", sorted(EFFECTS["endpoint"]))
def test_whatever_stands_under_a_key_it_is_read_or_a_fault(key: str, hostile: Any) -> None:
    for source in (manifest({key: hostile}), manifest({key: {"x": hostile}}), manifest({key: {"type": hostile}})):
        with suppress(ManifestError):
            load_manifest(source)


def test_a_path_is_shown_safely() -> None:
    found = faults(manifest() | {"evil\n\x1b[31m": 1, "a.b/c": 1})
    assert [one.path for one in found] == [r"['evil\n\x1b[31m']", "a.b/c"]


def test_a_list_of_what_is_known_stays_short() -> None:
    types = {f"Type{n:03}": "string" for n in range(500)}
    message = endpoint_fault(request="zzz").message
    assert "known: any, boolean" in message
    found = fault(manifest({"request": "zzz"}, types=types))
    assert found.message.endswith(", and 486 more")


def test_the_source_is_neither_changed_nor_held() -> None:
    source = manifest(
        {"query": {"q": {"type": "array", "default": ["a"]}}, "response": "T"},
        types={"T": {"properties": {"a": {"type": "array", "default": [1]}}}},
    )
    before = copy.deepcopy(source)
    loaded = load_manifest(source)
    assert source == before
    source["endpoints"]["e"]["query"]["q"]["default"].append("b")
    source["types"]["T"]["properties"]["a"]["default"].append(2)
    assert loaded.endpoints["e"].query["q"].default == ["a"]  # type: ignore[index]
    assert loaded.types["T"]().a == [1]
