"""Fixtures for the whole suite: both faces by parameter, and a server that misbehaves on purpose."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeAlias

import pytest

import pristine
from tests.support.faces import FACES, MANIFEST, Face
from tests.support.wire import Handler, WireServer

Serve: TypeAlias = Callable[[Handler], WireServer]
Connect: TypeAlias = Callable[..., Face]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Start a WireServer that ends with the test."""
    return lambda handler: stack.enter_context(WireServer(handler))


@pytest.fixture(params=FACES.values(), ids=[f"httpx-{name}" for name in FACES])
def connect(request: pytest.FixtureRequest, stack: ExitStack) -> Connect:
    """Make a pipeline of one face over real httpx, which ends with the test, before its server does."""

    def make(server: WireServer, **settings: Any) -> Face:
        manifest = settings.pop("manifest", MANIFEST)
        settings = {"retry": "off", **settings}
        face = request.param(pristine.context(base_url=server.url, **settings), manifest)
        return stack.enter_context(face)  # type: ignore[no-any-return]

    return make
