"""Which credential a call takes, by the manifest's schemes, and where it goes. Pure."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import attrs

from pristine.manifest.model import Endpoint, Scheme
from pristine.ports.auth import AsyncAuth
from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import check_field
from pristine.ports.messages import Request
from pristine.ports.values import frozen


def auth_for(
    endpoint: Endpoint, schemes: Mapping[str, Scheme], credentials: Mapping[str, str], auth: AsyncAuth | None
) -> AsyncAuth | None:
    """What signs the calls of an endpoint: the first alternative that all credentials are there for, else `auth`.

    Raises ConfigurationError where something is needed and there is neither.
    """
    if endpoint.security == ():
        return None
    for names in endpoint.security or ():
        if all(name in credentials for name in names):
            return SchemeAuth(tuple((schemes[name], credentials[name]) for name in names))
    if auth is None and endpoint.security:
        ways = " or ".join("+".join(names) for names in endpoint.security)
        name = endpoint.security[0][0]
        told = f"a credential is needed: {ways}; give the Context credentials={{{name!r}: …}}, or auth="
        raise ConfigurationError(told, endpoint=endpoint.id, setting="credentials")
    return auth


def check_credentials(credentials: Mapping[str, str], schemes: Mapping[str, Scheme]) -> None:
    """Raise ConfigurationError for a credential that no scheme takes, or that cannot be sent; it is not shown."""
    for name, secret in credentials.items():
        if name not in schemes:
            known = ", ".join(schemes) or "none"
            told = f"the manifest has no security scheme {name!r}; it has {known}"
            raise ConfigurationError(told, setting=f"credentials.{name}")
        if schemes[name].kind == "basic" and ":" not in secret:
            told = f"the credential for {name!r} must be 'user:password'"
            raise ConfigurationError(told, setting=f"credentials.{name}")


@frozen
class SchemeAuth:
    """An AsyncAuth that never waits, of schemes and their secrets."""

    _given: tuple[tuple[Scheme, str], ...] = attrs.field(repr=False)

    async def asign(self, request: Request) -> Request:
        for scheme, secret in self._given:
            request = _PLACES[scheme.location](request, scheme.name, _value(scheme, secret))
        return request


def _value(scheme: Scheme, secret: str) -> str:
    if scheme.kind == "bearer":
        return f"Bearer {secret}"
    return f"Basic {base64.b64encode(secret.encode()).decode()}" if scheme.kind == "basic" else secret


def _in_header(request: Request, name: str, value: str) -> Request:
    check_field(name, value)
    return request.with_fields({name: value})


def _in_query(request: Request, name: str, value: str) -> Request:
    sign = "&" if "?" in request.url else "?"
    return attrs.evolve(request, url=f"{request.url}{sign}{quote(name, safe='')}={quote(value, safe='')}")


def _in_cookie(request: Request, name: str, value: str) -> Request:
    pair = f"{name}={quote(value, safe='')}"
    others = request.headers.get("cookie")
    return _in_header(request, "Cookie", f"{others}; {pair}" if others else pair)


_PLACES: Mapping[str, Any] = {"header": _in_header, "query": _in_query, "cookie": _in_cookie}


def secrets_of(given: Any) -> Mapping[str, str]:
    """Credentials by scheme, checked; raises ConfigurationError, without showing one."""
    if not isinstance(given, Mapping):
        raise ConfigurationError("credentials: give a mapping from security schemes to secrets", setting="credentials")
    for name, secret in given.items():
        if not isinstance(secret, str) or not secret:
            told = f"credentials: the one for {name!r} must be a string that is not empty"
            raise ConfigurationError(told, setting=f"credentials.{name}")
    return dict(given)
