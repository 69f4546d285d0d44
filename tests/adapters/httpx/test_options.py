"""Every option of ConnectionOptions has its effect, over real sockets."""

import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from pristine.adapters import tls
from pristine.adapters.httpcore import transport as shared
from pristine.adapters.httpcore.pool import Pool
from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConfigurationError, ConnectFailed, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Received, Wire, WireServer, each_request
from tests.adapters.httpx.conftest import VENDORS, Make, get, quick
from tests.conftest import Serve


def peer(wire: Wire, received: Received) -> None:
    """Answer with the address that the request comes from."""
    wire.respond(200, wire.socket.getpeername()[0].encode())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_the_local_address_is_where_the_connection_comes_from(make: Make, serve: Serve) -> None:
    server = serve(each_request(peer))
    assert make(local_address="127.0.0.2").send(get(server)).body == b"127.0.0.2"
    assert make().send(get(server)).body == b"127.0.0.1"


def test_a_local_address_that_is_not_ours_is_a_failure_to_connect(make: Make, serve: Serve) -> None:
    server = serve(each_request(quick))
    with pytest.raises(ConnectFailed):
        make(local_address="192.0.2.1").send(get(server))
    assert server.requests == []


@pytest.mark.parametrize(
    ("options", "connections"), [({}, 1), ({"keep_alive": 0}, 3), ({"max_idle": 0}, 3), ({"keep_alive": 0.001}, 3)]
)
def test_idle_connections_are_kept_as_long_as_was_said(
    make: Make, serve: Serve, options: dict[str, Any], connections: int
) -> None:
    def pausing(wire: Wire, received: Received) -> None:
        wire.server.stopping.wait(0.005)
        quick(wire, received)

    server, subject = serve(each_request(pausing)), make(**options)
    other = serve(each_request(pausing))
    for _ in range(3):
        assert subject.send(get(server)).status == 200
        subject.send(get(other))  # meanwhile: time passes
    assert server.connections == connections


def test_max_connections_bounds_what_is_open_at_once(make: Make, serve: Serve) -> None:
    server, subject = serve(each_request(quick)), make(max_connections=2)
    pending = [subject.begin("send", get(server)) for _ in range(12)]
    assert [each.result().status for each in pending] == [200] * 12
    assert server.connections <= 2


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(server_tls: ssl.SSLContext, stack: ExitStack) -> WireServer:
    return stack.enter_context(WireServer(each_request(quick), tls=server_tls))


def test_a_given_authority_is_trusted_and_no_other(make: Make, secure: WireServer, ca: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert make(tls={"ca": ca}).send(get(secure)).status == 200
    for options in ({}, {"tls": {"ca": str(other)}}):
        with pytest.raises(ConnectFailed, match=r"(?i)certificate"):
            make(**options).send(get(secure))


def test_verification_can_be_turned_off(make: Make, secure: WireServer) -> None:
    assert make(tls={"verify": False}).send(get(secure)).status == 200


def test_the_name_is_verified_too(make: Make, ca: str, authority: trustme.CA, stack: ExitStack) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.test").configure_cert(context)
    server = stack.enter_context(WireServer(each_request(quick), tls=context))
    with pytest.raises(ConnectFailed, match=r"(?i)certificate"):
        make(tls={"ca": ca}).send(get(server))


@pytest.mark.parametrize("is_apart", [False, True], ids=["in-one-file", "key-apart-and-locked"])
def test_a_client_certificate_is_shown_to_a_server_that_wants_one(
    make: Make,
    server_tls: ssl.SSLContext,
    authority: trustme.CA,
    ca: str,
    tmp_path: Path,
    stack: ExitStack,
    is_apart: bool,
) -> None:
    def name(wire: Wire, received: Received) -> None:
        assert isinstance(wire.socket, ssl.SSLSocket)
        certificate: Any = wire.socket.getpeercert()
        wire.respond(200, str(certificate["subjectAltName"][0][1]).encode())

    server_tls.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server_tls)
    mine = authority.issue_cert("me.test")
    settings = {"ca": ca, "certificate": str(tmp_path / "mine.pem")}
    if is_apart:
        mine.cert_chain_pems[0].write_to_path(str(tmp_path / "mine.pem"))
        settings |= {"key": str(tmp_path / "key.pem"), "password": "open sesame"}
        (tmp_path / "key.pem").write_bytes(_locked(mine.private_key_pem.bytes(), "open sesame"))
    else:
        mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "mine.pem"))
    server = stack.enter_context(WireServer(each_request(name), tls=server_tls))
    assert make(tls=settings).send(get(server)).body == b"me.test"
    with pytest.raises(TransportError):
        make(tls={"ca": ca}).send(get(server, timeout=Timeout(read=5)))
    assert len(server.requests) == 1


