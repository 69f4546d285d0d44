"""The type ForwardBackwardInputLossFn."""

from __future__ import annotations

from typing import Literal, TypeAlias

ForwardBackwardInputLossFn: TypeAlias = (
    Literal["cross_entropy", "importance_sampling", "ppo", "cispo", "dro"] | str
)
