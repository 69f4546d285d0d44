"""A session that the user made: what makes connections is used, its own loop alone, and nothing of it is closed."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import pytest
from yarl import URL

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import ConfigurationError, ConnectFailed, ConnectionLost, TimeoutExceeded
from pristine.ports.messages import Request, Response, Timeout
from pristine.testing.server import Wire, WireServer, each_request, nobody_accepts
from tests.adapters.aiohttp.conftest import CHUNKED, ONCE, Make, quick, says, says_and_stays, waiting
from tests.conftest import Serve
from tests.support.faces import MANIFEST, run
from tests.support.proxy import Proxy

Session: TypeAlias = Callable[..., Awaitable[aiohttp.ClientSession]]


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    """Make a session, which is closed with the test; `connector` has the options of its connector."""
    made: list[aiohttp.ClientSession] = []

    async def make(connector: Any = None, **options: Any) -> aiohttp.ClientSession:
        made.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(**connector or {}), **options))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def fetched(session: aiohttp.ClientSession, url: str) -> bytes:
    """What the session itself gets."""
    async with session.get(url) as response:
        return await response.read()


# -- what of it is used ------------------------------------------------------------------------------------------------


async def test_its_connections_are_shared_with_it(serve: Serve, session: Session, make: Make) -> None:
    server, its = serve(each_request(quick)), await session()
    transport = make(session=its)
    for _ in range(2):
        assert await fetched(its, server.url) == b'{"ok": true}'
        assert (await transport.asend(Request("GET", server.url))).body == b'{"ok": true}'
    assert server.connections == 1


async def test_it_stays_open(serve: Serve, session: Session, make: Make) -> None:
    its = await session()
    url = serve(each_request(quick)).url
    async with pristine.AsyncPipeline(MANIFEST, pristine.context(base_url=url, transport=make(session=its))) as api:
        assert await api.execute("get") == {"ok": True}
    transport = make(session=its)
    held = await transport.aopen(Request("GET", serve(waiting(CHUNKED)).url))
    reading = asyncio.create_task(held.anext())
    await asyncio.sleep(0)
    await transport.aclose()
    with pytest.raises(ConnectionLost):
        await asyncio.wait_for(reading, 1)
    assert not its.closed
    assert its.connector is not None
    assert not its.connector.closed
    assert await fetched(its, url) == b'{"ok": true}'
    assert (await transport.asend(Request("GET", url))).status == 200


async def test_its_tls_is_used(tls_server: WireServer, session: Session, make: Make, ca: str) -> None:
    its = await session({"ssl": ssl.create_default_context(cafile=ca)})
    assert (await make(session=its).asend(Request("GET", tls_server.url))).status == 200


async def test_its_local_address_is_used(serve: Serve, session: Session, make: Make) -> None:
    server = serve(each_request(lambda wire, _: wire.respond(200, wire.socket.getpeername()[0].encode())))
    its = await session({"local_addr": ("127.0.0.2", 0)})
    assert (await make(session=its).asend(Request("GET", server.url))).body == b"127.0.0.2"


async def test_its_connector_may_be_of_another_kind(session: Session, make: Make, tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET / HTTP/1.1\r\nHost: any.test\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    path = str(tmp_path / "socket")
    async with (
        await asyncio.start_unix_server(answer, path),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as its,
    ):
        transport = make(session=its)
        for _ in range(2):
            assert (await transport.asend(Request("GET", "http://any.test/"))).body == b"ok"


async def test_its_cookies_headers_and_traces_are_not_used(serve: Serve, session: Session, make: Make) -> None:
    traced: list[object] = []

    async def trace(*of: object) -> None:
        traced.append(of)

    config = aiohttp.TraceConfig()
    config.on_connection_create_start.append(trace)
    server = serve(each_request(lambda wire, _: wire.respond(200, b"", "Set-Cookie: a=server")))
    its = await session(cookies={"a": "mine"}, headers={"Authorization": "mine"}, trace_configs=[config])
    for _ in range(2):
        await make(session=its).asend(Request("GET", server.url))
    assert [[name for name, _ in received.headers] for received in server.requests] == [["Host"], ["Host"]]
    assert [cookie.value for cookie in its.cookie_jar] == ["mine"]
    assert traced == []


async def test_its_proxy_is_used(serve: Serve, session: Session, make: Make, stack: ExitStack) -> None:
    proxy, server = stack.enter_context(Proxy("Basic dXNlcjpwdw==")), serve(each_request(quick))
    transport = make(session=await session(proxy=proxy.url.replace("//", "//user:pw@")))
    assert (await transport.asend(Request("GET", server.url))).status == 200
    assert [received.target for received in proxy.requests] == [f"{server.url}/"]


async def test_its_proxy_of_the_environment_is_used(
    serve: Serve, session: Session, make: Make, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = stack.enter_context(Proxy("Basic dXNlcjpwdw==")), serve(each_request(quick))
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//user:pw@"))
    for trusts, asked in ((False, 0), (True, 1)):
        transport = make(session=await session(trust_env=trusts))
        assert (await transport.asend(Request("GET", server.url))).status == 200
        assert len(proxy.requests) == asked
    monkeypatch.setenv("no_proxy", "*")
    assert (await make(session=await session(trust_env=True)).asend(Request("GET", server.url))).status == 200
    assert len(proxy.requests) == 1


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_there_are_no_options_beside_it() -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as its:
            with pytest.raises(ConfigurationError, match=r"leave out keep_alive, max_idle") as caught:
                AiohttpTransport(session=its, keep_alive=1, max_idle=2)
        assert caught.value.setting == "session"

    run(main())


@pytest.mark.parametrize("thing", [aiohttp.ClientSession, "session"], ids=["class", "text"])
def test_another_thing_is_refused(thing: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"give an aiohttp\.ClientSession"):
        AiohttpTransport(session=thing)


async def test_it_works_on_its_own_event_loop_alone(serve: Serve, session: Session, make: Make) -> None:
    transport, request = make(session=await session()), Request("GET", serve(each_request(quick)).url)

    def elsewhere() -> None:
        with pytest.raises(ConfigurationError, match="another event loop") as caught:
            asyncio.run(transport.asend(request))
        assert caught.value.setting == "session"

    await asyncio.to_thread(elsewhere)
    assert (await transport.asend(request)).status == 200


async def test_one_that_is_closed_is_refused(serve: Serve, session: Session, make: Make) -> None:
    its = await session()
    transport, request = make(session=its), Request("GET", serve(each_request(quick)).url)
    assert (await transport.asend(request)).status == 200
    await its.close()
    with pytest.raises(ConfigurationError, match="the session is closed"):
        await transport.asend(request)


# -- its limits, and who waits -----------------------------------------------------------------------------------------


async def test_its_limit_bounds_and_the_wait_for_it_is_called_pool(serve: Serve, session: Session, make: Make) -> None:
    its = await session({"limit": 1})
    transport, url = make(session=its), serve(waiting(CHUNKED)).url
    held = await transport.aopen(Request("GET", url))
    for limits, told in (
        (Timeout(pool=0.05, connect=0.01), r"pool timeout of 0.05 s passed \(phase: pool\)"),
        (Timeout(pool=5, total=0.05), r"total timeout of 0.05 s passed \(phase: pool\)"),
    ):
        with pytest.raises(TimeoutExceeded, match=told) as caught:
            await transport.asend(Request("GET", url, timeout=limits))
        assert caught.value.retry_safe == "yes"
    await held.aclose()


@pytest.mark.parametrize(("connect", "outcome"), [(0.2, "200"), (0.1, "connect timeout of 0.1 s")])
async def test_who_has_waited_for_a_place_has_the_whole_limit_to_connect(
    serve: Serve, session: Session, make: Make, stack: ExitStack, connect: float, outcome: str
) -> None:
    url = serve(each_request(quick)).url if outcome == "200" else stack.enter_context(nobody_accepts())
    transport = make(session=await session({"limit": 1}))
    held = await transport.aopen(Request("GET", serve(waiting(CHUNKED)).url))
    task = asyncio.create_task(transport.asend(Request("GET", url, timeout=Timeout(pool=5, connect=connect))))
    await asyncio.sleep(0.3)
    await held.aclose()
    (answer,) = await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 1)
    assert (str(answer.status) if isinstance(answer, Response) else str(answer)).startswith(outcome)


async def test_a_host_that_is_full_does_not_hold_up_the_others(serve: Serve, session: Session, make: Make) -> None:
    its = await session({"limit": 3, "limit_per_host": 1})
    transport, full = make(session=its), serve(waiting(CHUNKED)).url
    held = await transport.aopen(Request("GET", full))
    tasks = [asyncio.create_task(transport.asend(Request("GET", full))) for _ in range(5)]
    await asyncio.sleep(0)
    request = Request("GET", serve(each_request(quick)).url, timeout=Timeout(pool=1))
    assert (await transport.asend(request)).status == 200
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await held.aclose()


@pytest.mark.parametrize("given_back", ["release", "close"])
async def test_who_is_cancelled_as_he_is_woken_wakes_the_next(
    serve: Serve, session: Session, make: Make, given_back: str
) -> None:
    """Ours, and the session's own, who wait in the same queue."""
    its, url = await session({"limit": 1}), serve(each_request(quick)).url
    assert its.connector is not None
    asked = aiohttp.ClientRequest("GET", URL(url), loop=asyncio.get_running_loop())
    held = await its.connector.connect(asked, [], aiohttp.ClientTimeout())
    transport, request = make(session=its), Request("GET", url, timeout=Timeout(pool=2))
    cancelled, *others = [asyncio.create_task(transport.asend(request)) for _ in range(3)]
    its_own = asyncio.create_task(fetched(its, url))
    await asyncio.sleep(0)
    getattr(held, given_back)()
    cancelled.cancel()
    answers = await asyncio.wait_for(asyncio.gather(*others), 2)
    assert [answer.body for answer in answers] == [b'{"ok": true}'] * 2
    assert await its_own == b'{"ok": true}'
    assert cancelled.cancelled()


