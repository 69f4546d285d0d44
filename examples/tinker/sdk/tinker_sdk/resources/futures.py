"""The part futures of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import FutureAnswer


class Futures(_sdk.Resource):
    """`client.futures`."""

    def retrieve(
        self,
        *,
        request_id: str,
        query: Mapping[str, Any] | None = None,
        iteration: int | None = None,
        request_type: str | None = None,
        roundtrip_time: float | None = None,
        allow_metadata_only: bool | None = None,
    ) -> FutureAnswer:
        """Ask for the result of what the server does later. 408 says that it is not there yet."""
        return self._calls.value(
            "futures.retrieve",
            {"request_id": request_id, **_given({"allow_metadata_only": allow_metadata_only})},
            query=query,
            headers=self._calls.fields(
                "futures.retrieve",
                {
                    "X-Tinker-Request-Iteration": iteration,
                    "X-Tinker-Request-Type": request_type,
                    "X-Tinker-Create-Promise-Roundtrip-Time": roundtrip_time,
                },
            ),
        )


class AsyncFutures(_sdk.Resource):
    """`client.futures`, to be awaited."""

    async def retrieve(
        self,
        *,
        request_id: str,
        query: Mapping[str, Any] | None = None,
        iteration: int | None = None,
        request_type: str | None = None,
        roundtrip_time: float | None = None,
        allow_metadata_only: bool | None = None,
    ) -> FutureAnswer:
        """Ask for the result of what the server does later. 408 says that it is not there yet."""
        return await self._calls.value(
            "futures.retrieve",
            {"request_id": request_id, **_given({"allow_metadata_only": allow_metadata_only})},
            query=query,
            headers=self._calls.fields(
                "futures.retrieve",
                {
                    "X-Tinker-Request-Iteration": iteration,
                    "X-Tinker-Request-Type": request_type,
                    "X-Tinker-Create-Promise-Roundtrip-Time": roundtrip_time,
                },
            ),
        )


class FuturesWithRawResponse(_sdk.Resource):
    """The calls of Futures, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Futures(calls)
        self.retrieve = _sdk.raw(_of.retrieve)


class AsyncFuturesWithRawResponse(_sdk.Resource):
    """The calls of AsyncFutures, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncFutures(calls)
        self.retrieve = _sdk.async_raw(_of.retrieve)


class FuturesWithStreamingResponse(_sdk.Resource):
    """The calls of Futures, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Futures(calls)
        self.retrieve = _sdk.streamed(_of.retrieve)


class AsyncFuturesWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncFutures, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncFutures(calls)
        self.retrieve = _sdk.async_streamed(_of.retrieve)
