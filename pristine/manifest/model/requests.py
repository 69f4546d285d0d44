"""What a call is made of: parameters, a body, and examples of both."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pristine.manifest.model.basics import NOTHING
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen


@frozen(kw_only=True)
class Parameter:
    """A declared path, query or header parameter. `default` is sent where the caller gives none (None: nothing).

    `style` and `explode` say how an array or object is written (OpenAPI 3.1, section 4.8.12.3); `allow_reserved`, that
    a path parameter may be several segments. `name` is the argument of the client's method, where the manifest says.
    """

    schema: Schema = None
    required: bool = False
    default: Any = None
    description: str = ""
    style: str = ""
    explode: bool = True
    allow_reserved: bool = False
    name: str = ""


class BodyKind(StrEnum):
    """How a payload becomes the content of a request."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    RAW = "raw"


@frozen(kw_only=True)
class Example:
    """A call as it might be: plain values, for people, for documentation and for the mock server."""

    request: Any = None
    response: Any = None
    path_params: Mapping[str, Any] = NOTHING
    query: Mapping[str, Any] = NOTHING
