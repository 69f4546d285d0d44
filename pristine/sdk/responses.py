"""The types of calls that give their response instead of its value. At run time the calls are given back as they are.

They are methods of a resource whose Calls give responses already.
"""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from pristine.core.answers.variants import RawResponse
from pristine.streaming.response import Opening, StreamResponse

P = ParamSpec("P")
T = TypeVar("T")


def raw(call: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The call, which gives the whole response, undecoded."""
    return call  # type: ignore[return-value]  # see above


def async_raw(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """The same, awaited."""
    return call  # type: ignore[return-value]  # see above


def raw_any(call: Callable[P, object]) -> Callable[P, RawResponse]:
    """The call of a list or a stream, which gives the whole response."""
    return call  # type: ignore[return-value]  # see above


def async_raw_any(call: Callable[P, object]) -> Callable[P, Coroutine[Any, Any, RawResponse]]:
    """The same, awaited."""
    return call  # type: ignore[return-value]  # see above


def streamed(call: Callable[P, object]) -> Callable[P, StreamResponse]:
    """The call, which gives the open response."""
    return call  # type: ignore[return-value]  # see above


def async_streamed(call: Callable[P, object]) -> Callable[P, Opening]:
    """The same: `async with` it."""
    return call  # type: ignore[return-value]  # see above


def deprecated(_: str) -> Callable[[T], T]:
    """Mark a method for type checkers and editors, which see PEP 702's; the warning is the runtime's, at the call."""
    return lambda method: method
