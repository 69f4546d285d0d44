"""Port: what happens is told to whoever listens; what there is to tell stands in signals.py."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import attrs

from pristine.ports.values import frozen


@frozen
class Signal:
    """One thing that happened: its name, the call or future that it belongs to, the endpoint, and attributes.

    `parent_id` is the `call_id` of the future that a call is made for: the one that starts it, a question about it.
    """

    name: str
    call_id: str
    endpoint: str
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    parent_id: str = ""


class Telemetry(Protocol):
    """Listens.

    1. `emit` returns at once and does not wait for anything, however large a signal is and however many there are.
    2. What it raises is swallowed: a listener cannot hurt a call. Only an Exception is: it raises nothing else.
    3. `active` False means that no signal needs to be made; it is asked before each, and answers at once with a bool.
    4. `emit` takes every signal of SIGNALS, and those to come, from several threads at once and where an event loop
       runs. It is no coroutine function, and changes nothing of the signal.
    """

    @property
    def active(self) -> bool: ...
    def emit(self, signal: Signal) -> None: ...


@runtime_checkable
class Propagating(Protocol):
    """A listener that also puts fields into requests, such as W3C trace context.

    `inject` is called after the `attempt.start` of a call was emitted and returns at once; what it raises is swallowed.
    It is called for a future, too, whose token keeps the `traceparent`.
    """

    def inject(self, call_id: str) -> Mapping[str, str]: ...


@runtime_checkable
class Sparing(Protocol):
    """A listener that may want to hear of failures alone.

    Where `failures_only` is True as a call or a future begins, only what may tell of a failure is made for it:
    `request.exception`, the `attempt.stop` of a failure, `auth.refresh`, `breaker.state_change`, `stream.error`,
    `stream.stop`, `future.stop`, `exception.captured`. It may be given others nevertheless.
    """

    @property
    def failures_only(self) -> bool: ...


@runtime_checkable
class Watching(Protocol):
    """A listener that wants to know of open connections, too.

    `watch` is called with the transport of each Pipeline that is made over its Context, which may be the same one
    again; it returns at once, and what it raises is swallowed. The listener holds the transport weakly, and asks it
    when it likes: it may be Pooling (pristine.ports.pooling), or have one that is as its `inner`.
    """

    def watch(self, transport: object) -> None: ...


@runtime_checkable
class Dumping(Protocol):
    """A listener that wants to see messages: where `dumps` is not 0, so many bytes of each body, credentials masked."""

    @property
    def dumps(self) -> int: ...
