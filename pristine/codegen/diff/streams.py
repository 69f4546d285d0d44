"""The streams of two endpoints: how they are asked for, what comes in them, how they end and are gone on with."""

from typing import Any

from pristine.codegen.diff.answers import is_plain
from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.found import difference, same
from pristine.codegen.diff.types import RESPONSE
from pristine.manifest.model import Streaming


def compare_streams(both: Comparison) -> None:
    """Everything under `streaming`."""
    old, new = both.old.streaming, both.new.streaming
    if is_plain(both.old) and not is_plain(both.new):
        both.add("stream-replaces-value", ("streaming",), "the call gives a stream")
    elif old is None and new is not None:
        both.add("stream-added", ("streaming",), "a stream beside the value")
    elif old is not None and new is None:
        both.add("stream-removed", ("streaming",), "no stream")
    if old is not None and new is not None:
        _compare(old, new, both)


def _compare(old: Streaming, new: Streaming, both: Comparison) -> None:
    where = (*both.where, "streaming")
    if old.format is not new.format:
        both.add("stream-format-changed", ("streaming", "format"), f"{old.format} → {new.format}")
    if not same(old.when, new.when):
        both.types.found.from_to("stream-request-changed", (*where, "when"), old.when, new.when)
    if old.items is not None or new.items is not None:
        both.types.compare(old.items, new.items, (*where, "items"), RESPONSE)
    _events(old, new, both)
    _end(old, new, both)
    if old.media_types != new.media_types:
        said = ", ".join(old.media_types) or "nothing", ", ".join(new.media_types) or "nothing"
        both.add("stream-media-types-changed", ("streaming", "media_types"), " → ".join(said))
    _options(old, new, both)
    _reconnection(old, new, both)


def _events(old: Streaming, new: Streaming, both: Comparison) -> None:
    for name in dict.fromkeys([*old.events, *new.events]):
        place = ("streaming", "events", name)
        if name not in new.events:
            both.add("stream-events-removed", place, "removed")
        elif name not in old.events:
            both.add("stream-events-added", place, "added")
        else:
            both.types.compare(old.events[name], new.events[name], (*both.where, *place), RESPONSE)


def _end(old: Streaming, new: Streaming, both: Comparison) -> None:
    if old.done != new.done:
        kind = difference(old.done, new.done)
        both.types.found.from_to(f"stream-end-{kind}", (*both.where, "streaming", "done"), old.done, new.done)


_UNSAID: Any = object()


def _options(old: Streaming, new: Streaming, both: Comparison) -> None:
    where = (*both.where, "streaming")
    empty = bool(old.options.get("dispatch_empty")), bool(new.options.get("dispatch_empty"))
    if empty[0] is not empty[1]:
        both.types.found.from_to("stream-empty-events-changed", (*where, "dispatch_empty"), *empty)
    was, now = (one.options.get("max_event_bytes", _UNSAID) for one in (old, new))
    if was is not now and was != now:
        is_lower = was is None or (now is not None and was is not _UNSAID and now is not _UNSAID and now < was)
        said = ["the context's" if one is _UNSAID else "no bound" if one is None else str(one) for one in (was, now)]
        kind = f"stream-bound-{'lowered' if is_lower else 'raised'}"
        both.add(kind, ("streaming", "max_event_bytes"), " → ".join(said))


def _reconnection(old: Streaming, new: Streaming, both: Comparison) -> None:
    was, now = old.reconnect, new.reconnect
    if was is None or now is None:
        if was is not now:
            kind = difference(was, now)
            both.add(f"reconnection-{kind}", ("streaming", "reconnect"), kind)
    elif was != now:
        said = [f"{one.max_attempts} attempts, {one.delay:g} s" for one in (was, now)]
        both.add("reconnection-changed", ("streaming", "reconnect"), " → ".join(said))
