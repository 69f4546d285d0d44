"""What an answer says of work that the server finishes later, as the manifest declares it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pristine.core.answers.failures import found
from pristine.core.attempts.classification import retry_after
from pristine.core.attempts.details import json_of
from pristine.manifest.model import Became, Later, Where
from pristine.ports.headers import Headers
from pristine.ports.values import frozen

_LONGEST: Final = 365 * 86400.0


@frozen
class Answer:
    """An answer of the server, good or bad: its status, its head and its body. `value` is its JSON, or None."""

    status: int
    headers: Headers
    body: bytes
    value: Any = None

    @classmethod
    def of(cls, answer: Any) -> "Answer":
        """Of a Response, or of an error that has what a Response has."""
        return cls(answer.status, answer.headers, answer.body, json_of(answer.body))

    def at(self, places: Iterable[Where]) -> Any:
        """What stands at the first place where something does."""
        for where in places:
            value = found(where, self.headers, self.value)
            if value is not None:
                return value
        return None

    def tells(self, later: Later) -> bool:
        """Whether it says anything of where the work is."""
        return any(self.at(places) is not None for places in (later.state, later.queue_state, later.progress))

    def text(self, places: Iterable[Where]) -> str | None:
        """The same, as a text."""
        value = self.at(places)
        return None if value is None or isinstance(value, (dict, list)) else str(value)


def first(later: Later, answer: Answer) -> tuple[Became, str]:
    """What the answer to the call that starts the work says of it, and the id of the work, "" where it has ended.

    One that has an id is pending unless it says otherwise; one that has none is the result itself.
    """
    id = answer.text(later.id) or ""
    said = _by_status(later.statuses, answer.status) or _said(later, answer)
    if said is Became.DONE and answer.at(later.state) is None:
        said = None  # that it says nothing of a state is an end for later answers alone
    return said or (Became.PENDING if id else Became.DONE), id


def further(later: Later, answer: Answer) -> Became:
    """What a later answer says of the work."""
    by_status = _by_status(later.statuses, answer.status)
    if by_status is not None:
        return by_status
    if answer.status >= 400:
        return of_an_error(answer.status)
    return _said(later, answer) or (Became.PENDING if later.done else Became.DONE)


def _said(later: Later, answer: Answer) -> Became | None:
    """What the body says by itself; None where it says nothing that is known."""
    if later.error and answer.at(later.error) not in _NO_ERROR:
        return Became.FAILED
    value = answer.at(later.state)
    return later.words.get((type(value), value)) if isinstance(value, _WORD) else None


_NO_ERROR: Final[tuple[Any, ...]] = (None, "", False, {}, [])
"""What stands where an error would, in answers that have none."""


_WORD: Final = str | int | None
"""What may stand where an answer says its state."""


def _by_status(statuses: Mapping[str, Became], status: int) -> Became | None:
    if not statuses:
        return None
    return statuses.get(str(status), statuses.get(f"{status // 100}XX"))


def of_an_error(status: int) -> Became:
    """408, 425, 429 and 5xx say nothing of the work; 404 and 410 that it is not known; the rest that it is over."""
    if status in {408, 425, 429} or status >= 500:
        return Became.PENDING
    return Became.EXPIRED if status in {404, 410} else Became.FAILED


def wish(later: Later, answer: Answer) -> float | None:
    """For how many seconds the server asks to wait before the next question, where it does."""
    for places, unit in ((later.delay, 1.0), (later.delay_ms, 1000.0)):
        value = answer.at(places)
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            told = retry_after(Headers({"retry-after": str(value)}), 0.0)
            if told is not None:
                return min(told / unit, _LONGEST)
    return retry_after(answer.headers, 0.0)


def category(later: Later, answer: Answer) -> str:
    """Whose doing a failure was: what the answer says, or what its status does."""
    said = (answer.text(later.category) or "").lower()
    if said in {"user", "server", "unknown"}:
        return said
    return "server" if answer.status >= 500 else "user" if answer.status >= 400 else "unknown"
