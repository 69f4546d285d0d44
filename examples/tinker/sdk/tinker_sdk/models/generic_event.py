"""The type GenericEvent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Literal


@_attrs.frozen(kw_only=True, eq=False)
class GenericEvent(_sdk.Model):
    """An object of the API."""

    event: Literal["GENERIC_EVENT"] | str = "GENERIC_EVENT"
    event_id: str
    event_name: str
    event_session_index: int
    severity: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | str
    timestamp: datetime
    event_data: dict[str, Any] | None = None
