"""Processes that load a file within bounds of memory and time, and tell what became of it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import attrs
import pytest

import pristine

MEMORY: Final = 2**30

CHILDREN: Final = """
import importlib, json, os, resource, sys, time
import pristine
import pristine.adapters.toml, pristine.adapters.yaml

module, function = sys.argv[2].split(":")
load, errors = getattr(importlib.import_module(module), function), (pristine.PristineError,)

def fate(path):
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    began = time.process_time()
    try:
        load(path)
        told = "accepted"
    except errors as error:
        told = str(error)
    print(json.dumps({"seconds": time.process_time() - began, "told": told}), end="", flush=True)

for line in sys.stdin:
    if (child := os.fork()) == 0:
        fate(line.rstrip())
        os._exit(0)
    print("", os.waitpid(child, 0)[1], sep="\\t", flush=True)
"""
"""For each path that it reads, a process that has imported what it needs; how it ended is told after what it said."""


@attrs.frozen
class Fate:
    seconds: float
    told: str


Become: TypeAlias = Callable[[Path], Fate]


@pytest.fixture(scope="module")
def children(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["subprocess.Popen[str]"]:
    """What starts the processes, which takes longer than most of them. A module may say what loads its files."""
    load = getattr(request.module, "LOADS", "pristine:load_manifest_file")
    command = [sys.executable, "-c", CHILDREN, str(MEMORY), load]
    root, pipe = Path(pristine.__file__).parents[1], subprocess.PIPE
    with (
        (tmp_path_factory.mktemp("children") / "said").open("w+") as said,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=said, text=True, cwd=root) as children,
    ):
        yield children
        assert children.stdin
        children.stdin.close()
        assert children.wait() == 0
        said.seek(0)
        assert said.read() == ""


@pytest.fixture
def fate(children: "subprocess.Popen[str]") -> Become:
    """What becomes of a file, in another process."""

    def become(path: Path) -> Fate:
        assert children.stdin
        assert children.stdout
        print(path, file=children.stdin, flush=True)
        said, _, status = children.stdout.readline().rpartition("\t")
        assert status == "0\n", f"it ended with {status}"
        return Fate(**json.loads(said))

    return become
