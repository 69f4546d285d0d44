"""The retry budget: an outage ends retries, successes bring them back, and nothing is lost between threads."""

import copy
import math
import os
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pristine.adapters.budget import TokenBudget
from pristine.ports.errors import ConfigurationError, ConnectFailed, RequestTimedOut, StreamTimedOut, TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome
from pristine.testing.contracts.budget import FAILURES, SUCCESS, RetryBudgetContract
from pristine.testing.contracts.probing import in_threads
from tests.support.forking import holds_in_a_child

BUSY = Outcome(Kind.OVERLOADED)
TIMEOUT = Outcome(Kind.TRANSPORT_ERROR, TimeoutExceeded("read", limit="read"))


class TestTokenBudget(RetryBudgetContract):
    def make(self) -> TokenBudget:
        return TokenBudget()


class TestPreciousBudget(RetryBudgetContract):
    def make(self) -> TokenBudget:
        return TokenBudget(capacity=7, price=2.5, timeout_price=3, earns=0.1)


def test_the_numbers_are_those_of_the_aws_sdks() -> None:
    budget = TokenBudget()
    assert budget.tokens == 500
    assert [budget.spend(BUSY), budget.tokens] == [True, 495]
    assert [budget.spend(TIMEOUT), budget.tokens] == [True, 485]
    budget.earn(SUCCESS)
    assert budget.tokens == 486
    assert repr(budget) == "TokenBudget(486 of 500 tokens)"


def test_in_an_outage_retries_end_and_come_back_with_successes() -> None:
    budget = TokenBudget(capacity=10)
    assert [budget.spend(BUSY) for _ in range(3)] == [True, True, False]
    budget.earn(BUSY)
    assert not budget.spend(BUSY)
    for _ in range(4):
        budget.earn(SUCCESS)
    assert not budget.spend(BUSY)
    budget.earn(SUCCESS)
    assert not budget.spend(TIMEOUT)
    assert budget.spend(BUSY)


@pytest.mark.parametrize(("history", "left"), [([], 11), ([BUSY], 15), ([BUSY, TIMEOUT], 20), ([TIMEOUT, BUSY], 15)])
def test_a_success_after_a_retry_brings_back_what_that_retry_cost(history: list[Outcome], left: float) -> None:
    budget = TokenBudget(capacity=60)
    for _ in range(10):
        budget.spend(BUSY)
    budget.earn(SUCCESS, history)
    assert budget.tokens == left


@pytest.mark.parametrize(
    ("error", "price"),
    [
        (TimeoutExceeded("connect", limit="connect"), 10),
        (StreamTimedOut("read", limit="read"), 10),
        (ConnectFailed("refused"), 5),
        (RequestTimedOut("408", status=408), 5),
        (None, 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_timed_out_here_costs_a_timeout(error: Any, price: float) -> None:
    budget = TokenBudget()
    budget.spend(Outcome(Kind.TRANSPORT_ERROR, error))
    assert budget.tokens == 500 - price


def test_without_tokens_there_are_no_retries() -> None:
    budget = TokenBudget(capacity=0)
    budget.earn(SUCCESS)
    assert not budget.spend(BUSY)
    assert TokenBudget(capacity=0, price=0).spend(BUSY)


@pytest.mark.parametrize("option", ["capacity", "price", "timeout_price", "earns"])
@pytest.mark.parametrize("value", [-1, math.nan, "3", None, True])
def test_an_option_is_a_number_from_0(option: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{option}=.*: give a number, 0 or greater") as caught:
        TokenBudget(**{option: value})
    assert caught.value.setting == option


@pytest.mark.parametrize("again", [lambda b: pickle.loads(pickle.dumps(b)), copy.copy, copy.deepcopy])
def test_a_copy_begins_anew(again: Callable[[Any], Any]) -> None:
    budget = TokenBudget(capacity=10, price=3, timeout_price=4, earns=2)
    budget.spend(BUSY)
    copied = again(budget)
    assert (copied.tokens, budget.tokens) == (10, 7)
    assert copied.spend(TIMEOUT)
    copied.earn(SUCCESS)
    assert (copied.tokens, budget.tokens) == (8, 7)


def test_nothing_is_lost_between_threads() -> None:
    budget = TokenBudget(capacity=1e6)

    def spend_some() -> None:
        for _ in range(2000):
            assert budget.spend(BUSY)
            assert budget.spend(TIMEOUT)
            budget.earn(SUCCESS, [BUSY, TIMEOUT])

    assert in_threads([spend_some] * 8) == []
    assert budget.tokens == 1e6 - 8 * 2000 * 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_is_not_kept_waiting_by_a_lock_of_its_parent() -> None:
    budget = TokenBudget(capacity=10)
    budget.spend(BUSY)

    with budget._lock:  # held by this thread; the child goes on in the other one
        assert holds_in_a_child(lambda: budget.spend(BUSY) and budget.tokens == 0)
    assert budget.tokens == 5


class Model(RuleBasedStateMachine):
    """Against a number that goes down and up."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = TokenBudget(capacity=40, price=5, timeout_price=10, earns=1)
        self.left = 40

    @rule(outcome=st.sampled_from(FAILURES))
    def retries(self, outcome: Outcome) -> None:
        price = 10 if isinstance(outcome.error, TimeoutExceeded) else 5
        assert self.budget.spend(outcome) is (price <= self.left)
        self.left -= price if price <= self.left else 0

    @rule(history=st.lists(st.sampled_from(FAILURES), max_size=2))
    def succeeds(self, history: list[Outcome]) -> None:
        self.budget.earn(SUCCESS, history)
        earned = 1 if not history else 10 if isinstance(history[-1].error, TimeoutExceeded) else 5
        self.left = min(40, self.left + earned)

    @rule(outcome=st.sampled_from(FAILURES))
    def fails(self, outcome: Outcome) -> None:
        self.budget.earn(outcome)

    @invariant()
    def it_has_what_the_model_has(self) -> None:
        assert self.budget.tokens == self.left
        assert 0 <= self.left <= 40


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=50, stateful_step_count=30, derandomize=True, deadline=None)
