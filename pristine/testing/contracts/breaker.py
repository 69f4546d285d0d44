"""The contract of `pristine.ports.admission.CircuitBreaker`: what opens a circuit, and what closes it.

All time is given. The contract knows no settings: it fails until the breaker opens, waits as long as it is told, and
counts what is let through.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar, Final

from pristine.ports.admission import CircuitBreaker, Demand, Open, Report, Scope
from pristine.ports.errors import ConnectionLost, StatusError
from pristine.ports.outcome import Kind, Outcome
from pristine.testing.contracts.probing import fail, in_threads, quickest, raised
from pristine.testing.contracts.telling import Telling
from pristine.testing.promises import expect, promise

_ADMIT: Final = ("CircuitBreaker", 1, "admit gives a token or Open, and does not wait")
_COUNTS: Final = ("CircuitBreaker", 2, "the server's failures open it; rate limits, client errors and cancels do not")
_PROBES: Final = ("CircuitBreaker", 3, "after its time a few probes decide whether it closes or opens again")
_TOKENS: Final = ("CircuitBreaker", 4, "a token counts once, and not when it is from before it opened or closed")
_SCOPES: Final = ("CircuitBreaker", 5, "scopes do not feel each other; from any thread, at once, without raising")
_STATE: Final = ("CircuitBreaker", 6, 'state is "closed", "open" or "half_open"')

SCOPE: Final = Scope("tenant", "https://api.example.com", "chat", "model")
_OTHERS: Final = (
    Scope("another", "https://api.example.com", "chat", "model"),
    Scope("tenant", "https://api.example.org", "chat", "model"),
    Scope("tenant", "https://api.example.com", "files", "model"),
)
_SOON: Final = 0.005
_MANY_PROBES: Final = 100
_THREADS: Final = 8

_FAILURES: Final = (Kind.UPSTREAM_FAILURE, Kind.OVERLOADED, Kind.TRANSPORT_ERROR)
_NEITHER: Final = (Kind.RATE_LIMITED, Kind.CLIENT_ERROR, None)
_STATUSES: Final = {
    Kind.UPSTREAM_FAILURE: 500,
    Kind.OVERLOADED: 503,
    Kind.RATE_LIMITED: 429,
    Kind.CLIENT_ERROR: 404,
}


class CircuitBreakerContract(Telling):
    """Subclass it as `Test…`, and say how the breaker is made."""

    most: ClassVar[int] = 300
    """More failures in a row than it takes to open it."""

    def make(self) -> CircuitBreaker:
        """A breaker that has seen nothing, and that takes more than one failure to open."""
        raise NotImplementedError("say how the CircuitBreaker is made: def make(self)")

    # -- 1 ---------------------------------------------------------------------------------------------------------

    @promise(*_ADMIT)
    def test_it_lets_through_while_nothing_fails(self) -> None:
        play = self._play()
        for _ in range(self.most):
            play.run(Kind.SUCCESS)
        under_way = [play.admit() for _ in range(self.most)]
        if any(isinstance(one, Open) for one in under_way):
            fail(f"{self.most} attempts at once, all before having succeeded", "they are admitted", "one is not")

    @promise(*_ADMIT)
    def test_open_says_when_to_ask_again(self) -> None:
        play = self._opened()
        while play.now < 1e6 and isinstance(turned := play.admit(), Open):
            _expect_time(turned)
            play.now += turned.retry_after / 3 + 0.001
        play = self._half_open()
        play.probes()
        if isinstance(turned := play.admit(), Open):
            _expect_time(turned)

    @promise(*_ADMIT)
    def test_admit_does_not_wait(self) -> None:
        for play in (self._play(), self._opened(), self._half_open()):
            taken = quickest(play.admit)
            if taken > _SOON:
                fail(f"admit, the state being {play.state()}", "an answer at once", f"an answer after {taken:.3f} s")

    # -- 2 ---------------------------------------------------------------------------------------------------------

    @promise(*_COUNTS)
    def test_failures_of_the_server_open_it(self) -> None:
        counts = {kind.value: self._failures_to_open(kind) for kind in _FAILURES}
        if not all(0 < count < self.most for count in counts.values()):
            fail("failures in a row until it opens, by kind", f"fewer than {self.most} of each", str(counts))

    @promise(*_COUNTS)
    def test_what_says_nothing_of_the_server_does_not_open_it(self) -> None:
        for kind in _NEITHER:
            count = self._failures_to_open(kind)
            expect(count, self.most, f"attempts in a row that may be made, each of them {kind or 'cancelled'}")

    @promise(*_COUNTS)
    def test_what_says_nothing_counts_for_nothing(self) -> None:
        expected = self._failures_to_open(Kind.UPSTREAM_FAILURE)
        for kind in _NEITHER:
            count = self._failures_to_open(Kind.UPSTREAM_FAILURE, *[kind] * 10)
            expect(count, expected, f"failures until it opens, with 10 of {kind or 'cancelled'} after each")

    @promise(*_COUNTS)
    def test_successes_keep_it_closed(self) -> None:
        count = self._failures_to_open(Kind.UPSTREAM_FAILURE, *[Kind.SUCCESS] * 30)
        expect(count, self.most, "failures that do not open it, each with 30 successes after it")

    # -- 3 ---------------------------------------------------------------------------------------------------------

    @promise(*_PROBES)
    def test_it_is_open_for_its_time(self) -> None:
        play, waited = self._opened(), 0.0
        whole = play.refused().retry_after
        for part in (0.25, 0.5, 0.999):
            play.now += (part - waited) * whole
            waited = part
            if not isinstance(play.admit(), Open):
                fail(f"admit, after {part:g} of the {whole:g} s for which it opened", "Open", "a token")

    @promise(*_PROBES)
    def test_it_lets_a_few_probes_through(self) -> None:
        count = len(self._half_open().probes())
        if not 0 < count < _MANY_PROBES:
            fail("probes at once when its time is over", f"1 to {_MANY_PROBES - 1}", str(count))

    @promise(*_PROBES)
    def test_probes_that_succeed_close_it(self) -> None:
        play = self._half_open()
        play.close()
        for _ in range(_MANY_PROBES):
            if isinstance(play.admit(), Open):
                fail(f"admit, after {_MANY_PROBES} probes that succeeded", "a token", "Open")

    @promise(*_PROBES)
    def test_a_closed_one_counts_anew(self) -> None:
        expected, play = self._failures_to_open(Kind.OVERLOADED), self._half_open()
        play.close()
        expect(play.failures_to_open([Kind.OVERLOADED], self.most), expected, "failures until it opens a second time")

    @promise(*_PROBES)
    def test_a_probe_that_fails_opens_it_again(self) -> None:
        for kind in _FAILURES:
            play = self._half_open()
            play.run(kind)
            play.now += 0.001
            if not isinstance(play.admit(), Open):
                fail(f"admit, after a probe that came to {kind}", "Open", "a token")
            play.now += play.refused().retry_after
            if not play.probes():
                fail("admit, when its second time is over", "a token", "Open")

    @promise(*_PROBES)
    def test_a_probe_that_says_nothing_makes_room(self) -> None:
        for kind in _NEITHER:
            play = self._half_open()
            probes = play.probes()
            for _ in range(_MANY_PROBES):
                play.settle(probes.pop(0), kind)
                probes += play.probes()
                if not probes:
                    fail(f"admit, when a probe came to {kind or 'a cancel'}", "a token", "Open")

    # -- 4 ---------------------------------------------------------------------------------------------------------

    @promise(*_TOKENS)
    def test_a_token_counts_once(self) -> None:
        expected, play = self._failures_to_open(Kind.UPSTREAM_FAILURE), self._play()
        token = play.admit()
        for _ in range(self.most):
            play.settle(token, Kind.UPSTREAM_FAILURE)
        came = 1 + play.failures_to_open([Kind.UPSTREAM_FAILURE], self.most)
        expect(came, expected, f"failures until it opens, the first of them settled {self.most} times")

    @promise(*_TOKENS)
    def test_a_probe_counts_once(self) -> None:
        play = self._half_open()
        probes = play.probes()
        for _ in range(3):
            play.settle(probes[0], None)
        if len(probes) < _MANY_PROBES:
            expect(len(play.probes()), 1, "probes that may go when one was cancelled, and settled three times")

    @promise(*_TOKENS)
    def test_what_began_before_it_opened_counts_for_nothing(self) -> None:
        for kind in (Kind.SUCCESS, Kind.UPSTREAM_FAILURE, None):
            play = self._play()
            early = [play.admit() for _ in range(_MANY_PROBES)]
            play.open(self.most)
            left = play.refused().retry_after
            for token in early[::2]:
                play.settle(token, kind)
            expect(play.refused().retry_after, left, f"seconds that it stays open when early ones come to {kind}")
            play.now += left
            probes = play.probes()
            for token in early[1::2]:
                play.settle(token, kind)
            if len(probes) < _MANY_PROBES:
                expect(len(play.probes()), 0, f"further probes, when early attempts come to {kind}")
                play.settle(probes[0], None)
                expect(len(play.probes()), 1, f"probes after one was cancelled, when early attempts come to {kind}")

    @promise(*_TOKENS)
    def test_what_began_before_it_closed_counts_for_nothing(self) -> None:
        play = self._play()
        early = [play.admit() for _ in range(self.most)]
        play.open(self.most)
        play.now += play.refused().retry_after
        play.close()
        for token in early:
            play.settle(token, Kind.UPSTREAM_FAILURE)
        if isinstance(play.admit(), Open):
            fail("admit, when it has closed and attempts from before it opened fail", "a token", "Open")

    # -- 5 ---------------------------------------------------------------------------------------------------------

    @promise(*_SCOPES)
    def test_scopes_do_not_feel_each_other(self) -> None:
        play = self._opened()
        for other in _OTHERS:
            if isinstance(play.breaker.admit(Demand(scope=other), play.now), Open):
                fail(f"admit for {other}, what is open being {SCOPE}", "a token", "Open")
            expect(play.breaker.state(other, play.now), "closed", f"the state of {other}, what is open being {SCOPE}")

    @promise(*_SCOPES)
    def test_it_does_not_raise(self) -> None:
        play, breaker = self._play(), self.make()
        demands = [Demand(scope=scope, breaker=more) for scope in (SCOPE, Scope()) for more in ({}, {"no such": 1.0})]
        for kind in (*Kind, *_NEITHER):
            for demand in demands:
                if not isinstance(token := breaker.admit(demand, 0.0), Open):
                    error = raised(partial(play.settle, token, kind, breaker))
                    expect(error, None, f"what settle raises for {kind}")
        expect(raised(partial(breaker.state, Scope("nobody"), 0.0)), None, "what state raises for an unknown scope")

    @promise(*_SCOPES)
    def test_threads_share_it(self) -> None:
        play = self._half_open()
        probes: list[Any] = []
        errors = in_threads([lambda: probes.extend(play.probes())] * _THREADS)
        expect(errors, [], f"what is raised in {_THREADS} threads")
        if (expected := len(self._half_open().probes())) < _MANY_PROBES:
            expect(len(probes), expected, f"probes that are let through in {_THREADS} threads together")

    # -- 6 ---------------------------------------------------------------------------------------------------------

    @promise(*_STATE)
    def test_state_says_where_it_is(self) -> None:
        play = self._play()
        expect(play.state(), "closed", "the state of one that nobody has asked")
        play.run(Kind.SUCCESS)
        expect(play.state(), "closed", "the state after a success")
        play.open(self.most)
        expect(play.state(), "open", "the state when it has opened")
        play.now += play.refused().retry_after
        probes = play.probes()
        expect(play.state(), "half_open", "the state while probes are under way")
        for token in probes:
            play.settle(token, Kind.SUCCESS)
        play.close()
        expect(play.state(), "closed", "the state when probes have succeeded")

    @promise(*_STATE)
    def test_asking_for_the_state_changes_nothing(self) -> None:
        play = self._half_open()
        for _ in range(_MANY_PROBES):
            play.state()
        if not play.probes():
            fail("admit, when its time is over and the state was asked for", "a token", "Open")

    # -- plays -----------------------------------------------------------------------------------------------------

    def _play(self) -> "_Play":
        return _Play(self.make())

    def _opened(self) -> "_Play":
        play = self._play()
        play.open(self.most)
        return play

    def _half_open(self) -> "_Play":
        play = self._opened()
        play.now += play.refused().retry_after
        return play

    def _failures_to_open(self, *kinds: Kind | None) -> int:
        return self._play().failures_to_open(list(kinds), self.most)


class _Play:
    """A breaker and a time for it."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self.breaker = breaker
        self.now = 100.0

    def admit(self) -> Any:
        return self.breaker.admit(Demand(scope=SCOPE), self.now)

    def settle(self, token: Any, kind: Kind | None, breaker: CircuitBreaker | None = None) -> None:
        (breaker or self.breaker).settle(token, self._report(kind))

    def settled(self, token: Any, kind: Kind | None) -> Any:
        breaker: Any = self.breaker
        return breaker.settled(token, self._report(kind))

    def _report(self, kind: Kind | None) -> Report | None:
        return None if kind is None else Report(outcome=_outcome(kind), now=self.now, time=1.7e9 + self.now)

    def state(self) -> str:
        return self.breaker.state(SCOPE, self.now)

    def run(self, kind: Kind | None) -> None:
        """One attempt; AssertionError where it is not admitted."""
        token = self.admit()
        if isinstance(token, Open):
            fail(f"admit, the state being {self.state()}", "a token", repr(token))
        self.settle(token, kind)

    def failures_to_open(self, kinds: list[Kind | None], most: int) -> int:
        """How many of the first kind it takes, the others after each and without time passing, until it opens."""
        for count in range(most):
            for place, kind in enumerate(kinds):
                if isinstance(token := self.admit(), Open):
                    return count + (place > 0)
                self.settle(token, kind)
        return most

    def open(self, most: int) -> None:
        if self.failures_to_open([Kind.UPSTREAM_FAILURE], most) == most:
            fail(f"admit, after {most} failures in a row", "Open", "a token")

    def refused(self) -> Open:
        answer = self.admit()
        if not isinstance(answer, Open):
            fail("admit, while it is open", "Open", repr(answer))
        return answer

    def probes(self) -> list[Any]:
        """Tokens until there are no more."""
        return list(_until_open(self.admit))

    def close(self) -> None:
        """Let probes succeed until it is closed; as many as it likes, within reason."""
        for _ in range(_MANY_PROBES):
            if self.state() == "closed":
                return
            token = self.admit()
            if not isinstance(token, Open):
                self.settle(token, Kind.SUCCESS)


def _until_open(admit: Callable[[], Any]) -> Iterator[Any]:
    for _ in range(_MANY_PROBES):
        if isinstance(token := admit(), Open):
            return
        yield token


def _outcome(kind: Kind) -> Outcome:
    if kind is Kind.SUCCESS:
        return Outcome(kind, status=200)
    if kind is Kind.TRANSPORT_ERROR:
        return Outcome(kind, ConnectionLost("reset by the peer"))
    status = _STATUSES[kind]
    return Outcome(kind, StatusError.class_for(status)(f"{status}", status=status), status)


def _expect_time(turned: Any) -> None:
    seconds: Any = getattr(turned, "retry_after", None)
    if not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        fail("what Open says", "retry_after, in seconds above 0", repr(turned))
