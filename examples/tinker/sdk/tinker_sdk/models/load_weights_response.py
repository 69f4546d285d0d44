"""The type LoadWeightsResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class LoadWeightsResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["load_weights"] | str | None = None
    path: str | None = None
    model_id: str | None = None
