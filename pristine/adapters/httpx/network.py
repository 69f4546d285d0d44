"""httpcore's network streams, made to hold a deadline however the bytes trickle.

httpcore reads a time limit once and then allows that long for every read. It hands the limit on untouched, though, so a
Limit, which is a number that knows when it ends, can be looked at here before every read and write.
"""

import math
import time
from typing import Any, Final

import httpcore

_PIECE: Final = 256 * 1024
"""Bytes written between two looks at the deadline."""


class Limit(float):
    """A time limit in seconds that is also cut by a moment on the monotonic clock."""

    __slots__ = ("ends",)
    ends: float | None

    @classmethod
    def until(cls, seconds: float | None, ends: float | None) -> "Limit":
        """At most `seconds` at a time, and nothing after the moment `ends`, which may be changed."""
        limit = cls(math.inf if seconds is None else seconds)
        limit.ends = ends
        return limit


def left(limit: float | None, passed: type[Exception]) -> float | None:
    """What is left of a limit now; raises `passed` if nothing is."""
    if not isinstance(limit, Limit):
        return limit
    seconds = float(limit) if limit.ends is None else min(float(limit), limit.ends - time.monotonic())
    if seconds <= 0:
        raise passed("the deadline has passed")
    return None if seconds == math.inf else seconds


def _connecting(options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "timeout": left(options.get("timeout"), httpcore.ConnectTimeout)}


class Stream(httpcore.NetworkStream):
    """A blocking network stream."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return Stream(self._stream.start_tls(*args, **_connecting(options)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Makes blocking network streams."""

    _backend = httpcore.SyncBackend()

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return Stream(self._backend.connect_tcp(*args, **_connecting(options)))


class AsyncStream(httpcore.AsyncNetworkStream):
    """An async network stream."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, left(timeout, httpcore.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            await self._stream.write(buffer[start : start + _PIECE], left(timeout, httpcore.WriteTimeout))

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return AsyncStream(await self._stream.start_tls(*args, **_connecting(options)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Makes async network streams."""

    _backend = httpcore.AnyIOBackend()

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return AsyncStream(await self._backend.connect_tcp(*args, **_connecting(options)))
