"""Servers of third parties, each in a process of its own on 127.0.0.1; a test without one is skipped, and says why.

They are no dependency of ours. Python's are looked for in this environment, and in that of the interpreter that
PRISTINE_PEERS_PYTHON names; Node's in the `node_modules` folder that PRISTINE_PEERS_NODE names.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

PYTHON: Final = "PRISTINE_PEERS_PYTHON"
NODE: Final = "PRISTINE_PEERS_NODE"


@contextmanager
def listening(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a server on a socket that listens already, given as the last argument: whoever connects need not wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.set_inheritable(True)
        number = listener.fileno()
        with subprocess.Popen(
            [*command, str(number)],
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        ) as server:
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.kill()


def python_with(package: str) -> str:
    """An interpreter that has a package; skips where there is none."""
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        named = os.environ.get(PYTHON)
        code = f"from importlib import metadata; metadata.version({package!r})"
        if named and subprocess.run([named, "-c", code], capture_output=True, check=False).returncode == 0:
            return named
    else:
        return sys.executable
    pytest.skip(f"{package} is not installed, neither here nor where {PYTHON} points to")


def node_with(package: str) -> tuple[str, Mapping[str, str]]:
    """Node, and the environment in which it finds a package; skips where there is none."""
    node, modules = shutil.which("node"), os.environ.get(NODE, "")
    if node is None or not (modules and (Path(modules) / package).is_dir()):
        pytest.skip(f"{package} is not installed where {NODE} points to, or there is no node")
    return node, {"NODE_PATH": modules}
