"""A manifest -> `{path: text}`. The same manifest gives the same files, on every machine and in every process."""

import json
import keyword
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import attrs

from pristine.codegen.docs.samples import TextLike
from pristine.codegen.sdk import clients, project
from pristine.codegen.sdk.catalog import Catalog
from pristine.codegen.sdk.models import models
from pristine.codegen.sdk.naming import LONGEST
from pristine.codegen.sdk.resources import resources
from pristine.codegen.sdk.tree import Parts
from pristine.manifest.load import load_manifest
from pristine.ports.constraints import Constraints
from pristine.ports.errors import ConfigurationError

RECORD: Final = ".pristine-generated.json"
"""The list of what was generated, with digests: what is not in it is the author's."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NO_NAMES: Final = frozenset({*sys.stdlib_module_names, "pristine", "tests", "attrs", "docs", "examples"})
"""What would hide another module, or stands beside the package."""


@attrs.frozen(eq=False)
class Package:
    """The files of a package by path: those that are generated again, and those that are the author's from then on."""

    generated: Mapping[str, str]
    authored: Mapping[str, str]


def _no_text(_: Constraints) -> str | None:
    return None


def package(document: Mapping[str, Any], name: str, *, text_like: TextLike = _no_text, version: str = "") -> Package:
    """The files of a package of this name, out of a manifest that is one document.

    `text_like` finds texts that match a pattern, for the tests that the author begins with; `version` is the least of
    Pristine that the project asks for. Raises ManifestError, and ConfigurationError for a name that none may have.
    """
    check_name(name)
    document = {key: value for key, value in document.items() if key != "include"}
    manifest = load_manifest(document)
    catalog, parts = Catalog(manifest), Parts(manifest)
    # The parts are first: writing them may give long types names, which the models then have.
    inside = {f"resources/{path}": text for path, text in resources(parts, catalog, document).items()}
    inside |= {f"models/{path}": text for path, text in models(catalog, clients.titled(manifest)).items()}
    inside |= {
        "__init__.py": clients.contents(manifest),
        "_client.py": clients.clients(manifest, parts.root),
        "errors.py": clients.errors(manifest),
        "manifest.json": f"{json.dumps(document, indent=2, allow_nan=False)}\n",
        "py.typed": "",
    }
    generated = {f"{name}/{path}": text for path, text in sorted(inside.items())}
    generated[RECORD] = record(generated)
    return Package(generated, project.files(manifest, name, parts, text_like, version))


def check_name(name: str) -> None:
    """Raise ConfigurationError for what cannot be the name of a package."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name) or name in _NO_NAMES:
        told = f"{name!r:.80} cannot be the name of the package: give lower-case letters, digits and _, such as shop"
        raise ConfigurationError(told, setting="package")


def digest(text: str) -> str:
    """The digest by which a file is known to be as it was generated."""
    return sha256(text.encode()).hexdigest()


def record(generated: Mapping[str, str]) -> str:
    """The record of generated files."""
    return f"{json.dumps({'files': {path: digest(text) for path, text in generated.items()}}, indent=2)}\n"
