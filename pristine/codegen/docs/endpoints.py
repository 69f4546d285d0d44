"""The endpoints of an API as calls: what each takes, what it gives, and how a program makes it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.docs.futures import futures
from pristine.codegen.docs.markdown import block, bullets, code, heading, line, link, page, paragraphs, table
from pristine.codegen.docs.names import Called
from pristine.codegen.docs.overview import place
from pristine.codegen.docs.policies import Shared, facts
from pristine.codegen.docs.samples import NoSample, TextLike
from pristine.codegen.docs.snippets import snippets
from pristine.codegen.docs.types import presence
from pristine.codegen.docs.words import Words
from pristine.codegen.literals import as_json, literal
from pristine.codegen.schemas import default_of, fields_of
from pristine.core.resources import Place
from pristine.manifest.model import (
    BodyKind,
    Endpoint,
    PageStyle,
    Pagination,
    Parameter,
    StreamFormat,
    Streaming,
)
from pristine.ports.model import DESCRIPTION, is_model

COLUMNS: Final = ("Argument", "On the wire", "In", "Type", "Presence", "Default", "Description")


@attrs.frozen
class Endpoints:
    """Writes the sections of endpoints; `schemes` and `shapes` are the anchors of schemes and of error shapes.

    `limited` and `guarded` are the limits and the circuit breakers that they share.
    """

    words: Words
    schemes: Mapping[str, str]
    shapes: Mapping[int, str]
    limited: Shared
    guarded: Shared
    text_like: TextLike

    def section(self, called: Called) -> str:
        """The section of an endpoint."""
        endpoint = called.endpoint
        parts = [
            heading(3, code(called.name or endpoint.id), called.anchor),
            f"{code(f'{endpoint.method} {endpoint.path}')}",
            _deprecation(endpoint),
            paragraphs(endpoint.description),
            table(COLUMNS, self._arguments(called)),
            bullets(self._facts(called)),
            *self._examples(called),
        ]
        return page(parts).rstrip()

    # -- arguments -----------------------------------------------------------------------------------------------------

    def _arguments(self, called: Called) -> Iterator[tuple[str, ...]]:
        endpoint = called.endpoint
        parameters = _parameters(endpoint)
        fields: Mapping[str, Any] = fields_of(endpoint.request) if is_model(endpoint.request) else {}
        for name, where in called.method.arguments.items():
            kind, wire = where
            if where == ("query", "") and not endpoint.query_defaults:
                continue  # the page says once that any parameter may be given
            needed = "required" if name in called.method.required else "optional"
            also = [*presence(fields[wire])][1:] if kind == "body" and wire in fields else []
            said, *rest = self._said(where, endpoint, parameters, fields)
            yield (
                code(name),
                code(wire) if wire not in {"", name} else "",
                kind,
                said,
                ", ".join([needed, *also]),
                *rest,
            )

    def _said(
        self, where: Place, endpoint: Endpoint, parameters: Mapping[Place, Parameter], fields: Mapping[str, Any]
    ) -> tuple[str, str, str]:
        """The type of an argument, its default and its description."""
        kind, wire = where
        if where in parameters:
            one = parameters[where]
            return f"{self.words.of(one.schema)}{_style(one)}", _default(one.default), line(one.description)
        if kind == "body" and wire in fields:
            field = fields[wire]
            told = line(field.metadata.get(DESCRIPTION, ""))
            return self.words.without_null(field.type), _default(default_of(field)), told
        if kind == "body" and (wire or endpoint.body is BodyKind.RAW):
            return "a file: bytes, or what is open for reading", "", ""
        if kind == "query":
            return "map from names to anything", "", self._known(endpoint)
        return self.words.of(endpoint.request) if kind == "body" else "string", "", ""

    def _known(self, endpoint: Endpoint) -> str:
        """What is known of a query that may hold anything."""
        known = []
        for name, one in endpoint.query_defaults.items():
            sent = "" if one.default is None else f", sent as {_default(one.default)}"
            known.append(f"{code(name)} ({self.words.of(one.schema)}{sent})")
        return ", ".join(["any parameters", *known])

    # -- what holds for the call ---------------------------------------------------------------------------------------

    def _facts(self, called: Called) -> Iterator[str]:
        endpoint = called.endpoint
        if not called.name:
            execute = code(f"pipeline.execute({literal(endpoint.id)}, …)")
            yield f"Another endpoint has its name in the client: it is called as {execute}"
        if endpoint.server:
            yield f"Server: {code(endpoint.server)}, wherever the rest of the API is"
        yield from self._request(endpoint)
        yield from self._answers(endpoint)
        if endpoint.streaming is not None:
            yield from self._stream(called, endpoint.streaming)
        if endpoint.pagination is not None:
            yield from _pages(endpoint.pagination)
        if endpoint.future is not None:
            yield from futures(called, endpoint.future, self.words)
        yield from self._security(endpoint)
        if endpoint.errors is not None and id(endpoint.errors) in [*self.shapes][1:]:
            yield f"Errors: {link('what they carry', self.shapes[id(endpoint.errors)])}"
        yield from _limits(endpoint)
        yield from facts(endpoint, self.limited, self.guarded)

    def _request(self, endpoint: Endpoint) -> Iterator[str]:
        constant = [(name, one) for name, one in endpoint.headers.items() if _is_constant(one)]
        if constant:
            yield f"Always sent: {', '.join(code(f'{name}: {one.default}') for name, one in constant)}"
        if endpoint.body is BodyKind.RAW:
            yield f"Request: the bytes as they are, as {code(endpoint.media_type or 'application/octet-stream')}"
        elif endpoint.request is not None or endpoint.files or endpoint.body is not BodyKind.JSON:
            is_unnamed = is_model(endpoint.request) and self.words.names.of(endpoint.request) is None
            said = "the arguments that are in the body" if is_unnamed else self.words.of(endpoint.request)
            yield f"Request: {said}{_BODIES[endpoint.body]}"

    def _answers(self, endpoint: Endpoint) -> Iterator[str]:
        streams = endpoint.streaming is not None and not endpoint.streaming.when
        if not streams:
            inside = f", found at {code('.'.join(endpoint.unwrap))}" if endpoint.unwrap else ""
            yield f"Response: {self.words.of(endpoint.response)}{inside}"
        for status, schema in endpoint.responses.items():
            what = "any other status" if status == "default" else f"status {code(status)}"
            also = f"; an answer, whose head {code('with_raw_response')} has" if status[0] == "3" else ""
            yield f"With {what}: {self.words.of(schema)}{also}"

    def _stream(self, called: Called, streaming: Streaming) -> Iterator[str]:
        if streaming.when:
            asked = code(literal(dict(streaming.when)))
            yield f"Stream: {code(f'{called.name}_stream')} sends {asked} and gives {_FORMATS[streaming.format]}"
        else:
            yield f"Stream: {_FORMATS[streaming.format]}"
        if streaming.items is not None:
            yield f"Items of the stream: {self.words.of(streaming.items)}"
        for name, schema in streaming.events.items():
            yield f"Events {code(name)}: {self.words.of(schema)}"
        yield from _stream_options(streaming)

    def _security(self, endpoint: Endpoint) -> Iterator[str]:
        if endpoint.security is None:
            return
        ways = [" and ".join(link(code(name), self.schemes[name]) for name in names) for names in endpoint.security]
        yield f"Signed with {', or '.join(ways)}" if ways else "Not signed: anybody may call it"

    # -- examples ------------------------------------------------------------------------------------------------------

    def _examples(self, called: Called) -> Iterator[str]:
        if not called.name:
            return
        try:
            for snippet in snippets(called, self.text_like):
                named = f"Example {code(snippet.name)}:" if snippet.name else "Example:"
                yield "The same as a stream:" if snippet.is_again else named
                yield block("python", snippet.source)
                yield from _given(snippet.response)
        except NoSample as error:
            yield f"There is no example: {line(str(error))}."


def _given(response: Any) -> Iterator[str]:
    """What an example gives."""
    if response is not None and (written := as_json(response)):
        yield "The server answers:"
        yield block("json", written)


def _deprecation(endpoint: Endpoint) -> str:
    if endpoint.deprecated is None:
        return ""
    return f"**Deprecated.** {line(endpoint.deprecated)}".strip()


def _is_constant(parameter: Parameter) -> bool:
    return parameter.schema is str and parameter.default is not None and not parameter.required


def _parameters(endpoint: Endpoint) -> Mapping[Place, Parameter]:
    found: dict[Place, Parameter] = {("path", name): one for name, one in endpoint.path_params.items()}
    found |= {("query", name): one for name, one in (endpoint.query or {}).items()}
    return found | {("header", name): one for name, one in endpoint.headers.items()}


def _style(parameter: Parameter) -> str:
    if parameter.allow_reserved:
        return ", may hold `/`"
    if not parameter.style:
        return ""
    return f", written as {code(parameter.style)}{', exploded' if parameter.explode else ''}"


def _default(value: Any) -> str:
    return "" if value is None else code(literal(value))


_BODIES: Final[Mapping[BodyKind, str]] = {
    BodyKind.JSON: ", as JSON",
    BodyKind.FORM: ", as a form (URL-encoded)",
    BodyKind.MULTIPART: ", as a form with files (multipart)",
    BodyKind.RAW: "",
}

_FORMATS: Final[Mapping[StreamFormat, str]] = {
    StreamFormat.SSE: "server-sent events",
    StreamFormat.NDJSON: "JSON values, one a line",
    StreamFormat.JSON_ARRAY: "the elements of a JSON array",
    StreamFormat.LINES: "lines of text",
    StreamFormat.BYTES: "bytes, as they arrive",
}


def _stream_options(streaming: Streaming) -> Iterator[str]:
    if streaming.done is not None:
        yield f"The items end with {code(streaming.done)}"
    if (again := streaming.reconnect) is not None:
        yield (
            f"After a break or an end it is gone on with: up to {again.max_attempts} connections without an event, "
            f"the first after {again.delay:g} s"
        )
    if streaming.media_types:
        yield f"It may be called {', '.join(map(code, streaming.media_types))}, too"
    if streaming.options.get("dispatch_empty"):
        yield "Events without data are given, too"
    if "max_event_bytes" in streaming.options:
        most = streaming.options["max_event_bytes"]
        yield f"An event has {'any number of' if most is None else f'at most {most}'} bytes"


def _pages(how: Pagination) -> Iterator[str]:
    where = f"the items are at {code('.'.join(map(str, how.items)))}" if how.items else "a page is a list of items"
    yield f"List: {_STYLES[how.style]}{f' as {code(how.parameter)}' if how.parameter else ''}; {where}"
    into = "in the body" if how.into == "body" else "in the query"
    said = (
        ("the next page", how.next and place(how.next)),
        ("whether there is another", how.more and place(how.more)),
        ("how many items there are", how.total and place(how.total)),
        ("the size of a page, `.sized(…)`", how.size and f"{code(how.size)} {into}"),
        ("the number of the first page", f"{how.start}" if how.style is PageStyle.PAGE else ""),
    )
    yield from (f"{what[:1].upper()}{what[1:]}: {told}" for what, told in said if told)


_STYLES: Final[Mapping[PageStyle, str]] = {
    PageStyle.CURSOR: "page by page, by a cursor",
    PageStyle.OFFSET: "page by page, by the number of items so far",
    PageStyle.PAGE: "page by page, by the number of the page",
    PageStyle.LINK: "page by page, by the link to the next one",
}


def _limits(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.timeout:
        said = (f"{name} {'unlimited' if one is None else f'{one:g} s'}" for name, one in endpoint.timeout.items())
        yield f"Time limits: {', '.join(said)}"
    if endpoint.idempotency is not None:
        yield f"Idempotent: each call carries a key in {code(endpoint.idempotency.header)}, and may be retried"
    if endpoint.redirects is not None:
        most = "" if endpoint.redirects is True else f", at most {endpoint.redirects}"
        yield f"Redirects are followed{most}" if endpoint.redirects else "Redirects are not followed"
    if endpoint.max_response_bytes is not None:
        yield f"An answer has at most {endpoint.max_response_bytes} bytes"
