"""The contract of `pristine.ports.telemetry.Telemetry`, alone and under a Pipeline that must not notice it."""

import asyncio
import inspect
from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from time import monotonic
from typing import Any, ClassVar, Final

from pristine.adapters.telemetry import NoTelemetry
from pristine.ports.telemetry import Signal, Telemetry
from pristine.testing.contracts.probing import bounded, fail, in_threads, quickest, raised
from pristine.testing.contracts.signals import async_calls, blocking_calls, hostile, ordinary
from pristine.testing.promises import expect, promise

_AT_ONCE: Final = ("Telemetry", 1, "emit returns at once, however large a signal is and however many there are")
_HARMLESS: Final = ("Telemetry", 2, "a listener cannot hurt a call: what emit raises, if anything, is an Exception")
_ACTIVE: Final = ("Telemetry", 3, "active is a bool, at once, and True where it listens")
_ANY: Final = ("Telemetry", 4, "emit takes every signal as it is, from any thread and where a loop runs")

_SOON: Final = 0.01
_SOON_FOR_LARGE: Final = 0.25
_MANY: Final = 5000


class TelemetryContract:
    """Subclass it as `Test…`, and say how the listener is made; where a test can see what it hears, how."""

    patience: ClassVar[float] = 10.0
    """Seconds after which a call that has not come back waits for something."""

    def make(self) -> Telemetry:
        """The listener."""
        raise NotImplementedError("say how the Telemetry is made: def make(self)")

    def heard(self, telemetry: Any) -> Sequence[str] | None:  # noqa: ARG002 for those who can tell
        """The names of the signals that it was given, in order and all of them; None where that cannot be told."""
        return None

    @promise(*_AT_ONCE)
    def test_emit_returns_at_once(self) -> None:
        slow = bounded(partial(_slow, self.make()), self.patience, "emit, once for each kind of signal")
        if slow:
            signal, limit, taken = slow
            fail(f"emit({signal.name}, {list(signal.attributes)!r:.80})", f"{limit} s or less", f"{taken:.3f} s")

    @promise(*_AT_ONCE)
    def test_thousands_of_signals_do_not_wait(self) -> None:
        limit = self.patience / 2
        taken = bounded(partial(_flooded, self.make()), self.patience, f"{_MANY} signals")
        if taken > limit:
            fail(f"{_MANY} signals", f"{limit} s or less", f"{taken:.3f} s")

    @promise(*_HARMLESS)
    def test_calls_end_as_they_do_without_it(self) -> None:
        for scenario in (blocking_calls, async_calls):
            came = bounded(partial(scenario, self.make()), 6 * self.patience, "calls whose signals it is given")
            expect(came, scenario(NoTelemetry()), "what calls come to whose signals it is given")

    @promise(*_HARMLESS)
    def test_calls_end_as_they_do_without_it_if_it_raises(self) -> None:
        for scenario in (blocking_calls, async_calls):
            raising = _Raising(self.make())
            came = bounded(partial(scenario, raising), 6 * self.patience, "calls whose signals it is given")
            expect(came, scenario(NoTelemetry()), "what calls come to whose listener raises")

    @promise(*_ACTIVE)
    def test_active_answers_at_once_with_a_bool(self) -> None:
        telemetry = self.make()
        for _ in range(3):
            expect(type(telemetry.active), bool, "the type of active")
        taken = quickest(lambda: telemetry.active)
        if taken > _SOON:
            fail("active", "an answer at once", f"an answer after {taken:.3f} s")

    @promise(*_ACTIVE)
    def test_it_listens_where_it_says_so(self) -> None:
        telemetry = self.make()
        active = telemetry.active
        for signal in ordinary():
            raised(partial(_emit, telemetry, signal))
        heard = self.heard(telemetry)
        if heard is not None:
            expected = [signal.name for signal in ordinary()] if active else []
            expect(list(heard), expected, f"what it has heard of the signals given to it, active being {active}")

    @promise(*_ANY)
    def test_it_takes_every_signal_as_it_is(self) -> None:
        telemetry = self.make()
        for signal in ordinary():
            before = deepcopy(signal)
            _expect_taken(raised(partial(_emit, telemetry, signal)), signal)
            expect(signal, before, "the signal, after it was emitted")

    @promise(*_ANY)
    def test_emit_gives_nothing_to_await(self) -> None:
        telemetry = self.make()
        for signal in ordinary():
            expect(_awaitable(telemetry, signal), None, "what emit returns to be awaited")

    @promise(*_ANY)
    def test_it_takes_signals_from_several_threads(self) -> None:
        telemetry = self.make()
        failures: list[tuple[Signal, BaseException | None]] = []

        def emit_some() -> None:
            failures.extend((signal, raised(partial(_emit, telemetry, signal))) for signal in ordinary())

        in_threads([emit_some] * 8)
        for signal, error in failures:
            _expect_taken(error, signal)

    @promise(*_ANY)
    def test_it_takes_signals_where_a_loop_runs(self) -> None:
        telemetry = self.make()

        async def emit_some() -> None:
            for signal in ordinary():
                _expect_taken(raised(partial(_emit, telemetry, signal)), signal)

        with asyncio.Runner() as runner:
            runner.run(emit_some())


def _slow(telemetry: Telemetry) -> tuple[Signal, float, float] | None:
    """A signal that takes too long, with the limit and what it took."""
    for limit, signals in ((_SOON, ordinary()), (_SOON_FOR_LARGE, hostile())):
        for signal in signals:
            taken = quickest(partial(_emit, telemetry, signal))
            if taken > limit:
                return signal, limit, taken
    return None


def _flooded(telemetry: Telemetry) -> float:
    """Seconds that very many signals take together."""
    signals, begun = list(ordinary()), monotonic()
    for turn in range(_MANY):
        raised(partial(_emit, telemetry, signals[turn % len(signals)]))
    return monotonic() - begun


class _Raising:
    """Passes signals on, and then raises."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    @property
    def active(self) -> bool:
        return True

    def emit(self, signal: Signal) -> None:
        _emit(self._telemetry, signal)
        raise RuntimeError("a listener that raises")


def _emit(telemetry: Telemetry, signal: Signal) -> Any:
    """Emit; a coroutine that comes back is closed, so that it does not warn in a test that is about something else."""
    emit: Any = telemetry.emit
    result = emit(signal)
    if inspect.iscoroutine(result):
        result.close()
    return result


def _awaitable(telemetry: Telemetry, signal: Signal) -> Any:
    """What emit returns, if it can be awaited."""
    try:
        result = _emit(telemetry, signal)
    except BaseException:  # noqa: BLE001 what it raises has tests of its own
        return None
    return result if inspect.isawaitable(result) else None


def _expect_taken(error: BaseException | None, signal: Signal) -> None:
    if isinstance(error, Exception):
        fail(f"emit({signal})", "it is taken", repr(error))
