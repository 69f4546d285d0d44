"""A client library and the core it stands on, handed in: only one of two pairs that are alike may be installed."""

from typing import Any

from pristine.ports.values import frozen


@frozen
class Vendor:
    """`client` is httpx, and `core` its httpcore; or httpx2 and httpcore2."""

    client: Any
    core: Any

    @property
    def name(self) -> str:
        """What the adapter and its extra are called."""
        return str(self.client.__name__)
