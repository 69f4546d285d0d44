"""For authors of adapters and of SDKs: contract suites, a server that misbehaves, fakes, fixtures. Needs pytest.

This file is a table of contents; names load when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pristine.testing.answers import as_events as as_events
    from pristine.testing.answers import as_json as as_json
    from pristine.testing.answers import by_target as by_target
    from pristine.testing.assertions import assert_all_closed as assert_all_closed
    from pristine.testing.assertions import assert_all_used as assert_all_used
    from pristine.testing.assertions import assert_not_requested as assert_not_requested
    from pristine.testing.assertions import assert_requested as assert_requested
    from pristine.testing.assertions import assert_requests as assert_requests
    from pristine.testing.assertions import requests_to as requests_to
    from pristine.testing.bodies import Pieces as Pieces
    from pristine.testing.contracts.auth import AuthContract as AuthContract
    from pristine.testing.contracts.breaker import CircuitBreakerContract as CircuitBreakerContract
    from pristine.testing.contracts.budget import RetryBudgetContract as RetryBudgetContract
    from pristine.testing.contracts.classifier import ResultClassifierContract as ResultClassifierContract
    from pristine.testing.contracts.clock import ClockContract as ClockContract
    from pristine.testing.contracts.future import FutureContract as FutureContract
    from pristine.testing.contracts.limiter import RateLimiterContract as RateLimiterContract
    from pristine.testing.contracts.retry import RetryContract as RetryContract
    from pristine.testing.contracts.semaphore import SemaphoreContract as SemaphoreContract
    from pristine.testing.contracts.serializer import SerializerContract as SerializerContract
    from pristine.testing.contracts.streaming import StreamTransportContract as StreamTransportContract
    from pristine.testing.contracts.telemetry import TelemetryContract as TelemetryContract
    from pristine.testing.contracts.transport import TransportContract as TransportContract
    from pristine.testing.examples import examples_for as examples_for
    from pristine.testing.faults import FAULTS as FAULTS
    from pristine.testing.mock import MockServer as MockServer
    from pristine.testing.promises import Promise as Promise
    from pristine.testing.promises import PromiseBroken as PromiseBroken
    from pristine.testing.rehearsal import rehearse as rehearse
    from pristine.testing.server import Received as Received
    from pristine.testing.server import Wire as Wire
    from pristine.testing.server import WireServer as WireServer
    from pristine.testing.server import each_request as each_request
    from pristine.testing.server import in_turn as in_turn

_HOMES: Final = {
    "pristine.testing.answers": ("as_events", "as_json", "by_target"),
    "pristine.testing.assertions": (
        "assert_all_closed",
        "assert_all_used",
        "assert_not_requested",
        "assert_requested",
        "assert_requests",
        "requests_to",
    ),
    "pristine.testing.bodies": ("Pieces",),
    "pristine.testing.contracts.auth": ("AuthContract",),
    "pristine.testing.contracts.breaker": ("CircuitBreakerContract",),
    "pristine.testing.contracts.budget": ("RetryBudgetContract",),
    "pristine.testing.contracts.classifier": ("ResultClassifierContract",),
    "pristine.testing.contracts.clock": ("ClockContract",),
    "pristine.testing.contracts.future": ("FutureContract",),
    "pristine.testing.contracts.limiter": ("RateLimiterContract",),
    "pristine.testing.contracts.retry": ("RetryContract",),
    "pristine.testing.contracts.semaphore": ("SemaphoreContract",),
    "pristine.testing.contracts.serializer": ("SerializerContract",),
    "pristine.testing.contracts.streaming": ("StreamTransportContract",),
    "pristine.testing.contracts.telemetry": ("TelemetryContract",),
    "pristine.testing.contracts.transport": ("TransportContract",),
    "pristine.testing.examples": ("examples_for",),
    "pristine.testing.faults": ("FAULTS",),
    "pristine.testing.mock": ("MockServer",),
    "pristine.testing.promises": ("Promise", "PromiseBroken"),
    "pristine.testing.rehearsal": ("rehearse",),
    "pristine.testing.server": ("Received", "Wire", "WireServer", "each_request", "in_turn"),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 a list of strings, made from the table


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pristine.testing' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
