"""The type ModelInput."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .model_input_chunk import ModelInputChunk


@_attrs.frozen(kw_only=True, eq=False)
class ModelInput(_sdk.Model):
    """An object of the API."""

    chunks: list[ModelInputChunk]
