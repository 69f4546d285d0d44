"""The part models of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pristine import sdk as _sdk
from pristine.sdk import given as _given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import (
        CreateModelResponse,
        GetInfoResponse,
        LoraConfig,
        UnloadModelResponse,
        UntypedAPIFuture,
    )


class Models(_sdk.Resource):
    """`client.models`."""

    def create(
        self,
        *,
        session_id: str,
        model_seq_id: int,
        base_model: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        lora_config: LoraConfig | Mapping[str, Any] | _sdk.Null | None = None,
        type: Literal["create_model"] | None = None,
    ) -> UntypedAPIFuture:
        """Make a model to train. The result comes by futures.retrieve.

        Args:
            model_seq_id: Its number in the session.
        """
        return self._calls.value(
            "models.create",
            {
                "session_id": session_id,
                "model_seq_id": model_seq_id,
                "base_model": base_model,
                **_given(
                    {"user_metadata": user_metadata, "lora_config": lora_config, "type": type},
                ),
            },
            query=query,
        )

    def info(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["get_info"] | None = None,
    ) -> GetInfoResponse:
        """What a model is."""
        return self._calls.value(
            "models.info",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )

    def unload(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["unload_model"] | None = None,
    ) -> UntypedAPIFuture:
        """Let go of a model. The result comes by futures.retrieve."""
        return self._calls.value(
            "models.unload",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )

    def create_future(
        self,
        *,
        session_id: str,
        model_seq_id: int,
        base_model: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        lora_config: LoraConfig | Mapping[str, Any] | _sdk.Null | None = None,
        type: Literal["create_model"] | None = None,
    ) -> _sdk.FutureHandle[CreateModelResponse]:
        """Make a model to train. The result comes by futures.retrieve.

        Args:
            model_seq_id: Its number in the session.
        """
        return self._calls.future(
            "models.create",
            {
                "session_id": session_id,
                "model_seq_id": model_seq_id,
                "base_model": base_model,
                **_given(
                    {"user_metadata": user_metadata, "lora_config": lora_config, "type": type},
                ),
            },
            query=query,
        )

    def unload_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["unload_model"] | None = None,
    ) -> _sdk.FutureHandle[UnloadModelResponse]:
        """Let go of a model. The result comes by futures.retrieve."""
        return self._calls.future(
            "models.unload",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )


class AsyncModels(_sdk.Resource):
    """`client.models`, to be awaited."""

    async def create(
        self,
        *,
        session_id: str,
        model_seq_id: int,
        base_model: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        lora_config: LoraConfig | Mapping[str, Any] | _sdk.Null | None = None,
        type: Literal["create_model"] | None = None,
    ) -> UntypedAPIFuture:
        """Make a model to train. The result comes by futures.retrieve.

        Args:
            model_seq_id: Its number in the session.
        """
        return await self._calls.value(
            "models.create",
            {
                "session_id": session_id,
                "model_seq_id": model_seq_id,
                "base_model": base_model,
                **_given(
                    {"user_metadata": user_metadata, "lora_config": lora_config, "type": type},
                ),
            },
            query=query,
        )

    async def info(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["get_info"] | None = None,
    ) -> GetInfoResponse:
        """What a model is."""
        return await self._calls.value(
            "models.info",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )

    async def unload(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["unload_model"] | None = None,
    ) -> UntypedAPIFuture:
        """Let go of a model. The result comes by futures.retrieve."""
        return await self._calls.value(
            "models.unload",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )

    def create_future(
        self,
        *,
        session_id: str,
        model_seq_id: int,
        base_model: str,
        query: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | _sdk.Null | None = None,
        lora_config: LoraConfig | Mapping[str, Any] | _sdk.Null | None = None,
        type: Literal["create_model"] | None = None,
    ) -> _sdk.StartingFuture[CreateModelResponse]:
        """Make a model to train. The result comes by futures.retrieve.

        Args:
            model_seq_id: Its number in the session.
        """
        return self._calls.future(
            "models.create",
            {
                "session_id": session_id,
                "model_seq_id": model_seq_id,
                "base_model": base_model,
                **_given(
                    {"user_metadata": user_metadata, "lora_config": lora_config, "type": type},
                ),
            },
            query=query,
        )

    def unload_future(
        self,
        *,
        model_id: str,
        query: Mapping[str, Any] | None = None,
        type: Literal["unload_model"] | None = None,
    ) -> _sdk.StartingFuture[UnloadModelResponse]:
        """Let go of a model. The result comes by futures.retrieve."""
        return self._calls.future(
            "models.unload",
            {"model_id": model_id, **_given({"type": type})},
            query=query,
        )


class ModelsWithRawResponse(_sdk.Resource):
    """The calls of Models, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Models(calls)
        self.create = _sdk.raw(_of.create)
        self.info = _sdk.raw(_of.info)
        self.unload = _sdk.raw(_of.unload)


class AsyncModelsWithRawResponse(_sdk.Resource):
    """The calls of AsyncModels, which give whole responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncModels(calls)
        self.create = _sdk.async_raw(_of.create)
        self.info = _sdk.async_raw(_of.info)
        self.unload = _sdk.async_raw(_of.unload)


class ModelsWithStreamingResponse(_sdk.Resource):
    """The calls of Models, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = Models(calls)
        self.create = _sdk.streamed(_of.create)
        self.info = _sdk.streamed(_of.info)
        self.unload = _sdk.streamed(_of.unload)


class AsyncModelsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncModels, which give open responses."""

    def __init__(self, calls: _sdk.Calls) -> None:
        super().__init__(calls)
        _of = AsyncModels(calls)
        self.create = _sdk.async_streamed(_of.create)
        self.info = _sdk.async_streamed(_of.info)
        self.unload = _sdk.async_streamed(_of.unload)
