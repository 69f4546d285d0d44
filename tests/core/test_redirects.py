"""Redirects are followed only under a policy, and nothing that was meant for one origin reaches another."""

from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.core.attempts.redirects import Redirects
from pristine.ports.errors import ConfigurationError, RedirectRefused, StatusError, TimeoutExceeded
from pristine.ports.headers import HeaderSource
from pristine.testing.server import Received, Wire, each_request
from tests.conftest import Connect, Serve
from tests.support.faces import FACES
from tests.support.offline import BASE, answer

MANIFEST = pristine.load_manifest(
    {
        "name": "test",
        "endpoints": {
            **{method.lower(): {"method": method, "path": "/a"} for method in ("GET", "HEAD", "POST", "PUT", "DELETE")},
            "keyed": {"method": "POST", "path": "/a", "idempotency": True},
            "feed": {"method": "GET", "path": "/feed", "streaming": True},
            "never": {"method": "GET", "path": "/a", "redirects": False},
            "once": {"method": "GET", "path": "/a", "redirects": 1},
            "always": {"method": "GET", "path": "/a", "redirects": True},
            "stream": {"method": "GET", "path": "/a", "redirects": True, "streaming": True},
        },
    }
)


def to(location: str, status: int = 302) -> pristine.Response:
    return pristine.Response(status, {"location": location})


def made(face: Any, script: list[Any], endpoint: str, payload: Any = None, **settings: Any) -> tuple[Any, list[Any]]:
    """The value or error of a call, and the requests that it sent."""
    transport = MemoryTransport(script)
    options = settings.pop("options", {})
    context = pristine.context(**{"transport": transport, "base_url": BASE, "retry": "off", "redirects": 5, **settings})
    with face(context, MANIFEST) as api:
        try:
            result = api.execute(endpoint, payload, **options)
        except pristine.PristineError as error:
            result = error
    assert transport.open_streams == 0
    return result, transport.requests


def test_without_a_policy_a_redirect_is_an_error_that_says_what_to_do(face: Any) -> None:
    error, sent = made(face, [to("/b")], "get", redirects=None)
    assert type(error) is StatusError
    assert "or give the Context redirects=" in str(error)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("status", "endpoint", "method"),
    [
        *((status, "post", "GET") for status in (301, 302, 303)),
        *((status, "post", "POST") for status in (307, 308)),
        *((status, "put", "PUT") for status in (301, 302, 307, 308)),
        (303, "put", "GET"),
        (303, "head", "HEAD"),
        (303, "delete", "GET"),
        (302, "delete", "DELETE"),
        (302, "get", "GET"),
    ],
)
def test_the_method_that_goes_on_is_that_of_rfc_9110(face: Any, status: int, endpoint: str, method: str) -> None:
    payload = {"x": 1} if endpoint in {"post", "put"} else None
    value, sent = made(face, [to("/b?c=1#d", status), answer("there")], endpoint, payload)
    assert value == (None if method == "HEAD" else "there")
    assert (sent[1].method, sent[1].url) == (method, f"{BASE}/b?c=1")
    keeps = payload is not None and method != "GET"
    assert (sent[1].body, "content-type" in sent[1].headers) == (sent[0].body if keeps else None, keeps)


def test_a_300_and_a_304_are_no_redirects(face: Any) -> None:
    for status in (300, 304):
        error, sent = made(face, [to("/b", status)], "get")
        assert error.status == status
        assert len(sent) == 1


SECRETS: HeaderSource = {"Cookie": "a=sekrit", "X-Api-Key": "sekrit", "X-Anything": "sekrit", "Accept-Language": "de"}


@pytest.mark.parametrize(
    ("location", "stays"),
    [
        ("/b", True),
        (f"{BASE}/b", True),
        (f"{BASE}:80/b", True),
        ("http://other.test/b", False),
        ("//other.test/b", False),
        (f"{BASE}:81/b", False),
        ("https://api.test/b", False),
        ("http://api.test.evil.test/b", False),
    ],
)
@pytest.mark.parametrize(
    "auth", [pristine.Bearer("sekrit"), pristine.ApiKey("sekrit", "X-Token")], ids=["bearer", "key"]
)
def test_credentials_are_for_their_origin_alone(face: Any, location: str, stays: bool, auth: Any) -> None:
    settings = {"auth": auth, "headers": SECRETS}
    _, [first, second] = made(face, [to(location, 307), answer(1)], "keyed", {"x": 1}, **settings)
    kept = str(second.headers.multi_items()) + second.url
    assert ("sekrit" in kept) is stays
    assert second.headers["idempotency-key"] == first.headers["idempotency-key"]
    assert second.headers["content-type"] == "application/json"
    if stays:
        assert second.headers == first.headers


