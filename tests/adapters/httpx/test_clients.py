"""A client of the caller's: requests go through it as it is, in the one face that it has, and it stays open."""

import asyncio
import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import httpx2
import pytest

import pristine
from pristine.core.bodies.sources import body_of
from pristine.ports.capabilities import Capability, capabilities_of, faces_of
from pristine.ports.errors import (
    BodyUsed,
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    ResponseTooLarge,
    StreamClosed,
    TimeoutExceeded,
    TransportError,
    WrongFace,
)
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Handler, Received, Wire, each_request, in_turn
from pristine.testing.subjects import Subject
from tests.adapters.httpx.conftest import VENDORS, get, quick
from tests.conftest import Serve
from tests.support.faces import MANIFEST
from tests.support.ids import shown

MODULES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2}


@pytest.fixture
def library(vendor: str) -> Any:
    return MODULES[vendor]


@pytest.fixture
def over(vendor: str, face: str, library: Any, stack: ExitStack) -> Callable[..., Subject]:
    """A transport over a client with options, which is still open when the test is over."""

    def made(**options: Any) -> Subject:
        options = {"trust_env": False, **options}
        kind = library.Client if face == "blocking" else library.AsyncClient
        clients: list[Any] = []

        def make() -> Any:
            clients.append(kind(**options))
            return VENDORS[vendor](client=clients[0])

        subject = Subject(make, face)

        def end() -> None:
            subject.close()
            assert not clients[0].is_closed
            if face == "async":
                subject.do(clients[0].aclose).result()
            else:
                clients[0].close()
            subject.end()

        stack.callback(end)
        return subject

    return made


Over = Callable[..., Subject]

# -- what it is --------------------------------------------------------------------------------------------------------


def test_it_has_the_face_of_its_client_alone(vendor: str, library: Any) -> None:
    with library.Client() as client:
        blocking = VENDORS[vendor](client=client)
        assert faces_of(blocking) == ("blocking",)
        with pytest.raises(WrongFace, match=r"ClientTransport has no async face .*: use Pipeline"):
            pristine.AsyncPipeline(MANIFEST, pristine.context(transport=blocking, base_url="http://a.test"))
    looped = VENDORS[vendor](client=library.AsyncClient())
    assert faces_of(looped) == ("async",)
    with pytest.raises(WrongFace, match=r"AsyncClientTransport has no blocking face .*: use AsyncPipeline"):
        pristine.Pipeline(MANIFEST, pristine.context(transport=looped, base_url="http://a.test"))


def test_it_says_what_it_can_do(vendor: str, library: Any) -> None:
    some = {Capability.STREAMING, Capability.UPLOADS, Capability.BACK_PRESSURE}
    with library.Client() as client:
        assert capabilities_of(VENDORS[vendor](client=client)) == some
    looped = VENDORS[vendor](client=library.AsyncClient())
    assert capabilities_of(looped) == some | {Capability.CANCEL, Capability.TOTAL_TIMEOUT}


@pytest.mark.parametrize("client", [object(), "httpx", MODULES])
def test_what_is_not_a_client_is_refused(vendor: str, client: object) -> None:
    with pytest.raises(ConfigurationError, match=f"is neither {vendor}.Client nor {vendor}.AsyncClient") as caught:
        VENDORS[vendor](client=client)
    assert caught.value.setting == "client"


def test_a_client_of_the_other_library_is_refused() -> None:
    with httpx2.Client() as client, pytest.raises(ConfigurationError, match=r"httpx2.Client is neither httpx.Client"):
        VENDORS["httpx"](client=client)


def test_a_client_has_its_own_connections(vendor: str, library: Any) -> None:
    with library.Client() as client, pytest.raises(ConfigurationError, match="proxy, http2: the client") as caught:
        VENDORS[vendor](client=client, proxy="http://user:cret@a.test", http2=True)
    assert caught.value.setting == "proxy"
    assert "cret" not in str(caught.value)


def test_a_client_that_is_closed_is_said_to_be(vendor: str, library: Any) -> None:
    client = library.Client()
    client.close()
    with pytest.raises(ConfigurationError, match="the client that was given is closed"):
        VENDORS[vendor](client=client).send(Request("GET", "http://a.test"))


def test_it_may_be_given_by_name(vendor: str, library: Any, serve: Serve) -> None:
    server = serve(each_request(quick))
    with library.Client(trust_env=False) as client:
        context = pristine.context(transport={"name": vendor, "client": client}, base_url=server.url)
        with pristine.Pipeline(MANIFEST, context) as api:
            assert api.execute("get") == {"ok": True}
        assert not client.is_closed


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_what_the_client_has_goes_with_the_request(over: Over, serve: Serve) -> None:
    server = serve(each_request(quick))
    subject = over(
        headers={"X-Mine": "1"},
        cookies={"a": "b"},
        auth=("user", "pw"),
    )
    assert subject.send(get(server, "/x?y=z")).body == b'{"ok": true}'
    received = server.requests[0]
    assert received.target == "/x?y=z"
    assert {name: received.header(name) for name in ("X-Mine", "Cookie", "Authorization")} == {
        "X-Mine": "1",
        "Cookie": "a=b",
        "Authorization": "Basic dXNlcjpwdw==",
    }


