"""The type QueueState."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .queue_state_queue_state import QueueStateQueueState


@_attrs.frozen(kw_only=True, eq=False)
class QueueState(_sdk.Model):
    """An object of the API."""

    queue_state: QueueStateQueueState | None = None
    queue_state_reason: str | None = None
