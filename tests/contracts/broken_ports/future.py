"""Handles that break one promise each, most of them in one method of those that keep them all."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import attrs

from pristine.core.futures.handles import AsyncFutureHandle, FutureHandle
from pristine.core.futures.watching import Watchers
from pristine.ports.blocking import finish
from pristine.ports.errors import FutureExpired, FutureFailed, TimeoutExceeded, TokenRefused
from pristine.ports.future import FutureState, Observer, Progress
from pristine.testing.contracts.future import Work
from tests.contracts.broken_ports.register import breaks
from tests.support import makers


def of(number: int, **more: Any) -> Callable[[Any], Any]:
    """Enter a class of handles that breaks a promise, under its own name; it is for the face that it has."""

    def enter(handle: Any) -> Any:
        base = Async if issubclass(handle, AsyncFutureHandle) else Blocking
        breaks("Future", number, **more)(type(handle.__name__, (base,), {"handle": handle}))
        return handle

    return enter


class Blocking:
    """A maker of one face."""

    handle: Any = FutureHandle

    def start(self, work: Work) -> Any:
        return self.handle(makers.Maker().start(work)._following)

    def resume(self, token: str, work: Work) -> Any:
        return self.handle(makers.Maker().resume(token, work)._following)


class Async:
    """The other."""

    handle: Any = AsyncFutureHandle

    async def astart(self, work: Work) -> Any:
        return self.handle((await makers.Maker().astart(work))._following)

    async def aresume(self, token: str, work: Work) -> Any:
        return self.handle((await makers.Maker().aresume(token, work))._following)


class Asking(FutureHandle):
    """Can ask, whatever is known."""

    def ask(self) -> None:
        following = self._following
        finish(following._asker.ask(following._later.ask, self.id, 0, None))


# -- 1 -----------------------------------------------------------------------------------------------------------------


@of(1)
class AsksTwice(FutureHandle):
    def poll(self) -> Progress:
        super().poll()
        return super().poll()


@of(1)
class AsksTwiceToo(AsyncFutureHandle):
    async def poll(self) -> Progress:
        await super().poll()
        return await super().poll()


@of(1)
class PollsWhatHasEnded(Asking):
    def poll(self) -> Progress:
        if self.done:
            self.ask()
        return super().poll()


@of(1)
class SaysWhatWasKnownBefore(FutureHandle):
    def poll(self) -> Progress:
        known = self.progress
        super().poll()
        return known


# -- 2 -----------------------------------------------------------------------------------------------------------------


@of(2)
class WrapsTheResult(AsyncFutureHandle):
    async def result(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 the port's
        return {"result": await super().result(timeout)}


@of(2)
class RaisesSomethingElse(FutureHandle):
    def result(self, timeout: float | None = None) -> Any:
        try:
            return super().result(timeout)
        except FutureFailed:
            raise ValueError("it failed") from None


@of(2)
class KnowsNoTimeout(FutureHandle):
    def result(self, timeout: float | None = None) -> Any:
        return super().result()


@of(2)
class EndsWithTheTimeout(FutureHandle):
    def result(self, timeout: float | None = None) -> Any:
        try:
            return super().result(timeout)
        except TimeoutExceeded:
            self.cancel()
            raise


# -- 3 -----------------------------------------------------------------------------------------------------------------


@of(3)
class GivesItsResultAway(FutureHandle):
    given = False

    def result(self, timeout: float | None = None) -> Any:
        if self.given:
            raise FutureExpired("it was given away")
        value = super().result(timeout)
        self.given = True
        return value


@of(3)
class AsksOn(Asking):
    def result(self, timeout: float | None = None) -> Any:
        if self.done:
            self.ask()
        return super().result(timeout)


@of(3)
class EndsTwice(FutureHandle):
    def cancel(self, *, remotely: bool = True) -> bool:
        if not self.done:
            return super().cancel()
        final = vars(self._following)["_final"]
        ended = attrs.evolve(final.progress, state=FutureState.CANCELLED)
        vars(self._following)["_final"] = attrs.evolve(final, progress=ended)
        return False


# -- 4 -----------------------------------------------------------------------------------------------------------------


@of(4)
class CancelsHereAlone(FutureHandle):
    def cancel(self, *, remotely: bool = True) -> bool:
        return super().cancel(remotely=False)


@of(4)
class CancelsThereAlone(FutureHandle):
    def cancel(self, *, remotely: bool = True) -> bool:
        following = self._following
        if not self.done:
            finish(following._asker.ask(following._later.cancel, self.id, 0, None))  # type: ignore[arg-type]  # it has one
        return not self.done


@of(4)
class SaysThatItWasPending(AsyncFutureHandle):
    async def cancel(self, *, remotely: bool = True) -> bool:
        await super().cancel()
        return True


# -- 5 -----------------------------------------------------------------------------------------------------------------


@of(5)
class GivesEachAnswer(FutureHandle):
    def __iter__(self) -> Iterator[Progress]:
        while not self.done:
            yield self.poll()


@of(5)
class LeavesOutTheEnd(FutureHandle):
    def __iter__(self) -> Iterator[Progress]:
        return iter([change for change in super().__iter__() if change.state is FutureState.PENDING])


@of(5)
class LeavesOutTheEndToo(AsyncFutureHandle):
    async def __aiter__(self) -> AsyncIterator[Progress]:  # type: ignore[override]  # what is broken is not this
        async for change in super().__aiter__():
            if change.state is FutureState.PENDING:
                yield change


# -- 6 -----------------------------------------------------------------------------------------------------------------


@of(6)
class TellsAllOfThem(FutureHandle):
    def observe(self, observer: Observer, *, debounce: float = 0.0) -> None:
        super().observe(observer)


class Loud(Watchers):
    def changed(self, progress: Progress, now: float, *, ended: bool) -> None:
        for one in self._watching:
            if ended or one.told is None or now - one.told >= one.debounce:
                one.told = now
                one.observer(progress)


@of(6)
class IsHurtByObservers(FutureHandle):
    def observe(self, observer: Observer, *, debounce: float = 0.0) -> None:
        if not isinstance(self._following._watchers, Loud):
            self._following._watchers = Loud()
        super().observe(observer, debounce=debounce)


@of(6)
class CallsTwice(FutureHandle):
    def add_done_callback(self, callback: Callable[[Any], object]) -> None:
        super().add_done_callback(callback)
        super().add_done_callback(callback)


@of(6)
class ForgetsWhoIsLate(AsyncFutureHandle):
    def add_done_callback(self, callback: Callable[[Any], object]) -> None:
        if not self.done:
            super().add_done_callback(callback)


@of(6)
class GivesItsInside(FutureHandle):
    def add_done_callback(self, callback: Callable[[Any], object]) -> None:
        self._following.when_ended(partial(callback, self._following))


# -- 7 -----------------------------------------------------------------------------------------------------------------


class Telling(Blocking):
    class handle(FutureHandle):  # noqa: N801 in the place of the attribute
        def token(self) -> str:
            return f"{makers.SECRET} {super().token()}"


@breaks("Future", 7, secrets=(makers.SECRET,))
class HasTheSecretInIt(Telling):
    def resume(self, token: str, work: Work) -> Any:
        return super().resume(token.removeprefix(makers.SECRET), work)


@breaks("Future", 7)
class IsOfThisProcess(Blocking):
    def resume(self, token: str, work: Work) -> Any:
        raise TokenRefused("it is not known here", where="token")
