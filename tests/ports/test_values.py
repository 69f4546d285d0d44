"""Frozen values: what `frozen` makes is what attrs.frozen makes."""

import pickle
from copy import copy
from typing import Any, Generic, TypeVar

import attrs
import pytest

from pristine.ports.values import frozen

T = TypeVar("T")


def made(with_what: Any, **options: Any) -> tuple[type[Any], ...]:
    """The same classes, once by each decorator."""

    @with_what(**options)
    class Plain:
        a: Any
        b: Any = attrs.field(default="x", repr=str.upper)
        c: Any = attrs.field(default=(), repr=False, eq=False)

    @with_what(**options)
    class Lone:
        a: Any

    @with_what
    class Nothing:
        pass

    @with_what(**options)
    class Own(Plain):
        d: Any = 0

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    @with_what
    class Of(Generic[T]):
        a: T

    return Plain, Lone, Nothing, Own, Of


OPTIONS = [{}, {"kw_only": True}, {"slots": False}, {"eq": False}, {"repr": False}, {"eq": False, "repr": False}]


def told(value: Any) -> str:
    return repr(value).partition(" object at 0x")[0]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_it_compares_hashes_and_shows_as_attrs_does(options: dict[str, Any]) -> None:
    seen = []
    for plain, lone, nothing, own, of in (made(attrs.frozen, **options), made(frozen, **options)):
        one, same, other = plain(a=1, c=3), plain(a=1, c=4), plain(a=2, b="y")
        values = [one, same, other, lone(a=1), lone(a=1), nothing(), nothing(), own(a=1), own(a=1), of(1), of(1)]
        equal = [[left == right, left != right] for left in values for right in values]
        hashed = [hash(left) == hash(right) for left in values for right in values]
        seen.append((equal, hashed, list(map(told, values)), [attrs.asdict(value) for value in values]))
    assert seen[0] == seen[1]


def test_a_value_that_holds_itself_shows_that() -> None:
    shown = []
    for plain, *_ in (made(attrs.frozen), made(frozen)):
        held: list[Any] = []
        held.append(plain(held))
        shown.append(repr(held[0]))
    assert shown[0] == shown[1]


def test_what_cannot_be_hashed_is_told_by_both() -> None:
    for plain, *_ in (made(attrs.frozen), made(frozen)):
        with pytest.raises(TypeError, match="unhashable type: 'list'"):
            hash(plain([]))


@frozen
class Known:
    a: int
    b: tuple[int, ...] = ()


def test_it_is_frozen_and_copies_and_pickles() -> None:
    value = Known(1, (2,))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.a = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        object.__setattr__(value, "c", 2)
    assert pickle.loads(pickle.dumps(value)) == copy(value) == attrs.evolve(Known(3), a=1, b=(2,)) == value
    assert {value: 1}[Known(1, (2,))] == 1