def test_what_the_request_has_comes_first_and_codings_are_its_own(over: Over, serve: Serve) -> None:
    server = serve(each_request(quick))
    subject = over(headers={"X-Tag": "client", "User-Agent": "client"})
    subject.send(Request("GET", server.url, [("X-Tag", "1"), ("X-Tag", "é"), ("User-Agent", "mine")]))
    subject.send(Request("GET", server.url, {"Accept-Encoding": "gzip"}))
    first, second = server.requests
    assert [value for name, value in first.headers if name.lower() == "x-tag"] == ["1", "é"]
    assert first.header("User-Agent") == "mine"
    assert first.header("Accept-Encoding") is None
    assert second.header("Accept-Encoding") == "gzip"


@pytest.mark.parametrize(
    ("body", "length"), [(None, "0"), (b"", "0"), (b"whole", "5"), ([b"in ", b"pieces"], None)], ids=shown
)
def test_a_body_arrives_as_it_was_given(over: Over, serve: Serve, body: Any, length: str | None) -> None:
    server = serve(each_request(quick))
    given = body_of(iter(body)) if isinstance(body, list) else body
    over().send(Request("POST", server.url, body=given))
    received = server.requests[0]
    assert received.body == (b"".join(body) if isinstance(body, list) else body or b"")
    assert received.header("Content-Length") == length
    assert received.header("Transfer-Encoding") == (None if length else "chunked")


def test_a_user_in_the_url_is_passed_over(over: Over, serve: Serve) -> None:
    server = serve(each_request(quick))
    over().send(Request("GET", server.url.replace("//", "//user:cret@")))
    assert server.requests[0].header("Authorization") is None


def test_a_body_that_the_client_wants_twice_is_told(over: Over, serve: Serve, library: Any) -> None:
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5'
    server = serve(in_turn(lambda wire: wire.respond(401, b"", challenge)))
    subject = over(auth=library.DigestAuth("user", "pw"))
    with pytest.raises(BodyUsed, match="wants to send the body again"):
        subject.send(Request("POST", server.url, body=body_of(iter([b"once"]))))


# -- what is received --------------------------------------------------------------------------------------------------


def test_bytes_come_as_they_are(over: Over, serve: Serve) -> None:
    coded = gzip.compress(b"plain")

    def answer(wire: Wire, received: Received) -> None:
        wire.respond(200, coded, "Content-Encoding: gzip", "X-Tag: 1", "X-Tag: é".encode().decode("latin-1"))

    subject, server = over(), serve(each_request(answer))
    response = subject.send(get(server))
    assert response.body == coded
    assert response.headers.get_all("x-tag")[0] == "1"
    stream = subject.open(get(server))
    assert (stream.rest(), stream.head.status) == (coded, 200)
    assert stream.next() == b""
    stream.close()
    with pytest.raises(StreamClosed):
        stream.next()


def test_redirects_are_not_followed_even_where_the_client_would(over: Over, serve: Serve) -> None:
    server = serve(in_turn(lambda wire: wire.respond(302, b"", "Location: /elsewhere")))
    response = over(follow_redirects=True).send(get(server))
    assert (response.status, response.headers["location"]) == (302, "/elsewhere")
    assert len(server.requests) == 1


def test_a_client_without_a_network_will_do(over: Over, library: Any) -> None:
    def answer(request: Any) -> Any:
        return library.Response(201, headers={"X-Path": request.url.path}, content=b"made up")

    response = over(transport=library.MockTransport(answer)).send(Request("GET", "http://a.test/b"))
    assert (response.status, response.headers["x-path"], response.body) == (201, "/b", b"made up")


# -- when it fails -----------------------------------------------------------------------------------------------------


def says(*answer: bytes, then: Callable[[Wire], object] = lambda wire: None) -> Handler:
    def handle(wire: Wire) -> None:
        wire.request()
        for data in answer:
            wire.send(data)
        then(wire)

    return handle


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        pytest.param(says(b"220 mail ESMTP\r\n\r\n"), ProtocolViolation, id="not-http"),
        pytest.param(says(), ConnectionLost, id="closed"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), ConnectionLost, id="short"),
        pytest.param(says(then=lambda wire: wire.reset()), ConnectionLost, id="reset"),
        pytest.param(says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), ProtocolViolation, id="switching"),
    ],
)
def test_a_failure_is_translated(over: Over, serve: Serve, handler: Handler, kind: type[TransportError]) -> None:
    with pytest.raises(kind) as caught:
        over().send(get(serve(handler)))
    assert type(caught.value) is kind


