"""What a manifest that was accepted before says, read when it is asked for: a program uses little of a large API."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from pristine.manifest.reading import Cursor, Faults, ManifestFault
from pristine.ports.errors import ManifestError

Value = TypeVar("Value")


class Unread(Mapping[str, Value], Generic[Value]):
    """Values by name, each read when it is first asked for, and the same ever after. Threads may share it."""

    def __init__(self, places: Mapping[str, Cursor], read: Callable[[str, Cursor], Value]) -> None:
        self._places = places
        self._read = read
        self._done: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._done:
            self._done.setdefault(name, self._read(name, self._places[name]))
        return self._done[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __repr__(self) -> str:
        return f"Unread({', '.join(self._places)})"


class NoFaults(Faults):
    """What was accepted has no faults. One that it has all the same is an error where it is come upon."""

    def __init__(self) -> None:
        super().__init__(effort=sys.maxsize)

    def append(self, fault: ManifestFault) -> None:
        """Raises ManifestError."""
        raise ManifestError(str(fault), faults=(fault,))
