"""The type CreateSessionResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from typing import Literal


@_attrs.frozen(kw_only=True, eq=False)
class CreateSessionResponse(_sdk.Model):
    """An object of the API."""

    type: Literal["create_session"] | str | None = None
    session_id: str
    info_message: str | None = None
    warning_message: str | None = None
    error_message: str | None = None
