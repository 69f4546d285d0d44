"""Two manifests of an API -> the changes between them, and which of them break callers. Nothing is said twice.

What breaks callers is one table: `pristine.codegen.diff.rules`.
"""

from collections import defaultdict

from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.document import compare_documents
from pristine.codegen.diff.endpoints import compare_endpoints
from pristine.codegen.diff.found import Change, Found
from pristine.codegen.diff.types import REQUEST, RESPONSE, Types
from pristine.manifest.model import Endpoint, Manifest


def compare(old: Manifest, new: Manifest) -> list[Change]:
    """The changes from an old manifest to a new one, in the order of the manifests: none where they say the same."""
    found = Found()
    types = Types(found, old, new)
    compare_documents(old, new, found)
    _endpoints(old, new, found, types)
    types.finish()
    _named(old, new, found, types)
    types.finish()
    return found.changes()


def _endpoints(old: Manifest, new: Manifest, found: Found, types: Types) -> None:
    renamed = _renamed(old, new)
    pairs = {id: renamed.get(id, id) for id in old.endpoints}
    common = [(id, other) for id, other in pairs.items() if other in new.endpoints]
    for id in [id for id, other in pairs.items() if other not in new.endpoints]:
        found.add("endpoint-removed", ("endpoints", id), "removed")
    for id, other in common:
        compare_endpoints(Comparison(old.endpoints[id], new.endpoints[other], ("endpoints", other), types))
    known = {other for _, other in common}
    for id in [id for id in new.endpoints if id not in known]:
        found.add("endpoint-added", ("endpoints", id), "added")


def _renamed(old: Manifest, new: Manifest) -> dict[str, str]:
    """The endpoints that are called something else: the only ones, old and new, with a method and path."""
    gone = _by_route(old, new)
    come = _by_route(new, old)
    return {ids[0]: come[route][0] for route, ids in gone.items() if len(ids) == len(come.get(route, ())) == 1}


def _by_route(manifest: Manifest, other: Manifest) -> dict[tuple[str, str], list[str]]:
    """The endpoints that the other manifest has not, by method and path."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for id, endpoint in manifest.endpoints.items():
        if id not in other.endpoints:
            found[_route(endpoint)].append(id)
    return found


def _route(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.method, endpoint.path


def _named(old: Manifest, new: Manifest, found: Found, types: Types) -> None:
    """The types that have a name: which are new and gone, and those that no endpoint uses."""
    for name in dict.fromkeys([*old.types, *new.types]):
        where = ("types", name)
        if name not in new.types:
            found.add("type-removed", where, "removed")
        elif name not in old.types:
            found.add("type-added", where, "added")
        elif name not in types.compared:
            for direction in (REQUEST, RESPONSE):
                types.compare(old.types[name], new.types[name], where, direction)


__all__ = ["Change", "compare"]
