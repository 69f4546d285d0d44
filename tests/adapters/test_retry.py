"""Backoff: every decision follows from the outcome, the history and an injected random."""

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine import ConfigurationError
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Step
from pristine.adapters.retry import ConstantRetry, DecorrelatedRetry, ExponentialRetry, Factor, LinearRetry, NoRetry
from pristine.ports.errors import ConnectFailed
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import Again, Answer, Decision, GiveUp
from tests.support.offline import answer, call, manifest

BUSY = Outcome(Kind.OVERLOADED)
WORTH_IT = [Kind.RATE_LIMITED, Kind.OVERLOADED, Kind.UPSTREAM_FAILURE, Kind.TRANSPORT_ERROR]
FINAL = [Kind.SUCCESS, Kind.CLIENT_ERROR]


def decide(outcome: Outcome = BUSY, retries: int = 0, **options: Any) -> Decision:
    return ExponentialRetry(**{"random": lambda: 0.5, **options}).decide(outcome, [BUSY] * retries)


POLICIES = [ExponentialRetry, LinearRetry, ConstantRetry, DecorrelatedRetry]


def schedule(policy: Any, retries: int = 5) -> list[float]:
    """The waits of a call that never succeeds, each kept in the history as the pipeline keeps it."""
    history: list[Outcome] = []
    while len(history) < retries and isinstance(decision := policy.decide(BUSY, history), Again):
        history.append(attrs.evolve(BUSY, delay=decision.delay))
    return [outcome.delay or 0 for outcome in history]


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


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (ExponentialRetry(base=0.5, cap=3, jitter="none", max_retries=9), [0.5, 1, 2, 3, 3]),
        (LinearRetry(base=0.5, cap=2, jitter=0, max_retries=9), [0.5, 1, 1.5, 2, 2]),
        (ConstantRetry(base=0.5, jitter=0, max_retries=9), [0.5] * 5),
        (DecorrelatedRetry(base=0.5, cap=10, random=lambda: 0.0, max_retries=9), [0.5] * 5),
        (DecorrelatedRetry(base=0.5, cap=10, random=lambda: 0.5, max_retries=9), [1, 1.75, 2.875, 4.5625, 7.09375]),
        (DecorrelatedRetry(base=0.5, cap=10, random=lambda: 1.0, max_retries=9), [1.5, 4.5, 10, 10, 10]),
        (DecorrelatedRetry(base=5, cap=1, random=lambda: 0.5, max_retries=9), [1] * 5),
        (LinearRetry(jitter=0), [0.5, 1]),
        (ConstantRetry(max_retries=0), []),
        (NoRetry(), []),
    ],
    ids=repr,
)
def test_the_waits_of_a_call_follow_the_policy(policy: Any, waits: list[float]) -> None:
    assert schedule(policy) == waits


@pytest.mark.parametrize(
    ("jitter", "waits"),
    [
        ("full", [8, 4, 0]),
        ("equal", [8, 6, 4]),
        ("none", [8, 8, 8]),
        (0.25, [8, 7, 6]),
        ("factor", [4, 8, 12]),
        ({"factor": 0.25}, [6, 8, 10]),
        ("additive", [8, 12, 16]),
    ],
    ids=str,
)
def test_jitter_spreads_a_wait(jitter: Any, waits: list[float]) -> None:
    def policy(drawn: float) -> ConstantRetry:
        return ConstantRetry(base=8, jitter=jitter, random=lambda: drawn)

    assert [schedule(policy(drawn), 1)[0] for drawn in (0.0, 0.5, 1.0)] == waits


@pytest.mark.parametrize("jitter", ["factor", {"factor": 0.2}, "additive", "full"], ids=str)
def test_jitter_stays_below_the_cap_and_is_not_cut_off_by_it(jitter: Any) -> None:
    draws = [0.0, 0.25, 0.5, 0.75, 1.0]
    policies = [LinearRetry(base=8, cap=10, jitter=jitter, max_retries=9, random=lambda d=d: d) for d in draws]  # type: ignore[misc]  # a default binds
    waits = [schedule(policy, 3)[2] for policy in policies]
    assert len(set(waits)) == len(draws)
    assert max(waits) == 10


def test_names_of_jitter_are_values_of_it() -> None:
    assert ExponentialRetry(jitter="full") == ExponentialRetry(jitter=1) == ExponentialRetry()
    assert ExponentialRetry(jitter={"factor": 0.5}) == ExponentialRetry(jitter="factor")
    assert ExponentialRetry(jitter=Factor(0.5)) == ExponentialRetry(jitter="factor")


@pytest.mark.parametrize("policy", POLICIES)
def test_the_servers_word_goes_first(policy: Callable[..., Any]) -> None:
    decide = policy(random=lambda: 0.0).decide
    told = GiveUp("the server says not to retry")
    for kind in Kind:
        expected = Answer() if kind is Kind.SUCCESS else told
        assert decide(Outcome(kind, should_retry=False), ()) == expected
    assert decide(Outcome(Kind.CLIENT_ERROR, should_retry=True), ()) == Again(0.5)
    assert decide(Outcome(Kind.SUCCESS, should_retry=True), ()) == Answer()
    unsafe = decide(Outcome(Kind.CLIENT_ERROR, should_retry=True, may_resend=False), ())
    assert isinstance(unsafe, GiveUp)
    assert "no idempotency key" in unsafe.reason
    assert decide(Outcome(Kind.CLIENT_ERROR, should_retry=True), [BUSY] * 2) == GiveUp("gave up after 3 attempts")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_wish_is_honoured_by_all(policy: Callable[..., Any]) -> None:
    decide = policy(max_retry_after=60).decide
    assert decide(Outcome(Kind.RATE_LIMITED, retry_after=60), ()) == Again(60)
    assert isinstance(decide(Outcome(Kind.RATE_LIMITED, retry_after=61), ()), GiveUp)


