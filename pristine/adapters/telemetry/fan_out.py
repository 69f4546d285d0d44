"""Telemetry: several listeners, each told what it would be told alone. What one raises, the others do not notice."""

from collections.abc import Mapping
from typing import Any

from pristine.adapters.checks import wrong
from pristine.ports.listening import deliver, dumps_of, injected_by, says, shown
from pristine.ports.telemetry import Signal, Telemetry


class FanOut:
    """Tells all of its listeners, in their order; where two put the same field into a request, the first one's is sent.

    In configuration it is a list: `telemetry = ["structlog", "metrics"]`.
    """

    def __init__(self, *listeners: Telemetry) -> None:
        for listener in listeners:
            if isinstance(listener, type) or not callable(getattr(listener, "emit", None)):
                raise wrong("listeners", listener, "listeners, which have emit(signal)")
        if not listeners:
            raise wrong("listeners", [], 'one or more: telemetry = ["structlog", "metrics"]')
        self.listeners = listeners

    @property
    def active(self) -> bool:
        try:  # each call asks, and a function for each question takes as long as the answer
            for one in self.listeners:
                if one.active:
                    return True
        except Exception:  # noqa: BLE001 a listener cannot hurt a call, nor those beside it
            return any(says(one, "active") for one in self.listeners)
        return False

    @property
    def failures_only(self) -> bool:
        """Whether all who listen want to hear of failures alone."""
        try:
            for one in self.listeners:
                if not getattr(one, "failures_only", False) and one.active:
                    return False
        except Exception:  # noqa: BLE001 as above
            return all(says(one, "failures_only") or not says(one, "active") for one in self.listeners)
        return True

    @property
    def dumps(self) -> int:
        """The most bytes of a body that one of them wants to see."""
        return max(dumps_of(one) for one in self.listeners if says(one, "active")) if self.active else 0

    def emit(self, signal: Signal) -> None:
        for one in self.listeners:
            deliver(one, signal)

    def watch(self, transport: object) -> None:
        for one in self.listeners:
            shown(one, transport)

    def inject(self, call_id: str) -> Mapping[str, str]:
        """The fields of all who listen."""
        fields: dict[str, str] = {}
        for one in self.listeners:
            if says(one, "active"):
                fields = {**injected_by(one, call_id), **fields}
        return fields

    def __reduce__(self) -> Any:
        return type(self), self.listeners
