"""A request -> its answer and a note of it: routed, checked, failed on purpose, answered as a test or the API says."""

import hashlib
from typing import Final

import attrs

from pristine.core.operation import Operation, find
from pristine.manifest.model import Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import MASK
from pristine.testing.mock.answering import NOTHING_GIVEN, Answers, good_status
from pristine.testing.mock.calls import Received, is_secret
from pristine.testing.mock.checking import Asked, checked
from pristine.testing.mock.conditional import conditional
from pristine.testing.mock.expectations import TOLD_TO, Reply
from pristine.testing.mock.failing import Failure, failed, usual_shape
from pristine.testing.mock.faults import Fault, FaultKind
from pristine.testing.mock.giving import check_examples
from pristine.testing.mock.messages import Answer, Incoming, Refusal, Wrong
from pristine.testing.mock.pages import is_first, key_of
from pristine.testing.mock.routing import Match, Router, normal
from pristine.testing.mock.state import Remembered, State
from pristine.testing.mock.working import Works
from pristine.testing.mock.works import Plan

_LONG: Final = 20
"""A segment of an unknown path that is as long may be a secret, and is not shown."""


@attrs.frozen
class Outcome:
    """An answer, the fault of its way to the caller, and the note of the call."""

    answer: Answer
    fault: Fault | None
    call: Received