async def test_a_task_cancelled_at_any_step_leaves_its_place(serve: Serve, session: Session, make: Make) -> None:
    server = serve(each_request(quick))
    transport = make(session=await session({"limit": 1}))
    request = Request("POST", server.url, body=b"x" * 100_000)
    for ticks in range(30):
        task = asyncio.create_task(transport.asend(request))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    assert (await transport.asend(Request("GET", server.url, timeout=Timeout(pool=1)))).status == 200


# -- which connection is used again ------------------------------------------------------------------------------------


async def test_one_that_died_while_the_loop_stood_still_is_not_used(serve: Serve, session: Session, make: Make) -> None:
    server, its = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")), await session()
    transport = make(session=its)
    for _ in range(3):
        assert await fetched(its, server.url) == b"ok"
        time.sleep(0.05)  # noqa: ASYNC251 that is the point
        assert (await transport.asend(Request("POST", server.url, body=b"x"))).body == b"ok"
        time.sleep(0.05)  # noqa: ASYNC251
    assert server.connections == 6


@pytest.mark.parametrize("answer", ONCE.values(), ids=list(ONCE))
async def test_one_that_could_give_the_answer_to_another_request_is_not_taken(
    serve: Serve, session: Session, make: Make, answer: list[bytes]
) -> None:
    server, its = serve(says_and_stays(*answer)), await session()
    assert await fetched(its, server.url) == b"mine"
    for _ in range(3):
        await asyncio.sleep(0.05)
        assert (await make(session=its).asend(Request("GET", server.url))).body == b"mine"
    assert server.connections == 4


