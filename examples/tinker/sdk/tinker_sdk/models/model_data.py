"""The type ModelData."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class ModelData(_sdk.Model):
    """An object of the API."""

    arch: str | None = None
    model_name: str | None = None
    tokenizer_id: str | None = None
