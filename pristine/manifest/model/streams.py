"""Endpoints that answer with a stream."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pristine.manifest.model.basics import NOTHING
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen


class StreamFormat(StrEnum):
    """How a stream's body is cut into events."""

    SSE = "sse"
    NDJSON = "ndjson"
    JSON_ARRAY = "json_array"
    LINES = "lines"
    BYTES = "bytes"


@frozen(kw_only=True)
class Reconnect:
    """A feed is gone on with: so many connections in a row without a new event, the first after `delay` seconds."""

    max_attempts: int = 5
    delay: float = 1.0


@frozen(kw_only=True)
class Streaming:
    """An endpoint that answers with a stream.

    `options` are the decoder's that the manifest sets. `items` is the type of an event's data, `events` that of the
    data of single event types; `done` is the data that ends the items. `media_types` are accepted beside the format's.
    `reconnect` goes on with an SSE feed after a break or an end, unless a call says otherwise. `when` are fields of the
    payload that ask for the stream: the endpoint then has a plain answer, too.
    """

    format: StreamFormat = StreamFormat.SSE
    options: Mapping[str, Any] = NOTHING
    items: Schema = None
    events: Mapping[str, Schema] = NOTHING
    done: str | None = None
    media_types: tuple[str, ...] = ()
    reconnect: Reconnect | None = None
    when: Mapping[str, Any] = NOTHING
