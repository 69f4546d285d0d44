"""The load server, and what it says."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.suite import machine


@contextmanager
def running(core: int | None) -> Iterator[str]:
    """The URL of a load server in a process of its own, on this core if one is given. It ends with its stdin."""
    command = [sys.executable, "-m", __name__, *(["--core", str(core)] if core is not None else [])]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, cwd=machine.ROOT, env=machine.environment()) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
