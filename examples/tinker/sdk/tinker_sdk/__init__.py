"""A client of tinker 0.38.

The Tinker training API, as its public clients speak it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pristine import sdk as _sdk

from ._version import __version__

if TYPE_CHECKING:
    from . import errors, models
    from ._client import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__", "errors", "models"]

if not TYPE_CHECKING:
    __getattr__ = _sdk.lazily(
        __name__,
        {"AsyncClient": "_client", "Client": "_client", "errors": "", "models": ""},
        globals(),
    )
