"""How the server is asked about work: each question is a call of the pipeline, made once, with all that calls have.

Whether to ask again is not the retry policy's to decide but the future's, so a question is never sent twice.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from pristine.core.answers.answer import value_of
from pristine.core.answers.pages import NO_PAGE, Ask, at_home
from pristine.core.attempts.classification import facts
from pristine.core.call import Call, CallOptions
from pristine.core.context import Context
from pristine.core.operation import Operation
from pristine.core.telling import Voice
from pristine.manifest.model import Asking, Endpoint, Later
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import DecodeError
from pristine.ports.ledger import Attempt
from pristine.ports.messages import Response
from pristine.ports.outcome import Outcome
from pristine.ports.retry import Answer, Decision


class Once:
    """Retry: every outcome is final."""

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:  # noqa: ARG002 it is final anyway
        return Answer()


ONCE: Final = Once()


class Calls(Protocol):
    """What an engine does for futures."""

    context: Context[Any]

    @property
    def clock(self) -> AsyncClock: ...
    def base(self, endpoint: Endpoint) -> str | None: ...
    def find(self, endpoint_id: str) -> Operation: ...
    def of_urls(self, operation: Operation) -> Operation: ...
    def question(self, operation: Operation, payload: Any, options: CallOptions, ask: Ask) -> Call: ...
    async def answered(self, call: Call) -> Response: ...


class Asker:
    """Asks about the work of one endpoint."""

    def __init__(self, calls: Calls, operation: Operation, later: Later, voice: Voice) -> None:
        self.context = calls.context
        self.clock = calls.clock
        self.later = later
        self._calls = calls
        self._operation = operation
        self.voice = voice
        self._call: Call | None = None

    async def ask(self, asking: Asking, id: str, iteration: int, within: float | None) -> Response:
        """Call the endpoint that is asked, or get the URL that the id is; raises what a call raises."""
        if not asking.endpoint:
            return await self.fetch(id, within)
        filled = {"{iteration}": str(iteration), "{id}": id}  # the id last: it may hold whatever it likes
        options: CallOptions = self._within(within)
        for name in ("path_params", "query", "headers"):
            if said := getattr(asking, name):
                options[name] = _filled(said, filled)
        payload = _filled(asking.body, filled) or None
        return await self._answered(self._calls.find(asking.endpoint), payload, options, NO_PAGE)

    async def fetch(self, url: str, within: float | None) -> Response:
        """Get a URL of the API's own; raises DecodeError for one elsewhere, where a credential must not go."""
        operation = self._calls.of_urls(self._operation)
        home = at_home(url, self._calls.base(operation.endpoint) or "", "the work")
        return await self._answered(operation, None, self._within(within), Ask(url=home))

    def _within(self, within: float | None) -> CallOptions:
        limits = [limit for limit in (self.later.http_timeout, within) if limit is not None]
        return {"timeout": {"total": max(0.001, min(limits))}} if limits else {}

    async def _answered(self, operation: Operation, payload: Any, options: CallOptions, ask: Ask) -> Response:
        call = self._calls.question(operation, payload, options, ask)
        self.makes(call)
        return await self._calls.answered(call)

    def makes(self, call: Call) -> None:
        """The call is made for the work: it starts it, or asks about it."""
        self._call = call
        call.part_of(self.voice)

    # -- results -------------------------------------------------------------------------------------------------------

    def whole(self, response: Any) -> Any:
        """The result that is the whole of an answer, in its declared type."""
        schemas = {} if self.later.response is None else {"default": self.later.response}
        endpoint = attrs.evolve(self._operation.endpoint, method="GET", unwrap=(), responses=schemas)
        operation = attrs.evolve(self._operation, endpoint=endpoint, responses=schemas)
        return value_of(response, operation, self.context.serializer, self.safe)

    def part(self, response: Any, value: Any) -> Any:
        """The result that is a part of an answer."""
        if self.later.response is None:
            return value
        try:
            return self.context.serializer.decode(json.dumps(value).encode(), self.later.response)
        except DecodeError as error:
            vars(error).update(facts(response, self.safe(response.body)))
            raise

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The ledger of the last question."""
        return () if self._call is None else self._call.ledger.attempts

    def safe(self, body: bytes) -> bytes:
        """A body that is to become part of an error, without credentials."""
        return body if self._call is None else self._call.safe(body)


def _filled(said: Any, values: Mapping[str, str]) -> Any:
    """Texts with their placeholders filled in, however deep they are."""
    if isinstance(said, Mapping):
        return {name: _filled(one, values) for name, one in said.items()}
    if isinstance(said, list):
        return [_filled(one, values) for one in said]
    if isinstance(said, str):
        for name, value in values.items():
            said = said.replace(name, value)
    return said
