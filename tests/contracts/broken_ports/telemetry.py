"""Listeners that break one promise of Telemetry each."""

import asyncio
import threading
import time
from typing import Any

from pristine.adapters.telemetry import RecordingTelemetry
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal
from tests.contracts.broken_ports.register import OVER, breaks


class Listener:
    active: Any = True

    def emit(self, signal: Signal) -> Any:
        pass


def heard_by(_: object, telemetry: RecordingTelemetry) -> list[str]:
    return telemetry.names


@breaks("Telemetry", 1, patience=0.3)
class WaitsForANetwork(Listener):
    def emit(self, signal: Signal) -> None:
        OVER.wait(0.012)


@breaks("Telemetry", 1, patience=0.3)
class WaitsWhenItIsFull(Listener):
    def __init__(self) -> None:
        self.room = threading.Semaphore(1000)

    def emit(self, signal: Signal) -> None:
        if not self.room.acquire(blocking=False):
            OVER.wait()


@breaks("Telemetry", 1)
class WaitsForLargeSignals(Listener):
    def emit(self, signal: Signal) -> None:
        if len(str(signal.attributes.get("text", ""))) > 100_000:
            OVER.wait(0.3)


@breaks("Telemetry", 2)
class Exits(Listener):
    def emit(self, signal: Signal) -> None:
        if signal.name == "attempt.start":
            raise SystemExit(1)


@breaks("Telemetry", 2)
class Cancels(Listener):
    def emit(self, signal: Signal) -> None:
        raise asyncio.CancelledError


@breaks("Telemetry", 3)
class IsActiveInNumbers(Listener):
    active = 1


@breaks("Telemetry", 3)
class IsActiveAfterAWhile(Listener):
    @property
    def active(self) -> bool:
        time.sleep(0.012)
        return True


@breaks("Telemetry", 3, heard=heard_by)
class ListensInSecret(RecordingTelemetry):
    active = False


@breaks("Telemetry", 3, heard=heard_by)
class IsDeaf(RecordingTelemetry):
    def emit(self, signal: Signal) -> None:
        pass


@breaks("Telemetry", 4)
class IsACoroutineFunction(Listener):
    async def emit(self, signal: Signal) -> None:
        pass


@breaks("Telemetry", 4)
class StaysInItsThread(Listener):
    def __init__(self) -> None:
        self.thread = threading.get_ident()

    def emit(self, signal: Signal) -> None:
        if threading.get_ident() != self.thread:
            raise RuntimeError("it was made in another thread")


@breaks("Telemetry", 4)
class RunsALoop(Listener):
    def emit(self, signal: Signal) -> None:
        sending = asyncio.sleep(0)
        try:
            asyncio.run(sending)
        finally:
            sending.close()


@breaks("Telemetry", 4)
class KnowsTodayOnly(Listener):
    def emit(self, signal: Signal) -> None:
        SIGNALS[signal.name]


@breaks("Telemetry", 4)
class Redacts(Listener):
    def emit(self, signal: Signal) -> None:
        getattr(signal.attributes, "clear", lambda: None)()
