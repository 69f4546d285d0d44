"""Open connections are counted, over real sockets: what a transport knows of them reaches whoever watches."""

import gc
import os
import subprocess
import sys
from typing import Any

import attrs
import pytest
from opentelemetry import metrics as metrics_api
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

import pristine
from pristine.adapters.chaos import ChaosTransport
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.otel import OpenTelemetry
from pristine.adapters.otel.telemetry import _WATCHED, _watched_for
from pristine.adapters.telemetry import FanOut, Filtered, Metrics
from pristine.adapters.telemetry.metrics import Series
from pristine.adapters.watched import Watched
from pristine.ports.messages import Response
from pristine.ports.pooling import Connections, Pooling, connections_of, counted
from pristine.ports.telemetry import Watching
from pristine.testing.server import Received, Wire, WireServer, each_request
from tests.conftest import Connect, Serve
from tests.support.faces import Async, Blocking


def answered(wire: Wire, request: Received) -> None:
    if request.target != "/feed":
        wire.json(b"{}")
        return
    wire.begin_stream()
    wire.chunk(b"data: 1\n\n")
    wire.closed_by_peer()


@pytest.fixture
def server(serve: Serve) -> WireServer:
    return serve(each_request(answered))


class Reading:
    """An SDK, and what it reads."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)

    @property
    def connections(self) -> list[tuple[tuple[tuple[str, Any], ...], Any]]:
        data = self.reader.get_metrics_data()
        every = [one for scope in data.resource_metrics[0].scope_metrics for one in scope.metrics] if data else []
        found = [metric for metric in every if metric.name == "http.client.open_connections"]
        assert {metric.unit for metric in found} <= {"{connection}"}
        points: list[Any] = [point for metric in found for point in metric.data.data_points]
        return sorted((tuple(sorted(point.attributes.items())), point.value) for point in points)


def connected(connect: Connect, server: WireServer, **settings: Any) -> tuple[Any, Any]:
    """An API that has made a call, and its transport."""
    api: Any = connect(server, **settings)
    api.execute("get")
    transport = api.pipeline._engine.context.transport
    if not isinstance(transport, Pooling):
        pytest.skip("it does not know its connections")
    return api, transport


def told(server: WireServer, active: int, idle: int) -> list[Any]:
    place = {"server.address": "127.0.0.1", "server.port": int(server.url.rpartition(":")[2])}
    both = (("active", active), ("idle", idle))
    return [(tuple(sorted({**place, "http.connection.state": state}.items())), count) for state, count in both]


def test_whoever_watches_knows_how_many_are_open(connect: Connect, server: WireServer) -> None:
    metrics, sdk = Metrics(), Reading()
    listeners = FanOut(Filtered(inner=metrics), OpenTelemetry(meter_provider=sdk.provider))
    api, _ = connected(connect, server, telemetry=listeners)
    host = server.url.removeprefix("http://")

    def now() -> Any:
        gauges = metrics.snapshot().gauges
        found = tuple(gauges.get(Series(f"connections.{state}", "", host)) for state in ("active", "idle"))
        assert sdk.connections == ([] if None in found else told(server, *map(int, found)))  # type: ignore[arg-type]  # no None
        return found

    assert now() == (0, 1)
    stream = api.open("feed")
    stream.next()
    assert now() == (1, 0)
    api.execute("get")
    assert now() == (1, 1)
    stream.close()
    assert now() == (0, 1)
    metrics.reset()
    assert now() == (0, 1)
    assert api.execute("get") == {}
    assert server.connections == 2
    if isinstance(api, Async):
        api.runner.run(api.pipeline.aclose())
    else:
        api.pipeline.close()
    assert now() == (None, None)


@pytest.mark.parametrize("name", ["httpx", "httpx2", "aiohttp"])
def test_the_pools_of_several_loops_are_counted_together(name: str, server: WireServer) -> None:
    pytest.importorskip(name)
    context = pristine.context(base_url=server.url, transport=name)
    assert isinstance(context.transport, Pooling)
    first, second = Async(context), Async(context)
    for api in (first, second):
        api.execute("get")
    place = "127.0.0.1", int(server.url.rpartition(":")[2])
    assert connections_of(context.transport) == [Connections(*place, 0, 2)]
    if "httpx" in name:
        with Blocking(context) as third:
            third.execute("get")
            assert connections_of(context.transport) == [Connections(*place, 0, 3)]
    first.runner.close()
    assert connections_of(context.transport) == [Connections(*place, 0, 1)]
    second.close()
    second.runner.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_does_not_count_those_of_its_parent(connect: Connect, server: WireServer) -> None:
    transport = connected(connect, server)[1]
    child = os.fork()
    if not child:
        os._exit(len(connections_of(transport)))
    assert os.waitpid(child, 0)[1] == 0
    assert len(connections_of(transport)) == 1


def test_a_transport_is_counted_once_whoever_shares_it_and_whatever_is_around_it(server: WireServer) -> None:
    metrics = Metrics()
    transport = HttpxTransport()
    around = ChaosTransport(ChaosTransport(transport))
    assert not hasattr(around, "connections")
    apis = [
        Blocking(pristine.context(base_url=server.url, transport=one, telemetry=metrics).on("request.stop", print))
        for one in (transport, around, transport)
    ]
    for api in apis:
        api.execute("get")
    assert sorted(metrics.snapshot().gauges.values()) == [0, 0, 1]
    assert len(metrics._watched) == 1
    for api in apis:
        api.close()
    transport.close()


def test_listeners_on_one_provider_watch_together(server: WireServer) -> None:
    """An SDK asks the first callback of an instrument, and leaves out those that come later."""
    sdk = Reading()
    apis = [
        Blocking(
            pristine.context(
                base_url=server.url,
                transport=HttpxTransport(),
                telemetry=OpenTelemetry(meter_provider=sdk.provider),
            )
        )
        for _ in range(2)
    ]
    for api in apis:
        api.execute("get")
    assert sdk.connections == told(server, 0, 2)
    for api in apis:
        api.pipeline._engine.context.transport.close()
    assert sdk.connections == []
    assert _watched_for(None) is _watched_for(metrics_api.get_meter_provider()) is _WATCHED
    before = len(_WATCHED)
    OpenTelemetry(metrics=False).watch(HttpxTransport())
    assert len(_WATCHED) == before


LATE = """
import pristine, sys
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pristine.adapters.httpx import HttpxTransport

