"""The contract of `pristine.ports.auth`: alone, and under a Pipeline whose call takes three attempts."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

import attrs

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.retry import ExponentialRetry
from pristine.manifest.load import load_manifest
from pristine.ports.messages import Request, Timeout
from pristine.testing.contracts.probing import TwoFaced, fail, overheard, raised
from pristine.testing.promises import expect, promise

_SIGNS: Final = (
    "Auth", 1, "signs a new request, otherwise as the given one, for each attempt, just before it is sent"
)  # fmt: skip
_SECRET: Final = ("Auth", 2, "no repr, log or error shows the credential")

_URL: Final = "http://contract.test/users/1?page=2&page=3"
_FIELDS: Final = (("Accept", "text/plain"), ("X-Trace", "1"), ("X-Trace", "2"), ("User-Agent", "contract"))
_MANIFEST: Final = {"name": "contract", "endpoints": {"get": {"method": "GET", "path": "/get"}}}


class AuthContract(TwoFaced):
    """Subclass it as `Test…`; say how the adapter is made, and which strings must not show."""

    methods: ClassVar = {"blocking": "sign", "async": "asign"}
    secrets: ClassVar[tuple[str, ...]] = ()
    """What must not show: passwords, tokens, keys, in the spellings that go over the wire."""

    def make(self) -> Any:
        """The adapter, with one face or both, ready to sign."""
        raise NotImplementedError("say how the Auth is made: def make(self)")

    def failures(self) -> Iterable[Callable[[], object]]:
        """Calls that fail and know the secret, such as making the adapter with a token that holds a line break."""
        return ()

    @promise(*_SIGNS)
    def test_the_given_request_is_not_changed(self, face: str) -> None:
        auth = self.make()
        for request in _requests():
            before = _picture(request)
            raised(partial(_signed, auth, face, request))
            expect(_picture(request), before, "the given request, after it was signed")

    @promise(*_SIGNS)
    def test_a_signed_request_is_otherwise_the_given_one(self, face: str) -> None:
        auth = self.make()
        for request in _requests():
            signed = _signed(auth, face, request)
            expect(isinstance(signed, Request), True, f"whether a Request is returned, which is {type(signed)}")
            expect(signed is request, False, "whether the given request is returned, which cannot be signed")
            for part in ("method", "body", "timeout", "max_response_bytes"):
                expect(getattr(signed, part), getattr(request, part), f"its {part}")
            for part in ("scheme", "netloc", "path"):
                expect(getattr(urlsplit(signed.url), part), getattr(urlsplit(request.url), part), f"its URL's {part}")
            for name, _ in _FIELDS:
                expect(signed.headers.get_all(name), request.headers.get_all(name), f"its header field {name}")

    @promise(*_SIGNS)
    def test_a_body_that_can_be_sent_once_is_not_begun(self, face: str) -> None:
        body = _Once()
        raised(lambda: _signed(self.make(), face, Request("POST", _URL, body=body)))
        expect(body.begun, False, "whether the body, which can be read once, was read before it is sent")

    @promise(*_SIGNS)
    def test_every_attempt_is_signed_just_before_it_is_sent(self, face: str) -> None:
        order: list[str] = []
        sent = _call(face, _WATCHED[face](self.make(), order), order)
        expect(order, ["sign", "send"] * 3, "what a call of three attempts does")
        for number, (request, bare) in enumerate(zip(sent, _call(face, None, []), strict=True), 1):
            expect(_picture(request) == _picture(bare), False, f"whether attempt {number} went out unsigned")

    @promise(*_SECRET)
    def test_the_secrets_are_known(self) -> None:
        given = bool(self.secrets) and all(self.secrets)
        expect(given, True, 'whether the contract knows what must not show: secrets = ("…",)')

    @promise(*_SECRET)
    def test_no_text_of_it_shows_a_secret(self, face: str) -> None:
        auth = self.make()
        signed: list[Request] = []
        raised(lambda: signed.append(_signed(auth, face, next(_requests()))))
        context = pristine.context(transport=MemoryTransport(), base_url="http://contract.test", auth=auth)
        for what, shown in {
            "repr(auth)": repr(auth),
            "str(auth)": str(auth),
            "format(auth)": f"{auth} {auth:}",
            "the repr of its method": repr(getattr(auth, self.methods[face])),
            "repr([auth])": repr([auth]),
            "repr([signed request])": repr(signed),
            "repr(context)": repr(context),
        }.items():
            self._expect_hidden(shown, what)

    @promise(*_SECRET)
    def test_nothing_that_it_says_shows_a_secret(self, face: str) -> None:
        with overheard() as said:
            auth = self.make()
            for request in _requests():
                raised(partial(_signed, auth, face, request))
            raised(partial(_call, face, auth, []))
        self._expect_hidden(said(), "what it logs, prints or warns while it is made and signs")

    @promise(*_SECRET)
    def test_no_error_shows_a_secret(self, face: str) -> None:
        auth: Any = self.make()
        calls: list[Callable[[], object]] = [partial(_signed, auth, face, wrong) for wrong in (None, "GET", _BROKEN)]
        for call in [*calls, *self.failures()]:
            for error in _chain(raised(call)):
                shown = f"{error!r} {error} {error.args} {vars(error)} {getattr(error, '__notes__', '')}"
                self._expect_hidden(shown, f"an error of it, {type(error).__name__}")

    def _expect_hidden(self, shown: str, what: str) -> None:
        for secret in self.secrets:
            for spelling in (secret, quote(secret, safe=""), b64encode(secret.encode()).decode().rstrip("=")):
                if spelling in shown:
                    fail(what, "it shows no secret", shown.replace(spelling, "<the secret>"))


@attrs.frozen
class _Watched:
    """An Auth that notes when it is asked."""

    auth: Any
    order: list[str]

    def sign(self, request: Request) -> Request:
        self.order.append("sign")
        return self.auth.sign(request)  # type: ignore[no-any-return]


@attrs.frozen
class _AsyncWatched:
    auth: Any
    order: list[str]

    async def asign(self, request: Request) -> Request:
        self.order.append("sign")
        return await self.auth.asign(request)  # type: ignore[no-any-return]


_WATCHED: Final[Mapping[str, Callable[[Any, list[str]], Any]]] = {"blocking": _Watched, "async": _AsyncWatched}


class _Once:
    """A body that can be sent once."""

    length = content_type = content_encoding = None
    replayable = False

    def __init__(self) -> None:
        self.begun = False

    def chunks(self) -> Iterator[bytes]:
        self.begun = True
        return iter((b"content",))

    def achunks(self) -> Any:
        self.begun = True
        raise NotImplementedError


class _Broken:
    """Not a request: whatever is asked of it fails."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"no {name} here")


