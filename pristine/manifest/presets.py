"""Ways in which well-known APIs finish work later, by name, each as a manifest would say it.

What a manifest says itself takes the place of what stands here, key by key; `pace` and `statuses`, member by member.
"""

from collections.abc import Mapping
from typing import Any, Final


def _spelled(*words: str) -> list[str]:
    """Words in small letters, with a capital, and in capitals."""
    return [spelled for word in words for spelled in (word, word.capitalize(), word.upper())]


TINKER: Final[Mapping[str, Any]] = {
    "id": "request_id",
    "state": ["type", "status"],
    "pending": ["try_again", "pending"],
    "result": ["result", ""],
    "error": "error",
    "category": "category",
    "queue_state": "queue_state",
    "queue_reason": "queue_state_reason",
    "delay_ms": "retry_after_ms",
    "pace": {"first": 0.1, "factor": 2, "cap": 5},
    "http_timeout": 45,
}
"""The Tinker training API, as its public clients speak it: `POST /api/v1/retrieve_future` with the `request_id`.

The server holds a question until there is something to say, so the waits between them are short. An answer that is
neither an error nor `try_again` is the result itself; older servers wrapped it, as the `result` of `completed`. 408 is
another `try_again`, 410 the end. A client that never sets `allow_metadata_only` is not told `complete_metadata`.
"""

GOOGLE: Final[Mapping[str, Any]] = {
    "id": "name",
    "state": "done",
    "done": [True],
    "result": "response",
    "error": "error",
    "progress": "metadata",
}
"""An operation of google.longrunning, https://google.aip.dev/151: `done` is left out, or false, until there is a
`response` or an `error`. One that is too old is not found. `metadata` is the service's own word on the progress.
"""

AZURE: Final[Mapping[str, Any]] = {
    "id": [{"header": "Azure-AsyncOperation"}, {"header": "Operation-Location"}, {"header": "Location"}],
    "state": ["status", "properties.provisioningState", "provisioningState"],
    "done": ["Succeeded", "succeeded", None],
    "failed": ["Failed", "failed", "Canceled", "canceled", "Cancelled", "cancelled"],
    "statuses": {"202": "pending"},
    "result": ["result", ""],
    "result_url": "resourceLocation",
    "error": "error",
    "progress": "percentComplete",
}
"""Azure, https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations and the guidelines at
https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md: the three final states alone are named, all
others go on; an answer that has none is the resource, and the end. A `Location` answers 202 until then.
"""

LOCATION: Final[Mapping[str, Any]] = {
    "id": {"header": "Location"},
    "statuses": {"202": "pending"},
    "result_url": {"header": "Location"},
}
"""RFC 9110, section 15.3.3: 202 points to a status monitor. That answers 202 while the work goes on, and then with the
result, or with where it is: 303 See Other (section 15.4.4).
"""

STATUS: Final[Mapping[str, Any]] = {
    "id": "id",
    "state": ["status", "state"],
    "done": _spelled("completed", "complete", "succeeded", "success", "done", "finished"),
    "failed": _spelled("failed", "failure", "error", "cancelled", "canceled", "aborted"),
    "expired": _spelled("expired"),
    "error": "error",
}
"""A resource with a word for its status; the result is the resource as it is at the end. Batches of OpenAI are such
(https://platform.openai.com/docs/api-reference/batch/object), predictions of Replicate
(https://replicate.com/docs/reference/http), and report runs of Stripe
(https://docs.stripe.com/api/reporting/report_run/object).
"""

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "tinker": TINKER,
    "google": GOOGLE,
    "azure": AZURE,
    "location": LOCATION,
    "status": STATUS,
}

NAMING: Final = ("tinker", "google", "status")
"""Presets whose ids are names, not URLs: it takes an endpoint to ask for them."""
