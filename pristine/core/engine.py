"""The orchestration, written once as coroutines over async-shaped ports. Pipeline and AsyncPipeline only colour it."""

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from pristine.core import operation as operations
from pristine.core.answer import value_of
from pristine.core.call import Call, CallOptions
from pristine.core.classification import is_success, status_error
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.failures import shaped
from pristine.core.operation import Operation
from pristine.core.pages import NO_PAGE, Ask, Page, Pager, Token
from pristine.core.plan import Plan, explained
from pristine.core.request import Blueprint
from pristine.core.security import auth_for, check_credentials
from pristine.core.streams.session import StreamSession
from pristine.manifest.model import Manifest, Streaming
from pristine.ports import telemetry as signals
from pristine.ports.auth import AsyncAuth
from pristine.ports.errors import ConfigurationError
from pristine.ports.messages import Request, Response
from pristine.streaming.content_coding import decode_content

Reading: TypeAlias = Callable[[Response, Callable[[], Any]], Any]
"""Makes the result of a call out of its response and of what gives its value."""


def as_value(_: Response, value: Callable[[], Any]) -> Any:
    """The value alone."""
    return value()


class Engine:
    """One manifest over the ports of one face."""

    def __init__(self, manifest: Manifest, context: Context[Any], face: Face) -> None:
        streaming = [endpoint.id for endpoint in manifest.endpoints.values() if endpoint.streaming]
        if streaming and face.streams is None:
            name = type(context.transport).__name__
            raise ConfigurationError(f"{streaming[0]} streams, but the transport {name} has no open() or aopen()")
        check_credentials(context.credentials, manifest.schemes)
        self.manifest = manifest
        self.context = context
        self.face = face
        self.closed = False
        self.base_url = context.base_url or manifest.server(context.server, context.server_variables)
        self._auths: dict[str, AsyncAuth | None] = {}
        self._blueprints: dict[tuple[str, bool], Blueprint] = {}
        if context.owned is not None:
            context.owned.add(self)

    async def execute(self, endpoint_id: str, payload: Any, options: CallOptions, reading: Reading = as_value) -> Any:
        """A value, or what `reading` makes of the response."""
        operation = self._find(endpoint_id)
        if (streaming := operation.endpoint.streaming) and not streaming.when:
            raise ConfigurationError("it answers with a stream: use execute_stream", endpoint=endpoint_id)
        request = self._blueprint(operation).request(payload, options)
        return await self._run(self._call(operation, request), reading)

    async def page(self, pager: Pager, endpoint_id: str, payload: Any, options: CallOptions) -> Page:
        """The next page of a list."""
        operation = self._find(endpoint_id)
        request = self._blueprint(operation).request(payload, options, pager.ask(self.base_url))

        def reading(response: Response, value: Callable[[], Any]) -> Page:
            unwrapped = value()
            whole = self.context.serializer.decode(response.body) if operation.endpoint.unwrap else unwrapped
            return pager.page(response, unwrapped, whole)

        page: Page = await self._run(self._call(operation, request), reading)
        return page

    def pager(self, endpoint_id: str, start: Token | None, size: int | None) -> Pager:
        """The state of a list; raises ConfigurationError where the endpoint's answers are not pages."""
        return Pager(self._find(endpoint_id).endpoint.pagination, start, size)

    async def _run(self, call: Call, reading: Reading) -> Any:
        if call.listening:
            call.emit(signals.REQUEST_START, **call.described)
        try:
            response = await call.run(lambda: self._exchange(call))
            value = reading(response, lambda: value_of(response, call.operation, self.context.serializer, call.safe))
        except BaseException as error:
            call.failed(error)
            call.emit(
                signals.REQUEST_EXCEPTION,
                status=getattr(error, "status", None),
                **call.ended,
                **{"error.type": type(error).__qualname__},
            )
            raise
        if call.listening:
            call.emit(signals.REQUEST_STOP, status=response.status, **call.ended)
        return value

    async def stream(
        self, endpoint_id: str, payload: Any, options: CallOptions, form: Streaming | None = None
    ) -> StreamSession:
        """An open stream, in the manifest's form or in one that serves any response."""
        operation = self._find(endpoint_id)
        declared, ask = operation.endpoint.streaming, NO_PAGE
        if form is None:
            if declared is None:
                raise ConfigurationError("it does not stream: use execute", endpoint=endpoint_id)
            form, ask = declared, Ask(body=declared.when)
        streams = declared is not None and (form is declared or not declared.when)
        request = self._blueprint(operation, streams=streams).request(payload, options, ask)
        call = self._call(operation, request)
        session = StreamSession(self.context, self.face, call, form, options)
        await session.open()
        return session

    def explain(self, endpoint_id: str, payload: Any, options: CallOptions) -> Plan:
        """What the call would do; nothing is sent."""
        operation = operations.find(self.manifest, endpoint_id)
        streams = operation.endpoint.streaming is not None
        return explained(self._blueprint(operation, streams=streams), payload, options)

    async def aclose(self) -> None:
        """Let go; the last of a face to leave a transport that the Context made closes it."""
        owned, self.closed = self.context.owned, True
        if owned is None or self not in owned:
            return
        owned.discard(self)
        if not any(
            isinstance(other, Engine) and type(other.face.transport) is type(self.face.transport)
            for other in tuple(owned)
        ):
            await self.face.transport.aclose()

    def _find(self, endpoint_id: str) -> Operation:
        if self.closed:
            raise ConfigurationError("the pipeline is closed", endpoint=endpoint_id)
        operation = operations.find(self.manifest, endpoint_id)
        if operation.endpoint.deprecated is not None:
            operation.warn()
        return operation

    def _blueprint(self, operation: Operation, *, streams: bool = False) -> Blueprint:
        made = self._blueprints.get((operation.id, streams))
        if made is None:
            made = Blueprint.of(self.context, self.base_url, operation, streams=streams)
            self._blueprints[operation.id, streams] = made
        return made

    def _call(self, operation: Operation, request: Request) -> Call:
        return Call(self.context, self.face, operation, request, self._auth(operation))

    def _auth(self, operation: Operation) -> AsyncAuth | None:
        endpoint, known = operation.endpoint, self._auths
        if endpoint.id not in known:
            known[endpoint.id] = auth_for(endpoint, self.manifest.schemes, self.context.credentials, self.face.auth)
        return known[endpoint.id]

    async def _exchange(self, call: Call) -> tuple[int, Response]:
        response = await call.exchange(self.face.transport.asend)
        body, coding = response.body, response.headers.get("content-encoding")
        if coding:
            body = decode_content(body, coding, self.context.max_expansion)
        if not is_success(response.status):
            error = status_error(response.status, response.headers, call.safe(body), self.face.clock.time())
            raise shaped(error, call.operation, self.context.serializer)
        return response.status, attrs.evolve(response, body=body) if coding else response
