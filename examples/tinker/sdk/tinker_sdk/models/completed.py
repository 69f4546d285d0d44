"""The type Completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Any, Literal


@_attrs.frozen(kw_only=True, eq=False)
class Completed(_sdk.Model):
    """A result, as older servers wrapped it."""

    status: Literal["completed"] | str
    result: Any
