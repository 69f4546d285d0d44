"""Callbacks of the application's own beside its listener. What one raises is counted, and hurts nobody."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pristine.manifest.reading import suggestion
from pristine.ports import signals
from pristine.ports.errors import ConfigurationError
from pristine.ports.listening import deliver, dumps_of, injected_by, says, shown
from pristine.ports.telemetry import Signal
from pristine.ports.values import frozen

Callback: TypeAlias = Callable[[Signal], object]

_BODIES: Final = 4096
"""How many bytes of a body a hook on messages is shown."""

_MESSAGES: Final = frozenset({signals.MESSAGE_SENT, signals.MESSAGE_RECEIVED})
_OF_FAILURES: Final = frozenset(
    {
        signals.REQUEST_EXCEPTION,
        signals.STREAM_STOP,
        signals.STREAM_ERROR,
        signals.AUTH_REFRESH,
        signals.BREAKER_STATE_CHANGE,
        signals.FUTURE_STOP,
        signals.EXCEPTION_CAPTURED,
    }
)
"""Signals that are made for those who want to hear of failures alone, too."""


@frozen(eq=False)
class Hook:
    """A callback for the signals of a name. It is a listener, too."""

    name: str
    callback: Callback
    active: bool = True

    @property
    def dumps(self) -> int:
        return _BODIES if self.name in _MESSAGES else 0

    def emit(self, signal: Signal) -> None:
        """Call back."""
        self.callback(signal)


def hook(name: str, callback: Callback) -> Hook:
    """A hook; raises ConfigurationError for the name of no signal, and for what cannot be called at once."""
    if name not in signals.SIGNALS:
        told = f"there is no signal {name!r:.80}{suggestion(str(name), signals.SIGNALS)}"
        raise ConfigurationError(told, setting="on")
    if not callable(callback):
        raise ConfigurationError(f"on({name!r}): give a function of a Signal, not {callback!r:.80}", setting="on")
    if inspect.iscoroutinefunction(callback):
        told = f"on({name!r}): a hook is called at once and cannot wait: give a plain function"
        raise ConfigurationError(told, setting="on")
    return Hook(name, callback)


class Hooked:
    """A listener and hooks. `failures` is how often a hook has raised, by the signal's name."""

    active = True

    def __init__(self, inner: Any, hooks: tuple[Hook, ...], failures: dict[str, int] | None = None) -> None:
        self.inner = inner
        self.hooks = hooks
        self.failures: dict[str, int] = {} if failures is None else failures

    @property
    def failures_only(self) -> bool:
        """Whether neither the listener nor a hook wants anything else."""
        spares = not says(self.inner, "active") or says(self.inner, "failures_only")
        return spares and all(one.name in _OF_FAILURES for one in self.hooks)

    @property
    def dumps(self) -> int:
        return max(dumps_of(self.inner) if says(self.inner, "active") else 0, *(one.dumps for one in self.hooks))

    def emit(self, signal: Signal) -> None:
        deliver(self.inner, signal)
        for one in self.hooks:
            if one.name == signal.name and not deliver(one, signal):
                self.failures[one.name] = self.failures.get(one.name, 0) + 1

    def watch(self, transport: object) -> None:
        shown(self.inner, transport)

    def inject(self, call_id: str) -> Mapping[str, str]:
        return injected_by(self.inner, call_id) if says(self.inner, "active") else {}

    def over(self, inner: Any) -> "Hooked":
        """The same hooks beside another listener."""
        return Hooked(inner, self.hooks, self.failures)

    def and_(self, one: Hook) -> "Hooked":
        """These hooks and another, with a count of their own."""
        return Hooked(self.inner, (*self.hooks, one))
