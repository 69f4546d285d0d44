"""The orchestration, written once as coroutines over async-shaped ports. Pipeline and AsyncPipeline only colour it."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from pristine.core import operation as operations
from pristine.core.answers.answer import value_of
from pristine.core.answers.failures import shaped
from pristine.core.answers.pages import NO_PAGE, Ask, Page, Pager, Token
from pristine.core.attempts.classification import is_success, status_error
from pristine.core.attempts.demands import Demands
from pristine.core.attempts.judging import tuned
from pristine.core.attempts.ledger import Ledger
from pristine.core.attempts.redirects import policy_for
from pristine.core.call import Call, CallOptions, Ways
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.operation import Operation
from pristine.core.requests.bases import bases_of
from pristine.core.requests.request import Blueprint
from pristine.core.requests.security import auth_for, check_credentials
from pristine.core.telling import Voice, place
from pristine.manifest.model import Endpoint, Manifest, Streaming
from pristine.ports import signals
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import ConfigurationError, StatusError, TokenRefused
from pristine.ports.listening import shown
from pristine.ports.messages import Request, Response
from pristine.ports.retry import Retry
from pristine.ports.values import changed

if TYPE_CHECKING:  # what only some programs need is imported where it is first used: that is a third of all there is
    from pristine.core.futures.asking import Asker
    from pristine.core.futures.following import Following
    from pristine.core.plan import Plan
    from pristine.core.streams.session import StreamSession

Reading: TypeAlias = Callable[[Response, Callable[[], Any], Ledger], Any]
"""Makes the result of a call out of its response, of what gives its value, and of the ledger of its attempts. None, in
place of one, is the value itself."""


def _as_response(response: Response, _: Callable[[], Any], __: Ledger) -> Response:
    return response


def _refuse_streams(manifest: Manifest, transport: str) -> None:
    streaming = [endpoint.id for endpoint in manifest.endpoints.values() if endpoint.streaming]
    if streaming:
        raise ConfigurationError(f"{streaming[0]} streams, but the transport {transport} has no open() or aopen()")


class Engine:
    """One manifest over the ports of one face."""

    def __init__(self, manifest: Manifest, context: Context[Any], face: Face) -> None:
        if face.streams is None:  # else no endpoint is looked at, which need not be read yet
            _refuse_streams(manifest, type(context.transport).__name__)
        check_credentials(context.credentials, manifest.schemes)
        self.manifest = manifest
        self.context = context
        self.face = face
        self.closed = False
        self._bases = bases_of(manifest, context)
        self._ways: dict[tuple[str, bool], Ways] = {}
        self._operations: dict[str, Operation] = {}
        self._of_urls: dict[str, Operation] = {}
        self._blueprints: dict[tuple[str, bool], Blueprint] = {}
        self._dropped: deque[Callable[[], None]] = deque()
        shown(context.telemetry, context.transport)
        if context.owned is not None:
            context.owned.add(self)

    async def execute(
        self,
        endpoint_id: str,
        payload: Any,
        options: CallOptions,
        reading: Reading | None = None,
        asker: "Asker | None" = None,
    ) -> Any:
        """A value, or what `reading` makes of the response. `asker` is of the work that the call starts."""
        operation = self.find(endpoint_id)
        if (streaming := operation.endpoint.streaming) and not streaming.when:
            raise ConfigurationError("it answers with a stream: use execute_stream", endpoint=endpoint_id)
        request = self._blueprint(operation).request(payload, options)
        call = self._call(operation, request, payload, options)
        if asker is not None:
            asker.makes(call)
        return await self._run(call, reading)

    async def page(self, pager: Pager, endpoint_id: str, payload: Any, options: CallOptions) -> Page:
        """The next page of a list."""
        operation = self.find(endpoint_id)
        request = self._blueprint(operation).request(
            payload, options, pager.ask(self._bases[operation.endpoint.server])
        )

        def reading(response: Response, value: Callable[[], Any], ledger: Ledger) -> Page:
            if not is_success(response.status):  # "not modified" is an answer, but no page: the list stays where it is
                raise self._error(call, response)
            unwrapped = value()
            whole = self.context.serializer.decode(response.body) if operation.endpoint.unwrap else unwrapped
            return attrs.evolve(pager.page(response, unwrapped, whole), attempts=ledger.attempts)

        call = self._call(operation, request, payload, options)
        page: Page = await self._run(call, reading)
        return page

    def pager(self, endpoint_id: str, start: Token | None, size: int | None) -> Pager:
        """The state of a list; raises ConfigurationError where the endpoint's answers are not pages."""
        return Pager(self.find(endpoint_id).endpoint.pagination, start, size)

    async def _run(self, call: Call, reading: Reading | None) -> Any:
        if call.listening:
            call.emit(signals.REQUEST_START, **call.described)
        try:
            response = await call.run(self._exchange)
            read = response, call.operation, self.context.serializer, call.safe
            value = value_of(*read) if reading is None else reading(response, partial(value_of, *read), call.ledger)
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
    ) -> "StreamSession":
        """An open stream, in the manifest's form or in one that serves any response."""
        from pristine.core.streams.session import StreamSession

        operation = self.find(endpoint_id)
        declared, ask = operation.endpoint.streaming, NO_PAGE
        if form is None:
            if declared is None:
                raise ConfigurationError("it does not stream: use execute", endpoint=endpoint_id)
            form, ask = declared, Ask(body=declared.when) if declared.when else NO_PAGE
        streams = declared is not None and (form is declared or not declared.when)
        request = self._blueprint(operation, streams=streams).request(payload, options, ask)
        call = self._call(operation, request, payload, options)
        self._tell_of_dropped()
        session = StreamSession(self.context, self.face, call, form, options, later=self._dropped)
        await session.open()
        return session

    # -- futures -------------------------------------------------------------------------------------------------------

    async def future(self, endpoint_id: str, payload: Any, options: CallOptions) -> "Following":
        """Work that the server finishes later, started by a call."""
        from pristine.core.futures.following import Following
        from pristine.core.futures.tokens import Ticket

        operation = self.find(endpoint_id)
        known = Ticket(api=self.manifest.name, endpoint=endpoint_id, id="", started=self.clock.time())
        asker = self._asker(operation)
        following = Following(asker, known, asker.voice)
        await following.begin(await self.execute(endpoint_id, payload, options, _as_response, asker))
        return following

    def resume(self, token: str) -> "Following":
        """Work that was started elsewhere; raises TokenRefused for a token that says of none of this API's."""
        from pristine.core.futures.following import Following
        from pristine.core.futures.tokens import ticket

        known = ticket(token, self.manifest.name)
        endpoint = self.manifest.endpoints.get(known.endpoint)
        if endpoint is None or endpoint.future is None:
            raise TokenRefused(f"the token is of {known.endpoint!r:.80}, which is no work of this API", where="token")
        asker, age = self._asker(self.find(known.endpoint)), max(0.0, self.clock.time() - known.started)
        following = Following(asker, known, asker.voice, age=age)
        following.taken_up()
        return following

    def _asker(self, operation: Operation) -> "Asker":
        from pristine.core.futures.asking import Asker

        later = operation.endpoint.future
        if later is None:
            raise ConfigurationError("its work is not finished later: use execute", endpoint=operation.id)
        return Asker(self, operation, later, Voice(self.context, operation.id))

    @property
    def clock(self) -> AsyncClock:
        return self.face.clock

    def base(self, endpoint: Endpoint) -> str | None:
        """The base URL of an endpoint."""
        return self._bases[endpoint.server]

    def find(self, endpoint_id: str) -> Operation:
        """The operation of an endpoint that is about to be called: a deprecated one warns."""
        if self.closed:
            raise ConfigurationError("the pipeline is closed", endpoint=endpoint_id)
        try:
            operation = self._operations[endpoint_id]
        except (KeyError, TypeError):  # it is called for the first time, or no endpoint's name
            operation = self._operations[endpoint_id] = operations.find(self.manifest, endpoint_id)
        if operation.endpoint.deprecated is not None:
            operation.warn()
        return operation

    def of_urls(self, operation: Operation) -> Operation:
        """The operation that gets URLs which an endpoint's answers have."""
        found = self._of_urls.get(operation.id)
        return found or self._of_urls.setdefault(operation.id, operations.of_urls(self.manifest, operation.endpoint))

    def question(self, operation: Operation, payload: Any, options: CallOptions, ask: Ask) -> Call:
        """A call that is made once."""
        from pristine.core.futures.asking import ONCE

        request = self._blueprint(operation).request(payload, options, ask)
        return self._call(operation, request, payload, options, retry=ONCE)

    async def answered(self, call: Call) -> Response:
        """The response to a call."""
        response: Response = await self._run(call, _as_response)
        return response

    # -- beside calls --------------------------------------------------------------------------------------------------

    def explain(self, endpoint_id: str, payload: Any, options: CallOptions) -> "Plan":
        """What the call would do; nothing is sent."""
        from pristine.core.plan import explained

        operation = operations.find(self.manifest, endpoint_id)
        streams = operation.endpoint.streaming is not None
        return explained(self._blueprint(operation, streams=streams), payload, options)

    async def aclose(self) -> None:
        """Let go; the last of a face to leave a transport that the Context made closes it."""
        self._tell_of_dropped()
        owned, self.closed = self.context.owned, True
        if owned is None or self not in owned:
            return
        owned.discard(self)
        if not any(
            isinstance(other, Engine) and type(other.face.transport) is type(self.face.transport)
            for other in tuple(owned)
        ):
            await self.face.transport.aclose()

    def _tell_of_dropped(self) -> None:
        """Tell of the streams that nobody has closed."""
        while self._dropped:
            self._dropped.popleft()()

    def _blueprint(self, operation: Operation, *, streams: bool = False) -> Blueprint:
        made = self._blueprints.get((operation.id, streams))
        if made is None:
            made = Blueprint.of(self.context, self._bases[operation.endpoint.server], operation, streams=streams)
            self._blueprints[operation.id, streams] = made
        return made

    def _call(
        self, operation: Operation, request: Request, payload: Any, options: CallOptions, retry: Retry | None = None
    ) -> Call:
        own = operation.id, retry is None
        ways = self._ways.get(own) or self._ways.setdefault(own, self._ways_of(operation, retry))
        demand = None
        if ways.admission is not None:
            demand = ways.demands.make(payload, request, options.get("priority", 0))
        redirects = ways.redirects
        if "redirects" in options:
            redirects = policy_for(self.context.redirects, operation.endpoint.redirects, options["redirects"])
        return Call(self.context, self.face, ways, request, demand=demand, redirects=redirects)

    def _ways_of(self, operation: Operation, retry: Retry | None) -> Ways:
        context, endpoint = self.context, operation.endpoint
        return Ways(
            operation=operation,
            auth=auth_for(endpoint, self.manifest.schemes, context.credentials, self.face.auth),
            retry=retry or tuned(context, endpoint.retry),
            admission=self.face.admission,
            demands=Demands.of(context, self._bases[endpoint.server], operation),
            place=place(self._bases[endpoint.server] or ""),
            redirects=policy_for(context.redirects, endpoint.redirects, None),
        )

    async def _exchange(self, call: Call) -> tuple[int, Response]:
        response = await call.exchange(self.face.transport.asend)
        coding = response.headers.get("content-encoding")
        if coding:
            from pristine.streaming.content_coding import decode_content

            response = changed(response, body=decode_content(response.body, coding, self.context.max_expansion))
        if not call.operation.endpoint.answers(response.status):
            raise self._error(call, response)
        return response.status, response

    def _error(self, call: Call, response: Response) -> StatusError:
        """The error that a response means, its body decoded."""
        body = call.safe(response.body)
        error = status_error(response.status, response.headers, body, self.face.clock.time())
        return shaped(error, call.operation, self.context.serializer)
