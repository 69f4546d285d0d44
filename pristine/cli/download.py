"""What `pristine download` shows: a bar on stderr while it goes on, if a person is there, and one line at the end."""

import json
import sys
import time
from typing import Final, Self

from pristine.cli.failures import tell
from pristine.cli.output import write_line
from pristine.streaming.files import Downloaded

_WIDTH: Final = 24
_EVERY: Final = 0.1
"""Seconds between two drawings."""


class Bar:
    """Takes the progress of a download; used in a `with` block, it leaves the line as it found it."""

    def __init__(self) -> None:
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._drawn = False
        self._due = self._began = time.monotonic()
        self._first: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            tell("\r\x1b[K")

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if not self._shown or (now < self._due and done != total):
            return
        if self._first is None:  # what an earlier call had left is not this one's speed
            self._first = done
        self._due, self._drawn = now + _EVERY, True
        tell(f"\r{drawn(done, total, (done - self._first) / max(now - self._began, _EVERY))}\x1b[K")


def drawn(done: int, total: int | None, speed: float) -> str:
    """A bar with the part that is done, or, where the total is unknown, the number of bytes; `speed` is in bytes/s."""
    so_far = f"{in_bytes(done)}, {in_bytes(speed)}/s"
    if not total:
        return so_far
    part = min(done / total, 1.0)
    filled = int(part * _WIDTH)
    return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {int(part * 100):3} % of {in_bytes(total)}: {so_far}"


def in_bytes(number: float) -> str:
    """A number of bytes for people: `0 B`, `1.5 MB`, in powers of 1000."""
    for unit in ("B", "kB", "MB"):
        if number < 999.95:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def show_saved(saved: Downloaded, *, as_json: bool) -> None:
    """Print what was saved, on one line."""
    if as_json:
        facts = {"path": str(saved.path), "size": saved.size, "resumed_from": saved.resumed_from}
        write_line(json.dumps({**facts, "verified": saved.verified}, ensure_ascii=False, separators=(",", ":")))
        return
    told = [f"{saved.size} bytes in {saved.path}"]
    if saved.resumed_from:
        told.append(f"the first {saved.resumed_from} were there")
    told += [f"{name} verified" for name in saved.verified]
    write_line("; ".join(told))
