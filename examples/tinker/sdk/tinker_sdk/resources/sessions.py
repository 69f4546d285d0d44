"""The part sessions of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..models import CreateSessionResponse, SessionsGetResponse, SessionsHeartbeatResponse


class Sessions(_sdk.Resource):
    """`client.sessions`."""

    def create(
        self,
        *,
        tags: Sequence[str],
        sdk_version: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        project_id: str | _sdk.Null | None = None,
        type: Literal["create_session"] | None = None,
    ) -> CreateSessionResponse:
        """Begin a session; its heartbeat keeps it alive."""
        return self._calls.value(
            "sessions.create",
            {
                "tags": tags,
                "sdk_version": sdk_version,
                **_given({"user_metadata": user_metadata, "project_id": project_id, "type": type}),
            },
            query=query,
        )

    def heartbeat(
        self,
        *,
        session_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["session_heartbeat"] | None = None,
    ) -> SessionsHeartbeatResponse:
        """Keep a session alive. 410 says that it is over."""
        return self._calls.value(
            "sessions.heartbeat",
            {"session_id": session_id, **_given({"type": type})},
            query=query,
        )

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> _sdk.ItemList[str]:
        """The ids of sessions, the newest first."""
        return self._calls.items(
            "sessions.list",
            query=_given({"limit": limit, "offset": offset, "access_scope": access_scope}),
        )

    def get(
        self,
        session_id: str | int,
        *,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> SessionsGetResponse:
        """What was trained and sampled in a session."""
        return self._calls.value(
            "sessions.get",
            path_params={"session_id": session_id},
            query=_given({"access_scope": access_scope}),
        )


class AsyncSessions(_sdk.Resource):
    """`client.sessions`, to be awaited."""

    async def create(
        self,
        *,
        tags: Sequence[str],
        sdk_version: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        project_id: str | _sdk.Null | None = None,
        type: Literal["create_session"] | None = None,
    ) -> CreateSessionResponse:
        """Begin a session; its heartbeat keeps it alive."""
        return await self._calls.value(
            "sessions.create",
            {
                "tags": tags,
                "sdk_version": sdk_version,
                **_given({"user_metadata": user_metadata, "project_id": project_id, "type": type}),
            },
            query=query,
        )

    async def heartbeat(
        self,
        *,
        session_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["session_heartbeat"] | None = None,
    ) -> SessionsHeartbeatResponse:
        """Keep a session alive. 410 says that it is over."""
        return await self._calls.value(
            "sessions.heartbeat",
            {"session_id": session_id, **_given({"type": type})},
            query=query,
        )

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> _sdk.AsyncItemList[str]:
        """The ids of sessions, the newest first."""
        return self._calls.items(
            "sessions.list",
            query=_given({"limit": limit, "offset": offset, "access_scope": access_scope}),
        )

    async def get(
        self,
        session_id: str | int,
        *,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> SessionsGetResponse:
        """What was trained and sampled in a session."""
        return await self._calls.value(
            "sessions.get",
            path_params={"session_id": session_id},
            query=_given({"access_scope": access_scope}),
        )


class SessionsWithRawResponse(_sdk.Resource):
    """The calls of Sessions, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Sessions(calls)
        self.create = _sdk.raw(_of.create)
        self.heartbeat = _sdk.raw(_of.heartbeat)
        self.list = _sdk.raw_any(_of.list)
        self.get = _sdk.raw(_of.get)


class AsyncSessionsWithRawResponse(_sdk.Resource):
    """The calls of AsyncSessions, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSessions(calls)
        self.create = _sdk.async_raw(_of.create)
        self.heartbeat = _sdk.async_raw(_of.heartbeat)
        self.list = _sdk.async_raw_any(_of.list)
        self.get = _sdk.async_raw(_of.get)


class SessionsWithStreamingResponse(_sdk.Resource):
    """The calls of Sessions, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Sessions(calls)
        self.create = _sdk.streamed(_of.create)
        self.heartbeat = _sdk.streamed(_of.heartbeat)
        self.list = _sdk.streamed(_of.list)
        self.get = _sdk.streamed(_of.get)


class AsyncSessionsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncSessions, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSessions(calls)
        self.create = _sdk.async_streamed(_of.create)
        self.heartbeat = _sdk.async_streamed(_of.heartbeat)
        self.list = _sdk.async_streamed(_of.list)
        self.get = _sdk.async_streamed(_of.get)
