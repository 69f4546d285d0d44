"""A `console` block, run: a line after `$ ` begins a command, and what follows it is all that a terminal shows then.

A command goes on over lines that end with a backslash or inside quotes. `…` stands for anything that is shown.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROMPT: Final = "$ "
PATIENCE: Final = 30


def commands(body: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and what it shows."""
    lines = body.splitlines(keepends=True)
    while lines:
        first = lines.pop(0)
        assert first.startswith(PROMPT), f"this is no command: {first}"
        command = first.removeprefix(PROMPT)
        while _goes_on(command):
            command += lines.pop(0)
        shown = ""
        while lines and not lines[0].startswith(PROMPT):
            shown += lines.pop(0)
        yield command, shown


def _goes_on(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:  # a quote is open, or a backslash is last
        return True
    return command.endswith("\\\n")


def missing(command: str) -> str | None:
    """The program of a command, where this machine has none: only `curl` may be missing."""
    program = shlex.split(command)[0]
    return program if program == "curl" and shutil.which(program) is None else None


def shown_by(command: str) -> str:
    """Run a command as a shell does, with the programs beside this Python; gives what it prints, errors included."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "NO_PROXY": "127.0.0.1"}
    shell, both = ["/bin/sh", "-c", command], subprocess.STDOUT
    ended = subprocess.run(
        shell, env=environment, timeout=PATIENCE, check=False, stdout=subprocess.PIPE, stderr=both, encoding="utf-8"
    )
    return ended.stdout
