"""Work that is finished later: what each change of how it is followed is, there and back."""

from typing import Any, Final

from tests.codegen.cases import BREAKS, KEEPS, Case, Told, of_endpoint
from tests.codegen.keys_futures import ASK, later


def followed(key: str, old: Any, new: Any, there: Told, back: Told, **base: Any) -> Case:
    """Futures with other values of a key."""
    return (*later(base, **{key: (old, new)}), there, back)


OTHER: Final[dict[str, Any]] = {**ASK, "endpoint": "tell"}
CHANGED: Final = {"future-changed": BREAKS}
PACED: Final = {"future-pace-changed": KEEPS}
MOVED: Final = {"future-fact-moved": BREAKS}

CASES: Final[dict[str, Case]] = {
    "work that is finished later": of_endpoint(
        "future", ..., {"id": "job"}, {"future-added": KEEPS}, {"future-removed": BREAKS}
    ),
    "where the id of work is": followed("id", "a", "b", CHANGED, CHANGED),
    "how work is asked about": followed("ask", ..., ASK, CHANGED, CHANGED),
    "with what work is asked about": followed("ask", ASK, {**ASK, "body": {"a": 1}}, CHANGED, CHANGED),
    "work that can be stopped": followed(
        "cancel", ..., ASK, {"future-cancel-added": KEEPS}, {"future-cancel-removed": BREAKS}
    ),
    "how work is stopped": followed(
        "cancel", ASK, OTHER, {"future-cancel-changed": BREAKS}, {"future-cancel-changed": BREAKS}
    ),
    "what is a failure": followed("failed", ["a"], ["b"], CHANGED, CHANGED, state="s"),
    "what saying nothing is": followed("done", ["a"], ["a", None], CHANGED, CHANGED, state="s"),
    "the type of a result": followed(
        "response", "string", "integer", {"type-changed": BREAKS}, {"type-changed": BREAKS}
    ),
    "a fact of work": followed("progress", ..., "a", {"future-fact-added": KEEPS}, {"future-fact-removed": BREAKS}),
    "where a fact of work is": followed("queue_state", "a", "b", MOVED, MOVED),
    "the pace": followed("pace", {"first": 1}, {"first": 2}, PACED, PACED),
    "how long work may take": followed("poll_timeout", ..., 60, PACED, PACED),
}
