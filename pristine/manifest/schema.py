"""The language as a JSON Schema (draft 2020-12), made from the tables that the loader reads by. Pure.

`schema.json` beside it is what `document` gives: `python -m pristine.manifest.schema` writes it. What a schema cannot
say, such as that a name is declared, the loader alone says.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pristine.manifest.answers import (
    BODY_PATH,
    CLASS_NAME,
    ERROR_KEYS,
    ERROR_KINDS,
    ERROR_STATUS,
    MOST_PLACES,
    NEEDED,
    PAGINATION_KEYS,
    USED,
    body_path,
    error_shape,
    kind,
    pagination,
    places,
    where,
)
from pristine.manifest.endpoints import (
    ASSUMED,
    DEFAULTS,
    EXAMPLE_KEYS,
    IDEMPOTENCY_KEYS,
    STATUS,
    TIMEOUT_KEYS,
    Shared,
    redirects,
    timeout,
)
from pristine.manifest.including import PART_KEYS
from pristine.manifest.load import MANIFEST_KEYS
from pristine.manifest.model import (
    BASE_URL,
    BODYLESS_METHODS,
    SAFE_METHODS,
    VARIABLE_VALUE,
    BodyKind,
    PageStyle,
    Safety,
    StreamFormat,
)
from pristine.manifest.parameters import IN_PATHS, NAME, header_name, path
from pristine.manifest.policies import (
    BREAKER_KEYS,
    DEADLINE_KEYS,
    LIMIT_KEYS,
    MOST,
    RETRY_KEYS,
    UNIT_KEYS,
    amount,
    deadline,
    quantity,
    rate,
    share,
    whole,
)
from pristine.manifest.reading import (
    Cursor,
    Faults,
    ListOf,
    MappingOf,
    OneOf,
    OrNull,
    Reader,
    TupleOf,
    anything,
    count,
    flag,
    seconds,
    text,
    wait,
    word,
)
from pristine.manifest.schema_futures import READ
from pristine.manifest.schema_futures import definitions as futures
from pristine.manifest.schema_terms import (
    NEVER,
    Json,
    either,
    has,
    items,
    lacks,
    matching,
    members,
    one_of,
    only,
    record,
    ref,
    same,
    when,
)
from pristine.manifest.schema_types import FLAG, TEXT, TYPE, WORD, definitions
from pristine.manifest.servers import KEY_NAME, SCHEME_KEYS, SERVER_KEYS, VARIABLE_KEYS
from pristine.manifest.streams import EFFECTIVE, MEDIA_TYPE, RECONNECT_KEYS, STREAMING_KEYS, media_type
from pristine.manifest.types import KINDS, TypeReader
from pristine.ports.admission import BYTES, REQUESTS
from pristine.ports.documents import Document
from pristine.ports.fields import TOKEN, UNSAFE

SHIPPED: Final = Path(__file__).with_name("schema.json")

_SECONDS: Final[Json] = {"type": ["number", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 1e300}
_AMOUNT: Final[Json] = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST}
_HEADER: Final = matching(TOKEN)
_DOTS: Final = r"(?!.*/(?:\.|%2[Ee]){1,2}(?:/|$))"
_PATH: Final = matching(rf"{_DOTS}/(?:[{IN_PATHS}]|%[0-9A-Fa-f]{{2}}|\{{{NAME.pattern}\}})*")

_OF: Final[Mapping[Any, Json]] = {
    anything: {},
    text: TEXT,
    word: WORD,
    flag: FLAG,
    count: {"type": "integer", "minimum": 1},
    seconds: _SECONDS,
    wait: {"type": "number", "minimum": 0, "exclusiveMaximum": 1e300},
    path: _PATH,
    header_name: _HEADER,
    media_type: matching(MEDIA_TYPE),
    body_path: {**TEXT, "anyOf": [{"const": ""}, matching(BODY_PATH)]},
    where: ref("where"),
    places: ref("places"),
    error_shape: ref("errors"),
    pagination: ref("pagination"),
    timeout: either(_SECONDS, ref("timeout")),
    redirects: either(FLAG, {"type": "integer", "minimum": 1}),
    deadline: ref("deadline"),
    kind: one_of(ERROR_KINDS),
    amount: _AMOUNT,
    quantity: {"type": "number", "minimum": 0, "maximum": MOST},
    rate: {**_AMOUNT, "maximum": 1},
    share: {"type": "number", "minimum": 0, "maximum": 1},
    whole: {"type": "integer", "minimum": 0},
    **READ,
}
"""Reader -> what it reads. One that is not here, and not made of these, has its schema by its key."""


def _of(reader: Reader) -> Json:
    match reader:
        case OneOf():
            return one_of(reader.allowed)
        case OrNull():
            return either({"type": "null"}, _of(reader.read))
        case MappingOf():
            return members(_of(reader.read))
        case ListOf() | TupleOf():
            return items(_of(reader.read))
    return _OF[reader]


def _values(table: Mapping[str, Reader], by_key: Mapping[str, Json]) -> Json:
    """The schemas of a table's keys: those of their readers, unless the keys say more."""
    if strange := by_key.keys() - table.keys():
        raise KeyError(*strange)
    return {key: by_key[key] if key in by_key else _of(reader) for key, reader in table.items()}


