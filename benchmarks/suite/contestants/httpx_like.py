"""httpx and httpx2 as their users have them: the client, with pools that are not bounded. Both have the same names."""

from pathlib import Path
from typing import Any

from benchmarks.suite.contestants.asked import ASKED, FILE, PATH
from benchmarks.suite.contestants.decoding import Pieces
from benchmarks.suite.contestants.shapes import completion, encoded

JSON = {"Content-Type": "application/json"}


class Async:
    """An AsyncClient."""

    def __init__(self, library: Any, root: str) -> None:
        limits = library.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = library.AsyncClient(limits=limits, timeout=60)
        self._url, self._file = root + PATH, root + FILE

    async def call(self) -> str:
        response = await self._client.post(self._url, content=encoded(ASKED), headers=JSON)
        return completion(response.content).choices[0].message.content

    async def stream(self, seen: Any) -> None:
        pieces = Pieces(seen)
        async with self._client.stream("POST", self._url, content=encoded(ASKED), headers=JSON) as response:
            async for chunk in response.aiter_raw():
                pieces.feed(chunk)

    async def save(self, path: Path) -> None:
        async with self._client.stream("GET", self._file) as response:
            with path.open("wb", buffering=0) as file:
                async for chunk in response.aiter_raw():
                    file.write(chunk)

    async def close(self) -> None:
        await self._client.aclose()


class Blocking:
    """A Client."""

    def __init__(self, library: Any, root: str) -> None:
        limits = library.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = library.Client(limits=limits, timeout=60)
        self._url, self._file = root + PATH, root + FILE

    def call(self) -> str:
        response = self._client.post(self._url, content=encoded(ASKED), headers=JSON)
        return completion(response.content).choices[0].message.content

    def save(self, path: Path) -> None:
        with self._client.stream("GET", self._file) as response, path.open("wb", buffering=0) as file:
            for chunk in response.iter_raw():
                file.write(chunk)

    def close(self) -> None:
        self._client.close()
