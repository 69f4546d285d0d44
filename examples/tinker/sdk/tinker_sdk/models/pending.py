"""The type Pending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class Pending(_sdk.Model):
    """Not ready yet, as older servers said it."""

    status: Literal["pending"] | str