def test_who_left_an_origin_comes_back_without_its_credential(face: Any) -> None:
    script = [to("http://other.test/b"), to(f"{BASE}/c"), answer(1)]
    _, sent = made(face, script, "get", auth=pristine.Bearer("sekrit"))
    assert ["authorization" in request.headers for request in sent] == [True, False, False]


def test_another_origin_can_be_refused_altogether(face: Any) -> None:
    error, sent = made(face, [to("http://other.test/")], "get", redirects={"other_origins": False})
    assert "another origin" in str(error)
    assert len(sent) == 1
    assert made(face, [to("/b"), answer(1)], "get", redirects={"other_origins": False})[0] == 1


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("/a", "in a circle"),
        ("ftp://api.test/x", "not an http or https URL"),
        ("javascript:alert(1)", "not an http or https URL"),
        ("https:///x", "not an http or https URL"),
        ("http://api.test:99999/", "not a URL"),
        ("http://[::1/", "not a URL"),
        ("http://other.test\\@api.test/", "not an http or https URL"),
        ("http://user:sekrit@api.test/", "user information"),
    ],
)
def test_what_is_not_followed_says_why_and_shows_nothing(face: Any, location: str, why: str) -> None:
    error, sent = made(face, [to(location)], "get")
    assert isinstance(error, RedirectRefused)
    assert why in str(error)
    assert "sekrit" not in str(error) + repr(error)
    assert (error.status, error.headers["location"], error.endpoint) == (302, location, "get")
    assert len(sent) == 1


def test_https_does_not_become_http(face: Any) -> None:
    error, _ = made(face, [to("http://api.test/b")], "get", base_url="https://api.test")
    assert "from https to http" in str(error)


def test_a_circle_of_two_is_seen(face: Any) -> None:
    error, sent = made(face, [to("/b"), to("/a"), answer(1)], "get")
    assert "in a circle" in str(error)
    assert len(sent) == 2


def test_there_are_no_more_than_the_limit(face: Any) -> None:
    def next_one(request: pristine.Request) -> pristine.Response:
        return to(f"{request.url}x")

    error, sent = made(face, [next_one], "get", redirects=3)
    assert "the limit of 3" in str(error)
    assert len(sent) == 4


def test_spaces_and_letters_of_other_alphabets_are_encoded(face: Any) -> None:
    _, sent = made(face, [to("/b c/Zoë"), answer(1)], "get")
    assert sent[1].url == f"{BASE}/b%20c/Zo%EB"


def test_a_body_is_sent_again_only_if_it_can_be(face: Any) -> None:
    value, sent = made(face, [to("/b", 307), answer(1)], "post", pristine.body_of(b"whole"))
    assert (value, sent[1].body) == (1, b"whole")
    error, sent = made(face, [to("/b", 307), answer(1)], "post", pristine.body_of(iter([b"once"])))
    assert "can be sent only once" in str(error)
    assert [request.body for request in sent] == [b"once"]
    value, sent = made(face, [to("/b", 303), answer(1)], "post", pristine.body_of(iter([b"once"])))
    assert (value, sent[1].body) == (1, None)


def test_a_retry_begins_at_the_first_url_and_follows_anew(face: Any) -> None:
    script = [to("/b"), pristine.Response(503), to("/c"), answer(1)]
    settings = {"retry": "exponential", "clock": "manual", "auth": pristine.Bearer("x")}
    value, sent = made(face, script, "get", **settings)
    assert value == 1
    assert [request.url.removeprefix(BASE) for request in sent] == ["/a", "/b", "/a", "/c"]
    assert all("authorization" in request.headers for request in sent)


def test_the_deadline_covers_every_redirect() -> None:
    clock = pristine.context(clock="manual").clock

    def slow(request: pristine.Request) -> pristine.Response:
        clock.sleep(2)  # type: ignore[union-attr]  # the manual one has both faces
        return to(f"{request.url}x")

    error, sent = made(FACES["sync"], [slow], "get", clock=clock, timeout=5)
    assert isinstance(error, TimeoutExceeded)
    assert [request.timeout.total for request in sent] == [5, 3, 1]


def test_a_stream_follows_too_and_leaves_nothing_open(face: Any) -> None:
    refused = Scripted([b"moved"], 302, {"location": "ftp://x"})
    transport = MemoryTransport([Scripted([b"moved"], 302, {"location": "/b"}), Scripted([b"data: 1\n\n"]), refused])
    with face(pristine.context(transport=transport, base_url=BASE, redirects=1), MANIFEST) as api:
        stream = api.open("feed")
        assert transport.open_streams == 1
        assert stream.next().data == "1"
        assert stream.response.metadata.url == f"{BASE}/b"
        stream.close()
        with pytest.raises(RedirectRefused):
            api.open("feed")
    assert transport.open_streams == 0


