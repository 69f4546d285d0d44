"""The type ServiceCapabilitiesResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .supported_model import SupportedModel


@_attrs.frozen(kw_only=True, eq=False)
class ServiceCapabilitiesResponse(_sdk.Model):
    """An object of the API."""

    supported_models: list[SupportedModel]
