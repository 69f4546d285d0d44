"""Classifiers that break one promise of ResultClassifier each."""

import logging
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from pristine.ports.outcome import Kind, Outcome, Result
from tests.contracts.broken_ports.register import breaks


class Usual:
    def classify(self, result: Result) -> Any:
        return result.usual


class Changed(Usual):
    """It gives the usual outcome with changes, where the status is 409."""

    changes: ClassVar[Mapping[str, Any]]

    def classify(self, result: Result) -> Any:
        usual = result.usual
        return attrs.evolve(usual, **self.changes) if usual.status == 409 else usual


@breaks("ResultClassifier", 1)
class GivesAKind(Usual):
    def classify(self, result: Result) -> Any:
        return result.usual.kind


@breaks("ResultClassifier", 1)
class NamesTheKind(Changed):
    changes: ClassVar = {"kind": "overloaded"}


@breaks("ResultClassifier", 1)
class WishesForEver(Changed):
    changes: ClassVar = {"retry_after": float("inf")}


@breaks("ResultClassifier", 1)
class AnswersPerhaps(Changed):
    changes: ClassVar = {"should_retry": "perhaps"}


@breaks("ResultClassifier", 1)
class ChangesTheStatus(Changed):
    changes: ClassVar = {"status": 503}


@breaks("ResultClassifier", 1)
class MakesASuccess(Changed):
    changes: ClassVar = {"kind": Kind.SUCCESS}


@breaks("ResultClassifier", 1)
class MakesAnError(Usual):
    def classify(self, result: Result) -> Any:
        usual = result.usual
        return attrs.evolve(usual, kind=Kind.CLIENT_ERROR) if usual.status == 206 else usual


@breaks("ResultClassifier", 2)
class CountsForItself(Usual):
    def __init__(self) -> None:
        self.asked = 0

    def classify(self, result: Result) -> Outcome:
        self.asked += 1
        return attrs.evolve(result.usual, should_retry=True if self.asked > 100 else None)


@breaks("ResultClassifier", 2)
class Waits(Usual):
    def classify(self, result: Result) -> Any:
        time.sleep(0.006 if result.usual.status is None and not result.endpoint else 0)
        return result.usual


@breaks("ResultClassifier", 2)
class Logs(Usual):
    def classify(self, result: Result) -> Any:
        logging.getLogger("classifier").debug("judging %s", result.endpoint)
        return result.usual


@breaks("ResultClassifier", 2)
class RaisesForHeaders(Usual):
    def classify(self, result: Result) -> Any:
        return attrs.evolve(result.usual, retry_after=float(result.headers.get("retry-after", "0")))


@breaks("ResultClassifier", 2)
class ChangesTheError(Usual):
    def classify(self, result: Result) -> Any:
        if result.usual.error:
            result.usual.error.message += "!"
        return result.usual
