"""The type Checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Literal


@_attrs.frozen(kw_only=True, eq=False)
class Checkpoint(_sdk.Model):
    """An object of the API."""

    checkpoint_id: str
    checkpoint_type: Literal["training", "sampler"] | str
    time: datetime
    tinker_path: str
    size_bytes: int | None = None
    public: bool = False
    expires_at: datetime | None = None
    user_metadata: dict[str, Any] | None = None
