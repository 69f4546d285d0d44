"""Pristine on an adapter: the bare wiring, and what a service wants, which is the profile "production"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pristine
from benchmarks.suite.contestants.asked import ASKED, FILE, PATH
from benchmarks.suite.server import answers
from pristine.ports.messages import Request, Response

Seen = Callable[[str], object]


def _required(**properties: Any) -> dict[str, Any]:
    return {"properties": properties, "required": list(properties)}


MANIFEST: Final[dict[str, Any]] = {
    "name": "chat",
    "endpoints": {
        "create": {"method": "POST", "path": PATH, "request": "Ask", "response": "Completion"},
        "stream": {
            "method": "POST",
            "path": PATH,
            "request": "Ask",
            "streaming": {"items": "Piece", "done": "[DONE]"},
        },
        "file": {"method": "GET", "path": FILE, "streaming": {"format": "bytes"}},
    },
    "types": {
        "Ask": _required(model="string", messages={"type": "array", "items": "Message"}, max_tokens="integer"),
        "Message": _required(role="string", content="string"),
        "Usage": _required(prompt_tokens="integer", completion_tokens="integer", total_tokens="integer"),
        "Choice": {
            "properties": {"index": "integer", "message": "Message", "finish_reason": "string"},
            "required": ["index", "message"],
        },
        "Completion": {
            "properties": {
                "id": "string",
                "object": "string",
                "created": "integer",
                "model": "string",
                "choices": {"type": "array", "items": "Choice"},
                "usage": "Usage",
            },
            "required": ["id", "object", "created", "model", "choices"],
        },
        "Delta": {"properties": {"content": "string"}},
        "PieceChoice": {
            "properties": {
                "index": "integer",
                "delta": "Delta",
                "finish_reason": {"type": "string", "nullable": True},
            },
            "required": ["index", "delta"],
        },
        "Piece": {
            "properties": {
                "id": "string",
                "object": "string",
                "created": "integer",
                "model": "string",
                "choices": {"type": "array", "items": "PieceChoice"},
            },
            "required": ["id", "object", "created", "model", "choices"],
        },
    },
}


UNARY: Final = MANIFEST | {"endpoints": {"create": MANIFEST["endpoints"]["create"]}}
"""Without its streams, for a transport that has none."""


class Memory:
    """A transport that costs nothing: each answer is the same one, made beforehand."""

    def __init__(self) -> None:
        body = answers.unary("chat").partition(b"\r\n\r\n")[2]
        self._answer = Response(200, {"Content-Type": "application/json", "Content-Length": str(len(body))}, body)

    def send(self, request: Request) -> Response:
        return self._answer

    async def asend(self, request: Request) -> Response:
        return self._answer

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""


def wired(root: str, adapter: str | None, *, production: bool) -> Any:
    """A Context on an adapter, whose pools are not bounded, or else in memory."""
    transport: Any = {"name": adapter, "max_connections": None, "max_idle": None} if adapter else Memory()
    profile: Any = {"profile": "production"} if production else {}
    return pristine.context(base_url=root, transport=transport, serializer="msgspec", **profile)


class Async:
    """An AsyncPipeline."""

    def __init__(self, adapter: str | None, root: str, *, production: bool = False) -> None:
        context = wired(root, adapter, production=production)
        self._api = pristine.AsyncPipeline(pristine.load_manifest(MANIFEST if adapter else UNARY), context)

    async def call(self) -> str:
        return str((await self._api.execute("create", ASKED)).choices[0].message.content)

    async def stream(self, seen: Seen) -> None:
        async with self._api.execute_stream("stream", ASKED) as response:
            async for piece in response.items():
                seen(piece.choices[0].delta.content)

    async def save(self, path: Path) -> None:
        async with self._api.execute_stream("file") as response:
            await response.to_file(path)

    async def close(self) -> None:
        await self._api.aclose()


class Blocking:
    """A Pipeline."""

    def __init__(self, adapter: str | None, root: str, *, production: bool = False) -> None:
        context = wired(root, adapter, production=production)
        self._api = pristine.Pipeline(pristine.load_manifest(MANIFEST if adapter else UNARY), context)

    def call(self) -> str:
        return str(self._api.execute("create", ASKED).choices[0].message.content)

    def save(self, path: Path) -> None:
        with self._api.execute_stream("file") as response:
            response.to_file(path)

    def close(self) -> None:
        self._api.close()
