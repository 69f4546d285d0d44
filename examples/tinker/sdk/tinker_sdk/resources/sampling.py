"""The part sampling of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import (
        ModelInput,
        SampledToken,
        SampleResponse,
        SamplingCreateSessionResponse,
        SamplingParams,
        SamplingSampleResponse,
    )


class Sampling(_sdk.Resource):
    """`client.sampling`."""

    def create_session(
        self,
        *,
        session_id: str,
        sampling_session_seq_id: int,
        query: Mapping[str, Any] | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        type: Literal["create_sampling_session"] | None = None,
    ) -> SamplingCreateSessionResponse:
        """Begin to sample from a base model or from saved weights."""
        return self._calls.value(
            "sampling.create_session",
            {
                "session_id": session_id,
                "sampling_session_seq_id": sampling_session_seq_id,
                **_given({"base_model": base_model, "model_path": model_path, "type": type}),
            },
            query=query,
        )

    def sample(
        self,
        *,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        sampling_session_id: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        prompt_logprobs: bool | _sdk.Null | None = None,
        topk_prompt_logprobs: int | None = None,
        type: Literal["sample"] | None = None,
    ) -> SamplingSampleResponse:
        """Sample from a model. The result comes by futures.retrieve."""
        return self._calls.value(
            "sampling.sample",
            {
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given(
                    {
                        "num_samples": num_samples,
                        "base_model": base_model,
                        "model_path": model_path,
                        "sampling_session_id": sampling_session_id,
                        "seq_id": seq_id,
                        "prompt_logprobs": prompt_logprobs,
                        "topk_prompt_logprobs": topk_prompt_logprobs,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    def stream(
        self,
        *,
        sampling_session_id: str,
        seq_id: int,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
    ) -> _sdk.StreamResponse[SampledToken]:
        """Sample from a model, token by token."""
        return self._calls.stream(
            "sampling.stream",
            {
                "sampling_session_id": sampling_session_id,
                "seq_id": seq_id,
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given({"num_samples": num_samples}),
            },
            query=query,
        )

    def sample_future(
        self,
        *,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        sampling_session_id: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        prompt_logprobs: bool | _sdk.Null | None = None,
        topk_prompt_logprobs: int | None = None,
        type: Literal["sample"] | None = None,
    ) -> _sdk.FutureHandle[SampleResponse]:
        """Sample from a model. The result comes by futures.retrieve."""
        return self._calls.future(
            "sampling.sample",
            {
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given(
                    {
                        "num_samples": num_samples,
                        "base_model": base_model,
                        "model_path": model_path,
                        "sampling_session_id": sampling_session_id,
                        "seq_id": seq_id,
                        "prompt_logprobs": prompt_logprobs,
                        "topk_prompt_logprobs": topk_prompt_logprobs,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    stream_stream = stream


class AsyncSampling(_sdk.Resource):
    """`client.sampling`, to be awaited."""

    async def create_session(
        self,
        *,
        session_id: str,
        sampling_session_seq_id: int,
        query: Mapping[str, Any] | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        type: Literal["create_sampling_session"] | None = None,
    ) -> SamplingCreateSessionResponse:
        """Begin to sample from a base model or from saved weights."""
        return await self._calls.value(
            "sampling.create_session",
            {
                "session_id": session_id,
                "sampling_session_seq_id": sampling_session_seq_id,
                **_given({"base_model": base_model, "model_path": model_path, "type": type}),
            },
            query=query,
        )

    async def sample(
        self,
        *,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        sampling_session_id: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        prompt_logprobs: bool | _sdk.Null | None = None,
        topk_prompt_logprobs: int | None = None,
        type: Literal["sample"] | None = None,
    ) -> SamplingSampleResponse:
        """Sample from a model. The result comes by futures.retrieve."""
        return await self._calls.value(
            "sampling.sample",
            {
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given(
                    {
                        "num_samples": num_samples,
                        "base_model": base_model,
                        "model_path": model_path,
                        "sampling_session_id": sampling_session_id,
                        "seq_id": seq_id,
                        "prompt_logprobs": prompt_logprobs,
                        "topk_prompt_logprobs": topk_prompt_logprobs,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    def stream(
        self,
        *,
        sampling_session_id: str,
        seq_id: int,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
    ) -> _sdk.Opening[SampledToken]:
        """Sample from a model, token by token."""
        return self._calls.stream(
            "sampling.stream",
            {
                "sampling_session_id": sampling_session_id,
                "seq_id": seq_id,
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given({"num_samples": num_samples}),
            },
            query=query,
        )

    def sample_future(
        self,
        *,
        prompt: ModelInput | Mapping[str, Any],
        sampling_params: SamplingParams | Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        num_samples: int | None = None,
        base_model: str | _sdk.Null | None = None,
        model_path: str | _sdk.Null | None = None,
        sampling_session_id: str | _sdk.Null | None = None,
        seq_id: int | _sdk.Null | None = None,
        prompt_logprobs: bool | _sdk.Null | None = None,
        topk_prompt_logprobs: int | None = None,
        type: Literal["sample"] | None = None,
    ) -> _sdk.StartingFuture[SampleResponse]:
        """Sample from a model. The result comes by futures.retrieve."""
        return self._calls.future(
            "sampling.sample",
            {
                "prompt": prompt,
                "sampling_params": sampling_params,
                **_given(
                    {
                        "num_samples": num_samples,
                        "base_model": base_model,
                        "model_path": model_path,
                        "sampling_session_id": sampling_session_id,
                        "seq_id": seq_id,
                        "prompt_logprobs": prompt_logprobs,
                        "topk_prompt_logprobs": topk_prompt_logprobs,
                        "type": type,
                    },
                ),
            },
            query=query,
        )

    stream_stream = stream


class SamplingWithRawResponse(_sdk.Resource):
    """The calls of Sampling, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Sampling(calls)
        self.create_session = _sdk.raw(_of.create_session)
        self.sample = _sdk.raw(_of.sample)
        self.stream = _sdk.raw_any(_of.stream)


class AsyncSamplingWithRawResponse(_sdk.Resource):
    """The calls of AsyncSampling, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSampling(calls)
        self.create_session = _sdk.async_raw(_of.create_session)
        self.sample = _sdk.async_raw(_of.sample)
        self.stream = _sdk.async_raw_any(_of.stream)


class SamplingWithStreamingResponse(_sdk.Resource):
    """The calls of Sampling, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Sampling(calls)
        self.create_session = _sdk.streamed(_of.create_session)
        self.sample = _sdk.streamed(_of.sample)
        self.stream = _sdk.streamed(_of.stream)


class AsyncSamplingWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncSampling, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncSampling(calls)
        self.create_session = _sdk.async_streamed(_of.create_session)
        self.sample = _sdk.async_streamed(_of.sample)
        self.stream = _sdk.async_streamed(_of.stream)
