"""Signals for the contract of listeners, and calls that must end as they do without one."""

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any, Final

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted, Step
from pristine.adapters.retry import ExponentialRetry
from pristine.manifest.load import load_manifest
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal
from pristine.testing.contracts.probing import raised

_ATTRIBUTES: Final = {
    "method": "GET",
    "url.template": "/users/{id}",
    "status": 200,
    "attempt": 1,
    "attempts": 1,
    "outcome": "success",
    "duration": 0.25,
    "delay": None,
    "error.type": "TimeoutExceeded",
    "events": 3,
    "bytes": 1024,
}


def ordinary() -> Iterator[Signal]:
    """Each signal that there is, with attributes such as it has, and one that there is not yet."""
    for name in (*SIGNALS, "tomorrow.signal"):
        yield Signal(name, "0d5e8c1c-5f10-4a1c-8a55-000000000000", "users.get", dict(_ATTRIBUTES))
    yield Signal("request.start", "", "", {})
    yield Signal("ünïcode ☃", "\n", "\0", {"": "", "nested": {"a": [1, (2.5, None)]}, "big": 10**30, "raw": b"\xff"})


def hostile() -> Iterator[Signal]:
    """Signals that are large or cannot be shown; whoever raises for one must at least not wait."""
    circle: list[Any] = []
    circle.append(circle)
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    for what, value in (("text", "x" * 1_000_000), ("circle", circle), ("deep", deep), ("raises", _Unshowable())):
        yield Signal("request.stop", "id", "users.get", {what: value})
    yield Signal("request.stop", "id", "users.get", {f"attribute {number}": number for number in range(10_000)})


class _Unshowable:
    def __repr__(self) -> str:
        raise ValueError("this attribute cannot be shown")

    def __deepcopy__(self, _: Any) -> "_Unshowable":
        raise ValueError("this attribute cannot be copied")


# -- calls -------------------------------------------------------------------------------------------------------------

_MANIFEST: Final = {
    "name": "contract",
    "endpoints": {
        "get": {"method": "GET", "path": "/get"},
        "feed": {"method": "GET", "path": "/feed", "streaming": True},
    },
}
_JSON: Final = {"content-type": "application/json"}


def _context(telemetry: Any) -> Any:
    script: list[Step] = [
        pristine.Response(200, _JSON, b'{"a": 1}'),
        pristine.Response(503, _JSON, b"{}"),
        pristine.Response(200, _JSON, b'{"b": 2}'),
        pristine.Response(404, _JSON, b'{"error": "no such thing"}'),
        Scripted([b"data: 1\n\n", b"data: 2\n\n"]),
    ]
    ports = {"telemetry": telemetry, "clock": ManualClock(), "retry": ExponentialRetry(jitter=0)}
    return pristine.context(base_url="http://contract.test", transport=MemoryTransport(script), **ports)


def blocking_calls(telemetry: Any) -> list[Any]:
    """What some calls come to: a value, one that is retried, an error, a stream."""
    with _no_warnings(), pristine.Pipeline(load_manifest(_MANIFEST), _context(telemetry)) as api:
        values = [api.execute("get"), api.execute("get"), str(raised(lambda: api.execute("get")))]
        with api.execute_stream("feed") as stream:
            return [*values, [event.data for event in stream]]


def async_calls(telemetry: Any) -> list[Any]:
    """The same, on the async face."""

    async def calls() -> list[Any]:
        async with pristine.AsyncPipeline(load_manifest(_MANIFEST), _context(telemetry)) as api:
            values = [await api.execute("get"), await api.execute("get")]
            try:
                await api.execute("get")
            except pristine.PristineError as error:
                values.append(str(error))
            async with api.execute_stream("feed") as stream:
                return [*values, [event.data async for event in stream]]

    with _no_warnings(), asyncio.Runner() as runner:
        return runner.run(calls())


def _no_warnings() -> Any:
    """Without the warning of a coroutine that nobody awaits: that emit is none has a test of its own."""
    return warnings.catch_warnings(action="ignore")
