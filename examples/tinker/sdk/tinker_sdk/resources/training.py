"""The part training of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import (
        AdamParams,
        ForwardBackwardInput,
        ForwardBackwardOutput,
        OptimStepResponse,
        UntypedAPIFuture,
    )


class Training(_sdk.Resource):
    """`client.training`."""

    def forward(
        self,
        *,
        forward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """The loss of some data. The result comes by futures.retrieve."""
        return self._calls.value(
            "training.forward",
            {"forward_input": forward_input, "model_id": model_id, **_given({"seq_id": seq_id})},
            query=query,
        )

    def forward_backward(
        self,
        *,
        forward_backward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """The loss of some data and its gradients. The result comes by futures.retrieve."""
        return self._calls.value(
            "training.forward_backward",
            {
                "forward_backward_input": forward_backward_input,
                "model_id": model_id,
                **_given({"seq_id": seq_id}),
            },
            query=query,
        )

    def optim_step(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        adam_params: AdamParams | Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """Apply the gradients. The result comes by futures.retrieve."""
        return self._calls.value(
            "training.optim_step",
            {"model_id": model_id, **_given({"adam_params": adam_params, "seq_id": seq_id})},
            query=query,
        )

    def forward_future(
        self,
        *,
        forward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.FutureHandle[ForwardBackwardOutput]:
        """The loss of some data. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.forward",
            {"forward_input": forward_input, "model_id": model_id, **_given({"seq_id": seq_id})},
            query=query,
        )

    def forward_backward_future(
        self,
        *,
        forward_backward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.FutureHandle[ForwardBackwardOutput]:
        """The loss of some data and its gradients. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.forward_backward",
            {
                "forward_backward_input": forward_backward_input,
                "model_id": model_id,
                **_given({"seq_id": seq_id}),
            },
            query=query,
        )

    def optim_step_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        adam_params: AdamParams | Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.FutureHandle[OptimStepResponse]:
        """Apply the gradients. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.optim_step",
            {"model_id": model_id, **_given({"adam_params": adam_params, "seq_id": seq_id})},
            query=query,
        )


class AsyncTraining(_sdk.Resource):
    """`client.training`, to be awaited."""

    async def forward(
        self,
        *,
        forward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """The loss of some data. The result comes by futures.retrieve."""
        return await self._calls.value(
            "training.forward",
            {"forward_input": forward_input, "model_id": model_id, **_given({"seq_id": seq_id})},
            query=query,
        )

    async def forward_backward(
        self,
        *,
        forward_backward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """The loss of some data and its gradients. The result comes by futures.retrieve."""
        return await self._calls.value(
            "training.forward_backward",
            {
                "forward_backward_input": forward_backward_input,
                "model_id": model_id,
                **_given({"seq_id": seq_id}),
            },
            query=query,
        )

    async def optim_step(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        adam_params: AdamParams | Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> UntypedAPIFuture:
        """Apply the gradients. The result comes by futures.retrieve."""
        return await self._calls.value(
            "training.optim_step",
            {"model_id": model_id, **_given({"adam_params": adam_params, "seq_id": seq_id})},
            query=query,
        )

    def forward_future(
        self,
        *,
        forward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.StartingFuture[ForwardBackwardOutput]:
        """The loss of some data. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.forward",
            {"forward_input": forward_input, "model_id": model_id, **_given({"seq_id": seq_id})},
            query=query,
        )

    def forward_backward_future(
        self,
        *,
        forward_backward_input: ForwardBackwardInput | Mapping[str, Any],
        model_id: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.StartingFuture[ForwardBackwardOutput]:
        """The loss of some data and its gradients. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.forward_backward",
            {
                "forward_backward_input": forward_backward_input,
                "model_id": model_id,
                **_given({"seq_id": seq_id}),
            },
            query=query,
        )

    def optim_step_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        adam_params: AdamParams | Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
    ) -> _sdk.StartingFuture[OptimStepResponse]:
        """Apply the gradients. The result comes by futures.retrieve."""
        return self._calls.future(
            "training.optim_step",
            {"model_id": model_id, **_given({"adam_params": adam_params, "seq_id": seq_id})},
            query=query,
        )


class TrainingWithRawResponse(_sdk.Resource):
    """The calls of Training, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Training(calls)
        self.forward = _sdk.raw(_of.forward)
        self.forward_backward = _sdk.raw(_of.forward_backward)
        self.optim_step = _sdk.raw(_of.optim_step)


class AsyncTrainingWithRawResponse(_sdk.Resource):
    """The calls of AsyncTraining, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTraining(calls)
        self.forward = _sdk.async_raw(_of.forward)
        self.forward_backward = _sdk.async_raw(_of.forward_backward)
        self.optim_step = _sdk.async_raw(_of.optim_step)


class TrainingWithStreamingResponse(_sdk.Resource):
    """The calls of Training, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Training(calls)
        self.forward = _sdk.streamed(_of.forward)
        self.forward_backward = _sdk.streamed(_of.forward_backward)
        self.optim_step = _sdk.streamed(_of.optim_step)


class AsyncTrainingWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncTraining, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncTraining(calls)
        self.forward = _sdk.async_streamed(_of.forward)
        self.forward_backward = _sdk.async_streamed(_of.forward_backward)
        self.optim_step = _sdk.async_streamed(_of.optim_step)
