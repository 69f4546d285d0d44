"""One test's laboratory: its servers, and the transport under test; nothing is left of either when it is over.

Inside the `with` block nothing is lost: a socket that stays open, a task that still runs, an exception that nobody saw
and a ResourceWarning are told when it ends, as a broken promise 8 of Transport.
"""

import contextlib
import gc
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import attrs
import pytest

from pristine.ports.capabilities import Capability, capabilities_of
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Request, Response, Timeout
from pristine.testing.certificates import saved
from pristine.testing.faults import FAULTS
from pristine.testing.promises import Promise, PromiseBroken
from pristine.testing.server import Handler, WireServer
from pristine.testing.subjects import PATIENCE, Hung, Opened, Pending, Subject

E = TypeVar("E", bound=Exception)

METHODS: Final = {
    "send": ("blocking", "send"),
    "open": ("blocking", "open"),
    "asend": ("async", "send"),
    "aopen": ("async", "open"),
}
"""Method -> the face that it is of, and the way to call."""

NOTHING_LEFT = Promise("Transport", "8", "close lets go of all connections: nothing is left")


@attrs.frozen
class About:
    """What an adapter says of itself, and by which `methods` it can be called."""

    adapter: str = ""
    methods: frozenset[str] = frozenset(METHODS)
    capabilities: frozenset[Capability] = frozenset(Capability)
    shareable: bool = True

    @classmethod
    def of(cls, transport: Any) -> Self:
        """What is known of a transport."""
        kind, shareable = type(transport), bool(getattr(transport, "shareable", False))
        methods = frozenset(name for name in METHODS if hasattr(transport, name))
        return cls(f"{kind.__module__}:{kind.__qualname__}", methods, capabilities_of(transport), shareable)

    @property
    def faces(self) -> tuple[str, ...]:
        """The faces that it has."""
        return tuple(dict.fromkeys(face for name, (face, _) in METHODS.items() if name in self.methods))


@attrs.frozen
class Case:
    """A face of an adapter, and how the adapter is made: `make` takes ConnectionOptions as keywords."""

    name: str
    face: str
    make: Callable[..., Any] = attrs.field(repr=False)
    about: About = About()

    def lacks(self, way: str, needs: Capability | None, only: str) -> str:
        """Why a test by this way, that needs a capability or is for one face, is not for it; "" if it is."""
        if only not in {"", self.face}:
            return f"it is for the {only} face"
        if not any(METHODS[name] == (self.face, way) for name in self.about.methods):
            return f"it has no {way} on its {self.face} face"
        return f"it does not declare {needs}" if needs is not None and needs not in self.about.capabilities else ""


