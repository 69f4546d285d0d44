"""The parts of a generated package that load when they are needed: its manifest, and its classes by their places."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Final

from pristine.adapters.documents import read_json
from pristine.manifest.load import recall_manifest
from pristine.manifest.model import Manifest

MANIFEST: Final = "manifest.json"
"""The manifest in a package. It was accepted when the package was generated, so it is not checked again."""

_ERRORS: Final = "/errors/"


@cache
def manifest_of(package: str) -> Manifest:
    """The manifest of a generated package, read once; its types are the classes that the package has for them."""
    source = files(package) / MANIFEST
    document = read_json(source.read_text("utf-8"), f"{package}/{MANIFEST}")
    return recall_manifest(document, classes=_classes(package))


def _classes(package: str) -> Callable[[str], type | None]:
    models = import_module(f"{package}.models")
    places: Mapping[str, str] = models.PLACES

    def find(place: str) -> type | None:
        if place in places:
            found: type = getattr(models, places[place])
            return found
        if place.startswith(_ERRORS):
            return getattr(import_module(f"{package}.errors"), place.removeprefix(_ERRORS), None)
        return None

    return find


def lazily(package: str, homes: Mapping[str, str], space: dict[str, Any]) -> Callable[[str], Any]:
    """A module's `__getattr__`: each name is imported from its home, a module of the package, when it is first used."""

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = space[name] = getattr(import_module(f".{homes[name]}", package), name)
        return value

    return get
