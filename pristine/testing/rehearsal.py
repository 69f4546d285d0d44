"""A call over scripted answers and a hand-wound clock: what it did, step by step, in no time at all.

The pipeline is the real one, with the Context's own policies; only its transport and its clock are replaced.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Unpack

import attrs

from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Step
from pristine.core.call import CallOptions
from pristine.core.context import Context
from pristine.core.pipeline import AsyncPipeline, Pipeline
from pristine.manifest.model import Manifest
from pristine.ports.auth import refused_by
from pristine.ports.errors import PristineError
from pristine.ports.messages import Request
from pristine.ports.serializer import Schema


@attrs.frozen
class Sign:
    """The request got its credential."""


@attrs.frozen
class Send:
    """A request was sent."""

    request: Request = attrs.field(repr=False, eq=False)

    def __str__(self) -> str:
        return "Send"


@attrs.frozen
class Sleep:
    """The call waited."""

    seconds: float

    def __str__(self) -> str:
        return f"Sleep({self.seconds:.3g})"


@attrs.frozen
class Decode:
    """An answer, or an item of a stream, was decoded."""


@attrs.frozen
class Fail:
    """The call ended with an error."""

    error: PristineError = attrs.field(eq=False)

    def __str__(self) -> str:
        return f"Fail({type(self.error).__name__})"


Did = Sign | Send | Sleep | Decode | Fail


@attrs.frozen
class Rehearsal:
    """What a call did. `str(rehearsal)` is such as `Send, Sleep(0.5), Send, Decode`.

    `value` is the call's value, of a stream the list of its items; `error` is what it raised, or None; `seconds` are
    those that passed on its clock.
    """

    steps: tuple[Did, ...]
    value: Any
    error: PristineError | None
    seconds: float

    @property
    def requests(self) -> list[Request]:
        """What was sent, in order."""
        return [step.request for step in self.steps if isinstance(step, Send)]

    @property
    def slept(self) -> list[float]:
        """Every wait, in seconds."""
        return [step.seconds for step in self.steps if isinstance(step, Sleep)]

    def __str__(self) -> str:
        return ", ".join(
            str(step) if isinstance(step, (Send, Sleep, Fail)) else type(step).__name__ for step in self.steps
        )


def rehearse(
    manifest: Manifest,
    context: Context[Any],
    endpoint_id: str,
    payload: Any = None,
    *,
    answers: Iterable[Step],
    **options: Unpack[CallOptions],
) -> Rehearsal:
    """Make a call over `answers` (see MemoryTransport) and a clock that only waiting moves.

    The face is the Context's auth's: async where that has only `asign`. A random wait is as random as the Context's
    retry policy. What the call raises is the rehearsal's `error`; an AssertionError of a script that is at its end is
    raised.
    """
    did: list[Did] = []
    clock = _Clock(did)
    rehearsed = context.with_(
        transport=_Transport(answers, did),
        clock=clock,
        serializer=_Serializer(context.serializer, did),
        auth=None if context.auth is None else _Auth(context.auth, did),
        base_url=context.base_url or (None if manifest.servers else "http://rehearsal.invalid"),
        needs=frozenset(),
    )
    endpoint = manifest.endpoints.get(endpoint_id)
    call = _Call(manifest, rehearsed, endpoint_id, payload, options, endpoint is not None and bool(endpoint.streaming))
    value, error = None, None
    try:
        waits = context.auth is not None and not hasattr(context.auth, "sign")
        value = asyncio.run(call.awaited()) if waits else call.blocking()
    except PristineError as caught:
        error = caught
        did.append(Fail(caught))
    return Rehearsal(tuple(did), value, error, clock.now())


@attrs.frozen
class _Call:
    manifest: Manifest
    context: Context[Any]
    endpoint_id: str
    payload: Any
    options: CallOptions
    streams: bool

    def blocking(self) -> Any:
        with Pipeline(self.manifest, self.context) as api:
            if not self.streams:
                return api.execute(self.endpoint_id, self.payload, **self.options)
            with api.execute_stream(self.endpoint_id, self.payload, **self.options) as response:
                return list(response.items())

    async def awaited(self) -> Any:
        async with AsyncPipeline(self.manifest, self.context) as api:
            if not self.streams:
                return await api.execute(self.endpoint_id, self.payload, **self.options)
            async with api.execute_stream(self.endpoint_id, self.payload, **self.options) as response:
                return [item async for item in response.items()]


# -- ports that take notes ---------------------------------------------------------------------------------------------


class _Clock(ManualClock):
    def __init__(self, did: list[Did]) -> None:
        super().__init__()
        self._did = did

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._did.append(Sleep(seconds))


class _Transport(MemoryTransport):
    def __init__(self, answers: Iterable[Step], did: list[Did]) -> None:
        super().__init__(answers)
        self._did = did

    def _next(self, request: Request) -> Any:
        self._did.append(Send(request))
        return super()._next(request)


@attrs.frozen
class _Serializer:
    inner: Any
    did: list[Did]

    @property
    def media_type(self) -> str:
        return str(self.inner.media_type)

    def encode(self, value: Any, schema: Schema = None) -> bytes:
        return bytes(self.inner.encode(value, schema))

    def decode(self, data: bytes, schema: Schema = None) -> Any:
        self.did.append(Decode())
        return self.inner.decode(data, schema)


class _Auth:
    """An Auth of the faces that the inner one has."""

    def __init__(self, inner: Any, did: list[Did]) -> None:
        self._inner = inner
        self._did = did
        if hasattr(inner, "sign"):
            self.sign = self._sign
        if hasattr(inner, "asign"):
            self.asign = self._asign

    def refused(self, request: Request) -> bool:
        return refused_by(self._inner, request)

    def _sign(self, request: Request) -> Request:
        self._did.append(Sign())
        signed: Request = self._inner.sign(request)
        return signed

    async def _asign(self, request: Request) -> Request:
        self._did.append(Sign())
        signed: Request = await self._inner.asign(request)
        return signed
