"""Calls that make every signal of the catalogue that a Pipeline emits, with secrets wherever a caller can put one."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from opentelemetry import baggage
from opentelemetry.context import attach, detach

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectionLost, NotFound, ServerError, StreamInterrupted
from pristine.ports.messages import Request, Response
from tests.support.faces import MANIFEST, Face

SECRET: Final = "s3kr1t/planted+value"
"""The credential; URLs spell it otherwise."""

OWN: Final = 'h1dden "own" value'
"""What the caller calls a password, and the server a token: no credential of the call."""

_MARKS: Final = ("s3kr1t", "h1dden")
_JSON: Final = {"content-type": "application/json", "x-session": SECRET, "location": f"/of/{SECRET}"}
_SAID: Final = {"id": SECRET, "where": f"in {SECRET}", "why": quote(SECRET), "how": [SECRET]}

_WORK: Final = {
    "preset": "status",
    "ask": {"endpoint": "get", "query": {"id": "{id}"}},
    "queue_state": "where",
    "queue_reason": "why",
    "progress": "how",
}
_ENDPOINTS: Final = {
    "get": {"method": "GET", "path": "/get"},
    "post": {"method": "POST", "path": "/post"},
    "feed": {"method": "GET", "path": "/feed", "streaming": True},
    "work": {"method": "POST", "path": "/work", "future": _WORK},
    "reset": {"method": "POST", "path": "/reset/{reset_token}"},
}
LEAKY: Final = pristine.load_manifest({"name": MANIFEST.name, "endpoints": _ENDPOINTS})


def leaks(text: str) -> list[str]:
    """What of the secrets is in a text: as it is, in any letters, or somewhere in base64."""
    return [mark for mark in _MARKS if mark in text.lower()] + [coded for coded in _CODED if coded in text]


def _coded(mark: str) -> Iterator[str]:
    """What base64 makes of it, wherever it begins, without what depends on its neighbours."""
    for ahead, skip in ((0, 0), (1, 2), (2, 3)):
        text = b64encode(b"\0" * ahead + mark.encode()).decode().rstrip("=")
        yield text[skip : -1 if (ahead + len(mark)) % 3 else None]


_CODED: Final = tuple(coded for mark in _MARKS for coded in _coded(mark))


def _echo(status: int) -> Any:
    def answered(request: Request) -> Response:
        sent = request.headers["authorization"].partition(" ")[2]
        coded = b64encode(sent.encode()).decode()
        said = {"authorization": sent, "url": request.url, "small": quote(sent, safe="").lower(), "coded": coded}
        return Response(status, _JSON, json.dumps(said).encode())

    return answered


def _packed(_: Request) -> Response:
    said = {"access_token": OWN, "user": {"password": OWN}, "reset": f"{OWN} is used up"}
    return Response(200, {**_JSON, "content-encoding": "gzip"}, gzip.compress(json.dumps(said).encode()))


class Planted:
    """A token source, and its secret; the first time it fails, and says why."""

    fails = True

    def fetch(self) -> pristine.AccessToken:
        if self.fails:
            self.fails = False
            raise ConnectionLost(f"http://t/token?client_secret={SECRET} is reset")
        return pristine.AccessToken(SECRET)

    async def afetch(self) -> pristine.AccessToken:
        return self.fetch()


def _work(status: str) -> Response:
    return Response(200, _JSON, json.dumps({**_SAID, "status": status}).encode())


_SCRIPT: Final[list[Any]] = [
    _echo(200),
    _echo(404),
    Scripted([b"data: 1\n\n"]),
    _echo(404),
    Scripted([b"data: 1\n\n", ConnectionLost(f"reset {SECRET}")]),
    Response(200, _JSON, b"{}"),
    Scripted([b"data: 1\n\n"]),
    _work("going"),
    _work("further"),
    _work("done"),
    _echo(503),
    _echo(500),
    Scripted([b"retry: 1\ndata: 1\n\n"]),
    Response(204),
    Response(302, {"location": f"/there/{SECRET}?key={SECRET}#{SECRET}"}),
    Response(302, {"location": f"http://other/{quote(SECRET, safe='')}?key={SECRET}"}),
    Response(200, _JSON, b"{}"),
    _packed,
]


def everything(face: type[Any], telemetry: Any, folder: Path) -> Face:
    """Make the calls, with secrets in the token, headers, query, path and bodies; gives the pipeline, closed."""
    token = attach(baggage.set_baggage("who", SECRET))  # it goes out in a header
    try:
        return _everything(face, telemetry, folder)
    finally:
        detach(token)


def _everything(face: type[Any], telemetry: Any, folder: Path) -> Face:
    clock = ManualClock()
    context = pristine.context(
        base_url="http://t",
        transport=MemoryTransport(_SCRIPT),
        telemetry=telemetry,
        clock=clock,
        auth=pristine.TokenAuth(Planted(), clock=clock),
        retry={"max_retries": 1, "jitter": 0},
        limiter={"requests": 1, "per": 10},
        breaker={"failures": 2, "cooldown": 1},
        redirects=2,
    )
    says: dict[str, Any] = {"query": {"q": SECRET}, "headers": {"X-Token": SECRET, "Cookie": f"a=1; id={OWN}"}}
    api: Face = face(context, LEAKY)
    api.execute("get", **says)  # at first there is no credential
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
    assert api.finished("work", {"password": OWN})["status"] == "done"
    with pytest.raises(ServerError):
        api.execute("get", **says)
    clock.wind(10)
    api.events("feed", reconnect=True, **says)
    api.execute("get", **says)
    api.execute("reset", {"user": "ann", "password": OWN}, path_params={"reset_token": OWN}, **says)
    api.close()
    with pytest.raises(RuntimeError), pristine.capture_exceptions(context, where="a block"):
        raise RuntimeError(SECRET)
    return api
