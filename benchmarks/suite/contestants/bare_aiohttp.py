"""aiohttp as its users have it: a session whose connector is not bounded."""

from collections.abc import Callable
from pathlib import Path

import aiohttp

from benchmarks.suite.contestants.asked import ASKED, FILE, PATH
from benchmarks.suite.contestants.decoding import Pieces
from benchmarks.suite.contestants.shapes import completion, encoded

JSON = {"Content-Type": "application/json"}


class Async:
    """A ClientSession."""

    def __init__(self, root: str) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._url, self._file = root + PATH, root + FILE

    async def call(self) -> str:
        async with self._session.post(self._url, data=encoded(ASKED), headers=JSON) as response:
            return completion(await response.read()).choices[0].message.content

    async def stream(self, seen: Callable[[str], object]) -> None:
        pieces = Pieces(seen)
        async with self._session.post(self._url, data=encoded(ASKED), headers=JSON) as response:
            async for chunk in response.content.iter_any():
                pieces.feed(chunk)

    async def save(self, path: Path) -> None:
        async with self._session.get(self._file) as response:
            with path.open("wb", buffering=0) as file:
                async for chunk in response.content.iter_any():
                    file.write(chunk)

    async def close(self) -> None:
        await self._session.close()
