"""`pristine export openapi`: a manifest as an OpenAPI document, on stdout or in a file; always the same bytes."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from pristine.cli.output import write
from pristine.codegen.openapi.document import openapi
from pristine.config import load_manifest_file

_YAML: Final = (".yaml", ".yml")


def export_openapi(manifest: str, out: str | None, *, fragments: bool) -> None:
    """Write the document: YAML where the file is called so, else JSON."""
    document = openapi(load_manifest_file(manifest), fragments=fragments)
    if out is None:
        write(_json(document))
    else:
        path = Path(out)
        path.write_bytes(_yaml(document) if path.suffix.lower() in _YAML else _json(document))


def _json(document: Any) -> bytes:
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode("utf-8", "surrogatepass")


def _yaml(document: Any) -> bytes:
    said: bytes = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120, encoding="utf-8")
    return said
