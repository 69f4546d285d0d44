"""The type SaveWeightsForSamplerResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class SaveWeightsForSamplerResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["save_weights_for_sampler"] | str | None = None
    path: str | None = None
    sampling_session_id: str | None = None
