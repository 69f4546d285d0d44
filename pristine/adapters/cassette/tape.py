"""The file of a cassette: a line that says how it was made, then a line of JSON for each exchange.

A line is written whole, by one write, when its exchange has ended; whoever comes while another writes leaves the line
to that one, so that nothing waits for a lock, not even a finaliser.
"""

import errno
import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Final

import attrs

from pristine.adapters.cassette.exchange import Exchange, unpacked
from pristine.adapters.cassette.redaction import Rules
from pristine.adapters.per_loop import PerProcess
from pristine.ports.errors import ConfigurationError, DocumentError, FileError

VERSION: Final = 1
_MARK: Final = "pristine-cassette"


class _Waiting:
    """The lines of one process that wait to be written, and the lock of the one who writes them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lines: deque[bytes] = deque()


class Tape:
    """A cassette that is written, by `rules`."""

    count: int = 0
    """How many exchanges there were already."""

    def __init__(self, path: str | os.PathLike[str], rules: Rules, *, append: bool) -> None:
        self.path = Path(path).absolute()
        self._waiting = PerProcess(_Waiting)
        self._fault: FileError | None = None
        try:
            if append and self.path.exists() and self.path.stat().st_size:
                self._go_on(rules)
            else:
                self.path.touch(0o600)  # what a server says is often nobody else's business
                self.path.write_bytes(_line({_MARK: VERSION, **attrs.asdict(rules)}))
        except OSError as error:
            raise ConfigurationError(f"path: {self.path}: {error.strerror}", setting="path") from error

    def _go_on(self, rules: Rules) -> None:
        """Go on with a cassette that is there, without the torn line at its end, if it has one."""
        there, exchanges = read(self.path)
        if there != rules:
            told = f"path: {self.path} was recorded by other rules; record it anew, or give those of its first line"
            raise ConfigurationError(told, setting="path")
        self.count = 1 + max((exchange.number for exchange in exchanges), default=-1)
        os.truncate(self.path, self.path.read_bytes().rfind(b"\n") + 1)

    def write(self, value: Mapping[str, Any]) -> None:
        """Write a line, or leave it to the one who is writing. It raises nothing: `check` does."""
        waiting = self._waiting.get()
        waiting.lines.append(_line(value))
        while waiting.lines and waiting.lock.acquire(blocking=False):
            self._drain(waiting)

    def check(self) -> None:
        """Raise the FileError of a line that could not be written."""
        if self._fault is not None:
            raise self._fault

    def flush(self) -> None:
        """Return when every line is written; raises as `check` does."""
        waiting = self._waiting.get()
        waiting.lock.acquire()
        self._drain(waiting)
        self.check()

    def _drain(self, waiting: "_Waiting") -> None:
        try:
            while waiting.lines:
                self._put(waiting.lines.popleft())
        except OSError as error:
            told = f"{self.path}: {error.strerror}: the recording is not complete"
            self._fault = FileError(told, path=str(self.path), errno=error.errno)
            self._fault.__cause__ = error
        finally:
            waiting.lock.release()

    def _put(self, line: bytes) -> None:
        with self.path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                _write_whole(file, line)
            except OSError:
                file.truncate(before)
                raise


def _write_whole(file: FileIO, line: bytes) -> None:
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read(path: Path) -> tuple[Rules, list[Exchange]]:
    """The rules of a cassette and its exchanges; a line at the end that is torn is left out.

    Raises ConfigurationError where it cannot be read, DocumentError, with its line, for what is no cassette.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise ConfigurationError(f"path: {path}: {error.strerror}", setting="path") from error
    rules = _rules(_parsed(lines[0] if lines else b"null", path, 1), path)
    return rules, [_exchange(line, path, number) for number, line in enumerate(lines[1:], 2) if line.strip()]


def _rules(opening: Any, path: Path) -> Rules:
    if not isinstance(opening, dict) or _MARK not in opening:
        raise DocumentError(f"{path}: it is no cassette", source=str(path), line=1)
    version = opening.pop(_MARK)
    if version != VERSION:
        told = f"{path}: a cassette of version {version}; this is for version {VERSION}: record it again"
        raise DocumentError(told, source=str(path), line=1)
    try:
        return Rules(**opening)
    except (ConfigurationError, TypeError) as error:
        raise DocumentError(f"{path}, line 1: {error}", source=str(path), line=1) from error


def _exchange(line: bytes, path: Path, number: int) -> Exchange:
    try:
        return unpacked(_parsed(line, path, number), number)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        told = f"{path}, line {number}: not an exchange: {error!r}"
        raise DocumentError(told, source=str(path), line=number) from error


def _parsed(line: bytes, path: Path, number: int) -> Any:
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise DocumentError(f"{path}, line {number}: not JSON: {error}", source=str(path), line=number) from error


def _line(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"
