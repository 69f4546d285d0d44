"""OpenAPI documents from files: the document, what it refers to in its folder or below, and overrides beside it."""

from pathlib import Path
from typing import TYPE_CHECKING

from pristine.config.files import Files, read_document

if TYPE_CHECKING:
    from pristine.manifest.openapi.importing.operations import Progress
    from pristine.manifest.openapi.importing.whole import Imported


def import_openapi_file(
    path: str | Path, *, overrides: str | Path | None = None, name: str = "", progress: "Progress | None" = None
) -> "Imported":
    """Import a document of OpenAPI 3.0 or 3.1, in JSON or YAML, and the files that it refers to.

    `overrides` is a file of names and other choices that are to stay; `progress` is told how many paths are done, and
    how many there are. Raises DocumentError where a file cannot be read, and ManifestError with every fault.
    """
    from pristine.manifest.openapi.importing.whole import import_openapi, untold

    files = Files(Path(path))
    chosen = None if overrides is None else read_document(overrides)
    return import_openapi(files.document(), files.document, overriding=chosen, name=name, progress=progress or untold)
