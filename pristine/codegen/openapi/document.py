"""The document: paths with their operations, components, servers. Faults are told for all endpoints at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from pristine.codegen.openapi.operations import operation
from pristine.codegen.openapi.parameters import expressed
from pristine.codegen.openapi.shared import Shared, extended, server
from pristine.codegen.openapi.types import Said
from pristine.manifest.model import Endpoint, Manifest, Scheme
from pristine.manifest.parameters import PLACEHOLDER
from pristine.manifest.reading import ManifestFault, shown
from pristine.ports.errors import ManifestError

VERSION: Final = "3.1.0"


def openapi(manifest: Manifest, *, fragments: bool = False) -> Said:
    """The OpenAPI document of a manifest.

    A document has one operation for a method and path. Where several endpoints are of the same, those after the first
    are told apart by a fragment, `/path#id`, which no server ever sees; without `fragments` that is a ManifestError.
    """
    if not fragments:
        _check(manifest)
    shared = Shared.of(manifest)
    said = {
        "openapi": VERSION,
        "info": {"title": manifest.name, "version": manifest.version, **_described(manifest.description)},
        "servers": [server(one) for one in manifest.servers],
        "security": shared.required(shared.security or ()),
        "paths": _paths(manifest, shared),
        "components": _components(manifest, shared),
    }
    found = {key: value for key, value in said.items() if value or key == "paths"}
    found |= extended(_keys(manifest, shared))
    copied: Said = json.loads(json.dumps(found, default=dict))  # so that no part is the manifest's, or is there twice
    return copied


def _described(description: str) -> Said:
    return {"description": description} if description else {}


def _route(endpoint: Endpoint) -> tuple[str, str]:
    """The method and path; what its placeholders are called makes no other path (OpenAPI 3.1, section 4.8.8.2)."""
    return endpoint.method, PLACEHOLDER.sub("{}", endpoint.path)


def _check(manifest: Manifest) -> None:
    first: dict[tuple[str, str], str] = {}
    faults = [
        ManifestFault(
            shown(("endpoints", id)),
            f"{first[_route(one)]!r} is {one.method} {one.path}, too, and OpenAPI has one operation for that: "
            "fragments (--fragments) tell them apart",
        )
        for id, one in manifest.endpoints.items()
        if first.setdefault(_route(one), id) != id
    ]
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults)
        raise ManifestError(f"{manifest.name} cannot be exported to OpenAPI{listed}", faults=tuple(faults))


def _paths(manifest: Manifest, shared: Shared) -> Said:
    templates: dict[str, str] = {}
    paths: dict[str, Said] = {}
    for id, one in manifest.endpoints.items():
        template = templates.setdefault(_route(one)[1], one.path)
        if one.method.lower() in paths.get(template, {}):
            template = f"{one.path}#{quote(id, safe='')}"
        paths.setdefault(template, {})[one.method.lower()] = operation(one, template, shared)
    return paths


def _components(manifest: Manifest, shared: Shared) -> Said:
    found = {
        "schemas": dict(_schemas(shared)),
        "securitySchemes": {shared.schemes[name]: _scheme(one) for name, one in manifest.schemes.items()},
    }
    for name, said in zip(manifest.schemes, found["securitySchemes"].values(), strict=True):
        said.update(_renamed(name, shared.schemes))
    return {key: value for key, value in found.items() if value}


def _schemas(shared: Shared) -> Iterator[tuple[str, Said]]:
    names = shared.schemas.names
    for name, schema in names.types.items():
        known = names.of(schema)
        said = shared.schemas.whole(schema) if known in {None, name} else shared.schemas.reference(str(known))
        yield names.keys[name], {**said, **_renamed(name, names.keys)}


def _renamed(name: str, keys: Mapping[str, str]) -> Said:
    return {} if keys[name] == name else dict(extended([("name", name)]))


def _scheme(found: Scheme) -> Said:
    """A Security Scheme Object (OpenAPI 3.1, section 4.8.27)."""
    if found.kind == "apiKey":
        said = {"type": "apiKey", "in": found.location, "name": found.name}
    else:
        said = {"type": "http", "scheme": found.kind}
    return {**said, **_described(found.description)}


def _keys(manifest: Manifest, shared: Shared) -> Iterator[tuple[str, Any]]:
    yield "name", manifest.name
    yield from shared.said().items()
    queries = [one.query_defaults for one in manifest.endpoints.values() if one.query_defaults]
    if queries:
        yield "defaults", {"query": expressed(queries[0], shared.expressions)}
