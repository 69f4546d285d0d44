"""A plain mapping -> a Manifest, or a ManifestError with every fault at once.

The tables, here and beside this file, are the language: a key that is not in them is a fault, and each has an effect.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from pristine.manifest.answers import error_shape, pagination
from pristine.manifest.endpoints import Shared, defaults, endpoint, entries
from pristine.manifest.model import Manifest
from pristine.manifest.reading import Cursor, Reader, anything, is_shallow, mapping_of, record, text, word
from pristine.manifest.servers import schemes, security, servers
from pristine.manifest.types import TypeReader
from pristine.ports.documents import Document
from pristine.ports.errors import ManifestError


def load_manifest(source: Mapping[str, Any] | Document) -> Manifest:
    """Build a Manifest from a mapping, or from a document that a reader made.

    Raises ManifestError; its `faults` (of ManifestFault: path, message, line) are all there are.
    """
    document = source if isinstance(source, Document) else Document(source)
    top = Cursor(document, (), document.value, [])
    manifest = _guarded(top)
    if manifest is not None and not top.faults:
        return manifest
    faults = sorted(top.faults, key=lambda fault: fault.line or 0)
    listed = "".join(f"\n  {fault}" for fault in faults)
    number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise ManifestError(f"{document.source}: {number}{listed}", faults=tuple(faults))


def _guarded(at: Cursor) -> Manifest | None:
    if is_shallow(at.value):
        with suppress(RecursionError):  # names that stand for names may be a long chain
            return _manifest(at)
    at.fault("is nested too deeply, or holds itself")
    return None


def _manifest(at: Cursor) -> Manifest:
    found = record(MANIFEST_KEYS, required=("name", "endpoints"))(at)
    types = TypeReader(at.child("types", found.get("types", {})))
    named = types.named()
    known = found.get("security_schemes", {})
    shared = Shared(
        types=types,
        schemes=known,
        paginations=found.get("paginations", {}),
        security=security(known)(at.child("security", found["security"])) if "security" in found else None,
        errors=found.get("errors"),
        defaults=defaults(types)(at.child("defaults", found.get("defaults", {}))),
    )
    listed = entries(at.child("endpoints", found.get("endpoints", {})))
    return Manifest(
        name=found.get("name", ""),
        version=found.get("version", ""),
        description=found.get("description", ""),
        servers=found.get("servers", ()),
        schemes=known,
        endpoints={id: endpoint(id, one, shared) for id, one in listed},
        types=named,
    )


MANIFEST_KEYS: Final[Mapping[str, Reader]] = {
    "name": word,
    "version": text,
    "description": text,
    "servers": servers,
    "security_schemes": schemes,
    "security": anything,
    "errors": error_shape,
    "paginations": mapping_of(pagination),
    "defaults": anything,
    "endpoints": anything,
    "types": anything,
}
"""`anything` is what needs the others first."""
