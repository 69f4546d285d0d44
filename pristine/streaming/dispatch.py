"""Handlers: an object with a method for each type of event that it cares about.

`on_<type>(data)` gets the parsed data of that type, `on_error(data)` what is an error, `on_unknown(type, data)` all
else. Characters of a type that a Python name cannot hold are underscores: `content.delta` is `on_content_delta`.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from pristine.ports.errors import StreamFailed
from pristine.ports.events import Event
from pristine.streaming.readers import is_error


class Stop(Enum):
    """What a handler returns to end the stream."""

    STOP = "stop"


STOP: Final = Stop.STOP


def handle(event: Event, handler: object, parse: Callable[[Event], Any]) -> Any:
    """Give an event to the method for it, and return what that returns; None where there is none.

    Raises StreamFailed for an error where there is no `on_error`.
    """
    if is_error(event):
        method = getattr(handler, "on_error", None)
        if method is None:
            raise StreamFailed(event=event)
        return method(parse(event))
    method = getattr(handler, f"on_{re.sub(r'[^0-9A-Za-z_]', '_', event.event)}", None)
    if method is not None:
        return method(parse(event))
    unknown = getattr(handler, "on_unknown", None)
    return None if unknown is None else unknown(event.event, parse(event))
