"""Where the adapters that come with Pristine are, as pyproject.toml registers them: a test holds the two together.

To look at the entry points of everything that is installed takes ten milliseconds and more: a process that only uses
what is built in never does.
"""

from collections.abc import Mapping
from typing import Final

BUILT_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "pristine.transports": {
        "aiohttp": "pristine.adapters.aiohttp:AiohttpTransport",
        "chaos": "pristine.adapters.chaos:ChaosTransport",
        "httpx": "pristine.adapters.httpx:HttpxTransport",
        "httpx2": "pristine.adapters.httpx2:Httpx2Transport",
        "memory": "pristine.adapters.memory:MemoryTransport",
        "pyreqwest": "pristine.adapters.pyreqwest:PyreqwestTransport",
        "record": "pristine.adapters.cassette:RecordTransport",
        "replay": "pristine.adapters.cassette:ReplayTransport",
    },
    "pristine.serializers": {
        "json": "pristine.adapters.json:JsonSerializer",
        "msgspec": "pristine.adapters.msgspec:MsgspecSerializer",
    },
    "pristine.auth": {
        "bearer": "pristine.adapters.auth:Bearer",
        "api_key": "pristine.adapters.auth:ApiKey",
        "basic": "pristine.adapters.auth:Basic",
        "headers": "pristine.adapters.auth:StaticHeaders",
    },
    "pristine.retry": {
        "constant": "pristine.adapters.retry:ConstantRetry",
        "decorrelated": "pristine.adapters.retry:DecorrelatedRetry",
        "exponential": "pristine.adapters.retry:ExponentialRetry",
        "linear": "pristine.adapters.retry:LinearRetry",
        "off": "pristine.adapters.retry:NoRetry",
    },
    "pristine.semaphores": {
        "adaptive": "pristine.adapters.semaphores:AdaptiveSemaphore",
        "bytes": "pristine.adapters.semaphores:BytesSemaphore",
        "counting": "pristine.adapters.semaphores:CountingSemaphore",
    },
    "pristine.limiters": {
        "gcra": "pristine.adapters.limits:GcraLimiter",
    },
    "pristine.breakers": {
        "circuit": "pristine.adapters.breaker:Breaker",
    },
    "pristine.budgets": {
        "tokens": "pristine.adapters.budget:TokenBudget",
    },
    "pristine.classifiers": {
        "rules": "pristine.adapters.classifier:RuleClassifier",
    },
    "pristine.telemetry": {
        "fan_out": "pristine.adapters.telemetry:FanOut",
        "filtered": "pristine.adapters.telemetry:Filtered",
        "logging": "pristine.adapters.telemetry:LoggingTelemetry",
        "metrics": "pristine.adapters.telemetry:Metrics",
        "off": "pristine.adapters.telemetry:NoTelemetry",
        "otel": "pristine.adapters.otel:OpenTelemetry",
        "recording": "pristine.adapters.telemetry:RecordingTelemetry",
        "structlog": "pristine.adapters.telemetry.structlog:StructlogTelemetry",
    },
    "pristine.clocks": {
        "system": "pristine.adapters.clock:SystemClock",
        "manual": "pristine.adapters.clock:ManualClock",
    },
    "pristine.documents": {
        "json": "pristine.adapters.documents:read_json",
        "toml": "pristine.adapters.toml:read",
        "yaml": "pristine.adapters.yaml:read",
    },
}
"""Entry-point group -> name -> object. Such a name is never anything else, whatever else registers it."""
