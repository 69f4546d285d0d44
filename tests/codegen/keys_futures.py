"""The keys of futures, each with two manifests that differ in its value alone."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.asking import ASKING_KEYS
from pristine.manifest.futures import FUTURE_KEYS, PACE_KEYS
from tests.support.offline import manifest

Pair = tuple[dict[str, Any], dict[str, Any]]

ASK: Final[dict[str, Any]] = {"endpoint": "ask", "headers": {"X-Id": "{id}"}}
STATED: Final[dict[str, Any]] = {"state": "status"}


def later(base: dict[str, Any], /, **pair: Any) -> Pair:
    """Manifests whose endpoint has a future with other values of a key; `...` leaves it out."""
    made = []
    for index in (0, 1):
        said = {key: values[index] for key, values in pair.items() if values[index] is not ...}
        found = manifest({"future": {"id": "job", **base, **said}})
        asked = {name: {"method": "POST", "path": f"/{name}"} for name in ("ask", "tell")}
        asked["put"] = {"method": "PUT", "path": "/{a}"}
        made.append({**found, "endpoints": {**found["endpoints"], **asked}})
    return made[0], made[1]


def asking(**pair: Any) -> Pair:
    made = [{**ASK, **{key: values[index] for key, values in pair.items()}} for index in (0, 1)]
    return later({}, ask=tuple(made))


TABLES: Final = {
    "future": {*FUTURE_KEYS, "ask", "cancel", "response"},
    "asking": set(ASKING_KEYS),
    "pace": set(PACE_KEYS),
}
CHANGES: Final[Mapping[str, Mapping[str, Pair]]] = {
    "future": {
        "preset": later({}, preset=("azure", "location")),
        "id": later({}, id=("a", "b")),
        "ask": later({}, ask=(..., ASK)),
        "cancel": later({}, cancel=(ASK, {**ASK, "endpoint": "tell"})),
        **{key: later({}, **{key: ("a", {"header": "X-A"})}) for key in ("state", "error", "result", "result_url")},
        **{key: later(STATED, **{key: ([1], [True])}) for key in ("pending", "done", "failed", "expired")},
        "statuses": later({}, statuses=({"202": "pending"}, {"202": "done"})),
        "response": later({}, response=("string", "integer")),
        "category": later({"error": "error"}, category=("a", "b")),
        **{key: later({}, **{key: ("a", ["a", "b"])}) for key in ("queue_state", "queue_reason", "progress")},
        **{key: later({}, **{key: ("a", "b")}) for key in ("delay", "delay_ms")},
        "pace": later({}, pace=({}, {"cap": 5})),
        **{key: later({}, **{key: (1, 2)}) for key in ("http_timeout", "poll_timeout")},
    },
    "asking": {
        "endpoint": asking(endpoint=("ask", "tell")),
        "path_params": asking(endpoint=("put", "put"), path_params=({"a": 1}, {"a": 2})),
        "query": asking(query=({"a": 1}, {"a": True})),
        "headers": asking(headers=({"X-Id": "{id}"}, {"X-Work": "{id}"})),
        "body": asking(body=({"a": [1]}, {"a": [2]})),
    },
    "pace": {key: later({}, pace=({key: 1}, {key: 0 if key == "jitter" else 2})) for key in PACE_KEYS},
}
