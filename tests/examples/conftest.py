"""What the tests of the examples share: the backends, and the Tinker server with a client of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

import pristine
from examples.tinker.server import TinkerServer
from tests.examples.driving import BACKENDS, Driven
from tests.examples.tinker_calls import KEY, furnish

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
MANIFESTS: Final = {
    name: pristine.load_manifest_file(EXAMPLES / name / "manifest.yaml")
    for name in ("tinker", "openai_style", "code_hosting")
}

Drive: TypeAlias = Callable[..., Driven]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def drive(backend: str, stack: ExitStack) -> Drive:
    """Make a client of an example's API on a backend; it ends with the test."""

    def make(name: str, url: str | None, **settings: Any) -> Driven:
        return stack.enter_context(Driven(backend, MANIFESTS[name], url, **settings))

    return make


@pytest.fixture
def tinker_server() -> Iterator[TinkerServer]:
    """A furnished server; what was asked of it so far is forgotten."""
    with TinkerServer() as server:
        context = pristine.context(base_url=server.url, credentials={"key": KEY})
        with pristine.Client(MANIFESTS["tinker"], context) as client:
            furnish(client)
        server.requests.clear()
        yield server


@pytest.fixture
def tinker(drive: Drive, tinker_server: TinkerServer) -> Driven:
    """A client of the furnished server."""
    return drive("tinker", tinker_server.url, credentials={"key": KEY})
