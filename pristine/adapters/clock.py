"""Clocks: the machine's, and one that is wound by hand, for tests."""

from time import monotonic, sleep, time


class SystemClock:
    """The machine's clock, in both faces; the async one waits on asyncio."""

    now = staticmethod(monotonic)
    time = staticmethod(time)
    sleep = staticmethod(sleep)

    async def asleep(self, seconds: float) -> None:
        import asyncio  # here, for on the blocking face nothing else needs it, and it takes as long as all of pristine

        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when somebody sleeps on it or winds it; `slept` has every sleep, in seconds."""

    def __init__(self, start: float = 0.0, epoch: float = 1_700_000_000.0) -> None:
        self._now = start
        self._epoch = epoch - start
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    def time(self) -> float:
        return self._epoch + self._now

    def wind(self, seconds: float) -> None:
        """Let time pass; it cannot run backwards."""
        if seconds < 0:
            raise ValueError(f"{seconds} seconds: a clock does not run backwards")
        self._now += seconds

    def sleep(self, seconds: float) -> None:
        self.wind(seconds)
        self.slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
