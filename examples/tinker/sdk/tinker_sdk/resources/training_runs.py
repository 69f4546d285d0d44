"""The part training_runs of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import CheckpointList, TrainingRun


class TrainingRuns(_sdk.Resource):
    """`client.training_runs`."""

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> _sdk.ItemList[TrainingRun]:
        """Training runs, the newest first."""
        return self._calls.items(
            "training_runs.list",
            query=_given({"limit": limit, "offset": offset, "access_scope": access_scope}),
        )

    def get(
        self,
        training_run_id: str | int,
        *,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> TrainingRun:
        """One training run."""
        return self._calls.value(
            "training_runs.get",
            path_params={"training_run_id": training_run_id},
            query=_given({"access_scope": access_scope}),
        )

    def checkpoints(
        self,
        training_run_id: str | int,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> CheckpointList:
        """What was saved of a training run."""
        return self._calls.value(
            "training_runs.checkpoints",
            path_params={"training_run_id": training_run_id},
            query=query,
        )


class AsyncTrainingRuns(_sdk.Resource):
    """`client.training_runs`, to be awaited."""

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> _sdk.AsyncItemList[TrainingRun]:
        """Training runs, the newest first."""
        return self._calls.items(
            "training_runs.list",
            query=_given({"limit": limit, "offset": offset, "access_scope": access_scope}),
        )

    async def get(
        self,
        training_run_id: str | int,
        *,
        access_scope: Literal["owned", "accessible"] | None = None,
    ) -> TrainingRun:
        """One training run."""
        return await self._calls.value(
            "training_runs.get",
            path_params={"training_run_id": training_run_id},
            query=_given({"access_scope": access_scope}),
        )

    async def checkpoints(
        self,
        training_run_id: str | int,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> CheckpointList:
        """What was saved of a training run."""
        return await self._calls.value(
            "training_runs.checkpoints",
            path_params={"training_run_id": training_run_id},
            query=query,
        )


class TrainingRunsWithRawResponse(_sdk.Resource):
    """The calls of TrainingRuns, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = TrainingRuns(calls)
        self.list = _sdk.raw_any(_of.list)
        self.get = _sdk.raw(_of.get)
        self.checkpoints = _sdk.raw(_of.checkpoints)


class AsyncTrainingRunsWithRawResponse(_sdk.Resource):
    """The calls of AsyncTrainingRuns, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTrainingRuns(calls)
        self.list = _sdk.async_raw_any(_of.list)
        self.get = _sdk.async_raw(_of.get)
        self.checkpoints = _sdk.async_raw(_of.checkpoints)


class TrainingRunsWithStreamingResponse(_sdk.Resource):
    """The calls of TrainingRuns, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = TrainingRuns(calls)
        self.list = _sdk.streamed(_of.list)
        self.get = _sdk.streamed(_of.get)
        self.checkpoints = _sdk.streamed(_of.checkpoints)


class AsyncTrainingRunsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncTrainingRuns, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTrainingRuns(calls)
        self.list = _sdk.async_streamed(_of.list)
        self.get = _sdk.async_streamed(_of.get)
        self.checkpoints = _sdk.async_streamed(_of.checkpoints)
