"""A client library and the core it stands on, handed in: only one of two pairs that are alike may be installed."""

from typing import Any

from pristine.ports.values import frozen


@frozen
class Vendor:
    """`name` is "httpx", as the adapter and its extra are called, and `core` httpcore; or "httpx2" and httpcore2."""

    name: str
    core: Any
