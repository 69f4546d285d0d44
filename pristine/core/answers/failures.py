"""An error's answer, read as the manifest says: its code, message, request id, hint and documentation. Pure."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from pristine.core.attempts.classification import retry_after
from pristine.core.attempts.details import json_of
from pristine.core.operation import Operation
from pristine.manifest.model import ErrorShape, Where
from pristine.ports.errors import DecodeError, StatusError
from pristine.ports.headers import Headers
from pristine.ports.serializer import Serializer

T = TypeVar("T")


def shaped(error: StatusError, operation: Operation, serializer: Serializer) -> StatusError:
    """The error with what its API says in it, in the class that its code has, and its body in the declared type."""
    shape = operation.endpoint.errors
    if shape is not None:
        error = _read(error, shape)
    schema = operation.schema_for(error.status)
    if schema is not None and error.body:
        try:
            error.value = serializer.decode(error.body, schema)
        except DecodeError:
            error.value = None  # what is wrong with an error's body is not what went wrong
    return error


def told(body: bytes, shape: ErrorShape | None) -> tuple[str | None, str | None]:
    """The message and the code in the data of an event that is an error, where the manifest says where they are."""
    value, places = json_of(body), shape or ErrorShape()
    message, code = (_first(one, Headers(), value, _text) for one in (places.message, places.code))
    return message and message[:200], code


def _read(error: StatusError, shape: ErrorShape) -> StatusError:
    body, headers = json_of(error.body), error.headers
    code = _first(shape.code, headers, body, _text)
    if code is not None and code in shape.classes:
        error = _in_class(error, shape.classes[code])
    error.code = code or error.code
    error.documentation = _first(shape.documentation, headers, body, _text) or error.documentation
    error.request_id = _first(shape.request_id, headers, body, _text) or error.request_id
    if (wait := _first(shape.retry_after, headers, body, _seconds)) is not None:
        error.retry_after = wait
    if message := _first(shape.message, headers, body, _text):
        error.message = f"{error.status} {message[:200]}"
    if code:
        error.message = f"{error.message} [{code[:80]}]"
    return error


def _first(places: Iterable[Where], headers: Headers, body: Any, read: Callable[[Any], T | None]) -> T | None:
    """What stands at the first place that has something to read."""
    values = (read(found(where, headers, body)) for where in places)
    return next((value for value in values if value is not None), None)


def found(where: Where, headers: Headers, body: Any) -> Any:
    """What stands at a place; None where nothing does."""
    if where.header:
        return headers.get(where.header)
    for step in where.path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return " ".join(str(value).encode("utf-8", "replace").decode().split()) or None


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return retry_after(Headers({"retry-after": str(value)}), 0.0)


def _in_class(error: StatusError, wanted: type[StatusError]) -> StatusError:
    better = _both(wanted, type(error))(error.message)
    vars(better).update(vars(error))
    return better


def _both(wanted: type[StatusError], status: type[StatusError]) -> type[StatusError]:
    """A class that is caught by the API's name for the error and by its status; made once."""
    made = _MADE.get((wanted, status))
    if made is None:
        namespace: dict[str, Callable[[Any], Any]] = {"__reduce__": lambda self: _picklable(self, status)}
        made = _MADE.setdefault((wanted, status), type(wanted.__name__, (wanted, status), namespace))
    return made


_MADE: Final[dict[tuple[type[StatusError], type[StatusError]], type[StatusError]]] = {}


def _picklable(error: StatusError, status: type[StatusError]) -> Any:
    """The class of an API is made at run time, so in a pickle the error is of its status's class; its code stays."""
    plain = status(error.message)
    vars(plain).update(vars(error))
    return plain.__reduce__()
