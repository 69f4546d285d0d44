"""The adapters httpx and httpx2, both faces of each: one body of tests for what is written once."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import trustme

import pristine
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.httpx2 import Httpx2Transport
from pristine.ports.messages import Request
from pristine.testing.server import Received, Wire, WireServer
from pristine.testing.subjects import Subject

VENDORS: Final[dict[str, Any]] = {"httpx": HttpxTransport, "httpx2": Httpx2Transport}
FACES: Final = {"sync": "blocking", "async": "async"}

Make: TypeAlias = Callable[..., Subject]


@pytest.fixture(params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=FACES.values(), ids=list(FACES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(vendor: str, face: str, stack: ExitStack) -> Make:
    """Make a transport with options, on one face, that ends with the test and leaves nothing running."""

    def made(**options: Any) -> Subject:
        subject = Subject(lambda: VENDORS[vendor](**options), face)
        stack.callback(_end, subject)
        return subject

    return made


def _end(subject: Subject) -> None:
    assert subject.end() == []


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> str:
    """The path of the authority that signs the servers' certificates."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def get(server: WireServer, path: str = "/", **options: Any) -> Request:
    return Request("GET", f"{server.url}{path}", **options)


def quick(wire: Wire, received: Received) -> None:
    wire.json(b'{"ok": true}')


def slow(wire: Wire, received: Received) -> None:
    """Every phase takes a moment, so that a cancellation can hit any of them."""
    stopping = wire.server.stopping
    stopping.wait(0.002)
    wire.begin_stream()
    for _ in range(3):
        stopping.wait(0.001)
        wire.chunk(b"data: x\n\n")
    wire.end_stream()


def context(server: WireServer, name: str, **transport: Any) -> Any:
    return pristine.context(base_url=server.url, retry="off", transport={"name": name, **transport})


def shown(error: BaseException | None) -> str:
    """All that an error, and those that it comes from, would show."""
    text = ""
    while error is not None:
        text += f"{error} {error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


@pytest.fixture
def nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment whose proxy leads nowhere."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
