"""Contexts are cheap: equal configurations share one transport and its pool, in threads, forks, loops and pickles."""

import asyncio
import copy
import gc
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import pristine
from pristine.adapters.auth import Bearer
from pristine.adapters.memory import MemoryTransport
from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConfigurationError
from pristine.testing.server import WireServer, each_request
from tests.conftest import Serve
from tests.support.faces import MANIFEST

NAMES = ["httpx", "aiohttp"]
OPTIONS: dict[str, Any] = {"max_connections": 3, "tls": {"verify": False}}


def quick(server: Any, _: Any) -> None:
    server.json(b'{"ok": true}')


def calls(name: str, context: Any) -> Callable[[], Any]:
    """A call through the face that the transport has."""

    async def awaited() -> Any:
        async with pristine.AsyncPipeline(MANIFEST, context) as api:
            return await api.execute("get")

    def blocking() -> Any:
        with pristine.Pipeline(MANIFEST, context) as api:
            return api.execute("get")

    return (lambda: asyncio.run(awaited())) if name == "aiohttp" else blocking


@pytest.mark.parametrize("name", NAMES)
def test_equal_configurations_share_a_transport_and_others_do_not(name: str) -> None:
    first = pristine.context(transport={"name": name, **OPTIONS})
    second = pristine.context(transport={"name": name, **copy.deepcopy(OPTIONS)}, base_url="http://a.test")
    other = pristine.context(transport={"name": name, **OPTIONS, "max_connections": 4})
    assert first.transport is second.transport is first.with_(auth=Bearer("x")).transport
    assert other.transport is not first.transport


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_transport_lives_as_long_as_a_context_of_it(name: str) -> None:
    context = pristine.context(transport={"name": name, "max_connections": 77})
    transport = weakref.ref(context.transport)
    copied = context.with_(base_url="http://a.test")
    del context
    gc.collect()
    assert transport() is copied.transport
    del copied
    gc.collect()
    assert transport() is None


def test_what_has_a_state_of_its_own_is_not_shared() -> None:
    assert pristine.context(transport="memory").transport is not pristine.context(transport="memory").transport


def test_the_pool_is_closed_with_the_last_pipeline_of_all_contexts(serve: Serve) -> None:
    server = serve(each_request(quick))
    contexts = [pristine.context(base_url=server.url, transport={"name": "httpx", "max_idle": 7}) for _ in range(2)]
    first, second = (pristine.Pipeline(MANIFEST, context) for context in contexts)
    first.execute("get")
    first.close()
    second.execute("get")
    assert server.connections == 1
    second.close()
    calls("httpx", contexts[0])()
    assert server.connections == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda context: pickle.loads(pickle.dumps(context))])
def test_a_context_from_configuration_travels(name: str, again: Any, serve: Serve) -> None:
    server = serve(each_request(quick))
    settings = {"base_url": server.url, "auth": Bearer("t"), "timeout": 5, "redirects": 3, "headers": {"X": "1"}}
    context = pristine.context(transport={"name": name, **OPTIONS}, **settings)  # type: ignore[call-overload]
    with_calls = again(context)
    assert with_calls.transport is context.transport
    assert repr(with_calls) == repr(context)
    for field in ("base_url", "auth", "timeout", "redirects", "headers", "needs"):
        assert getattr(with_calls, field) == getattr(context, field)
    assert calls(name, with_calls)() == {"ok": True}
    assert server.requests[0].header("authorization") == "Bearer t"


def test_open_pipelines_do_not_travel_and_do_not_hinder() -> None:
    context = pristine.context(transport="httpx", base_url="http://a.test")
    with pristine.Pipeline(MANIFEST, context):
        assert pickle.loads(pickle.dumps(context)).base_url == "http://a.test"


CHILD = """
import pickle, sys, pristine
from tests.support.faces import MANIFEST
context = pickle.loads(sys.stdin.buffer.read())
with pristine.Pipeline(MANIFEST, context) as api:
    print(api.execute("get"))
"""


def test_a_pickled_context_works_in_a_new_process(serve: Serve) -> None:
    server = serve(each_request(quick))
    context = pristine.context(transport="httpx", base_url=server.url)
    done = subprocess.run([sys.executable, "-c", CHILD], input=pickle.dumps(context), capture_output=True, check=True)
    assert done.stdout.decode().strip() == "{'ok': True}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)  # the server has threads: said of any fork
def test_a_context_survives_fork(name: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    context = pristine.context(transport={"name": name, "max_connections": 1}, base_url=server.url)
    call = calls(name, context)
    assert call() == {"ok": True}
    child = os.fork()
    if child == 0:
        os._exit(0 if call() == {"ok": True} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert call() == {"ok": True}


@pytest.mark.parametrize("name", NAMES)
def test_a_context_serves_one_event_loop_after_another(name: str, serve: Serve) -> None:
    server: WireServer = serve(each_request(quick))
    context = pristine.context(transport={"name": name, **OPTIONS}, base_url=server.url)

    async def call() -> Any:
        return await pristine.AsyncPipeline(MANIFEST, context).execute("get")  # left open: its loop ends all the same

    for _ in range(3):
        assert asyncio.run(call()) == {"ok": True}


# -- what a transport must be able to do -------------------------------------------------------------------------------


class Limited(MemoryTransport):
    """A transport that says what it can do: not much."""

    capabilities = frozenset({Capability.STREAMING})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"needs": {"http2"}}, "Limited cannot do what is needed: http2"),
        ({"needs": {"trailers", "http2"}}, "http2, trailers"),
        ({"needs": [Capability.CANCEL]}, "cancel"),
        ({"timeout": 5}, "total_timeout"),
        ({"needs": "htp2"}, "there is no capability 'htp2'; did you mean 'http2'"),
    ],
)
def test_a_context_that_needs_what_its_transport_lacks_is_not_made(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        pristine.context(transport=Limited(), **settings)
    assert caught.value.setting == "needs"
    with pytest.raises(ConfigurationError, match=told):
        pristine.context(transport=Limited()).with_(**settings)


def test_needs_that_are_met_and_a_word_that_is_not_said() -> None:
    assert pristine.context(transport=Limited(), needs="streaming").needs == {Capability.STREAMING}
    assert (
        pristine.context(transport=MemoryTransport(), needs={"total_timeout", "cancel"}, timeout=5).timeout.total == 5
    )
    with pytest.raises(ConfigurationError, match="http2"):
        pristine.context(transport=MemoryTransport(), needs={"http2"})
