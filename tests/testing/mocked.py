"""A manifest that says everything, and clients of both faces over a mock of it, driven blockingly."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

import pristine
from pristine.testing.mock import MockServer

CREDENTIALS: Final = {
    "token": "sekrit-token",
    "login": "user:sekrit-pass",
    "key": "sekrit-key",
    "cookie": "sekrit-cookie",
}

MANIFEST: Final = pristine.load_manifest_file(Path(__file__).with_name("rich.yaml"))

THING: Final = {"name": "Bike", "kind": "used", "secret": "hush"}
UUID: Final = "6f1c2a4e-0d39-4c1b-9a53-7a51d5b4a111"


class Api:
    """A client of one face over httpx, driven blockingly."""

    def __init__(self, face: str, url: str, manifest: pristine.Manifest = MANIFEST, **settings: Any) -> None:
        credentials = {name: one for name, one in CREDENTIALS.items() if name in manifest.schemes}
        given = {"base_url": url, "credentials": credentials, "retry": "off", **settings}
        context = pristine.context(transport="httpx", **given)
        self._runner = asyncio.Runner() if face == "async" else None
        make: Any = pristine.AsyncClient if self._runner else pristine.Client
        self.client = make(manifest, context)

    def of(self, made: Any) -> Any:
        """What a call gives, awaited."""
        return self._runner.run(_awaited(made)) if self._runner and inspect.isawaitable(made) else made

    def listed(self, items: Any) -> list[Any]:
        """What is iterated."""
        return self._runner.run(_collected(items)) if self._runner else list(items)

    def items(self, opening: Any) -> list[Any]:
        """The items of a stream, which is then closed."""
        return self._viewed(opening, "items")

    def events(self, opening: Any) -> list[Any]:
        """The events of a stream, which is then closed."""
        return self._viewed(opening, "events")

    def _viewed(self, opening: Any, view: str) -> list[Any]:
        response = self.of(opening)
        try:
            return self.listed(getattr(response, view)())
        finally:
            self.of(response.aclose() if self._runner else response.close())

    def close(self) -> None:
        if self._runner:
            self._runner.run(self.client.aclose())
            self._runner.close()
        else:
            self.client.close()


async def _awaited(made: Any) -> Any:
    return await made


async def _collected(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


@contextmanager
def serving(face: str, manifest: pristine.Manifest = MANIFEST, **settings: Any) -> Iterator[tuple[MockServer, Api]]:
    """A mock, and a client of it."""
    with MockServer(manifest, seed=settings.pop("seed", 0)) as server:
        api = Api(face, server.url, manifest, **settings)
        try:
            yield server, api
        finally:
            api.close()


def one_endpoint(endpoint: dict[str, Any], **more: Any) -> pristine.Manifest:
    """A manifest with the endpoint "e", `POST /e` where nothing else is said."""
    return pristine.load_manifest(
        {"name": "one", "endpoints": {"e": {"method": "POST", "path": "/e", **endpoint}}, **more}
    )


@contextmanager
def plain(manifest: pristine.Manifest = MANIFEST, **settings: Any) -> Iterator[tuple[MockServer, httpx.Client]]:
    """A mock, and an HTTP client that knows nothing of the manifest but its token."""
    headers = {"authorization": "Bearer sekrit-token"}
    with MockServer(manifest, **settings) as server, httpx.Client(base_url=server.url, headers=headers) as client:
        yield server, client
