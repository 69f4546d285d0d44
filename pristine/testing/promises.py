"""A contract test holds one numbered promise of a port; one that fails says which, what was expected and what came."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import attrs

P = ParamSpec("P")
T = TypeVar("T")


@attrs.frozen
class Promise:
    """`number` as in the port's docstring; `text` says it in one line."""

    port: str
    number: str
    text: str

    def __str__(self) -> str:
        return f"{self.port} promise {self.number}: {self.text}"


class PromiseBroken(AssertionError):
    """An adapter does not keep a promise of its port."""

    def __init__(self, promise: Promise, told: str) -> None:
        super().__init__(f"broken: {promise}\n{told}")
        self.promise = promise


def promise(port: str, number: int | str, text: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a contract test with the promise that it holds: whatever it raises becomes PromiseBroken."""
    held = Promise(port, str(number), text)

    def mark(test: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(test)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return test(*args, **kwargs)
            except Exception as error:
                told = str(error) if isinstance(error, AssertionError) else f"raised {error!r}"
                raise PromiseBroken(held, told) from error

        run.promise = held  # type: ignore[attr-defined]  # read by the plugin
        return run

    return mark


def expect(came: Any, expected: Any, what: str) -> None:
    """Compare; the message has both sides, without pytest's help."""
    if came != expected:
        raise AssertionError(f"{what}\n  expected: {expected!r:.500}\n  came:     {came!r:.500}")
