"""Where calls go: the API's own place, and the servers that endpoints name; and what a Context may change of that."""

from typing import Any, Final

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConfigurationError, DecodeError
from tests.support.faces import FACES
from tests.support.offline import answer

SOURCE: Final[dict[str, Any]] = {
    "name": "test",
    "servers": [
        {"url": "https://{region}.test/v1", "name": "api", "variables": {"region": "eu"}},
        {"url": "https://staging.test", "name": "staging"},
        {"url": "https://up-{region}.test/{zone}", "name": "uploads", "variables": {"region": "eu", "zone": "a"}},
    ],
    "security_schemes": {"token": {"type": "bearer"}},
    "security": ["token"],
    "endpoints": {
        "get": {"method": "GET", "path": "/x"},
        "put": {"method": "PUT", "path": "/x", "server": "uploads"},
        "feed": {"method": "GET", "path": "/x", "server": "uploads", "streaming": True},
        "list": {"method": "GET", "path": "/x", "server": "uploads", "pagination": {"style": "link"}},
    },
}
MANIFEST: Final = pristine.load_manifest(SOURCE)
API, UPLOADS = "https://eu.test/v1/x", "https://up-eu.test/a/x"


def context(script: list[Any], **settings: Any) -> tuple[Any, MemoryTransport]:
    transport = MemoryTransport(script)
    return pristine.context(transport=transport, credentials={"token": "t"}, **settings), transport


def urls(**settings: Any) -> list[str]:
    """Where the API's own calls go, and those that are elsewhere."""
    wired, transport = context([answer(None)] * 2, **settings)
    with pristine.Pipeline(MANIFEST, wired) as api:
        api.execute("get")
        api.execute("put")
    return [request.url for request in transport.requests]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [API, UPLOADS]),
        ({"server": "staging"}, ["https://staging.test/x", UPLOADS]),
        ({"server": "uploads"}, [UPLOADS, UPLOADS]),
        ({"servers": {"uploads": "http://u.test/v2/"}}, [API, "http://u.test/v2/x"]),
        (
            {"base_url": "http://b.test", "servers": {"uploads": "http://u.test"}},
            ["http://b.test/x", "http://u.test/x"],
        ),
        ({"servers": {"api": "http://a.test"}}, ["http://a.test/x", UPLOADS]),
        ({"servers": {"staging": "http://s.test"}}, [API, UPLOADS]),
        ({"server": "staging", "servers": {"staging": "http://s.test"}}, ["http://s.test/x", UPLOADS]),
        ({"server_variables": {"region": "us"}}, ["https://us.test/v1/x", "https://up-us.test/a/x"]),
        ({"server_variables": {"zone": "b"}}, [API, "https://up-eu.test/b/x"]),
        (
            {"server": "staging", "server_variables": {"region": "us"}},
            ["https://staging.test/x", "https://up-us.test/a/x"],
        ),
    ],
)
def test_each_endpoint_is_where_the_manifest_or_the_context_says(settings: Any, expected: list[str]) -> None:
    assert urls(**settings) == expected


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"servers": {"upload": "http://u.test"}}, "the manifest has no server 'upload'; did you mean 'uploads'?"),
        ({"server": "upload"}, "there is no server 'upload'; there are api, staging, uploads"),
        ({"server_variables": {"zon": "b"}}, "the server has no variable 'zon'; it has region"),
        ({"server_variables": {"zone": "a/b"}}, "server variable 'zone' may hold"),
        ({"servers": {"uploads": "u.test"}}, r"servers\['uploads'\] must be an absolute http:// or https:// URL"),
        ({"servers": {"uploads": None}}, r"servers\['uploads'\] must be a base URL, not None"),
        ({"servers": ["http://u.test"]}, "servers: give a mapping from the names of servers to base URLs"),
    ],
)
def test_what_there_is_not_is_told(settings: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        urls(**settings)
    assert caught.value.setting is not None
    assert caught.value.setting.startswith(next(iter(settings)))


def test_a_context_with_a_base_url_says_where_the_other_servers_are() -> None:
    wired, transport = context([answer(None)] * 2, base_url="http://staging.test")
    told = r"put: it is at the server 'uploads', not at base_url: give context\(servers={'uploads': …}\), too"
    with pristine.Pipeline(MANIFEST, wired) as api:
        api.execute("get")
        with pytest.raises(ConfigurationError, match=told):
            api.execute("put")
    assert [request.url for request in transport.requests] == ["http://staging.test/x"]


def test_a_secret_in_a_url_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        urls(servers={"uploads": "http://user:sekrit@u.test"})
    assert "sekrit" not in f"{caught.value!r}{vars(caught.value)}"


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_credentials_go_where_the_manifest_puts_an_endpoint(face: Any) -> None:
    wired, transport = context([answer(None), answer(None), Scripted([b"data: 1\n\n"])])
    with face(wired, MANIFEST) as api:
        api.execute("get")
        api.execute("put")
        assert [event.data for event in api.events("feed")] == ["1"]
    assert [request.url for request in transport.requests] == [API, UPLOADS, UPLOADS]
    assert {request.headers["authorization"] for request in transport.requests} == {"Bearer t"}


def test_a_list_stays_at_the_server_of_its_endpoint() -> None:
    here = pristine.Response(200, {"content-type": "application/json", "link": "</a/x?p=2>; rel=next"}, b"[1]")
    away = pristine.Response(200, {"content-type": "application/json", "link": f"<{API}>; rel=next"}, b"[2]")
    wired, transport = context([here, away])
    with pristine.Client(MANIFEST, wired) as client, pytest.raises(DecodeError, match="another origin"):
        list(client.list())
    assert [request.url for request in transport.requests] == [UPLOADS, f"{UPLOADS}?p=2"]


def test_options_of_a_client_move_a_server() -> None:
    wired, transport = context([answer(None)] * 2)
    with pristine.Client(MANIFEST, wired) as client:
        client.with_options(servers={"uploads": "http://u.test"}).put()
        client.put()
    assert [request.url for request in transport.requests] == ["http://u.test/x", UPLOADS]


def test_a_manifest_may_have_servers_of_endpoints_alone() -> None:
    source = {**SOURCE, "servers": SOURCE["servers"][2:]}
    wired, transport = context([], base_url="http://b.test", servers={"uploads": "http://u.test"})
    with pristine.Pipeline(pristine.load_manifest(source), wired) as api:
        assert "http://b.test/x" in str(api.explain("get"))
        assert "http://u.test/x" in str(api.explain("put"))
    assert transport.requests == []
