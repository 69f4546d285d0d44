"""What the body of an error says for programs: its codes, and google.rpc's details. Pure; nothing in it is trusted."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

from pristine.ports.errors import StatusError
from pristine.ports.patterns import pattern

_DURATION: Final = pattern(r"(\d{1,12}(?:\.\d{1,9})?)s", re.ASCII)
"""A google.protobuf.Duration as JSON writes it, such as `1.500s`."""

_LONGEST: Final = 100
_NAMES: Final = ("code", "type", "status", "reason")
_RETRY_INFO: Final = "google.rpc.RetryInfo"


def codes_of(error: StatusError) -> tuple[str, ...]:
    """What the error is called, the API's own code first: its `code`, `type`, `status` and `reason`, and its details'.

    Such bodies are `{"error": {"type": "overloaded_error"}}` and google.rpc.Status with ErrorInfo (google.aip.dev/193).
    """
    found = [error.code] if error.code else []
    for part in _parts(json_of(error.body)):
        found += [one for name in _NAMES if isinstance(one := part.get(name), str) and 0 < len(one) <= _LONGEST]
    return tuple(dict.fromkeys(found))


def retry_info(body: bytes) -> float | None:
    """The `retryDelay` of a google.rpc.RetryInfo anywhere in the details, in seconds."""
    for part in _parts(json_of(body)):
        if str(part.get("@type", "")).endswith(_RETRY_INFO):
            match = _DURATION.fullmatch(str(part.get("retryDelay")))
            if match and math.isfinite(seconds := float(match[1])):
                return seconds
    return None


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """The error object of a body, and each of its details."""
    whole = value[0] if isinstance(value, list) and value else value
    error = whole.get("error", whole) if isinstance(whole, dict) else None
    if isinstance(error, dict):
        yield error
        details = error.get("details")
        yield from (one for one in details if isinstance(one, dict)) if isinstance(details, list) else ()


def json_of(body: bytes) -> Any:
    """A body as JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
