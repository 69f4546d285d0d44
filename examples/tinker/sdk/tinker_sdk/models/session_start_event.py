"""The type SessionStartEvent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class SessionStartEvent(_sdk.Model):
    """An object of the API."""

    event: Literal["SESSION_START"] | str = "SESSION_START"
    event_id: str
    event_session_index: int
    severity: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | str
    timestamp: datetime
