"""A manifest that was accepted before means the same when it is read as it is used."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.yaml import read
from pristine.manifest.load import load_manifest, recall_manifest
from pristine.manifest.model import Manifest
from pristine.ports.documents import Document
from pristine.ports.model import is_model
from tests.support.offline import manifest

GOOD = sorted(Path(__file__).with_name("corpus").glob("good/*.yaml"))


def recalled(value: Any) -> Manifest:
    return recall_manifest(Document(value), lambda name: Document({}, name))


def shape(schema: Any) -> Any:
    """What a type is, down to its fields."""
    if not is_model(schema):
        return str(schema)
    return [(field.name, str(field.type), default(field.default), field.metadata) for field in attrs.fields(schema)]


def default(given: Any) -> Any:
    return given.factory() if isinstance(given, attrs.Factory) else given  # type: ignore[arg-type]  # it is a class


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_it_means_the_same(path: Path) -> None:
    value = read(path.read_text(), "x").value
    once, again = load_manifest(value), recalled(value)
    for part in ("name", "version", "description", "servers", "schemes"):
        assert getattr(again, part) == getattr(once, part)
    assert list(again.endpoints) == list(once.endpoints)
    assert list(again.types) == list(once.types)
    assert [str(again.endpoints[id]) for id in once.endpoints] == [str(one) for one in once.endpoints.values()]
    assert [shape(again.types[name]) for name in once.types] == [shape(schema) for schema in once.types.values()]


def test_nothing_is_read_before_it_is_asked_for() -> None:
    source = manifest({"response": "T"}, types={"T": {"properties": {"a": "U"}}, "U": {"properties": {}}, "V": "strin"})
    found = recalled(source)
    assert (len(found.endpoints), "e" in found.endpoints, "f" in found.endpoints) == (1, True, False)
    assert "Unread(T, U, V)" in repr(found.types)
    assert found.types["T"] is found.types["T"] is found.endpoints["e"].response
    assert attrs.fields(found.types["T"]).a.type == (found.types["U"] | None)
    with pytest.raises(KeyError):
        found.endpoints["f"]
    with pytest.raises(pristine.ManifestError, match="unknown type 'strin'"):
        found.types["V"]


def test_threads_read_the_same() -> None:
    types = {f"t{n}": {"properties": {"next": f"t{(n + 1) % 20}"}} for n in range(20)}
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            found = recalled(manifest(types=types))
            together = [pool.submit(found.types.__getitem__, f"t{n % 20}") for n in range(80)]
            assert all(each.result() is found.types[f"t{n % 20}"] for n, each in enumerate(together))
            for n in range(20):
                assert attrs.fields(found.types[f"t{n}"]).next.type == (found.types[f"t{(n + 1) % 20}"] | None)
