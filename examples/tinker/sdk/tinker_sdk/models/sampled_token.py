"""The type SampledToken."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class SampledToken(_sdk.Model):
    """An object of the API.

    Attributes:
        finish_reason: There in the last event alone.
    """

    token: str | None = None
    token_id: int | None = None
    index: int | None = None
    finish_reason: str | None = None
    total_tokens: int | None = None
    logprob: float | None = None