def test_decorrelated_waits_after_a_wish_are_capped() -> None:
    policy = DecorrelatedRetry(random=lambda: 0.999, cap=10)
    assert policy.decide(BUSY, [attrs.evolve(BUSY, delay=3600.0)]) == Again(10)
    assert policy.decide(BUSY, [BUSY]) == Again(0.5 + 0.999)
    assert policy.decide(BUSY, [attrs.evolve(BUSY, delay=0.0)]) == Again(0.5 + 0.999)


TUNING: dict[str, Any] = {"max_retries": 7, "base": 2.0, "cap": 30.0, "jitter": "equal", "max_retry_after": 5.0}


def test_a_manifest_tunes_a_policy() -> None:
    def fixed() -> float:
        return 0.0

    tuned = ExponentialRetry(random=fixed).tuned(**TUNING)
    assert tuned == ExponentialRetry(max_retries=7, base=2, cap=30, jitter=0.5, max_retry_after=5)
    assert tuned.random is fixed
    assert LinearRetry().tuned(**TUNING) == LinearRetry(**TUNING)
    assert ExponentialRetry(cap=3).tuned(base=1) == ExponentialRetry(cap=3, base=1)
    assert ExponentialRetry(jitter={"factor": 0.1}).tuned(base=1).jitter == Factor(0.1)


def test_what_a_policy_does_not_have_is_passed_over() -> None:
    assert ConstantRetry().tuned(**TUNING) == ConstantRetry(max_retries=7, base=2, jitter=0.5, max_retry_after=5)
    assert DecorrelatedRetry().tuned(**TUNING) == DecorrelatedRetry(max_retries=7, base=2, cap=30, max_retry_after=5)
    assert NoRetry().tuned(**TUNING) == NoRetry()


@pytest.mark.parametrize("policy", [*POLICIES, NoRetry])
def test_nobody_is_tuned_by_what_nobody_has(policy: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match="has no option 'max_retry'; did you mean 'max_retries'") as caught:
        policy().tuned(max_retry=1)
    assert caught.value.setting == "max_retry"


@pytest.mark.parametrize("policy", POLICIES)
def test_a_wrong_tuning_is_refused(policy: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match="base=-1: give a number"):
        policy().tuned(base=-1)


@pytest.mark.parametrize("policy", [*POLICIES, NoRetry])
@pytest.mark.parametrize("again", [lambda p: pickle.loads(pickle.dumps(p)), copy.copy, copy.deepcopy])
def test_a_policy_travels(policy: Callable[..., Any], again: Callable[[Any], Any]) -> None:
    assert again(policy()) == policy()


def test_a_policy_does_not_take_the_state_of_its_randomness_along() -> None:
    assert len(pickle.dumps(ExponentialRetry())) < 500


@given(
    st.sampled_from(POLICIES),
    st.integers(0, 100),
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.floats(0, 1) | st.sampled_from(["full", "equal", "none", "factor", "additive"]),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 1e9),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_every_wait_is_finite_and_within_the_cap(
    policy: Any, retries: int, base: float, cap: float, jitter: Any, random: float, delay: float | None
) -> None:
    options = {"max_retries": 200, "base": base, "cap": cap, "jitter": jitter}
    decision = policy(random=lambda: random).tuned(**options).decide(BUSY, [attrs.evolve(BUSY, delay=delay)] * retries)
    assert isinstance(decision, Again)
    assert 0 <= decision.delay <= (2 * base if policy is ConstantRetry else cap)


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


@pytest.mark.parametrize("option", ["max_retries", "base", "cap", "max_retry_after"])
@pytest.mark.parametrize("value", [-1, math.nan, "3", None, True])
def test_an_option_is_a_number_from_0(option: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{option}=.*: give a number, 0 or greater") as caught:
        ExponentialRetry(**{option: value})
    assert caught.value.setting == option


@pytest.mark.parametrize("option", ["base", "cap"])
def test_a_wait_is_never_endless(option: str) -> None:
    options: dict[str, Any] = {option: math.inf}
    with pytest.raises(ConfigurationError, match=f"{option}=inf: give a number"):
        ExponentialRetry(**options)


@pytest.mark.parametrize("jitter", [-1, 1.5, math.nan, None, True, "ful", "", [1], {"factor": 2}, {"part": 1}, {}])
def test_jitter_is_a_part_or_a_name(jitter: Any) -> None:
    told = "give a number from 0 to 1, one of full, equal, none, factor, additive, or {'factor': 0.2}"
    with pytest.raises(ConfigurationError, match="jitter=") as caught:
        ConstantRetry(jitter=jitter)
    assert str(caught.value) == f"jitter={jitter!r}: {told}"
    assert caught.value.setting == "jitter"


@pytest.mark.parametrize("options", [{"jitter": 1.5}, {"random": "4"}])
def test_other_nonsense_is_refused_too(options: dict[str, Any]) -> None:
    with pytest.raises((ConfigurationError, TypeError)):
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
