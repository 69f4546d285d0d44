"""A port of the wrong colour is told when a Context meets its Pipeline, by name and with the way out."""

from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.auth import Bearer
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.core.face import async_face, blocking_face
from pristine.ports.errors import WrongFace
from pristine.ports.messages import Request, Response
from tests.support.faces import run
from tests.support.offline import BASE, answer, manifest

MANIFEST = pristine.load_manifest(manifest())
STREAMING = pristine.load_manifest(manifest({"streaming": True}))


class OnlyBlocking:
    def send(self, request: Request) -> Response:
        return answer("blocking")

    def close(self) -> None: ...


class OnlyAsync:
    async def asend(self, request: Request) -> Response:
        return answer("async")

    async def aclose(self) -> None: ...


class CoroutinesUnderBlockingNames(OnlyBlocking):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # the mistake that is tested
        return answer("?")


class CoroutineOpen(OnlyBlocking):
    async def open(self, request: Request) -> Any: ...


class AsyncAuth:
    async def asign(self, request: Request) -> Request:
        return attrs.evolve(request, headers={"X": "async"})


class CoroutineSign:
    async def sign(self, request: Request) -> Request:
        return request


class BlockingClock:
    now = time = ManualClock().now

    def sleep(self, seconds: float) -> None: ...


def context(**ports: Any) -> Any:
    return pristine.context(**{"transport": MemoryTransport([lambda _: answer(1)]), "base_url": BASE, **ports})


@pytest.mark.parametrize(
    ("ports", "told"),
    [
        ({"transport": OnlyAsync()}, r"transport OnlyAsync has no blocking face \(it lacks send\(\), close\(\)\)"),
        ({"transport": CoroutinesUnderBlockingNames()}, r"its send\(\) is a coroutine function"),
        ({"transport": CoroutineOpen()}, r"its open\(\) is a coroutine function"),
        ({"auth": AsyncAuth()}, r"auth AsyncAuth has no blocking face \(it lacks sign\(\)\)"),
        ({"auth": CoroutineSign()}, r"its sign\(\) is a coroutine function"),
        ({"clock": object()}, r"clock object has no blocking face"),
    ],
)
def test_a_pipeline_refuses_ports_that_wait(ports: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongFace, match=told) as caught:
        pristine.Pipeline(MANIFEST, context(**ports))
    assert f"use AsyncPipeline, or another {caught.value.setting}" in str(caught.value)


@pytest.mark.parametrize(
    ("ports", "told"),
    [
        ({"transport": OnlyBlocking()}, r"transport OnlyBlocking has no async face \(it lacks asend\(\), aclose\(\)\)"),
        ({"auth": CoroutineSign()}, r"auth CoroutineSign has no async face \(it lacks asign\(\)\)"),
        ({"auth": object()}, r"auth object has no async face \(it lacks sign\(\)\)"),
        ({"clock": BlockingClock()}, r"clock BlockingClock has no async face \(it lacks asleep\(\)\)"),
    ],
)
def test_an_async_pipeline_refuses_ports_that_block(ports: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongFace, match=told) as caught:
        pristine.AsyncPipeline(MANIFEST, context(**ports))
    assert f"use Pipeline, or another {caught.value.setting}" in str(caught.value)


def test_a_port_needs_no_more_than_the_methods_of_its_face() -> None:
    with pristine.Pipeline(MANIFEST, context(transport=OnlyBlocking())) as api:
        assert api.execute("e") == "blocking"

    async def call() -> Any:
        async with pristine.AsyncPipeline(MANIFEST, context(transport=OnlyAsync(), auth=AsyncAuth())) as api:
            return await api.execute("e")

    assert run(call()) == "async"


def test_an_auth_that_never_waits_serves_both_faces() -> None:
    transport = MemoryTransport([lambda _: answer(1)])
    wired = context(transport=transport, auth=Bearer("t"))

    async def call() -> None:
        async with pristine.AsyncPipeline(MANIFEST, wired) as api:
            await api.execute("e")

    with pristine.Pipeline(MANIFEST, wired) as api:
        api.execute("e")
    run(call())
    assert [request.headers["authorization"] for request in transport.requests] == ["Bearer t", "Bearer t"]


@pytest.mark.parametrize(
    ("pipeline", "transport"), [(pristine.Pipeline, OnlyBlocking()), (pristine.AsyncPipeline, OnlyAsync())]
)
def test_a_transport_that_cannot_stream_is_told_before_any_call(pipeline: Any, transport: Any) -> None:
    with pytest.raises(pristine.ConfigurationError, match=f"e streams, but the transport {type(transport).__name__}"):
        pipeline(STREAMING, context(transport=transport))


def test_both_faces_hold_the_ports_themselves() -> None:
    wired = context(clock="manual")
    assert async_face(wired).transport is wired.transport
    assert async_face(wired).clock is wired.clock
    assert blocking_face(wired).clock.now() == wired.clock.now()
