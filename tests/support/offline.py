"""Calls that never leave the process: what was sent, why nothing was, and what an answer becomes."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport

E = TypeVar("E", bound=pristine.PristineError)

BASE: Final = "http://api.test"


def manifest(endpoint: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A manifest with the endpoint "e", which is `POST /` where nothing else is said."""
    return {"name": "test", "endpoints": {"e": {"method": "POST", "path": "/", **(endpoint or {})}}, **more}


def answer(value: Any) -> pristine.Response:
    return pristine.Response(200, {"content-type": "application/json"}, json.dumps(value).encode())


def call(transport: MemoryTransport, source: Mapping[str, Any], payload: Any = None, **settings: Any) -> Any:
    """Call "e"; `context` has the settings of the Context, the rest are options of the call."""
    context = pristine.context(**{"transport": transport, "base_url": BASE, **settings.pop("context", {})})
    with pristine.Pipeline(pristine.load_manifest(source), context) as api:
        return api.execute("e", payload, **settings)


def sent(source: Mapping[str, Any], payload: Any = None, **settings: Any) -> pristine.Request:
    """The request that a call makes."""
    transport = MemoryTransport([answer(None)])
    call(transport, source, payload, **settings)
    return transport.requests[0]


def refused(error: type[E], source: Mapping[str, Any], payload: Any = None, **settings: Any) -> E:
    """The error of a call that sends nothing."""
    transport = MemoryTransport()
    with pytest.raises(error) as caught:
        call(transport, source, payload, **settings)
    assert transport.requests == []
    return caught.value


def received(source: Mapping[str, Any], value: Any) -> Any:
    """What the JSON of an answer becomes."""
    return call(MemoryTransport([answer(value)]), source)
