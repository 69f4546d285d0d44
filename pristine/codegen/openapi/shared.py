"""What endpoints have in common, which a document says once: errors, security, and policies by name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from pristine.codegen.openapi import keys
from pristine.codegen.openapi.names import Names, keys_of
from pristine.codegen.openapi.types import Expressions, Said, Schemas
from pristine.manifest.model import ErrorShape, Manifest

Security = tuple[tuple[str, ...], ...]


@attrs.frozen(kw_only=True)
class Shared:
    """What the document says once. `errors` and `security` are of all endpoints that have no others.

    They are None where some endpoint has none at all. `retries` are settings, in the order of their names.
    """

    schemas: Schemas
    expressions: Expressions
    schemes: Mapping[str, str]
    servers: Mapping[str, Said]
    errors: ErrorShape | None
    security: Security | None
    retries: list[Mapping[str, float]]
    limits: Mapping[str, Any]
    breakers: Mapping[str, Any]

    @classmethod
    def of(cls, manifest: Manifest) -> "Shared":
        """What the endpoints of a manifest have in common."""
        names, endpoints = Names(manifest.types), manifest.endpoints.values()
        retries: list[Mapping[str, float]] = []
        for one in endpoints:
            if one.retry and not keys.is_never(one.retry) and one.retry not in retries:
                retries.append(one.retry)
        limits = {one.limit.name: keys.limit(one.limit) for one in endpoints if one.limit}
        breakers = {one.breaker.name: keys.numbers(one.breaker.settings) for one in endpoints if one.breaker}
        return cls(
            schemas=Schemas(names),
            expressions=Expressions(names),
            schemes=keys_of(manifest.schemes),
            servers={one.name: server(one) for one in manifest.servers},
            errors=_commonest([one.errors for one in endpoints]),
            security=_commonest([one.security for one in endpoints]) or None,
            retries=retries,
            limits=limits,
            breakers=breakers,
        )

    def required(self, security: Security) -> list[Said]:
        """Security Requirement Objects: alternatives, each with all that it takes."""
        return [{self.schemes[name]: [] for name in together} for together in security]

    def retry(self, settings: Mapping[str, float]) -> Any:
        """What an endpoint says of its retries: a name, or false."""
        return not keys.is_never(settings) and _retry(self.retries.index(settings))

    def said(self) -> Said:
        """The keys of the document."""
        found: Said = {
            "retries": {_retry(index): keys.numbers(one) for index, one in enumerate(self.retries)},
            "limits": self.limits,
            "breakers": self.breakers,
        }
        errors = {} if self.errors is None else {"errors": keys.errors(self.errors)}
        return {**errors, **{key: value for key, value in found.items() if value}}


def _retry(index: int) -> str:
    return f"retry_{index + 1}"


def _commonest(values: list[Any]) -> Any:
    """What most of them are, by identity; None where some are nothing: then each says its own."""
    if not values or any(one is None for one in values):
        return None
    commonest = Counter(map(id, values)).most_common(1)[0][0]
    return next(one for one in values if id(one) == commonest)


def server(found: Any) -> Said:
    """A Server Object (OpenAPI 3.1, section 4.8.5)."""
    variables = {
        name: _present({"default": one.default, "enum": list(one.allowed), "description": one.description})
        for name, one in found.variables.items()
    }
    told = {"description": found.description, "variables": variables, "x-pristine-name": found.name}
    return {"url": found.url, **_present(told)}


def _present(said: Said) -> Said:
    return {key: value for key, value in said.items() if value}


def extended(found: Iterable[tuple[str, Any]]) -> Said:
    """Keys of a manifest as extensions."""
    return {f"x-pristine-{key}": value for key, value in found}
