"""Telemetry: listeners of the standard library alone. The one for structlog is in the file of its name.

Each loads when it is first used: most programs have one of them, or none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pristine.adapters.telemetry.fan_out import FanOut as FanOut
    from pristine.adapters.telemetry.filtered import Filtered as Filtered
    from pristine.adapters.telemetry.logging import LoggingTelemetry as LoggingTelemetry
    from pristine.adapters.telemetry.metrics import Metrics as Metrics
    from pristine.adapters.telemetry.plain import NoTelemetry as NoTelemetry
    from pristine.adapters.telemetry.plain import RecordingTelemetry as RecordingTelemetry

_HOMES: Final = {
    "FanOut": "fan_out",
    "Filtered": "filtered",
    "LoggingTelemetry": "logging",
    "Metrics": "metrics",
    "NoTelemetry": "plain",
    "RecordingTelemetry": "plain",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
