"""The type TensorData."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class TensorData(_sdk.Model):
    """An object of the API."""

    data: list[float]
    dtype: Literal["int64", "float32"] | str
    shape: list[int] | None = None
