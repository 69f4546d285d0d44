"""Who wants to know of a piece of work: observers of its changes, and callbacks at its end. None can hurt it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import attrs

from pristine.ports.future import Observer, Progress


@attrs.define
class _Watching:
    """An observer, and when it was told last."""

    observer: Observer
    debounce: float
    told: float | None = None


class Watchers:
    """Observers are told of each change, though at most once in `debounce` seconds, and of the end in any case."""

    def __init__(self) -> None:
        self._watching: list[_Watching] = []
        self._callbacks: list[Callable[[], object]] = []

    def add(self, observer: Observer, debounce: float) -> None:
        """One more, for what changes from now on."""
        self._watching.append(_Watching(observer, debounce))

    def at_end(self, callback: Callable[[], object]) -> None:
        """One more who is called at the end."""
        self._callbacks.append(callback)

    def changed(self, progress: Progress, now: float, *, ended: bool) -> None:
        """Tell those who have not been told for as long as they want."""
        for one in self._watching:
            if ended or one.told is None or now - one.told >= one.debounce:
                one.told = now
                quietly(partial(one.observer, progress))

    def ended(self) -> None:
        """Call those who wait for the end, once."""
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            quietly(callback)


def quietly(call: Callable[[], object]) -> None:
    """Call what may raise whatever it likes."""
    with suppress(Exception):  # whoever listens cannot hurt the work
        call()
