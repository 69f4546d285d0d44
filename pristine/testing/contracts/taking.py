"""The part of the contract of RateLimiter that holds those that have `take` to it; of others it asks nothing."""

from contextlib import AbstractContextManager
from typing import Any, Final

from pristine.core.attempts.shortcuts import shortcut
from pristine.ports.admission import Quota
from pristine.ports.outcome import Kind, Outcome
from pristine.testing.contracts.probing import in_threads
from pristine.testing.promises import expect, promise

_TAKE: Final = ("RateLimiter", 7, "take, where there is one, is reserve and the first delay in one step")
_METHODS: Final = ("reserve", "delay", "cancel", "settle")
_TOKENS: Final = {"tokens": Quota(limit=60, per=60, burst=10)}
_REFUSED: Final = Outcome(Kind.RATE_LIMITED, status=429, retry_after=20.0)


def _end(turn: int, desk: Any, one: Any) -> None:
    if turn == 20:
        desk.settle(one, outcome=_REFUSED)
    elif turn % 2:
        desk.settle(one, {"tokens": 2})
    else:
        desk.cancel(one)


class Taking:
    """Those tests; what they need is the contract's."""

    def make(self) -> Any:
        """The limiter."""
        raise NotImplementedError

    def _desk(self, face: str, seed: int = 0) -> AbstractContextManager[Any]:
        raise NotImplementedError

    @promise(*_TAKE)
    def test_taking_is_reserving_and_asking(self) -> None:
        if shortcut(self.make(), "take", _METHODS) is None:
            return
        with self._desk("blocking") as whole, self._desk("blocking") as parts:
            for turn in range(40):
                cost = 1.0 + turn % 3
                taken, told = whole.take({"tokens": cost}, _TOKENS)
                reserved = parts.reserve({"tokens": cost}, _TOKENS)
                expect(told, parts.delay(reserved), f"what take says to one of {cost:g} tokens, and delay to another")
                expect(taken.demand, reserved.demand, "the demand of what was taken")
                whole.delay(taken), parts.delay(reserved)
                if turn % 3:
                    for desk, one in ((whole, taken), (parts, reserved)):
                        _end(turn, desk, one)
                whole.now = parts.now = whole.now + turn % 5

    @promise(*_TAKE)
    def test_who_takes_a_place_keeps_it(self) -> None:
        if shortcut(self.make(), "take", _METHODS) is None:
            return
        with self._desk("blocking") as desk:
            waiting = [desk.take()[0] for _ in range(12)]
            desk.play(waiting)
            expect(len(desk.gone), 12, "how many go, of 12 who have taken a place")
            desk.expect_order("12 who have taken their places")

    @promise(*_TAKE)
    def test_threads_take_no_more_than_there_is(self) -> None:
        if shortcut(self.make(), "take", _METHODS) is None:
            return
        quotas = {"requests": Quota(limit=60, per=60, burst=40)}
        with self._desk("blocking") as desk:
            told: list[float] = []
            work = [lambda: told.extend(desk.take({}, quotas)[1] for _ in range(20))] * 8
            expect(in_threads(work), [], "what is raised in 8 threads that take")
            expect(told.count(0), 40, "how many may go at one moment, of 160 in 8 threads, where the burst is 40")
