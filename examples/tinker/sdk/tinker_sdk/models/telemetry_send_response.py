"""The type TelemetrySendResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class TelemetrySendResponse(_sdk.Model):
    """An object of the API."""

    status: Literal["accepted"] | str
