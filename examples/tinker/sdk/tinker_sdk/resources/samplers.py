"""The part samplers of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import SamplersGetResponse


class Samplers(_sdk.Resource):
    """`client.samplers`."""

    def get(
        self,
        sampler_id: str | int,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> SamplersGetResponse:
        """What a sampler samples from."""
        return self._calls.value(
            "samplers.get",
            path_params={"sampler_id": sampler_id},
            query=query,
        )


class AsyncSamplers(_sdk.Resource):
    """`client.samplers`, to be awaited."""

    async def get(
        self,
        sampler_id: str | int,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> SamplersGetResponse:
        """What a sampler samples from."""
        return await self._calls.value(
            "samplers.get",
            path_params={"sampler_id": sampler_id},
            query=query,
        )


class SamplersWithRawResponse(_sdk.Resource):
    """The calls of Samplers, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Samplers(calls)
        self.get = _sdk.raw(_of.get)


class AsyncSamplersWithRawResponse(_sdk.Resource):
    """The calls of AsyncSamplers, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSamplers(calls)
        self.get = _sdk.async_raw(_of.get)


class SamplersWithStreamingResponse(_sdk.Resource):
    """The calls of Samplers, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Samplers(calls)
        self.get = _sdk.streamed(_of.get)


class AsyncSamplersWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncSamplers, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSamplers(calls)
        self.get = _sdk.async_streamed(_of.get)