manifest = pristine.load_manifest({"name": "t", "endpoints": {"get": {"method": "GET", "path": "/get"}}})
transports = [HttpxTransport() for _ in range(3)]

def opened(transport):
    return pristine.Pipeline(manifest, pristine.context(base_url=sys.argv[1], transport=transport, telemetry="otel"))

apis, reader = list(map(opened, transports[:2])), InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
apis.append(opened(transports[2]))
for api in apis:
    api.execute("get")
[scope] = reader.get_metrics_data().resource_metrics[0].scope_metrics
[found] = [metric for metric in scope.metrics if metric.name == "http.client.open_connections"]
print([point.value for point in found.data.data_points])
for transport in transports:
    transport.close()
"""


def test_listeners_from_before_and_after_the_sdk_watch_together(server: WireServer) -> None:
    command = [sys.executable, "-W", "error", "-c", LATE, server.url]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[0, 3]\n"


def test_a_transport_is_held_weakly() -> None:
    watched, transport = Watched(), HttpxTransport()
    watched.add(transport)
    watched.add(transport)
    assert len(watched) == 1
    del transport
    gc.collect()
    assert watched.connections() == []
    assert len(watched) == 0


class Knowing(MemoryTransport):
    """Says what it is given to say."""

    def __init__(self, said: Any) -> None:
        super().__init__([Response(200, {}, b"{}")] * 3)
        self.said = said

    def connections(self) -> Any:
        return self.said()


@attrs.frozen(slots=True, weakref_slot=False)
class Slotted:
    """Cannot be held weakly."""

    inner: Any

    def connections(self) -> list[Connections]:
        return []

    def send(self, request: Any) -> Response:
        return self.inner.send(request)  # type: ignore[no-any-return]  # it is what was sent

    def close(self) -> None:
        """Nothing is held."""


class Angry(Metrics):
    """Does not want to know."""

    def watch(self, transport: object) -> None:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "transport",
    [MemoryTransport([Response(200, {}, b"{}")] * 3), Knowing(lambda: 1 / 0), Knowing(lambda: ["many"])],
    ids=["knows nothing", "raises", "says what is none"],
)
def test_nothing_is_told_where_nothing_is_known(transport: Any) -> None:
    metrics = Metrics()
    with Blocking(pristine.context(base_url="http://t", transport=transport, telemetry=metrics)) as api:
        api.execute("get")
    assert [series for series in metrics.snapshot().gauges if series.name.startswith("connections")] == []


@pytest.mark.parametrize("telemetry", [Metrics(), Angry()], ids=["slotted", "raises"])
def test_what_goes_wrong_with_watching_hurts_nobody(telemetry: Any) -> None:
    answer = Response(200, {"content-type": "application/json"}, b'{"a": 1}')
    transport: Any = Slotted(MemoryTransport([answer]))
    context = pristine.context(base_url="http://t", transport=transport, telemetry=telemetry)
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"get": {"method": "GET", "path": "/get"}}})
    assert isinstance(telemetry, Watching)
    with pristine.Pipeline(manifest, context) as api:
        assert api.execute("get") == {"a": 1}


def test_connections_are_counted_by_their_server() -> None:
    found = counted([("b", 1), ("a", 2), ("b", 1)], [("b", 1)])
    assert found == [Connections("a", 2, 1, 0), Connections("b", 1, 2, 1)]