class Desk:
    """Answers requests. It is asked by one thread; what it remembers is its state's."""

    def __init__(self, manifest: Manifest, seed: int, state: State, polls: int | None = None) -> None:
        self._manifest = manifest
        self._router = Router(manifest)
        self._answers = Answers(seed)
        self._state = state
        self._shape = usual_shape(manifest)
        self._works = Works(manifest, seed, polls, state, self._failed)
        for name in manifest.endpoints:
            check_examples(find(manifest, name))

    def operation(self, endpoint: str) -> Operation:
        """An endpoint, or "ID:poll": what gets the URLs of its work. Raises UnknownEndpoint."""
        return self._works.named(endpoint) or find(self._manifest, endpoint)

    def handle(self, incoming: Incoming) -> Outcome:
        """Answer a request, and remember it; nothing is raised."""
        match: Match | None = None
        asked: Asked | None = None
        fault: Fault | None = None
        refused, repeated = "", False
        try:
            match = self._works.match(incoming) or self._router.find(incoming)
            asked = checked(self._manifest, match, incoming)
            fault = self._state.fault(match.operation.id)
            answer, repeated = self._answered(asked, fault)
        except Refusal as refusal:
            refused = str(refusal)
            answer = self.refused(refusal, match, incoming)
        except ConfigurationError as error:
            refused = f"{error.message}; give the endpoint 'examples', or expect() an answer"
            answer = self.refused(Refusal(501, Wrong("", refused)), match, incoming)
        except Exception as error:  # noqa: BLE001 a fault of the mock's own must be told, or its caller waits for ever
            refused = f"the mock itself failed: {type(error).__name__}: {error}"
            answer = self.refused(Refusal(500, Wrong("", refused)), None, incoming)
        is_reset = fault is not None and fault.kind is FaultKind.RESET
        call = _note(incoming, match, asked, None if is_reset else answer.status, refused, repeated=repeated)
        self._state.record(call)
        return Outcome(answer, None if fault is None or not isinstance(fault.kind, FaultKind) else fault, call)

    def refused(self, refusal: Refusal, match: Match | None, incoming: Incoming) -> Answer:
        """A refusal as an error of the API."""
        failure = Failure(status=refusal.status, message=str(refusal), wrong=refusal.wrong, headers=refusal.headers)
        return self._failed(failure, None if match is None else match.operation, incoming)

    def _failed(self, failure: Failure, operation: Operation | None, incoming: Incoming) -> Answer:
        shape = self._shape if operation is None else operation.endpoint.errors
        digest = hashlib.sha256(f"{incoming.method} {incoming.target}".encode() + incoming.body).hexdigest()
        return failed(attrs.evolve(failure, request_id=f"req-{digest[:12]}"), shape, operation)

    def _answered(self, asked: Asked, fault: Fault | None) -> tuple[Answer, bool]:
        """The answer, and whether it is that of an earlier call with the same idempotency key."""
        if fault is not None and not isinstance(fault.kind, FaultKind):
            failure = Failure(status=int(fault.kind), message=TOLD_TO)
            return self._failed(failure, asked.operation, asked.incoming), False
        if fault is not None and fault.kind is FaultKind.RESET:
            return Answer(), False  # it has not been processed
        key, fingerprint = _key(asked), key_of(asked)
        if key is not None and (known := self._state.remembered(key)) is not None:
            if known.fingerprint != fingerprint:
                header = asked.operation.key_header
                raise Refusal(422, Wrong(f"header.{header}", "is the key of another request"))
            return known.answer, True
        answer = self._said(asked)
        if key is not None and asked.operation.endpoint.answers(answer.status):
            self._state.remember(key, Remembered(fingerprint, answer))
        return answer, False

    def _said(self, asked: Asked) -> Answer:
        """What a test says of the call, or what the API would."""
        place = f"{asked.operation.id}:{key_of(asked)}"
        if not is_first(asked) and (items := self._state.given_list(place)) is not None:
            return self._answers.answer(asked, items)
        reply = self._state.reply(asked)
        if reply is None:
            return self._usual(asked, Plan())
        if reply.failure is not None:
            return self._failed(reply.failure, asked.operation, asked.incoming)
        if isinstance(reply.value, list) and asked.operation.endpoint.pagination is not None:
            self._state.give_list(place, reply.value)
        return self._replied(asked, reply)

    def _usual(self, asked: Asked, plan: Plan, status: int | None = None) -> Answer:
        """What the API would answer: of work that it finishes later, how far that is."""
        answer = self._works.answer(asked) if status is None else None
        if answer is not None:
            return conditional(asked, answer)
        return self._works.begun(asked, self._answers.answer(asked, status=status), plan)

    def _replied(self, asked: Asked, reply: Reply) -> Answer:
        if reply.value is NOTHING_GIVEN:
            answer = self._usual(asked, reply.plan, reply.status)
            return attrs.evolve(answer, headers=answer.headers.merged(reply.headers))
        if isinstance(reply.value, bytes):
            status = reply.status or good_status(asked.operation)
            answer = Answer(status=status, headers=reply.headers, body=reply.value)
        else:
            answer = self._answers.answer(asked, reply.value, reply.status)
            answer = attrs.evolve(answer, headers=answer.headers.merged(reply.headers))
        self._works.noticed(asked, answer, reply.plan)
        return answer


def _key(asked: Asked) -> tuple[str, str] | None:
    """The endpoint and the idempotency key of a call that has one."""
    endpoint = asked.operation.endpoint
    if endpoint.idempotency is None:
        return None
    given = asked.incoming.headers.get(endpoint.idempotency.header)
    return (endpoint.id, given) if given else None


def _note(
    incoming: Incoming, match: Match | None, asked: Asked | None, status: int | None, refused: str, *, repeated: bool
) -> Received:
    return Received(
        endpoint="" if match is None else match.operation.id,
        method=incoming.method,
        path=incoming.path,
        path_params=asked.path_params if asked else {},
        query=asked.query if asked else {},
        headers=incoming.headers,
        body=asked.body if asked else None,
        status=status,
        refused=refused,
        repeated=repeated,
        shown_path=_shown(incoming.path, match),
        schema=None if match is None else match.operation.endpoint.request,
    )


def _shown(path: str, match: Match | None) -> str:
    """The path without what may be secret: parameters by their names, segments of an unknown path by their length."""
    if match is None:
        return "/".join(MASK if len(segment) >= _LONG else segment for segment in path.split("/"))
    path = normal(path)
    for name in (name for name in match.params if is_secret(name)):
        path = path.replace(match.params[name], MASK)
    return path
