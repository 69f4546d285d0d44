"""The type CheckpointsArchiveResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from datetime import datetime


@_attrs.frozen(kw_only=True, eq=False)
class CheckpointsArchiveResponse(_sdk.Model):
    """An object of the API."""

    url: str
    expires: datetime
