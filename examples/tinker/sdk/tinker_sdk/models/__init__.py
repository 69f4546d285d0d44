"""The types of tinker 0.38: each is loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .adam_params import AdamParams
    from .checkpoint import Checkpoint
    from .checkpoint_list import CheckpointList
    from .checkpoints_archive_response import CheckpointsArchiveResponse
    from .complete_metadata import CompleteMetadata
    from .completed import Completed
    from .create_model_response import CreateModelResponse
    from .create_session_response import CreateSessionResponse
    from .cursor import Cursor
    from .datum import Datum
    from .encoded_text_chunk import EncodedTextChunk
    from .failed import Failed
    from .forward_backward_input import ForwardBackwardInput
    from .forward_backward_input_loss_fn import ForwardBackwardInputLossFn
    from .forward_backward_output import ForwardBackwardOutput
    from .future_answer import FutureAnswer
    from .generic_event import GenericEvent
    from .get_info_response import GetInfoResponse
    from .image_asset_pointer_chunk import ImageAssetPointerChunk
    from .image_chunk import ImageChunk
    from .load_weights_response import LoadWeightsResponse
    from .lora_config import LoraConfig
    from .model_data import ModelData
    from .model_input import ModelInput
    from .model_input_chunk import ModelInputChunk
    from .optim_step_response import OptimStepResponse
    from .pending import Pending
    from .queue_state import QueueState
    from .queue_state_queue_state import QueueStateQueueState
    from .request_failed import RequestFailed
    from .sample_request import SampleRequest
    from .sample_response import SampleResponse
    from .sampled_sequence import SampledSequence
    from .sampled_token import SampledToken
    from .samplers_get_response import SamplersGetResponse
    from .sampling_create_session_response import SamplingCreateSessionResponse
    from .sampling_params import SamplingParams
    from .sampling_sample_response import SamplingSampleResponse
    from .save_weights_for_sampler_response import SaveWeightsForSamplerResponse
    from .save_weights_response import SaveWeightsResponse
    from .service_capabilities_response import ServiceCapabilitiesResponse
    from .service_health_response import ServiceHealthResponse
    from .session_end_event import SessionEndEvent
    from .session_start_event import SessionStartEvent
    from .sessions_get_response import SessionsGetResponse
    from .sessions_heartbeat_response import SessionsHeartbeatResponse
    from .sessions_list_response import SessionsListResponse
    from .supported_model import SupportedModel
    from .telemetry_event import TelemetryEvent
    from .telemetry_send_response import TelemetrySendResponse
    from .tensor_data import TensorData
    from .training_run import TrainingRun
    from .training_runs_list_response import TrainingRunsListResponse
    from .try_again import TryAgain
    from .unhandled_exception_event import UnhandledExceptionEvent
    from .unload_model_response import UnloadModelResponse
    from .untyped_api_future import UntypedAPIFuture
    from .weights_info_response import WeightsInfoResponse

PLACES: Final[dict[str, str]] = {
    "/types/AdamParams": "AdamParams",
    "/types/Checkpoint": "Checkpoint",
    "/types/CheckpointList": "CheckpointList",
    "/endpoints/checkpoints.archive/response": "CheckpointsArchiveResponse",
    "/types/CompleteMetadata": "CompleteMetadata",
    "/types/Completed": "Completed",
    "/types/CreateModelResponse": "CreateModelResponse",
    "/types/CreateSessionResponse": "CreateSessionResponse",
    "/types/Cursor": "Cursor",
    "/types/Datum": "Datum",
    "/types/EncodedTextChunk": "EncodedTextChunk",
    "/types/Failed": "Failed",
    "/types/ForwardBackwardInput": "ForwardBackwardInput",
    "/types/ForwardBackwardOutput": "ForwardBackwardOutput",
    "/types/GenericEvent": "GenericEvent",
    "/types/GetInfoResponse": "GetInfoResponse",
    "/types/ImageAssetPointerChunk": "ImageAssetPointerChunk",
    "/types/ImageChunk": "ImageChunk",
    "/types/LoadWeightsResponse": "LoadWeightsResponse",
    "/types/LoraConfig": "LoraConfig",
    "/types/ModelData": "ModelData",
    "/types/ModelInput": "ModelInput",
    "/types/OptimStepResponse": "OptimStepResponse",
    "/types/Pending": "Pending",
    "/types/QueueState": "QueueState",
    "/types/RequestFailed": "RequestFailed",
    "/types/SampleRequest": "SampleRequest",
    "/types/SampleResponse": "SampleResponse",
    "/types/SampledSequence": "SampledSequence",
    "/types/SampledToken": "SampledToken",
    "/endpoints/samplers.get/response": "SamplersGetResponse",
    "/endpoints/sampling.create_session/response": "SamplingCreateSessionResponse",
    "/types/SamplingParams": "SamplingParams",
    "/endpoints/sampling.sample/response": "SamplingSampleResponse",
    "/types/SaveWeightsForSamplerResponse": "SaveWeightsForSamplerResponse",
    "/types/SaveWeightsResponse": "SaveWeightsResponse",
    "/endpoints/service.capabilities/response": "ServiceCapabilitiesResponse",
    "/endpoints/service.health/response": "ServiceHealthResponse",
    "/types/SessionEndEvent": "SessionEndEvent",
    "/types/SessionStartEvent": "SessionStartEvent",
    "/endpoints/sessions.get/response": "SessionsGetResponse",
    "/endpoints/sessions.heartbeat/response": "SessionsHeartbeatResponse",
    "/endpoints/sessions.list/response": "SessionsListResponse",
    "/types/SupportedModel": "SupportedModel",
    "/endpoints/telemetry.send/response": "TelemetrySendResponse",
    "/types/TensorData": "TensorData",
    "/types/TrainingRun": "TrainingRun",
    "/endpoints/training_runs.list/response": "TrainingRunsListResponse",
    "/types/TryAgain": "TryAgain",
    "/types/UnhandledExceptionEvent": "UnhandledExceptionEvent",
    "/types/UnloadModelResponse": "UnloadModelResponse",
    "/types/UntypedAPIFuture": "UntypedAPIFuture",
    "/types/WeightsInfoResponse": "WeightsInfoResponse",
}
"""The classes by the places of their types in the manifest."""

_HOMES: Final[dict[str, str]] = {
    "AdamParams": "adam_params",
    "Checkpoint": "checkpoint",
    "CheckpointList": "checkpoint_list",
    "CheckpointsArchiveResponse": "checkpoints_archive_response",
    "CompleteMetadata": "complete_metadata",
    "Completed": "completed",
    "CreateModelResponse": "create_model_response",
    "CreateSessionResponse": "create_session_response",
    "Cursor": "cursor",
    "Datum": "datum",
    "EncodedTextChunk": "encoded_text_chunk",
    "Failed": "failed",
    "ForwardBackwardInput": "forward_backward_input",
    "ForwardBackwardInputLossFn": "forward_backward_input_loss_fn",
    "ForwardBackwardOutput": "forward_backward_output",
    "FutureAnswer": "future_answer",
    "GenericEvent": "generic_event",
    "GetInfoResponse": "get_info_response",
    "ImageAssetPointerChunk": "image_asset_pointer_chunk",
    "ImageChunk": "image_chunk",
    "LoadWeightsResponse": "load_weights_response",
    "LoraConfig": "lora_config",
    "ModelData": "model_data",
    "ModelInput": "model_input",
    "ModelInputChunk": "model_input_chunk",
    "OptimStepResponse": "optim_step_response",
    "Pending": "pending",
    "QueueState": "queue_state",
    "QueueStateQueueState": "queue_state_queue_state",
    "RequestFailed": "request_failed",
    "SampleRequest": "sample_request",
    "SampleResponse": "sample_response",
    "SampledSequence": "sampled_sequence",
    "SampledToken": "sampled_token",
    "SamplersGetResponse": "samplers_get_response",
    "SamplingCreateSessionResponse": "sampling_create_session_response",
    "SamplingParams": "sampling_params",
    "SamplingSampleResponse": "sampling_sample_response",
    "SaveWeightsForSamplerResponse": "save_weights_for_sampler_response",
    "SaveWeightsResponse": "save_weights_response",
    "ServiceCapabilitiesResponse": "service_capabilities_response",
    "ServiceHealthResponse": "service_health_response",
    "SessionEndEvent": "session_end_event",
    "SessionStartEvent": "session_start_event",
    "SessionsGetResponse": "sessions_get_response",
    "SessionsHeartbeatResponse": "sessions_heartbeat_response",
    "SessionsListResponse": "sessions_list_response",
    "SupportedModel": "supported_model",
    "TelemetryEvent": "telemetry_event",
    "TelemetrySendResponse": "telemetry_send_response",
    "TensorData": "tensor_data",
    "TrainingRun": "training_run",
    "TrainingRunsListResponse": "training_runs_list_response",
    "TryAgain": "try_again",
    "UnhandledExceptionEvent": "unhandled_exception_event",
    "UnloadModelResponse": "unload_model_response",
    "UntypedAPIFuture": "untyped_api_future",
    "WeightsInfoResponse": "weights_info_response",
}

__all__ = [
    "AdamParams",
    "Checkpoint",
    "CheckpointList",
    "CheckpointsArchiveResponse",
    "CompleteMetadata",
    "Completed",
    "CreateModelResponse",
    "CreateSessionResponse",
    "Cursor",
    "Datum",
    "EncodedTextChunk",
    "Failed",
    "ForwardBackwardInput",
    "ForwardBackwardInputLossFn",
    "ForwardBackwardOutput",
    "FutureAnswer",
    "GenericEvent",
    "GetInfoResponse",
    "ImageAssetPointerChunk",
    "ImageChunk",
    "LoadWeightsResponse",
    "LoraConfig",
    "ModelData",
    "ModelInput",
    "ModelInputChunk",
    "OptimStepResponse",
    "Pending",
    "QueueState",
    "QueueStateQueueState",
    "RequestFailed",
    "SampleRequest",
    "SampleResponse",
    "SampledSequence",
    "SampledToken",
    "SamplersGetResponse",
    "SamplingCreateSessionResponse",
    "SamplingParams",
    "SamplingSampleResponse",
    "SaveWeightsForSamplerResponse",
    "SaveWeightsResponse",
    "ServiceCapabilitiesResponse",
    "ServiceHealthResponse",
    "SessionEndEvent",
    "SessionStartEvent",
    "SessionsGetResponse",
    "SessionsHeartbeatResponse",
    "SessionsListResponse",
    "SupportedModel",
    "TelemetryEvent",
    "TelemetrySendResponse",
    "TensorData",
    "TrainingRun",
    "TrainingRunsListResponse",
    "TryAgain",
    "UnhandledExceptionEvent",
    "UnloadModelResponse",
    "UntypedAPIFuture",
    "WeightsInfoResponse",
]

if not TYPE_CHECKING:
    __getattr__ = _sdk.lazily(__name__, _HOMES, globals())
