"""Steps for the script of a MemoryTransport, in a word each: JSON, server-sent events, and answers by target."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pristine.adapters.memory import Scripted, Step
from pristine.ports.errors import PristineError
from pristine.ports.headers import Headers, HeaderSource
from pristine.ports.messages import Request, Response
from pristine.testing.assertions import leads_to

Answered: TypeAlias = Response | Scripted | PristineError


def as_json(value: Any, status: int = 200, headers: HeaderSource = ()) -> Response:
    """A response whose body is a value as JSON."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return Response(status, Headers({"content-type": "application/json"}).merged(headers), body)


def as_events(*events: Any) -> Scripted:
    """A stream of server-sent events, a chunk for each: text is data as it stands, a PristineError breaks the stream.

    Anything else is data as JSON. Text of several lines becomes as many `data` fields (WHATWG HTML, section 9.2.6).
    """
    return Scripted([event if isinstance(event, PristineError) else _event(event) for event in events])


def by_target(answers: "Mapping[str, Step | Sequence[Step]]") -> Callable[[Request], Answered]:
    """A step that answers by the request's target (see `requests_to`), the first that fits: for calls in any order.

    Several steps for a target are taken in turn, and the last of them is repeated. A request that none fits raises
    AssertionError.
    """
    scripts = [(target, _each(steps)) for target, steps in answers.items()]

    def answer(request: Request) -> Answered:
        for target, steps in scripts:
            if leads_to(request, target):
                step = steps.pop(0) if len(steps) > 1 else steps[0]
                return step(request) if callable(step) else step
        raise AssertionError(f"no answer for {request.method} {request.shown_url}; there are: {', '.join(answers)}")

    return answer


def _each(steps: "Step | Sequence[Step]") -> list[Step]:
    if not isinstance(steps, Sequence):
        return [steps]
    if not steps:
        raise ValueError("a target needs one step or more")
    return list(steps)


def _event(event: Any) -> bytes:
    data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False, allow_nan=False)
    return "".join(f"data: {line}\n" for line in data.split("\n")).encode() + b"\n"
