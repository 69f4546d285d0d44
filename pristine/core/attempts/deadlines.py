"""The deadline of a call: one for its queueing, credentials, attempts, waits and bodies together.

A call that is made inside another one, such as that for a credential, has at most what the outer one has left.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Final

from pristine.manifest.model import DeadlineFormat, DeadlineHeader
from pristine.ports.clock import Deadline
from pristine.ports.errors import PristineError, TimeoutExceeded
from pristine.ports.messages import Request
from pristine.ports.values import changed

_OUTER: Final[ContextVar[Deadline | None]] = ContextVar("pristine.deadline", default=None)


def deadline_within(now: Callable[[], float], seconds: float | None) -> Deadline:
    """A deadline that begins now: so many seconds, or what is left of the one around it, whichever is less."""
    outer = _OUTER.get()
    if outer is not None:
        left = outer.left()
        if left is not None and (seconds is None or left < seconds):
            return Deadline(now, outer.seconds, now() + left)
    return Deadline(now, seconds, None if seconds is None else now() + seconds)


def deadline_of(endless: Deadline, seconds: float | None) -> Deadline:
    """The same for a call: one that has no limit, alone or around it, needs no deadline of its own."""
    return endless if seconds is None and _OUTER.get() is None else deadline_within(endless.now, seconds)


def enter(deadline: Deadline) -> "Token[Deadline | None] | None":
    """Let the calls that are made from now on, in this task or thread, inherit the deadline; `leave` ends that."""
    return None if deadline.at is None else _OUTER.set(deadline)


def leave(token: "Token[Deadline | None] | None") -> None:
    """End what `enter` began."""
    if token is not None:
        _OUTER.reset(token)


@contextmanager
def around(deadline: Deadline) -> Iterator[Deadline]:
    """A block whose calls have one deadline together."""
    token = enter(deadline)
    try:
        yield deadline
    finally:
        leave(token)


def restate(error: PristineError, deadline: Deadline) -> None:
    """Give a passed total its value: a transport knows only what was left of it for one attempt."""
    if isinstance(error, TimeoutExceeded) and error.limit == "total":
        error.seconds = seconds = deadline.seconds or 0.0
        error.message = f"total timeout of {seconds:g} s passed (phase: {error.phase})"


def passed(deadline: Deadline, phase: str) -> TimeoutExceeded:
    """The error of a deadline that has passed."""
    error = TimeoutExceeded(phase=phase, limit="total")
    restate(error, deadline)
    return error


def check(deadline: Deadline, phase: str) -> None:
    """Raise TimeoutExceeded if the deadline has passed."""
    left = deadline.left()
    if left is not None and left <= 0:
        raise passed(deadline, phase)


def within(deadline: Deadline, request: Request) -> Request:
    """The request with what is left as its total; raises TimeoutExceeded where nothing is."""
    left = deadline.left()
    if left is None:
        return request
    if left <= 0:
        raise passed(deadline, "wait")
    return changed(request, timeout=changed(request.timeout, total=left))


def told(how: DeadlineHeader, request: Request) -> Mapping[str, str]:
    """The field in which the server is told how long it has; none where there is no limit."""
    seconds = getattr(request.timeout, how.limit)
    return {} if seconds is None else {how.header: _WRITTEN[how.format](seconds)}


def _grpc(seconds: float) -> str:
    """At most eight digits and a unit (the gRPC protocol's Timeout)."""
    units = (("m", 1e3), ("S", 1.0), ("M", 1 / 60), ("H", 1 / 3600))
    counts = ((math.ceil(seconds * per), unit) for unit, per in units)
    return next((f"{count}{unit}" for count, unit in counts if count < 10**8), "99999999H")


_WRITTEN: Final[Mapping[DeadlineFormat, Callable[[float], str]]] = {
    DeadlineFormat.SECONDS: lambda seconds: str(math.ceil(seconds)),
    DeadlineFormat.MILLISECONDS: lambda seconds: str(math.ceil(seconds * 1000)),
    DeadlineFormat.GRPC: _grpc,
}
