"""Backoff: every decision follows from the outcome, the history and an injected random."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine import ConfigurationError
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Step
from pristine.adapters.retry import ExponentialRetry, NoRetry
from pristine.ports.errors import ConnectFailed
from pristine.ports.retry import Again, Answer, Decision, GiveUp, Kind, Outcome
from tests.support.offline import answer, call, manifest

BUSY = Outcome(Kind.OVERLOADED)
WORTH_IT = [Kind.RATE_LIMITED, Kind.OVERLOADED, Kind.UPSTREAM_FAILURE, Kind.TRANSPORT_ERROR]
FINAL = [Kind.SUCCESS, Kind.CLIENT_ERROR]


def decide(outcome: Outcome = BUSY, retries: int = 0, **options: Any) -> Decision:
    return ExponentialRetry(**{"random": lambda: 0.5, **options}).decide(outcome, [BUSY] * retries)


def test_every_kind_has_its_decision() -> None:
    assert {*WORTH_IT, *FINAL} == set(Kind)


@pytest.mark.parametrize("kind", FINAL)
def test_what_another_attempt_cannot_change_is_taken_as_it_is(kind: Kind) -> None:
    assert decide(Outcome(kind)) == Answer()
    assert decide(Outcome(kind, retry_after=1)) == Answer()


@pytest.mark.parametrize("kind", WORTH_IT)
def test_what_another_attempt_may_change_is_sent_again(kind: Kind) -> None:
    assert decide(Outcome(kind)) == Again(0.25)


def test_waits_double_up_to_the_cap() -> None:
    waits = [decide(retries=n, max_retries=9, base=0.5, cap=3, jitter=0) for n in range(5)]
    assert waits == [Again(0.5), Again(1.0), Again(2.0), Again(3), Again(3)]
    assert decide(retries=5000, max_retries=9999, jitter=0) == Again(10.0)


@pytest.mark.parametrize(("jitter", "random", "wait"), [(1, 0.0, 8), (1, 0.75, 2), (0.5, 1.0, 4), (0, 0.9, 8)])
def test_jitter_takes_its_part_off_the_wait(jitter: float, random: float, wait: float) -> None:
    assert decide(base=8, jitter=jitter, random=lambda: random) == Again(wait)


def test_it_gives_up_after_max_retries_and_says_so() -> None:
    assert isinstance(decide(retries=1, max_retries=2), Again)
    assert decide(retries=2, max_retries=2) == GiveUp("gave up after 3 attempts")
    assert decide(retries=0, max_retries=0) == Answer()


def test_what_may_have_been_processed_is_not_sent_again() -> None:
    decision = decide(Outcome(Kind.TRANSPORT_ERROR, may_resend=False))
    assert isinstance(decision, GiveUp)
    assert "no idempotency key" in decision.reason


def test_a_wish_of_the_server_is_never_undercut() -> None:
    assert decide(Outcome(Kind.RATE_LIMITED, retry_after=7)) == Again(7)
    assert decide(Outcome(Kind.RATE_LIMITED, retry_after=0.1)) == Again(0.25)
    assert decide(Outcome(Kind.RATE_LIMITED, retry_after=0)) == Again(0.25)


def test_a_wish_that_is_too_long_ends_the_call() -> None:
    assert decide(Outcome(Kind.OVERLOADED, retry_after=120)) == Again(120)
    assert decide(Outcome(Kind.OVERLOADED, retry_after=121)) == GiveUp(
        "the server asks to wait 121 s, more than max_retry_after of 120 s"
    )


@given(
    st.sampled_from(WORTH_IT),
    st.integers(0, 100),
    st.floats(0, 1e6),
    st.floats(0, 1),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 100),
)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_wait_is_between_the_wish_and_the_cap(
    kind: Kind, retries: int, base: float, jitter: float, random: float, wish: float | None
) -> None:
    options = {"base": base, "jitter": jitter, "random": lambda: random, "max_retries": 200, "cap": 60}
    decision = decide(Outcome(kind, retry_after=wish), retries, **options)
    assert isinstance(decision, Again)
    assert (wish or 0) <= decision.delay <= max(60, wish or 0)


@pytest.mark.parametrize("option", ["max_retries", "base", "cap", "jitter", "max_retry_after"])
@pytest.mark.parametrize("value", [-1, math.nan, "3", None, True])
def test_an_option_is_a_number_from_0(option: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{option}=.*: give a number, 0 or greater"):
        ExponentialRetry(**{option: value})


@pytest.mark.parametrize("options", [{"jitter": 1.5}, {"random": "4"}])
def test_other_nonsense_is_refused_too(options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        ExponentialRetry(**options)
    with pytest.raises(ConfigurationError, match="retry 'exponential': "):
        pristine.context(transport=MemoryTransport(), retry={"name": "exponential", **options})


@pytest.mark.parametrize("kind", Kind)
def test_no_retry_takes_everything_as_it_is(kind: Kind) -> None:
    assert NoRetry().decide(Outcome(kind), ()) == Answer()


def test_the_pipeline_waits_as_long_as_it_was_decided() -> None:
    clock = ManualClock()
    script: list[Step] = [pristine.Response(503, {"retry-after": "3"}), ConnectFailed("no"), answer(1)]
    retry = ExponentialRetry(base=8, jitter=0)
    assert call(MemoryTransport(script), manifest(), context={"clock": clock, "retry": retry}) == 1
    assert clock.slept == [8, 10]
