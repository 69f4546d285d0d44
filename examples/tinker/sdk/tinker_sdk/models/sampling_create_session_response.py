"""The type SamplingCreateSessionResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class SamplingCreateSessionResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["create_sampling_session"] | str | None = None
    sampling_session_id: str
