"""A plain mapping -> a Manifest, or a ManifestError with every fault at once.

The tables, here and beside this file, are the language: a key that is not in them is a fault, and each has an effect.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import attrs

from pristine.manifest.answers import error_shape, pagination
from pristine.manifest.endpoints import Shared, defaults, endpoint, entries_of_all
from pristine.manifest.including import Open, included
from pristine.manifest.model import Endpoint, Manifest
from pristine.manifest.policies import breakers, limits, retries
from pristine.manifest.reading import (
    Classes,
    Cursor,
    Enough,
    Faults,
    ListOf,
    MappingOf,
    Reader,
    anything,
    is_shallow,
    record,
    text,
    word,
)
from pristine.manifest.servers import schemes, security, servers
from pristine.manifest.types import TypeReader
from pristine.manifest.unread import NoFaults, Unread
from pristine.ports.documents import Document
from pristine.ports.errors import ManifestError


def load_manifest(
    source: Mapping[str, Any] | Document, open_included: Open | None = None, *, classes: Classes | None = None
) -> Manifest:
    """Build a Manifest from a mapping, or from a document that a reader made.

    `classes` finds classes that have been written for its types, by JSON pointer; without one they are made.
    Raises ManifestError; its `faults` (of ManifestFault: path, message, line, source) are all there are.
    """
    document = source if isinstance(source, Document) else Document(source)
    top = Cursor(document, (), document.value, Faults(), classes=classes)
    manifest = _guarded(top, open_included)
    if manifest is not None and not top.faults:
        return manifest
    raise refusal(document, top.faults)


def refusal(document: Document, found: Faults) -> ManifestError:
    """The error that tells all faults of a document, in the order of its lines."""
    faults = sorted(found, key=lambda fault: (fault.source, fault.line or 0))
    listed = "".join(f"\n  {fault}" for fault in faults)
    number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults{' or more' if found.is_full else ''}"
    return ManifestError(f"{document.source}: {number}{listed}", faults=tuple(faults))


def _guarded(at: Cursor, open_included: Open | None) -> Manifest | None:
    with suppress(Enough):
        if is_shallow(at.value):
            with suppress(RecursionError):  # names that stand for names may be a long chain
                return _manifest(at, included(at, open_included))
        at.fault("is nested too deeply, or holds itself")
    return None


def recall_manifest(
    document: Document, open_included: Open | None = None, *, classes: Classes | None = None
) -> Manifest:
    """Build the Manifest of a document that load_manifest has accepted: what it holds is read when it is asked for.

    Raises ManifestError, now or then, where load_manifest would not accept it.
    """
    top = Cursor(document, (), document.value, NoFaults(), classes=classes)
    return _manifest(top, included(top, open_included), lazily=True)


def _manifest(at: Cursor, parts: Sequence[Cursor], *, lazily: bool = False) -> Manifest:
    found = record(MANIFEST_KEYS, required=("name",) if parts else ("name", "endpoints"))(at)
    types = TypeReader(*(_section(one, "types") for one in (at, *parts)), lazily=lazily)
    named = types.named()
    known = found.get("security_schemes", {})
    shared = Shared(
        types=types,
        servers=[one.name for one in found.get("servers", ()) if one.name],
        schemes=known,
        paginations=found.get("paginations", {}),
        security=security(known)(at.child("security", found["security"])) if "security" in found else None,
        errors=found.get("errors"),
        retries=found.get("retries", {}),
        limits=found.get("limits", {}),
        breakers=found.get("breakers", {}),
    )
    listed = list(entries_of_all(_section(one, "endpoints") for one in (at, *parts)))
    shared = attrs.evolve(
        shared,
        defaults=defaults(shared)(at.child("defaults", found.get("defaults", {}))),
        endpoints={id: one.value for id, one in listed},
    )

    def read(id: str, one: Cursor) -> Endpoint:
        return endpoint(id, one, shared)

    return Manifest(
        name=found.get("name", ""),
        version=found.get("version", ""),
        description=found.get("description", ""),
        servers=found.get("servers", ()),
        schemes=known,
        endpoints=Unread(dict(listed), read) if lazily else {id: read(id, one) for id, one in listed},
        types=named,
        elsewhere=frozenset(filter(None, (_server_of(one.value) for _, one in listed))),
    )


def _server_of(endpoint: object) -> str:
    """What an endpoint says of its server, read without the rest of it."""
    said = endpoint.get("server") if isinstance(endpoint, Mapping) else None
    return said if isinstance(said, str) else ""


def _section(at: Cursor, key: str) -> Cursor:
    return at.child(key, at.value.get(key, {}) if isinstance(at.value, Mapping) else {})


MANIFEST_KEYS: Final[Mapping[str, Reader]] = {
    "name": word,
    "version": text,
    "description": text,
    "servers": servers,
    "security_schemes": schemes,
    "security": anything,
    "errors": error_shape,
    "paginations": MappingOf(pagination),
    "retries": retries,
    "limits": limits,
    "breakers": breakers,
    "defaults": anything,
    "include": ListOf(text),
    "endpoints": anything,
    "types": anything,
}
"""`anything` is what needs the others first."""
