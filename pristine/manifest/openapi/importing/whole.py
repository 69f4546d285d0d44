"""A whole OpenAPI document -> a manifest, as a plain mapping, and the list of all that is not in it. Pure.

Faults are of documents that cannot be read as OpenAPI at all, and all are told at once; everything else is imported,
or in the list.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import attrs

from pristine.manifest.including import Open
from pristine.manifest.load import refusal
from pristine.manifest.openapi.importing.cycles import cut
from pristine.manifest.openapi.importing.extensions import is_ours, own
from pristine.manifest.openapi.importing.fields import FieldNames
from pristine.manifest.openapi.importing.naming import Names
from pristine.manifest.openapi.importing.nodes import Book, Node
from pristine.manifest.openapi.importing.operations import Around, Progress, endpoints
from pristine.manifest.openapi.importing.overrides import overrides
from pristine.manifest.openapi.importing.places import Servers, security, security_schemes
from pristine.manifest.openapi.importing.reasons import Unexpressed
from pristine.manifest.openapi.importing.references import Library
from pristine.manifest.openapi.importing.types import Types
from pristine.manifest.reading import Enough, Faults, is_shallow, kind_of
from pristine.manifest.words import WORDS
from pristine.ports.documents import Document
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

_VERSION: Final = pattern(r"3\.[01](\.\d+.*)?", re.ASCII)

_KEYS: Final = tuple(WORDS["Document"])


@frozen
class Imported:
    """What came of a document: the `manifest`, for load_manifest or a file, and all that is `unexpressed` in it."""

    manifest: Mapping[str, Any] = attrs.field(repr=False)
    unexpressed: tuple[Unexpressed, ...] = attrs.field(repr=False)
    paths: int
    _answers: Mapping[str, Mapping[str, Node]] = attrs.field(repr=False, eq=False, factory=dict)

    def without(self, unfit: Mapping[tuple[str, str], str]) -> "Imported":
        """The same without examples of answers that are not of their type: endpoint and name -> what is wrong."""
        made = dict(self.manifest["endpoints"])
        lost = list(self.unexpressed)
        for (id, name), told in unfit.items():
            rest = {key: one for key, one in made[id]["examples"][name].items() if key != "response"}
            left = {**made[id]["examples"], name: rest} if rest else _but(made[id]["examples"], name)
            made[id] = {**made[id], "examples": left} if left else _but(made[id], "examples")
            lost.append(self._answers[id][name].loss("example-unfit", told))
        return attrs.evolve(self, manifest={**self.manifest, "endpoints": made}, unexpressed=tuple(lost))


def untold(done: int, total: int) -> None:
    """Nobody is told."""
    del done, total


def import_openapi(
    source: Mapping[str, Any] | Document,
    open_file: Open | None = None,
    *,
    overriding: Document | None = None,
    name: str = "",
    progress: Progress = untold,
) -> Imported:
    """Import a document of OpenAPI 3.0 or 3.1.

    `open_file` opens the files that it refers to, by their names from its folder; without it there are none. `name`
    takes the place of the document's title. Raises ManifestError with every fault: not OpenAPI, a reference to
    nothing, or out of the folder, or to a URL, an override that matches nothing.
    """
    document = source if isinstance(source, Document) else Document(source)
    faults = Faults()
    imported: Imported | None = None
    with suppress(Enough):
        library = Library(Book(faults=faults, ours=is_ours(document.value)), document, open_file)
        imported = _guarded(library, overriding, name, progress)
    if imported is not None and not faults:
        return imported
    raise refusal(document, faults)


def _guarded(library: Library, overriding: Document | None, name: str, progress: Progress) -> Imported | None:
    top = library.first
    if not isinstance(top.value, dict):
        top.fault(f"must be an object, not {kind_of(top.value)}")
    elif not is_shallow(top.value):
        top.fault("is nested too deeply, or holds itself")
    elif _is_openapi(top):
        with suppress(RecursionError):
            return _imported(library, overriding, name, progress)
        top.fault("is made of types that are made of types, too deep to follow")
    return None


def _is_openapi(top: Node) -> bool:
    version = top.take("openapi")
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return True
    if top.has("swagger"):
        top.fault(f"is a document of Swagger {top.value['swagger']!s:.20}: convert it to OpenAPI 3 first")
    elif version is None:
        top.fault("'openapi' is missing: a document of OpenAPI 3 begins with its version")
    else:
        top.fault(f"is OpenAPI {version!r:.20}: 3.0 and 3.1 are read")
    return False


def _imported(library: Library, overriding: Document | None, name: str, progress: Progress) -> Imported:
    top, book = library.first, library.first.book
    chosen = overrides(overriding, book.faults)
    book.sends_defaults = chosen.sends_defaults or book.ours
    types = Types(library, chosen.names_of_types, FieldNames(ours=book.ours))
    servers, schemes = Servers(top), security_schemes(library)
    signed = security(top, schemes)
    for node in types.components.values():
        types.declare(node)
    around = Around(types, servers, schemes, chosen, Names())
    made = endpoints(around, progress)
    named = types.finish()
    cut(named, types.sources)
    chosen.finish(named, types.wanted)
    manifest = {
        **_info(top, name),
        "servers": servers.listed,
        "security_schemes": schemes,
        "security": signed,
        "endpoints": made,
        "types": named,
    }
    manifest = {key: value for key, value in manifest.items() if value or key in ("name", "endpoints")}
    manifest |= own(top, _KEYS)
    manifest = {key: value for key, value in {**manifest, **chosen.manifest}.items() if value is not None}
    for one in library.tops():
        book.sweep(one)
    manifest = {key: manifest[key] for key in _KEYS if key in manifest} | manifest
    return Imported(manifest, tuple(book.lost.values()), _count(top), around.answers)


def _count(top: Node) -> int:
    paths = top.keys.get("paths")
    return len(paths) if isinstance(paths, dict) else 0


def _but(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: one for name, one in found.items() if name != key}


def _info(top: Node, name: str) -> dict[str, Any]:
    info = top.mapping("info")
    if info is None:
        return {"name": name or "api"}
    title = info.text("title").strip()
    said = {"name": name or title or "api", "version": str(info.take("version", ""))}
    told = [text for key in ("summary", "description") if (text := info.text(key).strip())]
    return {**said, "description": "\n\n".join(told)}
