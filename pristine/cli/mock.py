"""`pristine mock`: serves until it is interrupted, and prints a line for each request. No line shows a secret."""

from queue import SimpleQueue

from pristine.cli.failures import one_line
from pristine.cli.output import counted, write_line
from pristine.manifest.model import Manifest
from pristine.testing.mock import MockServer, Received


def serve(manifest: Manifest, *, host: str, port: int, seed: int, polls: int | None = None) -> None:
    """Serve a manifest until KeyboardInterrupt, which is raised once every socket is closed."""
    calls: SimpleQueue[Received] = SimpleQueue()
    with MockServer(manifest, seed, host=host, port=port, polls=polls, history_size=0, on_call=calls.put) as server:
        title = " ".join(filter(None, (manifest.name, manifest.version)))
        write_line(f"{server.url} is {one_line(title)}: {counted(len(manifest.endpoints), 'endpoint')}; Ctrl-C ends it")
        while True:
            write_line(one_line(shown(calls.get())))


def shown(call: Received) -> str:
    """A line for a call: method, path, endpoint, status, and why it was refused."""
    status = "reset" if call.status is None else call.status
    refused = f": {call.refused}" if call.refused else ""
    return f"{call.method} {call.shown_path}  {call.endpoint or '-'}  {status}{refused}"
