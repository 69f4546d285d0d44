"""What answers are called in a document of ours: OpenAPI wants each described, and a manifest describes none."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final


def description_of(status: str) -> str:
    """The description of the answers of a status, a range or `default` (RFC 9110, section 15)."""
    if status in _RANGES:
        return _RANGES[status]
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return f"{_RANGES[f'{status[0]}XX']}: {status}"


_RANGES: Final[Mapping[str, str]] = {
    "1XX": "An interim answer",
    "2XX": "A good answer",
    "3XX": "A redirect",
    "4XX": "The request is wrong",
    "5XX": "The server failed",
    "default": "Any other answer",
}
