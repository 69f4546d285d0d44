"""What a manifest says of itself, and of all its endpoints."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

import pristine
from pristine import Timeout
from pristine.core.operation import find
from pristine.manifest.endpoints import DEFAULTS
from pristine.manifest.load import load_manifest
from tests.manifest.faults import faults
from tests.support.offline import BASE, manifest, received, sent


def name_is_said() -> None:
    assert "test has no endpoint" in str(unknown_endpoint(manifest()))
    assert sent({**manifest(), "name": "chat"}).headers["user-agent"] == "pristine-sdk chat"


def unknown_endpoint(source: Any) -> Exception:
    with pytest.raises(pristine.RequestError) as caught:
        find(load_manifest(source), "nope")
    return caught.value


def version_is_sent() -> None:
    assert sent(manifest(version="2.1")).headers["user-agent"] == "pristine-sdk test/2.1"


def description_is_kept() -> None:
    assert load_manifest(manifest(description="An API.")).description == "An API."


def endpoints_are_an_object_or_a_list() -> None:
    listed = {"name": "test", "endpoints": [{"id": "e", "method": "PUT", "path": "/l"}]}
    assert (sent(listed).method, sent(listed).url) == ("PUT", f"{BASE}/l")
    assert sent(manifest({"path": "/o"})).url == f"{BASE}/o"


def types_can_be_named() -> None:
    source = manifest({"response": "T"}, types={"T": {"properties": {"a": "integer"}}})
    assert received(source, {"a": 5}).a == 5
    assert list(load_manifest(source).types) == ["T"]


def defaults_hold_for_every_endpoint() -> None:
    everything = {
        "headers": {"X-A": "1", "X-B": "2"},
        "query": {"v": {"type": "integer", "default": 3}},
        "timeout": {"read": 8, "total": 9},
        "idempotency": True,
        "max_response_bytes": 5,
    }
    source = manifest({"headers": {"X-B": "3"}, "timeout": {"total": 2}}, defaults=everything)
    request = sent(source, context={"clock": "manual", "timeout": Timeout()})
    assert (request.headers["x-a"], request.headers["x-b"], request.url) == ("1", "3", f"{BASE}/?v=3")
    assert (request.timeout.read, request.timeout.total, request.max_response_bytes) == (8, 2, 5)
    assert "idempotency-key" in request.headers
    assert sent(source, query={"anything": 1, "v": 4}).url == f"{BASE}/?anything=1&v=4"
    assert sent(manifest({"query": {"q": "string"}}, defaults=everything), query={"q": "x"}).url == f"{BASE}/?q=x&v=3"
    assert "idempotency-key" not in sent(manifest({"method": "GET"}, defaults=everything)).headers
    assert faults(manifest(defaults={"path": "/"}))[0].message.startswith("unknown key")


def files_are_included() -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "parts").mkdir()
        (home / "api.json").write_text(
            '{"name": "x", "include": ["parts/a.yaml", "parts/b.json"], "types": {"A": "string"}}'
        )
        (home / "parts/a.yaml").write_text(
            "include: [parts/b.json]\nendpoints: {one: {method: GET, path: /1, response: B}}"
        )
        (home / "parts/b.json").write_text('{"types": {"B": {"type": "array", "items": "A"}}}')
        whole = pristine.load_manifest_file(home / "api.json")
        assert (list(whole.endpoints), list(whole.types)) == (["one"], ["A", "B"])
        assert whole.endpoints["one"].response == list[str]
    assert "load the manifest from a file" in faults(manifest(include=["x.json"]))[0].message


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "name": name_is_said,
        "version": version_is_sent,
        "description": description_is_kept,
        "defaults": defaults_hold_for_every_endpoint,
        "include": files_are_included,
        "endpoints": endpoints_are_an_object_or_a_list,
        "types": types_can_be_named,
    },
    "default": {
        **dict.fromkeys(DEFAULTS, defaults_hold_for_every_endpoint),
    },
}
