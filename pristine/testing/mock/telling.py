"""What an answer says of work: answers that might say it are made, and the first that reads as it is meant is given.

So nothing is told that is not of its declared type, nor what whoever follows the work would read otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs

from pristine.core.futures.answers import Answer as Read
from pristine.core.futures.answers import first, further
from pristine.core.operation import Operation
from pristine.manifest.model import Became, Later, Where
from pristine.ports.errors import ConfigurationError
from pristine.ports.serializer import Schema
from pristine.testing.examples import example
from pristine.testing.mock.answering import NOTHING_GIVEN, told
from pristine.testing.mock.drafts import Draft, declares, variants
from pristine.testing.mock.messages import WITHOUT_BODY, Answer
from pristine.testing.mock.places import NOWHERE, at, fits, holds, type_at
from pristine.testing.mock.words import REMOVE, words_of
from pristine.testing.mock.works import Work, later_of

FAILED: Final = "the mock's work has failed"

_KEEP: Final = object()


@attrs.frozen
class Base:
    """A body to begin with. `kept`: it is somebody's own; `whole`: it is the result itself."""

    schema: Schema
    body: Any
    kept: bool = False
    whole: bool = False


@attrs.frozen(kw_only=True)
class Telling:
    """What is told of work by an answer of `operation`.

    `id` stands where an answer has the id, `url` leads to the result. `begins`: it is the answer to the call that
    starts the work. `fail` makes the error of a status; `bodies` are examples, and `statuses` are tried in turn.
    """

    operation: Operation
    work: Work
    became: Became
    id: Any
    url: str
    statuses: Sequence[int]
    fail: Callable[[int], Answer]
    bodies: Sequence[Any] = ()
    begins: bool = False

    @property
    def later(self) -> Later:
        """How the work is followed."""
        return later_of(self.work.operation)

    def answer(self) -> Answer:
        """The answer; raises ConfigurationError where none was found."""
        for status in self.statuses:
            for answer in self._answers(status):
                if self._reads(answer):
                    return answer
        raise ConfigurationError(
            f"no answer of {self.operation.id} was found that says that the work of {self.work.operation.id} is "
            f"{self.became}, and is of its type"
        )

    # -- what it is read as --------------------------------------------------------------------------------------------

    def _reads(self, answer: Answer) -> bool:
        read = Read.of(answer)
        if self.begins:
            return first(self.later, read) == (Became.PENDING, str(self.id))
        if further(self.later, read) is not self.became:
            return False
        return self.became is not Became.DONE or self._gives(read)

    def _gives(self, read: Read) -> bool:
        if url := read.text(self.later.result_url):
            return url == self.url
        value = read.at(self.later.result) if self.later.result else read.value
        given = self.work.plan.result
        return fits(value, self.later.response) and (given is NOTHING_GIVEN or holds(given, value))

    # -- what is made --------------------------------------------------------------------------------------------------

    def _answers(self, status: int) -> Iterator[Answer]:
        if status >= 400:
            yield self.fail(status)
            return
        schema = self.operation.schema_for(status)
        for strictly in (True, False):
            for base in self._bases(status, schema):
                for draft in self._drafts(Draft(schema=base.schema, body=base.body, strictly=strictly), base):
                    if fits(draft.body, base.schema) and fits(draft.body, schema):
                        yield _sent(status, draft)

    def _bases(self, status: int, schema: Schema) -> Iterator[Base]:
        yield from (Base(schema, body, kept=True) for body in self._own())
        whole = list(self._wholes(schema)) if self.became is Became.DONE else []
        yield from whole if not self.later.result_url else []
        for number, (one, fields) in enumerate(variants(schema)):
            if (made := self._example(one, "body", status, number)) is not NOWHERE:
                yield Base(one, {**made, **fields} if fields else made)
        yield from whole if self.later.result_url else []

    def _own(self) -> Sequence[Any]:
        return () if self.became is Became.DONE and self.work.plan.result is not NOTHING_GIVEN else self.bodies

    def _wholes(self, schema: Schema) -> Iterator[Base]:
        """The result as the whole of an answer, where it may be that."""
        later, is_given = self.later, self.work.plan.result is not NOTHING_GIVEN
        if later.result and Where() not in later.result:
            return
        if is_given or later.response is not None:
            yield Base(schema if is_given else later.response, self.work.result(), kept=is_given, whole=True)

    def _example(self, schema: Schema, *parts: object) -> Any:
        """An example; NOWHERE where there is none, {} of no type."""
        if schema is None or schema is Any:
            return {}
        step = self.work.asked if self.became is Became.PENDING else ""
        try:
            return example(schema, self.work.random(self.became, step, *parts))
        except ConfigurationError:
            return NOWHERE

    # -- what is written -----------------------------------------------------------------------------------------------

    def _drafts(self, draft: Draft, base: Base) -> Iterator[Draft]:
        """The body with what is to be said, in every way to say the state."""
        draft = draft if base.whole and base.kept else self._named(draft)
        draft = _WRITERS[self.became](self, draft, base)
        if self.became is Became.DONE and self.work.plan.result is NOTHING_GIVEN:
            draft = self._named(draft)  # again, since the result may hold its place
        for where, word in self._words(draft, base):
            if word is REMOVE:
                yield draft.drop(self.later.state)
            elif word is _KEEP:
                yield draft
            elif (said := draft.say([where], word)) is not draft:
                yield said

    def _named(self, draft: Draft) -> Draft:
        """With the id."""
        return draft.say([where for where in self.later.id if self.begins or where.path], self.id, str(self.id))

    def _words(self, draft: Draft, base: Base) -> Iterator[tuple[Where, Any]]:
        if base.kept or not self.later.state or (base.whole and not self.later.done):
            yield Where(), _KEEP
        for where in self.later.state:
            if where.header or not draft.strictly or declares(draft.schema, where.path):
                yield from ((where, word) for word in words_of(self.work, self.became, draft.schema, where))
        yield Where(), REMOVE
        yield Where(), _KEEP

    def pending(self, draft: Draft, base: Base) -> Draft:
        """How far it is, and that it may be asked about at once."""
        later, percent = self.later, int(100 * self.work.share)
        draft = draft.drop(later.error).with_header("Retry-After", 0)
        for places in (later.delay, later.delay_ms):
            draft = draft.drop(places).say(places, 0, "0", 1, "1", strictly=True)
        for places, *candidates in (
            (later.queue_state, *self._examples(draft, later.queue_state), "active"),
            (later.queue_reason, *self._examples(draft, later.queue_reason)),
            (later.progress, percent, self.work.share, str(percent), *self._examples(draft, later.progress)),
        ):
            if candidates and not (base.kept and any(at(draft.body, one.path) is not None for one in places)):
                draft = draft.say([one for one in places if one.path], *candidates, strictly=True)
        return draft

    def _examples(self, draft: Draft, places: Sequence[Where]) -> Iterator[Any]:
        """What has been made up already at a place that has a type, or what is."""
        for where in places:
            schema = type_at(draft.schema, where.path)
            if schema not in {None, NOWHERE} and declares(draft.schema, where.path):
                found = at(draft.body, where.path)
                yield found if found is not None else self._example(schema, "place", where.path)

    def done(self, draft: Draft, base: Base) -> Draft:
        """The result, or where it is."""
        later = self.later
        draft = draft.drop(later.error)
        if base.whole:
            return draft.drop(later.result_url)
        if later.result_url:
            told_so = draft.say(later.result_url, self.url)
            if told_so is not draft:
                return told_so
        if base.kept:
            return draft
        places = [one for one in later.result if one.path]
        others = self._examples(draft, places) if self.work.plan.result is NOTHING_GIVEN else ()
        return draft.say(places, self.work.result(), *others)

    def failed(self, draft: Draft, _: Base) -> Draft:
        """What went wrong, and whose doing it was."""
        later = self.later
        plain: list[Any] = [{"code": "failed", "message": FAILED}, {"message": FAILED}, FAILED]
        made = [{**one, "message": FAILED} for one in self._examples(draft, later.error) if isinstance(one, dict)]
        untyped = not any(type_at(draft.schema, one.path) is not None for one in later.error)
        candidates = [*plain, *made] if untyped else [FAILED, *made, *plain]
        draft = draft.say(later.error, *candidates)
        return draft.say(later.category, "server", "unknown", strictly=True)

    def expired(self, draft: Draft, _: Base) -> Draft:
        """Nothing beside its word."""
        return draft.drop(self.later.error)


_WRITERS: Final[dict[Became, Callable[[Telling, Draft, Base], Draft]]] = {
    Became.PENDING: Telling.pending,
    Became.DONE: Telling.done,
    Became.FAILED: Telling.failed,
    Became.EXPIRED: Telling.expired,
}


def _sent(status: int, draft: Draft) -> Answer:
    if status in WITHOUT_BODY:
        return Answer(status=status, headers=draft.headers)
    return told(status, draft.body, draft.headers)
