"""The type UnloadModelResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class UnloadModelResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["unload_model"] | str | None = None
    model_id: str
