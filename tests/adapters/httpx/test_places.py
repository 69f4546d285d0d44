"""The books of the pool, by model: no place is lost, none is taken twice, nobody starves."""

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from pristine.adapters.httpcore.places import Places, Waiter
from pristine.ports.connection import ConnectionOptions

ORIGINS = "abc"
MAXIMUM, IDLE, KEPT_FOR = 3, 2, 10.0


@attrs.define(eq=False)
class Fake:
    """A connection, which may go stale while it is idle."""

    origin: str
    stale: bool = False

    def is_stale(self) -> bool:
        return self.stale


@attrs.define(eq=False)
class Signal:
    set: Callable[[], None]


class Books(RuleBasedStateMachine):
    """Requests come, are served or give up, and put their connections back; time passes."""

    waiters: Bundle[Waiter] = Bundle("waiters")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        options = ConnectionOptions(max_connections=MAXIMUM, max_idle=IDLE, keep_alive=KEPT_FOR)
        self.places = Places(options, lambda: self.now)
        self.queue: deque[Waiter] = deque()
        self.using: dict[Waiter, Any] = {}

    @rule(target=waiters, origin=st.sampled_from(ORIGINS))
    def come(self, origin: str) -> Waiter:
        waiter = Waiter(origin, lambda: Signal(lambda: self.served(waiter)))
        if self.places.take(waiter):
            assert not self.queue, "it overtook those who wait"
            self.served(waiter)
        else:
            self.queue.append(waiter)
        return waiter

    def served(self, waiter: Waiter) -> None:
        assert waiter.granted
        if waiter in self.queue:
            assert self.queue.popleft() is waiter, "it was not first come, first served"
        waiter.line = waiter.line or Fake(str(waiter.origin))
        assert waiter.line not in self.using.values(), "a connection was given twice"
        assert waiter.line.origin == waiter.origin
        assert not waiter.line.stale
        self.using[waiter] = waiter.line

    @rule(waiter=consumes(waiters), reusable=st.booleans())
    def end(self, waiter: Waiter, reusable: bool) -> None:
        if waiter in self.queue:
            self.queue.remove(waiter)
            self.places.leave(waiter)
        else:
            self.places.put(self.using.pop(waiter), reusable=reusable)

    @rule(waiter=consumes(waiters))
    def fail_to_connect(self, waiter: Waiter) -> None:
        if waiter in self.using:
            del self.using[waiter]
            self.places.put(None)

    @rule(which=st.integers(0, IDLE - 1))
    def an_idle_connection_goes_stale(self, which: int) -> None:
        for line in itertools.islice(self.places._idle, which, which + 1):
            assert isinstance(line, Fake)
            line.stale = True

    @rule(seconds=st.sampled_from([1.0, KEPT_FOR]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def no_place_is_lost_or_invented(self) -> None:
        assert self.places._taken == len(self.using)
        assert len(self.using) + len(self.places._idle) <= MAXIMUM
        assert len(self.queue) == len(self.places._waiting)

    @invariant()
    def not_too_many_are_kept_and_none_is_forgotten(self) -> None:
        assert len(self.places._idle) <= IDLE
        assert sorted(map(id, self.places._idle)) == sorted(id(one) for of in self.places._of.values() for one in of)
        assert all(self.places._of.values()), "an origin is remembered for nothing"

    @invariant()
    def nobody_waits_beside_a_free_place(self) -> None:
        assert not self.queue or len(self.using) == MAXIMUM

    @invariant()
    def what_is_doomed_is_in_nobodys_hands(self) -> None:
        hands = [*self.using.values(), *self.places._idle]
        assert not any(doomed is held for doomed in self.places.doomed for held in hands)


Books.TestCase.settings = settings(max_examples=150, stateful_step_count=40, derandomize=True, deadline=None)
TestBooks = Books.TestCase


def taken(places: Places, origin: str = "a", line: Fake | None = None) -> Waiter:
    waiter = Waiter(origin, lambda: Signal(lambda: None))
    assert places.take(waiter)
    waiter.line = waiter.line or line or Fake(origin)
    return waiter


def test_only_so_many_idle_connections_are_kept_and_the_longest_idle_go_first() -> None:
    places = Places(ConnectionOptions(max_connections=None, max_idle=20))
    waiters = [taken(places) for _ in range(25)]
    for waiter in waiters:
        places.put(waiter.line, reusable=True)
    assert places.doomed == [waiter.line for waiter in waiters[:5]]


def test_none_is_kept_for_later_but_who_waits_gets_it() -> None:
    places = Places(ConnectionOptions(max_connections=1, max_idle=0))
    first = taken(places)
    second = Waiter("a", lambda: Signal(lambda: None))
    assert not places.take(second)
    places.put(first.line, reusable=True)
    assert second.granted
    assert second.line is first.line
    places.put(second.line, reusable=True)
    assert places.doomed == [first.line]


def test_keep_alive_of_nothing_uses_no_connection_twice() -> None:
    places = Places(ConnectionOptions(max_connections=1, keep_alive=0))
    first = taken(places)
    second = Waiter("a", lambda: Signal(lambda: None))
    assert not places.take(second)
    places.put(first.line, reusable=True)
    assert second.granted
    assert second.line is None
    assert places.doomed == [first.line]


def test_an_idle_connection_of_any_origin_goes_when_its_time_is_over() -> None:
    now = [0.0]
    places = Places(ConnectionOptions(keep_alive=5), lambda: now[0])
    old = taken(places, "a")
    places.put(old.line, reusable=True)
    now[0] = 4.9
    young = taken(places, "b")
    places.put(young.line, reusable=True)
    assert places.doomed == []
    now[0] = 5.0
    taken(places, "c")
    assert places.doomed == [old.line]


def test_the_connection_used_last_is_used_next_and_stale_ones_are_doomed() -> None:
    places = Places(ConnectionOptions())
    first, second = taken(places), taken(places)
    for waiter in (first, second):
        places.put(waiter.line, reusable=True)
    second.line.stale = True
    assert taken(places).line is first.line
    assert places.doomed == [second.line]


def test_closed_books_keep_nothing() -> None:
    places = Places(ConnectionOptions())
    first, second = taken(places), taken(places)
    places.put(first.line, reusable=True)
    places.close()
    places.put(second.line, reusable=True)
    assert places.doomed == [first.line, second.line]
