"""What goes to stdout: values, events, and the summary of a manifest. UTF-8 whatever the locale, flushed at once."""

import contextlib
import errno
import io
import json
import os
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from pristine.manifest.model import Endpoint, Manifest
from pristine.ports.errors import PristineError
from pristine.ports.events import Event
from pristine.ports.model import Model
from pristine.ports.serializer import Serializer


def show_value(value: Any, serializer: Serializer, *, as_json: bool) -> None:
    """Print a value: JSON, text as it is, bytes as they are, nothing for no content.

    As JSON it is one line, and bytes are `{"base64": "…"}`.
    """
    if value is None:
        return
    if as_json:
        plain = {"base64": b64encode(value).decode()} if isinstance(value, bytes) else _plain(value, serializer)
        write_line(_compact(plain))
    elif isinstance(value, bytes):
        write(value)
    elif isinstance(value, str):
        write_line(value.removesuffix("\n"))
    else:
        write_line(json.dumps(_plain(value, serializer), ensure_ascii=False, indent=2, default=_wire))


def show_event(event: Event, *, as_json: bool, raw: bool = False) -> None:
    """Print an event: its data, after its type where it has one; as JSON, one object on a line; raw, as it is."""
    if raw and not as_json:
        write(event.raw)
    elif as_json:
        write_line(_compact({"event": event.event, "data": event.data, "id": event.id, "retry": event.retry}))
    else:
        write_line(event.data if event.is_message else f"{event.event}: {event.data}")


def show_manifest(manifest: Manifest) -> None:
    """Print what a manifest holds: a line for the whole, and one for each endpoint."""
    write_line("\n".join(_summary(manifest)))


def _summary(manifest: Manifest) -> Iterator[str]:
    title = " ".join(filter(None, (manifest.name, manifest.version)))
    streams = sum(endpoint.streaming is not None for endpoint in manifest.endpoints.values())
    counts = (counted(len(manifest.endpoints), "endpoint"), counted(streams, "stream"))
    yield f"{title}: {', '.join(counts)}, {counted(len(manifest.types), 'type')}"
    if manifest.description:
        yield " ".join(manifest.description.split())
    yield from in_columns(map(_row, manifest.endpoints.values()))


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    mark = "stream" if endpoint.streaming else ""
    return endpoint.id, endpoint.method, endpoint.path, mark, " ".join(endpoint.description.split())


def in_columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Each row as a line, its cells below those of the row before it."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def counted(number: int, what: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _plain(value: Any, serializer: Serializer) -> Any:
    """The value without Models, by the Context's serializer."""
    if isinstance(value, Model | list | dict):
        # A server may say what a request may not, such as a lone surrogate: then `_wire` unwraps it.
        with contextlib.suppress(PristineError):
            return serializer.decode(serializer.encode(value))
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_wire)


def _wire(model: Any) -> dict[str, Any]:
    return {name: model[name] for name in model}


# -- bytes on their way out --------------------------------------------------------------------------------------------


def write_line(text: str) -> None:
    """Write text and a line break; a lone surrogate becomes the escape that JSON has for it."""
    write(f"{text}\n".encode("utf-8", "backslashreplace"))


def write(data: bytes) -> None:
    """Write bytes to stdout, now."""
    stdout = getattr(sys.stdout, "buffer", None)
    if stdout is None:
        raise OSError(errno.EBADF, "stdout is closed")
    stdout.write(data)
    stdout.flush()


def flush() -> None:
    """Send on what others wrote to stdout, so that a failure shows while it can still be told."""
    with contextlib.suppress(AttributeError):  # sys.stdout is None where the process was started without one
        sys.stdout.flush()


def in_utf8() -> None:
    """Let text be written in UTF-8, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def abandon(stream: TextIO) -> None:
    """Point a stream that cannot be written to nowhere, or the interpreter would complain about it at its exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
