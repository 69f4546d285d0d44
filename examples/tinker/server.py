"""The API of manifest.yaml as a real HTTP server. Standard library only; `python -m examples.tinker.server` runs it.

It follows what public clients have seen: any dialect is taken, and a checkpoint id is two segments, never one.
It ends when its stdin is closed, so whoever started it cannot leave it running.
"""

import argparse
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from examples.serving import Answer, Asked, Refusal, Route, Server
from examples.tinker.fields import Fields, refused
from examples.tinker.habits import Habits
from examples.tinker.records import Checkpoint
from examples.tinker.service import Service
from examples.tinker.texts import UsersFault

API: Final = "/api/v1"
RUN: Final = f"{API}/training_runs/([^/]+)"
CHECKPOINT: Final = f"{RUN}/checkpoints/(weights|sampler_weights)/([^/]+)"


class TinkerServer(Server):
    """The server, for a `with` block; `habits` may be changed between calls."""

    def __init__(self, habits: Habits | None = None, port: int = 0) -> None:
        super().__init__(self._table(), port)
        self.habits = habits or Habits()
        self.service = Service(self.habits)
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Answer] = {}

    def routed(self, asked: Asked) -> Answer:
        """The answer to a request; the same idempotency key is answered the same, once it was answered well."""
        if asked.path.startswith(API) and asked.path != f"{API}/healthz" and not _owner(asked).startswith("tml-"):
            raise refused(401, "X-API-Key is missing, or is no key")
        key = asked.headers["X-Idempotency-Key"]
        if key is None or asked.method == "GET":
            return super().routed(asked)
        place = (_owner(asked), asked.path, key)
        if place not in self._kept:
            answer = super().routed(asked)
            if answer.events is not None:
                return answer
            self._kept[place] = answer
        return self._kept[place]

    def _table(self) -> list[Route]:
        """The routes, from the more special to the more general."""
        return [
            *(("POST", f"{API}/{path}", self._posts(method, path)) for path, method in OF_A_TYPE.items()),
            *(("POST", f"{API}/{path}", self._posts(path, "")) for path in OF_NO_TYPE),
            *(("GET", f"{API}/{path}", self._reads(method)) for path, method in READ.items()),
            ("POST", f"{API}/asample", self._sample),
            ("POST", f"{API}/stream_sample", self._stream),
            ("POST", f"{API}/retrieve_future", self._retrieve),
            ("DELETE", CHECKPOINT, self._of_checkpoint(self._delete)),
            ("POST", f"{CHECKPOINT}/publish", self._of_checkpoint(partial(self._publish, public=True))),
            ("DELETE", f"{CHECKPOINT}/publish", self._of_checkpoint(partial(self._publish, public=False))),
            ("GET", f"{CHECKPOINT}/archive", self._of_checkpoint(self._archive)),
            ("GET", "/archives/([^/]+)/(weights|sampler_weights)/([^/]+)", self._of_checkpoint(self._download)),
        ]

    def _said(self, value: dict[str, Any]) -> Answer:
        return Answer(self.habits.spoken(value))

    def _posts(self, method: str, type: str) -> Callable[[Asked], Answer]:
        """A route to a method of the service that takes a body."""

        def handle(asked: Asked) -> Answer:
            body = Fields(asked.json(), type)
            with self._lock:
                return self._said(getattr(self.service, method)(body, _owner(asked)))

        return handle

    def _reads(self, method: str) -> Callable[..., Answer]:
        """A route to a method of the service that takes a query and a part of the path."""

        def handle(asked: Asked, *parts: str) -> Answer:
            plain = {name: int(one) if one.isdecimal() else one for name, one in asked.query.items()}
            with self._lock:
                return self._said(getattr(self.service, method)(Fields(plain, where="query"), _owner(asked), *parts))

        return handle

    def _sample(self, asked: Asked) -> Answer:
        body, may_refuse = Fields(asked.json(), "sample"), asked.headers["X-Tinker-Sampling-Backpressure"] == "1"
        with self._lock:
            return self._said(self.service.sample(body, may_refuse=may_refuse))

    def _retrieve(self, asked: Asked) -> Answer:
        body = Fields(asked.json())
        with self._lock:
            return self._said(self.service.futures.retrieve(body))

    def _stream(self, asked: Asked) -> Answer:
        events = self.service.stream(Fields(asked.json()))
        try:
            first = next(events)  # what is wrong with the request is told before the stream begins
        except UsersFault as fault:
            raise refused(400, str(fault)) from None
        return Answer(events=(json.dumps(one) for part in ([first], events) for one in part))

    def _of_checkpoint(self, handle: Callable[[Asked, Checkpoint], Answer]) -> Callable[..., Answer]:
        """A route about a checkpoint, whose id is two segments of the path."""

        def found(asked: Asked, run: str, kind: str, name: str) -> Answer:
            with self._lock:
                return handle(asked, self.service.saved(f"tinker://{run}/{kind}/{name}"))

        return found

    def _delete(self, _: Asked, checkpoint: Checkpoint) -> Answer:
        del self.service.checkpoints[checkpoint.path]
        return Answer(status=204)

    def _publish(self, _: Asked, checkpoint: Checkpoint, *, public: bool) -> Answer:
        self.service.publish(checkpoint, public=public)
        return Answer()

    def _archive(self, _: Asked, checkpoint: Checkpoint) -> Answer:
        checkpoint.times_asked += 1
        if checkpoint.times_asked <= self.habits.packing:
            raise Refusal(503, {"detail": "the archive is being packed"}, {"Retry-After": "30"})
        place = (quote(one, safe="") for one in (checkpoint.run, checkpoint.kind, checkpoint.name))
        url, until = f"{self.url}/archives/{'/'.join(place)}", datetime.now(UTC) + timedelta(minutes=15)
        if self.habits.archive == "json":
            return Answer({"url": url, "expires": until.isoformat()})
        return Answer(status=302, headers={"Location": url, "Expires": format_datetime(until, usegmt=True)})

    def _download(self, asked: Asked, checkpoint: Checkpoint) -> Answer:
        if _owner(asked):
            raise refused(400, "this place is to see no key")
        return Answer(checkpoint.archive(), headers={"Content-Type": "application/octet-stream"})


