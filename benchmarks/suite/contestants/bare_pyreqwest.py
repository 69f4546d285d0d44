"""pyreqwest as its users have it: a client, whose streams are not read ahead of the reader."""

from collections.abc import Callable
from pathlib import Path

from pyreqwest.client import ClientBuilder, SyncClientBuilder

from benchmarks.suite.contestants.asked import ASKED, FILE, PATH
from benchmarks.suite.contestants.decoding import Pieces
from benchmarks.suite.contestants.shapes import completion, encoded

PART = 256 * 1024


class Async:
    """A Client."""

    def __init__(self, root: str) -> None:
        self._client = ClientBuilder().build()
        self._url, self._file = root + PATH, root + FILE

    async def call(self) -> str:
        builder = self._client.post(self._url).body_bytes(encoded(ASKED)).header("Content-Type", "application/json")
        response = await builder.build().send()
        return completion(bytes(await response.bytes())).choices[0].message.content

    async def stream(self, seen: Callable[[str], object]) -> None:
        pieces = Pieces(seen)
        builder = self._client.post(self._url).body_bytes(encoded(ASKED)).header("Content-Type", "application/json")
        async with builder.streamed_read_buffer_limit(0).build_streamed() as response:
            while (chunk := await response.body_reader.read_chunk()) is not None:
                pieces.feed(bytes(chunk))

    async def save(self, path: Path) -> None:
        async with self._client.get(self._file).build_streamed() as response:
            with path.open("wb", buffering=0) as file:
                while chunk := await response.body_reader.read(PART):
                    file.write(chunk)

    async def close(self) -> None:
        await self._client.close()


class Blocking:
    """A SyncClient."""

    def __init__(self, root: str) -> None:
        self._client = SyncClientBuilder().build()
        self._url, self._file = root + PATH, root + FILE

    def call(self) -> str:
        builder = self._client.post(self._url).body_bytes(encoded(ASKED)).header("Content-Type", "application/json")
        return completion(bytes(builder.build().send().bytes())).choices[0].message.content

    def save(self, path: Path) -> None:
        with self._client.get(self._file).build_streamed() as response, path.open("wb", buffering=0) as file:
            while chunk := response.body_reader.read(PART):
                file.write(chunk)

    def close(self) -> None:
        self._client.close()
