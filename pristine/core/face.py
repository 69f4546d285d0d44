"""The ports of one Context in one shape, so that the core is written once: blocking ones are lifted."""

from collections.abc import Sequence
from inspect import iscoroutinefunction
from typing import Any, Final

import attrs

from pristine.core.attempts.admission import Admission
from pristine.core.context import Context
from pristine.ports.auth import AsyncAuth
from pristine.ports.blocking import (
    LiftedAuth,
    LiftedClock,
    LiftedRateLimiter,
    LiftedSemaphore,
    LiftedStreamTransport,
    LiftedTransport,
)
from pristine.ports.clock import AsyncClock, Deadline
from pristine.ports.errors import WrongFace
from pristine.ports.transport import AsyncStreamTransport, AsyncTransport
from pristine.ports.values import frozen


@frozen
class Face:
    """What the core runs over. `endless` is the deadline of calls that have none: it is asked for the moment."""

    transport: AsyncTransport
    streams: AsyncStreamTransport | None
    clock: AsyncClock
    auth: AsyncAuth | None
    admission: Admission | None
    endless: Deadline = attrs.field(
        init=False, default=attrs.Factory(lambda self: Deadline(self.clock.now), takes_self=True)
    )


def blocking_face(context: Context[Any]) -> Face:
    """The blocking ports behind the async shape; raises WrongFace for a port that has no such face."""
    transport = _blocking(context.transport, "transport", "send", "close")
    clock = _blocking(context.clock, "clock", "now", "time", "sleep")
    auth = None if context.auth is None else LiftedAuth(_blocking(context.auth, "auth", "sign"))
    opens = hasattr(transport, "open")
    streams = LiftedStreamTransport(_blocking(transport, "transport", "open")) if opens else None
    lifted = LiftedClock(clock)
    semaphores = [LiftedSemaphore(_blocking(one, "semaphore", "acquire")) for one in context.semaphores]
    limiter = context.limiter and LiftedRateLimiter(_blocking(context.limiter, "limiter", *_LIMITER))
    return Face(LiftedTransport(transport), streams, lifted, auth, _admission(context, lifted, semaphores, limiter))


def async_face(context: Context[Any]) -> Face:
    """The async ports as they are; an Auth that never waits serves both faces."""
    transport = _async(context.transport, "transport", "asend", "aclose")
    clock = _async(context.clock, "clock", "now", "time", "asleep")
    auth: Any = context.auth
    if auth is not None and not hasattr(auth, "asign"):
        waits = iscoroutinefunction(getattr(auth, "sign", None))
        auth = _async(auth, "auth", "asign") if waits else LiftedAuth(_async(auth, "auth", "sign"))
    semaphores = [_async(one, "semaphore", "aacquire") for one in context.semaphores]
    limiter: Any = context.limiter
    if limiter is not None and not hasattr(limiter, "areserve"):
        limiter = LiftedRateLimiter(_blocking(limiter, "limiter", *_LIMITER))
    admission = _admission(context, clock, semaphores, limiter)
    return Face(transport, transport if hasattr(transport, "aopen") else None, clock, auth, admission)


_LIMITER: Final = ("reserve", "delay", "cancel", "settle")


def _admission(context: Context[Any], clock: AsyncClock, semaphores: Sequence[Any], limiter: Any) -> Admission | None:
    if not semaphores and limiter is None and context.breaker is None:
        return None
    return Admission(clock, semaphores, limiter, context.breaker)


def _blocking(port: Any, name: str, *methods: str) -> Any:
    if waiting := [method for method in methods if iscoroutinefunction(getattr(port, method, None))]:
        raise _wrong(port, name, "blocking", f"its {waiting[0]}() is a coroutine function", "AsyncPipeline")
    return _with(port, name, methods, "blocking", "AsyncPipeline")


def _async(port: Any, name: str, *methods: str) -> Any:
    return _with(port, name, methods, "async", "Pipeline")


def _with(port: Any, name: str, methods: Sequence[str], face: str, other: str) -> Any:
    """The port, if it has the methods."""
    missing = [f"{method}()" for method in methods if not callable(getattr(port, method, None))]
    if missing:
        raise _wrong(port, name, face, f"it lacks {', '.join(missing)}", other)
    return port


def _wrong(port: Any, name: str, face: str, why: str, other: str) -> WrongFace:
    kind = type(port).__name__
    return WrongFace(f"{name} {kind} has no {face} face ({why}): use {other}, or another {name}", setting=name)
