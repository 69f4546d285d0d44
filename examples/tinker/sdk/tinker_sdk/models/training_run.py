"""The type TrainingRun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from .checkpoint import Checkpoint


@_attrs.frozen(kw_only=True, eq=False)
class TrainingRun(_sdk.Model):
    """An object of the API."""

    training_run_id: str
    base_model: str
    model_owner: str
    is_lora: bool
    corrupted: bool = False
    lora_rank: int | None = None
    last_request_time: datetime
    last_checkpoint: Checkpoint | None = None
    last_sampler_checkpoint: Checkpoint | None = None
    user_metadata: dict[str, Any] | None = None
