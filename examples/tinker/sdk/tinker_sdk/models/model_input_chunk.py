"""The type ModelInputChunk."""

from __future__ import annotations

from typing import Any, TypeAlias

from .encoded_text_chunk import EncodedTextChunk
from .image_asset_pointer_chunk import ImageAssetPointerChunk
from .image_chunk import ImageChunk

ModelInputChunk: TypeAlias = EncodedTextChunk | ImageChunk | ImageAssetPointerChunk | dict[str, Any]
