"""Stream formats: what each is called on the wire, and which reader cuts it into events."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from pristine.manifest.model import StreamFormat
from pristine.ports.events import Event
from pristine.ports.values import frozen
from pristine.streaming.json_array import JsonArrayDecoder
from pristine.streaming.lines import LineDecoder
from pristine.streaming.readers import ChunkDecoder, Reader
from pristine.streaming.sse import SSEDecoder


@frozen
class Format:
    """`media_types` are what a server may call it, in order of preference; () is whatever it likes."""

    media_types: tuple[str, ...]
    decoder: Callable[..., Reader[Event]]
    bounded: bool = True
    json: bool = True

    @property
    def accept(self) -> str:
        """The Accept field that asks for it."""
        return ", ".join(self.media_types) or "*/*"

    def takes(self, media_type: str) -> bool:
        """Is this what it may be called? A `text/*` stands for all of them."""
        known = self.media_types
        return not known or media_type in known or f"{media_type.partition('/')[0]}/*" in known


_NDJSON: Final = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")

FORMATS: Final[Mapping[StreamFormat, Format]] = {
    StreamFormat.SSE: Format(("text/event-stream",), SSEDecoder),
    StreamFormat.NDJSON: Format((*_NDJSON, "application/ndjson"), partial(LineDecoder, skip_blank=True)),
    StreamFormat.JSON_ARRAY: Format(("application/json",), JsonArrayDecoder),
    StreamFormat.LINES: Format(("text/*",), LineDecoder, json=False),
    StreamFormat.BYTES: Format((), ChunkDecoder, bounded=False, json=False),
}


def event_reader(format: StreamFormat, max_event_bytes: int | None, options: Mapping[str, Any]) -> Reader[Event]:
    """A fresh reader of a format; the manifest's options are stronger than the Context's bound."""
    found = FORMATS[format]
    bound = {"max_event_bytes": max_event_bytes} if found.bounded else {}
    return found.decoder(**{**bound, **options})
