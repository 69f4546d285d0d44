"""Small OpenAPI documents, and what comes of them."""

from collections.abc import Mapping
from typing import Any

import pristine
from pristine.manifest.openapi.importing.whole import Imported, import_openapi
from pristine.ports.documents import Document
from pristine.ports.errors import DocumentError, ManifestError

OK = {"responses": {"204": {"description": "done"}}}


def whole(**said: Any) -> dict[str, Any]:
    """A document with what is said."""
    return {"openapi": "3.1.0", "info": {"title": "api", "version": "1"}, "paths": {}, **said}


def with_schemas(**schemas: Any) -> dict[str, Any]:
    return whole(components={"schemas": schemas})


def with_operation(
    method: str = "get", path: str = "/things", *, components: Any = None, **said: Any
) -> dict[str, Any]:
    """A document of one operation."""
    more = {"components": components} if components else {}
    return whole(paths={path: {method: {**OK, **said}}}, **more)


def imported(document: Any, files: Mapping[str, Any] | None = None, **options: Any) -> Imported:
    """What comes of a document, which refers to files; the manifest is seen to load."""

    def opened(name: str) -> Document:
        if files is None or name not in files:
            raise DocumentError(f"{name}: no such file", source=name)
        return Document(files[name], name)

    found = import_openapi(document, None if files is None else opened, **options)
    pristine.load_manifest(found.manifest)
    return found


def types_of(document: Any, **options: Any) -> Any:
    return imported(document, **options).manifest.get("types", {})


def endpoint_of(document: Any, **options: Any) -> Any:
    """The only endpoint."""
    (found,) = imported(document, **options).manifest["endpoints"].values()
    return found


def lost_in(document: Any, **options: Any) -> dict[str, str]:
    """Pointer -> code of what is not expressed, but for the descriptions that every answer has."""
    found = imported(document, **options).unexpressed
    return {f"{one.source}{one.pointer}": one.code for one in found if one.code != "answer-description"}


def faults_of(document: Any, **options: Any) -> list[str]:
    """What is wrong with a document that cannot be imported."""
    try:
        imported(document, **options)
    except ManifestError as error:
        return [str(fault) for fault in error.faults]
    raise AssertionError("nothing is wrong with it")
