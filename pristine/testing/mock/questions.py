"""Which calls ask about work, or stop it: `ask` and `cancel` of every future, read backwards to find the id. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.core.operation import Operation, find
from pristine.manifest.model import Asking, Manifest
from pristine.testing.mock.checking import Asked
from pristine.testing.mock.works import later_of

_PARTS: Final = ("path_params", "query", "headers", "body")

_FILLED: Final = re.compile(r"(\{id\}|\{iteration\})")


@attrs.frozen
class Question:
    """A call about work: of which endpoint, and its id. `stops`: it is to end."""

    operation: Operation
    id: str
    stops: bool


@attrs.frozen
class _Way:
    """A way to ask about the work of an endpoint."""

    operation: Operation
    asking: Asking
    stops: bool

    def read(self, asked: Asked) -> tuple[int, Question] | None:
        """The question that a call is, and how well the rest of it is alike; None where it has no id."""
        likeness, id = 0, None
        for name in _PARTS:
            for path, said in leaves(getattr(self.asking, name)):
                came = _came(asked, name, path)
                if isinstance(said, str) and "{id}" in said:
                    match = _pattern(said).fullmatch("" if came is None else str(came))
                    if match is None:
                        return None
                    id = match["id"]
                elif not isinstance(said, str) or "{iteration}" not in said:
                    likeness += 1 if str(came) == str(said) else -1
        return None if id is None else (likeness, Question(self.operation, id, self.stops))


class Questions:
    """The ways to ask that a manifest has, by the endpoints that are called for them."""

    def __init__(self, manifest: Manifest) -> None:
        self._ways: dict[str, list[_Way]] = {}
        for way in _ways(manifest):
            self._ways.setdefault(way.asking.endpoint, []).append(way)

    def read(self, asked: Asked) -> list[Question]:
        """What a call may ask, the likeliest first: many endpoints may finish their work at one place."""
        found = [read for way in self._ways.get(asked.operation.id, ()) if (read := way.read(asked)) is not None]
        return [question for _, question in sorted(found, key=lambda one: -one[0])]


def _ways(manifest: Manifest) -> Iterator[_Way]:
    for endpoint in manifest.endpoints.values():
        if endpoint.future is not None:
            operation = find(manifest, endpoint.id)
            later = later_of(operation)
            yield _Way(operation, later.ask, stops=False)
            if later.cancel is not None:
                yield _Way(operation, later.cancel, stops=True)


def leaves(said: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What stands in a value that is no container, with where."""
    if not isinstance(said, (Mapping, list)):
        yield path, said
        return
    parts: Iterable[tuple[Any, Any]] = said.items() if isinstance(said, Mapping) else enumerate(said)
    for step, part in parts:
        yield from leaves(part, (*path, step))


def _came(asked: Asked, name: str, path: tuple[str | int, ...]) -> Any:
    """What a call has at a place; a list of one that no type declares came as the one."""
    if name == "headers":
        return asked.incoming.headers.get(str(path[0]))
    whole = getattr(asked, name)
    for step in path:
        if isinstance(whole, str) and step == 0:
            continue
        try:
            whole = whole[step]
        except (KeyError, IndexError, TypeError):
            return None
    return whole


def _pattern(said: str) -> re.Pattern[str]:
    """A template as a pattern, in which the id is the group `id`."""
    made, is_there = "", False
    for piece in _FILLED.split(said):
        if piece == "{id}":
            made, is_there = made + ("(?P=id)" if is_there else "(?P<id>.+)"), True
        else:
            made += r"\d+" if piece == "{iteration}" else re.escape(piece)
    return re.compile(made, re.DOTALL)
