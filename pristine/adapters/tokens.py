"""Auth with a credential that has to be fetched: once for all who wait for it, and again before it expires."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from threading import Lock
from typing import Any, Final

import attrs

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.checks import SECONDS
from pristine.adapters.waiting import Bell, Waits, waits_on
from pristine.ports.auth import AccessToken, AsyncTokenSource, Fetch, TokenSource, tell_fetch
from pristine.ports.blocking import finish
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError, TimeoutExceeded, WrongFace
from pristine.ports.fields import check_field
from pristine.ports.messages import Request
from pristine.ports.values import frozen

_AGAIN: Final = 5.0
"""Seconds from a fetch that failed to the next, while the token before it is still good."""


@frozen
class _Kept:
    """A token, and on the clock of those who wait: when another is to be fetched, and when it expires."""

    field: str = attrs.field(repr=False)
    due: float
    ends: float


@attrs.define(eq=False)
class TokenAuth:
    """Auth whose token comes from a source: `Authorization: Bearer …`, or another `header` and `scheme` ("": none).

    A token is fetched when the first request needs it, by one caller while the others wait; and again `ahead` seconds
    before it expires (or at half of its life, if that is later), by one caller while the others go on with the old
    one. Where that fails, the old one serves until it expires. Whoever fetches is bound by the deadline of its call if
    the source asks through a Pipeline; whoever waits, by its own. A token that the server refuses with 401 is fetched
    anew, and the call tries once more.
    """

    source: TokenSource | AsyncTokenSource = attrs.field(repr=False)
    header: str = attrs.field(default="Authorization", kw_only=True)
    scheme: str = attrs.field(default="Bearer", kw_only=True)
    ahead: float = attrs.field(default=60.0, kw_only=True, validator=SECONDS)
    clock: Clock | AsyncClock | None = attrs.field(default=None, kw_only=True, repr=False)
    _kept: _Kept | None = attrs.field(default=None, init=False, repr=False)
    _fetching: bool = attrs.field(default=False, init=False, repr=False)
    _waiting: list[Bell] = attrs.field(factory=list, init=False, repr=False)
    _lock: Any = attrs.field(factory=Lock, init=False, repr=False)
    _waits: tuple[Waits, Waits] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.source, type) or not (_method(self.source, "fetch") or _method(self.source, "afetch")):
            told = "source: give an object whose fetch(), or `async def afetch()`, returns an AccessToken"
            raise ConfigurationError(told, setting="source")
        check_field(self.header, self.scheme)
        self._waits = waits_on(self.clock)
        renew_in_child(self)

    def sign(self, request: Request) -> Request:
        fetch = _method(self.source, "fetch")
        if fetch is None or iscoroutinefunction(fetch):
            raise self._wrong("blocking", "fetch()", "AsyncPipeline")

        async def fetched() -> AccessToken:
            return fetch()  # type: ignore[no-any-return]  # checked when it is kept

        return finish(self._signed(request, fetched, self._waits[0]))

    async def asign(self, request: Request) -> Request:
        fetch = _method(self.source, "afetch")
        if fetch is None:
            raise self._wrong("async", "afetch()", "Pipeline")
        return await self._signed(request, fetch, self._waits[1])

    def refused(self, request: Request) -> bool:
        """The server does not take the token in a request; True: another one can be had."""
        said = request.headers.get(self.header)
        if said is None:
            return False
        with self._lock:
            if self._kept is not None and self._kept.field == said:
                self._kept = None
        return True

    def after_fork(self) -> None:
        """Whoever fetched or waited has stayed behind."""
        self._lock, self._fetching, self._waiting = Lock(), False, []

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.source, self.header, self.scheme, self.ahead, self.clock)

    async def _signed(self, request: Request, fetch: Callable[[], Awaitable[AccessToken]], waits: Waits) -> Request:
        began = waits.now()
        while True:
            with self._lock:
                now, kept = waits.now(), self._kept
                if kept is not None and now < (kept.ends if self._fetching else kept.due):
                    return request.with_fields({self.header: kept.field})
                if not self._fetching:
                    self._fetching = True
                    break
                bell = Bell()
                self._waiting.append(bell)
            total = request.timeout.total
            await waits.wait(bell, None if total is None else max(0.0, began + total - now))
            if total is not None and waits.now() >= began + total and not bell.rung:
                told = f"total timeout of {total:g} s passed (phase: wait): another call fetches the credential"
                raise TimeoutExceeded(told, phase="wait", limit="total", seconds=total)
        try:
            return request.with_fields({self.header: await self._fetched(fetch, waits, kept)})
        finally:
            with self._lock:
                self._fetching, ringing, self._waiting = False, self._waiting, []
            for one in ringing:
                one.ring()

    async def _fetched(self, fetch: Callable[[], Awaitable[AccessToken]], waits: Waits, kept: _Kept | None) -> str:
        began = waits.now()
        try:
            token = _checked(await fetch())
        except Exception as error:
            now = waits.now()
            tell_fetch(Fetch(now - began, error=error))
            if kept is None or now >= kept.ends:
                raise
            self._kept = attrs.evolve(kept, due=now + _AGAIN)
            return kept.field
        now = waits.now()
        life = float("inf") if token.expires_in is None else token.expires_in
        field = f"{self.scheme} {token.value}" if self.scheme else token.value
        self._kept = _Kept(field, due=began + max(life / 2, life - self.ahead), ends=began + life)
        tell_fetch(Fetch(now - began, expires_in=token.expires_in))
        return field

    def _wrong(self, face: str, method: str, other: str) -> WrongFace:
        kind = type(self.source).__name__
        told = f"auth TokenAuth has no {face} face: its source {kind} lacks {method}; use {other}, or another source"
        return WrongFace(told, setting="auth")


def _again(source: Any, header: str, scheme: str, ahead: float, clock: Any) -> TokenAuth:
    return TokenAuth(source, header=header, scheme=scheme, ahead=ahead, clock=clock)


def _checked(token: Any) -> AccessToken:
    if not isinstance(token, AccessToken):
        told = f"source: it gave {type(token).__name__}, which is no AccessToken"
        raise ConfigurationError(told, setting="source")
    return token


def _method(source: Any, name: str) -> Any:
    found = getattr(source, name, None)
    return found if callable(found) else None
