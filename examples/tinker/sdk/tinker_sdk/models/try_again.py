"""The type TryAgain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class TryAgain(_sdk.Model):
    """An object of the API."""

    type: Literal["try_again"] | str
    request_id: str
    queue_state: Literal["active", "paused_rate_limit", "paused_capacity"] | str
    queue_state_reason: str | None = None
    retry_after_ms: int | None = None
