"""The contract of `pristine.ports.admission.Semaphore` and its async face.

Who waits cannot be seen from outside. A test gives a waiter a moment to get into its line, and where it is not kept,
tries again with a longer one: a busy machine passes then, and a broken adapter does not.
"""

import gc
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from itertools import pairwise
from typing import Any, ClassVar, Final

import attrs
import pytest

from pristine.ports.admission import BYTES, REQUESTS, Demand, Scope
from pristine.testing.contracts.probing import TwoFaced, bounded, fail, in_threads
from pristine.testing.contracts.queueing import (
    MOMENTS,
    SHORT,
    Count,
    Stage,
    cancelled_before_another,
    cancelled_served,
    cancelled_waiting,
    first_done,
    pressing,
    pressing_async,
)
from pristine.testing.promises import expect, promise

_WITHIN: Final = ("Semaphore", 1, "acquire returns a permit, or after `within` seconds None")
_ORDER: Final = ("Semaphore", 2, "those who wait are served by priority, and among equals in their order")
_LIMIT: Final = ("Semaphore", 3, "no more is under way than the limit, and what is given back goes to the next at once")
_NOTHING: Final = ("Semaphore", 4, "a wait that ends by an error or a cancellation takes nothing along")
_SCOPES: Final = ("Semaphore", 5, "scopes do not feel each other")
_SHARED: Final = ("Semaphore", 6, "one object serves both faces, many threads and several loops, with one limit")

_RESOLUTION: Final = 2 * time.get_clock_info("monotonic").resolution


def _patiently(test: Callable[..., None]) -> Callable[..., None]:
    """Try a test of those who wait again with a longer moment for them; it is given the moment last."""

    @wraps(test)
    def run(contract: "SemaphoreContract", face: str) -> None:
        for moment in MOMENTS[:-1]:
            try:
                return test(contract, face, moment)
            except AssertionError:
                continue
        return test(contract, face, MOMENTS[-1])

    del run.__wrapped__  # pytest reads the signature of what it calls
    return run


