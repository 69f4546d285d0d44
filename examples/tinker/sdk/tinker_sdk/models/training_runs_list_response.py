"""The type TrainingRunsListResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs as _attrs
from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .cursor import Cursor
    from .training_run import TrainingRun


@_attrs.frozen(kw_only=True, eq=False)
class TrainingRunsListResponse(_sdk.Model):
    """An object of the API."""

    training_runs: list[TrainingRun]
    cursor: Cursor
