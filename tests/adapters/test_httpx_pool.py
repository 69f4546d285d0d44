"""The books of the connection pool, by model: no place is lost, none is taken twice, nobody starves."""

from collections import deque
from typing import Any

import httpcore
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from pristine.adapters.httpx.network import Limit, left
from pristine.adapters.httpx.pool import KEPT, Places, Waiter

ORIGINS = [httpcore.URL(f"http://host-{name}/").origin for name in "abc"]
MAXIMUM = 3


class Fake:
    """A connection in some state."""

    def __init__(self) -> None:
        self.idle, self.closed, self.expired = True, False, False

    def is_idle(self) -> bool:
        return self.idle

    def is_closed(self) -> bool:
        return self.closed

    def has_expired(self) -> bool:
        return self.expired


class Books(RuleBasedStateMachine):
    """Requests come, are served or give up, and put their connections back in any state."""

    waiters: Bundle[Waiter] = Bundle("waiters")

    def __init__(self) -> None:
        super().__init__()
        self.places = Places(MAXIMUM)
        self.queue: deque[Waiter] = deque()
        self.using: dict[int, Any] = {}
        self.woken: set[int] = set()

    @rule(target=waiters, origin=st.sampled_from(ORIGINS))
    def come(self, origin: httpcore.Origin) -> Waiter:
        waiter = Waiter(origin, lambda: None)
        waiter.wake = lambda: self.served(waiter)
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
        waiter.connection = waiter.connection or Fake()
        assert all(waiter.connection is not used for used in self.using.values()), "a connection was given twice"
        assert not waiter.connection.expired
        self.using[id(waiter)] = waiter.connection

    @rule(waiter=consumes(waiters), idle=st.booleans(), closed=st.booleans(), expired=st.booleans())
    def end(self, waiter: Waiter, idle: bool, closed: bool, expired: bool) -> None:
        if waiter in self.queue:
            self.queue.remove(waiter)
            self.places.leave(waiter)
        else:
            connection = self.using.pop(id(waiter))
            connection.idle, connection.closed, connection.expired = idle, closed, expired
            self.places.put(waiter.origin, connection)

    @rule()
    def an_idle_connection_expires(self) -> None:
        if self.places._idle:
            self.places._idle[0][1].expired = True

    @rule()
    def clear(self) -> None:
        self.places.clear()
        assert not self.places._idle

    @invariant()
    def no_place_is_lost_or_invented(self) -> None:
        assert self.places._taken == len(self.using)
        assert len(self.using) + len(self.places._idle) <= MAXIMUM
        assert len(self.queue) == len(self.places._waiting)

    @invariant()
    def nobody_waits_beside_a_free_place(self) -> None:
        assert not self.queue or len(self.using) == MAXIMUM

    @invariant()
    def what_is_doomed_is_in_nobodys_hands(self) -> None:
        hands = [*self.using.values(), *(connection for _, connection in self.places._idle)]
        assert not any(doomed is held for doomed in self.places.doomed for held in hands)


Books.TestCase.settings = settings(max_examples=150, stateful_step_count=40, derandomize=True, deadline=None)
TestBooks = Books.TestCase


def test_only_so_many_idle_connections_are_kept() -> None:
    places = Places(None)
    waiters = [Waiter(ORIGINS[0], lambda: None) for _ in range(KEPT + 5)]
    for waiter in waiters:
        assert places.take(waiter)
    for waiter in waiters:
        places.put(waiter.origin, Fake())
    assert len(places.doomed) == 5


def test_the_connection_used_last_is_used_next_and_expired_ones_are_doomed() -> None:
    places, first, second = Places(None), Fake(), Fake()
    waiters = [Waiter(ORIGINS[0], lambda: None) for _ in range(2)]
    for waiter, connection in zip(waiters, (first, second), strict=True):
        places.take(waiter)
        waiter.connection = connection
    for waiter in waiters:
        places.put(waiter.origin, waiter.connection)
    second.expired = True
    again = Waiter(ORIGINS[0], lambda: None)
    assert places.take(again)
    assert again.connection is first
    assert places.doomed == [second]


def test_a_limit_knows_what_is_left_of_it() -> None:
    assert left(None, TimeoutError) is None
    assert left(3.0, TimeoutError) == 3.0
    generous = left(Limit.until(2.0, None), TimeoutError)
    assert generous == 2.0
    try:
        left(Limit.until(None, 0.0), TimeoutError)
    except TimeoutError:
        pass
    else:
        raise AssertionError("the deadline was long past")
