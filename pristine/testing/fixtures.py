"""Fixtures for the tests of SDKs; the plugin imports them into every test run.

So nothing of Pristine is imported here before one of them is asked for.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pristine.adapters.clock import ManualClock
    from pristine.adapters.memory import MemoryTransport
    from pristine.testing.server import Handler, WireServer


@pytest.fixture
def pristine_clock() -> "ManualClock":
    """A clock that moves only when somebody sleeps on it or winds it."""
    from pristine.adapters.clock import ManualClock

    return ManualClock()


@pytest.fixture
def pristine_transport() -> "MemoryTransport":
    """A transport without a script: `add` gives it one, before the calls or between them."""
    from pristine.adapters.memory import MemoryTransport

    return MemoryTransport()


@pytest.fixture
def pristine_server() -> "Iterator[Callable[[Handler | str], WireServer]]":
    """Start a server that misbehaves, with a handler or the name of a fault; it ends with the test."""
    from pristine.testing.server import WireServer

    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(WireServer(_handler(handler)))


def _handler(handler: "Handler | str") -> "Handler":
    if not isinstance(handler, str):
        return handler
    from pristine.testing.faults import FAULTS

    if handler not in FAULTS:
        raise LookupError(f"there is no fault {handler!r}; there are: {', '.join(FAULTS)}")
    return FAULTS[handler]
