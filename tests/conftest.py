"""Fixtures for the whole suite: each face and transport by parameter, and a server that misbehaves on purpose."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

import pristine
from pristine.testing.server import Handler, WireServer
from tests.support.faces import FACES, MANIFEST, Async, Blocking, Face

Serve: TypeAlias = Callable[[Handler], WireServer]
Connect: TypeAlias = Callable[..., Face]

pytest.register_assert_rewrite("tests.manifest.effects")

# The same examples each time, however busy the machine is: whoever changes something is not to meet another's fault.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

BACKENDS = {
    "httpx-sync": (Blocking, "httpx"),
    "httpx-async": (Async, "httpx"),
    "aiohttp": (Async, "aiohttp"),
}
"""Id -> the face, and the transport under it: one of each kind, since the contracts hold all transports to the same."""

if os.environ.get("PRISTINE_BACKENDS") == "all":  # make test-all
    BACKENDS |= {
        "httpx2-sync": (Blocking, "httpx2"),
        "httpx2-async": (Async, "httpx2"),
        "pyreqwest-sync": (Blocking, "pyreqwest"),
        "pyreqwest-async": (Async, "pyreqwest"),
    }

LONG = (
    "contracts/test_broken.py",
    "contracts/test_small_ports_bite.py",
    "manifest/test_hostile.py",
    "contracts/test_transports.py",
    "testing/test_plugin.py",
    "streaming/test_sse_linear.py",
    "docs/test_docs.py",
    "streaming/test_json_array.py",
    "core/test_under_load.py",
    "core/test_deadline.py",
    "streaming/test_sse_fuzz.py",
    "testing/test_write_a_transport.py",
    "cli/test_mock.py",
    "cli/test_stream.py",
    "examples/test_tinker_demo.py",
    "test_demo.py",
)
"""The files that take longest, the longest first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a file goes to one worker of several, have those that take long first, so that all end together."""
    if hasattr(config, "workerinput"):
        places = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


FROZEN = gc.get_freeze_count()
"""What the garbage collector leaves alone from the beginning, which depends on the version of Python."""


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    """Let the garbage collector leave alone what is there before the tests, and again where a Lab has ended that.

    It is all of the tests: to look through it takes a quarter of a second, in which every thread stands still.
    """
    if gc.get_freeze_count() <= FROZEN:
        gc.collect()
        gc.freeze()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT is KeyboardInterrupt, here and in children: a shell's background job begins with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Start a WireServer that ends with the test."""
    return lambda handler: stack.enter_context(WireServer(handler))


@pytest.fixture(params=FACES.values(), ids=list(FACES))
def face(request: pytest.FixtureRequest) -> type[Any]:
    """Each face, as something that is driven blockingly."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=BACKENDS.values(), ids=list(BACKENDS))
def connect(request: pytest.FixtureRequest, stack: ExitStack) -> Connect:
    """Make a pipeline of one face over a real transport, which ends with the test, before its server does.

    `transport` has options, such as `{"max_connections": 1}`: which transport it is, the parameter says.
    """
    face, name = request.param

    def make(server: WireServer, **settings: Any) -> Face:
        manifest = settings.pop("manifest", MANIFEST)
        transport = {"name": name, **settings.pop("transport", {})}
        context = pristine.context(base_url=server.url, transport=transport, **{"retry": "off", **settings})
        return stack.enter_context(face(context, manifest))  # type: ignore[no-any-return]

    return make
