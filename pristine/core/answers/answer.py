"""A Response -> the value of the call, or the error that it means. Pure."""

from collections.abc import Callable
from types import NoneType
from typing import Any, Final

from pristine.core.attempts.classification import facts, media_type_of, message_of
from pristine.core.operation import Operation
from pristine.ports.errors import DecodeError, UnexpectedContent
from pristine.ports.messages import Response
from pristine.ports.serializer import Serializer
from pristine.ports.text import text_of

_WITHOUT_BODY: Final = frozenset({204, 205, 304})
UNSAID: Final = (None, Any, NoneType)
"""The types of what need not be there."""

Safe = Callable[[bytes], bytes]
"""Takes the credentials out of a body that is to become part of an error."""


def value_of(response: Response, operation: Operation, serializer: Serializer, safe: Safe) -> Any:
    """JSON in its declared type; without a declaration text for text and bytes for the rest; None for no content.

    Raises DecodeError, or UnexpectedContent where a type was declared and the body is not JSON.
    """
    schema = operation.schema_for(response.status)
    media_type = media_type_of(response.headers)
    if response.status in _WITHOUT_BODY or operation.method == "HEAD" or (not response.body and schema in UNSAID):
        return None
    is_json = _is_json(media_type)
    if response.status >= 300 and schema in UNSAID and not (response.body and is_json):
        return None  # a redirect's body is a note for people (RFC 9110 section 15.4), or there is none
    if is_json or (not media_type and schema is not None):
        value = _decoded(response, serializer, schema, safe)
        return _unwrapped(value, response, operation) if operation.endpoint.unwrap else value
    if schema is not None:
        raise _unexpected(response, media_type, safe(response.body))
    is_text = media_type.startswith("text/")
    return text_of(response.body, response.headers["content-type"]) if is_text else response.body


def _unwrapped(value: Any, response: Response, operation: Operation) -> Any:
    if operation.endpoint.responses.keys() & {str(response.status), f"{response.status // 100}XX"}:
        return value  # it has a type of its own
    for name in operation.endpoint.unwrap:
        try:
            value = value[name]
        except (KeyError, TypeError):
            path = ".".join(operation.endpoint.unwrap)
            raise DecodeError(f"{path}: is missing", where=path, **facts(response, b"")) from None
    return value


def _decoded(response: Response, serializer: Serializer, schema: Any, safe: Safe) -> Any:
    try:
        return serializer.decode(response.body, schema)
    except DecodeError as error:
        vars(error).update(facts(response, safe(response.body)))
        raise


def _unexpected(response: Response, media_type: str, body: bytes) -> UnexpectedContent:
    told = f"JSON was declared, but the {response.status} answer is {media_type}: {message_of(body)}"
    return UnexpectedContent(told, content_type=media_type, **facts(response, body))


def _is_json(media_type: str) -> bool:
    return media_type in {"application/json", "text/json"} or media_type.endswith("+json")
