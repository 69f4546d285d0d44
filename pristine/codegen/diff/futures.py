"""Work that two endpoints finish later: how it is asked about, how it ends, and what is known of it before.

Everything is compared as it is told, so that what is told is all that can change.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.diff.answers import moved, places
from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.found import difference
from pristine.codegen.diff.types import RESPONSE
from pristine.codegen.literals import literal, number
from pristine.manifest.model import Asking, Pace


def compare_futures(both: Comparison) -> None:
    """Everything under `future`."""
    old, new = both.old.future, both.new.future
    if old is None or new is None:
        if old is not new:
            kind = difference(old, new)
            both.add(f"future-{kind}", ("future",), kind)
        return
    both.types.compare(old.response, new.response, (*both.where, "future", "response"), RESPONSE)
    for name, of in FUTURES.items():
        was, now = getattr(old, name), getattr(new, name)
        if of and _told(was) != _told(now):
            named: str = of if isinstance(of, str) else of(was, now)
            both.add(named, ("future", name), f"{_told(was)} → {_told(now)}")


def _told(value: Any) -> str:
    if isinstance(value, (Asking, Pace)):
        return _asking(value) if isinstance(value, Asking) else _pace(value)
    if isinstance(value, Mapping):
        return literal({status: str(became) for status, became in value.items()}) if value else "nothing"
    if isinstance(value, tuple):
        return places(value) if value and attrs.has(type(value[0])) else literal(list(value))
    return "nothing" if value is None else number(value)


def _asking(said: Asking) -> str:
    if not said.endpoint:
        return "a GET of the id"
    parts = {
        name: dict(value) for name, value in attrs.asdict(said, recurse=False).items() if isinstance(value, Mapping)
    }
    return f"{said.endpoint} with {literal({name: value for name, value in parts.items() if value})}"


def _pace(said: Pace) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in attrs.asdict(said).items())


def _fact(was: Any, now: Any) -> str:
    return f"future-fact-{moved(was, now)}"


def _stopping(was: Any, now: Any) -> str:
    return f"future-cancel-{'added' if was is None else 'removed' if now is None else 'changed'}"


_WAY: Final = "future-changed"
_PACE: Final = "future-pace-changed"

FUTURES: Final[Mapping[str, str | Callable[[Any, Any], str]]] = {
    **dict.fromkeys(("id", "ask"), _WAY),
    "cancel": _stopping,
    **dict.fromkeys(("state", "pending", "done", "failed", "expired", "statuses", "error"), _WAY),
    **dict.fromkeys(("result", "result_url"), _WAY),
    "response": "",
    **dict.fromkeys(("category", "queue_state", "queue_reason", "progress"), _fact),
    **dict.fromkeys(("delay", "delay_ms", "pace", "http_timeout", "poll_timeout"), _PACE),
}
"""Attribute of a future -> the kind of its change, or what finds it; "": it is a type, and compared as one."""
