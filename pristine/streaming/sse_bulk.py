"""Events from blocks that are all alike: one `data: ` line each, or an `event: ` line and a `data: ` line.

Nearly every event of a real stream is written so. A run of them is cut by one `split`, and the pieces are
looked at only to be sure; whatever is not sure is left to the lines in `sse`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pristine.ports.events import Event, PlainEvent
from pristine.streaming.sse_lines import CR, DATA, LF

EVENT: Final = b"event: "

# Making an event by `new` and setting its slots costs two thirds of calling its class.
new: Final = object.__new__


def is_line(text: bytes) -> bool:
    """Whether the text has no line end."""
    return LF not in text and CR not in text


def starts_alike(text: bytes, name: bytes, blank: bytes) -> bool:
    """Whether the first block is of the kind that a split at the blank line and `name` would cut."""
    at = text.find(blank[:1])
    if name == EVENT:
        if not text.startswith(blank[: len(blank) // 2] + DATA, at):
            return False
        at = text.find(blank[:1], at + len(blank))
    return text.startswith(name) and text.startswith(blank, at)


def messages(datas: Iterable[bytes], last_event_id: str) -> list[Event]:
    """Events of type "message"."""
    if last_event_id:
        return [Event(raw, "message", last_event_id) for raw in datas]
    events: list[Event] = []
    for raw in datas:
        event = new(PlainEvent)
        event.raw = raw
        events.append(event)
    return events


def typed(block: bytes, line_end_data: bytes, names: Mapping[bytes, str], last_event_id: str) -> Event | None:
    """The event of a block without its `event: `, or None if that is not a known name and one line of data."""
    name, found, raw = block.partition(line_end_data)
    kind = names.get(name)
    if kind is None or not found or LF in raw or CR in raw:
        return None
    event = new(Event)
    event.raw = raw
    event.event = kind
    event.id = last_event_id
    event.retry = None
    return event
