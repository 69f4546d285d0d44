"""A multipart form from a payload: which of its members are files, and how the others are written."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from pristine.core.bodies.multipart import Part, multipart
from pristine.core.bodies.outgoing import Sending
from pristine.core.bodies.sources import body_of, is_body
from pristine.ports.errors import InvalidPayload
from pristine.ports.model import Model
from pristine.ports.serializer import Schema, Serializer


def form_of_parts(payload: Any, schema: Schema, serializer: Serializer, wanted: Mapping[str, bool]) -> Sending:
    """Files as they are, the rest checked; what is neither text, number nor file is a part of JSON.

    `wanted` are the files that the manifest declares, and whether each is required. Raises InvalidPayload.
    """
    if not isinstance(payload, (Mapping, Model)):
        raise InvalidPayload("a multipart form is made of a mapping from names to values and files")
    given = {name: payload[name] for name in payload}
    files = {name: value for name, value in given.items() if _is_file(value)}
    for name, required in wanted.items():
        if name not in files and (required or name in given):
            told = "must be a file: bytes, a path, an open file or a Part" if name in given else "a file is missing"
            raise InvalidPayload(f"{name}: {told}", where=name)
    rest = {name: value for name, value in given.items() if name not in files}
    plain = serializer.decode(serializer.encode(rest, schema))
    fields = [pair for name, value in plain.items() for pair in _parts(name, value)]
    parts = ((name, _named(one) if name in wanted else one) for name, value in files.items() for one in _each(value))
    return Sending(multipart([*fields, *parts]))


def _is_file(value: Any) -> bool:
    many = isinstance(value, (list, tuple)) and bool(value)
    return all(_is_file(one) for one in value) if many else isinstance(value, Part) or is_body(value)


def _named(file: Any) -> Any:
    """A declared file with a name: by that a server knows a file from a field (RFC 7578 section 4.2)."""
    part = file if isinstance(file, Part) else Part(file)
    nameless = part.filename is None and not isinstance(part.value, str) and body_of(part.value).name is None
    return attrs.evolve(part, filename="blob") if nameless else file


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _parts(name: str, value: Any) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if isinstance(value, list):
        return [part for one in value for part in _parts(name, one)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(value) if isinstance(value, (str, int, float)) else _as_json(value))]


def _as_json(value: Any) -> Part:
    return Part(json.dumps(value, ensure_ascii=False, separators=(",", ":")), content_type="application/json")