@pytest.mark.parametrize("answer", ["closing", "more", "more-in-the-end"])
async def test_it_is_not_handed_back_either(serve: Serve, session: Session, make: Make, answer: str) -> None:
    server, its = serve(says_and_stays(*ONCE[answer])), await session()
    assert (await make(session=its).asend(Request("GET", server.url))).body == b"mine"
    await asyncio.sleep(0.05)
    assert await fetched(its, server.url) == b"mine"


class Slow(aiohttp.TCPConnector):
    """The event loop stands still when it has connected, so that what comes is not read yet."""

    async def connect(self, *arguments: Any) -> Any:
        connection = await super().connect(*arguments)
        time.sleep(0.05)  # noqa: ASYNC251 as the docstring says
        return connection


async def test_a_fresh_one_is_taken_though_the_server_speaks_first(serve: Serve, make: Make) -> None:
    def hasty(wire: Wire) -> None:
        wire.respond(200, b"early")
        wire.request()
        wire.pause()

    server = serve(hasty)
    async with aiohttp.ClientSession(connector=Slow()) as its:
        answer = await asyncio.wait_for(make(session=its).asend(Request("GET", server.url)), 2)
    assert (answer.body, server.connections) == (b"early", 1)


async def test_one_that_cannot_be_made_fails(session: Session, make: Make) -> None:
    with pytest.raises(ConnectFailed):
        await make(session=await session()).asend(Request("GET", "http://127.0.0.1:1/"))