def document() -> Json:
    """The schema of a manifest; that of an included file is under `$defs`, as `part`."""
    everything = _values(
        MANIFEST_KEYS,
        {
            "servers": items(ref("server")),
            "retries": members(ref("retry")),
            "limits": members(ref("limit")),
            "breakers": members(ref("breaker")),
            "security_schemes": members(ref("scheme")),
            "security": ref("security"),
            "defaults": ref("defaults"),
            "endpoints": ref("endpoints"),
            "types": ref("types"),
        },
    )
    includes = has(include={"minItems": 1})
    parts = {key: everything[key] for key in PART_KEYS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest",
        "description": "An HTTP API, as Pristine reads it.",
        **record("Document", everything, when({"not": includes}, has("endpoints")), required=("name",)),
        "$defs": {
            **_definitions(),
            "part": {"type": "object", "properties": parts, "additionalProperties": False},
        },
    }


def _definitions() -> Json:
    return {
        "server": record(
            "Servers",
            _values(SERVER_KEYS, {"url": matching(BASE_URL), "variables": members(ref("variable"))}),
            required=("url",),
        ),
        "variable": either(
            matching(VARIABLE_VALUE),
            record(
                "Server variables",
                _values(VARIABLE_KEYS, {"default": matching(VARIABLE_VALUE)}),
                required=("default",),
            ),
        ),
        "scheme": _scheme(),
        "security": items(either(WORD, items(WORD, 1))),
        "errors": record(
            "Errors",
            _values(
                ERROR_KEYS,
                {
                    "classes": members(matching(CLASS_NAME)),
                    "statuses": members(one_of(ERROR_KINDS), matching(ERROR_STATUS)),
                },
            ),
            when(has("classes"), has("code")),
        ),
        "where": either(matching(BODY_PATH), record("Places", {"header": _HEADER}, required=("header",))),
        "places": either(ref("where"), {**items(ref("where"), 1), "maxItems": MOST_PLACES, "uniqueItems": True}),
        "pagination": _pagination(),
        **_policies(),
        **futures(_values),
        "defaults": record("Defaults", {key: _endpoint_values()[key] for key in DEFAULTS}),
        "endpoints": either(
            members(ref("endpoint"), WORD),
            items(_listed_endpoint()),
        ),
        "endpoint": record("Endpoints", _endpoint_values(), ref("effective")),
        "effective": {"allOf": _endpoint_rules()},
        "example": record("Examples", _values(EXAMPLE_KEYS, {})),
        "streaming": _streaming(),
        "reconnecting": record("Reconnecting", _values(RECONNECT_KEYS, {})),
        "timeout": record("Timeouts", _values(TIMEOUT_KEYS, {})),
        "idempotency": record("Idempotency", _values(IDEMPOTENCY_KEYS, {})),
        "types": members(TYPE, {**WORD, "not": one_of(KINDS)}),
        **definitions(),
    }


def _policies() -> Json:
    estimated = {"anyOf": [has(key) for key in ("base", "per_byte", "fields", "actual")]}
    return {
        "retry": record("Retries", _values(RETRY_KEYS, {})),
        "limit": record(
            "Limits",
            _values(
                {**LIMIT_KEYS, "units": anything},
                {
                    "units": {
                        "type": "object",
                        "properties": dict.fromkeys((REQUESTS, BYTES), ref("unit")),
                        "additionalProperties": {"allOf": [ref("unit"), {"if": {"type": "object"}, "then": estimated}]},
                    }
                },
            ),
            {"anyOf": [has("concurrency"), has("units")]},
        ),
        "unit": record("Units", _values(UNIT_KEYS, {}), required=("limit",)),
        "breaker": record(
            "Breakers",
            _values(BREAKER_KEYS, {}),
            {**when(has("error_rate"), only(failures=NEVER)), "else": only(window=NEVER, minimum=NEVER)},
        ),
        "deadline": record("Deadlines", _values(DEADLINE_KEYS, {}), required=("header",)),
    }


