"""A port's shortcut is taken where it is the port's own; who overrides what it stands for, or wraps it, is asked."""

from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.breaker import Breaker
from pristine.adapters.clock import ManualClock
from pristine.adapters.limits import GcraLimiter
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.telemetry import RecordingTelemetry
from pristine.core.attempts.shortcuts import settled_of, take_of
from pristine.ports import signals
from pristine.ports.admission import Demand, Report, Scope, State
from pristine.ports.errors import ServerError
from pristine.ports.messages import Response
from tests.support.admitting import Noted, NotingBreaker, NotingLimiter, TakingLimiter, TellingBreaker
from tests.support.faces import MANIFEST

JSON: Final = {"content-type": "application/json"}
FINE: Final = Response(200, JSON, b"{}")
BROKEN: Final = Response(500, JSON, b"{}")
DEMAND: Final = Demand(scope=Scope())


class Wrapped:
    """Passes on what it does not do by itself."""

    def __init__(self, port: Any) -> None:
        self.port = port
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)


class WrappedLimiter(Wrapped):
    def delay(self, reservation: Any, now: float) -> float:
        self.asked.append("delay")
        return self.port.delay(reservation, now)  # type: ignore[no-any-return]  # it is any limiter's


class WrappedBreaker(Wrapped):
    def settle(self, token: Any, report: Report | None) -> None:
        self.asked.append("settle")
        self.port.settle(token, report)


class SlowLimiter(GcraLimiter):
    """Says of everybody that they wait."""

    def delay(self, reservation: Any, now: float) -> float:
        return max(3.0, super().delay(reservation, now))


class DeafBreaker(Breaker):
    """Hears nothing."""

    def settle(self, token: Any, report: Report | None) -> None:
        super().settle(token, None)


class TakingSlowLimiter(SlowLimiter):
    """Has a shortcut of its own, after what it stands for."""

    def take(self, demand: Demand, now: float) -> tuple[Any, float]:
        reservation, wait = super().take(demand, now)
        return reservation, wait + 5.0


def test_the_built_in_ones_have_shortcuts() -> None:
    limiter, breaker = GcraLimiter(), Breaker()
    assert take_of(limiter) == limiter.take
    assert settled_of(breaker) == breaker.settled


@pytest.mark.parametrize(
    ("limiter", "wait"),
    [(SlowLimiter(), 3.0), (WrappedLimiter(SlowLimiter()), 3.0), (TakingSlowLimiter(), 5.0), (GcraLimiter(), 0.0)],
    ids=["overridden", "wrapped", "both", "own"],
)
def test_what_is_overridden_is_asked(limiter: Any, wait: float) -> None:
    assert take_of(limiter)(DEMAND, 0.0)[1] == wait


def test_what_is_replaced_in_an_instance_is_asked() -> None:
    limiter: Any = GcraLimiter()
    limiter.delay = lambda reservation, now: 7.0
    assert take_of(limiter)(DEMAND, 0.0)[1] == 7.0


def test_a_breaker_that_is_overridden_or_wrapped_is_asked() -> None:
    assert settled_of(DeafBreaker()) is None
    assert settled_of(WrappedBreaker(Breaker())) is None


def test_a_place_is_given_back_where_asking_fails() -> None:
    class Failing(NotingLimiter):
        def delay(self, reservation: Any, now: float) -> float:
            raise OSError("no connection")

    limiter = Failing()
    with pytest.raises(OSError, match="no connection"):
        take_of(limiter)(DEMAND, 4.0)
    assert limiter.noted.words == ["reserve", "cancel"]


# -- calls -------------------------------------------------------------------------------------------------------------


def execute(face: type[Any], script: list[Any], times: int = 1, **settings: Any) -> list[Any]:
    """The signals of calls, which may fail."""
    told = RecordingTelemetry()
    settings = {"retry": "off", "clock": ManualClock(), "telemetry": told, **settings}
    context = pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings)
    with face(context, MANIFEST) as api:
        for _ in range(times):
            try:
                api.execute("get")
            except ServerError:
                continue
    return told.signals


def test_a_call_takes_and_settles_in_one_step_each(face: type[Any]) -> None:
    noted = Noted()
    execute(face, [FINE], limiter=TakingLimiter(noted), breaker=TellingBreaker(noted))
    assert noted.words == ["take", "admit", "settle", "judge"]


def test_who_is_told_to_wait_is_asked_again_only_then(face: type[Any]) -> None:
    noted, clock = Noted(), ManualClock()
    execute(face, [FINE], limiter=TakingLimiter(noted, [4.0, 2.0]), breaker=TellingBreaker(noted), clock=clock)
    assert (noted.words, clock.slept) == (["take", "admit", "settle", "judge"], [4, 2])


def test_the_first_question_is_not_asked_twice_of_one_without_a_shortcut(face: type[Any]) -> None:
    clock, limiter = ManualClock(), NotingLimiter(delays=[4.0, 2.0])
    execute(face, [FINE], limiter=limiter, clock=clock)
    assert (limiter.noted.words, clock.slept) == (["reserve", "settle"], [4, 2])


@pytest.mark.parametrize("breaker", [lambda: Breaker(failures=2), lambda: WrappedBreaker(Breaker(failures=2))])
def test_a_change_is_told_whether_it_is_said_or_asked_for(face: type[Any], breaker: Callable[[], Any]) -> None:
    heard = execute(face, [BROKEN, BROKEN], times=2, breaker=breaker())
    changes = [signal.attributes for signal in heard if signal.name == signals.BREAKER_STATE_CHANGE]
    assert changes == [{"group": "", "before": "closed", "after": "open"}]


def test_a_breaker_is_not_asked_for_its_state_where_nobody_listens(face: type[Any]) -> None:
    class Stateful(NotingBreaker):
        def state(self, scope: Scope, now: float) -> State:
            self.noted.told.append(("state", now))
            return "closed"

    heard, unheard = Stateful(), Stateful()
    execute(face, [FINE], breaker=heard)
    execute(face, [FINE], breaker=unheard, telemetry="off")
    assert heard.noted.words == ["admit", "state", "judge", "state"]
    assert unheard.noted.words == ["admit", "judge"]
