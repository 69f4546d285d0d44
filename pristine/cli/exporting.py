"""`pristine export openapi`: a manifest as an OpenAPI document, on stdout or in a file; always the same bytes."""

from pathlib import Path

from pristine.cli.output import write
from pristine.cli.written import writer
from pristine.codegen.openapi.document import openapi
from pristine.config import load_manifest_file


def export_document(manifest: str, *, out: str | None, fragments: bool) -> None:
    """Export the manifest, to a file of the kind that its name says."""
    written = writer(out)
    data = written(openapi(load_manifest_file(manifest), fragments=fragments))
    if out is None:
        write(data)
    else:
        Path(out).write_bytes(data)
