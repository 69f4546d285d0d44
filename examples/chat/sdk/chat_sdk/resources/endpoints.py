"""The whole API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import ChatReply


class Endpoints(_sdk.Resource):
    """All of the API."""

    def create_chat(self, *, prompt: str, query: Mapping[str, Any] | None = None) -> ChatReply:
        """The whole reply."""
        return self._calls.value("create_chat", {"prompt": prompt}, query=query)

    def stream_chat(
        self,
        *,
        prompt: str,
        query: Mapping[str, Any] | None = None,
    ) -> _sdk.StreamResponse[Any]:
        """The reply as server-sent events, one for each word."""
        return self._calls.stream("stream_chat", {"prompt": prompt}, query=query)

    stream_chat_stream = stream_chat


class AsyncEndpoints(_sdk.Resource):
    """All of the API, to be awaited."""

    async def create_chat(
        self,
        *,
        prompt: str,
        query: Mapping[str, Any] | None = None,
    ) -> ChatReply:
        """The whole reply."""
        return await self._calls.value("create_chat", {"prompt": prompt}, query=query)

    def stream_chat(
        self,
        *,
        prompt: str,
        query: Mapping[str, Any] | None = None,
    ) -> _sdk.Opening[Any]:
        """The reply as server-sent events, one for each word."""
        return self._calls.stream("stream_chat", {"prompt": prompt}, query=query)

    stream_chat_stream = stream_chat


class EndpointsWithRawResponse(_sdk.Resource):
    """The calls of Endpoints, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Endpoints(calls)
        self.create_chat = _sdk.raw(_of.create_chat)
        self.stream_chat = _sdk.raw_any(_of.stream_chat)


class AsyncEndpointsWithRawResponse(_sdk.Resource):
    """The calls of AsyncEndpoints, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncEndpoints(calls)
        self.create_chat = _sdk.async_raw(_of.create_chat)
        self.stream_chat = _sdk.async_raw_any(_of.stream_chat)


class EndpointsWithStreamingResponse(_sdk.Resource):
    """The calls of Endpoints, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Endpoints(calls)
        self.create_chat = _sdk.streamed(_of.create_chat)
        self.stream_chat = _sdk.streamed(_of.stream_chat)


class AsyncEndpointsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncEndpoints, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncEndpoints(calls)
        self.create_chat = _sdk.async_streamed(_of.create_chat)
        self.stream_chat = _sdk.async_streamed(_of.stream_chat)
