"""The contract of `pristine.ports.retry.RetryBudget`: what can be spent is counted, before and after what is earned."""

from functools import partial
from typing import Any, ClassVar, Final

from pristine.ports.errors import ConnectionLost, StatusError, TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import RetryBudget
from pristine.testing.contracts.probing import fail, in_threads, overheard, quickest, raised
from pristine.testing.promises import expect, promise

_SPEND: Final = (
    "RetryBudget",
    1,
    "spend takes the price of a retry and says True, or leaves all as it is and says False",
)
_EARN: Final = ("RetryBudget", 2, "a success alone brings something back, and never more than there was")
_AT_ONCE: Final = ("RetryBudget", 3, "returns at once, from any thread, and does not raise")

_SOON: Final = 0.005
_THREADS: Final = 8

SUCCESS: Final = Outcome(Kind.SUCCESS, status=200)
FAILURES: Final = (
    Outcome(Kind.UPSTREAM_FAILURE, StatusError.class_for(500)("500", status=500), 500),
    Outcome(Kind.OVERLOADED, StatusError.class_for(503)("503", status=503), 503, 7.5),
    Outcome(Kind.RATE_LIMITED, StatusError.class_for(429)("429", status=429), 429, 86400.0),
    Outcome(Kind.TRANSPORT_ERROR, ConnectionLost("reset by the peer")),
    Outcome(Kind.TRANSPORT_ERROR, TimeoutExceeded("read timeout", limit="read", seconds=1.0)),
    Outcome(Kind.CLIENT_ERROR, StatusError.class_for(409)("409", status=409), 409, should_retry=True),
)


class RetryBudgetContract:
    """Subclass it as `Test…`, and say how the budget is made."""

    most: ClassVar[int] = 10_000
    """More than what there is for retries, and more successes than it takes to earn it all back."""

    def make(self) -> RetryBudget:
        """A budget of which nothing is spent."""
        raise NotImplementedError("say how the RetryBudget is made: def make(self)")

    @promise(*_SPEND)
    def test_there_is_something_to_spend_and_an_end_to_it(self) -> None:
        for failure in FAILURES:
            spent = self._spent(self.make(), failure)
            if not 0 < spent < self.most:
                fail(f"retries that are paid for, each after {failure.kind}", f"1 to {self.most - 1}", str(spent))

    @promise(*_SPEND)
    def test_spend_says_true_or_false(self) -> None:
        budget = self.make()
        for failure in [*FAILURES] * self.most:
            said: Any = budget.spend(failure)
            if said is False:
                return
            expect(said, True, f"said to a retry after {failure.kind}")

    @promise(*_SPEND)
    def test_what_is_refused_costs_nothing(self) -> None:
        expected, came = (self._successes_to_the_next(refused) for refused in (0, 50))
        expect(came, expected, "successes until a retry is paid for, after 50 more that were refused")
        if came == self.most:
            fail("successes, each followed by a retry that is asked for", "one is paid for at last", "none is")

    @promise(*_EARN)
    def test_successes_bring_it_back(self) -> None:
        budget = self.make()
        whole = self._spent(budget)
        _earn(budget, SUCCESS, self.most)
        expect(self._spent(budget), whole, "retries that are paid for after very many successes")

    @promise(*_EARN)
    def test_there_is_never_more_than_in_the_beginning(self) -> None:
        budget = self.make()
        _earn(budget, SUCCESS, self.most)
        whole, came = self._spent(self.make()), self._spent(budget)
        if came > whole:
            fail("retries that are paid for, successes having come before any", f"{whole}", f"{came}")

    @promise(*_EARN)
    def test_a_failure_brings_nothing_back(self) -> None:
        for failure in FAILURES:
            budget = self.make()
            self._spent(budget)
            _earn(budget, failure, 100)
            expect(self._spent(budget), 0, f"retries that are paid for in an outage, after 100 of {failure.kind}")

    @promise(*_AT_ONCE)
    def test_it_is_back_at_once(self) -> None:
        budget = self.make()
        for outcome in (SUCCESS, *FAILURES):
            for call in (budget.spend, budget.earn):
                taken = quickest(partial(call, outcome))
                if taken > _SOON:
                    fail(f"{call.__name__}, told of {outcome.kind}", "it returns at once", f"after {taken:.3f} s")

    @promise(*_AT_ONCE)
    def test_it_does_not_raise(self) -> None:
        budget = self.make()
        with overheard():
            for outcome in (SUCCESS, *FAILURES) * 100:
                for call in (budget.spend, budget.earn):
                    expect(raised(partial(call, outcome)), None, f"what {call.__name__} raises for {outcome.kind}")

    @promise(*_AT_ONCE)
    def test_threads_share_it(self) -> None:
        budget, whole = self.make(), self._spent(self.make())
        spent: list[int] = []
        errors = in_threads([lambda: spent.append(self._spent(budget))] * _THREADS)
        expect(errors, [], f"what is raised in {_THREADS} threads")
        expect(sum(spent), whole, f"retries that are paid for in {_THREADS} threads together")

    def _spent(self, budget: RetryBudget, failure: Outcome = FAILURES[0]) -> int:
        """How many retries in a row are paid for."""
        return next((count for count in range(self.most) if not budget.spend(failure)), self.most)

    def _successes_to_the_next(self, refused: int) -> int:
        budget = self.make()
        self._spent(budget)
        for _ in range(refused):
            budget.spend(FAILURES[0])
        for count in range(1, self.most):
            budget.earn(SUCCESS)
            if budget.spend(FAILURES[0]):
                return count
        return self.most


def _earn(budget: RetryBudget, outcome: Outcome, times: int) -> None:
    for _ in range(times):
        budget.earn(outcome)