def test_a_connection_that_cannot_be_made_is_a_failure_to_connect(over: Over) -> None:
    with pytest.raises(ConnectFailed):
        over().send(Request("GET", "http://127.0.0.1:1/"))


def test_what_a_hook_raises_stays_what_it_is(over: Over, face: str, serve: Serve, library: Any) -> None:
    def strict(response: Any) -> None:
        response.raise_for_status()

    async def astrict(response: Any) -> None:
        response.raise_for_status()

    subject = over(event_hooks={"response": [strict if face == "blocking" else astrict]})
    with pytest.raises(library.HTTPStatusError):
        subject.send(get(serve(in_turn(lambda wire: wire.respond(500)))))


def test_what_the_source_of_a_body_raises_stays_what_it_is(over: Over, serve: Serve) -> None:
    def source() -> Iterator[bytes]:
        yield b"one"
        raise ConnectionResetError("mine")

    with pytest.raises(ConnectionResetError, match="mine"):
        over().send(Request("POST", serve(each_request(quick)).url, body=body_of(source())))


def test_a_body_above_the_bound_is_refused(over: Over, serve: Serve) -> None:
    with pytest.raises(ResponseTooLarge):
        over().send(get(serve(in_turn(lambda wire: wire.respond(200, b"x" * 1000))), max_response_bytes=999))


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [{"read": 0.1}, {"total": 0.1}, {"head": 0.1}], ids=str)
def test_silence_runs_into_each_limit(over: Over, serve: Serve, limits: dict[str, float]) -> None:
    silent = serve(says(then=lambda wire: wire.pause()))
    with pytest.raises(TimeoutExceeded, match=f"{next(iter(limits))} timeout of 0.1 s passed \\(phase: head\\)"):
        over().send(get(silent, timeout=Timeout(**limits)))


def test_the_total_ends_a_trickle(over: Over, serve: Serve) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = serve(says(head, then=lambda wire: wire.trickle(b"1\r\nx\r\n" * 1000, 0.005)))
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 0.3 s passed \(phase: body\)"):
        over().send(get(server, timeout=Timeout(total=0.3)))


def test_the_limit_of_the_head_ends_with_it(over: Over, serve: Serve) -> None:
    def late(wire: Wire) -> None:
        wire.server.stopping.wait(0.4)
        wire.send(b"late")

    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", then=late))
    assert over().send(get(server, timeout=Timeout(head=0.3))).body == b"late"


def test_a_place_in_the_clients_pool_is_waited_for_so_long(over: Over, serve: Serve, library: Any) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", then=lambda wire: wire.pause()))
    subject = over(limits=library.Limits(max_connections=1))
    stream = subject.open(get(server))
    with pytest.raises(TimeoutExceeded, match=r"pool timeout of 0.1 s"):
        subject.send(get(server, timeout=Timeout(pool=0.1)))
    stream.close()


# -- cancelling --------------------------------------------------------------------------------------------------------


def test_cancel_wakes_a_reader_and_the_place_comes_back(over: Over, serve: Serve, library: Any) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab", then=lambda wire: wire.pause()))
    subject = over(limits=library.Limits(max_connections=1))
    for _ in range(3):
        stream = subject.open(get(server, timeout=Timeout(pool=2)))
        assert stream.next() == b"ab"
        pending = stream.begin("next", None)
        stream.cancel()
        assert isinstance(pending.outcome(), (TransportError, StreamClosed))


def test_cancelling_twice_or_after_the_end_does_nothing(over: Over, serve: Serve) -> None:
    stream = over().open(get(serve(each_request(quick))))
    assert stream.rest() == b'{"ok": true}'
    for _ in range(2):
        stream.close()
        stream.cancel()


async def test_a_piece_that_does_not_come_within_its_time(vendor: str, library: Any, serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab", then=lambda wire: wire.pause()))
    async with library.AsyncClient(trust_env=False) as client:
        stream = await VENDORS[vendor](client=client).aopen(get(server))
        assert await stream.anext(5) == b"ab"
        with pytest.raises(TimeoutExceeded, match=r"within timeout of 0.1 s"):
            await stream.anext(0.1)
        await stream.aclose()


def test_a_cancelled_stream_of_a_loop_that_is_over_is_no_error(vendor: str, library: Any, serve: Serve) -> None:
    server = serve(each_request(quick))

    async def main() -> Any:
        async with library.AsyncClient(trust_env=False) as client:
            stream = await VENDORS[vendor](client=client).aopen(get(server))
            while await stream.anext():
                pass
            await stream.aclose()
            return stream

    asyncio.run(main()).cancel()


def test_many_threads_share_one_client(vendor: str, library: Any, serve: Serve) -> None:
    server = serve(each_request(quick))
    with library.Client(trust_env=False) as client:
        transport = VENDORS[vendor](client=client)
        seen: list[int] = []
        threads = [
            threading.Thread(target=lambda: seen.extend(transport.send(get(server)).status for _ in range(10)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert seen == [200] * 80
