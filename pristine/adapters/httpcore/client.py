"""What both faces over a client of the caller's share. It is used as it is, and never closed here.

Its own fields, cookies, auth, hooks, proxies and limits apply, and it writes a URL as it likes. Its core takes a time
limit for a plain number, which is looked up when the head is waited for, and again when the body begins.
"""

import ssl
from types import ModuleType
from typing import Any, Final

from pristine.adapters.httpcore.errors import Errors, errors_of
from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.framing import framed, split_url
from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConfigurationError, ProtocolViolation
from pristine.ports.messages import Request, StreamHead

ABLE: Final = frozenset({Capability.STREAMING, Capability.UPLOADS, Capability.BACK_PRESSURE})
"""As far as the client's own transport does; what else it can do is not known here."""


class ClientExchange(Exchange):
    """A request through a client, and its limits as the client has them."""

    def __init__(self, request: Request, errors: Errors) -> None:
        super().__init__(request, errors)
        self.limits: dict[str, float | None] = {}
        self.set_limits()

    def set_limits(self) -> None:
        """Tell the client what is left now; raises Passed where nothing is."""
        self.limits.update({limit: self.left(limit) for limit in ("connect", "read", "write", "pool")})

    def head_of(self, response: Any) -> StreamHead:
        """The head has arrived, and the limits for the body begin."""
        if response.status_code == 101:
            raise ProtocolViolation("the server switched to another protocol unasked")
        self.reading(None)
        self.set_limits()
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        return StreamHead(response.status_code, fields)


class OnClient:
    """A transport over a client."""

    shareable = True

    def __init__(self, library: ModuleType, client: Any) -> None:
        self._client = client
        self._errors = errors_of(library, network=(ssl.SSLError, ConnectionError))

    def _built(self, exchange: ClientExchange) -> Any:
        """The client's form of a request."""
        if self._client.is_closed:
            raise ConfigurationError("the client that was given is closed", setting="client")
        request = exchange.request
        origin, target = split_url(request)
        built = self._client.build_request(
            request.method,
            f"{origin.scheme}://{origin.field}{target}",
            headers=framed(request, target, origin.field),
            content=exchange.content,
            extensions={"timeout": exchange.limits},
        )
        if "accept-encoding" not in request.headers:
            built.headers.pop("accept-encoding", None)  # which codings can be undone is not the client's to say
        return built