class Lab:
    """Makes servers and subjects, and calls: `way` says whether by `send` or by `open`, read to the end.

    `limit` is a time limit in seconds that a test may wait for, `patience` what is too long.
    """

    def __init__(self, case: Case, way: str, pace: float = 1.0, patience: float = PATIENCE) -> None:
        self.face, self.way = case.face, way
        self.limit, self.patience = 0.05 * pace, patience
        self._make = case.make
        self._subjects: list[Subject] = []
        self._streams: list[Opened] = []
        self._servers: list[WireServer] = []
        self._stack = contextlib.ExitStack()

    # -- the two sides -------------------------------------------------------------------------------------------------

    def serve(self, handler: Handler | str, **options: Any) -> WireServer:
        """Start a server with a handler, or with that of a fault by name."""
        found = FAULTS[handler] if isinstance(handler, str) else handler
        server = WireServer(found, **options).__enter__()
        self._servers.append(server)
        return server

    @cached_property
    def subject(self) -> Subject:
        """The transport as it is made without options."""
        return self.unchecked()

    def made(self, **options: Any) -> Subject:
        """The transport with options; a test is skipped where the adapter has them not."""
        try:
            return self.unchecked(**options)
        except (TypeError, ConfigurationError) as error:
            pytest.skip(f"cannot be made with {', '.join(options)}: {error}")

    def declared(self, capability: Capability, **options: Any) -> Subject:
        """The transport with options that a capability is to honour; not to take them breaks it."""
        try:
            return self.unchecked(**options)
        except (TypeError, ConfigurationError) as error:
            told = f"a transport with {', '.join(options)}\n  expected: one, since it declares {capability}"
            raise AssertionError(f"{told}\n  came:     {error}") from error

    def unchecked(self, **options: Any) -> Subject:
        """The transport with options; raises what the adapter does."""
        subject = Subject(lambda: self._make(**options), self.face, self.patience)
        self._subjects.append(subject)
        return subject

    @cached_property
    def pem(self) -> tuple[str, str]:
        """The paths of PEM files: the authority that signed the server's certificate, and a client's certificate."""
        return saved(Path(self._stack.enter_context(tempfile.TemporaryDirectory())))

    @cached_property
    def capabilities(self) -> frozenset[Capability]:
        """What the adapter declares, or its Protocols for it."""
        return capabilities_of(self.subject.transport)

    # -- calls ---------------------------------------------------------------------------------------------------------

    def request(
        self, to: WireServer | str, target: str = "/", *, method: str = "GET", headers: HeaderSource = (), **parts: Any
    ) -> Request:
        """A request to a server; `parts` are the other fields of Request, and limits of its Timeout by their names."""
        limits = {name: parts.pop(name) for name in [*parts] if name in _LIMITS}
        if limits:
            parts["timeout"] = Timeout(**limits)
        url = to if isinstance(to, str) else to.url
        return Request(method, url + target, headers, **parts)

    def begin(self, request: Request, subject: Subject | None = None) -> Pending:
        """Begin a call in the way of this contract."""
        return (subject or self.subject).begin_call(self.way, request)

    def call(self, to: WireServer | str, target: str = "/", *, by: Subject | None = None, **parts: Any) -> Response:
        """A request, and the whole response."""
        return self.begin(self.request(to, target, **parts), by).result()  # type: ignore[no-any-return]

    def failure(
        self, kind: type[E], to: WireServer | str, target: str = "/", *, by: Subject | None = None, **parts: Any
    ) -> E:
        """The error of a call, which is to be of this kind."""
        return expected(kind, self.begin(self.request(to, target, **parts), by))

    def open(self, to: WireServer | str, target: str = "/", *, by: Subject | None = None, **parts: Any) -> Opened:
        """A request, and a response whose body is open; the laboratory closes what the test does not."""
        stream = (by or self.subject).open(self.request(to, target, **parts))
        self._streams.append(stream)
        return stream

    # -- order ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def swift(self, what: str) -> Iterator[None]:
        """What is done inside is to take less than half of the patience."""
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        if took > self.patience / 2:
            raise AssertionError(f"{what}\n  expected: at once\n  came:     after {took:.2f} s")

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something, with patience."""
        until = time.monotonic() + self.patience
        while not is_so():
            if time.monotonic() > until:
                raise AssertionError(f"{what}\n  expected: soon\n  came:     not within {self.patience:g} s")
            time.sleep(0.001)

    def patiently(self, attempt: Callable[[float], None]) -> None:
        """Try with the limit, in seconds, and again with longer ones: a machine that has much to do may be late."""
        for factor in (1, 4):
            try:
                return attempt(self.limit * factor)
            except Hung:
                raise
            except Exception:  # noqa: BLE001, S112 the last attempt says it
                continue
        return attempt(self.limit * 16)

    def settle(self) -> None:
        """Give a call that was begun a moment to come to where it waits."""
        time.sleep(0.01)

    def pause(self, seconds: float) -> None:
        """Let time pass; on the async face, in the event loop, which stands still meanwhile."""
        self.subject.do(_stand_still if self.face == "async" else time.sleep, seconds).result()

    def __enter__(self) -> Self:
        self._sockets = sockets()
        gc.freeze()  # what was there before is not looked at: a whole collection takes 50 ms
        self._warned = self._stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always", ResourceWarning)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        with self._stack:
            told = [] if _has_hung(error) else self._ended()
            self._stop()
            if kind is None:
                told += self._left()
        gc.unfreeze()
        if kind is None and told:
            raise PromiseBroken(NOTHING_LEFT, "after close\n  expected: nothing left\n  came:     " + "; ".join(told))

    def close(self) -> None:
        """End what has not been ended."""
        self._stop()
        self._ended()

    def _ended(self) -> list[str]:
        """End streams and subjects; what they left is told."""
        told: list[str] = []
        while self._streams:
            with contextlib.suppress(Exception):
                self._streams.pop().close()
        while self._subjects:
            try:
                told += self._subjects.pop().end()
            except Exception as error:  # noqa: BLE001 any is one too many
                told.append(f"close raised {error!r}")
        return told

    def _left(self) -> list[str]:
        """What is not closed but by the collector, or not at all."""
        self.__dict__.pop("subject", None)
        gc.collect()
        told = [str(each.message) for each in self._warned if issubclass(each.category, ResourceWarning)]
        return told + self._open_sockets()

    def _stop(self) -> None:
        while self._servers:
            self._servers.pop().__exit__(None)

    def _open_sockets(self) -> list[str]:
        """What is still open, after a moment for libraries that close in a thread of their own."""
        until = time.monotonic() + self.patience / 5
        while (left := sockets() - self._sockets) and (left := left & _tcp()) and time.monotonic() < until:
            time.sleep(0.02)
        return [f"{len(left)} open sockets"] if left else []


_OPEN: Final = Path("/proc/self/fd")
_LIMITS = frozenset(field.name for field in attrs.fields(Timeout))


async def _stand_still(seconds: float) -> None:
    time.sleep(seconds)  # noqa: ASYNC251 that is the point


def expected(kind: type[E], pending: Pending) -> E:
    """The error with which a call ends; raises AssertionError where it ends otherwise."""
    outcome = pending.outcome()
    if not isinstance(outcome, kind):
        told = AssertionError(f"the call\n  expected: {kind.__name__}\n  came:     {outcome!r:.500}")
        raise told from outcome if isinstance(outcome, BaseException) else None
    return outcome


def sockets() -> frozenset[str]:
    """This process's open sockets, where the system tells (Linux)."""
    found = set()
    for link in _OPEN.iterdir() if _OPEN.is_dir() else ():
        with contextlib.suppress(OSError):  # closed meanwhile
            found.add(str(link.readlink()))
    return frozenset(link[8:-1] for link in found if link.startswith("socket:["))


def _tcp() -> frozenset[str]:
    """The inodes of this system's TCP sockets."""
    lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/self/net/{name}").read_text().splitlines()[1:]]
    return frozenset(line.split()[9] for line in lines)


def _has_hung(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, Hung):
            return True
        error = error.__cause__
    return False
