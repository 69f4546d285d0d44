"""Ports: a request gets its credential, which may have to be fetched."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import check_field
from pristine.ports.messages import Request
from pristine.ports.values import frozen


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


@runtime_checkable
class Renewing(Protocol):
    """An Auth that can get another credential.

    `refused` is told of a request that it signed and that was answered with 401; it returns at once. True: the next
    `sign` uses another credential, so that the call may be tried once more.
    """

    def refused(self, request: Request) -> bool: ...


def refused_by(auth: object, request: Request) -> bool:
    """Tell an Auth that a request was answered with 401; whether it can get another credential."""
    return isinstance(auth, Renewing) and bool(auth.refused(request))


def _secret(_: object, attribute: "attrs.Attribute[str]", value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{attribute.name}: an access token is a string that is not empty")
    check_field(attribute.name, value)


def _seconds(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0):
        told = f"{attribute.name}={value!r:.80}: give a number of seconds, or None for a token that does not expire"
        raise ConfigurationError(told)


@frozen
class AccessToken:
    """A credential, and the seconds for which it is good from when it was asked for; None: it does not expire."""

    value: str = attrs.field(repr=False, validator=_secret)
    expires_in: float | None = attrs.field(default=None, validator=_seconds)


class TokenSource(Protocol):
    """Gets an access token, such as from an OAuth 2.0 token endpoint (RFC 6749 section 5.1).

    1. `fetch` returns another token each time, or raises; it is not called by two callers at once.
    2. No repr, log or error of it shows the token, or what it is got with.
    """

    def fetch(self) -> AccessToken: ...


class AsyncTokenSource(Protocol):
    """The async face: `afetch` keeps the promises of `fetch`. A source may have both."""

    async def afetch(self) -> AccessToken: ...


@frozen
class Fetch:
    """What came of a fetch, which took `duration` seconds: a token that is good for `expires_in`, or an error."""

    duration: float
    expires_in: float | None = None
    error: Exception | None = None


_HEARER: Final[ContextVar[Callable[[Fetch], None] | None]] = ContextVar("pristine.fetches", default=None)


def tell_fetch(fetch: Fetch) -> None:
    """For an Auth that has fetched a credential: the call that it did so for tells telemetry."""
    hear = _HEARER.get()
    if hear is not None:
        hear(fetch)


@contextmanager
def hearing(hear: Callable[[Fetch], None]) -> Iterator[None]:
    """A block in which `hear` is given what is told of fetches."""
    token = _HEARER.set(hear)
    try:
        yield
    finally:
        _HEARER.reset(token)
