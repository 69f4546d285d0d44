"""The root of all errors, and the words in which they tell policies what to do."""

from enum import StrEnum
from typing import Any

from pristine.ports.ledger import Attempt


class Fault(StrEnum):
    """Whose doing it was."""

    CALLER = "caller"
    SERVER = "server"
    NETWORK = "network"


class RetrySafe(StrEnum):
    """May the request be sent again: YES, it was provably not processed; NO; or UNKNOWN."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PristineError(Exception):
    """The root. `str(error)` is one line for a person; the attributes are for programs.

    Attributes: `endpoint` (the endpoint's id, or None), `fault`, `retry_safe`, `retry_after` (seconds, or
    None), `attempts` (the ledger: those that were made), `gave_up` (why there was not another, or None).
    """

    fault: Fault = Fault.CALLER
    retry_safe: RetrySafe = RetrySafe.NO
    retry_after: float | None = None
    endpoint: str | None = None
    attempts: tuple[Attempt, ...] = ()
    gave_up: str | None = None

    def __init__(self, message: str = "", **data: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in data.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        where = f"{self.endpoint}: " if self.endpoint else ""
        end = f" ({self.gave_up})" if self.gave_up else ""
        return f"{where}{self.message}{end}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.message, dict(vars(self)))


def _restore(cls: type[PristineError], message: str, data: dict[str, Any]) -> PristineError:
    error = cls.__new__(cls, message)
    Exception.__init__(error, message)
    vars(error).update(data)
    return error
