"""The type AdamParams."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class AdamParams(_sdk.Model):
    """An object of the API."""

    learning_rate: float = 0.0001
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-12
    weight_decay: float = 0.0
    grad_clip_norm: float = 0.0
