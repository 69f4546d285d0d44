"""The type FutureAnswer."""

from __future__ import annotations

from typing import Any, TypeAlias

from .complete_metadata import CompleteMetadata
from .completed import Completed
from .create_model_response import CreateModelResponse
from .failed import Failed
from .forward_backward_output import ForwardBackwardOutput
from .load_weights_response import LoadWeightsResponse
from .optim_step_response import OptimStepResponse
from .pending import Pending
from .request_failed import RequestFailed
from .sample_response import SampleResponse
from .save_weights_for_sampler_response import SaveWeightsForSamplerResponse
from .save_weights_response import SaveWeightsResponse
from .try_again import TryAgain
from .unload_model_response import UnloadModelResponse

FutureAnswer: TypeAlias = (
    TryAgain
    | CompleteMetadata
    | RequestFailed
    | Pending
    | Completed
    | Failed
    | SampleResponse
    | ForwardBackwardOutput
    | OptimStepResponse
    | CreateModelResponse
    | UnloadModelResponse
    | SaveWeightsResponse
    | SaveWeightsForSamplerResponse
    | LoadWeightsResponse
    | dict[str, Any]
)
