"""`pristine generate` and `pristine new`: the files of a package on the disk. What is the author's is never touched.

What was generated is known by its record. A file that is not in it, or that somebody has changed, is not overwritten
unasked.
"""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import attrs

from pristine import __version__
from pristine.cli.docs import text_like
from pristine.cli.failures import one_line
from pristine.cli.output import counted, write_line
from pristine.codegen.sdk import skeleton
from pristine.codegen.sdk.package import RECORD, Package, check_name, digest, package
from pristine.config import read_manifest_document
from pristine.ports.errors import ConfigurationError


@attrs.frozen
class Found:
    """A generated file that is not as it should be: where, and why."""

    path: str
    why: str
    is_by_hand: bool = False

    def __str__(self) -> str:
        return one_line(f"{self.path}: {self.why}")


def generate(manifest: str, out: str, name: str, *, check: bool, force: bool) -> bool:
    """Write the package of a manifest, or only tell what would change; gives whether it was, or is, as it should be."""
    made = package(read_manifest_document(manifest), name, text_like=text_like, version=__version__)
    folder = Path(out)
    if not check:
        _write(made, folder, force=force)
        return True
    found = list(_differences(made, folder))
    for one in found:
        write_line(str(one))
    return not found


def new(name: str, out: str | None) -> None:
    """Write a skeleton: a manifest, and the package that is generated from it."""
    name = name.replace("-", "_")
    check_name(name)
    folder = Path(out or name)
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(
            f"{folder} is there already, and not empty: give another one with --out", setting="out"
        )
    _save(folder, skeleton.files(name))
    made = package(read_manifest_document(folder / "manifest.yaml"), name, text_like=text_like, version=__version__)
    _write(made, folder, force=False)
    write_line(f"next: cd {one_line(str(folder))}, change manifest.yaml, make generate, make test")


# -- what is there -----------------------------------------------------------------------------------------------------


def _differences(made: Package, folder: Path) -> Iterator[Found]:
    """The generated files that are missing, old, changed by hand, or no longer wanted."""
    known = _recorded(folder)
    for path, text in made.generated.items():
        here = _digest(folder, path)
        if here is None:
            yield Found(path, "is missing")
        elif here != digest(text) and path == RECORD:
            yield Found(path, "is stale")  # it says what the others are, so nobody changes it by hand alone
        elif here != digest(text):
            by_hand = here != known.get(path)
            yield Found(path, "was changed by hand" if by_hand else "is stale", by_hand)
    for path in known.keys() - made.generated.keys():
        if (here := _digest(folder, path)) is not None:
            by_hand = here != known[path]
            yield Found(path, "is of what the manifest no longer has", by_hand)


def _digest(folder: Path, path: str) -> str | None:
    """The digest of a file, None where there is none; raises ConfigurationError for one outside of the folder."""
    place = folder / path
    if not place.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{RECORD} names a file outside of {folder}: {path!r:.100}", setting="out")
    if not place.is_file():
        return None
    return sha256(place.read_bytes()).hexdigest()


_DIGEST = re.compile(r"[0-9a-f]{64}")


def _recorded(folder: Path) -> Mapping[str, str]:
    """The digests of what was generated; raises ConfigurationError for a record that is none."""
    try:
        files = json.loads((folder / RECORD).read_bytes())["files"]
        if all(isinstance(path, str) and _DIGEST.fullmatch(one) for path, one in files.items()):
            return dict(files)
    except FileNotFoundError:
        return {}
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise ConfigurationError(f"{folder / RECORD} is not as it was written: restore it, or remove it", setting="out")


# -- what is written ---------------------------------------------------------------------------------------------------


def _write(made: Package, folder: Path, *, force: bool) -> None:
    found = list(_differences(made, folder))
    if (by_hand := [one.path for one in found if one.is_by_hand]) and not force:
        listed = ", ".join(by_hand[:5])
        raise ConfigurationError(f"{listed}: not generated, or changed by hand; --force overwrites", setting="out")
    gone = [one.path for one in found if one.path not in made.generated]
    wanted = {one.path for one in found} - {*gone}
    _save(folder, {path: made.generated[path] for path in (*sorted(wanted), RECORD)})
    missing = {path: text for path, text in made.authored.items() if not (folder / path).exists()}
    _save(folder, missing)
    for path in gone:
        _remove(folder, path)
    told = [f"wrote {counted(len(wanted - {RECORD}), 'generated file')}"]
    told += [f"{counted(len(missing), 'file')} for the author"] if missing else []
    told += [f"removed {', '.join(sorted(gone))}"] if gone else []
    write_line(one_line(f"{folder}: {'; '.join(told)}; {len(made.generated)} in all are generated"))


def _save(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())


def _remove(folder: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty."""
    place = folder / path
    place.unlink()
    for parent in place.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
