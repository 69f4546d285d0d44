"""Telemetry: nothing, and everything in a list."""

from pristine.ports.telemetry import Signal


class NoTelemetry:
    """Listens to nothing."""

    active = False

    def emit(self, signal: Signal) -> None:
        """Do nothing."""


class RecordingTelemetry:
    """Keeps every signal in `signals`, for tests."""

    active = True

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    @property
    def names(self) -> list[str]:
        """The names of the signals, in order."""
        return [signal.name for signal in self.signals]
