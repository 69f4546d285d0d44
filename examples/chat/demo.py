"""What `make demo` runs: one call and one stream over real HTTP, against server.py in a process of its own.

Everything that is printed happened: the numbers are the response's, and the code shown is the code that ran.
However this ends, the server ends with it: its stdin is a pipe that only this process holds.
"""

import inspect
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import Timer
from typing import Final, NoReturn

import pristine
from pristine.adapters.telemetry import RecordingTelemetry

HERE: Final = Path(__file__).resolve().parent
LONGEST: Final = 30.0
"""Seconds after which the server is ended in any case, and with it whatever waits for it."""


def stream(api: pristine.Pipeline, prompt: str) -> pristine.StreamResponse:
    """Print the words as they arrive. The code that the demo shows is taken from here."""
    with api.execute_stream("stream_chat", {"prompt": prompt}) as response:
        for event in response:
            print(event.json()["text"], end="", flush=True)
    return response


def demonstrate(url: str) -> None:
    """A call, a stream, and what there is to know about the stream."""
    telemetry = RecordingTelemetry()
    context = pristine.context(base_url=url, transport="httpx", telemetry=telemetry)
    with pristine.Pipeline(pristine.load_manifest_file(HERE / "manifest.json"), context) as api:
        reply = api.execute("create_chat", {"prompt": "Hello"})
        print(f"create_chat  {reply.id}, {reply.usage.words} words")
        print("stream_chat  ", end="")
        report(stream(api, "Hello"), telemetry)


def report(response: pristine.StreamResponse, telemetry: RecordingTelemetry) -> None:
    """The facts, a line each, and the code."""
    first = next(signal for signal in telemetry.signals if signal.name == "stream.first_event")
    print(f"\n\nstatus       {response.status}")
    print(f"events       {response.events_received}")
    print(f"first event  after {1000 * first.attributes['duration']:.1f} ms")
    print(f"bytes        {response.bytes_received}")
    print("the code     three lines of examples/chat/demo.py, over the manifest beside it:\n")
    print(textwrap.indent(three_lines(), "    "), end="")


def three_lines() -> str:
    """The `with` statement of `stream`, from its source."""
    return textwrap.dedent("".join(inspect.getsourcelines(stream)[0][2:5]))


@contextmanager
def chat_server() -> Iterator[str]:
    """Run server.py; gives its URL."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        watchdog = Timer(LONGEST, server.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            if not url:
                raise SystemExit("the chat server did not start")
            print(f"server       {url} (process {server.pid})")
            yield url
        finally:
            watchdog.cancel()
            server.kill()


def stop(number: int, _: object) -> NoReturn:
    """End on a signal by way of every `finally`."""
    raise SystemExit(128 + number)


def main() -> None:
    """Run the demo; exits with 0 only if all of it worked."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True, errors="replace")
    with chat_server() as url:
        try:
            demonstrate(url)
        except pristine.PristineError as error:
            raise SystemExit(f"\nthe demo failed: {error!r}") from error


if __name__ == "__main__":
    main()
