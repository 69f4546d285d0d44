"""ConnectionOptions, and the capabilities that they need: what is declared is done, what is not is refused."""

import sys
import threading
from typing import Any, Final

import pytest

from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConfigurationError, ConnectFailed
from pristine.testing.certificates import server_tls
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import OK, keeps_saying
from pristine.testing.http2 import answers_http2
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, each_request, nobody_listens

WANTS: Final[dict[Capability, dict[str, Any]]] = {
    Capability.HTTP2: {"http2": True},
    Capability.PROXY: {"proxy": "http://127.0.0.1:1"},
    Capability.LOCAL_ADDRESS: {"local_address": "127.0.0.1"},
    Capability.CLIENT_CERTIFICATE: {"tls": {"certificate": "client.pem"}},
}
"""The options that each capability is needed for."""


class Connecting(Contract):
    """How connections are made and kept."""

    @holds("ConnectionOptions", "max_idle", "no more connections than max_idle are kept")
    def test_max_idle(self, lab: Lab) -> None:
        subject = lab.made(max_idle=1)
        both, closed = threading.Barrier(2, timeout=lab.patience), threading.Semaphore(0)

        def together(wire: Wire) -> None:
            wire.request()
            both.wait()
            wire.send(OK)
            if wire.closed_by_peer(20):
                closed.release()

        server = lab.serve(together)
        for call in [lab.begin(lab.request(server), subject) for _ in range(2)]:
            call.result()
        expect(closed.acquire(timeout=lab.patience), True, "one of two idle connections was closed")
        expect(closed.acquire(blocking=False), False, "the other one was closed too")

    @holds("ConnectionOptions", "keep_alive", "an idle connection is kept for keep_alive seconds; 0 keeps none")
    def test_keep_alive(self, lab: Lab) -> None:
        for seconds, pause, connections in ((0, 0.0, 2), (lab.limit, lab.limit * 1.5, 2), (60, 0.0, 1)):
            subject, server = lab.made(keep_alive=seconds), lab.serve(keeps_saying(OK))
            lab.call(server, by=subject)
            lab.pause(pause)
            lab.call(server, by=subject)
            expect(server.connections, connections, f"connections for two calls, {pause:g} s apart, {seconds=}")

    @holds("ConnectionOptions", "tls.ca", "an authority that is given is trusted")
    def test_an_authority_that_is_given(self, lab: Lab) -> None:
        subject = lab.made(tls={"ca": lab.pem[0]})
        server = lab.serve(keeps_saying(OK), tls=server_tls())
        for _ in range(2):
            expect(lab.call(server, by=subject).body, b"ok", "the answer over TLS")
        expect(server.connections, 1, "how many connections were made for two requests")

    @holds("ConnectionOptions", "tls.verify", "verify off trusts anybody, and on is the default")
    def test_trust_in_anybody(self, lab: Lab) -> None:
        server = lab.serve(keeps_saying(OK), tls=server_tls())
        expect(lab.call(server, by=lab.made(tls={"verify": False})).body, b"ok", "the answer over TLS")
        lab.failure(ConnectFailed, server, by=lab.made(tls={}))

    @holds("Capability", "proxy", "requests go through the proxy, with its credentials", needs=Capability.PROXY)
    def test_a_proxy(self, lab: Lab) -> None:
        proxy = lab.serve(keeps_saying(OK))
        subject = lab.declared(Capability.PROXY, proxy=proxy.url.replace("//", "//user:pass@"))
        nowhere = nobody_listens()
        expect(lab.call(nowhere, "/a?b", by=subject).body, b"ok", "the proxy's answer")
        [asked] = proxy.requests
        wanted = (f"{nowhere}/a?b", nowhere.removeprefix("http://"), "Basic dXNlcjpwYXNz")
        came = (asked.target, asked.header("Host"), asked.header("Proxy-Authorization"))
        expect(came, wanted, "target, Host and Proxy-Authorization at the proxy")

    @holds("Capability", "proxy", "https goes through a tunnel of the proxy's", needs=Capability.PROXY)
    def test_a_tunnel(self, lab: Lab) -> None:
        tunnels: list[Received] = []

        def tunnel(wire: Wire) -> None:
            asked = wire.head()
            if asked is not None:
                tunnels.append(asked)
                wire.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with server_tls().wrap_socket(wire.socket, server_side=True) as inner:
                    each_request(lambda wire, _: wire.send(OK))(Wire(inner, wire.server))

        proxy = lab.serve(tunnel)
        subject = lab.declared(Capability.PROXY, proxy=proxy.url, tls={"ca": lab.pem[0]})
        expect(lab.call("https://localhost:9", "/a", by=subject).body, b"ok", "the answer through the tunnel")
        expect((tunnels[0].method, tunnels[0].target), ("CONNECT", "localhost:9"), "what the proxy was asked for")
        expect(proxy.requests[0].target, "/a", "what was asked for inside of the tunnel")

    @holds(
        "Capability", "local_address", "connections come from the address that is given", needs=Capability.LOCAL_ADDRESS
    )
    def test_a_local_address(self, lab: Lab) -> None:
        if sys.platform != "linux":
            pytest.skip("this system has only one address of its own")
        came: list[str] = []

        def watched(wire: Wire) -> None:
            came.append(wire.socket.getpeername()[0])
            keeps_saying(OK)(wire)

        subject = lab.declared(Capability.LOCAL_ADDRESS, local_address="127.0.0.9")
        lab.call(lab.serve(watched), by=subject)
        expect(came, ["127.0.0.9"], "where the connection came from")

    @holds(
        "Capability",
        "client_certificate",
        "a certificate is shown to a server that wants one",
        needs=Capability.CLIENT_CERTIFICATE,
    )
    def test_a_client_certificate(self, lab: Lab) -> None:
        options = {"tls": {"ca": lab.pem[0], "certificate": lab.pem[1]}}
        subject = lab.declared(Capability.CLIENT_CERTIFICATE, **options)
        server = lab.serve(keeps_saying(OK), tls=server_tls(wants_client=True))
        expect(lab.call(server, by=subject).body, b"ok", "the answer of a server that wants a certificate")

    @holds("Capability", "http2", "HTTP/2 is spoken where the server agrees", needs=Capability.HTTP2)
    def test_http2(self, lab: Lab) -> None:
        subject = lab.declared(Capability.HTTP2, http2=True, tls={"ca": lab.pem[0]})
        two = lab.serve(answers_http2, tls=server_tls(protocols=("h2", "http/1.1")))
        for _ in range(2):
            answer = lab.call(two, by=subject)
            expect((answer.status, answer.body), (200, b"h2"), "the answer over HTTP/2")
        expect(two.connections, 1, "how many connections were made for two requests")
        one = lab.serve(keeps_saying(OK), tls=server_tls())
        expect(lab.call(one, by=subject).body, b"ok", "the answer of a server that has only HTTP/1.1")

    @holds("Capability", "streaming", "who declares streaming has open, or aopen")
    def test_what_is_declared_is_there(self, lab: Lab) -> None:
        if Capability.STREAMING in lab.capabilities:
            method = "open" if lab.face == "blocking" else "aopen"
            expect(hasattr(lab.subject.transport, method), True, f"it has the method {method}")

    @holds("Capability", "none", "an option for what is not declared is refused when the transport is made")
    def test_what_is_not_declared_is_refused(self, lab: Lab) -> None:
        for capability, options in WANTS.items():
            if capability not in lab.capabilities:
                try:
                    lab.unchecked(**options)
                except (TypeError, ConfigurationError):
                    continue
                raise AssertionError(
                    f"{options}\n  expected: a ConfigurationError\n  came:     a transport without {capability}"
                )
