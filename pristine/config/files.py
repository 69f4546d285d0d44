"""Manifests and configurations from files, by the reader that their suffix names."""

from pathlib import Path

from pristine.config.adapters import found, load
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Manifest
from pristine.ports.documents import Document, DocumentReader
from pristine.ports.errors import DocumentError


def read_document(path: str | Path) -> Document:
    """Parse a file by its suffix; raises DocumentError where it cannot be read or parsed."""
    path = Path(path)
    notation = {".yml": "yaml"}.get(path.suffix.lower(), path.suffix.lower().removeprefix("."))
    known = found("pristine.documents")
    if notation not in known:
        raise DocumentError(f"{path}: not a kind of file that is known: {', '.join(sorted(known))}", source=str(path))
    reader: DocumentReader = load("pristine.documents", notation, "document reader")
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", source=str(path)) from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 at byte {error.start}", source=str(path)) from error
    return reader(text, str(path))


def load_manifest_file(path: str | Path) -> Manifest:
    """Load a manifest from a JSON, YAML or TOML file; raises ManifestError with every fault and its line.

    Files that it includes are named from its folder, and are in it or below.
    """
    home = Path(path).parent
    return load_manifest(read_document(path), lambda name: _read_below(home, name))


def _read_below(home: Path, name: str) -> Document:
    try:
        inside = (home / name).resolve().is_relative_to(home.resolve())
    except (OSError, ValueError):
        inside = False
    if not inside:
        raise DocumentError(f"{name!r}: an included file is in the folder of the manifest, or below", source=name)
    return read_document(home / name)
