"""Nothing is dropped in silence: every key of a document changes the manifest, or is listed.

Each key is taken away in turn, and the document imported again. Where nothing comes of that, the key must be in the
list, itself or with all that it is in; where it has come, the key has been read.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from pristine.manifest.openapi.importing.nodes import pointer_of
from pristine.manifest.openapi.importing.reasons import KEYS, REASONS
from pristine.manifest.openapi.importing.whole import Imported, import_openapi
from pristine.ports.documents import Path
from pristine.ports.errors import ManifestError
from tests.manifest.openapi.importing import test_bodies, test_pages, test_parameters, test_types, test_unions
from tests.manifest.openapi.importing.documents import whole, with_operation, with_schemas
from tests.manifest.openapi.importing.shop import SHOP

SAID_ANYWAY: Final = {
    # a type says by its fields, or by its members, that it is an object
    "#/paths/~1things/get/responses/200/content/application~1json/schema/type",
    "#/paths/~1pictures/post/requestBody/content/multipart~1form-data/schema/type",
    "#/components/schemas/Named/type",
    "#/components/schemas/Thing/type",
    "#/components/schemas/Problem/type",
    "#/components/schemas/Thing/properties/labels/type",
    "#/components/schemas/Thing/properties/parts/type",
    "#/components/schemas/Thing/properties/colour/type",  # it is that of the members of its enum
    "#/paths/~1pictures/post/requestBody/content/multipart~1form-data/schema/properties/picture/type",  # it is a file
    "#/paths/~1things/get/parameters/2/schema/type",  # an array, by its items
    "#/paths/~1things/get/parameters/0/schema",  # a parameter is a text
    "#/components/parameters/Trace/schema",
    "#/paths/~1things~1{thing-id}/get/parameters/0/required",  # what is in a path always is
}
"""Keys that say what others say, too."""


def paths_in(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every key and item."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from paths_in(part, (*path, key))


def without(document: Any, path: Path) -> Any:
    copy = deepcopy(document)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return copy


def is_listed(found: Imported, path: Path) -> bool:
    pointers = {one.pointer for one in found.unexpressed}
    return any(pointer_of(path[:length]) in pointers for length in range(1, len(path) + 1))


def is_listed_in_parts(found: Imported, path: Path, document: Any) -> bool:
    """Whether all that there is in an object or array is listed."""
    inner = document
    for step in path:
        inner = inner[step]
    below = list(paths_in(inner, path))
    return bool(below) and all(is_listed(found, one) or is_listed_in_parts(found, one, document) for one in below)


def silent(document: Any) -> list[str]:
    """The keys that neither change anything nor are listed."""
    found = import_openapi(document)
    dropped = []
    for path in paths_in(document):
        if is_listed(found, path) or is_listed_in_parts(found, path, document):
            continue
        try:
            changed = import_openapi(without(document, path)).manifest != found.manifest
        except ManifestError:
            changed = True
        if not changed:
            dropped.append(pointer_of(path))
    return dropped


def test_every_key_changes_the_manifest_or_is_listed() -> None:
    assert set(silent(SHOP)) == SAID_ANYWAY


def test_what_is_listed_changes_nothing() -> None:
    """A key cannot be both read and lost, but for those whose parts are read, and the answers that are left."""
    found = import_openapi(SHOP)
    for one in found.unexpressed:
        path = next(path for path in paths_in(SHOP) if pointer_of(path) == one.pointer)
        assert import_openapi(without(SHOP, path)).manifest == found.manifest, one


def documents() -> Iterator[tuple[str, Any]]:
    for name, (schema, *_) in {**test_types.EXPRESSIONS, **test_types.LOST}.items():
        yield name, with_schemas(It=schema, Thing=test_types.THING)
    for name, (schema, *_) in test_unions.UNIONS.items():
        cat, dog = test_unions.CAT, test_unions.DOG
        yield (
            name,
            with_schemas(It=schema, Cat=cat, Dog=dog, Pet={"oneOf": test_unions.BOTH}, Cow=test_unions.PLAIN_CAT),
        )
    for table in (test_bodies.ANSWERS, test_bodies.STREAMS, test_pages.PAGES):
        yield from ((name, document) for name, (document, *_) in table.items())
    for name, (content, _) in test_bodies.BODIES.items():
        yield name, test_bodies.posted(content)
    for name, (said, _) in test_parameters.WRITTEN.items():
        yield name, with_operation(parameters=[said])


@pytest.mark.parametrize("document", [one for _, one in documents()], ids=[name for name, _ in documents()])
def test_every_key_is_read_or_listed(document: Any) -> None:
    """The plain account: what was taken, entered or listed is all there is."""
    unknown = "x-nobody-knows"
    for path in [(), *paths_in(document)]:
        copy = json.loads(json.dumps(document))  # so that no two places share a part
        inner = copy
        for step in path:
            inner = inner[step]
        if not isinstance(inner, dict) or path[-1:] == ("content",):  # where a name is that of a media type
            continue
        inner[unknown] = 1
        try:
            found = import_openapi(copy)
        except ManifestError:
            continue  # the key has made something of it that it was not
        assert is_listed(found, (*path, unknown)) or unknown in str(found.manifest), path


def test_each_reason_has_a_text_and_each_key_a_reason() -> None:
    assert set(KEYS.values()) <= REASONS.keys()
    assert all(text and text[-1] not in ". " for text in REASONS.values())


def test_a_document_without_anything_is_a_manifest() -> None:
    assert import_openapi(whole()).manifest == {"name": "api", "version": "1", "endpoints": {}}
