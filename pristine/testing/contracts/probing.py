"""How a contract looks at an adapter: what a call raises, how long it takes, what it says on the side, its faces.

Nothing here knows a port. A call that does not come back must not hang the suite: it has a thread that can be left.
"""

import io
import logging
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from time import monotonic
from typing import Any, ClassVar, NoReturn, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


def raised(call: Callable[[], object]) -> BaseException | None:
    """What a call raises, whatever it is; None where it returns."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001 the caller judges it
        return error
    return None


def fail(what: str, expected: str, came: str) -> NoReturn:
    """Raise the AssertionError that tells a difference, as `promises.expect` does."""
    raise AssertionError(f"{what}\n  expected: {expected}\n  came:     {came:.500}")


def refused(call: Callable[[], object], kind: type[E], what: str) -> E:
    """The error of a call that must raise one of this kind; `what` was given to it."""
    error = raised(call)
    if isinstance(error, kind):
        return error
    fail(what, kind.__name__, "it was accepted" if error is None else repr(error))


def bounded(call: Callable[[], T], seconds: float, what: str) -> T:
    """The result of a call in a thread of its own; AssertionError where it is not back in time.

    An Exception of the call is raised; anything else it raises, such as SystemExit, is an AssertionError.
    """
    results: list[T] = []
    failures: list[BaseException | None] = []
    thread = threading.Thread(target=lambda: failures.append(raised(lambda: results.append(call()))), daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        fail(what, f"it is back in {seconds:g} s", "it still waits")
    error = failures[0]
    if isinstance(error, Exception):
        raise error
    if error is not None:
        fail(what, "it returns, or raises an Exception", repr(error))
    return results[0]


def quickest(call: Callable[[], object], tries: int = 5) -> float:
    """Seconds that the quickest of some tries takes, however it ends: what waits is never quick, a busy machine is."""
    taken = []
    for _ in range(tries):
        begun = monotonic()
        raised(call)
        taken.append(monotonic() - begun)
    return min(taken)


def in_threads(calls: Iterable[Callable[[], object]], seconds: float = 30.0) -> list[BaseException]:
    """Run calls at the same time, each in a thread of its own; what they have raised."""
    failures: list[BaseException | None] = []
    todo = list(calls)
    ready = threading.Barrier(len(todo))

    def run(call: Callable[[], object]) -> None:
        ready.wait()
        failures.append(raised(call))

    threads = [threading.Thread(target=run, args=(call,), daemon=True) for call in todo]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    if any(thread.is_alive() for thread in threads):
        fail(f"{len(todo)} threads at once", f"they end in {seconds:g} s", "one still waits")
    return [error for error in failures if error is not None]


@contextmanager
def overheard() -> Iterator[Callable[[], str]]:
    """Whatever is logged (at any level), printed or warned meanwhile, by the function that is given."""
    said = io.StringIO()
    make, root = logging.getLogRecordFactory(), logging.getLogger()
    level = root.level

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = make(*args, **kwargs)
        said.write(f"{made.name}: {made.msg} {made.args} {made.exc_info or ''}\n")
        return made

    logging.setLogRecordFactory(record)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as warned, redirect_stdout(said), redirect_stderr(said):
            warnings.simplefilter("always")
            yield lambda: said.getvalue() + "".join(f"{warning.message}\n" for warning in warned)
    finally:
        logging.setLogRecordFactory(make)
        root.setLevel(level)


class TwoFaced:
    """The base of a contract whose port has two faces: a test that takes a `face` runs once for each that there is."""

    methods: ClassVar[Mapping[str, str]]
    """Face -> the method that an adapter of this face has."""

    def make(self) -> Any:
        """The adapter."""
        raise NotImplementedError

    def faces(self) -> list[str]:
        """The faces that the adapter has."""
        adapter = self.make()
        found = [face for face, method in self.methods.items() if callable(getattr(adapter, method, None))]
        if not found:
            wanted = " nor ".join(f"{method}()" for method in self.methods.values())
            raise TypeError(f"{type(adapter).__name__} has neither {wanted}")
        return found

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Called by pytest for each test of the class."""
        if "face" in metafunc.fixturenames:
            metafunc.parametrize("face", self.faces())
