"""One circuit: closed, open or half open. A machine of moments and verdicts; it has no clock and no lock.

Every opening and closing begins a new generation, and what was admitted in an earlier one counts for nothing.
"""

from typing import Final

from pristine.adapters.breaker.settings import BreakerSettings
from pristine.adapters.breaker.window import Window
from pristine.ports.admission import Open, State

_ASK_AGAIN: Final = 1.0
"""Seconds after which a turned away caller may ask again while probes are under way, whose end nobody knows."""


class Token:
    """An attempt that was admitted; `circuit` is None when it was settled."""

    __slots__ = ("circuit", "generation")  # and no `__init__`, which would take longer than what it sets

    circuit: "Circuit | None"
    generation: int


class Circuit:
    """`under_way` counts the tokens that are not settled; `touched` is when it was last used."""

    __slots__ = (
        "_cooldown",
        "_generation",
        "_limit",
        "_passed",
        "_probes",
        "_reopened",
        "_streak",
        "_until",
        "_window",
        "settings",
        "touched",
        "under_way",
    )

    def __init__(self, settings: BreakerSettings, now: float) -> None:
        self.settings = settings
        self.touched = now
        self.under_way = 0
        self._limit = settings.streak
        self._window = Window(settings.window or 30.0) if settings.error_rate is not None else None
        self._until: float | None = None  # None: it is closed
        self._cooldown = settings.cooldown
        self._generation = 0
        self._streak = 0
        self._reopened = 0
        self._passed = 0
        self._probes: dict[Token, float] = {}

    def state(self, now: float) -> State:
        """Half open is one that is not closed and whose time is over."""
        until = self._until  # read once: it is asked without a lock
        return "closed" if until is None else "open" if now < until else "half_open"

    def admit(self, now: float) -> Token | Open:
        """A token, or for how long there is none."""
        self.touched = now
        token = Token()
        token.circuit = self
        token.generation = self._generation
        if self._until is not None:
            if now < self._until:
                return Open(self._until - now)
            if not self._has_room(now):
                return Open(min(_ASK_AGAIN, self._cooldown))
            self._probes[token] = now
        self.under_way += 1
        return token

    def _has_room(self, now: float) -> bool:
        """Whether another probe may go; one that is under way for a whole cooldown no longer holds a place."""
        if len(self._probes) >= self.settings.probes:
            first = next(iter(self._probes))
            if now - self._probes[first] < self._cooldown:
                return False
            del self._probes[first]
        return True

    def settle(self, token: Token, failed: bool | None, now: float | None) -> tuple[State, State] | None:
        """Take what came of a token; None counts for nothing. `now` is None only where `failed` is.

        Gives the states before and after, where it has opened or closed.
        """
        self.under_way -= 1
        if self._probes:
            self._probes.pop(token, None)
        if now is None:
            return None
        self.touched = now
        if failed is None or token.generation != self._generation:
            return None
        if self._until is not None:
            return self._probed(failed, now)
        self._streak = self._streak + 1 if failed else 0
        window = self._window
        if window is not None:
            window.add(failed, now)
        if not failed and (window is None or not window.failed):
            return None
        if not self._is_too_much():
            return None
        self._open(now)
        return "closed", "open"

    def _is_too_much(self) -> bool:
        if self._limit is not None and self._streak >= self._limit:
            return True
        window, settings = self._window, self.settings
        if window is None or settings.error_rate is None or window.counted < (settings.minimum or 20):
            return False
        return window.failed / window.counted >= settings.error_rate

    def _probed(self, failed: bool, now: float) -> tuple[State, State] | None:
        self._passed += 1
        if failed:
            self._reopened += 1
            self._open(now)
            return "half_open", "open"
        if self._passed < self.settings.successes:
            return None
        self._until, self._reopened = None, 0
        self._begin()
        return "half_open", "closed"

    def _open(self, now: float) -> None:
        settings = self.settings
        if settings.max_cooldown is not None:
            self._cooldown = min(settings.max_cooldown, settings.cooldown * 2 ** min(self._reopened, 63))
        self._until = now + self._cooldown
        self._begin()

    def _begin(self) -> None:
        self._generation += 1
        self._streak = self._passed = 0
        self._probes.clear()
        if self._window is not None:
            self._window.clear()

    def is_forgotten(self, now: float) -> bool:
        """Whether nothing is lost with it: it is as a new one, or nobody has asked for it for a long time."""
        if now - self.touched > self.settings.remembered:
            return True
        if self._window is not None:
            self._window.slide(now)
        return not (
            self.under_way or self._streak or self._until is not None or (self._window and self._window.counted)
        )
