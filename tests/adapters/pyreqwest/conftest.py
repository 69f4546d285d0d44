"""The pyreqwest adapter where its vendor needs help: its tests share a laboratory, which is the contract's."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import closing

import pytest

from pristine.adapters.pyreqwest import PyreqwestTransport, sockets
from pristine.testing.lab import Case, Lab
from pristine.testing.server import Received, Wire

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one look for a socket")


@pytest.fixture(params=["blocking", "async"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A face of the transport, driven blockingly; what is left behind fails the test."""
    with closing(Lab(Case("pyreqwest", request.param, PyreqwestTransport), "send")) as lab, lab:
        yield lab


def quick(wire: Wire, received: Received) -> None:
    wire.json(b'{"ok": true}')


def chain(error: BaseException) -> str:
    """All that is printed of an error, its causes and their attributes included."""
    return "".join(traceback.format_exception(error)) + repr([error.__cause__, vars(error.__cause__ or error)])


def marked() -> list[int]:
    """The sockets of the library's that are open."""
    sockets.look()
    return [descriptor for found in sockets._known.values() for descriptor in found]
