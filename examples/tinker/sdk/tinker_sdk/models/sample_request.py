"""The type SampleRequest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal

    from .model_input import ModelInput
    from .sampling_params import SamplingParams


@_attrs.frozen(kw_only=True, eq=False)
class SampleRequest(_sdk.Model):
    """An object of the API."""

    num_samples: int = 1
    prompt: ModelInput
    sampling_params: SamplingParams
    base_model: str | None = None
    model_path: str | None = None
    sampling_session_id: str | None = None
    seq_id: int | None = None
    prompt_logprobs: bool | None = None
    topk_prompt_logprobs: int = 0
    type: Literal["sample"] | str = "sample"
