"""The type ForwardBackwardInput."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Any

    from .datum import Datum
    from .forward_backward_input_loss_fn import ForwardBackwardInputLossFn


@_attrs.frozen(kw_only=True, eq=False)
class ForwardBackwardInput(_sdk.Model):
    """An object of the API."""

    data: list[Datum]
    loss_fn: ForwardBackwardInputLossFn
    loss_fn_config: dict[str, Any] | None = None
