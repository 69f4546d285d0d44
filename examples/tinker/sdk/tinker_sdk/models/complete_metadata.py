"""The type CompleteMetadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class CompleteMetadata(_sdk.Model):
    """The result is there, and so large. It is asked for again without allow_metadata_only."""

    status: Literal["complete_metadata"] | str
    response_payload_size: int
