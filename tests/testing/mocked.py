"""A manifest that says everything, and clients of both faces over a mock of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

import pristine
from pristine.testing.mock import MockServer
from tests.support.driven import Driven

CREDENTIALS: Final = {
    "token": "sekrit-token",
    "login": "user:sekrit-pass",
    "key": "sekrit-key",
    "cookie": "sekrit-cookie",
}

MANIFEST: Final = pristine.load_manifest_file(Path(__file__).with_name("rich.yaml"))

THING: Final = {"name": "Bike", "kind": "used", "secret": "hush"}
UUID: Final = "6f1c2a4e-0d39-4c1b-9a53-7a51d5b4a111"


class Api(Driven):
    """A client of one face over httpx, with the credentials that its manifest wants."""

    def __init__(self, face: str, url: str, manifest: pristine.Manifest = MANIFEST, **settings: Any) -> None:
        credentials = {name: one for name, one in CREDENTIALS.items() if name in manifest.schemes}
        given = {"base_url": url, "credentials": credentials, "retry": "off", **settings}
        super().__init__(face, manifest, pristine.context(transport="httpx", **given))


@contextmanager
def serving(face: str, manifest: pristine.Manifest = MANIFEST, **settings: Any) -> Iterator[tuple[MockServer, Api]]:
    """A mock, and a client of it."""
    mock = MockServer(manifest, seed=settings.pop("seed", 0))
    with mock as server, Api(face, server.url, manifest, **settings) as api:
        yield server, api


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
