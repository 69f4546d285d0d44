"""Telemetry: numbers, kept in this process."""

from pristine.adapters.telemetry.metrics.histogram import Histogram as Histogram
from pristine.adapters.telemetry.metrics.histogram import Summary as Summary
from pristine.adapters.telemetry.metrics.metrics import Metrics as Metrics
from pristine.adapters.telemetry.metrics.metrics import Series as Series
from pristine.adapters.telemetry.metrics.metrics import Snapshot as Snapshot
