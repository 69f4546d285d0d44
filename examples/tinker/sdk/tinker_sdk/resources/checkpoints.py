"""The part checkpoints of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Checkpoint, CheckpointsArchiveResponse


class Checkpoints(_sdk.Resource):
    """`client.checkpoints`."""

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> _sdk.ItemList[Checkpoint]:
        """Everything that was saved."""
        return self._calls.items(
            "checkpoints.list",
            query=_given({"limit": limit, "offset": offset}),
        )

    def delete(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> None:
        """Delete a checkpoint, such as weights/step-100."""
        self._calls.value(
            "checkpoints.delete",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    def publish(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> Any:
        """Let everybody see a checkpoint. 409 says that they can."""
        return self._calls.anything(
            "checkpoints.publish",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    def unpublish(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> Any:
        """Let nobody else see a checkpoint. 409 says that they cannot."""
        return self._calls.anything(
            "checkpoints.unpublish",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    def archive(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> CheckpointsArchiveResponse:
        """Where a checkpoint can be downloaded; some servers redirect there. 503 says that it
        is being packed.
        """
        return self._calls.value(
            "checkpoints.archive",
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )


class AsyncCheckpoints(_sdk.Resource):
    """`client.checkpoints`, to be awaited."""

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> _sdk.AsyncItemList[Checkpoint]:
        """Everything that was saved."""
        return self._calls.items(
            "checkpoints.list",
            query=_given({"limit": limit, "offset": offset}),
        )

    async def delete(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> None:
        """Delete a checkpoint, such as weights/step-100."""
        await self._calls.value(
            "checkpoints.delete",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    async def publish(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> Any:
        """Let everybody see a checkpoint. 409 says that they can."""
        return await self._calls.anything(
            "checkpoints.publish",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    async def unpublish(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
        payload: Any = None,
    ) -> Any:
        """Let nobody else see a checkpoint. 409 says that they cannot."""
        return await self._calls.anything(
            "checkpoints.unpublish",
            payload,
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )

    async def archive(
        self,
        training_run_id: str | int,
        checkpoint_id: str,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> CheckpointsArchiveResponse:
        """Where a checkpoint can be downloaded; some servers redirect there. 503 says that it
        is being packed.
        """
        return await self._calls.value(
            "checkpoints.archive",
            path_params={"training_run_id": training_run_id, "checkpoint_id": checkpoint_id},
            query=query,
        )


class CheckpointsWithRawResponse(_sdk.Resource):
    """The calls of Checkpoints, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Checkpoints(calls)
        self.list = _sdk.raw_any(_of.list)
        self.delete = _sdk.raw(_of.delete)
        self.publish = _sdk.raw(_of.publish)
        self.unpublish = _sdk.raw(_of.unpublish)
        self.archive = _sdk.raw(_of.archive)


class AsyncCheckpointsWithRawResponse(_sdk.Resource):
    """The calls of AsyncCheckpoints, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncCheckpoints(calls)
        self.list = _sdk.async_raw_any(_of.list)
        self.delete = _sdk.async_raw(_of.delete)
        self.publish = _sdk.async_raw(_of.publish)
        self.unpublish = _sdk.async_raw(_of.unpublish)
        self.archive = _sdk.async_raw(_of.archive)


class CheckpointsWithStreamingResponse(_sdk.Resource):
    """The calls of Checkpoints, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Checkpoints(calls)
        self.list = _sdk.streamed(_of.list)
        self.delete = _sdk.streamed(_of.delete)
        self.publish = _sdk.streamed(_of.publish)
        self.unpublish = _sdk.streamed(_of.unpublish)
        self.archive = _sdk.streamed(_of.archive)


class AsyncCheckpointsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncCheckpoints, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncCheckpoints(calls)
        self.list = _sdk.async_streamed(_of.list)
        self.delete = _sdk.async_streamed(_of.delete)
        self.publish = _sdk.async_streamed(_of.publish)
        self.unpublish = _sdk.async_streamed(_of.unpublish)
        self.archive = _sdk.async_streamed(_of.archive)
