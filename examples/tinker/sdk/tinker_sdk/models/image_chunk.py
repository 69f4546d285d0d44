"""The type ImageChunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class ImageChunk(_sdk.Model):
    """An object of the API."""

    data: bytes
    format: Literal["png", "jpeg"] | str
    expected_tokens: int | None = None
    type: Literal["image"] | str = "image"
