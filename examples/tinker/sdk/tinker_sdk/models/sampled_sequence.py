"""The type SampledSequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class SampledSequence(_sdk.Model):
    """An object of the API."""

    tokens: list[int]
    logprobs: list[float] | None = None
    stop_reason: Literal["length", "stop"] | str
