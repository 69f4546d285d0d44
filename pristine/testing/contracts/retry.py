"""The contract of `pristine.ports.retry.Retry`, by outcomes and histories that are drawn from a fixed seed."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from random import Random
from typing import Any, Final, TypeAlias, overload

from pristine.ports.errors import ConnectionLost, PristineError, StatusError
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import Again, Answer, GiveUp, Retry
from pristine.testing.contracts.probing import fail, overheard, quickest, raised
from pristine.testing.promises import expect, promise

Case: TypeAlias = tuple[Outcome, tuple[Outcome, ...]]

_PURE: Final = (
    "Retry", 1, "decides by its arguments and injected randomness alone; does not wait, log or raise"
)  # fmt: skip
_HISTORY: Final = ("Retry", 2, "takes the earlier outcomes as any sequence, and does not change it")
_SUCCESS: Final = ("Retry", 3, "a success is answered with Answer")
_WISH: Final = ("Retry", 4, "a server's wish (retry_after) is never undercut")
_DECISION: Final = ("Retry", 5, "an Answer, an Again with a finite delay from 0, or a GiveUp with its reason")

_AT_ONCE: Final = 0.005
_WISHES: Final = (None, None, 0.0, 0.001, 0.75, 1.0, 7.5, 60.0, 3600.0, 86400.0 * 365)
_LENGTHS: Final = (0, 0, 1, 1, 2, 3, 5, 10, 40, 1100)
"""Of histories; 2.0 ** 1100 is not a float."""

_RAISED: Final = object()

_STATUSES: Final = {
    Kind.RATE_LIMITED: 429,
    Kind.OVERLOADED: 503,
    Kind.UPSTREAM_FAILURE: 500,
    Kind.CLIENT_ERROR: 404,
}


class RetryContract:
    """Subclass it as `Test…`, and say how the policy is made; where it draws at random, how it is given the source."""

    def make(self) -> Retry:
        """The policy, as it is in use."""
        raise NotImplementedError("say how the Retry is made: def make(self)")

    def make_with(self, random: Callable[[], float]) -> Retry:  # noqa: ARG002 for those who draw
        """The policy with `random` (0 to 1, 1 excluded) as its randomness; for one that draws nothing, any."""
        return self.make()

    @promise(*_PURE)
    def test_the_same_arguments_have_the_same_decision(self) -> None:
        for drawn in (0.0, 0.25, 0.999):
            used, fresh = (self.make_with(_always(drawn)) for _ in range(2))
            first = [_decided(used, case) for case in _cases()]
            backwards = [_decided(used, case) for case in reversed(_cases())]
            for case, one, again in zip(_cases(), first, reversed(backwards), strict=True):
                expect(again, one, f"decided again, after other calls, with {drawn} for its randomness: {_told(case)}")
                expect(_decided(fresh, case), one, f"decided by another one that is made alike: {_told(case)}")

    @promise(*_PURE)
    def test_it_does_not_wait(self) -> None:
        policy = self.make()
        for case in _cases():
            taken = quickest(partial(policy.decide, *case))
            if taken > _AT_ONCE:
                fail(_told(case), "decided at once", f"decided after {taken:.3f} s")

    @promise(*_PURE)
    def test_it_says_nothing(self) -> None:
        policy = self.make()
        with overheard() as said:
            for case in _cases():
                _decided(policy, case)
        expect(said(), "", "what is logged, printed or warned while it decides")

    @promise(*_PURE)
    def test_it_does_not_raise(self) -> None:
        policy = self.make()
        for case in _cases():
            expect(raised(partial(policy.decide, *case)), None, f"what is raised for {_told(case)}")

    @promise(*_HISTORY)
    def test_any_sequence_is_a_history(self) -> None:
        def decided(case: tuple[Outcome, Sequence[Outcome]]) -> Any:
            return _decided(self.make_with(_always(0.25)), case)

        for case in _cases():
            outcome, history = case
            given = decided(case)
            for other in (list(history), _Sequence(history)):
                came = decided((outcome, other))
                if came != given == decided(case):  # one that decides now so, now so, breaks another promise
                    expect(came, given, f"decided with a {type(other).__name__} as the history: {_told(case)}")

    @promise(*_HISTORY)
    def test_the_history_is_not_changed(self) -> None:
        policy = self.make()
        for outcome, history in _cases():
            given = list(history)
            _decided(policy, (outcome, given))
            if [*map(id, given)] != [*map(id, history)]:
                fail(f"the history, after a decision for {_told((outcome, history))}", "as it was", f"{given}")

    @promise(*_SUCCESS)
    def test_a_success_is_taken(self) -> None:
        policy = self.make()
        for case in _cases(Kind.SUCCESS):
            decision = _decided(policy, case)
            if decision is not _RAISED and not isinstance(decision, Answer):
                expect(decision, Answer(), f"decided for {_told(case)}")

    @promise(*_WISH)
    def test_a_wish_is_not_undercut(self) -> None:
        for drawn in (0.0, 0.5, 0.999999):
            policy = self.make_with(_always(drawn))
            for case in _cases():
                wish, decision = case[0].retry_after, _decided(policy, case)
                if wish is not None and isinstance(decision, Again) and not decision.delay >= wish:
                    fail(f"decided for {_told(case)}", f"{wish:g} s or more, or no other attempt", f"{decision}")

    @promise(*_DECISION)
    def test_a_decision_can_be_carried_out(self) -> None:
        for drawn in (0.0, 0.5, 0.999999):
            policy = self.make_with(_always(drawn))
            for case in _cases():
                if not _is_decision(decision := _decided(policy, case)):
                    what = "Answer(), Again(0 or more, finite) or GiveUp('a line of text')"
                    fail(f"decided for {_told(case)}", what, repr(decision))


class _Sequence(Sequence[Outcome]):
    """A sequence that is neither a list nor a tuple."""

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        self._outcomes = outcomes

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        return self._outcomes[index]

    def __len__(self) -> int:
        return len(self._outcomes)


@cache
def _cases(kind: Kind | None = None) -> list[Case]:
    """Each kind in each place, with each wish, after histories of many lengths."""
    return list(_draw(Random(4), kind))  # noqa: S311 an experiment that can be repeated


def _draw(random: Random, kind: Kind | None) -> Iterator[Case]:
    for _ in range(300):
        outcome = _outcome(random, kind or random.choice(list(Kind)))
        failures = [one for one in Kind if one is not Kind.SUCCESS]
        few = [_outcome(random, random.choice(failures)) for _ in range(5)]
        yield outcome, tuple(random.choices(few, k=random.choice(_LENGTHS)))


def _outcome(random: Random, kind: Kind) -> Outcome:
    wish = random.choice(_WISHES)
    error: PristineError | None = None
    if kind is Kind.TRANSPORT_ERROR:
        error = ConnectionLost("reset by the peer")
    elif kind is not Kind.SUCCESS:
        status = _STATUSES[kind]
        error = StatusError.class_for(status)(f"{status}", status=status, retry_after=wish)
    status_or_none = 200 if kind is Kind.SUCCESS else _STATUSES.get(kind)
    return Outcome(kind, error, status_or_none, wish, may_resend=random.random() < 0.8)


def _decided(policy: Retry, case: tuple[Outcome, Sequence[Outcome]]) -> Any:
    """The decision, or _RAISED: that it does not raise has a test of its own."""
    try:
        return policy.decide(*case)
    except Exception:  # noqa: BLE001 see above
        return _RAISED


def _always(drawn: float) -> Callable[[], float]:
    return lambda: drawn


def _is_decision(decision: object) -> bool:
    if isinstance(decision, Again):
        delay: Any = decision.delay
        return isinstance(delay, (int, float)) and math.isfinite(delay) and delay >= 0
    if isinstance(decision, GiveUp):
        reason: Any = decision.reason
        return isinstance(reason, str) and reason.strip() != "" and len(reason.splitlines()) == 1
    return decision is _RAISED or isinstance(decision, Answer)


def _told(case: Case) -> str:
    outcome, history = case
    more = f"retry_after={outcome.retry_after}, may_resend={outcome.may_resend}"
    return f"{outcome.kind} ({more}), earlier attempts: {len(history)}"
