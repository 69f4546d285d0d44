"""Method and path -> endpoint: templates as regular expressions over the encoded path, the most literal one first.

The path of each server in the manifest may stand in front, or be left out.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import attrs

from pristine.core.operation import Operation, find
from pristine.manifest.model import Manifest
from pristine.manifest.parameters import PLACEHOLDER
from pristine.testing.mock.messages import Incoming, Refusal, Wrong

_ESCAPE: Final = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9\-._~]")


@attrs.frozen
class Match:
    """An endpoint, and what stands in the path for its parameters, still encoded."""

    operation: Operation
    params: Mapping[str, str]


@attrs.frozen
class _Route:
    operation: Operation
    pattern: re.Pattern[str]
    order: tuple[int, ...]
    bases: frozenset[str]


class Router:
    """The routes of a manifest."""

    def __init__(self, manifest: Manifest) -> None:
        bases = [(server.name, urlsplit(server.filled({})).path.rstrip("/")) for server in manifest.servers]
        every = {base for _, base in bases}
        routes = [_route(find(manifest, name), bases) for name in manifest.endpoints]
        self._routes = sorted(routes, key=lambda route: route.order)
        self._bases = ("", *sorted(every - {""}, key=len, reverse=True))

    def find(self, incoming: Incoming) -> Match:
        """The endpoint that is meant; a HEAD may ask for what a GET gives. Raises Refusal: 404, or 405 with Allow."""
        path = normal(incoming.path)
        for base in self._bases:
            inner = path.removeprefix(base) if path.startswith(f"{base}/") else None
            matches = [] if inner is None else self._matches(inner, base)
            if not matches:
                continue
            for method in (incoming.method, *(["GET"] if incoming.method == "HEAD" else [])):
                if found := next((one for one in matches if one.operation.method == method), None):
                    return found
            methods = {one.operation.method for one in matches}
            allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
            raise Refusal(
                405, Wrong("method", f"{incoming.method} is not among {allowed}"), headers=[("Allow", allowed)]
            )
        raise Refusal(404, Wrong("path", "no endpoint of the manifest has it"))

    def _matches(self, path: str, base: str) -> list[Match]:
        routes = [route for route in self._routes if not base or base in route.bases]
        found = [(route.operation, route.pattern.fullmatch(path)) for route in routes]
        return [Match(operation, match.groupdict()) for operation, match in found if match]


def normal(path: str) -> str:
    """A path in which only what must be is encoded, in capitals (RFC 3986 section 6.2.2)."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if _UNRESERVED.match(char) else match[0].upper()

    return _ESCAPE.sub(one, path)


def _route(operation: Operation, bases: Sequence[tuple[str, str]]) -> _Route:
    """The route of an endpoint, which is below the path of its own server, or of any where it names none."""
    endpoint = operation.endpoint
    below = frozenset(base for name, base in bases if endpoint.server in {"", name})
    reserved = {name for name, one in endpoint.path_params.items() if one.allow_reserved}
    segments = endpoint.path.split("/")
    pattern = "/".join(_segment(segment, reserved) for segment in segments)
    order = (*(_weight(segment, reserved) for segment in segments), _END)
    return _Route(operation, re.compile(pattern), order, below)


def _segment(segment: str, reserved: set[str]) -> str:
    """The pattern of a segment: literals and names by turns."""
    pieces = PLACEHOLDER.split(segment)
    return "".join(
        f"(?P<{piece}>[^/]+{'(?:/[^/]+)*' if piece in reserved else ''})" if index % 2 else re.escape(normal(piece))
        for index, piece in enumerate(pieces)
    )


_END: Final = 9


def _weight(segment: str, reserved: set[str]) -> int:
    """How little a segment says: 0 for a literal one, 3 for a parameter that may be several segments."""
    names = PLACEHOLDER.findall(segment)
    return 3 if reserved & set(names) else 0 if not names else 1 if PLACEHOLDER.sub("", segment) else 2
