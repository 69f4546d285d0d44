"""Whatever is in a document, it is imported, or refused by name: no other error comes of it, and what comes loads.

Documents that are right are made wrong at random: a part becomes something else, or gets a key that it should not have.
"""

import json
from random import Random
from typing import Any, Final

import pytest

import pristine
from pristine.manifest.openapi.importing.whole import import_openapi
from pristine.ports.errors import ManifestError
from tests.manifest.openapi.importing.shop import SHOP
from tests.manifest.openapi.importing.test_accounting import documents, paths_in

JUNK: Final[list[Any]] = [
    *(None, 1, -1, 0.5, True, False, "", "a b", "#/a", [], {}, [1], [None], [[]], {"a": 1}, 10**30, "\x00"),
    *({"$ref": "#"}, {"$ref": "#/components"}, {"$ref": 1}, {"$ref": "#/components/schemas/Thing"}),
    *({"type": "object"}, {"type": ["object", "null"]}, {"allOf": [{}]}, {"oneOf": [None]}, {"anyOf": [[]]}),
]
KEYS: Final = (
    *("type", "items", "properties", "enum", "const", "oneOf", "anyOf", "allOf", "$ref", "discriminator", "required"),
    *("nullable", "format", "default", "additionalProperties", "in", "name", "schema", "content", "parameters"),
    *("examples", "security", "servers", "style", "explode", "description", "mapping", "propertyName", "minimum"),
    *("exclusiveMinimum", "pattern", "deprecated", "links", "headers", "encoding", "patternProperties", "title"),
)


def spoil(document: Any, random: Random) -> None:
    """Make a document wrong somewhere."""
    path = random.choice(list(paths_in(document)))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    part = inner[path[-1]]
    if isinstance(part, dict) and random.random() < 0.5:
        part[random.choice(KEYS)] = json.loads(json.dumps(random.choice([*JUNK, part])))
    else:
        inner[path[-1]] = json.loads(json.dumps(random.choice(JUNK)))


@pytest.mark.parametrize("seed", range(8))
def test_it_is_imported_or_refused(seed: int) -> None:
    random = Random(seed)
    originals = [SHOP, *(document for _, document in documents())]
    for _ in range(60):
        document = json.loads(json.dumps(random.choice(originals)))
        for _ in range(random.randint(1, 3)):
            spoil(document, random)
        try:
            found = import_openapi(document)
        except ManifestError:
            continue
        pristine.load_manifest(found.manifest)
