"""Every key of the language, with two manifests that differ in its value alone."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.answers import ERROR_KEYS, PAGINATION_KEYS
from pristine.manifest.bounds import BOUND_KEYS
from pristine.manifest.classes import FIELD_KEYS
from pristine.manifest.endpoints import DEFAULTS, EXAMPLE_KEYS, IDEMPOTENCY_KEYS, TIMEOUT_KEYS, Shared
from pristine.manifest.load import MANIFEST_KEYS
from pristine.manifest.parameters import PARAMETER_KEYS
from pristine.manifest.policies import BREAKER_KEYS, DEADLINE_KEYS, LIMIT_KEYS, RETRY_KEYS, UNIT_KEYS
from pristine.manifest.reading import Cursor, Faults
from pristine.manifest.servers import SCHEME_KEYS, SERVER_KEYS, VARIABLE_KEYS
from pristine.manifest.streams import RECONNECT_KEYS, STREAMING_KEYS
from pristine.manifest.types import TYPE_KEYS, TypeReader
from pristine.manifest.unions import DISCRIMINATOR_KEYS
from pristine.ports.documents import Document
from tests.codegen import keys_futures
from tests.support.offline import manifest

Pair = tuple[dict[str, Any], dict[str, Any]]

TABLES: Final[Mapping[str, set[str]]] = {
    "manifest": set(MANIFEST_KEYS),
    "server": set(SERVER_KEYS),
    "variable": set(VARIABLE_KEYS),
    "scheme": set(SCHEME_KEYS),
    "error": set(ERROR_KEYS),
    "pagination": set(PAGINATION_KEYS),
    "default": set(DEFAULTS),
    "example": set(EXAMPLE_KEYS),
    "endpoint": set(Shared(types=TypeReader(Cursor(Document({}), (), {}, Faults()))).table),
    "streaming": {*STREAMING_KEYS, "items", "events"},
    "reconnect": set(RECONNECT_KEYS),
    "timeout": set(TIMEOUT_KEYS),
    "idempotency": set(IDEMPOTENCY_KEYS),
    "deadline": set(DEADLINE_KEYS),
    "retry": set(RETRY_KEYS),
    "limit": {*LIMIT_KEYS, "units"},
    "unit": set(UNIT_KEYS),
    "breaker": set(BREAKER_KEYS),
    "parameter": set(PARAMETER_KEYS),
    "type": set(TYPE_KEYS),
    "field": set(FIELD_KEYS),
    "discriminator": set(DISCRIMINATOR_KEYS),
    **keys_futures.TABLES,
}
assert set(BOUND_KEYS) <= TABLES["type"]

FILES: Final[Mapping[str, Any]] = {
    "a.json": {"endpoints": {"a": {"method": "GET", "path": "/a"}}},
    "b.json": {"endpoints": {"b": {"method": "GET", "path": "/b"}}},
}
"""What the manifests of `include` include."""

SCHEMES: Final = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "token": {"type": "bearer"}}
SERVER: Final = {"url": "https://{region}.test", "name": "main", "variables": {"region": {"default": "eu"}}}
CURSOR: Final = {"style": "cursor", "items": "data", "parameter": "after", "next": "next"}
OFFSET: Final = {"style": "offset", "items": "data", "parameter": "from"}
LIMIT: Final = {"concurrency": 2}
NAMED: Final[dict[str, Any]] = {
    "retries": {"a": {"base": 1}, "b": {"base": 2}},
    "limits": {"a": LIMIT, "b": LIMIT},
    "breakers": {"a": {}, "b": {}},
}
"""Policies to choose between."""
ARRAY: Final = {"type": "array", "items": "integer"}


def top(**pair: Any) -> Pair:
    """Manifests with other values of a key."""
    return tuple(manifest(**{key: value for key, value in said.items() if value is not ...}) for said in _split(pair))  # type: ignore[return-value]  # two


def _split(pair: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{key: values[index] for key, values in pair.items()} for index in (0, 1)]


def endpoint(base: dict[str, Any] | None = None, more: dict[str, Any] | None = None, /, **pair: Any) -> Pair:
    """Manifests whose endpoint has other values of a key; `...` leaves it out."""
    made = [{**(base or {}), **{key: one for key, one in said.items() if one is not ...}} for said in _split(pair)]
    return manifest(made[0], **(more or {})), manifest(made[1], **(more or {}))


def inside(name: str, base: dict[str, Any], more: dict[str, Any] | None = None, /, **pair: Any) -> Pair:
    """The same below a key of the endpoint."""
    made = [{**base, **{key: one for key, one in said.items() if one is not ...}} for said in _split(pair)]
    return endpoint(more, **{name: tuple(made)})


def parameter(kind: str, base: dict[str, Any], /, **pair: Any) -> Pair:
    made = [{"p": {**base, **{key: one for key, one in said.items() if one is not ...}}} for said in _split(pair)]
    path = "/{p}" if kind == "path_params" else "/"
    return endpoint({"method": "GET", "path": path}, **{kind: tuple(made)})


def type_(base: dict[str, Any], /, **pair: Any) -> Pair:
    """Manifests whose type T has other values of a key; requests have it, and answers."""
    made = [{**base, **{key: one for key, one in said.items() if one is not ...}} for said in _split(pair)]
    uses = {"request": {"properties": {"x": "T"}, "required": ["x"]}, "response": "T"}
    others = {name: {"properties": {"kind": "string", name: "integer"}, "required": ["kind"]} for name in "AB"}
    return manifest(uses, types={**others, "T": made[0]}), manifest(uses, types={**others, "T": made[1]})


def field(base: dict[str, Any], /, **pair: Any) -> Pair:
    made = [{"f": {**base, **{key: one for key, one in said.items() if one is not ...}}} for said in _split(pair)]
    return type_({}, properties=tuple(made))


def policy(kind: str, base: dict[str, Any], /, **pair: Any) -> Pair:
    """Manifests whose endpoint has a policy, "n", with other values of a key."""
    made = [{"n": {**base, **{key: one for key, one in said.items() if one is not ...}}} for said in _split(pair)]
    names = {"retries": "retry", "limits": "limit", "breakers": "breaker"}
    return manifest({names[kind]: "n"}, **{kind: made[0]}), manifest({names[kind]: "n"}, **{kind: made[1]})


def unit(base: dict[str, Any], /, **pair: Any) -> Pair:
    """The same of a unit of a limit, "u"."""
    made = [{"u": {**base, **{key: one for key, one in said.items() if one is not ...}}} for said in _split(pair)]
    return policy("limits", {}, units=tuple(made))


STRING, NUMBER, FREE = {"type": "string"}, {"type": "number"}, {"type": "object"}
UNION: Final = {"oneOf": ["A", "B"]}

CHANGES: Final[Mapping[str, Mapping[str, Pair]]] = {
    "manifest": {
        "name": (manifest(), {**manifest(), "name": "other"}),
        "version": top(version=("1", "2")),
        "description": top(description=("One.", "Two.")),
        "servers": top(servers=([{"url": "http://a.test"}], [{"url": "http://b.test"}])),
        "security_schemes": top(security_schemes=(SCHEMES, {"key": SCHEMES["key"]})),
        "security": top(security_schemes=(SCHEMES, SCHEMES), security=(["key"], ["token"])),
        "errors": top(errors=({"code": "a"}, {"code": "b"})),
        "paginations": endpoint({"method": "GET"}, {}, pagination=("usual", "usual")),
        "defaults": top(defaults=({"timeout": 1}, {"timeout": 2})),
        **{
            kind: policy(kind, {}, **{key: (1, 2)})
            for kind, key in (("retries", "base"), ("limits", "concurrency"), ("breakers", "failures"))
        },
        "include": ({"name": "x", "include": ["a.json"]}, {"name": "x", "include": ["a.json", "b.json"]}),
        "endpoints": (manifest(), {**manifest(), "endpoints": {}}),
        "types": top(types=({"T": "string"}, {"U": "string"})),
    },
    "server": {
        "url": top(servers=([{"url": "http://a.test"}], [{"url": "http://a.test/v2"}])),
        "name": top(servers=([SERVER], [{**SERVER, "name": "other"}])),
        "description": top(servers=([SERVER], [{**SERVER, "description": "Here."}])),
        "variables": top(
            servers=(
                [SERVER],
                [{**SERVER, "url": "https://{zone}.test", "variables": {"zone": "eu"}}],
            )
        ),
    },
    "variable": {
        key: top(servers=([SERVER], [{**SERVER, "variables": {"region": {"default": "eu", key: value}}}]))
        for key, value in (("default", "us"), ("enum", ["eu", "us"]), ("description", "Where."))
    },
    "scheme": {
        key: top(security_schemes=({"k": {**SCHEMES["key"]}}, {"k": said}))
        for key, said in {
            "type": {"type": "basic"},
            "in": {**SCHEMES["key"], "in": "query"},
            "name": {**SCHEMES["key"], "name": "X-Other"},
            "description": {**SCHEMES["key"], "description": "From us."},
        }.items()
    },
    "error": {
        **{
            key: inside("errors", {}, **{key: ("a", "b")})
            for key in ERROR_KEYS
            if key not in {"classes", "kinds", "statuses"}
        },
        "kinds": inside("errors", {}, kinds=({"a": "overloaded"}, {"a": "client_error"})),
        "statuses": inside("errors", {}, statuses=({"409": "overloaded"}, {"4XX": "overloaded"})),
        "classes": inside("errors", {"code": "c"}, classes=({"a": "One"}, {"a": "Two"})),
    },
    "pagination": {
        "style": inside("pagination", {"items": "data", "parameter": "p"}, {"method": "GET"}, style=("offset", "page")),
        "items": inside("pagination", CURSOR, {"method": "GET"}, items=("a", "b")),
        "parameter": inside("pagination", CURSOR, {"method": "GET"}, parameter=("a", "b")),
        "into": inside("pagination", {**CURSOR, "size": "n"}, into=("query", "body")),
        "next": inside("pagination", CURSOR, {"method": "GET"}, next=("a", {"header": "X-Next"})),
        "more": inside("pagination", CURSOR, {"method": "GET"}, more=("a", "b")),
        "total": inside("pagination", OFFSET, {"method": "GET"}, total=("a", "b")),
        "size": inside("pagination", CURSOR, {"method": "GET"}, size=("a", "b")),
        "start": inside("pagination", {"style": "page", "parameter": "p"}, {"method": "GET"}, start=(0, 1)),
    },
    "default": {
        "query": top(defaults=({"query": {"v": "integer"}}, {"query": {"v": "string"}})),
        "headers": top(defaults=({"headers": {"X-A": "1"}}, {"headers": {"X-A": "2"}})),
        "timeout": top(defaults=({"timeout": 1}, {"timeout": {"read": 1}})),
        "idempotency": top(defaults=({"idempotency": True}, {"idempotency": False})),
        "deadline": top(defaults=({"deadline": {"header": "A"}}, {"deadline": {"header": "B"}})),
        **{
            key: (manifest(**NAMED, defaults={key: "a"}), manifest(**NAMED, defaults={key: "b"}))
            for key in ("retry", "limit", "breaker")
        },
        "max_response_bytes": top(defaults=({"max_response_bytes": 5}, {"max_response_bytes": 6})),
    },
    "example": {
        key: endpoint({"path": "/{a}"}, examples=({"one": {key: {"a": "x"}}}, {"one": {key: {"a": "y"}}}))
        for key in EXAMPLE_KEYS
    },
    "endpoint": {
        "method": endpoint(method=("PUT", "PATCH")),
        "path": endpoint(path=("/a", "/b")),
        "server": endpoint({}, {"servers": [SERVER]}, server=(..., "main")),
        "description": endpoint(description=("One.", "Two.")),
        "request": endpoint(request=(STRING, NUMBER)),
        "response": endpoint(response=(STRING, NUMBER)),
        "streaming": endpoint(streaming=(False, True)),
        "path_params": endpoint({"path": "/{a}"}, path_params=({"a": "integer"}, {"a": "string"})),
        "query": endpoint(query=({"a": "integer"}, {"b": "integer"})),
        "headers": endpoint(headers=({"X-A": {"type": "integer"}}, {"X-B": {"type": "integer"}})),
        "timeout": endpoint(timeout=(1, 2)),
        "idempotency": endpoint(idempotency=(True, False)),
        "safety": endpoint(safety=("safe", "idempotent")),
        "deadline": endpoint(deadline=({"header": "A"}, {"header": "B"})),
        **{key: endpoint({}, NAMED, **{key: ("a", "b")}) for key in ("retry", "limit", "breaker")},
        "max_response_bytes": endpoint(max_response_bytes=(5, 6)),
        "redirects": endpoint(redirects=(True, 1)),
        "body": endpoint(body=("json", "form")),
        "media_type": endpoint({"body": "raw"}, media_type=("image/png", "image/gif")),
        "responses": endpoint(responses=({"201": "string"}, {"202": "string"})),
        "unwrap": endpoint(unwrap=("a", "b")),
        "pagination": endpoint({"method": "GET"}, pagination=(CURSOR, OFFSET)),
        "future": endpoint(future=(..., {"id": "job"})),
        "security": endpoint({}, {"security_schemes": SCHEMES}, security=(["key"], [["key", "token"]])),
        "errors": endpoint(errors=({"code": "a"}, {"code": "b"})),
        "tags": endpoint(tags=(["a"], ["b"])),
        "deprecated": endpoint(deprecated=("use f", "use g")),
        "examples": endpoint(examples=({"one": {"request": 1}}, {"two": {"request": 1}})),
    },
    "streaming": {
        "format": inside("streaming", {}, format=("sse", "ndjson")),
        "dispatch_empty": inside("streaming", {}, dispatch_empty=(False, True)),
        "max_event_bytes": inside("streaming", {}, max_event_bytes=(5, None)),
        "items": inside("streaming", {}, items=("string", "integer")),
        "events": inside("streaming", {}, events=({"a": "string"}, {"b": "string"})),
        "done": inside("streaming", {}, done=("[DONE]", "END")),
        "media_types": inside("streaming", {}, media_types=(["text/plain"], ["text/*"])),
        "reconnect": inside("streaming", {}, reconnect=(True, False)),
        "when": inside("streaming", {}, when=({"stream": True}, {"live": True})),
    },
    "reconnect": {key: inside("streaming", {}, reconnect=({key: 1}, {key: 2})) for key in ("max_attempts", "delay")},
    "timeout": {key: endpoint(timeout=({key: 1}, {key: 2})) for key in TIMEOUT_KEYS},
    "idempotency": {"header": inside("idempotency", {}, header=("X-A", "X-B"))},
    "deadline": {
        "header": inside("deadline", {}, header=("A", "B")),
        "format": inside("deadline", {"header": "A"}, format=("seconds", "grpc")),
        "limit": inside("deadline", {"header": "A"}, limit=("total", "read")),
    },
    "retry": {
        **{key: policy("retries", {}, **{key: (1, 2)}) for key in RETRY_KEYS if key != "jitter"},
        "jitter": policy("retries", {}, jitter=(0, 1)),
    },
    "limit": {
        "key": policy("limits", LIMIT, key=("a", "b")),
        "concurrency": policy("limits", {}, concurrency=(1, 2)),
        "units": policy("limits", {}, units=({"requests": {"limit": 1}}, {"bytes": {"limit": 1}})),
    },
    "unit": {
        **{key: unit({"limit": 5, "base": 1}, **{key: (1, 2)}) for key in ("limit", "per", "burst", "base")},
        "per_byte": unit({"limit": 5}, per_byte=(1, 2)),
        "fields": unit({"limit": 5}, fields=(["a"], ["b"])),
        "actual": unit({"limit": 5}, actual=("a", {"header": "A"})),
    },
    "breaker": {
        **{key: policy("breakers", {}, **{key: (1, 2)}) for key in ("failures", "cooldown", "probes")},
        **{key: policy("breakers", {"error_rate": 0.5}, **{key: (1, 2)}) for key in ("window", "minimum")},
        "error_rate": policy("breakers", {}, error_rate=(0.5, 1)),
    },
    "parameter": {
        "required": parameter("query", STRING, required=(False, True)),
        "default": parameter("query", STRING, default=("a", "b")),
        "name": parameter("query", STRING, name=("a", "b")),
        "style": parameter("path_params", ARRAY, style=("label", "matrix")),
        "explode": parameter("path_params", {**ARRAY, "style": "matrix"}, explode=(False, True)),
        "allowReserved": parameter("path_params", STRING, allowReserved=(False, True)),
    },
    "type": {
        "type": type_({}, type=("string", "integer")),
        "items": type_({"type": "array"}, items=("string", "integer")),
        "properties": type_({}, properties=({"a": "string"}, {"b": "string"})),
        "enum": type_({}, enum=(["a", "b"], ["a", "c"])),
        "const": type_({}, const=("a", "b")),
        "$ref": type_({}, **{"$ref": ("A", "B")}),
        "oneOf": type_({}, oneOf=(["A", "B", "string"], ["A", "B", "integer"])),
        "anyOf": type_({}, anyOf=(["A", "B", "string"], ["A", "B", "integer"])),
        "discriminator": type_(UNION, discriminator=(..., {"propertyName": "kind"})),
        "required": type_({"properties": {"a": "string"}}, required=([], ["a"])),
        "additionalProperties": type_({"properties": {"a": "string"}}, additionalProperties=(False, True)),
        "nullable": type_(STRING, nullable=(False, True)),
        "description": type_({"properties": {"a": "string"}}, description=("One.", "Two.")),
        "format": type_(STRING, format=("date", "uuid")),
        **{key: type_(NUMBER, **{key: (1, 2)}) for key in ("minimum", "maximum", "multipleOf")},
        **{key: type_(NUMBER, **{key: (1, 2)}) for key in ("exclusiveMinimum", "exclusiveMaximum")},
        **{key: type_(STRING, **{key: (1, 2)}) for key in ("minLength", "maxLength")},
        "pattern": type_(STRING, pattern=("^a", "^b")),
        **{key: type_(ARRAY, **{key: (1, 2)}) for key in ("minItems", "maxItems")},
        "uniqueItems": type_(ARRAY, uniqueItems=(False, True)),
        **{key: type_(FREE, **{key: (1, 2)}) for key in ("minProperties", "maxProperties")},
    },
    "field": {
        "default": field(STRING, default=("a", "b")),
        "name": field(STRING, name=("a", "b")),
        "readOnly": field(STRING, readOnly=(False, True)),
        "writeOnly": field(STRING, writeOnly=(False, True)),
        "sensitive": field(STRING, sensitive=(False, True)),
    },
    **keys_futures.CHANGES,
    "discriminator": {
        "propertyName": type_(UNION, discriminator=({"propertyName": "kind"}, {"propertyName": "sort"})),
        "mapping": type_(
            UNION,
            discriminator=(
                {"propertyName": "kind", "mapping": {"a": "A", "b": "B"}},
                {"propertyName": "kind", "mapping": {"a": "B", "b": "A"}},
            ),
        ),
    },
}
CHANGES["manifest"]["paginations"][0]["paginations"] = {"usual": CURSOR}
CHANGES["manifest"]["paginations"][1]["paginations"] = {"usual": OFFSET}
