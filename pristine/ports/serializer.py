"""Port: values <-> bytes, against a schema.

A schema is a Python type: a Model class, `list[int]`, `dict[str, float]`, `Literal["a", "b"]`, `X | None`; None is
"anything".
"""

from typing import Any, Protocol, TypeAlias

Schema: TypeAlias = Any


class Serializer(Protocol):
    """Encodes and decodes.

    1. `encode` checks the value against the schema first: a missing or unknown field, a wrong type, or a value that
       cannot be written (one that holds itself included) is an InvalidPayload whose `where` is the path, such as
       `items[3].name`. The value is not changed.
    2. `decode` raises DecodeError, with `where`, for bytes that are invalid or not of the schema, whatever their size
       and however deep their nesting; it takes time in proportion to their number.
    3. `decode` keeps fields and enum members that the schema does not know.
    4. `decode(encode(value, schema), schema)` equals the value, as far as the notation can say it.
    5. `media_type` is what a Content-Type field says of the bytes (RFC 9110 section 8.3.1); it does not change.
    6. One serializer serves several threads at once, and no call leaves a trace for the next.
    """

    @property
    def media_type(self) -> str: ...
    def encode(self, value: Any, schema: Schema = None) -> bytes: ...
    def decode(self, data: bytes, schema: Schema = None) -> Any: ...
