"""A typed object is its attributes, and the JSON object that it came from."""

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.ports.model import sent_fields, wire_names
from tests.support.offline import manifest

TYPES = pristine.load_manifest(
    manifest(
        types={
            "Reply": {
                "properties": {"text": "string", "size": "integer", "usage": "Usage", "items": "any"},
                "required": ["text"],
            },
            "Usage": {"properties": {"words": "integer"}},
            "Other": {"properties": {"text": "string"}},
            "Limits": {"properties": {"max-tokens": "integer", "inner": "Limits"}},
        }
    )
).types
REPLY: Any = TYPES["Reply"]
JSON: Any = JsonSerializer()  # or the other: see `serializer`
WIRE = b'{"text": "hi", "size": 5, "usage": {"words": 2, "hidden": 1}, "extra": [1]}'


@pytest.fixture(autouse=True, scope="module", params=[JsonSerializer, MsgspecSerializer], ids=["json", "msgspec"])
def serializer(request: pytest.FixtureRequest) -> Iterator[None]:
    """What an object was made from, or where it is in that: each test is of both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "JSON", request.param())
        yield


@attrs.frozen(kw_only=True, eq=False)
class Written(pristine.Model):
    """A Model of a module's own, which pickle can find."""

    text: str


def reply(data: bytes = WIRE, schema: Any = REPLY) -> Any:
    return JSON.decode(data, schema)


def test_a_field_is_reached_by_attribute_and_by_wire_name() -> None:
    assert (reply().text, reply()["text"]) == ("hi", "hi")
    assert (reply().size, reply()["size"]) == (5, 5)
    assert reply().usage.words == reply()["usage"]["words"] == 2


def test_a_name_of_the_wire_that_is_no_python_name_is_both() -> None:
    limits = reply(b'{"inner": {"max-tokens": 5}}', TYPES["Limits"]).inner
    assert (limits.max_tokens, limits["max-tokens"]) == (5, 5)
    assert ("max-tokens" in limits, "max_tokens" in limits) == (True, False)


def test_fields_that_are_not_declared_are_reached_by_wire_name() -> None:
    assert reply()["extra"] == [1]
    assert reply().usage["hidden"] == 1
    with pytest.raises(KeyError):
        reply()["nothing"]
    with pytest.raises(AttributeError):
        _ = reply().extra


def test_in_tells_what_was_sent() -> None:
    assert "extra" in reply()
    assert "size" in reply()
    assert "items" not in reply()
    assert (reply().items, reply()["items"]) == (None, None)


def test_it_iterates_over_what_was_sent_in_order() -> None:
    assert list(reply()) == ["text", "size", "usage", "extra"]
    assert len(reply()) == 4


def test_no_field_name_is_taken_by_a_method() -> None:
    assert [name for name in dir(pristine.Model) if not name.startswith("_")] == []


def test_it_is_equal_to_the_same_object_plain_or_typed_alike() -> None:
    same = {"text": "hi", "size": 5, "usage": {"words": 2, "hidden": 1}, "extra": [1]}
    assert reply() == reply() == same
    assert reply() != {"text": "hi"}
    assert reply(b'{"text": "hi"}') == REPLY(text="hi") == {"text": "hi"}
    assert reply(b'{"text": "hi"}') != reply(b'{"text": "hi"}', TYPES["Other"])
    assert REPLY(text="hi", usage=TYPES["Usage"](words=2)) == {"text": "hi", "usage": {"words": 2}}
    assert reply() != 5


def test_it_is_frozen_and_like_a_dict_it_has_no_hash() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        reply().text = "changed"
    with pytest.raises(TypeError, match="unhashable"):
        hash(reply())


def test_one_made_in_python_stands_for_its_fields_that_are_not_none() -> None:
    assert sent_fields(REPLY(text="hi")) == {"text": "hi"}
    assert sent_fields(attrs.evolve(reply(), text="new"))["text"] == "new"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_has_what_was_not_declared_too(again: Any) -> None:
    copied = again(reply())
    assert copied == reply()
    assert (copied["extra"], copied.usage["hidden"], copied.size) == ([1], 1, 5)
    assert again(REPLY(text="hi")) == {"text": "hi"}


def test_one_that_pickle_can_find_travels_whole() -> None:
    copied = pickle.loads(pickle.dumps(reply(b'{"text": "hi", "x": 1}', Written)))
    assert (copied.text, copied["x"]) == ("hi", 1)


def test_wire_names_are_a_class_s_own() -> None:
    @attrs.frozen(kw_only=True, eq=False)
    class More(Written):
        size: int = 1

    assert wire_names(Written) == {"text": "text"}
    assert wire_names(More) == {"text": "text", "size": "size"}