def test_it_works_over_sockets_and_keeps_the_connection(connect: Connect, serve: Serve) -> None:
    def handle(wire: Wire, received: Received) -> None:
        if received.target == "/post":
            wire.respond(307, b"moved", "Location: /there")
        else:
            wire.json(b'"%s"' % received.body)

    server = serve(each_request(handle))
    api = connect(server, redirects=3)
    assert api.execute("post", pristine.body_of(b"content")) == "content"
    assert [(one.method, one.target) for one in server.requests] == [("POST", "/post"), ("POST", "/there")]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (0, "a whole number from 1"),
        (True, "a whole number from 1"),
        ("many", "a whole number from 1"),
        ({"limits": 1}, "it has limit and other_origins"),
        ({"other_origins": 1}, "true or false"),
    ],
)
def test_a_wrong_policy_is_told(given: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        pristine.context(transport="memory", redirects=given)
    assert caught.value.setting.startswith("redirects")


def test_a_policy_is_a_value() -> None:
    assert pristine.context(redirects=3).redirects == Redirects(3) == attrs.evolve(Redirects(), limit=3)
    assert pristine.context(redirects={"limit": 3, "other_origins": False}).redirects == Redirects(3, False)


# -- who says whether they are followed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "context", "call", "sent"),
    [
        ("get", None, None, 1),
        ("get", 2, None, 3),
        ("never", 2, None, 1),
        ("once", None, None, 2),
        ("once", 5, None, 2),
        ("always", None, None, 11),
        ("always", 2, None, 3),
        ("get", None, 3, 4),
        ("get", 5, False, 1),
        ("never", None, True, 11),
        ("never", 2, True, 3),
        ("once", None, 3, 4),
        ("once", 5, False, 1),
        ("always", None, {"limit": 2}, 3),
        ("always", None, Redirects(2), 3),
    ],
)
def test_the_call_says_it_else_the_manifest_else_the_context(
    face: Any, endpoint: str, context: Any, call: Any, sent: int
) -> None:
    options = {} if call is None else {"redirects": call}
    error, requests = made(face, [to(f"/{n}") for n in range(20)], endpoint, redirects=context, options=options)
    assert (isinstance(error, StatusError), len(requests)) == (True, sent)


@pytest.mark.parametrize("endpoint", ["once", "always", "never"])
def test_where_they_may_lead_is_the_context_s_word_unless_a_call_has_a_policy(face: Any, endpoint: str) -> None:
    at_home: Any = {"limit": 5, "other_origins": False}
    away = to("http://other.test/b")
    for call in (1, True):
        assert type(made(face, [away], endpoint, redirects=at_home, options={"redirects": call})[0]) is RedirectRefused
    assert made(face, [away, answer("x")], endpoint, redirects=at_home, options={"redirects": {"limit": 1}})[0] == "x"
    value, sent = made(face, [away, answer("x")], "always", redirects=None, auth=pristine.Bearer("t"))
    assert (value, ["authorization" in request.headers for request in sent]) == ("x", [True, False])


def test_a_policy_of_a_call_is_checked(face: Any) -> None:
    for wrong in (0, "5", {"limits": 5}):
        error, sent = made(face, [], "get", options={"redirects": wrong})
        assert (type(error), sent) == (ConfigurationError, [])


def test_a_stream_is_led_on_where_its_endpoint_says_so(face: Any) -> None:
    transport = MemoryTransport([Scripted([], 302, {"location": "/b"}), Scripted([b"data: x\n\n"])])
    with face(pristine.context(transport=transport, base_url=BASE), MANIFEST) as api:
        assert [event.data for event in api.events("stream")] == ["x"]
    assert transport.open_streams == 0


def test_a_client_s_options_say_it_for_all_its_calls() -> None:
    transport = MemoryTransport([to("/b"), answer("x"), to("/b")])
    with pristine.Client(MANIFEST, pristine.context(transport=transport, base_url=BASE, retry="off")) as client:
        assert client.with_options(redirects=True).get() == "x"
        with pytest.raises(StatusError, match="302"):
            client.with_options(redirects=False).always()


def test_a_plan_says_how_many() -> None:
    context = pristine.context(transport=MemoryTransport([]), base_url=BASE)
    with pristine.Pipeline(MANIFEST, context) as api:
        plans = [api.explain("get"), api.explain("once"), api.explain("once", redirects=False)]
    assert [plan.redirects for plan in plans] == [
        "not followed",
        "Redirects(limit=1, other_origins=True)",
        "not followed",
    ]
