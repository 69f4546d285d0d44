"""Whether a request carries the credentials that its endpoint takes. That they are there is enough."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote_plus

from pristine.manifest.model import Endpoint, Scheme
from pristine.testing.mock.messages import Incoming, Refusal, Wrong
from pristine.testing.mock.texts import pairs_of

_CHALLENGES: Final = {"bearer": "Bearer", "basic": 'Basic realm="mock"'}


def check_credentials(endpoint: Endpoint, schemes: Mapping[str, Scheme], incoming: Incoming) -> None:
    """Raise Refusal (401) unless one of the endpoint's alternatives is there as a whole."""
    if not endpoint.security:
        return
    missing = [[name for name in names if not _is_there(schemes[name], incoming)] for names in endpoint.security]
    if all(missing):
        ways = " or ".join("+".join(names) for names in endpoint.security)
        first = schemes[missing[0][0]]
        told = f"a credential is needed: {ways}; there is none {_PLACES[first.location]} {first.name!r}"
        challenges = {_CHALLENGES[kind] for names in endpoint.security for kind in _kinds(names, schemes)}
        raise Refusal(
            401,
            Wrong(f"{first.location}.{first.name}", told),
            headers=[("WWW-Authenticate", one) for one in sorted(challenges)],
        )


_PLACES: Final = {"header": "in the header", "query": "in the query, under", "cookie": "in the cookie"}


def _kinds(names: tuple[str, ...], schemes: Mapping[str, Scheme]) -> Iterator[str]:
    return (schemes[name].kind for name in names if schemes[name].kind in _CHALLENGES)


def _is_there(scheme: Scheme, incoming: Incoming) -> bool:
    given = _given(scheme, incoming)
    if scheme.kind == "apiKey":
        return bool(given)
    kind, _, secret = given.partition(" ")
    if kind.lower() != scheme.kind or not secret.strip():
        return False
    return scheme.kind == "bearer" or _is_pair(secret.strip())


def _is_pair(secret: str) -> bool:
    try:
        return b":" in b64decode(secret, validate=True)
    except ValueError:
        return False


def _given(scheme: Scheme, incoming: Incoming) -> str:
    finders: Mapping[str, Callable[[], str]] = {
        "header": lambda: incoming.headers.get(scheme.name, ""),
        "query": lambda: dict(pairs_of(incoming.query)).get(scheme.name, ""),
        "cookie": lambda: dict(_cookies(incoming)).get(scheme.name, ""),
    }
    return finders[scheme.location]()


def _cookies(incoming: Incoming) -> Iterator[tuple[str, str]]:
    for field in incoming.headers.get_all("cookie"):
        for pair in field.split(";"):
            name, _, value = pair.strip().partition("=")
            yield name, unquote_plus(value)


def names_in_query(endpoint: Endpoint, schemes: Mapping[str, Scheme]) -> set[str]:
    """The names of query parameters that are credentials."""
    used = {name for names in endpoint.security or () for name in names}
    return {schemes[name].name for name in used if schemes[name].location == "query"}
