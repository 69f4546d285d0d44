"""The type Failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class Failed(_sdk.Model):
    """A failure, as older servers said it."""

    status: Literal["failed"] | str
    error: str
    category: Literal["unknown", "server", "user"] | str | None = None
