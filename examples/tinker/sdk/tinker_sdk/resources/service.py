"""The part service of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import ServiceCapabilitiesResponse, ServiceHealthResponse


class Service(_sdk.Resource):
    """`client.service`."""

    def health(self, *, query: Mapping[str, Any] | None = None) -> ServiceHealthResponse:
        """Whether the service is up."""
        return self._calls.value("service.health", query=query)

    def capabilities(
        self,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> ServiceCapabilitiesResponse:
        """The models that can be trained and sampled."""
        return self._calls.value("service.capabilities", query=query)


class AsyncService(_sdk.Resource):
    """`client.service`, to be awaited."""

    async def health(self, *, query: Mapping[str, Any] | None = None) -> ServiceHealthResponse:
        """Whether the service is up."""
        return await self._calls.value("service.health", query=query)

    async def capabilities(
        self,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> ServiceCapabilitiesResponse:
        """The models that can be trained and sampled."""
        return await self._calls.value("service.capabilities", query=query)


class ServiceWithRawResponse(_sdk.Resource):
    """The calls of Service, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Service(calls)
        self.health = _sdk.raw(_of.health)
        self.capabilities = _sdk.raw(_of.capabilities)


class AsyncServiceWithRawResponse(_sdk.Resource):
    """The calls of AsyncService, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncService(calls)
        self.health = _sdk.async_raw(_of.health)
        self.capabilities = _sdk.async_raw(_of.capabilities)


class ServiceWithStreamingResponse(_sdk.Resource):
    """The calls of Service, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Service(calls)
        self.health = _sdk.streamed(_of.health)
        self.capabilities = _sdk.streamed(_of.capabilities)


class AsyncServiceWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncService, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncService(calls)
        self.health = _sdk.async_streamed(_of.health)
        self.capabilities = _sdk.async_streamed(_of.capabilities)
