"""Servers of a document, a path and an operation, with variables; and how calls are signed."""

from typing import Any, Final

import pytest

from tests.manifest.openapi.importing.documents import OK, endpoint_of, imported, lost_in, whole, with_operation

A: Final = {"url": "https://a.test/v1"}
B: Final = {"url": "https://b.test", "description": "Other place"}


def servers_of(*servers: Any) -> Any:
    return imported(whole(servers=list(servers))).manifest.get("servers")


def test_a_server_is_where_it_says() -> None:
    assert servers_of(A) == [A]


def test_several_have_names() -> None:
    assert [one["name"] for one in servers_of(A, B, {"url": "https://b.test/2", "description": "Other place"})] == [
        "a_test",
        "other_place",
        "other_place_2",
    ]


def test_variables_can_be_chosen() -> None:
    variables = {
        "region": {"default": "eu", "enum": ["eu", "us"], "description": "Where"},
        "port": {"default": 443},
    }
    assert servers_of({"url": "https://{region}.a.test:{port}", "variables": variables}) == [
        {"url": "https://{region}.a.test:{port}", "variables": {"region": variables["region"], "port": "443"}}
    ]


def test_a_variable_that_cannot_be_chosen_has_its_default() -> None:
    variables = {"scheme": {"default": "https"}, "host": {"default": "a.test"}}
    document = whole(servers=[{"url": "{scheme}://{host}/v1", "variables": variables}])
    assert imported(document).manifest["servers"] == [{"url": "https://{host}/v1", "variables": {"host": "a.test"}}]
    assert lost_in(document) == {"#/servers/0/variables/scheme": "server-variable"}
    document = whole(servers=[{"url": "https://a.test/{base}", "variables": {"base": {"default": "a/b"}}}])
    assert imported(document).manifest["servers"] == [{"url": "https://a.test/a/b"}]
    assert lost_in(document) == {"#/servers/0/variables": "server-variable"}


@pytest.mark.parametrize("url", ["/v1", "ftp://a.test", "https://a.test?x=1", "wss://a.test"])
def test_a_server_that_cannot_be_called_is_told(url: str) -> None:
    document = whole(servers=[{"url": url}])
    assert "servers" not in imported(document).manifest
    assert lost_in(document) == {"#/servers/0": "server"}


def test_paths_and_operations_may_be_elsewhere() -> None:
    paths = {
        "/a": {"servers": [B], "get": OK, "post": {**OK, "servers": [A]}},
        "/b": {"get": {**OK, "servers": [B, A]}},
    }
    document = whole(servers=[A], paths=paths)
    found = imported(document).manifest
    assert found["servers"] == [A, {**B, "name": "other_place"}]
    assert [one.get("server") for one in found["endpoints"].values()] == ["other_place", None, "other_place"]
    assert lost_in(document) == {"#/paths/~1b/get/servers/1": "server-choice"}


# -- security ----------------------------------------------------------------------------------------------------------

SCHEMES: Final[dict[str, Any]] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "A key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "basic": {"type": "http", "scheme": "Basic"},
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "login": {"type": "oauth2", "flows": {"implicit": {}}},
    "connect": {"type": "openIdConnect", "openIdConnectUrl": "https://a.test"},
    "digest": {"type": "http", "scheme": "digest"},
    "tls": {"type": "mutualTLS"},
}


def test_schemes_are_keys_and_tokens() -> None:
    document = whole(components={"securitySchemes": SCHEMES})
    at = "#/components/securitySchemes"
    assert imported(document).manifest["security_schemes"] == {
        "key": SCHEMES["key"],
        "cookie": SCHEMES["cookie"],
        "basic": {"type": "basic"},
        "token": {"type": "bearer"},
        "login": {"type": "bearer"},
        "connect": {"type": "bearer"},
    }
    assert lost_in(document) == {
        f"{at}/digest": "security-scheme",
        f"{at}/tls": "security-scheme",
        f"{at}/token/bearerFormat": "security-scheme",
        f"{at}/login/flows": "security-scheme",
        f"{at}/connect/openIdConnectUrl": "security-scheme",
    }


SIGNED: dict[str, tuple[Any, Any, dict[str, str]]] = {
    "by one": ([{"key": []}], ["key"], {}),
    "by one or another": ([{"key": []}, {"token": []}], ["key", "token"], {}),
    "by two together": ([{"key": [], "token": []}], [["key", "token"]], {}),
    "by nothing": ([], [], {}),
    "by nothing at all": ([{}], [], {}),
    "by one or nothing": ([{"key": []}, {}], ["key"], {"/1": "optional-security"}),
    "by what there is not": ([{"digest": []}, {"key": []}], ["key"], {"/0": "security-scheme"}),
    "for scopes": ([{"login": ["read"]}], ["login"], {"/0/login/0": "scope"}),
}


@pytest.mark.parametrize("case", SIGNED)
def test_calls_are_signed(case: str) -> None:
    said, expected, lost = SIGNED[case]
    known = {name: SCHEMES[name] for name in ("key", "token", "login", "digest")}
    known = {
        name: {key: one for key, one in said.items() if key not in ("flows", "bearerFormat")}
        for name, said in known.items()
    }
    document = with_operation(components={"securitySchemes": known}, security=said)
    assert endpoint_of(document)["security"] == expected
    schemes = {"#/components/securitySchemes/digest": "security-scheme"}
    assert lost_in(document) == {**schemes, **{f"#/paths/~1things/get/security{at}": code for at, code in lost.items()}}
    document = {**whole(components={"securitySchemes": known}), "security": said}
    assert imported(document).manifest.get("security", []) == expected


def test_schemes_have_names_of_python() -> None:
    key = {"type": "http", "scheme": "bearer"}
    document = with_operation(
        components={"securitySchemes": {"ApiKeyAuth": key, "api-key-auth": key}}, security=[{"ApiKeyAuth": []}]
    )
    assert imported(document).manifest["security_schemes"] == {"api_key_auth": {"type": "bearer"}}
    assert endpoint_of(document)["security"] == ["api_key_auth"]
    assert lost_in(document) == {"#/components/securitySchemes/api-key-auth": "security-scheme"}


def test_what_nothing_can_sign_says_nothing() -> None:
    document = with_operation(components={"securitySchemes": {"tls": SCHEMES["tls"]}}, security=[{"tls": []}])
    assert "security" not in endpoint_of(document)
