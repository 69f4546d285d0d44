"""A server that takes reports, and says what it is told to."""

import json
import queue
from typing import Any

from pristine.testing.server import Wire

PATIENCE = 20.0


class Collector:
    """Answers with the statuses of a script, and then with 200; where `held` is set, only when it is."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.keys: list[str | None] = []
        self._came: queue.Queue[tuple[int, Any]] = queue.Queue()

    def __call__(self, wire: Wire) -> None:
        while (request := wire.request()) is not None:
            status = self.statuses.pop(0) if self.statuses else 200
            self.keys.append(request.header("idempotency-key"))
            self._came.put((status, json.loads(request.body)))
            wire.respond(status, b"not JSON at all")

    def next(self) -> tuple[int, list[dict[str, Any]]]:
        """The status and the events of the next request."""
        status, body = self._came.get(timeout=PATIENCE)
        assert list(body) == ["events"]
        return status, body["events"]

    def messages(self) -> list[str]:
        """The messages of the next request."""
        return [event["message"] for event in self.next()[1]]
