"""The whole API, its servers, who may call it, and its endpoints: what each change is, there and back."""

from typing import Final

from tests.codegen.cases import BREAKS, KEEPS, Case, fields, of_endpoint, renamed, requested, served, whole
from tests.codegen.keys import FREE, SCHEMES, SERVER
from tests.support.offline import manifest

CASES: Final[dict[str, Case]] = {
    # -- the whole API
    "version": whole("version", "1", "2", {"version-changed": KEEPS}, {"version-changed": KEEPS}),
    "name": (manifest(), {**manifest(), "name": "x"}, {"name-changed": KEEPS}, {"name-changed": KEEPS}),
    "description": whole("description", "", "x", {"description-changed": KEEPS}, {"description-changed": KEEPS}),
    # -- servers
    "another server": whole(
        "servers", [SERVER], [SERVER, {"url": "http://b.test"}], {"server-added": KEEPS}, {"description-changed": KEEPS}
    ),
    "a named server": whole(
        "servers",
        [SERVER],
        [SERVER, {"url": "http://b.test", "name": "b"}],
        {"server-added": KEEPS},
        {"server-removed": BREAKS},
    ),
    "the first server": whole("servers", [], [SERVER], {"server-added": KEEPS}, {"server-removed": BREAKS}),
    "the order of servers": whole(
        "servers",
        [SERVER, {"url": "http://b.test"}],
        [{"url": "http://b.test"}, SERVER],
        {"default-server-changed": BREAKS},
        {"default-server-changed": BREAKS},
    ),
    "a url": whole(
        "servers",
        [SERVER],
        [{**SERVER, "url": "https://{region}.test/v2"}],
        {"server-changed": BREAKS},
        {"server-changed": BREAKS},
    ),
    "a server's description": whole(
        "servers",
        [SERVER],
        [{**SERVER, "description": "x"}],
        {"description-changed": KEEPS},
        {"description-changed": KEEPS},
    ),
    "another variable": whole(
        "servers",
        [SERVER],
        [{**SERVER, "url": "https://{region}.{zone}.test", "variables": {"region": "eu", "zone": "a"}}],
        {"server-changed": BREAKS, "variable-added": KEEPS},
        {"server-changed": BREAKS, "variable-removed": BREAKS},
    ),
    "a variable's default": whole(
        "servers",
        served(),
        served(default="us"),
        {"variable-default-changed": BREAKS},
        {"variable-default-changed": BREAKS},
    ),
    "a variable's values": whole(
        "servers",
        served(enum=["eu"]),
        served(enum=["eu", "us"]),
        {"variable-widened": KEEPS},
        {"variable-narrowed": BREAKS},
    ),
    "a variable without values": whole(
        "servers", served(enum=["eu"]), served(), {"variable-widened": KEEPS}, {"variable-narrowed": BREAKS}
    ),
    # -- who may call
    "another scheme": whole(
        "security_schemes", {"key": SCHEMES["key"]}, SCHEMES, {"scheme-added": KEEPS}, {"scheme-removed": BREAKS}
    ),
    "a scheme's place": whole(
        "security_schemes",
        SCHEMES,
        {**SCHEMES, "key": {**SCHEMES["key"], "in": "query"}},
        {"scheme-changed": BREAKS},
        {"scheme-changed": BREAKS},
    ),
    "another way to sign": of_endpoint(
        "security",
        ["key"],
        ["key", "token"],
        {"security-added": KEEPS},
        {"security-removed": BREAKS},
        security_schemes=SCHEMES,
    ),
    "one scheme more": of_endpoint(
        "security",
        ["key"],
        [["key", "token"]],
        {"security-removed": BREAKS, "security-added": KEEPS},
        {"security-added": KEEPS},
        security_schemes=SCHEMES,
    ),
    "the order of schemes": of_endpoint(
        "security",
        ["key", "token"],
        ["token", "key"],
        {"security-order-changed": KEEPS},
        {"security-order-changed": KEEPS},
        security_schemes=SCHEMES,
    ),
    "no credential": of_endpoint(
        "security",
        ["key"],
        [],
        {"security-added": KEEPS},
        {"security-removed": BREAKS, "security-added": KEEPS},
        security_schemes=SCHEMES,
    ),
    "security not said": of_endpoint(
        "security",
        ...,
        ["key"],
        {"security-removed": BREAKS, "security-added": KEEPS},
        {"security-removed": BREAKS, "security-added": KEEPS},
        security_schemes=SCHEMES,
    ),
    # -- endpoints
    "another endpoint": (
        renamed("e"),
        {"name": "test", "endpoints": {**renamed("e")["endpoints"], "f": {"method": "GET", "path": "/f"}}},
        {"endpoint-added": KEEPS},
        {"endpoint-removed": BREAKS},
    ),
    "an id": (
        renamed("make"),
        renamed("create"),
        {"endpoint-renamed": BREAKS, "client-name-changed": BREAKS},
        {"endpoint-renamed": BREAKS, "client-name-changed": BREAKS},
    ),
    "an id of the same name": (
        renamed("makeThing"),
        renamed("make_thing"),
        {"endpoint-renamed": BREAKS},
        {"endpoint-renamed": BREAKS},
    ),
    "a method": of_endpoint("method", "PUT", "POST", {"method-changed": BREAKS}, {"method-changed": BREAKS}),
    "a path": of_endpoint("path", "/a", "/b", {"path-changed": BREAKS}, {"path-changed": BREAKS}),
    "a server of its own": of_endpoint(
        "server",
        ...,
        "main",
        {"endpoint-server-changed": BREAKS},
        {"endpoint-server-changed": BREAKS},
        servers=[SERVER],
    ),
    "a body": of_endpoint("body", "json", "form", {"body-changed": BREAKS}, {"body-changed": BREAKS}),
    "a media type": of_endpoint(
        "media_type", "image/png", "image/gif", {"body-changed": BREAKS}, {"body-changed": BREAKS}, body="raw"
    ),
    "a payload as arguments": requested(
        FREE,
        fields(a="string"),
        {"arguments-changed": BREAKS, "type-changed": BREAKS},
        {"arguments-changed": BREAKS, "type-changed": BREAKS},
    ),
    "unwrap": of_endpoint("unwrap", ..., "data", {"unwrap-changed": BREAKS}, {"unwrap-changed": BREAKS}),
    "tags": of_endpoint("tags", [], ["a"], {"tags-changed": KEEPS}, {"tags-changed": KEEPS}),
    "examples": of_endpoint(
        "examples", {}, {"a": {"request": 1}}, {"examples-changed": KEEPS}, {"examples-changed": KEEPS}
    ),
    "deprecated": of_endpoint("deprecated", ..., True, {"deprecated": KEEPS}, {"deprecation-ended": KEEPS}),
    "what to do instead": of_endpoint(
        "deprecated", True, "use f", {"deprecation-changed": KEEPS}, {"deprecation-changed": KEEPS}
    ),
    "a timeout": of_endpoint("timeout", 1, 2, {"timeout-changed": KEEPS}, {"timeout-changed": KEEPS}),
    "a bound of answers": of_endpoint(
        "max_response_bytes", 5, 6, {"response-bound-raised": KEEPS}, {"response-bound-lowered": BREAKS}
    ),
    "no bound of answers": of_endpoint(
        "max_response_bytes", 5, ..., {"response-bound-raised": KEEPS}, {"response-bound-lowered": BREAKS}
    ),
    "redirects": of_endpoint("redirects", 2, 3, {"redirects-more": KEEPS}, {"redirects-fewer": BREAKS}),
    "redirects as the context says": of_endpoint(
        "redirects", False, ..., {"redirects-more": KEEPS}, {"redirects-fewer": BREAKS}
    ),
    "all redirects": of_endpoint("redirects", ..., True, {"redirects-more": KEEPS}, {"redirects-fewer": BREAKS}),
    "idempotency": of_endpoint(
        "idempotency", False, True, {"idempotency-added": KEEPS}, {"idempotency-removed": BREAKS}
    ),
    "the header of a key": of_endpoint(
        "idempotency",
        {"header": "X-A"},
        {"header": "X-B"},
        {"idempotency-changed": BREAKS},
        {"idempotency-changed": BREAKS},
    ),
}
