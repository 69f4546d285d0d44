"""Parameters of paths, queries and headers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.load import load_manifest
from pristine.ports.errors import InvalidParameter
from tests.manifest.faults import endpoint_fault
from tests.support.offline import BASE, manifest, refused, sent


def path_parameters_have_types() -> None:
    source = manifest({"path": "/{x}", "path_params": {"x": "integer"}})
    assert sent(source, path_params={"x": 5}).url == f"{BASE}/5"
    assert refused(InvalidParameter, source, path_params={"x": "5"}).where == "x"


def the_query_is_closed_where_it_is_declared() -> None:
    source = manifest({"query": {"limit": "integer"}})
    assert sent(source, query={"limit": 5}).url == f"{BASE}/?limit=5"
    assert "did you mean 'limit'?" in str(refused(InvalidParameter, source, query={"limt": 5}))
    assert "it has none" in str(refused(InvalidParameter, manifest({"query": {}}), query={"q": 1}))
    assert sent(manifest(), query={"anything": 1}).url == f"{BASE}/?anything=1"


def header_parameters_are_sent() -> None:
    source = manifest(
        {"headers": {"X-Const": "1", "X-Page": {"type": "integer", "default": 2}, "X-No": {"type": "any"}}}
    )
    headers = sent(source).headers
    assert (headers["x-const"], headers["x-page"], "x-no" in headers) == ("1", "2", False)
    assert sent(source, headers={"X-Page": "3"}).headers.get_all("x-page") == ["3"]


def a_required_parameter_is_missed() -> None:
    source = manifest({"query": {"q": {"type": "string", "required": True, "description": "What to look for."}}})
    error = refused(InvalidParameter, source)
    assert error.where == "q"
    assert str(error) == "e: query parameter 'q' is missing: What to look for."
    sent(manifest({"query": {"q": {"type": "string", "required": False}}}))
    required = manifest({"headers": {"X-H": {"type": "string", "required": True}}})
    assert refused(pristine.RequestError, required).where == "X-H"


def a_default_is_sent() -> None:
    for value, text in ((False, "false"), (0, "0"), ("", ""), ([], None), (["a"], "a")):
        query = {"q": {"type": "any", "default": value}}
        assert sent(manifest({"query": query})).url == (f"{BASE}/" if text is None else f"{BASE}/?q={text}")
    source = manifest({"path": "/{x}", "path_params": {"x": {"type": "string", "default": "me"}}})
    assert sent(source).url == f"{BASE}/me"
    assert sent(source, path_params={"x": "you"}).url == f"{BASE}/you"


LIST, OBJECT = {"type": "array", "items": "integer"}, {"type": "object"}


def in_query(value: Any, type_: Any, **said: Any) -> str:
    return sent(manifest({"query": {"q": {**type_, **said}}}), query={"q": value}).url.removeprefix(f"{BASE}/")


def in_path(value: Any, type_: Any, **said: Any) -> str:
    source = manifest({"path": "/{p}/x", "path_params": {"p": {**type_, **said}}})
    return sent(source, path_params={"p": value}).url.removeprefix(BASE).removesuffix("/x")


def in_header(value: Any, type_: Any, **said: Any) -> str | None:
    source = load_manifest(manifest({"headers": {"X-A": {**type_, **said}}}))
    transport = MemoryTransport([pristine.Response(204)])
    with pristine.Client(source, pristine.context(transport=transport, base_url=BASE)) as client:
        client.e(x_a=value)
    return transport.requests[0].headers.get("x-a")


def a_parameter_has_a_style() -> None:
    assert in_header([1, 2], LIST) == in_header([1, 2], LIST, style="simple") == "1,2"
    assert in_header({"a": 1, "b": 2}, OBJECT, style="simple") == "a,1,b,2"
    assert in_query([1, 2], LIST) == in_query([1, 2], LIST, style="form") == "?q=1&q=2"
    assert in_query([1, 2], LIST, style="spaceDelimited") == "?q=1%202"
    assert in_query([1, 2], LIST, style="pipeDelimited") == "?q=1%7C2"
    assert in_query({"a": "x&"}, OBJECT, style="deepObject") == "?q%5Ba%5D=x%26"
    assert in_path([1, 2], LIST, style="simple") == "/1,2"
    assert in_path([1, 2], LIST, style="label") == "/.1,2"
    assert in_path([1, 2], LIST, style="matrix") == "/;p=1,2"
    assert in_path("a/b", {"type": "string"}, style="matrix") == "/;p=a%2Fb"
    assert (
        "has one of simple, label, matrix"
        in endpoint_fault(path="/{p}", path_params={"p": {"type": "string", "style": "form"}}).message
    )
    source = manifest({"query": {"q": {**OBJECT, "style": "form"}}})
    assert refused(InvalidParameter, source, query={"q": {"a": []}}).where == "q"


def a_style_may_be_exploded() -> None:
    assert in_query([1, 2], LIST, style="form", explode=False) == "?q=1,2"
    assert in_query({"a": 1, "b,": 2}, OBJECT, style="form", explode=False) == "?q=a,1,b%2C,2"
    assert in_query({"a": 1, "b": None}, OBJECT, style="form", explode=True) == "?a=1"
    assert in_query([], LIST, style="form", explode=False) == ""
    assert in_path({"a": 1, "b": 2}, OBJECT, style="simple", explode=True) == "/a=1,b=2"
    assert in_path({"a": 1, "b": 2}, OBJECT, style="simple", explode=False) == "/a,1,b,2"
    assert in_path([1, 2], LIST, style="label", explode=True) == "/.1.2"
    assert in_path([1, 2], LIST, style="matrix", explode=True) == "/;p=1;p=2"
    assert in_path({"a": 1}, OBJECT, style="matrix", explode=True) == "/;a=1"
    assert in_header({"a": 1, "b": 2}, OBJECT, style="simple", explode=True) == "a=1,b=2"
    assert "has no effect" in endpoint_fault(query={"q": {"type": "string", "explode": True}}).message


def a_path_parameter_may_be_several_segments() -> None:
    text = {"type": "string"}
    assert in_path("weights/a b", text, allowReserved=True) == "/weights/a%20b"
    assert in_path("weights/a b", text) == "/weights%2Fa%20b"
    source = manifest({"path": "/{p}", "path_params": {"p": {**text, "allowReserved": True}}})
    for evil in ("a/../b", "/a", "a//b", "a/.", "a/"):
        assert "which would lead to another resource" in str(refused(InvalidParameter, source, path_params={"p": evil}))
    assert "it is for a path parameter" in endpoint_fault(query={"q": {**text, "allowReserved": True}}).message


def a_parameter_has_a_name() -> None:
    query = load_manifest(manifest({"query": {"page[size]": {"type": "integer", "name": "size"}}})).endpoints["e"].query
    assert query is not None
    assert query["page[size]"].name == "size"
    assert "a name that Python allows" in endpoint_fault(query={"q": {"type": "any", "name": "a-b"}}).message


def formats_of_parameters() -> None:
    duration = {"type": "string", "format": "duration"}
    assert in_query(timedelta(minutes=5), duration) == in_query("PT5M", duration) == "?q=PT5M"
    source = manifest({"query": {"q": duration, "n": {"type": "integer", "minimum": 1}}})
    assert "must be a duration" in str(refused(InvalidParameter, source, query={"q": "5m"}))
    assert "within its bounds (minimum 1)" in str(refused(InvalidParameter, source, query={"n": 0}))


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "endpoint": {
        "path_params": path_parameters_have_types,
        "query": the_query_is_closed_where_it_is_declared,
        "headers": header_parameters_are_sent,
    },
    "parameter": {
        "required": a_required_parameter_is_missed,
        "default": a_default_is_sent,
        "name": a_parameter_has_a_name,
        "style": a_parameter_has_a_style,
        "explode": a_style_may_be_exploded,
        "allowReserved": a_path_parameter_may_be_several_segments,
    },
}
