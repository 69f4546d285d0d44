"""A token source that counts: `token-1`, `token-2`, …; or fails, where it is told to."""

from collections.abc import Callable
from typing import Any

from pristine.ports.auth import AccessToken


class Tokens:
    """Both faces. `during` is called within each fetch; what it raises, the fetch raises."""

    def __init__(self, expires_in: float | None = None, *, during: Callable[[], Any] = lambda: None) -> None:
        self.expires_in = expires_in
        self.during = during
        self.fetched = 0

    def fetch(self) -> AccessToken:
        self.during()
        self.fetched += 1
        return AccessToken(f"token-{self.fetched}", self.expires_in)

    async def afetch(self) -> AccessToken:
        return self.fetch()
