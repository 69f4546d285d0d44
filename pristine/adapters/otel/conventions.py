"""The semantic conventions for HTTP clients, version 1.44: names, and what follows from a method or an outcome. Pure.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and …/http-metrics/ are the sources; what they have no name
for begins with `pristine.`.
"""

import os
from collections.abc import Collection, Mapping
from typing import Any, Final

SCHEMA: Final = "https://opentelemetry.io/schemas/1.44.0"

METHOD: Final = "http.request.method"
METHOD_ORIGINAL: Final = "http.request.method_original"
RESEND_COUNT: Final = "http.request.resend_count"
STATUS_CODE: Final = "http.response.status_code"
ERROR_TYPE: Final = "error.type"
URL_FULL: Final = "url.full"
URL_TEMPLATE: Final = "url.template"
ADDRESS: Final = "server.address"
PORT: Final = "server.port"
CONNECTION_STATE: Final = "http.connection.state"

ENDPOINT: Final = "pristine.endpoint"
KIND: Final = "pristine.kind"
ATTEMPTS: Final = "pristine.attempts"
ABANDONED: Final = "pristine.abandoned"

_KNOWN: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""RFC 9110 section 9, RFC 5789, and QUERY."""

_VARIABLE: Final = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"
_LONGEST: Final = 256


def known_methods(said: Collection[str] | None) -> frozenset[str]:
    """The methods that are called by their names: those that are said, or in the environment, or usual."""
    if said is not None:
        return frozenset(said)
    listed = frozenset(filter(None, (name.strip() for name in os.environ.get(_VARIABLE, "").split(","))))
    return listed or _KNOWN


def request(facts: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The attributes that the span of a request and its measurements have in common; few values for each."""
    method = facts.get("method")
    said = {METHOD: method if method in known else "_OTHER"}
    return said | present(facts, URL_TEMPLATE, ADDRESS, PORT)


def span_name(shared: Mapping[str, Any]) -> str:
    """`{method} {template}`, as far as both are known; HTTP stands for a method that is not."""
    method = "HTTP" if shared[METHOD] == "_OTHER" else shared[METHOD]
    template = shared.get(URL_TEMPLATE)
    return f"{method} {template}" if template else str(method)


def failure(facts: Mapping[str, Any]) -> str | None:
    """The `error.type` of an attempt: a status from 400 on as text, else the class of the error; None: it succeeded."""
    status, outcome = facts.get("status"), facts.get("outcome")
    if outcome == "success":
        return None  # the API calls it an answer, whatever its status: http-spans, "Status", the note
    if isinstance(status, int) and status >= 400:
        return str(status)
    error = facts.get(ERROR_TYPE) or outcome
    return None if error is None else str(error)


def redacted(url: Any) -> Any:
    """A URL whose values are masked, with the mask of the conventions."""
    return url.replace("//***@", "//REDACTED:REDACTED@").replace("=***", "=REDACTED") if "***" in url else url


def present(facts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those that are known."""
    return {name: facts[name] for name in names if facts.get(name) is not None}


def prefixed(prefix: str, facts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those that are known and plain, as attributes of ours; a server's words may be long."""
    kept = {name: facts[name] for name in names if isinstance(facts.get(name), (str, int, float))}
    return {prefix + name: one[:_LONGEST] if isinstance(one, str) else one for name, one in kept.items()}
