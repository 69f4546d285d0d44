"""The type SessionsGetResponse."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class SessionsGetResponse(_sdk.Model):
    """An object of the API."""

    training_run_ids: list[str]
    sampler_ids: list[str]
