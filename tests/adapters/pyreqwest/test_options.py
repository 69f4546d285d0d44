"""Options, as far as the contract does not hold them; and a client that was handed in."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from pyreqwest.client import ClientBuilder, SyncClientBuilder

from pristine.adapters.pyreqwest import PyreqwestTransport
from pristine.ports.capabilities import Capability
from pristine.ports.errors import (
    ConfigurationError,
    ConnectFailed,
    TimeoutExceeded,
)
from pristine.testing.certificates import AUTHORITY, server_tls
from pristine.testing.lab import Lab
from pristine.testing.server import Wire, each_request, nobody_listens
from tests.adapters.pyreqwest.conftest import chain, quick
from tests.support.proxy import Proxy


def test_what_it_can_do() -> None:
    assert PyreqwestTransport.capabilities == frozenset(Capability) - {Capability.TRAILERS}
    assert PyreqwestTransport.shareable


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"tls": {"certificate": "client.pem", "password": "secret"}}, "tls.password"),
        ({"tls": {"ca": "no-such-file.pem"}}, "tls"),
        ({"tls": {"ca": __file__}}, "tls"),
        ({"local_address": "localhost"}, "local_address"),
        ({"proxy": "http://user:secret@a.test:x"}, "proxy"),
        ({"max_connections": 0}, "max_connections"),
        ({"client": SyncClientBuilder}, "client"),
        ({"client": ClientBuilder().build(), "keep_alive": 1}, "keep_alive"),
    ],
)
def test_options_that_are_not_for_it_are_refused(options: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        PyreqwestTransport(**options)
    assert caught.value.setting == setting
    assert "secret" not in chain(caught.value)


def test_a_client_that_was_handed_in_is_used_as_it_is_and_not_closed(lab: Lab) -> None:
    server = lab.serve(each_request(quick))
    client = ClientBuilder().user_agent("mine").no_proxy().build()
    subject = lab.made(client=client, max_connections=1)
    for _ in range(2):
        lab.call(server, by=subject)
        subject.close()
    assert [received.header("user-agent") for received in server.requests] == ["mine", "mine"]
    assert server.connections == 1
    held = lab.open(lab.serve("stall-after-head"), by=subject)
    error = lab.failure(TimeoutExceeded, server, by=subject, pool=lab.limit)
    assert error.limit == "pool"
    held.close()
    lab.call(server, by=subject)
    del client, subject


def test_an_authority_is_trusted_beside_those_of_the_system(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library cannot do without those, which are here what SSL_CERT_FILE has."""
    theirs, ours = tmp_path / "theirs.pem", tmp_path / "ours.pem"
    theirs.write_text(AUTHORITY)
    trustme.CA().cert_pem.write_to_path(str(ours))
    server = lab.serve(each_request(quick), tls=server_tls())
    subject = lab.made(tls={"ca": str(ours)})
    lab.failure(ConnectFailed, server, by=subject)
    monkeypatch.setenv("SSL_CERT_FILE", str(theirs))
    assert lab.call(server, by=lab.made(tls={"ca": str(ours)})).status == 200


@pytest.mark.parametrize("part", ["certificate", "key"])
def test_a_certificate_and_its_key_may_be_two_files(lab: Lab, tmp_path: Path, part: str) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("client.test")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    names = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "certificate", "key")}
    authority.cert_pem.write_to_path(names["ca"])
    issued.private_key_pem.write_to_path(names["key"])
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(names["certificate"], append=number > 0)
    if part == "certificate":
        Path(names["certificate"]).write_text(
            Path(names["certificate"]).read_text() + Path(names.pop("key")).read_text()
        )
    assert lab.call(lab.serve(each_request(quick), tls=tls), by=lab.made(tls=names)).status == 200


def test_a_proxy_may_speak_socks(lab: Lab) -> None:
    asked: list[bytes] = []

    def socks(wire: Wire) -> None:
        """RFC 1928, with the name and password of RFC 1929."""
        wire.piece(wire.piece(2)[1])
        wire.send(b"\x05\x02")
        login = wire.piece(513)
        wire.send(b"\x01\x00")
        asked.extend([login, wire.piece(262)])
        wire.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        while (received := wire.request()) is not None:
            quick(wire, received)

    proxy = lab.serve(socks)
    subject = lab.made(proxy=proxy.url.replace("http://", "socks5h://user:word@"))
    assert lab.call("http://a.test:81", by=subject).status == 200
    assert asked == [b"\x01\x04user\x04word", b"\x05\x01\x00\x03\x06a.test\x00\x51"]


def test_the_environment_chooses_no_proxy(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", nobody_listens())
    monkeypatch.setenv("ALL_PROXY", nobody_listens())
    assert lab.call(lab.serve(each_request(quick))).status == 200


def test_a_proxy_that_wants_another_password_is_a_failure(lab: Lab) -> None:
    with Proxy("Basic other") as proxy:
        subject = lab.made(proxy=proxy.url.replace("//", "//user:secret@"))
        error = lab.failure(ConnectFailed, "https://a.test", by=subject)
    assert "secret" not in chain(error)


def test_a_proxy_of_https_must_be_trusted_whatever_goes_through_it(lab: Lab, tmp_path: Path) -> None:
    """A client for http:// alone trusts anybody, since it never speaks TLS."""
    (tmp_path / "ca.pem").write_text(AUTHORITY)
    server = lab.serve(each_request(quick))
    with Proxy(tls=server_tls()) as proxy:
        lab.failure(ConnectFailed, server, by=lab.made(proxy=proxy.url))
        assert proxy.requests == []
        trusting = lab.made(proxy=proxy.url, tls={"ca": str(tmp_path / "ca.pem")})
        assert lab.call(server, by=trusting).status == 200