def _owner(asked: Asked) -> str:
    return asked.headers["X-API-Key"] or ""


OF_A_TYPE: Final = {
    "create_session": "create_session",
    "session_heartbeat": "heartbeat",
    "create_model": "create_model",
    "get_info": "get_info",
    "unload_model": "unload_model",
    "save_weights": "save_weights",
    "save_weights_for_sampler": "save_weights_for_sampler",
    "load_weights": "load_weights",
    "create_sampling_session": "create_sampling_session",
}
"""Path -> the method of the service. Their bodies may say their type, which is the path."""

OF_NO_TYPE: Final = ("forward", "forward_backward", "optim_step", "weights_info", "telemetry")

READ: Final = {
    "healthz": "health",
    "get_server_capabilities": "capabilities",
    "sessions": "list_sessions",
    "sessions/([^/]+)": "get_session",
    "samplers/([^/]+)": "get_sampler",
    "training_runs": "list_runs",
    "training_runs/([^/]+)": "get_run",
    "training_runs/([^/]+)/checkpoints": "run_checkpoints",
    "checkpoints": "list_checkpoints",
}


def main() -> None:
    """Serve until stdin is closed."""
    options = argparse.ArgumentParser(description="A small training API. It ends when its stdin is closed (Ctrl-D).")
    options.add_argument("--port", type=int, default=0, help="default: 0, any free port")
    TinkerServer(Habits(waits=("try_again", "408")), options.parse_args().port).serve_until_stdin_closes()


if __name__ == "__main__":
    main()
