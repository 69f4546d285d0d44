"""What a call would do, without doing it: the request, the limits and the policies that hold for it. For people."""

from typing import Any, Final

import attrs

from pristine.core.attempts.judging import tuned
from pristine.core.attempts.redirects import policy_for
from pristine.core.call import CallOptions
from pristine.core.context import Context
from pristine.core.operation import Operation
from pristine.core.requests.request import Blueprint, limits
from pristine.manifest.model import SAFE_METHODS, Safety
from pristine.ports.body import length_of
from pristine.ports.capabilities import capabilities_of
from pristine.ports.errors import RequestError
from pristine.ports.headers import Headers
from pristine.ports.messages import Request, Timeout
from pristine.ports.redaction import shown_url
from pristine.ports.values import frozen

_LABEL: Final = 12


@frozen(kw_only=True, repr=False)
class Plan:
    """The plan of a call; `str(plan)` is a paragraph, without a credential.

    `url` has query values masked; where the request could not be built, it is the template and `problem` says why.
    `resend` says whether and why it may be sent again after a failure.
    """

    endpoint: str
    method: str
    url: str
    headers: Headers
    body: str
    timeout: Timeout
    limits: str
    resend: str
    retry: str
    admission: str
    redirects: str
    auth: str
    transport: str
    problem: str | None = None

    def __str__(self) -> str:
        rows = [
            ("deadline", _seconds(self.timeout)),
            ("retry", self.retry),
            ("resend", self.resend),
            ("admission", self.admission),
            ("redirects", self.redirects),
            ("limits", self.limits),
            ("auth", self.auth),
            ("transport", self.transport),
            *(("header", line) for line in self.headers.shown()),
            ("body", self.body),
            *([("problem", self.problem)] if self.problem else []),
        ]
        return "\n".join([f"{self.endpoint}: {self.method} {self.url}", *(f"  {a:<{_LABEL}}{b}" for a, b in rows)])

    def __repr__(self) -> str:
        return f"Plan({self.endpoint}: {self.method} {self.url})"


def explained(blueprint: Blueprint, payload: Any, options: CallOptions) -> Plan:
    """The plan of a call. What is wrong with the call itself is part of it; a ConfigurationError is raised."""
    context, operation = blueprint.context, blueprint.operation
    try:
        request, problem = blueprint.request(payload, options), None
    except RequestError as error:
        request, problem = _template(blueprint, options), error.message
    redirects = policy_for(context.redirects, operation.endpoint.redirects, options.get("redirects"))
    return Plan(
        endpoint=operation.id,
        method=operation.method,
        url=shown_url(request, operation.path.secrets(request.url)),
        headers=request.headers,
        body=_body(request),
        timeout=request.timeout,
        limits=_limits(context, request, streams=operation.endpoint.streaming is not None),
        resend=_resend(operation, request),
        retry=_retry(context, operation),
        admission=_admission(context, operation),
        redirects=repr(redirects) if redirects else "not followed",
        auth=type(context.auth).__name__ if context.auth is not None else "none",
        transport=f"{type(context.transport).__name__}: {', '.join(sorted(capabilities_of(context.transport)))}",
        problem=problem,
    )


def _template(blueprint: Blueprint, options: CallOptions) -> Request:
    operation = blueprint.operation
    timeout = limits(blueprint.context.timeout, operation, options.get("timeout"))
    url = (blueprint.base or "") + operation.path.text
    return Request(operation.method, url, blueprint.headers, None, timeout, blueprint.limit)


def _body(request: Request) -> str:
    if request.body is None:
        return "none"
    length = length_of(request.body)
    size = "of unknown length" if length is None else f"{length} bytes"
    return f"{request.headers.get('content-type', 'content')}, {size}"


def _limits(context: Context[Any], request: Request, *, streams: bool) -> str:
    known = {
        "answer": f"{request.max_response_bytes} bytes" if request.max_response_bytes else "",
        "event": f"{context.max_event_bytes} bytes" if streams and context.max_event_bytes else "",
        "expansion": f"{context.max_expansion:g} times" if context.max_expansion else "",
    }
    return ", ".join(f"{name} at most {value}" for name, value in known.items() if value) or "none"


def _retry(context: Context[Any], operation: Operation) -> str:
    budget = f", {context.budget!r}" if context.budget is not None else ""
    return f"{tuned(context, operation.endpoint.retry)!r}{budget}"


def _admission(context: Context[Any], operation: Operation) -> str:
    """The limits that its attempts go through, in their order, and the groups that it shares them with."""
    ports = [one for one in (*context.semaphores, context.limiter, context.breaker) if one is not None]
    limit, breaker = operation.endpoint.limit, operation.endpoint.breaker
    groups = [f"{name} {group.name}" for name, group in (("limit", limit), ("breaker", breaker)) if group]
    return ", ".join([*map(repr, ports), *(groups if ports else ())]) or "none"


def _resend(operation: Operation, request: Request) -> str:
    if operation.repeatable:
        safe = operation.method in SAFE_METHODS or operation.endpoint.safety is Safety.SAFE
        return f"yes: {operation.method} is {'safe' if safe else 'idempotent'}"
    if operation.key_header in request.headers:
        return f"yes: under one {operation.key_header}"
    return "only where it was certainly not processed: it has no idempotency key"


def _seconds(timeout: Timeout) -> str:
    limits = attrs.asdict(timeout)
    total = limits.pop("total")
    rest = ", ".join(f"{name} {seconds:g} s" for name, seconds in limits.items() if seconds is not None)
    return f"{'none' if total is None else f'{total:g} s'} in all; {rest or 'no other limit'}"
