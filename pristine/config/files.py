"""Manifests and configurations from files, by the reader that their suffix names."""

from pathlib import Path
from typing import Any, Final

from pristine.config.adapters import found, is_known, load
from pristine.manifest.including import merged
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Manifest
from pristine.ports.documents import Document, DocumentReader
from pristine.ports.errors import DocumentError

_READERS: Final = "pristine.documents"

LARGEST: Final = 32 * 2**20
"""How many bytes a file may have, or all files of a manifest together."""


def read_document(path: str | Path) -> Document:
    """Parse a file by its suffix; raises DocumentError where it cannot be read or parsed."""
    path = Path(path)
    notation_of(path)
    return parsed(path, contents(path))


def load_manifest_file(path: str | Path, *, cache: bool | str | Path = False) -> Manifest:
    """Load a manifest from a JSON, YAML or TOML file; raises ManifestError with every fault and its line.

    Files that it includes are named from its folder, and are in it or below. With `cache`, which is a folder, or True
    for one among the user's caches, a manifest without faults is kept there, parsed; as long as none of its files has
    changed, it is then loaded without being checked again, and read as far as it is used.
    """
    files = Files(Path(path))
    if cache is False:
        return load_manifest(files.document(), files.document)
    from pristine.config import cached

    folder = cached.user_folder() if cache is True else Path(cache)
    return cached.recalled(files, folder) or cached.kept(files, folder)


def read_manifest_document(path: str | Path) -> dict[str, Any]:
    """What a manifest says, as one document with all that it includes; raises what `load_manifest_file` raises."""
    files = Files(Path(path))
    load_manifest(files.document(), files.document)
    return merged(files.document(), files.document)


class Files:
    """The files of a manifest, "" for its own. Each is read once: what is parsed is what was compared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._contents: dict[str, bytes] = {}
        self._left = LARGEST

    def contents(self, name: str = "") -> bytes:
        """The bytes of a file; raises DocumentError."""
        if name not in self._contents:
            self._contents[name] = contents(self._placed(name), self._left)
            self._left -= len(self._contents[name])
        return self._contents[name]

    def document(self, name: str = "") -> Document:
        """What a file says; raises DocumentError."""
        path = self._placed(name)
        notation_of(path)
        return parsed(path, self.contents(name))

    def _placed(self, name: str) -> Path:
        if not name:
            return self.path
        home = self.path.parent
        try:
            inside = (home / name).resolve().is_relative_to(home.resolve())
        except (OSError, ValueError):
            inside = False
        if not inside:
            raise DocumentError(f"{name!r}: an included file is in the folder of the manifest, or below", source=name)
        return home / name


def notation_of(path: Path) -> str:
    """What a file is written in, by its suffix; raises DocumentError where there is no reader for it."""
    notation = {".yml": "yaml"}.get(path.suffix.lower(), path.suffix.lower().removeprefix("."))
    if not is_known(_READERS, notation):
        known = ", ".join(sorted(found(_READERS)))
        raise DocumentError(f"{path}: not a kind of file that is known: {known}", source=str(path))
    return notation


def contents(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a file; raises DocumentError where it cannot be read, or has more than `most`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", source=str(path)) from error
    if len(data) > most:
        raise DocumentError(f"{path}: more than {LARGEST // 2**20} MiB, included files and all", source=str(path))
    return data


def parsed(path: Path, data: bytes) -> Document:
    """What the bytes of a file say; raises DocumentError."""
    reader: DocumentReader = load(_READERS, notation_of(path), "document reader")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 at byte {error.start}", source=str(path)) from error
    return reader(text, str(path))
