"""What the classes of a generated package say of their fields, where a default alone does not say it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from pristine.manifest.classes import shown_masked
from pristine.ports.model import WIRE


def wire(name: str) -> Mapping[str, str]:
    """The metadata of a field that is called otherwise on the wire."""
    return {WIRE: name}


def default(value: Any) -> Callable[[], Any]:
    """A factory of copies of a list or an object."""
    return lambda: deepcopy(value)


def unchecked(value: Any) -> Any:
    """A default that is as on the wire, and not of the type that answers have."""
    return value


def masked(value: Any) -> str:
    """What is shown of a value that is sensitive."""
    return shown_masked(value)
