"""The type ImageAssetPointerChunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class ImageAssetPointerChunk(_sdk.Model):
    """An object of the API."""

    location: str
    format: Literal["png", "jpeg"] | str
    expected_tokens: int | None = None
    type: Literal["image_asset_pointer"] | str = "image_asset_pointer"