class SemaphoreContract(TwoFaced):
    """Subclass it as `Test…`, and say how a semaphore is made that lets `limit` demands of one scope be under way.

    Each face that it has is tested. Where it counts something else than requests, `demand` can be overridden.
    """

    methods: ClassVar = {"blocking": "acquire", "async": "aacquire"}
    limit: ClassVar[int] = 2
    """How many are under way when there is no room for another one."""
    patience: ClassVar[float] = 10.0
    """Seconds after which a call that has not come back waits for something."""

    def make(self) -> Any:
        """The semaphore, with one face or both."""
        raise NotImplementedError("say how the Semaphore is made: def make(self)")

    def demand(self, scope: Scope, priority: int = 0) -> Demand:
        """What one asks for who counts as one."""
        costs = {REQUESTS: 1.0, BYTES: 1.0}
        return Demand(scope=scope, costs=costs, concurrency=self.limit, priority=priority)

    # -- 1: within a time ----------------------------------------------------------------------------------------------

    @promise(*_WITHIN)
    def test_what_is_free_comes_at_once(self, face: str) -> None:
        for within in (0, 0.5, None):
            with self._stage(face) as stage:
                for number in range(1, self.limit + 1):
                    permit = stage.take(self._one(), within)
                    _expect_permit(permit, f"acquire(…, within={within}), number {number} of {self.limit}")
                    stage.give(permit)

    @promise(*_WITHIN)
    def test_nothing_comes_where_there_is_none_in_time(self, face: str) -> None:
        with self._stage(face) as stage:
            permits = self._fill(stage)
            for within in (0, SHORT, 10 * SHORT):  # a busy machine hides that the shorter one ended early
                begun = time.monotonic()
                permit = stage.take(self._one(), within)
                taken = time.monotonic() - begun
                expect(permit, None, f"acquire(…, within={within}), all {self.limit} being under way")
                if taken < within - _RESOLUTION:
                    fail(f"None for within={within}", f"after {within} s", f"after {taken:.4f} s")
            del permits

    @promise(*_WITHIN)
    @_patiently
    def test_who_waits_gets_what_comes_back_in_time(self, face: str, moment: float) -> None:
        for within in (self.patience, None):
            with self._stage(face, moment) as stage:
                permits = self._fill(stage)
                waiter = stage.begin(self._one(), within, moment + SHORT)
                expect(waiter.done(), False, f"whether acquire(…, within={within}) is back, all being under way")
                stage.give(permits.pop())
                _expect_permit(stage.end(waiter, "a waiter, when one is given back"), "what a waiter gets")

    # -- 2: the order --------------------------------------------------------------------------------------------------

    @promise(*_ORDER)
    @_patiently
    def test_equals_are_served_in_their_order(self, face: str, moment: float) -> None:
        expect(self._served(face, moment, [0, 0, 0, 0]), [0, 1, 2, 3], "who is served, by when they came")

    @promise(*_ORDER)
    @_patiently
    def test_a_higher_priority_goes_first(self, face: str, moment: float) -> None:
        expect(self._served(face, moment, [0, -1, 7, 0, 7]), [2, 4, 0, 3, 1], "who is served, of 0, -1, 7, 0, 7")

    @promise(*_ORDER)
    @_patiently
    def test_a_newcomer_does_not_overtake(self, face: str, moment: float) -> None:
        with self._stage(face, moment) as stage:
            permits = self._fill(stage)
            waiter = stage.begin(self._one(), self.patience)
            stage.give(permits.pop())
            expect(stage.take(self._one()), None, "acquire(…, within=0) after one was given back, for which one waits")
            _expect_permit(stage.end(waiter, "who waited for it"), "what the waiter gets")

    # -- 3: the limit --------------------------------------------------------------------------------------------------

    @promise(*_LIMIT)
    def test_no_more_is_under_way_than_the_limit(self, face: str) -> None:
        semaphore, count = self.make(), Count()
        press = pressing_async if face == "async" else pressing
        bounded(lambda: press(semaphore, self._one(), count), 3 * self.patience, "eight who come and go")
        if count.most > self.limit:
            fail("how many were under way at once", f"{self.limit} at most", f"{count.most}")

    @promise(*_LIMIT)
    @_patiently
    def test_what_is_given_back_goes_to_those_who_wait(self, face: str, moment: float) -> None:
        with self._stage(face, moment) as stage:
            permits = self._fill(stage)
            waiters = [stage.begin(self._one(), self.patience) for _ in permits]
            for permit in permits:
                stage.give(permit)
            for waiter in waiters:
                _expect_permit(stage.end(waiter, "a waiter, when all are given back"), "what a waiter gets")
            expect(stage.take(self._one()), None, "acquire(…, within=0), all being under way again")

    @promise(*_LIMIT)
    def test_a_permit_comes_back_once(self, face: str) -> None:
        with self._stage(face) as stage:
            permit = self._fill(stage)[0]
            stage.give(permit)
            stage.give(permit)
            permit.release()
            self._expect_free(stage, self.limit, "after all were dropped, one of them given back three times")

    @promise(*_LIMIT)
    def test_a_permit_that_is_dropped_comes_back(self, face: str) -> None:
        with self._stage(face) as stage:
            permits: list[Any] = self._fill(stage)
            permits.append(permits)
            del permits
            gc.collect()
            self._expect_free(stage, self.limit, "after all were dropped, in a cycle")

    @promise(*_LIMIT)
    def test_a_permit_may_come_back_from_any_thread(self, face: str) -> None:
        with self._stage(face) as stage:
            permits = self._fill(stage)
            expect(in_threads([permit.release for permit in permits]), [], "raised by release in another thread")
            self._expect_free(stage, self.limit, "after all were given back by threads")

    # -- 4: a wait that ends otherwise ---------------------------------------------------------------------------------

    @promise(*_NOTHING)
    def test_a_wait_whose_time_passes_takes_nothing(self, face: str) -> None:
        with self._stage(face) as stage:
            permits = self._fill(stage)
            with suppress(Exception):  # how it ends is another promise
                stage.take(self._one(), SHORT)
            stage.give(permits.pop())
            self._expect_free(stage, 1, "after a wait has passed and one was given back")

    @promise(*_NOTHING)
    def test_a_cancelled_wait_takes_nothing(self) -> None:
        self._cancelled(cancelled_waiting)

    @promise(*_NOTHING)
    def test_a_wait_that_is_cancelled_when_it_is_served_takes_nothing(self) -> None:
        self._cancelled(cancelled_served)

    @promise(*_NOTHING)
    def test_a_cancelled_wait_does_not_hold_up_the_next(self) -> None:
        self._cancelled(cancelled_before_another)

    # -- 5: scopes -----------------------------------------------------------------------------------------------------

    @promise(*_SCOPES)
    @_patiently
    def test_a_full_scope_is_no_other_s_affair(self, face: str, moment: float) -> None:
        with self._stage(face, moment) as stage:
            held = self._fill(stage)
            waiter = stage.begin(self._one(), self.patience)
            for field in attrs.fields(Scope):
                other = self.demand(attrs.evolve(_SCOPE, **{field.name: "another"}))
                permit = stage.take(other, SHORT)
                _expect_permit(permit, f"acquire(…, within={SHORT}) in a scope that differs in its {field.name}")
                held.append(permit)
            expect(waiter.done(), False, "whether the one who waits in the full scope was served")

    # -- 6: shared -----------------------------------------------------------------------------------------------------

    @promise(*_SHARED)
    def test_all_share_one_limit(self) -> None:
        faces = self.faces()
        for moment in MOMENTS:
            try:
                return self._share(self.make(), [*faces, *faces], moment)
            except AssertionError:
                if moment == MOMENTS[-1]:
                    raise
        return None

    def _share(self, semaphore: Any, faces: list[str], moment: float) -> None:
        """Of many loops and threads, each gets what another one gives back."""
        stages = [Stage(semaphore, face, self.patience, moment) for face in faces]
        try:
            permits = self._fill(stages[0])
            for stage in stages[1:]:
                expect(stage.take(self._one()), None, f"acquire(…, within=0) elsewhere ({stage.face}), all under way")
            for giver, taker in pairwise(stages):
                waiter = taker.begin(self._one(), self.patience)
                giver.give(permits.pop())
                permits.append(taker.end(waiter, f"a waiter elsewhere ({taker.face}), when one is given back"))
                _expect_permit(permits[-1], f"what a waiter elsewhere ({taker.face}) gets")
        finally:
            for stage in stages:
                stage.__exit__()

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _stage(self, face: str, moment: float = 0.0) -> Stage:
        return Stage(self.make(), face, self.patience, moment)

    def _one(self, priority: int = 0) -> Demand:
        return self.demand(_SCOPE, priority)

    def _fill(self, stage: Stage) -> list[Any]:
        permits = [stage.take(self._one(), self.patience) for _ in range(self.limit)]
        expect([permit is None for permit in permits], [False] * self.limit, f"None for one of the first {self.limit}")
        return permits

    def _served(self, face: str, moment: float, priorities: list[int]) -> list[int]:
        """Have them wait in this order, and give one permit from hand to hand: who had it, one after the other."""
        with self._stage(face, moment) as stage:
            held = self._fill(stage)
            waiters = [stage.begin(self._one(priority), self.patience) for priority in priorities]
            served: list[int] = []
            while len(served) < len(waiters):
                stage.give(held.pop())
                served.append(first_done(waiters, served, self.patience))
                held.append(waiters[served[-1]].result())
            return served

    def _expect_free(self, stage: Stage, number: int, when: str) -> None:
        permits = [stage.take(self._one(), SHORT) for _ in range(number)]
        expect([permit is not None for permit in permits], [True] * number, f"whether {number} are free {when}")
        expect(stage.take(self._one()), None, f"acquire(…, within=0) for one more {when}")
        for permit in permits:
            stage.give(permit)

    def _cancelled(self, act: Callable[[Any, Demand, list[Any]], Coroutine[Any, Any, None]]) -> None:
        """Cancel a wait on a loop; afterwards one permit is free, that which the act gave back."""
        if "async" not in self.faces():
            pytest.skip("it has no async face")
        with self._stage("async") as stage:
            permits = self._fill(stage)
            stage.end(stage.submit(act(stage.semaphore, self._one(), permits)), "a wait that is cancelled")
            self._expect_free(stage, 1, "after a wait was cancelled and one was given back")


_SCOPE: Final = Scope("tenant", "https://api.example.com", "group", "key")


def _expect_permit(permit: Any, what: str) -> None:
    if not callable(getattr(permit, "release", None)):
        fail(what, "a permit", repr(permit))
