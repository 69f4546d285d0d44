"""What the server does later, and how it is asked for. Standard library only."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from examples.serving import Refusal
from examples.tinker.fields import Fields, refused
from examples.tinker.habits import Habits
from examples.tinker.texts import UsersFault

Job = Callable[[], dict[str, Any]]


@dataclass
class Future:
    """A job, and what it came to; `waits` are the answers before that."""

    id: str
    job: Job
    waits: list[str]
    samples: bool = False
    answer: dict[str, Any] | None = None
    measured: bool = False
    fetched: bool = False

    def run(self) -> None:
        """Do it, once. A job that fails has an answer, too."""
        if self.answer is None:
            try:
                self.answer = self.job()
            except UsersFault as fault:
                self.answer = {"error": str(fault), "category": "user"}
            except Refusal as refusal:
                self.answer = {"error": json.dumps(refusal.answer.body["detail"]), "category": "user"}


@dataclass
class Futures:
    """All futures, by id."""

    habits: Habits
    all: dict[str, Future] = field(default_factory=dict)

    def begun(self, job: Job, known: str = "", *, samples: bool = False) -> Future:
        """A new future, or the one that is known by this name."""
        id = known or f"req-{len(self.all) + 1}"
        return self.all.setdefault(id, Future(id, job, list(self.habits.waits), samples))

    def done(self, result: dict[str, Any]) -> dict[str, Any]:
        """The promise of a result that is there already; it says of which model."""
        future = self.begun(lambda: result)
        future.run()
        return {"request_id": future.id, "model_id": result["model_id"]}

    def retrieve(self, body: Fields) -> dict[str, Any]:
        """The result, or why there is none yet."""
        id = body.need("request_id", "a string")
        only_metadata = body.get("allow_metadata_only", "true or false", False)
        future = self.all.get(id)
        if future is None:
            raise refused(404, f"there is no request {id}")
        if future.answer is None or future.waits:
            return _not_yet(future)
        if only_metadata and not future.measured and "error" not in future.answer:
            future.measured = True
            size = len(json.dumps(self.habits.spoken(future.answer)))
            return {"status": "complete_metadata", "response_payload_size": size}
        future.fetched = True
        return future.answer


def _not_yet(future: Future) -> dict[str, Any]:
    runs = future.answer is not None
    said = future.waits[0] if runs else "try_again"
    state = {"queue_state": "paused_capacity" if runs else "active", "queue_state_reason": None}
    if said == "410":
        raise refused(410, "the promise has expired")
    if runs:
        del future.waits[0]
    if said == "try_again":
        return {"type": "try_again", "request_id": future.id, **state, "retry_after_ms": 1}
    raise refused(int(said), "there is no result yet", **(state if said == "408" else {}))
