"""What a test says in advance: which calls are to come, and how they are answered. `verify` tells what never came."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import attrs

from pristine.core.attempts.classification import is_success
from pristine.core.operation import Operation
from pristine.manifest.model import Became
from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import checked as checked_headers
from pristine.ports.headers import Headers, HeaderSource
from pristine.testing.mock.answering import NOTHING_GIVEN, good_status
from pristine.testing.mock.calls import History, masked
from pristine.testing.mock.checking import Asked
from pristine.testing.mock.failing import Failure
from pristine.testing.mock.giving import given_items, given_result, given_value
from pristine.testing.mock.places import holds
from pristine.testing.mock.works import Plan

ANYTHING: Final = object()

TOLD_TO: Final = "the mock was told to fail"

_ENDS: Final = (Became.DONE, Became.FAILED, Became.EXPIRED)

_SHOWN: Final = 5
"""How many of the calls that came are told."""


@attrs.frozen
class Reply:
    """How a call is answered: a failure, or a value (NOTHING_GIVEN: as if nothing was said) with status and headers.

    `streams`: the value is the items of a stream; None: it answers both kinds of calls. `plan` is how the work ends
    that the call starts.
    """

    value: Any = NOTHING_GIVEN
    status: int | None = None
    headers: Headers = attrs.field(factory=Headers)
    failure: Failure | None = None
    streams: bool | None = None
    plan: Plan = attrs.field(factory=Plan)


class Expectation:
    """Calls of an endpoint that are to come. Each `respond`, `stream`, `later` or `fail` answers one call, in order.

    The last one answers whatever comes after it. Without `times`, as many calls are expected as there are answers; a
    call beyond them is answered as if nothing had been expected.
    """

    def __init__(self, operation: Operation, wanted: Mapping[str, Any]) -> None:
        self._operation = operation
        self._wanted = wanted
        self._replies: list[Reply] = []
        self._times: int | None = None
        self.came = 0

    @property
    def expected(self) -> int:
        """How many calls are expected."""
        return max(1, len(self._replies)) if self._times is None else self._times

    def respond(self, value: Any = NOTHING_GIVEN, *, status: int | None = None, headers: HeaderSource = ()) -> Self:
        """Answer with a value, as a call gives it, in the type that the API declares; bytes are sent as they are.

        Of an endpoint that only streams, or whose answers are pages, the value may be the list of all items. Without a
        value it is an example, as ever, or an error where the status is one. Raises ConfigurationError, with where, for
        a value that is not of its type.
        """
        if status is not None and check_status(status, least=200) >= 400 and value is NOTHING_GIVEN:
            return self.fail(status, headers=headers)
        form = self._operation.endpoint.streaming
        is_plain = value is not NOTHING_GIVEN and not isinstance(value, bytes)
        if is_plain and form is not None and not form.when and (status is None or is_success(status)):
            return self.stream(value, status=status, headers=headers)
        if is_plain:
            value = given_value(value, self._operation, good_status(self._operation) if status is None else status)
        streams = False if is_plain and form is not None and form.when else None
        return self._answered(Reply(value, status, checked_headers(headers), streams=streams))

    def stream(self, items: Sequence[Any], *, status: int | None = None, headers: HeaderSource = ()) -> Self:
        """Answer with a stream of items: each the data of an event, or a pair of the event's type and its data."""
        if isinstance(items, (str, bytes)) or not isinstance(items, Sequence):
            raise ConfigurationError(f"{self._operation.id} streams: give the list of its items")
        found = given_items(items, self._operation)
        return self._answered(Reply(found, status, checked_headers(headers), streams=True))

    def later(self, end: str = "done", *, polls: int | None = None, result: Any = NOTHING_GIVEN) -> Self:
        """Answer that the work goes on, as ever, and let it end so: "done", "failed" or "expired".

        `polls` is how many questions find it pending before, `result` what it comes to when it is done: a value of the
        type that the API declares. Raises ConfigurationError for what is not so, and where nothing is finished later.
        """
        if self._operation.endpoint.future is None:
            raise ConfigurationError(f"{self._operation.id} finishes nothing later: it has no 'future'")
        if end not in _ENDS:
            raise ConfigurationError(f"there is no end {end!r}: {', '.join(_ENDS)}")
        if result is not NOTHING_GIVEN:
            result = given_result(result, self._operation)
            if end != Became.DONE:
                raise ConfigurationError(f"result: work that has {end} has none")
        return self._answered(Reply(plan=Plan(Became(end), check_polls(polls), result)))

    def fail(
        self,
        status: int = 500,
        *,
        message: str = TOLD_TO,
        code: str = "",
        retry_after: float | None = None,
        headers: HeaderSource = (),
    ) -> Self:
        """Answer with an error in the API's shape; `retry_after` is in seconds."""
        fields = checked_headers(headers).multi_items()
        failure = Failure(
            status=check_status(status), message=message, code=code, retry_after=retry_after, headers=fields
        )
        return self._answered(Reply(failure=failure))

    def times(self, number: int) -> Self:
        """So many calls are expected, 1 or more."""
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ConfigurationError("times: give a number of calls, 1 or greater")
        self._times = number
        return self

    def _answered(self, reply: Reply) -> Self:
        self._replies.append(reply)
        return self

    def take(self, asked: Asked) -> Reply | None:
        """The reply to a call, which then has come; None where it is not an expected one."""
        if self.came >= self.expected or asked.operation.id != self._operation.id or not self._is_wanted(asked):
            return None
        reply = self._replies[min(self.came, len(self._replies) - 1)] if self._replies else Reply()
        if reply.streams is not None and reply.streams is not asked.streams:
            return None
        self.came += 1
        return reply

    def _is_wanted(self, asked: Asked) -> bool:
        came = {
            "json": asked.body,
            "path_params": asked.path_params,
            "query": asked.query,
            "headers": asked.incoming.headers,
        }
        return all(holds(wanted, came[name]) for name, wanted in self._wanted.items())

    def missing(self, history: History) -> str:
        """What is told of it where it has not come as often as expected; "" where it has."""
        if self.came >= self.expected:
            return ""
        came = history[self._operation.id]
        calls = "".join(f"\n    came: {call!r}" for call in came[:_SHOWN])
        calls += f"\n    and {len(came) - _SHOWN} more" if len(came) > _SHOWN else ""
        often = f"expected {counted(self.expected)}, came {counted(self.came)}"
        return f"  {self!r}: {often}{calls or '; no call of it came at all'}"

    def __repr__(self) -> str:
        schema = self._operation.endpoint.request
        wanted = {name: masked(one, schema if name == "json" else None) for name, one in self._wanted.items()}
        if "headers" in wanted:
            wanted["headers"] = Headers(self._wanted["headers"]).shown()
        said = "".join(f", {name}={one!r}" for name, one in wanted.items())
        return f"{self._operation.id}{said}"


def check_status(status: int, least: int = 300) -> int:
    """A status, of an error unless `least` is 200; raises ConfigurationError for another number."""
    if isinstance(status, bool) or not isinstance(status, int) or not least <= status <= 599:
        what = "an error" if least == 300 else "an answer"
        raise ConfigurationError(f"status={status!r}: the status of {what} is {least} to 599")
    return status


def check_polls(polls: int | None) -> int | None:
    """How many questions find work pending; raises ConfigurationError for what is no such number."""
    if polls is not None and (isinstance(polls, bool) or not isinstance(polls, int) or polls < 0):
        raise ConfigurationError("polls: give a number of questions, 0 or greater, or None for 1 or 2")
    return polls


def counted(number: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