_BROKEN: Final = _Broken()


def _requests() -> Iterator[Request]:
    yield Request("GET", _URL, _FIELDS)
    yield Request("DELETE", _URL, (*_FIELDS, ("Authorization", "Bearer of-another"), ("X-API-Key", "of-another")))
    yield Request("POST", "https://contract.test", _FIELDS, b'{"a": 1}', Timeout(total=3), 1000)
    yield Request("PUT", "https://contract.test:8443/%E2%98%83/a%2Fb?q=%20&e=", _FIELDS, b"")


def _picture(request: Request) -> Any:
    """All that a request is, with its header fields in order and apart."""
    return deepcopy({**attrs.asdict(request, recurse=False), "headers": request.headers.multi_items()})


def _signed(auth: Any, face: str, request: Any) -> Request:
    if face == "blocking":
        return auth.sign(request)  # type: ignore[no-any-return]
    with asyncio.Runner() as runner:
        return runner.run(auth.asign(request))  # type: ignore[no-any-return]


def _call(face: str, auth: Any, order: list[str]) -> list[Request]:
    """What goes out in a call whose first two attempts fail."""
    answers = [pristine.Response(503), pristine.Response(503), pristine.Response(200, body=b"{}")]

    def answer(_: Request) -> pristine.Response:
        order.append("send")
        return answers.pop(0)

    transport = MemoryTransport([answer])
    ports = {"auth": auth, "clock": ManualClock(), "retry": ExponentialRetry(jitter=0, max_retries=2)}
    context: Any = pristine.context(base_url="http://contract.test", transport=transport, **ports)
    if face == "blocking":
        with pristine.Pipeline(load_manifest(_MANIFEST), context) as api:
            api.execute("get")
    else:
        with asyncio.Runner() as runner:
            runner.run(_acall(context))
    return transport.requests


async def _acall(context: Any) -> None:
    async with pristine.AsyncPipeline(load_manifest(_MANIFEST), context) as api:
        await api.execute("get")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error with whatever a traceback shows to have led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
