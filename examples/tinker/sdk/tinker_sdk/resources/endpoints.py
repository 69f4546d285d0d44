"""The whole API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .checkpoints import (
        AsyncCheckpoints,
        AsyncCheckpointsWithRawResponse,
        AsyncCheckpointsWithStreamingResponse,
        Checkpoints,
        CheckpointsWithRawResponse,
        CheckpointsWithStreamingResponse,
    )
    from .futures import (
        AsyncFutures,
        AsyncFuturesWithRawResponse,
        AsyncFuturesWithStreamingResponse,
        Futures,
        FuturesWithRawResponse,
        FuturesWithStreamingResponse,
    )
    from .models import (
        AsyncModels,
        AsyncModelsWithRawResponse,
        AsyncModelsWithStreamingResponse,
        Models,
        ModelsWithRawResponse,
        ModelsWithStreamingResponse,
    )
    from .samplers import (
        AsyncSamplers,
        AsyncSamplersWithRawResponse,
        AsyncSamplersWithStreamingResponse,
        Samplers,
        SamplersWithRawResponse,
        SamplersWithStreamingResponse,
    )
    from .sampling import (
        AsyncSampling,
        AsyncSamplingWithRawResponse,
        AsyncSamplingWithStreamingResponse,
        Sampling,
        SamplingWithRawResponse,
        SamplingWithStreamingResponse,
    )
    from .service import (
        AsyncService,
        AsyncServiceWithRawResponse,
        AsyncServiceWithStreamingResponse,
        Service,
        ServiceWithRawResponse,
        ServiceWithStreamingResponse,
    )
    from .sessions import (
        AsyncSessions,
        AsyncSessionsWithRawResponse,
        AsyncSessionsWithStreamingResponse,
        Sessions,
        SessionsWithRawResponse,
        SessionsWithStreamingResponse,
    )
    from .telemetry import (
        AsyncTelemetry,
        AsyncTelemetryWithRawResponse,
        AsyncTelemetryWithStreamingResponse,
        Telemetry,
        TelemetryWithRawResponse,
        TelemetryWithStreamingResponse,
    )
    from .training import (
        AsyncTraining,
        AsyncTrainingWithRawResponse,
        AsyncTrainingWithStreamingResponse,
        Training,
        TrainingWithRawResponse,
        TrainingWithStreamingResponse,
    )
    from .training_runs import (
        AsyncTrainingRuns,
        AsyncTrainingRunsWithRawResponse,
        AsyncTrainingRunsWithStreamingResponse,
        TrainingRuns,
        TrainingRunsWithRawResponse,
        TrainingRunsWithStreamingResponse,
    )
    from .weights import (
        AsyncWeights,
        AsyncWeightsWithRawResponse,
        AsyncWeightsWithStreamingResponse,
        Weights,
        WeightsWithRawResponse,
        WeightsWithStreamingResponse,
    )


class Endpoints(_sdk.Resource):
    """All of the API."""

    @cached_property
    def service(self) -> Service:
        """Part `service`."""
        from .service import Service

        return Service(self._calls)

    @cached_property
    def telemetry(self) -> Telemetry:
        """Part `telemetry`."""
        from .telemetry import Telemetry

        return Telemetry(self._calls)

    @cached_property
    def sessions(self) -> Sessions:
        """Part `sessions`."""
        from .sessions import Sessions

        return Sessions(self._calls)

    @cached_property
    def models(self) -> Models:
        """Part `models`."""
        from .models import Models

        return Models(self._calls)

    @cached_property
    def training(self) -> Training:
        """Part `training`."""
        from .training import Training

        return Training(self._calls)

    @cached_property
    def weights(self) -> Weights:
        """Part `weights`."""
        from .weights import Weights

        return Weights(self._calls)

    @cached_property
    def sampling(self) -> Sampling:
        """Part `sampling`."""
        from .sampling import Sampling

        return Sampling(self._calls)

    @cached_property
    def samplers(self) -> Samplers:
        """Part `samplers`."""
        from .samplers import Samplers

        return Samplers(self._calls)

    @cached_property
    def futures(self) -> Futures:
        """Part `futures`."""
        from .futures import Futures

        return Futures(self._calls)

    @cached_property
    def training_runs(self) -> TrainingRuns:
        """Part `training_runs`."""
        from .training_runs import TrainingRuns

        return TrainingRuns(self._calls)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """Part `checkpoints`."""
        from .checkpoints import Checkpoints

        return Checkpoints(self._calls)


class AsyncEndpoints(_sdk.Resource):
    """All of the API, to be awaited."""

    @cached_property
    def service(self) -> AsyncService:
        """Part `service`."""
        from .service import AsyncService

        return AsyncService(self._calls)

    @cached_property
    def telemetry(self) -> AsyncTelemetry:
        """Part `telemetry`."""
        from .telemetry import AsyncTelemetry

        return AsyncTelemetry(self._calls)

    @cached_property
    def sessions(self) -> AsyncSessions:
        """Part `sessions`."""
        from .sessions import AsyncSessions

        return AsyncSessions(self._calls)

    @cached_property
    def models(self) -> AsyncModels:
        """Part `models`."""
        from .models import AsyncModels

        return AsyncModels(self._calls)

    @cached_property
    def training(self) -> AsyncTraining:
        """Part `training`."""
        from .training import AsyncTraining

        return AsyncTraining(self._calls)

    @cached_property
    def weights(self) -> AsyncWeights:
        """Part `weights`."""
        from .weights import AsyncWeights

        return AsyncWeights(self._calls)

    @cached_property
    def sampling(self) -> AsyncSampling:
        """Part `sampling`."""
        from .sampling import AsyncSampling

        return AsyncSampling(self._calls)

    @cached_property
    def samplers(self) -> AsyncSamplers:
        """Part `samplers`."""
        from .samplers import AsyncSamplers

        return AsyncSamplers(self._calls)

    @cached_property
    def futures(self) -> AsyncFutures:
        """Part `futures`."""
        from .futures import AsyncFutures

        return AsyncFutures(self._calls)

    @cached_property
    def training_runs(self) -> AsyncTrainingRuns:
        """Part `training_runs`."""
        from .training_runs import AsyncTrainingRuns

        return AsyncTrainingRuns(self._calls)

    @cached_property
    def checkpoints(self) -> AsyncCheckpoints:
        """Part `checkpoints`."""
        from .checkpoints import AsyncCheckpoints

        return AsyncCheckpoints(self._calls)


class EndpointsWithRawResponse(_sdk.Resource):
    """The calls of Endpoints, which give whole responses."""

    @cached_property
    def service(self) -> ServiceWithRawResponse:
        """Part `service`."""
        from .service import ServiceWithRawResponse

        return ServiceWithRawResponse(self._calls)

    @cached_property
    def telemetry(self) -> TelemetryWithRawResponse:
        """Part `telemetry`."""
        from .telemetry import TelemetryWithRawResponse

        return TelemetryWithRawResponse(self._calls)

    @cached_property
    def sessions(self) -> SessionsWithRawResponse:
        """Part `sessions`."""
        from .sessions import SessionsWithRawResponse

        return SessionsWithRawResponse(self._calls)

    @cached_property
    def models(self) -> ModelsWithRawResponse:
        """Part `models`."""
        from .models import ModelsWithRawResponse

        return ModelsWithRawResponse(self._calls)

    @cached_property
    def training(self) -> TrainingWithRawResponse:
        """Part `training`."""
        from .training import TrainingWithRawResponse

        return TrainingWithRawResponse(self._calls)

    @cached_property
    def weights(self) -> WeightsWithRawResponse:
        """Part `weights`."""
        from .weights import WeightsWithRawResponse

        return WeightsWithRawResponse(self._calls)

    @cached_property
    def sampling(self) -> SamplingWithRawResponse:
        """Part `sampling`."""
        from .sampling import SamplingWithRawResponse

        return SamplingWithRawResponse(self._calls)

    @cached_property
    def samplers(self) -> SamplersWithRawResponse:
        """Part `samplers`."""
        from .samplers import SamplersWithRawResponse

        return SamplersWithRawResponse(self._calls)

    @cached_property
    def futures(self) -> FuturesWithRawResponse:
        """Part `futures`."""
        from .futures import FuturesWithRawResponse

        return FuturesWithRawResponse(self._calls)

    @cached_property
    def training_runs(self) -> TrainingRunsWithRawResponse:
        """Part `training_runs`."""
        from .training_runs import TrainingRunsWithRawResponse

        return TrainingRunsWithRawResponse(self._calls)

    @cached_property
    def checkpoints(self) -> CheckpointsWithRawResponse:
        """Part `checkpoints`."""
        from .checkpoints import CheckpointsWithRawResponse

        return CheckpointsWithRawResponse(self._calls)


class AsyncEndpointsWithRawResponse(_sdk.Resource):
    """The calls of AsyncEndpoints, which give whole responses."""

    @cached_property
    def service(self) -> AsyncServiceWithRawResponse:
        """Part `service`."""
        from .service import AsyncServiceWithRawResponse

        return AsyncServiceWithRawResponse(self._calls)

    @cached_property
    def telemetry(self) -> AsyncTelemetryWithRawResponse:
        """Part `telemetry`."""
        from .telemetry import AsyncTelemetryWithRawResponse

        return AsyncTelemetryWithRawResponse(self._calls)

    @cached_property
    def sessions(self) -> AsyncSessionsWithRawResponse:
        """Part `sessions`."""
        from .sessions import AsyncSessionsWithRawResponse

        return AsyncSessionsWithRawResponse(self._calls)

    @cached_property
    def models(self) -> AsyncModelsWithRawResponse:
        """Part `models`."""
        from .models import AsyncModelsWithRawResponse

        return AsyncModelsWithRawResponse(self._calls)

    @cached_property
    def training(self) -> AsyncTrainingWithRawResponse:
        """Part `training`."""
        from .training import AsyncTrainingWithRawResponse

        return AsyncTrainingWithRawResponse(self._calls)

    @cached_property
    def weights(self) -> AsyncWeightsWithRawResponse:
        """Part `weights`."""
        from .weights import AsyncWeightsWithRawResponse

        return AsyncWeightsWithRawResponse(self._calls)

    @cached_property
    def sampling(self) -> AsyncSamplingWithRawResponse:
        """Part `sampling`."""
        from .sampling import AsyncSamplingWithRawResponse

        return AsyncSamplingWithRawResponse(self._calls)

    @cached_property
    def samplers(self) -> AsyncSamplersWithRawResponse:
        """Part `samplers`."""
        from .samplers import AsyncSamplersWithRawResponse

        return AsyncSamplersWithRawResponse(self._calls)

    @cached_property
    def futures(self) -> AsyncFuturesWithRawResponse:
        """Part `futures`."""
        from .futures import AsyncFuturesWithRawResponse

        return AsyncFuturesWithRawResponse(self._calls)

    @cached_property
    def training_runs(self) -> AsyncTrainingRunsWithRawResponse:
        """Part `training_runs`."""
        from .training_runs import AsyncTrainingRunsWithRawResponse

        return AsyncTrainingRunsWithRawResponse(self._calls)

    @cached_property
    def checkpoints(self) -> AsyncCheckpointsWithRawResponse:
        """Part `checkpoints`."""
        from .checkpoints import AsyncCheckpointsWithRawResponse

        return AsyncCheckpointsWithRawResponse(self._calls)


class EndpointsWithStreamingResponse(_sdk.Resource):
    """The calls of Endpoints, which give open responses."""

    @cached_property
    def service(self) -> ServiceWithStreamingResponse:
        """Part `service`."""
        from .service import ServiceWithStreamingResponse

        return ServiceWithStreamingResponse(self._calls)

    @cached_property
    def telemetry(self) -> TelemetryWithStreamingResponse:
        """Part `telemetry`."""
        from .telemetry import TelemetryWithStreamingResponse

        return TelemetryWithStreamingResponse(self._calls)

    @cached_property
    def sessions(self) -> SessionsWithStreamingResponse:
        """Part `sessions`."""
        from .sessions import SessionsWithStreamingResponse

        return SessionsWithStreamingResponse(self._calls)

    @cached_property
    def models(self) -> ModelsWithStreamingResponse:
        """Part `models`."""
        from .models import ModelsWithStreamingResponse

        return ModelsWithStreamingResponse(self._calls)

    @cached_property
    def training(self) -> TrainingWithStreamingResponse:
        """Part `training`."""
        from .training import TrainingWithStreamingResponse

        return TrainingWithStreamingResponse(self._calls)

    @cached_property
    def weights(self) -> WeightsWithStreamingResponse:
        """Part `weights`."""
        from .weights import WeightsWithStreamingResponse

        return WeightsWithStreamingResponse(self._calls)

    @cached_property
    def sampling(self) -> SamplingWithStreamingResponse:
        """Part `sampling`."""
        from .sampling import SamplingWithStreamingResponse

        return SamplingWithStreamingResponse(self._calls)

    @cached_property
    def samplers(self) -> SamplersWithStreamingResponse:
        """Part `samplers`."""
        from .samplers import SamplersWithStreamingResponse

        return SamplersWithStreamingResponse(self._calls)

    @cached_property
    def futures(self) -> FuturesWithStreamingResponse:
        """Part `futures`."""
        from .futures import FuturesWithStreamingResponse

        return FuturesWithStreamingResponse(self._calls)

    @cached_property
    def training_runs(self) -> TrainingRunsWithStreamingResponse:
        """Part `training_runs`."""
        from .training_runs import TrainingRunsWithStreamingResponse

        return TrainingRunsWithStreamingResponse(self._calls)

    @cached_property
    def checkpoints(self) -> CheckpointsWithStreamingResponse:
        """Part `checkpoints`."""
        from .checkpoints import CheckpointsWithStreamingResponse

        return CheckpointsWithStreamingResponse(self._calls)


class AsyncEndpointsWithStreamingResponse(_sdk.Resource):
    """The calls of AsyncEndpoints, which give open responses."""

    @cached_property
    def service(self) -> AsyncServiceWithStreamingResponse:
        """Part `service`."""
        from .service import AsyncServiceWithStreamingResponse

        return AsyncServiceWithStreamingResponse(self._calls)

    @cached_property
    def telemetry(self) -> AsyncTelemetryWithStreamingResponse:
        """Part `telemetry`."""
        from .telemetry import AsyncTelemetryWithStreamingResponse

        return AsyncTelemetryWithStreamingResponse(self._calls)

    @cached_property
    def sessions(self) -> AsyncSessionsWithStreamingResponse:
        """Part `sessions`."""
        from .sessions import AsyncSessionsWithStreamingResponse

        return AsyncSessionsWithStreamingResponse(self._calls)

    @cached_property
    def models(self) -> AsyncModelsWithStreamingResponse:
        """Part `models`."""
        from .models import AsyncModelsWithStreamingResponse

        return AsyncModelsWithStreamingResponse(self._calls)

    @cached_property
    def training(self) -> AsyncTrainingWithStreamingResponse:
        """Part `training`."""
        from .training import AsyncTrainingWithStreamingResponse

        return AsyncTrainingWithStreamingResponse(self._calls)

    @cached_property
    def weights(self) -> AsyncWeightsWithStreamingResponse:
        """Part `weights`."""
        from .weights import AsyncWeightsWithStreamingResponse

        return AsyncWeightsWithStreamingResponse(self._calls)

    @cached_property
    def sampling(self) -> AsyncSamplingWithStreamingResponse:
        """Part `sampling`."""
        from .sampling import AsyncSamplingWithStreamingResponse

        return AsyncSamplingWithStreamingResponse(self._calls)

    @cached_property
    def samplers(self) -> AsyncSamplersWithStreamingResponse:
        """Part `samplers`."""
        from .samplers import AsyncSamplersWithStreamingResponse

        return AsyncSamplersWithStreamingResponse(self._calls)

    @cached_property
    def futures(self) -> AsyncFuturesWithStreamingResponse:
        """Part `futures`."""
        from .futures import AsyncFuturesWithStreamingResponse

        return AsyncFuturesWithStreamingResponse(self._calls)

    @cached_property
    def training_runs(self) -> AsyncTrainingRunsWithStreamingResponse:
        """Part `training_runs`."""
        from .training_runs import AsyncTrainingRunsWithStreamingResponse

        return AsyncTrainingRunsWithStreamingResponse(self._calls)

    @cached_property
    def checkpoints(self) -> AsyncCheckpointsWithStreamingResponse:
        """Part `checkpoints`."""
        from .checkpoints import AsyncCheckpointsWithStreamingResponse

        return AsyncCheckpointsWithStreamingResponse(self._calls)
