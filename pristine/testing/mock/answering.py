"""A request that is right -> the answer: the manifest's example if there is one, else a value of the declared type.

Whatever is random is drawn from the seed, the endpoint and the request, so the same request is answered the same.
"""

from collections.abc import Sequence
from typing import Any, Final

import attrs

from pristine.core.answers.answer import UNSAID
from pristine.core.attempts.classification import is_success
from pristine.core.operation import Operation
from pristine.manifest.model import Endpoint, Example
from pristine.ports.headers import Headers, HeaderSource
from pristine.testing.examples import example, seeded
from pristine.testing.mock.checking import Asked
from pristine.testing.mock.conditional import conditional
from pristine.testing.mock.failing import JSON
from pristine.testing.mock.messages import WITHOUT_BODY, Answer, as_json
from pristine.testing.mock.pages import PagedList, key_of
from pristine.testing.mock.places import at, fits, holds, put
from pristine.testing.mock.streams import Item, is_over, items_of, media_type_of, pieces_of

ELSEWHERE: Final = "https://files.example.com/there"
"""Where an answer of 3xx leads."""

NOTHING_GIVEN: Final = object()
"""No value was given: null is one."""


@attrs.frozen
class Answers:
    """Makes the answers of one mock."""

    seed: int

    def answer(self, asked: Asked, value: Any = NOTHING_GIVEN, status: int | None = None) -> Answer:
        """What the API would answer, or the answer with a value of the caller's, plain and of its type.

        Raises ConfigurationError for a type that has no value, Refusal for a page that there is not.
        """
        return conditional(asked, self._answer(asked, value, status))

    def _answer(self, asked: Asked, value: Any, status: int | None) -> Answer:
        operation = asked.operation
        if asked.streams and (status is None or is_success(status)):
            return self._streamed(asked, value, status or 200)
        status = good_status(operation) if status is None else status
        if status in WITHOUT_BODY:
            return Answer(status=status)
        if value is NOTHING_GIVEN and status == good_status(operation):
            value = example_for(asked)
        if operation.endpoint.pagination is not None and is_success(status):
            return self._paged(asked, value, status)
        if 300 <= status < 400 and (value is NOTHING_GIVEN or value is None):
            return self._elsewhere(asked, status)
        body = self._made(asked, status) if value is NOTHING_GIVEN else wrapped(value, operation, status)
        return told(status, body)

    def _seed(self, asked: Asked) -> str:
        return f"{self.seed}:{asked.operation.id}:{key_of(asked)}"

    def _made(self, asked: Asked, status: int) -> Any:
        schema = asked.operation.schema_for(status)
        return {} if schema is None else example(schema, seeded(self._seed(asked)))

    def _elsewhere(self, asked: Asked, status: int) -> Answer:
        """An answer that leads to another place, with a value where its type has one."""
        location = [("Location", ELSEWHERE)]
        if asked.operation.schema_for(status) in UNSAID:
            return Answer(status=status, headers=location)
        return told(status, self._made(asked, status), location)

    def _paged(self, asked: Asked, value: Any, status: int) -> Answer:
        """A page: of the items that were given, alone or in a whole page, or of examples."""
        endpoint = asked.operation.endpoint
        how = endpoint.pagination
        assert how is not None  # noqa: S101 the caller has looked
        path = (*unwrapping(endpoint, status), *how.items)
        is_whole = value is not NOTHING_GIVEN and not isinstance(value, list)
        whole = wrapped(value, asked.operation, status) if is_whole else None
        items = at(whole, path) if is_whole else value
        listed = PagedList(
            how=how,
            asked=asked,
            schema=asked.operation.schema_for(status),
            path=path,
            seed=self._seed(asked),
            items=items if isinstance(items, list) else None,
        )
        body, headers = listed.page(whole if is_whole else self._made(asked, status))
        return told(status, body, headers)

    def _streamed(self, asked: Asked, value: Any, status: int) -> Answer:
        """A stream. A feed that has told all that it has answers 204 to whoever goes on with it."""
        form = asked.operation.endpoint.streaming
        assert form is not None  # noqa: S101 the caller has looked
        value = example_for(asked) if value is NOTHING_GIVEN else value
        items = as_items(value) if isinstance(value, list) else items_of(form, seeded(self._seed(asked)))
        after = asked.incoming.headers.get("last-event-id", "")
        if form.reconnect is not None and is_over(items, after):
            return Answer(status=204)
        headers = [("Content-Type", media_type_of(form)), ("Cache-Control", "no-store")]
        return Answer(status=status, headers=headers, pieces=pieces_of(form, items, after))


def as_items(values: Sequence[Any]) -> list[Item]:
    """Values as items of a stream: each the data of an event, or a pair of the event's type and its data."""
    return [Item(one[1], one[0]) if isinstance(one, tuple) else Item(one) for one in values]


def told(status: int, body: Any, headers: HeaderSource = ()) -> Answer:
    """A plain value as the JSON of an answer."""
    return Answer(status=status, headers=Headers([JSON]).merged(headers), body=as_json(body))


def good_status(operation: Operation) -> int:
    """The status of a good answer: the least of 2xx that is declared, or of 3xx where there is no other, or 200."""
    endpoint = operation.endpoint
    declared = sorted(
        int(status) for status in endpoint.responses if status.isdecimal() and endpoint.answers(int(status))
    )
    found = next((status for status in declared if status != 304), 200)
    return found if found < 300 or (endpoint.response is None and "2XX" not in endpoint.responses) else 200


def unwrapping(endpoint: Endpoint, status: int) -> tuple[str, ...]:
    """The names that lead to the value in a good body; none where the status has a type of its own."""
    own = {str(status), f"{status // 100}XX"} & endpoint.responses.keys()
    return endpoint.unwrap if is_success(status) and not own else ()


def wrapped(value: Any, operation: Operation, status: int) -> Any:
    """A value as the whole body: in what it is wrapped in, unless it is whole already."""
    path = unwrapping(operation.endpoint, status)
    if not path or (at(value, path) is not None and fits(value, operation.schema_for(status))):
        return value
    return put({}, path, value)


# -- examples of the manifest ------------------------------------------------------------------------------------------


def example_for(asked: Asked) -> Any:
    """The response of the example whose request this is, or of one that is for any; NOTHING_GIVEN where there is none.

    Where an endpoint may stream, the examples of its streams are lists of items.
    """
    endpoint = asked.operation.endpoint
    known = [one for one in endpoint.examples.values() if one.response is not None]
    if endpoint.streaming is not None:
        known = [one for one in known if isinstance(one.response, list) is asked.streams]
    ranked = sorted(known, key=lambda one: 0 if _is_of(one, asked) else 1 if _is_for_any(one) else 2)
    return ranked[0].response if ranked else NOTHING_GIVEN


def _is_for_any(one: Example) -> bool:
    return one.request is None and not one.path_params and not one.query


def _is_of(one: Example, asked: Asked) -> bool:
    if _is_for_any(one):
        return False
    sides = [(one.path_params, asked.path_params), (one.query, asked.query)]
    return all(holds(part, whole) for part, whole in sides) and (one.request is None or holds(one.request, asked.body))
