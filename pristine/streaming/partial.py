"""A file that is not whole yet: `NAME.part` beside its target, with `NAME.part.json`, which says of what it is a part.

One download at a time has it, by a lock that ends with its process. The target is touched once, by the rename at the
end. Whatever the file system refuses is a FileError.
"""

import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import attrs

from pristine.ports.errors import FileError
from pristine.streaming.ranges import ALGORITHMS, Entity, hasher

try:
    import fcntl
except ImportError:  # not on Windows, where one download for each target is the caller's to see to
    fcntl = None  # type: ignore[assignment]

StrPath: TypeAlias = "str | os.PathLike[str]"

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_BATCH: Final = 32 * 1024 * 1024
"""How many bytes may wait in memory before the system is told to bring them to the disk: the fsync is then short.

To tell it has its price, whatever the number: at 8 MiB it was a tenth of what a download takes.
"""

_ADVICE: Final[Mapping[int, str]] = {
    errno.ENOSPC: "make room, and call again: what is there is gone on with if the server allows it",
    errno.EDQUOT: "make room, and call again: what is there is gone on with if the server allows it",
    errno.EFBIG: "files may not be so large here: choose another place, or raise the limit",
    errno.ENOENT: "make the folder first",
    errno.ENOTDIR: "part of the path is no folder: choose another place",
    errno.EACCES: "choose a place that may be written to, or change its permissions",
    errno.EPERM: "choose a place that may be written to, or change its permissions",
    errno.EROFS: "choose a place that may be written to",
    errno.ELOOP: "it is a symbolic link: remove it",
    errno.ENAMETOOLONG: "choose a shorter name",
}
_NO_FOLDER_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM}


def file_error(path: object, doing: str, error: OSError) -> FileError:
    """The FileError for what the file system said."""
    advice = _ADVICE.get(error.errno or 0, "")
    told = f"{path}: {doing} failed: {error.strerror or error}{f'; {advice}' if advice else ''}"
    return FileError(told, path=str(path), errno=error.errno)


@contextmanager
def filing(path: object, doing: str) -> Iterator[None]:
    """What fails in here is a FileError."""
    try:
        yield
    except OSError as error:
        raise file_error(path, doing, error) from error


class Partial:
    """The file beside a target, locked. `size` is how much of it is there."""

    def __init__(self, target: Path, part: Path, fd: int) -> None:
        self.target = target
        self._part = part
        self._record = part.with_name(f"{part.name}.json")
        self._fd = fd
        self._mode = _mode(target)
        self._synced = self.size = os.fstat(fd).st_size

    @classmethod
    def open(cls, path: StrPath) -> Self:
        """Open and lock it; raises FileError where another download has it, or the target is no file."""
        target = Path(os.path.realpath(path))  # a link stays one: the file that it leads to is replaced
        part = target.with_name(f"{target.name}.part")
        with filing(target, "looking at it"):
            _mode(target)
        with filing(part, "opening it"):
            fd = _locked(part)
            try:
                opened = cls(target, part, fd)
                if opened._mode is not None:
                    part.chmod(opened._mode | stat.S_IRUSR | stat.S_IWUSR)
                return opened
            except BaseException:
                os.close(fd)
                raise

    def entity(self, url: str) -> Entity | None:
        """What it is a part of, if that is of this URL; None where that is not known."""
        try:
            found: Any = json.loads(self._record.read_bytes())
            if found.pop("url") != url:
                return None
            return Entity(str(found["validator"]), _whole(found["total"]), _digests(found["digests"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def begin(self, url: str, entity: Entity) -> None:
        """Empty it, and note of what it will be a part; of what cannot be gone on with, nothing is noted."""
        with filing(self._part, "emptying it"):
            os.ftruncate(self._fd, 0)
        self._synced = self.size = 0
        with filing(self._record, "writing it"):
            if entity.validator is None:
                self._record.unlink(missing_ok=True)
            else:
                known = {"url": url, **attrs.asdict(entity)}
                known.pop("ends")
                self._record.write_text(json.dumps(known), encoding="utf-8")

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes."""
        try:
            while data:
                written = os.write(self._fd, data)
                self.size += written
                data = memoryview(data)[written:] if written < len(data) else b""
            if self.size - self._synced >= _BATCH:
                self._start_syncing()
        except OSError as error:
            raise file_error(self._part, "writing it", error) from error

    def _start_syncing(self) -> None:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._fd, self._synced, self.size - self._synced, os.POSIX_FADV_DONTNEED)
        self._synced = self.size

    def digest(self, name: str) -> Any:
        """A running digest that has taken what is there."""
        running = hasher(name)
        with filing(self._part, "reading it"), self._part.open("rb") as file:
            file_digest(file, lambda: running)
        return running

    def commit(self) -> None:
        """It is whole: bring it to the disk, and put it in the target's place."""
        with filing(self._part, "bringing it to the disk"):
            os.fsync(self._fd)
            if self._mode is not None:
                self._part.chmod(self._mode)
        if os.name == "nt":  # it renames no open file
            self.close()
        with filing(self.target, "putting it in place"):
            self._part.replace(self.target)
            _sync_folder(self.target.parent)
        with suppress(OSError):  # a note without its file says nothing
            self._record.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove it: it cannot be gone on with."""
        with suppress(OSError):
            if _is_at(self._part, self._fd):
                self._record.unlink(missing_ok=True)
                self._part.unlink()

    def close(self) -> None:
        """Let go of it, and of the lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _mode(target: Path) -> int | None:
    """The permissions of an existing target; raises OSError for what is not a file, such as a folder or a device."""
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise OSError(errno.EISDIR, "it is a folder: give the path of a file")
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "it is not a regular file: open it, and use write_to")
    return stat.S_IMODE(found) & 0o777


def _locked(part: Path) -> int:
    """Open the file and lock it; the one that is opened may have been renamed by its owner before it was locked."""
    while True:
        fd = os.open(part, _FLAGS, 0o666)
        try:
            if fcntl is not None:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(part, fd):
                return fd
        except BlockingIOError as error:
            os.close(fd)
            raise OSError(errno.EBUSY, "another download is writing it: wait for that one to end") from error
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _is_at(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the system has a way to."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno in _NO_FOLDER_SYNC:
            return
        raise
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(fd)


def _whole(total: object) -> int | None:
    if total is None or (isinstance(total, int) and total >= 0):
        return total
    raise TypeError(total)


def _digests(found: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(digest) for name, digest in found.items() if name in ALGORITHMS}
