"""What gives the hook of a type: a converter of cattrs, or `Quick`, which does without."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

Hook: TypeAlias = Callable[[Any, Any], Any]
"""(value, type) -> the value as one of its type, or ValueError."""


class Hooks(Protocol):
    """`detailed_validation`: its hooks say where a value is wrong, and not only whether."""

    detailed_validation: bool

    def get_structure_hook(self, type: Any) -> Hook: ...
    def structure(self, obj: Any, cl: Any) -> Any: ...
