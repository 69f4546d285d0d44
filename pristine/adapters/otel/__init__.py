"""Telemetry: OpenTelemetry, by its API alone. Which SDK records and exports, if any, is the application's to say.

A span for each call, stream and future, one for each request that it sends, and metrics, by the conventions for HTTP
clients; the trace goes along with the requests. Nothing of a header, a body, a credential or an error's text is told.
"""

from pristine.adapters.otel.telemetry import OpenTelemetry

__all__ = ["OpenTelemetry"]
