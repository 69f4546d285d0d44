"""A server of work that takes its time, and a stage on which both faces of an API are played in the same words.

The blocking face runs on a clock that is wound by its sleeps, the async one in virtual time.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import pristine
from pristine.adapters.clock import ManualClock
from pristine.ports.messages import Request, Response
from tests.support.virtual import VirtualClock, run_virtual

T = TypeVar("T")

_ID: Final = {"path_params": {"id": "{id}"}}
MANIFEST: Final = pristine.load_manifest(
    {
        "name": "works",
        "endpoints": {
            "start": {
                "method": "POST",
                "path": "/works",
                "future": {
                    "preset": "status",
                    "ask": {"endpoint": "look", **_ID},
                    "cancel": {"endpoint": "stop", **_ID},
                    "result": "output",
                    "queue_state": "queue",
                    "pace": {"first": 1, "factor": 1, "cap": 1, "jitter": 0},
                },
            },
            "look": {"method": "GET", "path": "/works/{id}"},
            "stop": {"method": "POST", "path": "/works/{id}/stop"},
        },
    }
)


class Works:
    """A transport of both faces. A payload says how long its work takes (`seconds`), and what comes of it.

    A question is held for `hold` seconds where there is nothing to say yet; on the async face alone. `asked` has who
    was asked for, and when; `stopped` who was stopped; `most` is how many questions were under way at once. `at_once`:
    work is done when it is started.
    """

    def __init__(self, clock: Any, hold: float = 0.0) -> None:
        self.asked: list[tuple[float, str]] = []
        self.stopped: list[str] = []
        self.under_way = self.most = 0
        self.at_once = False
        self.before: Callable[[Request], object] = lambda _: None
        self.clock, self._hold = clock, hold
        self._works: list[tuple[float, Mapping[str, Any]]] = []

    def send(self, request: Request) -> Response:
        self.before(request)
        return _json(self._answer(request))

    async def asend(self, request: Request) -> Response:
        self.before(request)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            answer = self._answer(request)
            if self._hold and request.method == "GET" and answer["status"] == "running":
                ends = self._works[int(answer["id"])][0]
                await self.clock.asleep(min(self._hold, ends - self.clock.now()))
                answer = self._looked(answer["id"])
            return _json(answer)
        finally:
            self.under_way -= 1

    def close(self) -> None: ...
    async def aclose(self) -> None: ...

    def _answer(self, request: Request) -> Any:
        _, _, path = request.url.partition("/works")
        id = path.strip("/").partition("/")[0]
        if not id:
            if self.at_once:
                return {"output": "at once", "status": "completed"}
            said = json.loads(request.body)  # type: ignore[arg-type]  # a body of bytes
            self._works.append((self.clock.now() + said["seconds"], said))
            return {"id": str(len(self._works) - 1), "status": "running"}
        if path.endswith("/stop"):
            self.stopped.append(id)
            return {}
        self.asked.append((self.clock.now(), id))
        return self._looked(id)

    def _looked(self, id: str) -> Any:
        ends, said = self._works[int(id)]
        if self.clock.now() < ends:
            return {"id": id, "status": "running", "queue": said.get("queue")}
        if "error" in said:
            return {"id": id, "status": "failed", "error": said["error"]}
        return {"id": id, "status": "completed", "output": said.get("output", id)}


def _json(value: Any) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(value).encode())


class Stage:
    """An API of one face over Works; what is played on it is a coroutine function, on either face."""

    def __init__(self, face: str, hold: float = 0.0) -> None:
        self.face = face
        self.clock: Any = ManualClock() if face == "sync" else VirtualClock()
        self.works = Works(self.clock, hold)

    def play(self, scene: Callable[[], Awaitable[T]]) -> T:
        async def played() -> T:
            context = pristine.context(base_url="http://api.test", transport=self.works, clock=self.clock)
            kind = pristine.Pipeline if self.face == "sync" else pristine.AsyncPipeline
            self.api: Any = kind(MANIFEST, context)
            return await scene()

        return run_virtual(played())

    async def start(self, *works: Mapping[str, Any] | float) -> list[Any]:
        """The handles of works: seconds, or whole payloads."""
        said = [work if isinstance(work, Mapping) else {"seconds": work} for work in works]
        return [await got(self.api.execute_future("start", one)) for one in said]

    def now(self) -> float:
        now: float = self.clock.now()
        return now


async def got(value: Any) -> Any:
    """What a call gives on its face."""
    return await value if isinstance(value, Awaitable) else value


async def each(values: Any) -> AsyncIterator[Any]:
    """What an iterator of either face gives."""
    if isinstance(values, Iterable):
        for value in values:
            yield value
    else:
        async for value in values:
            yield value


async def left(block: Any) -> None:
    """Leave the block of either face."""
    if hasattr(block, "aclose"):
        await block.aclose()
    else:
        block.close()
