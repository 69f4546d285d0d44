"""A client of chat 1.0.

A small chat API: one reply as a whole, or the same reply word by word.
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
