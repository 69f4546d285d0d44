"""The type Usage."""

from __future__ import annotations

import attrs as _attrs
from pristine import sdk as _sdk


@_attrs.frozen(kw_only=True, eq=False)
class Usage(_sdk.Model):
    """An object of the API."""

    words: int
