"""Servers and their variables, and what signs a request."""

from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.manifest.load import load_manifest
from tests.manifest.faults import faults
from tests.support.offline import BASE, manifest, sent


def the_first_server_is_called() -> None:
    source = manifest(servers=[{"url": "https://one.test/v1/"}, {"url": "https://two.test"}])
    assert sent(source, context={"base_url": None}).url == "https://one.test/v1/"
    assert [server.url for server in load_manifest(source).servers] == ["https://one.test/v1/", "https://two.test"]
    assert load_manifest(manifest()).server() is None


def a_server_has_its_url_and_description() -> None:
    [server] = load_manifest(manifest(servers=[{"url": "http://a.test", "description": "Staging"}])).servers
    assert (server.url, server.description) == ("http://a.test", "Staging")


SERVERS: Final = [
    {"url": "https://one.test/v1/"},
    {
        "name": "regional",
        "url": "https://{region}.test/{version}",
        "variables": {"region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}, "version": "v2"},
    },
]


def url_at(**settings: Any) -> str:
    return sent(manifest(servers=SERVERS), context={"base_url": None, **settings}).url


def refused_server(**settings: Any) -> str:
    with pytest.raises(pristine.ConfigurationError) as caught:
        url_at(**settings)
    return str(caught.value)


def a_server_is_chosen_by_name() -> None:
    assert url_at(server="regional") == "https://eu.test/v2/"
    assert "there is no server 'regonal'; there are regional" in refused_server(server="regonal")
    assert endpoint_or_top_fault(servers=[{"url": "http://a.test", "name": "a"}] * 2) == "a second server 'a'"


def an_endpoint_has_a_server_of_its_own() -> None:
    source = manifest({"server": "regional"}, servers=SERVERS)
    elsewhere = "https://eu.test/v2/"
    for settings in ({"base_url": None}, {"base_url": None, "server": "regional"}):
        assert sent(source, context=settings).url == elsewhere
    assert sent(source, context={"servers": {"regional": "http://a.test/x/"}}).url == "http://a.test/x/"
    told = endpoint_fault_of({"server": "regonal"}, servers=SERVERS)
    assert told == "there is no server 'regonal'; did you mean 'regional'?"
    assert endpoint_fault_of({"server": "a"}) == "there is no server 'a': none has a name"


def endpoint_fault_of(endpoint: dict[str, Any], **top: Any) -> str:
    return faults(manifest(endpoint, **top))[0].message


def a_server_has_variables() -> None:
    assert url_at(server="regional", server_variables={"version": "v3"}) == "https://eu.test/v3/"
    assert "has no variable 'regio'; it has region, version" in refused_server(
        server="regional", server_variables={"regio": "us"}
    )
    assert "may hold letters" in refused_server(server="regional", server_variables={"version": "a/../b"})
    assert "{x} is not among" in endpoint_or_top_fault(servers=[{"url": "http://{x}.test"}])
    assert "has no {x}" in endpoint_or_top_fault(servers=[{"url": "http://a.test", "variables": {"x": "1"}}])


def a_variable_has_a_default() -> None:
    assert url_at(server="regional", server_variables={"region": "us"}) == "https://us.test/v2/"
    assert "'default' is missing" in endpoint_or_top_fault(servers=[{"url": "http://{x}.test", "variables": {"x": {}}}])


def a_variable_is_one_of_some() -> None:
    told = refused_server(server="regional", server_variables={"region": "mars"})
    assert "server variable 'region' must be one of eu, us" in told


def a_variable_is_described() -> None:
    assert load_manifest(manifest(servers=SERVERS)).servers[1].variables["region"].description == "Where."


def endpoint_or_top_fault(**top: Any) -> str:
    return faults(manifest(**top))[0].message


SCHEMES: Final = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "From the console."},
    "token": {"type": "bearer"},
    "login": {"type": "basic"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "c"},
}


def signed(security: Any, *, of_all: bool = False, **settings: Any) -> pristine.Request:
    source = manifest({} if of_all else {"security": security}, security_schemes=SCHEMES)
    return sent({**source, "security": security} if of_all else source, context=settings)


def schemes_say_where_a_credential_goes() -> None:
    assert signed(["key"], credentials={"key": "s"}).headers["x-key"] == "s"
    assert signed(["token"], credentials={"token": "s"}).headers["authorization"] == "Bearer s"
    assert signed(["login"], credentials={"login": "u:p"}).headers["authorization"] == "Basic dTpw"


def a_key_goes_into_the_query_or_a_cookie() -> None:
    assert signed(["query"], credentials={"query": "a b"}).url == f"{BASE}/?k=a%20b"
    request = signed(["cookie"], credentials={"cookie": "s"}, headers={"Cookie": "x=1"})
    assert request.headers.get_all("cookie") == ["x=1; c=s"]


def a_key_has_a_name() -> None:
    assert "'name' is missing" in endpoint_or_top_fault(security_schemes={"k": {"type": "apiKey", "in": "query"}})
    told = endpoint_or_top_fault(security_schemes={"k": {"type": "bearer", "name": "X"}})
    assert told == "has no effect: bearer is the Authorization header"


def a_scheme_is_described() -> None:
    assert load_manifest(manifest(security_schemes=SCHEMES)).schemes["key"].description == "From the console."


def an_endpoint_says_what_signs_it() -> None:
    both = {"key": "s", "token": "t"}
    assert "authorization" not in signed(["key", "token"], credentials=both).headers
    headers = signed([["key", "token"]], credentials=both).headers
    assert (headers["x-key"], headers["authorization"]) == ("s", "Bearer t")
    assert signed(["key", "token"], credentials={"token": "t"}).headers["authorization"] == "Bearer t"
    assert signed(["key"], auth=pristine.Bearer("mine")).headers["authorization"] == "Bearer mine"
    open_to_all = signed([], auth=pristine.Bearer("mine"), credentials=both).headers
    assert not {"authorization", "x-key"} & open_to_all.keys()
    with pytest.raises(
        pristine.ConfigurationError, match="a credential is needed: key or key\\+token; give the Context"
    ):
        signed(["key", ["key", "token"]], credentials={"token": "t"})
    with pytest.raises(pristine.ConfigurationError, match="no security scheme 'kye'; it has key, token"):
        signed(["key"], credentials={"kye": "sekrit"})
    assert "did you mean 'key'?" in faults(manifest({"security": ["kye"]}, security_schemes=SCHEMES))[0].message


def what_signs_all_is_said_once() -> None:
    assert signed(["key"], of_all=True, credentials={"key": "s"}).headers["x-key"] == "s"
    source = manifest({"security": []}, security_schemes=SCHEMES, security=["key"])
    assert "x-key" not in sent(source, context={"credentials": {"key": "s"}}).headers


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "servers": the_first_server_is_called,
        "security_schemes": schemes_say_where_a_credential_goes,
        "security": what_signs_all_is_said_once,
    },
    "server": {
        "url": the_first_server_is_called,
        "name": a_server_is_chosen_by_name,
        "description": a_server_has_its_url_and_description,
        "variables": a_server_has_variables,
    },
    "variable": {
        "default": a_variable_has_a_default,
        "enum": a_variable_is_one_of_some,
        "description": a_variable_is_described,
    },
    "scheme": {
        "type": schemes_say_where_a_credential_goes,
        "in": a_key_goes_into_the_query_or_a_cookie,
        "name": a_key_has_a_name,
        "description": a_scheme_is_described,
    },
    "endpoint": {
        "server": an_endpoint_has_a_server_of_its_own,
        "security": an_endpoint_says_what_signs_it,
    },
}
