"""The type Datum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .model_input import ModelInput
    from .tensor_data import TensorData


@_attrs.frozen(kw_only=True, eq=False)
class Datum(_sdk.Model):
    """An object of the API."""

    model_input: ModelInput
    loss_fn_inputs: dict[str, TensorData]
