"""How a listener is spoken to by whoever stands between it and a call. Nothing that it raises comes out; pure else."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from pristine.ports import signals
from pristine.ports.headers import Headers
from pristine.ports.telemetry import Signal

_MESSAGES: Final = frozenset({signals.MESSAGE_SENT, signals.MESSAGE_RECEIVED})
_NOTHING: Final[Mapping[str, str]] = {}


def says(listener: Any, what: str) -> bool:
    """Whether a listener says something of itself: that it is `active`, or wants `failures_only`."""
    try:
        return bool(getattr(listener, what, False))
    except Exception:  # noqa: BLE001 a listener cannot hurt a call
        return False


def dumps_of(listener: Any) -> int:
    """How many bytes of a body a listener wants to see."""
    try:
        wanted = getattr(listener, "dumps", 0)
        return wanted if isinstance(wanted, int) else 0
    except Exception:  # noqa: BLE001 as above
        return 0


def injected_by(listener: Any, call_id: str) -> Mapping[str, str]:
    """The fields that a listener puts into a request."""
    try:
        inject = getattr(listener, "inject", None)
        return _NOTHING if inject is None else dict(Headers(inject(call_id)).multi_items())
    except Exception:  # noqa: BLE001 as above
        return _NOTHING


def shown(listener: Any, transport: object) -> None:
    """Show a listener, if it wants to watch connections, a transport."""
    try:
        watch = getattr(listener, "watch", None)
        if watch is not None:
            watch(transport)
    except Exception:  # noqa: BLE001, S110 as above
        pass


def deliver(listener: Any, signal: Signal) -> bool:
    """Give a listener a signal, and of a message no more than it has asked for; False where it raised."""
    try:
        if listener.active:
            heard = _cut(signal, dumps_of(listener)) if signal.name in _MESSAGES else signal
            if heard is not None:
                listener.emit(heard)
    except Exception:  # noqa: BLE001 as above
        return False
    return True


def _cut(signal: Signal, most: int) -> Signal | None:
    body = signal.attributes.get("body")
    if most <= 0:
        return None
    if not isinstance(body, bytes) or len(body) <= most:
        return signal
    return attrs.evolve(signal, attributes={**signal.attributes, "body": body[:most]})
