"""Two endpoints, compared by everything that the language says of one: `COMPARED` has a function for each attribute."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from pristine.codegen.diff.answers import compare_answers, compare_bounds, compare_errors, compare_pages
from pristine.codegen.diff.arguments import Comparison, compare_arguments
from pristine.codegen.diff.found import same, told
from pristine.codegen.diff.futures import compare_futures
from pristine.codegen.diff.policies import (
    compare_breaker,
    compare_deadline,
    compare_idempotency,
    compare_limit,
    compare_retry,
    compare_safety,
)
from pristine.codegen.diff.streams import compare_streams
from pristine.codegen.diff.types import REQUEST
from pristine.core.resources import python_name
from pristine.manifest.model import BodyKind, Endpoint, Example


def compare_endpoints(both: Comparison) -> None:
    """Add the changes between two endpoints."""
    for compare in dict.fromkeys(COMPARED.values()):
        compare(both)


def _names(both: Comparison) -> None:
    """An id is a name in pipelines, and made into one in the client."""
    if both.old.id != both.new.id:
        both.add("endpoint-renamed", (), f"{both.old.id} → {both.new.id}")
        old, new = ([python_name(part) for part in one.id.split(".")] for one in (both.old, both.new))
        if old != new:
            both.add("client-name-changed", (), f"client.{'.'.join(old)} → client.{'.'.join(new)}")


def _plain(name: str, kind: str) -> Callable[[Comparison], None]:
    """Compares an attribute that is a text or a list of texts."""

    def compare(both: Comparison) -> None:
        old, new = getattr(both.old, name), getattr(both.new, name)
        if old != new:
            both.from_to(kind, name, old or None, new or None)

    return compare


def _body(both: Comparison) -> None:
    old, new = _form(both.old), _form(both.new)
    if old != new:
        both.add("body-changed", ("body",), f"{old} → {new}")
    if BodyKind.RAW not in {both.old.body, both.new.body}:
        both.types.compare(both.old.request, both.new.request, (*both.where, "request"), REQUEST)


def _form(endpoint: Endpoint) -> str:
    return f"{endpoint.body}{f' as {endpoint.media_type}' if endpoint.media_type else ''}"


def _timeout(both: Comparison) -> None:
    for name in dict.fromkeys([*both.old.timeout, *both.new.timeout]):
        said = ["nothing" if name not in one else _seconds(one[name]) for one in (both.old.timeout, both.new.timeout)]
        if said[0] != said[1]:
            both.add("timeout-changed", ("timeout", name), " → ".join(said))


def _seconds(limit: float | None) -> str:
    return "no limit" if limit is None else f"{limit:g} s"


def _redirects(both: Comparison) -> None:
    old, new = both.old.redirects, both.new.redirects
    if (type(old), old) != (type(new), new):  # True is 1, to Python
        kind = "redirects-more" if _reach(new) > _reach(old) else "redirects-fewer"
        both.add(kind, ("redirects",), f"{_followed(old)} → {_followed(new)}")


def _reach(redirects: bool | int | None) -> float:
    """How many are followed at most; where the context says it, some or none."""
    return 0.5 if redirects is None else math.inf if redirects is True else redirects


def _followed(redirects: bool | int | None) -> str:
    return "as the context says" if redirects is None else "all" if redirects is True else f"{redirects or 'none'}"


def _security(both: Comparison) -> None:
    """Alternatives: each was enough, and still is where one of the new ones needs no more."""
    old, new = _alternatives(both.old), _alternatives(both.new)
    for way in old:
        if not any(enough <= way for enough in new):
            both.add("security-removed", ("security",), f"{_way(way)} no longer suffices")
    for way in new:
        if way not in old:
            both.add("security-added", ("security",), f"{_way(way)} suffices")
    if old != new and set(old) == set(new):
        both.add("security-order-changed", ("security",), " → ".join(", ".join(map(_way, one)) for one in (old, new)))


_CONTEXT: Final = "whatever the context signs with"


def _alternatives(endpoint: Endpoint) -> list[frozenset[str]]:
    if endpoint.security is None:
        return [frozenset({_CONTEXT})]
    return [frozenset(way) for way in endpoint.security] or [frozenset()]


def _way(names: frozenset[str]) -> str:
    return " with ".join(sorted(names)) or "no credential"


def _deprecated(both: Comparison) -> None:
    old, new = both.old.deprecated, both.new.deprecated
    if old != new:
        kind = "deprecated" if old is None else "deprecation-ended" if new is None else "deprecation-changed"
        both.add(kind, ("deprecated",), f"{_said(old)} → {_said(new)}")


def _said(deprecated: str | None) -> str:
    return "not deprecated" if deprecated is None else told(deprecated) if deprecated else "deprecated"


def _examples(both: Comparison) -> None:
    for name in dict.fromkeys([*both.old.examples, *both.new.examples]):
        old, new = both.old.examples.get(name), both.new.examples.get(name)
        if old is None or new is None or not same(_parts(old), _parts(new)):
            what = "added" if old is None else "removed" if new is None else "changed"
            both.add("examples-changed", ("examples", name), what)


def _parts(example: Example) -> list[Any]:
    return [example.request, example.response, dict(example.path_params), dict(example.query)]


COMPARED: Final[Mapping[str, Callable[[Comparison], None]]] = {
    "id": _names,
    "method": _plain("method", "method-changed"),
    "path": _plain("path", "path-changed"),
    "server": _plain("server", "endpoint-server-changed"),
    "description": _plain("description", "description-changed"),
    **dict.fromkeys(("path_params", "query", "query_defaults", "headers", "files"), compare_arguments),
    **dict.fromkeys(("request", "body", "media_type"), _body),
    **dict.fromkeys(("response", "responses", "unwrap"), compare_answers),
    "streaming": compare_streams,
    "timeout": _timeout,
    "idempotency": compare_idempotency,
    "safety": compare_safety,
    "deadline": compare_deadline,
    "retry": compare_retry,
    "limit": compare_limit,
    "breaker": compare_breaker,
    "max_response_bytes": compare_bounds,
    "redirects": _redirects,
    "pagination": compare_pages,
    "future": compare_futures,
    "security": _security,
    "errors": compare_errors,
    "tags": _plain("tags", "tags-changed"),
    "deprecated": _deprecated,
    "examples": _examples,
}
"""Attribute of an endpoint -> what compares it, with others perhaps."""
