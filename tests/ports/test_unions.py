"""A union that keeps its order is a union to whoever looks at it, and equal to no other."""

import copy
import pickle
from types import NoneType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import pytest

from pristine.ports.unions import is_ordered, union_of

FIRST: Final = union_of([int, str])
SECOND: Final = union_of([str, int])


@pytest.mark.parametrize("around", [lambda one: one, list.__class_getitem__, lambda one: Annotated[one, 5]])
def test_another_order_is_another_type(around: Any) -> None:
    assert around(FIRST) != around(SECOND)
    assert around(FIRST) == around(union_of([int, str]))
    assert len({around(FIRST), around(SECOND), around(union_of([str, int]))}) == 2
    assert is_ordered(around(SECOND))


def test_it_is_a_union() -> None:
    assert get_origin(SECOND) is Union
    assert get_args(SECOND) == (str, int)
    assert pickle.loads(pickle.dumps(SECOND)) == copy.deepcopy(SECOND) == SECOND


def test_it_is_flat_and_has_each_member_once() -> None:
    assert get_args(union_of([SECOND, None, int | float, str])) == (str, int, NoneType, float)
    assert union_of([int, int]) is int


def test_what_is_one_type_or_null_is_what_typing_makes_of_it() -> None:
    assert union_of([int, None]) == int | None
    assert not is_ordered(list[union_of([None, int])])  # type: ignore[misc]  # made at run time
