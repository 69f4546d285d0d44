"""The transports that the examples are driven over, so that one test body serves all of them."""

from typing import Any, Final

import pristine
from tests.support import driven

BACKENDS: Final = {
    "httpx-sync": ("sync", "httpx"),
    "httpx-async": ("async", "httpx"),
    "aiohttp": ("async", "aiohttp"),
}
"""Id -> the face, and the transport under it."""


class Driven(driven.Driven):
    """A client over a backend."""

    def __init__(self, backend: str, manifest: pristine.Manifest, base_url: str | None, **settings: Any) -> None:
        face, transport = BACKENDS[backend]
        given = {"retry": "off", **settings}
        super().__init__(face, manifest, pristine.context(transport=transport, base_url=base_url, **given))
