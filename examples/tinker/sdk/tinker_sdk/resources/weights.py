"""The part weights of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import (
        LoadWeightsResponse,
        SaveWeightsForSamplerResponse,
        SaveWeightsResponse,
        UntypedAPIFuture,
        WeightsInfoResponse,
    )


class Weights(_sdk.Resource):
    """`client.weights`."""

    def save(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights"] | None = None,
    ) -> UntypedAPIFuture:
        """Save a model's weights to train on. The result comes by futures.retrieve."""
        return self._calls.value(
            "weights.save",
            {
                "model_id": model_id,
                **_given(
                    {"path": path, "seq_id": seq_id, "ttl_seconds": ttl_seconds, "type": type},
                ),
            },
            query=query,
        )

    def save_for_sampler(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        sampling_session_seq_id: int | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights_for_sampler"] | None = None,
    ) -> UntypedAPIFuture:
        """Save a model's weights to sample from, under a path or for one session."""
        return self._calls.value(
            "weights.save_for_sampler",
            {
                "model_id": model_id,
                **_given(
                    {
                        "path": path,
                        "sampling_session_seq_id": sampling_session_seq_id,
                        "seq_id": seq_id,
                        "ttl_seconds": ttl_seconds,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    def load(
        self,
        *,
        model_id: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
        optimizer: bool | None = None,
        type: Literal["load_weights"] | None = None,
    ) -> UntypedAPIFuture:
        """Load weights into a new model. The result comes by futures.retrieve.

        Args:
            optimizer: Whether what the optimizer remembers comes, too.
        """
        return self._calls.value(
            "weights.load",
            {
                "model_id": model_id,
                "path": path,
                **_given({"seq_id": seq_id, "optimizer": optimizer, "type": type}),
            },
            query=query,
        )

    def info(
        self,
        *,
        tinker_path: str,
        query: Mapping[str, Any] | None = None,
    ) -> WeightsInfoResponse:
        """What weights were trained from."""
        return self._calls.value("weights.info", {"tinker_path": tinker_path}, query=query)

    def save_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights"] | None = None,
    ) -> _sdk.FutureHandle[SaveWeightsResponse]:
        """Save a model's weights to train on. The result comes by futures.retrieve."""
        return self._calls.future(
            "weights.save",
            {
                "model_id": model_id,
                **_given(
                    {"path": path, "seq_id": seq_id, "ttl_seconds": ttl_seconds, "type": type},
                ),
            },
            query=query,
        )

    def save_for_sampler_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        sampling_session_seq_id: int | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights_for_sampler"] | None = None,
    ) -> _sdk.FutureHandle[SaveWeightsForSamplerResponse]:
        """Save a model's weights to sample from, under a path or for one session."""
        return self._calls.future(
            "weights.save_for_sampler",
            {
                "model_id": model_id,
                **_given(
                    {
                        "path": path,
                        "sampling_session_seq_id": sampling_session_seq_id,
                        "seq_id": seq_id,
                        "ttl_seconds": ttl_seconds,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    def load_future(
        self,
        *,
        model_id: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
        optimizer: bool | None = None,
        type: Literal["load_weights"] | None = None,
    ) -> _sdk.FutureHandle[LoadWeightsResponse]:
        """Load weights into a new model. The result comes by futures.retrieve.

        Args:
            optimizer: Whether what the optimizer remembers comes, too.
        """
        return self._calls.future(
            "weights.load",
            {
                "model_id": model_id,
                "path": path,
                **_given({"seq_id": seq_id, "optimizer": optimizer, "type": type}),
            },
            query=query,
        )


class AsyncWeights(_sdk.Resource):
    """`client.weights`, to be awaited."""

    async def save(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights"] | None = None,
    ) -> UntypedAPIFuture:
        """Save a model's weights to train on. The result comes by futures.retrieve."""
        return await self._calls.value(
            "weights.save",
            {
                "model_id": model_id,
                **_given(
                    {"path": path, "seq_id": seq_id, "ttl_seconds": ttl_seconds, "type": type},
                ),
            },
            query=query,
        )

    async def save_for_sampler(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        sampling_session_seq_id: int | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights_for_sampler"] | None = None,
    ) -> UntypedAPIFuture:
        """Save a model's weights to sample from, under a path or for one session."""
        return await self._calls.value(
            "weights.save_for_sampler",
            {
                "model_id": model_id,
                **_given(
                    {
                        "path": path,
                        "sampling_session_seq_id": sampling_session_seq_id,
                        "seq_id": seq_id,
                        "ttl_seconds": ttl_seconds,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    async def load(
        self,
        *,
        model_id: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
        optimizer: bool | None = None,
        type: Literal["load_weights"] | None = None,
    ) -> UntypedAPIFuture:
        """Load weights into a new model. The result comes by futures.retrieve.

        Args:
            optimizer: Whether what the optimizer remembers comes, too.
        """
        return await self._calls.value(
            "weights.load",
            {
                "model_id": model_id,
                "path": path,
                **_given({"seq_id": seq_id, "optimizer": optimizer, "type": type}),
            },
            query=query,
        )

    async def info(
        self,
        *,
        tinker_path: str,
        query: Mapping[str, Any] | None = None,
    ) -> WeightsInfoResponse:
        """What weights were trained from."""
        return await self._calls.value("weights.info", {"tinker_path": tinker_path}, query=query)

    def save_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights"] | None = None,
    ) -> _sdk.StartingFuture[SaveWeightsResponse]:
        """Save a model's weights to train on. The result comes by futures.retrieve."""
        return self._calls.future(
            "weights.save",
            {
                "model_id": model_id,
                **_given(
                    {"path": path, "seq_id": seq_id, "ttl_seconds": ttl_seconds, "type": type},
                ),
            },
            query=query,
        )

    def save_for_sampler_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        path: str | _sdk.Null | None = None,
        sampling_session_seq_id: int | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        ttl_seconds: int | _sdk.Null | None = None,
        type: Literal["save_weights_for_sampler"] | None = None,
    ) -> _sdk.StartingFuture[SaveWeightsForSamplerResponse]:
        """Save a model's weights to sample from, under a path or for one session."""
        return self._calls.future(
            "weights.save_for_sampler",
            {
                "model_id": model_id,
                **_given(
                    {
                        "path": path,
                        "sampling_session_seq_id": sampling_session_seq_id,
                        "seq_id": seq_id,
                        "ttl_seconds": ttl_seconds,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    def load_future(
        self,
        *,
        model_id: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        seq_id: int | _sdk.Null | None = None,
        optimizer: bool | None = None,
        type: Literal["load_weights"] | None = None,
    ) -> _sdk.StartingFuture[LoadWeightsResponse]:
        """Load weights into a new model. The result comes by futures.retrieve.

        Args:
            optimizer: Whether what the optimizer remembers comes, too.
        """
        return self._calls.future(
            "weights.load",
            {
                "model_id": model_id,
                "path": path,
                **_given({"seq_id": seq_id, "optimizer": optimizer, "type": type}),
            },
            query=query,
        )


class WeightsWithRawResponse(_sdk.Resource):
    """The calls of Weights, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Weights(calls)
        self.save = _sdk.raw(_of.save)
        self.save_for_sampler = _sdk.raw(_of.save_for_sampler)
        self.load = _sdk.raw(_of.load)
        self.info = _sdk.raw(_of.info)


class AsyncWeightsWithRawResponse(_sdk.Resource):
    """The calls of AsyncWeights, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncWeights(calls)
        self.save = _sdk.async_raw(_of.save)
        self.save_for_sampler = _sdk.async_raw(_of.save_for_sampler)
        self.load = _sdk.async_raw(_of.load)
        self.info = _sdk.async_raw(_of.info)


class WeightsWithStreamingResponse(_sdk.Resource):
    """The calls of Weights, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Weights(calls)
        self.save = _sdk.streamed(_of.save)
        self.save_for_sampler = _sdk.streamed(_of.save_for_sampler)
        self.load = _sdk.streamed(_of.load)
        self.info = _sdk.streamed(_of.info)


class AsyncWeightsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncWeights, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncWeights(calls)
        self.save = _sdk.async_streamed(_of.save)
        self.save_for_sampler = _sdk.async_streamed(_of.save_for_sampler)
        self.load = _sdk.async_streamed(_of.load)
        self.info = _sdk.async_streamed(_of.info)
