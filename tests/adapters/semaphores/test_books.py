"""The queue and the counts, against a model that is obviously right: who is in, and who waits."""

from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pristine.adapters.semaphores.books import HELD, OVER, WAITING, Book
from pristine.adapters.semaphores.ledger import Ledger, Permit
from pristine.ports.admission import Demand, Scope

SCOPE = Scope(group="chat")


def demand(priority: int = 0, scope: Scope = SCOPE) -> Demand:
    return Demand(scope=scope, priority=priority)


def enter(ledger: Ledger, *, priority: int = 0, limit: float | None = 2, cost: int = 1) -> Permit:
    """One more who comes, and waits where there is no room."""
    permit = ledger.enter(demand(priority), limit, cost, queue=True)
    assert permit is not None
    return permit


@attrs.define(eq=False)
class Guest:
    """One of the model: whoever has a permit, or waits for one."""

    permit: Any
    cost: int
    priority: int


class Ledgers(RuleBasedStateMachine):
    """Everything that callers do, in any order; after each step the ledger is where the model is."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(Book)
        self.limit = 3
        self.inside: list[Guest] = []
        self.line: list[Guest] = []
        self.gone: list[Guest] = []

    def next_in(self) -> None:
        """Let in who is next, while there is room."""
        while self.line and sum(guest.cost for guest in self.inside) < self.limit:
            first = max(self.line, key=lambda guest: guest.priority)  # of equals, the first
            self.line.remove(first)
            self.inside.append(first)

    @rule(cost=st.integers(1, 4), priority=st.integers(-1, 2))
    def come(self, cost: int, priority: int) -> None:
        guest = Guest(enter(self.ledger, priority=priority, limit=self.limit, cost=cost), cost, priority)
        self.line.append(guest)
        self.next_in()

    @rule(cost=st.integers(1, 4), priority=st.integers(-1, 2))
    def try_to_come(self, cost: int, priority: int) -> None:
        room = sum(guest.cost for guest in self.inside) < self.limit
        permit = self.ledger.enter(demand(priority), self.limit, cost, queue=False)
        assert (permit is not None) == room
        if permit is not None:
            self.inside.append(Guest(permit, cost, priority))

    @precondition(lambda self: self.inside)
    @rule(data=st.data(), how=st.sampled_from(["released", "dropped"]))
    def go(self, data: st.DataObject, how: str) -> None:
        guest = data.draw(st.sampled_from(self.inside))
        self.inside.remove(guest)
        if how == "released":
            guest.permit.release()
            self.gone.append(guest)
        else:
            guest.permit = None
        self.next_in()

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        guest = data.draw(st.sampled_from(self.line))
        self.line.remove(guest)
        guest.permit.release()
        self.gone.append(guest)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def go_again(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.gone)).permit.release()

    @rule(limit=st.integers(1, 6))
    def be_told_another_limit(self, limit: int) -> None:
        self.limit = limit
        self.next_in()
        self.try_to_come(cost=1, priority=0)  # a demand says the limit; those who wait go before it

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        assert {guest.permit.state for guest in self.inside} <= {HELD}
        assert {guest.permit.state for guest in self.line} <= {WAITING}
        assert {guest.permit.state for guest in self.gone} <= {OVER}
        assert not any(guest.permit.bell.rung for guest in self.line)
        assert all(guest.permit.bell.rung for guest in self.inside if hasattr(guest.permit, "bell"))
        load = self.ledger.load(SCOPE)
        assert (load.used, load.waiting) == (sum(guest.cost for guest in self.inside), len(self.line))

    def teardown(self) -> None:
        for guest in [*self.line, *self.inside]:
            guest.permit.release()
        assert (self.ledger.load(SCOPE).used, self.ledger.load(SCOPE).waiting) == (0, 0)


Ledgers.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
TestLedgers = Ledgers.TestCase


def test_a_line_forgets_those_who_left_it() -> None:
    ledger = Ledger(Book)
    held = [enter(ledger) for _ in range(2)]
    last = enter(ledger, priority=-1)
    for _ in range(10_000):
        enter(ledger).release()
    book = held[0].book
    assert len(book.line) < 100
    assert book.load().waiting == 1
    held[0].release()
    assert last.state == HELD


def test_scopes_come_and_go_by_the_thousand_and_the_busy_ones_stay() -> None:
    ledger = Ledger(Book)
    busy = enter(ledger)
    for number in range(20_000):
        permit = ledger.enter(demand(scope=Scope(key=f"{number}")), 1, 1, queue=False)
        assert permit is not None
        permit.release()
    assert len(ledger) <= 1025
    assert ledger.load(SCOPE).used == 1
    busy.release()


def test_those_who_cannot_be_told_are_passed_over_one_after_the_other() -> None:
    """Thousands of them: a recursion would not do."""
    ledger = Ledger(Book)
    held = enter(ledger, limit=1)
    for _ in range(5000):
        permit = enter(ledger, limit=1)
        permit.bell._wake = _closed
    alive = enter(ledger, limit=1)
    held.release()
    assert alive.state == HELD
    assert alive.bell.rung
    assert ledger.load(SCOPE).waiting == 0


def test_who_has_come_before_being_told_keeps_the_permit() -> None:
    """Their time passed when they were served; they have left the loop, and the permit is under way elsewhere."""
    ledger = Ledger(Book)
    held, late = enter(ledger, limit=1), enter(ledger, limit=1)
    late.bell._wake, late.bell.answered = _closed, True
    held.release()
    assert late.state == HELD
    assert ledger.load(SCOPE).used == 1


def _closed() -> None:
    raise RuntimeError("Event loop is closed")
