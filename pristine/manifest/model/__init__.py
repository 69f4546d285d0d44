"""What a manifest says, as frozen values: all that the rest of Pristine sees of it. A module for each subject."""

from pristine.manifest.model.answers import ErrorShape, PageStyle, Pagination, Where
from pristine.manifest.model.api import Endpoint, Manifest
from pristine.manifest.model.basics import BODYLESS_METHODS, IDEMPOTENT_METHODS, METHODS, NOTHING, SAFE_METHODS
from pristine.manifest.model.futures import Asking, Became, Later, Pace, Said
from pristine.manifest.model.policies import (
    BreakerGroup,
    Cost,
    DeadlineFormat,
    DeadlineHeader,
    Idempotency,
    LimitGroup,
    Safety,
)
from pristine.manifest.model.requests import BodyKind, Example, Parameter
from pristine.manifest.model.servers import BASE_URL, VARIABLE, VARIABLE_VALUE, Scheme, Server, Variable
from pristine.manifest.model.streams import Reconnect, StreamFormat, Streaming

__all__ = [
    "BASE_URL",
    "BODYLESS_METHODS",
    "IDEMPOTENT_METHODS",
    "METHODS",
    "NOTHING",
    "SAFE_METHODS",
    "VARIABLE",
    "VARIABLE_VALUE",
    "Asking",
    "Became",
    "BodyKind",
    "BreakerGroup",
    "Cost",
    "DeadlineFormat",
    "DeadlineHeader",
    "Endpoint",
    "ErrorShape",
    "Example",
    "Idempotency",
    "Later",
    "LimitGroup",
    "Manifest",
    "Pace",
    "PageStyle",
    "Pagination",
    "Parameter",
    "Reconnect",
    "Safety",
    "Said",
    "Scheme",
    "Server",
    "StreamFormat",
    "Streaming",
    "Variable",
    "Where",
]
