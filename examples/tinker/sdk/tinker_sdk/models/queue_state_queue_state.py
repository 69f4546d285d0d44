"""The type QueueStateQueueState."""

from __future__ import annotations

from typing import Literal, TypeAlias

QueueStateQueueState: TypeAlias = Literal["active", "paused_rate_limit", "paused_capacity"] | str
