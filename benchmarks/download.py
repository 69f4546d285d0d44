"""What a file costs: `.to_file` beside the same transport in a bare loop that writes to a file, in one run, as ratios.

    python benchmarks/download.py [--size MIB] [--rounds N] [--folder DIR]

The body is a sparse file, sent by `sendfile` from a process of its own. Every download is made by a fresh process,
which warms up with a small one; extra memory is its peak above what it had then. `.to_file` brings the file to the disk
(fsync), which the bare loops do not. The contestants take turns; the figures are medians over the rounds.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx

import pristine

MIB: Final = 1024 * 1024
WARM: Final = MIB
MANIFEST: Final = {
    "name": "bench",
    "endpoints": {"file": {"method": "GET", "path": "/{size}", "streaming": {"format": "bytes"}}},
}


# -- the server --------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Send as many bytes as the path says; the URL is the first line of output."""
    with tempfile.TemporaryFile() as file, socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection, file.fileno()), daemon=True).start()


def answer(connection: socket.socket, file: int) -> None:
    with connection:
        while b"\r\n\r\n" in (head := connection.recv(65536)):
            size = int(head.split(b" ")[1][1:])
            if os.fstat(file).st_size < size:
                os.ftruncate(file, size)
            fields = f'Content-Length: {size}\r\nETag: "{size}"\r\nContent-Type: application/octet-stream'
            connection.sendall(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode())
            sent = 0
            while sent < size:
                sent += os.sendfile(connection.fileno(), file, sent, min(size - sent, MIB))


# -- the contestants: each downloads so many bytes to a path -----------------------------------------------------------


def bare_httpx(url: str, target: Path) -> Callable[[int], None]:
    transport = httpx.HTTPTransport()

    def run(size: int) -> None:
        response = transport.handle_request(httpx.Request("GET", f"{url}/{size}"))
        with target.open("wb", buffering=0) as file:
            for chunk in response.stream:  # type: ignore[union-attr]
                file.write(chunk)
        response.close()

    return run


def bare_httpx_async(url: str, target: Path) -> Callable[[int], None]:
    runner, transport = asyncio.Runner(), httpx.AsyncHTTPTransport()

    async def download(size: int) -> None:
        response = await transport.handle_async_request(httpx.Request("GET", f"{url}/{size}"))
        with target.open("wb", buffering=0) as file:
            async for chunk in response.stream:  # type: ignore[union-attr]
                file.write(chunk)
        await response.aclose()

    return lambda size: runner.run(download(size))


def bare_aiohttp(url: str, target: Path) -> Callable[[int], None]:
    runner = asyncio.Runner()

    async def download(size: int) -> None:
        async with aiohttp.ClientSession() as client, client.get(f"{url}/{size}") as response:
            with target.open("wb", buffering=0) as file:
                async for chunk in response.content.iter_any():
                    file.write(chunk)

    return lambda size: runner.run(download(size))


def to_file(url: str, target: Path) -> Callable[[int], None]:
    api = pristine.Pipeline(pristine.load_manifest(MANIFEST), pristine.context(base_url=url))

    def run(size: int) -> None:
        with api.execute_stream("file", path_params={"size": size}) as response:
            response.to_file(target)

    return run


def to_file_async(transport: str, url: str, target: Path) -> Callable[[int], None]:
    runner, manifest = asyncio.Runner(), pristine.load_manifest(MANIFEST)

    async def download(size: int) -> None:
        context = pristine.context(base_url=url, transport=transport)
        async with (
            pristine.AsyncPipeline(manifest, context) as api,
            api.execute_stream("file", path_params={"size": size}) as response,
        ):
            await response.to_file(target)

    return lambda size: runner.run(download(size))


BARE: Final[dict[str, Callable[[str, Path], Callable[[int], None]]]] = {
    "httpx, blocking": bare_httpx,
    "httpx, async": bare_httpx_async,
    "aiohttp, async": bare_aiohttp,
}
OURS: Final[dict[str, Callable[[str, Path], Callable[[int], None]]]] = {
    "httpx, blocking": to_file,
    "httpx, async": lambda url, target: to_file_async("httpx", url, target),
    "aiohttp, async": lambda url, target: to_file_async("aiohttp", url, target),
}


# -- the measurement ---------------------------------------------------------------------------------------------------


def measure(kind: str, name: str, url: str, target: Path, size: int) -> None:
    """Print the seconds of one download and the MiB of memory that it took at its peak."""
    run = (OURS if kind == "ours" else BARE)[name](url, target)
    run(WARM)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before, began = memory("VmRSS"), time.perf_counter()
    run(size)
    seconds = time.perf_counter() - began
    assert target.stat().st_size == size
    print(json.dumps([seconds, memory("VmHWM") - before]))


def memory(kind: str) -> float:
    """A line of this process's memory, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def apart(*arguments: str) -> Any:
    """Run a measurement in a process of its own."""
    ended = subprocess.run([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True)
    return json.loads(ended.stdout)


def rounds(url: str, folder: Path, size: int, count: int) -> dict[tuple[str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(count):
        for kind, name in random.sample([(kind, name) for kind in ("bare", "ours") for name in BARE], 2 * len(BARE)):
            target = folder / "file"
            seconds, extra = apart("--measure", kind, name, url, str(target), str(size))
            target.unlink()
            found.setdefault((kind, name), []).append((seconds, extra))
    return found


def table(found: dict[tuple[str, str], list[tuple[float, float]]], size: int) -> None:
    print("| transport | bare MiB/s | .to_file MiB/s | ratio | bare extra MiB | .to_file extra MiB (worst) |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in BARE:
        bare, ours = (statistics.median(one for one, _ in found[kind, name]) for kind in ("bare", "ours"))
        peaks = [max(extra for _, extra in found[kind, name]) for kind in ("bare", "ours")]
        speeds = f"{size / MIB / bare:.0f} | {size / MIB / ours:.0f} | {bare / ours:.2f}"
        print(f"| {name} | {speeds} | {peaks[0]:.1f} | {peaks[1]:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="a download beside the bare transport")
    parser.add_argument("--size", type=int, default=2048, help="MiB (2048)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where to write; a temporary one unless given")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
    elif options.measure:
        kind, name, url, target, size = options.measure
        measure(kind, name, url, Path(target), int(size))
    else:
        with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                    url = server.stdout.readline().strip()
                    table(rounds(url, Path(folder), options.size * MIB, options.rounds), options.size * MIB)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
