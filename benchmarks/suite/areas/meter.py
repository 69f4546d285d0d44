"""What a stretch of work takes: CPU of this process, time on the wall, and how busy the server's core was meanwhile."""

import gc
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Figures = dict[str, float]


@contextmanager
def metered(root: str | None = None) -> Iterator[Figures]:
    """Seconds of CPU and wall for what is inside, and the server's share of its core in percent; filled at the end.

    What came before is collected first: who has loaded more would else pay for that in the middle of a few calls.
    """
    taken: Figures = {}
    gc.collect()
    served = server_cpu(root) if root else 0.0
    cpu, wall = time.process_time(), time.perf_counter()
    yield taken
    taken["cpu"], taken["wall"] = time.process_time() - cpu, time.perf_counter() - wall
    if root:
        taken["server"] = 100 * (server_cpu(root) - served) / taken["wall"]


def attempted(work: Callable[..., Figures], *arguments: Any) -> Any:
    """What the work gives, or its error in place of figures, so that one scenario does not end the others."""
    try:
        return work(*arguments)
    except Exception as error:  # noqa: BLE001 whatever a library raises is told in its place
        return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:200]}


def each(taken: Figures, count: int, unit: float = 1e6) -> Figures:
    """The figures of one out of so many; `unit` makes microseconds of seconds."""
    times = {key: taken[key] / count * unit for key in ("cpu", "wall")}
    return taken | times


def server_cpu(root: str) -> float:
    """Seconds of CPU that the load server has used."""
    parts = urlsplit(root)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as peer:
        peer.sendall(b"GET /cpu HTTP/1.1\r\n\r\n")
        return float(peer.recv(4096).partition(b"\r\n\r\n")[2])


def memory(kind: str) -> float:
    """A line of this process's memory, in MiB; nothing where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def forget_peak() -> None:
    """Count the peak of this process's memory anew."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5", encoding="ascii")
