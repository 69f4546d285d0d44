"""What telemetry costs: a call on the memory transport with each listener, and with listeners that filter it away.

    python benchmarks/telemetry.py [--rounds N] [--calls N]

How that is measured is in `_wirings.py`. The goal for a logger that filters the level of a good call: 3 µs; for
telemetry that is off, beside a build that has none (`_untold.py`): 0.5 µs.
"""

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that benchmarks share a measure

import pristine
from benchmarks._untold import cost, untold
from benchmarks._wirings import compare
from pristine.adapters.telemetry import FanOut, Filtered, LoggingTelemetry, Metrics
from pristine.adapters.telemetry.structlog import StructlogTelemetry
from pristine.ports.telemetry import Signal


class Hearing:
    """Hears everything, and does nothing."""

    active = True

    def emit(self, signal: Signal) -> None:
        """Do nothing."""


class Answering:
    """A transport, as short as one can be."""

    def send(self, request: pristine.Request) -> pristine.Response:
        del request
        return pristine.Response(204)

    def close(self) -> None:
        """Nothing is held."""


def logger(level: int) -> LoggingTelemetry:
    """A listener whose logger lets through a level, and writes to memory."""
    log = logging.getLogger(f"bench.{level}")
    log.setLevel(level)
    log.propagate = False
    log.handlers = [logging.StreamHandler(io.StringIO())]
    return LoggingTelemetry(logger=log)


def structured(level: int) -> StructlogTelemetry:
    """The same with structlog."""
    wrapper = structlog.make_filtering_bound_logger(level)
    processors: list[Any] = [structlog.processors.JSONRenderer()]
    structlog.configure(wrapper_class=wrapper, processors=processors)
    written = structlog.PrintLogger(io.StringIO())
    return StructlogTelemetry(logger=structlog.wrap_logger(written, wrapper_class=wrapper, processors=processors))


LISTENERS: Final[dict[str, Callable[[], Any]]] = {
    "plain": lambda: "off",
    "a listener that does nothing": Hearing,
    "that of a service": lambda: pristine.context(transport="memory", profile="production").telemetry,
    "a hook on failures": lambda: pristine.context(transport="memory").on("request.exception", print).telemetry,
    "metrics": Metrics,
    "a filter that takes a hundredth": lambda: Filtered(inner=Hearing(), rate=0.01),
    "a fan-out to two": lambda: FanOut(Hearing(), Hearing()),
    "logging, off": lambda: logger(logging.CRITICAL),
    "logging, warning": lambda: logger(logging.WARNING),
    "logging, debug": lambda: logger(logging.DEBUG),
    "structlog, off": lambda: structured(logging.CRITICAL),
    "structlog, warning": lambda: structured(logging.WARNING),
    "structlog, debug": lambda: structured(logging.DEBUG),
}


def wired(listener: Callable[[], Any]) -> Callable[[], dict[str, Any]]:
    """The settings of a Context that has it."""
    return lambda: {"telemetry": listener()}


def off() -> float:
    """What it costs that there could be a listener."""
    manifest = pristine.load_manifest({"name": "bench", "endpoints": {"get": {"method": "GET", "path": "/get"}}})
    answers = pristine.context(base_url="http://memory", transport=Answering())
    return cost(pristine.Pipeline(manifest, answers), untold(pristine.Pipeline(manifest, answers)), "get")


if __name__ == "__main__":
    made = {name: wired(listener) for name, listener in LISTENERS.items()}
    compare(made, "what telemetry costs a call", 1000)
    print(f"\noff, beside a build without telemetry: {off():+.2f} µs a call")
