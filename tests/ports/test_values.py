"""Frozen values: what `frozen` makes is what attrs.frozen makes."""

import inspect
import pickle
from copy import copy
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

import attrs
import pytest

import pristine
from pristine.ports import values
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


# -- classes that wait for their first use -----------------------------------------------------------------------------


def is_waiting(cls: type) -> bool:
    return isinstance(vars(cls)["__attrs_attrs__"], values._Later)


def point() -> type[Any]:
    @frozen
    class Point:
        """Somewhere."""

        scale: ClassVar[int] = 10
        x: int
        y: int = attrs.field(default=2, validator=attrs.validators.instance_of(int))
        z: int = attrs.field(init=False)

        @z.default
        def _z(self) -> int:
            return self.x * self.scale

        @property
        def size(self) -> int:
            return self.x + self.y

    return Point


def test_a_class_waits_and_attrs_makes_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[type] = []
    real = attrs.frozen
    monkeypatch.setattr(attrs, "frozen", lambda cls, **said: seen.append(cls) or real(cls, **said))  # type: ignore[func-returns-value]
    cls = point()
    assert (is_waiting(cls), seen) == (True, [])
    first, second = cls(1), cls(1)
    assert not is_waiting(cls)
    assert [first == second, hash(first) == hash(second), first.size, first.z] == [True, True, 3, 10]
    assert repr(first) == "Point(x=1, y=2, z=10)"
    assert [one.__name__ for one in seen] == ["Point"]


USES: dict[str, Any] = {
    "attrs.fields": lambda cls: [one.name for one in attrs.fields(cls)] == ["x", "y", "z"],
    "attrs.has": attrs.has,
    "signature": lambda cls: list(inspect.signature(cls).parameters) == ["x", "y"],
    "hints of the class": lambda cls: get_type_hints(cls)["y"] is int,
    "hints of its constructor": lambda cls: get_type_hints(cls.__init__) == {"x": int, "y": int, "return": type(None)},
    "match": lambda cls: cls.__match_args__ == ("x", "y"),
    "without its constructor": lambda cls: cls.__new__(cls).__setstate__({"x": 1}) is None,
    "setattr": lambda cls: cls.__setattr__ is not object.__setattr__,
    "doc": lambda cls: (inspect.getdoc(cls), cls.__qualname__.rpartition(".")[2]) == ("Somewhere.", "Point"),
    "no such thing": lambda cls: not hasattr(cls, "__attrs_init__"),
}


@pytest.mark.parametrize("use", USES)
def test_whatever_it_is_first_used_for(use: str) -> None:
    cls = point()
    assert is_waiting(cls)
    assert USES[use](cls)
    assert cls(1) == cls(1) != cls(2)
    with pytest.raises(TypeError):
        cls(1, "2")


def test_it_is_a_base_of_what_attrs_makes_and_of_what_it_does_not() -> None:
    base = point()
    under = attrs.define(type("Under", (base,), {"__annotations__": {"w": int}, "w": 5}))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        under(1).w = 6
    assert repr(under(1)) == "Under(x=1, y=2, z=10, w=5)"

    plain: Any = point()

    class Plain(plain):  # type: ignore[misc]
        __slots__ = ()

        def __init__(self) -> None:
            super().__init__(7)

    assert (Plain().x, Plain() == Plain()) == (7, True)

    @frozen
    class Below(point()):  # type: ignore[misc]
        y: int = 3
        v: int = 4

    assert is_waiting(Below)
    assert (repr(Below(1)), Below.__slots__) == ("Below(x=1, z=10, y=3, v=4)", ("v",))


def test_what_refers_to_its_own_class_does_not_wait() -> None:
    @frozen
    class Super:
        a: int = 1

        def __str__(self) -> str:
            return super().__repr__()

    @frozen
    class Cached:
        a: int = 1

        @cached_property
        def twice(self) -> int:
            return 2 * self.a

    assert not is_waiting(Super)
    assert not is_waiting(Cached)
    assert (str(Super()).partition(" object at")[1], Cached().twice) == (" object at", 2)


def test_threads_may_all_be_first() -> None:
    for _ in range(20):
        cls, start, made = point(), Barrier(4), list[Any]()

        def first(cls: Any = cls, start: Barrier = start, made: list[Any] = made) -> None:
            start.wait()
            made.append((cls(1), hash(cls(1)), repr(cls(1)), attrs.astuple(cls(1))))

        threads = [Thread(target=first) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == [(cls(1), hash(cls(1)), "Point(x=1, y=2, z=10)", (1, 2, 10))] * 4


def test_attrs_accepts_every_class_that_waits() -> None:
    """A mistake in a class would not be told before its first use."""
    root = Path(pristine.__file__).parent
    rooms = ("ports", "manifest", "core", "streaming", "adapters", "config", "futures")
    paths = [path for room in rooms for path in sorted((root / room).rglob("*.py"))]
    names = [".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    classes = {one for name in names for one in vars(import_module(name)).values() if isinstance(one, type)}
    ours = {cls for cls in classes if cls.__module__ in names and attrs.has(cls)}
    assert len(ours) > 100
    assert not any(is_waiting(cls) for cls in ours if "__attrs_attrs__" in vars(cls))
