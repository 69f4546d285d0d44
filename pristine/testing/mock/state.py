"""What a mock remembers: expectations, faults, calls, and idempotency keys, work. One lock guards it.

Tests say things from their thread, calls come in the server's.
"""

from collections import OrderedDict, deque
from threading import Lock
from typing import Any, Final

import attrs

from pristine.testing.mock.calls import History, Received
from pristine.testing.mock.checking import Asked
from pristine.testing.mock.expectations import Expectation, Reply
from pristine.testing.mock.faults import Fault
from pristine.testing.mock.messages import Answer
from pristine.testing.mock.works import Work

_MOST: Final = 10_000
"""How many keys, lists that were given, and pieces of work are remembered."""


@attrs.frozen
class Remembered:
    """An answer to an idempotency key, and what tells its request from others."""

    fingerprint: str
    answer: Answer


class State:
    """All that changes in a mock."""

    def __init__(self, history_size: int | None = None) -> None:
        self._lock = Lock()
        self._history_size = history_size
        self._clear()

    def _clear(self) -> None:
        self._expectations: list[Expectation] = []
        self._faults: list[Fault] = []
        self._calls: deque[Received] = deque(maxlen=self._history_size)
        self._keys: OrderedDict[tuple[str, str], Remembered] = OrderedDict()
        self._lists: OrderedDict[str, Any] = OrderedDict()
        self._works: OrderedDict[tuple[str, str], Work] = OrderedDict()
        self._numbers: dict[str, int] = {}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._clear()

    def expect(self, expectation: Expectation) -> Expectation:
        """Add an expectation; those that were there before it come first."""
        with self._lock:
            self._expectations.append(expectation)
        return expectation

    def add_fault(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._faults.append(fault)

    def fault(self, endpoint: str) -> Fault | None:
        """The fault of a call, used up a little."""
        with self._lock:
            return next((fault for fault in self._faults if fault.take(endpoint)), None)

    def reply(self, asked: Asked) -> Reply | None:
        """What the test said of a call."""
        with self._lock:
            replies = (expectation.take(asked) for expectation in self._expectations)
            return next((reply for reply in replies if reply is not None), None)

    def record(self, call: Received) -> None:
        """A call has come."""
        with self._lock:
            self._calls.append(call)

    @property
    def history(self) -> History:
        """The calls so far."""
        with self._lock:
            return History(self._calls)

    def missing(self) -> list[str]:
        """What is told of every expectation that has not come as often as it should."""
        history = self.history
        with self._lock:
            return [told for expectation in self._expectations if (told := expectation.missing(history))]

    def remembered(self, key: tuple[str, str]) -> Remembered | None:
        """What was answered to an idempotency key of an endpoint."""
        with self._lock:
            return self._keys.get(key)

    def remember(self, key: tuple[str, str], answer: Remembered) -> None:
        """Keep what was answered to a key."""
        with self._lock:
            self._keys[key] = answer
            _shorten(self._keys)

    def given_list(self, key: str) -> Any:
        """The items that a test gave for a list, None for none."""
        with self._lock:
            return self._lists.get(key)

    def give_list(self, key: str, items: Any) -> None:
        """Keep the items of a list: its later pages are cut from them, too."""
        with self._lock:
            self._lists[key] = items
            _shorten(self._lists)

    def work(self, key: tuple[str, str]) -> Work | None:
        """A piece of work, by its endpoint and its name."""
        with self._lock:
            return self._works.get(key)

    def keep_work(self, key: tuple[str, str], work: Work) -> None:
        """Keep how far a piece of work is."""
        with self._lock:
            self._works[key] = work
            _shorten(self._works)

    def number(self, endpoint: str) -> int:
        """How many pieces of work of an endpoint there have been, this one included."""
        with self._lock:
            self._numbers[endpoint] = self._numbers.get(endpoint, 0) + 1
            return self._numbers[endpoint]


def _shorten(kept: OrderedDict[Any, Any]) -> None:
    if len(kept) > _MOST:
        kept.popitem(last=False)
