"""Calls that make every signal of the catalogue that a Pipeline emits, with secrets wherever a caller can put one."""

from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectionLost, NotFound, ServerError, StreamInterrupted
from pristine.ports.messages import Request, Response
from tests.support.faces import Face

SECRET: Final = "s3kr1t-planted-value"

_JSON: Final = {"content-type": "application/json", "x-session": SECRET}


def _echo(status: int) -> Any:
    def answered(request: Request) -> Response:
        return Response(status, _JSON, b'{"authorization": "%s"}' % request.headers["authorization"].encode())

    return answered


class Planted:
    """A token source, and its secret."""

    def fetch(self) -> pristine.AccessToken:
        return pristine.AccessToken(SECRET)

    async def afetch(self) -> pristine.AccessToken:
        return self.fetch()


def everything(face: type[Any], telemetry: Any, folder: Path) -> Face:
    """Make the calls, with a token, headers, a query and a body that hold the secret; gives the pipeline, closed."""
    script: list[Any] = [
        _echo(200),
        _echo(404),
        Scripted([b"data: 1\n\n"]),
        _echo(404),
        Scripted([b"data: 1\n\n", ConnectionLost(f"reset {SECRET}")]),
        Response(200, _JSON, b"{}"),
        Scripted([b"data: 1\n\n"]),
        Response(200, _JSON, b'{"id": "1", "status": "going"}'),
        Response(200, _JSON, b'{"id": "1", "status": "done"}'),
        _echo(503),
        _echo(500),
        Scripted([b"retry: 1\ndata: 1\n\n"]),
        Response(204),
        Response(302, {"location": "/there"}),
        Response(200, _JSON, b"{}"),
    ]
    clock = ManualClock()
    context = pristine.context(
        base_url="http://t",
        transport=MemoryTransport(script),
        telemetry=telemetry,
        clock=clock,
        auth=pristine.TokenAuth(Planted(), clock=clock),
        retry={"max_retries": 1, "jitter": 0},
        limiter={"requests": 1, "per": 10},
        breaker={"failures": 2, "cooldown": 1},
        redirects=1,
    )
    says: dict[str, Any] = {"query": {"q": SECRET}, "headers": {"X-Token": SECRET}}
    api: Face = face(context)
    api.execute("get", **says)
    with pytest.raises(NotFound):
        api.execute("get", **says)
    api.events("feed", **says)
    with pytest.raises(NotFound):
        api.events("feed", **says)
    with pytest.raises(StreamInterrupted):
        api.events("feed", **says)
    api.execute("post", pristine.body_of(lambda: iter([SECRET.encode() * 40_000] * 2)), **says)
    stream = api.open("feed", **says)
    stream.view("to_file", folder / "file")
    stream.close()
    assert api.finished("work", {"password": SECRET}) == {"id": "1", "status": "done"}
    with pytest.raises(ServerError):
        api.execute("get", **says)
    clock.wind(10)
    api.events("feed", reconnect=True, **says)
    api.execute("get", **says)
    api.close()
    with pytest.raises(RuntimeError), pristine.capture_exceptions(context, where="a block"):
        raise RuntimeError(SECRET)
    return api
