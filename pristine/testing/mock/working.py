"""Endpoints that finish their work later: the work is begun, asked about, stopped, and its result is given.

What it remembers of work is its state's.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.core.attempts.classification import is_success
from pristine.core.attempts.details import json_of
from pristine.core.futures.answers import Answer as Read
from pristine.core.futures.answers import first
from pristine.core.operation import Operation, find, of_urls
from pristine.manifest.model import Became, Later, Manifest
from pristine.ports.errors import ConfigurationError
from pristine.testing.examples import seeded
from pristine.testing.mock.answering import NOTHING_GIVEN, example_for, told, wrapped
from pristine.testing.mock.checking import Asked
from pristine.testing.mock.failing import Failure
from pristine.testing.mock.ids import ids_of
from pristine.testing.mock.messages import Answer, Incoming, Refusal, Wrong
from pristine.testing.mock.pages import key_of
from pristine.testing.mock.questions import Question, Questions
from pristine.testing.mock.routing import Match
from pristine.testing.mock.standing import beginnings, statuses_of
from pristine.testing.mock.state import State
from pristine.testing.mock.telling import FAILED, Telling
from pristine.testing.mock.works import (
    RESULTS,
    Plan,
    Work,
    by_url,
    digest,
    later_of,
    name_of,
    named_in,
    own_url,
    target_of,
)

Fail = Callable[[Failure, Operation, Incoming], Answer]


class Works:
    """The work of one mock. `polls` is how many questions find it pending; None is 1 or 2, by the seed."""

    def __init__(self, manifest: Manifest, seed: int, polls: int | None, state: State, fail: Fail) -> None:
        self._manifest = manifest
        self._seed = seed
        self._polls = polls
        self._state = state
        self._fail = fail
        self._questions = Questions(manifest)
        self._urls = {one.endpoint.id: one for one in _with_urls(manifest)}
        self._gets = {operation.id: operation for operation in map(self._of_urls, self._urls.values())}

    def _of_urls(self, operation: Operation) -> Operation:
        return of_urls(self._manifest, operation.endpoint)

    def named(self, endpoint: str) -> Operation | None:
        """What gets the URLs of an endpoint's work, such as "exports:poll"; None where there is no such thing."""
        return self._gets.get(endpoint)

    def match(self, incoming: Incoming) -> Match | None:
        """A GET of a URL that an answer has told."""
        asked = self._asked_url(incoming) if incoming.method in {"GET", "HEAD"} else None
        return None if asked is None else Match(self._of_urls(asked.operation), {})

    def _asked_url(self, incoming: Incoming) -> Question | None:
        """The work whose URL, or whose result, is asked for."""
        own = named_in(incoming)
        if own is not None and own[1] in self._urls:
            return Question(self._urls[own[1]], own[2], stops=False)
        target = target_of(incoming.target)
        known = (one for one in self._urls.values() if by_url(one) and self._state.work((one.id, target)) is not None)
        found = next(known, None)
        return None if found is None else Question(found, target, stops=False)

    # -- beginning -----------------------------------------------------------------------------------------------------

    def begun(self, asked: Asked, answer: Answer, plan: Plan) -> Answer:
        """The answer to a call that starts work, with the id of the work, which goes on."""
        operation = asked.operation
        later = operation.endpoint.future
        if later is None or answer.pieces is not None or not is_success(answer.status):
            return answer
        work, id = self._made(asked, plan)
        is_own = example_for(asked) is not NOTHING_GIVEN
        telling = Telling(
            operation=operation,
            work=work,
            became=Became.PENDING,
            id=id,
            url="",
            statuses=beginnings(operation, later, answer.status),
            fail=lambda status: self._failure(status, operation, asked.incoming),
            bodies=[json_of(answer.body)] if is_own else (),
            begins=True,
        )
        made = telling.answer()
        self._state.keep_work(work.key, work)
        return attrs.evolve(made, headers=answer.headers.merged(made.headers))

    def noticed(self, asked: Asked, answer: Answer, plan: Plan) -> None:
        """Remember the work that an answer of a test's own tells of."""
        later = asked.operation.endpoint.future
        if later is None or answer.pieces is not None or not is_success(answer.status):
            return
        became, id = first(later, Read.of(answer))
        if became is Became.PENDING and id:
            work = self._work(asked, plan, id)
            self._state.keep_work(work.key, work)

    def _work(self, asked: Asked, plan: Plan, id: str) -> Work:
        seed = f"{self._seed}:{asked.operation.id}:{digest(key_of(asked))}"
        polls = self._polls if plan.polls is None else plan.polls
        pending = seeded(seed, id.rpartition("/")[2], "polls").randint(1, 2) if polls is None else polls
        return Work(operation=asked.operation, id=id, seed=seed, plan=plan, pending=pending)

    def _made(self, asked: Asked, plan: Plan) -> tuple[Work, Any]:
        """Work with a new id, and the id as it stands in the answer; where all are taken, an old one is taken over."""
        operation, host = asked.operation, asked.incoming.headers.get("host", "")
        ids = ids_of(operation, self._manifest, host, self._seed, self._state.number(operation.id))
        made = ((self._work(asked, plan, str(id)), id) for id in ids)
        work, id = next(made, (None, None))
        while work is not None and self._state.work(work.key) is not None:
            work, id = next(made, (None, id))
        if work is None and id is None:
            told_so = f"no id was found for the work of {operation.id}, which an answer says and a call gives"
            raise ConfigurationError(told_so)
        return work or self._work(asked, plan, str(id)), id

    # -- asking --------------------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answer | None:
        """The answer to a call that asks about work, or stops it; None to one that does neither."""
        if asked.operation.id in self._gets:
            return self._of_url(asked)
        questions = self._questions.read(asked)
        for question in questions:
            if (work := self._state.work(_key(question))) is not None:
                return self._stopped(asked, work) if question.stops else self._told(asked, self._one_more(work))
        if not questions or example_for(asked) is not NOTHING_GIVEN:
            return None
        return self._unknown(asked, questions[0])

    def _of_url(self, asked: Asked) -> Answer:
        question = self._asked_url(asked.incoming)
        assert question is not None  # noqa: S101 it has been routed by it
        work = self._state.work((question.operation.id, question.id))
        if asked.incoming.path.startswith(RESULTS):
            return self._result(work)
        return self._unknown(asked, question) if work is None else self._told(asked, self._one_more(work))

    def _result(self, work: Work | None) -> Answer:
        if work is None or work.became is not Became.DONE:
            raise Refusal(404, Wrong("path", "there is no such result"))
        return told(200, work.result())

    def _one_more(self, work: Work) -> Work:
        """The work, once more asked about."""
        work = attrs.evolve(work, asked=min(work.asked, work.pending) + 1)
        self._state.keep_work(work.key, work)
        return work

    def _stopped(self, asked: Asked, work: Work) -> Answer | None:
        """The answer to who stops work: how it is now, where the endpoint can say so; None: as ever."""
        if work.became is Became.PENDING:
            work = attrs.evolve(work, cancelled=True)
            self._state.keep_work(work.key, work)
        if asked.operation.schema_for(200) is None:
            return None
        telling = self._telling(asked, work, work.became)
        try:
            return attrs.evolve(telling, statuses=[one for one in telling.statuses if one < 300]).answer()
        except ConfigurationError:
            return None

    def _told(self, asked: Asked, work: Work) -> Answer:
        return self._telling(asked, work, work.became).answer()

    def _unknown(self, asked: Asked, question: Question) -> Answer:
        """What is told of work that the mock does not know."""
        seed = f"{self._seed}:unknown"
        work = Work(operation=question.operation, id=question.id, seed=seed, plan=Plan(Became.EXPIRED), pending=0)
        later = later_of(question.operation)
        statuses = statuses_of(asked.operation, later, Became.EXPIRED, known=False)
        return attrs.evolve(self._telling(asked, work, Became.EXPIRED), statuses=statuses).answer()

    def _telling(self, asked: Asked, work: Work, became: Became) -> Telling:
        operation = asked.operation
        value = example_for(asked)
        return Telling(
            operation=operation,
            work=work,
            became=became,
            id=work.id,
            url=own_url(asked.incoming.headers.get("host", ""), RESULTS, *work.key),
            statuses=statuses_of(operation, later_of(work.operation), became),
            fail=lambda status: self._failure(status, operation, asked.incoming),
            bodies=() if value is NOTHING_GIVEN else [wrapped(value, operation, 200)],
        )

    def _failure(self, status: int, operation: Operation, incoming: Incoming) -> Answer:
        message = _MESSAGES.get(status, FAILED)
        wait = 0 if status in {408, 425, 429, 503} else None
        return self._fail(Failure(status=status, message=message, retry_after=wait), operation, incoming)


_MESSAGES: Final[Mapping[int, str]] = {
    **dict.fromkeys((408, 425, 503), "the work goes on"),
    **dict.fromkeys((404, 410), "there is no such work, or not any more"),
}


def _with_urls(manifest: Manifest) -> Iterator[Operation]:
    """The endpoints whose answers have URLs: of their work, or of its result."""
    for endpoint in manifest.endpoints.values():
        later: Later | None = endpoint.future
        if later is not None and (not later.ask.endpoint or later.result_url):
            yield find(manifest, endpoint.id)


def _key(question: Question) -> tuple[str, str]:
    return question.operation.id, name_of(question.operation, question.id)
