"""Ports: a request gets its credential."""

from typing import Protocol, runtime_checkable

from pristine.ports.messages import Request


@runtime_checkable
class Auth(Protocol):
    """Signs a request without waiting, or blocking the thread while it fetches a credential.

    1. `sign` returns a new request, signed and otherwise as the given one, which is not changed; it is called once for
       each attempt, just before the request is sent.
    2. No repr, log or error of the adapter shows the credential.
    """

    def sign(self, request: Request) -> Request: ...


@runtime_checkable
class AsyncAuth(Protocol):
    """The async face, for a credential that has to be waited for: `asign` keeps the promises of `sign`.

    One that never waits needs only Auth, which serves both faces.
    """

    async def asign(self, request: Request) -> Request: ...
