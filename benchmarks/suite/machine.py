"""The machine that figures are of: its processor, its system, the versions of what was measured, and its cores."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""Where processes begin, so that they find this package."""

MEASURED: Final = (
    "pristine-sdk",
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "aiohttp",
    "pyreqwest",
    "openai",
    "anthropic",
    "google-genai",
    "attrs",
    "cattrs",
    "msgspec",
    "orjson",
    "pydantic",
)


def cores(process: int = 0) -> tuple[int | None, int | None]:
    """The first core and the last that a process may use; None where processes cannot be told where to run."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    free = sorted(os.sched_getaffinity(process))
    return free[0], free[-1]


def pin(core: int | None) -> None:
    """Stay on a core from now on."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def described() -> dict[str, Any]:
    """The machine, as the page shows it."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {name: found for name in MEASURED if (found := _version(name))},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def environment() -> dict[str, str]:
    """Of each contestant's process: no proxies, and an allocator that keeps the memory that it has.

    asyncio receives into 256 KiB of fresh memory, and whether glibc gives that back to the system each time is a matter
    of luck, process by process, that costs up to 40 % of a small call.
    """
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    sizes = {"MALLOC_TRIM_THRESHOLD_": str(16 << 20), "MALLOC_MMAP_THRESHOLD_": str(16 << 20)}
    return kept | sizes | {"PYTHONHASHSEED": "0"}
