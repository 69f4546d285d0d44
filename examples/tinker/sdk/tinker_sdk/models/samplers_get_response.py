"""The type SamplersGetResponse."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class SamplersGetResponse(_sdk.Model):
    """An object of the API."""

    sampler_id: str
    base_model: str
    model_path: str | None = None
