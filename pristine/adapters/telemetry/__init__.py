"""Telemetry: listeners of the standard library alone. The one for structlog is in the file of its name."""

from pristine.adapters.telemetry.fan_out import FanOut as FanOut
from pristine.adapters.telemetry.filtered import Filtered as Filtered
from pristine.adapters.telemetry.logging import LoggingTelemetry as LoggingTelemetry
from pristine.adapters.telemetry.metrics import Metrics as Metrics
from pristine.adapters.telemetry.plain import NoTelemetry as NoTelemetry
from pristine.adapters.telemetry.plain import RecordingTelemetry as RecordingTelemetry
