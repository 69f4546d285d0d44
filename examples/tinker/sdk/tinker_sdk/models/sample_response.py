"""The type SampleResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal

    from .sampled_sequence import SampledSequence


@_attrs.frozen(kw_only=True, eq=False)
class SampleResponse(_sdk.Model):
    """An object of the API.

    Attributes:
        topk_prompt_logprobs: For each token null, or pairs of a token and its log-probability.
    """

    type: Literal["sample"] | str | None = None
    sequences: list[SampledSequence]
    prompt_logprobs: list[float | None] | None = None
    topk_prompt_logprobs: list[list[list[float]] | None] | None = None
