"""Writes the ledger of a call: cheap while the call runs, made readable when somebody asks."""

from collections.abc import Sequence
from typing import Any

from pristine.ports.ledger import LONGEST, Attempt
from pristine.ports.outcome import Outcome

_MESSAGE = 200


class Ledger:
    """`count` is how many attempts have ended, of which the last ones are kept."""

    count = 0
    _rows: Sequence[tuple[Any, ...]] = ()

    def note(
        self,
        outcome: Outcome | str,
        why: str,
        *,
        started: float,
        duration: float,
        admitted: float = 0.0,
        sent: int | None = None,
        received: int | None = None,
        delay: float | None = None,
    ) -> None:
        """Write an attempt down. What is no Outcome is the word for it."""
        self.count += 1
        row = self.count, outcome, why, started, duration, admitted, sent, received, delay
        self._rows = (*self._rows[1 - LONGEST :], row) if self._rows else (row,)

    def take_back(self) -> None:
        """The last one had not ended after all."""
        self.count -= 1
        self._rows = self._rows[:-1]

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        return tuple(map(_attempt, self._rows))


def _attempt(row: tuple[Any, ...]) -> Attempt:
    number, outcome, why, started, duration, admitted, sent, received, delay = row
    error = getattr(outcome, "error", None)
    return Attempt(
        number=number,
        started=started,
        duration=duration,
        outcome=outcome.kind.value if isinstance(outcome, Outcome) else outcome,
        why=why,
        admitted=admitted,
        status=getattr(outcome, "status", None),
        error=None if error is None else type(error).__qualname__,
        message=None if error is None else error.message[:_MESSAGE],
        sent=sent,
        received=received,
        delay=delay,
    )
