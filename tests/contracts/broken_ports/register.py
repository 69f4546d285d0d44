"""Adapters that break one promise each: where they are entered, and what keeps none of them waiting."""

import threading
from collections.abc import Callable
from typing import Any, Final

from pristine.testing.contracts.auth import AuthContract
from pristine.testing.contracts.breaker import CircuitBreakerContract
from pristine.testing.contracts.budget import RetryBudgetContract
from pristine.testing.contracts.classifier import ResultClassifierContract
from pristine.testing.contracts.clock import ClockContract
from pristine.testing.contracts.future import FutureContract
from pristine.testing.contracts.limiter import RateLimiterContract
from pristine.testing.contracts.retry import RetryContract
from pristine.testing.contracts.semaphore import SemaphoreContract
from pristine.testing.contracts.serializer import SerializerContract
from pristine.testing.contracts.telemetry import TelemetryContract

CONTRACTS: Final[dict[str, Any]] = {
    "Retry": RetryContract,
    "RetryBudget": RetryBudgetContract,
    "CircuitBreaker": CircuitBreakerContract,
    "ResultClassifier": ResultClassifierContract,
    "Telemetry": TelemetryContract,
    "Auth": AuthContract,
    "Clock": ClockContract,
    "Semaphore": SemaphoreContract,
    "Serializer": SerializerContract,
    "Future": FutureContract,
    "RateLimiter": RateLimiterContract,
}
BROKEN: Final[dict[tuple[str, str, str], Any]] = {}
"""(port, number of the promise, name) -> the contract over an adapter that breaks it."""

OVER: Final = threading.Event()
"""Set when a test is over, so that nobody waits longer."""


def breaks(port: str, number: int, **more: Any) -> Callable[[Any], Any]:
    """Enter an adapter that breaks a promise; `more` are attributes of its contract."""

    def enter(adapter: Any) -> Any:
        contract = type(adapter.__name__, (CONTRACTS[port],), {"make": lambda _: adapter(), **more})
        BROKEN[port, str(number), adapter.__name__] = contract
        return adapter

    return enter
