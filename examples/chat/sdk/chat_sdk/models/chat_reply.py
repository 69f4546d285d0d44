"""The type ChatReply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .usage import Usage


@_attrs.frozen(kw_only=True, eq=False)
class ChatReply(_sdk.Model):
    """An object of the API."""

    id: str
    text: str
    usage: Usage | None = None
