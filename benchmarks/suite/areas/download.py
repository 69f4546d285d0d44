"""A file to the disk: CPU of each GiB, speed, and the memory that it takes beyond that of a small one."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures, forget_peak, memory, metered

MIB: Final = 1 << 20
SIZE: Final = 256 * MIB


def on_a_loop(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Async; `effort` is the part of 256 MiB that is loaded."""

    def save(url: str, path: Path) -> None:
        async def saved() -> None:
            contestant = contestants.opened(name, "async", url)
            await contestant.save(path)
            await contestant.close()

        asyncio.run(saved())

    return _measured(save, root, effort)


def blocking(name: str, root: str, effort: float) -> dict[str, Figures]:
    def save(url: str, path: Path) -> None:
        contestant = contestants.opened(name, "blocking", url)
        contestant.save(path)
        contestant.close()

    return _measured(save, root, effort)


def _measured(save: Callable[[str, Path], None], root: str, effort: float) -> dict[str, Figures]:
    size = max(MIB, int(SIZE * effort))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        save(f"{root}/file,{MIB}", path)
        path.unlink()
        forget_peak()
        before = memory("VmRSS")
        with metered(root) as taken:
            save(f"{root}/file,{size}", path)
        assert path.stat().st_size == size
        taken["rss"] = memory("VmHWM") - before
    per_gib = taken["cpu"] / size * 1024 * MIB
    return {"file": taken | {"cpu": per_gib, "speed": size / 1e6 / taken["wall"]}}
