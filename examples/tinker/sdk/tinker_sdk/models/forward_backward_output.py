"""The type ForwardBackwardOutput."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .tensor_data import TensorData


@_attrs.frozen(kw_only=True, eq=False)
class ForwardBackwardOutput(_sdk.Model):
    """An object of the API."""

    loss_fn_output_type: str
    loss_fn_outputs: list[dict[str, TensorData]]
    metrics: dict[str, float]
