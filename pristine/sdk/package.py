"""The parts of a generated package that load when they are needed: its manifest, and its classes by their places."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pristine.manifest.load import recall_manifest
from pristine.manifest.model import Manifest
from pristine.ports.documents import Document

if TYPE_CHECKING:
    from types import ModuleType

MANIFEST: Final = "manifest.json"
"""The manifest in a package. It was accepted when the package was generated, so it is not checked again."""


@cache
def manifest_of(package: str) -> Manifest:
    """The manifest of a generated package, read once; its types are the classes that the package has for them."""
    source = files(package) / MANIFEST
    document = Document(json.loads(source.read_text("utf-8")), f"{package}/{MANIFEST}")
    return recall_manifest(document, classes=_classes(package))


def _classes(package: str) -> Callable[[str], type | None]:
    homes = [import_module(f"{package}.{name}") for name in ("models", "errors")]
    places: dict[str, tuple[ModuleType, str]] = {
        place: (home, name) for home in homes for place, name in home.PLACES.items()
    }

    def find(place: str) -> type | None:
        if place not in places:
            return None
        found: type = getattr(*places[place])
        return found

    return find


def lazily(package: str, homes: Mapping[str, str], space: dict[str, Any]) -> Callable[[str], Any]:
    """A module's `__getattr__`: each name is imported when it is first used, from its home in the package.

    A name without a home is a module itself.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes[name]
        value = import_module(f".{name}", package) if not home else getattr(import_module(f".{home}", package), name)
        space[name] = value
        return value

    return get
