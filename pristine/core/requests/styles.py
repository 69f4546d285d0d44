"""How arrays and objects are written into a path, a query or a header (OpenAPI 3.1 section 4.8.12.3, RFC 6570). Pure.

What is given back is encoded already; a value can never change which resource is meant. A header has no encoding, so
there a text that would be read as something else is refused.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from pristine.core.requests.urls import Encoded, scalar
from pristine.manifest.model import Parameter
from pristine.ports import formats
from pristine.ports.errors import InvalidHeader, InvalidParameter
from pristine.ports.patterns import pattern

_DOTS: Final = frozenset({"", ".", ".."})


def path_values(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Path parameters with those that have a style, or may hold a slash, written."""
    return {name: _in_path(name, value, declared.get(name)) for name, value in values.items()}


def _in_path(name: str, value: Any, parameter: Parameter | None) -> Any:
    if parameter is None or value is None:
        return value
    if parameter.allow_reserved:
        return _segments(name, value)
    if not parameter.style and not isinstance(value, (list, tuple, Mapping)):
        return value
    return Encoded(_PATHS[parameter.style or "simple"](name, _texts(value, name), parameter.explode))


def _segments(name: str, value: Any) -> Encoded:
    """A value that may be several segments, each encoded by itself."""
    parts = scalar(value, f"path parameter {name!r}", name).split("/")
    if wrong := [part for part in parts if part in _DOTS]:
        told = f"path parameter {name!r} has a segment {wrong[0]!r}, which would lead to another resource"
        raise InvalidParameter(told, where=name)
    return Encoded("/".join(quote(part, safe="") for part in parts))


Texts = str | list[str] | dict[str, str]


def _texts(value: Any, name: str) -> Texts:
    """The scalars of a value, percent-encoded."""
    if isinstance(value, Mapping):
        return {quote(str(key), safe=""): _text(part, name) for key, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_text(part, name) for part in value if part is not None]
    return _text(value, name)


def _text(value: Any, name: str) -> str:
    if isinstance(value, (list, tuple, Mapping)):
        raise InvalidParameter(f"parameter {name!r} is nested: its style has no way to write that", where=name)
    return quote(scalar(value, f"parameter {name!r}", name), safe="")


def _flat(texts: Texts, mark: str, *, pairs: bool) -> str:
    if isinstance(texts, dict):
        return mark.join(f"{key}={text}" if pairs else f"{key},{text}" for key, text in texts.items())
    return texts if isinstance(texts, str) else mark.join(texts)


def _simple(_: str, texts: Texts, explode: bool) -> str:
    return _flat(texts, ",", pairs=explode)


def _label(_: str, texts: Texts, explode: bool) -> str:
    return "." + _flat(texts, "." if explode else ",", pairs=explode)


def _matrix(name: str, texts: Texts, explode: bool) -> str:
    if explode and isinstance(texts, list):
        return "".join(f";{name}={text}" for text in texts)
    if explode and isinstance(texts, dict):
        return "".join(f";{key}={text}" for key, text in texts.items())
    return f";{name}={_flat(texts, ',', pairs=False)}"


_PATHS: Final[Mapping[str, Callable[[str, Texts, bool], str]]] = {"simple": _simple, "label": _label, "matrix": _matrix}

_DELIMITERS: Final = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


def styled_query(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The query parameters without a style of their own, and the written pairs of the others."""
    plain, written = dict(values), []
    for name, value in values.items():
        parameter = declared.get(name)
        if parameter is not None and parameter.style in _DELIMITERS and isinstance(value, (list, tuple, Mapping)):
            del plain[name]
            written += _pairs(quote(name, safe=""), _texts(value, name), parameter)
    return plain, written


def _pairs(name: str, texts: Texts, parameter: Parameter) -> list[str]:
    if not texts:
        return []
    if parameter.explode and isinstance(texts, dict):
        return [f"{key}={text}" for key, text in texts.items()]
    if parameter.explode and isinstance(texts, list):
        return [f"{name}={text}" for text in texts]
    mark = _DELIMITERS[parameter.style]
    flat = [part for pair in texts.items() for part in pair] if isinstance(texts, dict) else list(texts)
    return [f"{name}={mark.join(flat)}"]


# -- headers -----------------------------------------------------------------------------------------------------------

_PART: Final = pattern(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
"""What stands between two commas; one in a quoted string is no mark (RFC 9110 section 5.6.4)."""


def header_parts(text: str) -> list[str]:
    """The items of a list in a header: blanks around them and empty ones mean nothing (RFC 9110 section 5.6.1)."""
    return [part for found in _PART.findall(text) if (part := found.strip(" \t"))]


def header_text(name: str, value: Any, parameter: Parameter) -> str:
    """A value as the text of a header; raises InvalidHeader for an item that would be read as none, or as several."""
    if isinstance(value, Mapping):
        parts = {_part(key, name): _part(part, name) for key, part in value.items() if part is not None}
        return _flat(parts, ",", pairs=parameter.explode)
    if isinstance(value, (list, tuple)):
        return ",".join(_part(part, name) for part in value if part is not None)
    return scalar(value, f"header {name!r}", name)


def _part(value: Any, name: str) -> str:
    told = f"an item of header {name!r}"
    text = scalar(formats.writes(value) if isinstance(value, (bytes, timedelta)) else value, told, name)
    if header_parts(text) != [text]:
        why = "would not be read as one: it is empty, has a comma, or blanks at an end; put it in double quotes"
        raise InvalidHeader(f"{told} {why}", where=name)
    return text