def _scheme() -> Json:
    is_key = has(type={"const": "apiKey"})
    return record(
        "Security schemes",
        _values(SCHEME_KEYS, {}),
        {**when(is_key, has("in", "name")), "else": only(**{"in": NEVER, "name": NEVER})},
        when(has(**{"in": {"const": "header"}}), only(name=_HEADER)),
        when(has(**{"in": one_of(("query", "cookie"))}), only(name=matching(KEY_NAME))),
        required=("type",),
    )


def _pagination() -> Json:
    rules = []
    for style in PageStyle:
        unused = sorted(PAGINATION_KEYS.keys() - USED[style] - {"style", "items"})
        rules.append(
            when(has(style={"const": style}), has(*sorted(NEEDED[style])), only(**dict.fromkeys(unused, NEVER)))
        )
    return record("Paginations", _values(PAGINATION_KEYS, {"start": one_of((0, 1))}), *rules, required=("style",))


def _streaming() -> Json:
    table = {**STREAMING_KEYS, "items": anything, "events": anything}
    values = _values(
        table,
        {
            "format": one_of(StreamFormat),
            "items": TYPE,
            "events": members(TYPE),
            "reconnect": either(FLAG, ref("reconnecting")),
            "when": members({}, least=1),
        },
    )
    rules = [when(has(key), only(format=one_of(sorted(formats)))) for key, formats in EFFECTIVE.items()]
    return either(FLAG, record("Streaming", values, *rules))


# -- endpoints ---------------------------------------------------------------------------------------------------------


def _endpoint_values() -> Json:
    types = TypeReader(Cursor(Document({}), (), {}, Faults()))
    return _values(
        Shared(types=types).table,
        {
            "server": WORD,
            "request": ref("form"),
            "body": one_of(BodyKind),
            "response": TYPE,
            "responses": members(TYPE, matching(STATUS)),
            "unwrap": matching(r"[^.\[\]]+(\.[^.\[\]]+){0,99}"),
            "streaming": ref("streaming"),
            "path_params": members(ref("path parameter")),
            "query": members(ref("query parameter")),
            "headers": members(either(matching(rf"(?:(?!{UNSAFE.pattern})[\s\S])*"), ref("header parameter")), _HEADER),
            "idempotency": either(FLAG, ref("idempotency")),
            "safety": one_of(Safety),
            "retry": either({"const": False}, WORD),
            "limit": WORD,
            "breaker": WORD,
            "pagination": either(TEXT, ref("pagination")),
            "future": ref("future"),
            "security": ref("security"),
            "deprecated": either(FLAG, WORD),
            "examples": members(ref("example")),
        },
    )


def _endpoint_rules() -> list[Json]:
    """What has an effect beside what."""
    streams = has(streaming={"not": {"const": False}})
    always = has(streaming=either({"const": True}, {"type": "object", **lacks("when")}))
    one_way = {"not": {"type": "object", **has("when")}}
    into_body = {"type": "object", **has(into={"const": "body"})}
    raw = has(body={"const": "raw"})
    # One status that is an answer is the loader's to find: a rule for each of the hundred would be most of the schema.
    no_redirects = {"propertyNames": {"not": {"pattern": "^3"}}}
    return [
        has("method", "path"),
        when(
            has(method=one_of(sorted(BODYLESS_METHODS))),
            only(request=NEVER, body=NEVER, streaming=one_way, pagination={"not": into_body}),
        ),
        when(
            either(has(method=one_of(sorted(SAFE_METHODS))), has(safety={"const": "safe"})),
            only(idempotency={"const": False}),
        ),
        *(
            when(has(method={"const": method}), only(safety={"not": one_of(assumed)}))
            for method, assumed in sorted(ASSUMED.items())
        ),
        when(always, only(response=NEVER, unwrap=NEVER, future=NEVER)),
        when(streams, only(pagination=NEVER)),
        when(has(responses={"type": "object", **has("3XX")}), only(errors=only(statuses=no_redirects))),
        when(has("pagination"), only(future=NEVER)),
        when(has("media_type"), raw),
        when(raw, only(request=NEVER, streaming=one_way)),
        {**when(has(body={"const": "multipart"}), True), "else": only(request=TYPE)},
    ]


def _listed_endpoint() -> Json:
    id = {**WORD, "description": "What the endpoint is called; required."}
    return {
        "type": "object",
        "properties": {"id": id, **same("endpoint", _endpoint_values())},
        "additionalProperties": False,
        "required": ["id"],
        "allOf": [ref("effective")],
    }


if __name__ == "__main__":
    SHIPPED.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
