"""The classes of types are made when they are first used, and nobody can tell."""

import copy
import inspect
import pydoc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import attrs
import pytest

from pristine.manifest.load import load_manifest
from pristine.ports.model import Model
from tests.support.offline import manifest

TYPES: Final = {
    "T": {
        "description": "A thing.",
        "properties": {"a-b": {"type": "integer", "default": 1}, "next": "T", "list": {"type": "array", "items": "U"}},
        "required": ["next"],
    },
    "U": {"properties": {"x": "string"}},
}


def made() -> Any:
    return load_manifest(manifest(types=TYPES)).types["T"]


def is_complete(cls: type) -> bool:
    return "__attrs_attrs__" in vars(cls)


def test_a_class_is_completed_by_its_first_use() -> None:
    for use in (attrs.fields, attrs.has, inspect.signature, lambda cls: cls(next=None)):
        cls = made()
        assert not is_complete(cls)
        use(cls)
        assert is_complete(cls)


def test_what_needs_no_fields_leaves_it_as_it_is() -> None:
    cls = made()
    assert (cls.__name__, cls.__doc__.splitlines()[0], issubclass(cls, Model)) == ("T", "A thing.", True)
    listed: Any = list
    assert repr(listed[cls]) == "list[pristine.manifest.classes.T]"
    assert not is_complete(cls)


def test_it_is_a_class_of_attrs() -> None:
    cls = made()
    one = cls(next=None, a_b=5)
    assert repr(one) == "T(a_b=5, next=None, list=None)"
    assert str(inspect.signature(cls)).startswith("(*, a_b: int = 1, next: ")
    assert "A thing." in pydoc.render_doc(cls)
    assert [field.name for field in attrs.fields(cls)] == ["a_b", "next", "list"]
    assert attrs.fields(cls).next.type is cls
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.a_b = 6
    with pytest.raises(AttributeError):
        object.__setattr__(one, "other", 1)
    with pytest.raises(TypeError, match="next"):
        cls()
    assert copy.deepcopy(one) == one
    assert attrs.evolve(one, a_b=7).a_b == 7
    assert weakref.ref(one)() is one


def test_a_class_can_be_derived_from_before_its_first_use() -> None:
    class Derived(made()):  # type: ignore[misc]  # made at run time
        __slots__ = ()

    assert Derived(next=None).a_b == 1
    assert attrs.fields(Derived)


def test_the_base_of_all_is_none_itself() -> None:
    base = made().__mro__[1]
    assert not attrs.has(base)
    with pytest.raises(attrs.exceptions.NotAnAttrsClassError):
        attrs.fields(base)


def test_threads_may_use_it_first_together() -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            cls = made()
            found = [each.result() for each in [pool.submit(cls, next=None) for _ in range(8)]]
            assert all(one == found[0] and type(one) is cls for one in found)
