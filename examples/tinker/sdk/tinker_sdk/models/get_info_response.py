"""The type GetInfoResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal

    from .model_data import ModelData


@_attrs.frozen(kw_only=True, eq=False)
class GetInfoResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["get_info"] | str | None = None
    model_data: ModelData
    model_id: str
    is_lora: bool | None = None
    lora_rank: int | None = None
    model_name: str | None = None
