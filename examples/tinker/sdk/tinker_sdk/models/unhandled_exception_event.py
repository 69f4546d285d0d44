"""The type UnhandledExceptionEvent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class UnhandledExceptionEvent(_sdk.Model):
    """An object of the API."""

    event: Literal["UNHANDLED_EXCEPTION"] | str = "UNHANDLED_EXCEPTION"
    event_id: str
    event_session_index: int
    severity: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | str
    timestamp: datetime
    error_type: str
    error_message: str
    traceback: str | None = None
