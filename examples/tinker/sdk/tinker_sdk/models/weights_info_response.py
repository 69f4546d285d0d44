"""The type WeightsInfoResponse."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class WeightsInfoResponse(_sdk.Model):
    """An object of the API."""

    base_model: str
    is_lora: bool
    lora_rank: int | None = None
    train_unembed: bool | None = None
    train_mlp: bool | None = None
    train_attn: bool | None = None