def _locked(pem: bytes, password: str) -> bytes:
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )


def test_a_file_that_cannot_be_used_is_told_at_the_first_https_connection(make: Make, serve: Serve) -> None:
    plain = serve(each_request(quick))
    subject = make(tls={"ca": "/no/such/file.pem"}, max_connections=1)
    assert subject.send(get(plain)).status == 200
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"/no/such/file\.pem"):
            subject.send(Request("GET", "https://127.0.0.1:1/", timeout=Timeout(pool=1)))


def test_no_context_is_made_for_http_and_one_for_all_of_https(
    make: Make, serve: Serve, secure: WireServer, ca: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(*arguments: Any, **options: Any) -> ssl.SSLContext:
        made.append(arguments)
        return ssl._create_default_https_context(*arguments, **options)

    tls._made.cache_clear()
    monkeypatch.setattr(ssl, "create_default_context", counted)
    plain = serve(each_request(quick))
    subjects = [make(tls={"ca": ca}, max_idle=0) for _ in range(2)]
    for subject in subjects:
        subject.send(get(plain))
    assert made == []
    for subject in subjects * 2:
        subject.send(get(secure))
    assert secure.connections == 4
    assert len(made) == 1


# -- what cannot be ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_conections": 1}, "there is no option 'max_conections'"),
        ({"keep_alive": -1}, "keep_alive=-1"),
        ({"proxy": "ftp://host"}, "proxy"),
        ({"proxy": "http://host:99999"}, "its host and port cannot be used"),
        ({"proxy": f"socks5://{'u' * 256}:p@host"}, "at most 255 bytes"),
    ],
)
def test_an_option_that_cannot_be_honoured_is_refused_at_once(vendor: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        VENDORS[vendor](**options)
    assert "u" * 256 not in str(caught.value)


def test_http2_without_its_package_says_what_to_install(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Capability.HTTP2 in VENDORS[vendor].capabilities
    monkeypatch.setattr(VENDORS[vendor], "capabilities", shared.ABLE - {Capability.HTTP2})
    with pytest.raises(ConfigurationError, match=r"pip install 'pristine-sdk\[http2\]'") as caught:
        VENDORS[vendor](http2=True)
    assert caught.value.setting == "http2"


def test_a_transport_says_what_it_can_do(vendor: str) -> None:
    transport = VENDORS[vendor]()
    assert transport.capabilities == frozenset(Capability) - {Capability.TRAILERS}
    assert transport.shareable is True


# -- what it costs to be there -----------------------------------------------------------------------------------------


def test_the_shared_code_imports_neither_vendor() -> None:
    modules = [f"pristine.adapters.httpcore.{path.stem}" for path in Path(shared.__file__).parent.glob("[a-z]*.py")]
    script = f"import sys, importlib\nfor name in {modules}: importlib.import_module(name)\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"httpx", "httpcore", "httpx2", "httpcore2", "h11", "h2", "anyio"}.isdisjoint(ended.stdout.split())


@pytest.mark.parametrize(("core", "others"), [("httpcore", {"httpx2", "httpcore2"}), ("httpcore2", {"httpcore"})])
def test_each_adapter_imports_the_core_of_its_vendor_alone(core: str, others: set[str]) -> None:
    vendor = core.replace("core", "x")
    script = f"import sys, pristine.adapters.{vendor} as it\nit.{vendor.title()}Transport()\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ended.stdout.split())
    assert core in loaded
    assert loaded.isdisjoint({"httpx", "httpx2", *others})


@pytest.mark.parametrize("vendor", ["httpx", "httpx2"])
def test_without_its_client_library_nothing_is_a_client_of_it(vendor: str) -> None:
    script = f"""
import sys, pristine
try:
    pristine.context(transport={{"name": {vendor!r}, "client": object()}})
except pristine.ConfigurationError as error:
    print(error, {vendor!r} in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    told = f"transport '{vendor}': client: builtins.object is neither {vendor}.Client nor {vendor}.AsyncClient False"
    assert ended.stdout.strip() == told


def test_making_one_opens_nothing(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pool, "__init__", None)
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr(ssl, "create_default_context", None)
    VENDORS[vendor](proxy="https://user:pw@proxy.test", tls={"ca": "/no/such/file.pem"}, http2=True)
