"""The type TelemetryEvent."""

from __future__ import annotations

from typing import Any, TypeAlias

from .generic_event import GenericEvent
from .session_end_event import SessionEndEvent
from .session_start_event import SessionStartEvent
from .unhandled_exception_event import UnhandledExceptionEvent

TelemetryEvent: TypeAlias = (
    GenericEvent | SessionStartEvent | SessionEndEvent | UnhandledExceptionEvent | dict[str, Any]
)
