"""Manifests that were accepted before, in a folder. A cache may be lost, broken or read-only, and only costs time then.

An entry is JSON, of which nothing is ever executed. Its name is a digest of the manifest's own file and of the version
that accepted it; it has a digest of every included file, and one of itself.
"""

import json
import os
import pkgutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from pristine import __version__
from pristine.config.adapters import found
from pristine.config.files import Files
from pristine.manifest.load import load_manifest, recall_manifest
from pristine.manifest.model import Manifest
from pristine.ports.documents import Document
from pristine.ports.errors import DocumentError, ManifestError

MOST: Final = 50
"""How many entries a folder keeps; the oldest go first."""


def user_folder() -> Path:
    """Where the user's programs keep what they can make again (XDG Base Directory Specification, section 3)."""
    if home := os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA"):
        return Path(home) / "pristine"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "pristine"


def recalled(files: Files, folder: Path) -> Manifest | None:
    """The manifest of files that were accepted as they are, or None."""
    try:
        said = _entry(folder / _name(files))
        if any(digest != _of(files, name) for name, (digest, _) in said.items()):
            return None
        values = {name: value for name, (_, value) in said.items()}
        return recall_manifest(Document(values[""], str(files.path)), lambda name: Document(values[name], name))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, DocumentError, ManifestError):
        return None


def kept(files: Files, folder: Path) -> Manifest:
    """Load the manifest, and keep it for the next time; raises ManifestError and DocumentError."""
    values: dict[str, Any] = {}

    def opened(name: str = "") -> Document:
        document = files.document(name)
        values[name] = document.value
        return document

    manifest = load_manifest(opened(), opened)
    with suppress(OSError, ValueError):
        _write({name: (_of(files, name), value) for name, value in values.items()}, folder / _name(files))
    return manifest


def _of(files: Files, name: str) -> str:
    return sha256(files.contents(name)).hexdigest()


def _name(files: Files) -> str:
    """The name of the entry: other content, another version, language or reader give another."""
    readers = sorted((entry.name, entry.value) for entry in found("pristine.documents").values())
    digest = sha256(f"{__version__} {sys.version_info[:2]} {readers} {files.path.suffix}".encode())
    digest.update(sha256(pkgutil.get_data("pristine.manifest", "schema.json") or b"").digest())
    digest.update(files.contents())
    return f"{digest.hexdigest()}.json"


def _entry(path: Path) -> dict[str, Any]:
    """What an entry says; raises ValueError where it is broken, or somebody else's."""
    with path.open("rb") as file:
        if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
            raise ValueError("another user's")
        digest, _, body = file.read().partition(b"\n")
    if digest.decode() != sha256(body).hexdigest():
        raise ValueError("broken")
    said: dict[str, Any] = json.loads(body)
    return said


def _write(said: Mapping[str, Any], path: Path) -> None:
    """Write an entry, whole or not at all, and drop those that are too many."""
    body = json.dumps(said, separators=(",", ":")).encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
        new = Path(file.name)
        try:
            file.write(b"%s\n%s" % (sha256(body).hexdigest().encode(), body))
            file.close()
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
    entries = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in entries[MOST:]:
        old.unlink(missing_ok=True)
