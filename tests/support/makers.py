"""A maker of handles, as FutureContract wants it, over pipelines whose server says what a Work says."""

import json
from typing import Any, Final

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.core.futures.handles import AsyncFutureHandle, FutureHandle
from pristine.ports.errors import ConnectionLost
from pristine.ports.messages import Request, Response
from pristine.testing.contracts.future import Work

SECRET: Final = "s3kr1t-value"
_ID: Final = {"path_params": {"id": "{id}"}}
MANIFEST: Final = pristine.load_manifest(
    {
        "name": "makers",
        "endpoints": {
            "start": {
                "method": "POST",
                "path": "/works",
                "future": {
                    "id": "id",
                    "ask": {"endpoint": "look", **_ID},
                    "cancel": {"endpoint": "stop", **_ID},
                    "state": "state",
                    "done": ["done"],
                    "failed": ["failed"],
                    "expired": ["expired"],
                    "queue_state": "queue_state",
                    "progress": "progress",
                    "result": "value",
                    "pace": {"first": 0.01, "cap": 0.01},
                },
            },
            "look": {"method": "GET", "path": "/works/{id}"},
            "stop": {"method": "DELETE", "path": "/works/{id}"},
        },
    }
)


class Maker:
    """Makes handles of both faces."""

    def pipeline(self, work: Work, kind: Any) -> Any:
        def answer(request: Request) -> Response | ConnectionLost:
            if request.method == "POST":
                return _json({"id": "1", "state": "pending"})
            if request.method == "DELETE":
                work.stop()
                return _json({})
            said = work.ask()
            if said is None:
                return ConnectionLost("lost")
            told = {"state": said.state.value, "queue_state": said.queue_state, "progress": said.progress}
            return _json({**told, "value": said.value})

        auth = pristine.Bearer(SECRET)
        context = pristine.context(
            base_url="http://api.test", transport=MemoryTransport([answer]), clock=ManualClock(), auth=auth
        )
        return kind(MANIFEST, context)

    def start(self, work: Work) -> FutureHandle:
        handle: FutureHandle = self.pipeline(work, pristine.Pipeline).execute_future("start")
        return handle

    def resume(self, token: str, work: Work) -> FutureHandle:
        handle: FutureHandle = self.pipeline(work, pristine.Pipeline).resume_future(token)
        return handle

    async def astart(self, work: Work) -> AsyncFutureHandle:
        handle: AsyncFutureHandle = await self.pipeline(work, pristine.AsyncPipeline).execute_future("start")
        return handle

    async def aresume(self, token: str, work: Work) -> AsyncFutureHandle:
        handle: AsyncFutureHandle = self.pipeline(work, pristine.AsyncPipeline).resume_future(token)
        return handle


def _json(value: Any) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(value).encode())
