"""The type CheckpointList."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .checkpoint import Checkpoint
    from .cursor import Cursor


@_attrs.frozen(kw_only=True, eq=False)
class CheckpointList(_sdk.Model):
    """An object of the API."""

    checkpoints: list[Checkpoint]
    cursor: Cursor | None = None
