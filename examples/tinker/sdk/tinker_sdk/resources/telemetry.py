"""The part telemetry of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..models import TelemetryEvent, TelemetrySendResponse


class Telemetry(_sdk.Resource):
    """`client.telemetry`."""

    def send(
        self,
        *,
        session_id: str,
        platform: str,
        sdk_version: str,
        events: Sequence[TelemetryEvent | Mapping[str, Any]],
        query: Mapping[str, Any] | None = None,
    ) -> TelemetrySendResponse:
        """Tell the service what happened in the client."""
        return self._calls.value(
            "telemetry.send",
            {
                "session_id": session_id,
                "platform": platform,
                "sdk_version": sdk_version,
                "events": events,
            },
            query=query,
        )


class AsyncTelemetry(_sdk.Resource):
    """`client.telemetry`, to be awaited."""

    async def send(
        self,
        *,
        session_id: str,
        platform: str,
        sdk_version: str,
        events: Sequence[TelemetryEvent | Mapping[str, Any]],
        query: Mapping[str, Any] | None = None,
    ) -> TelemetrySendResponse:
        """Tell the service what happened in the client."""
        return await self._calls.value(
            "telemetry.send",
            {
                "session_id": session_id,
                "platform": platform,
                "sdk_version": sdk_version,
                "events": events,
            },
            query=query,
        )


class TelemetryWithRawResponse(_sdk.Resource):
    """The calls of Telemetry, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Telemetry(calls)
        self.send = _sdk.raw(_of.send)


class AsyncTelemetryWithRawResponse(_sdk.Resource):
    """The calls of AsyncTelemetry, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTelemetry(calls)
        self.send = _sdk.async_raw(_of.send)


class TelemetryWithStreamingResponse(_sdk.Resource):
    """The calls of Telemetry, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Telemetry(calls)
        self.send = _sdk.streamed(_of.send)


class AsyncTelemetryWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncTelemetry, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTelemetry(calls)
        self.send = _sdk.async_streamed(_of.send)
