"""What a manifest says of a stream: its format, the types in it, how it ends, and whether it is gone on with."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.model import Reconnect, StreamFormat, Streaming
from pristine.manifest.reading import (
    Cursor,
    MappingOf,
    OrNull,
    Reader,
    TupleOf,
    anything,
    count,
    flag,
    one_of,
    record,
    text,
    wait,
)
from pristine.manifest.types import TypeReader
from pristine.ports.patterns import pattern


def streaming(types: TypeReader) -> Reader:
    """A reader of `streaming`: true, or its options."""

    def read(at: Cursor) -> Streaming | None:
        if isinstance(at.value, bool):
            return Streaming() if at.value else None
        found = record({**STREAMING_KEYS, "items": types.read, "events": MappingOf(types.read)})(at)
        format = found.get("format", StreamFormat.SSE)
        for key in (key for key in found if format not in EFFECTIVE.get(key, {format})):
            at.child(key, found[key]).fault(f"has no effect on a stream of {format}")
        options: dict[str, Any] = {key: found.pop(key) for key in ("dispatch_empty", "max_event_bytes") if key in found}
        return Streaming(**found, options=options)

    return read


_SSE: Final = frozenset({StreamFormat.SSE})
_JSON: Final = frozenset({StreamFormat.SSE, StreamFormat.NDJSON, StreamFormat.JSON_ARRAY})
EFFECTIVE: Final[Mapping[str, frozenset[StreamFormat]]] = {
    "dispatch_empty": _SSE,
    "events": _SSE,
    "reconnect": _SSE,
    "items": _JSON,
    "done": _JSON | {StreamFormat.LINES},
    "max_event_bytes": _JSON | {StreamFormat.LINES},
    "media_types": frozenset(StreamFormat) - {StreamFormat.BYTES},
}
"""Streaming keys that mean something for some formats only."""


def _reconnect(at: Cursor) -> Reconnect | None:
    if isinstance(at.value, bool):
        return Reconnect() if at.value else None
    return Reconnect(**record(RECONNECT_KEYS)(at))


def _when(at: Cursor) -> Mapping[str, Any]:
    found: Mapping[str, Any] = MappingOf(anything)(at)
    if at.value == {}:
        at.fault('must name the fields of the payload that ask for the stream, such as {"stream": true}')
    return found


MEDIA_TYPE: Final = pattern(r"[\w.+-]+/([\w.+-]+|\*)", re.ASCII)


def media_type(at: Cursor) -> str:
    """A media type without parameters."""
    found = text(at).lower()
    if not MEDIA_TYPE.fullmatch(found):
        at.fault("must be a media type, such as text/plain, without parameters")
    return found


def _stream_format(at: Cursor) -> StreamFormat:
    found = one_of(*StreamFormat)(at)
    return StreamFormat(found) if found in set(StreamFormat) else StreamFormat.SSE


STREAMING_KEYS: Final[Mapping[str, Reader]] = {
    "format": _stream_format,
    "dispatch_empty": flag,
    "max_event_bytes": OrNull(count),
    "done": text,
    "reconnect": _reconnect,
    "when": _when,
    "media_types": TupleOf(media_type),
}

RECONNECT_KEYS: Final[Mapping[str, Reader]] = {"max_attempts": count, "delay": wait}
