"""The msgspec serializer makes of an answer what the JSON serializer makes of it, to the last leaf and the last error.

What both must do is in test_json.py; here is that they do the same, and what is msgspec's own.
"""

import gc
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from threading import Barrier
from types import FrameType
from typing import Any, Literal, Self

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.json import serializer as json_serializer
from pristine.adapters.msgspec import MsgspecSerializer, serializer
from pristine.ports.errors import ConfigurationError, DecodeError, InvalidPayload
from pristine.ports.model import Model
from tests.support.author import Author
from tests.support.offline import manifest
from tests.support.told import told

JSON = JsonSerializer()
MSGSPEC = MsgspecSerializer()
TYPES = pristine.load_manifest(
    manifest(
        types={
            "Page": {"properties": {"items": {"type": "array", "items": "Item"}, "next": "Page", "by": "Item"}},
            "Item": {"properties": {"id": "integer", "size": "number", "kind": {"enum": ["a", 1]}}, "required": ["id"]},
            "Kebab": {"properties": {"max-size": "integer", "class": "Kebab", "_x": "number", "self": "string"}},
            "Box": {"properties": {"inside": {"type": "array", "items": "Odd"}}},
            "Odd": {"properties": {"max-size": "integer", "__class__": "string"}},
            "Umlaut": {"properties": {"größe": "integer"}},
        }
    )
).types
PAGE: Any = TYPES["Page"]
ITEM: Any = TYPES["Item"]


def outcome(one: Any, data: bytes, schema: Any) -> Any:
    try:
        value = one.decode(data, schema)
    except DecodeError as error:
        return type(error), error.where, str(error), repr(error.__cause__)
    return told(value)


def same(data: bytes, schema: Any) -> Any:
    found = outcome(MSGSPEC, data, schema)
    assert found == outcome(JSON, data, schema), (data, schema)
    return found


def by_msgspec(schema: Any) -> bool:
    read, *_ = serializer._PLANS.get(schema) or serializer._plan(schema)
    return isinstance(getattr(read, "__self__", None), msgspec.json.Decoder)


def undecodable(data: bytes, schema: Any) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        MSGSPEC.decode(data, schema)
    return caught.value


# -- the same, whatever the schema and the bytes -----------------------------------------------------------------------


@given(st.integers(0, 2**32))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_it_reads_what_the_json_serializer_reads(seed: int) -> None:
    author = Author(seed)
    schema = author.schema()
    for _ in range(8):
        document = author.document(schema)
        same(document, schema)
        same(author.damaged(document), schema)


@given(st.integers(0, 2**32))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_it_reads_anything_as_the_json_serializer_does(seed: int) -> None:
    author = Author(seed)
    for schema in (None, Any, int, float, list[float], dict[str, Any], Literal["a", 1] | None, list[bool | None]):
        document = author.document(Any if schema is None else schema)
        same(document, schema)
        same(author.damaged(document), schema)


@pytest.mark.parametrize("text", [b'"\xff"', b'"\xed\xa0\x80"', b"1" * 4301, b"-" + b"1" * 4301, b'{"a":"\xc0\x80"}'])
@pytest.mark.parametrize("where", [b'{"id":1,"x":%s}', b'{"id":1,"x":[{"y":%s}]}', b'{"id":1,"\xff":%s}'])
def test_what_msgspec_skips_is_checked_all_the_same(text: bytes, where: bytes) -> None:
    assert by_msgspec(ITEM)
    assert msgspec.json.Decoder(ITEM).decode(where % text).id == 1
    same(where % text, ITEM)


def test_many_digits_are_not_a_long_number() -> None:
    assert not serializer._has_long_number(b"[" + b"1234567," * 10_000 + b"1]")
    assert not serializer._has_long_number((b"9" * 4300 + b",") * 10)
    for before in range(0, 5_000, 97):
        assert serializer._has_long_number(b"[1, 2, " + b" " * before + b"9" * 4301 + b"]")


# -- what msgspec is told ----------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class Written(Model):
    """A Model that somebody wrote by hand."""

    name: str
    ratio: float = 0.5
    kind: Literal["a", "b"] = "a"
    inner: "Written | None" = None


attrs.resolve_types(Written)


@attrs.frozen(kw_only=True, eq=False)
class Wider(Written):
    """One that inherits."""

    size: int


class Undecorated(Written):
    """One whose fields are another class's."""


def absolute(value: int) -> int:
    return abs(value)


@attrs.frozen(kw_only=True, eq=False)
class Converted(Model):
    """One that msgspec would not convert."""

    a: int = attrs.field(converter=absolute)


@attrs.frozen(kw_only=True, eq=False)
class Validated(Model):
    """One that msgspec would validate in other words."""

    a: int = attrs.field(validator=attrs.validators.gt(5))


@attrs.frozen(kw_only=True, eq=False)
class Prepared(Model):
    """One that does something after it is made."""

    a: int

    def __attrs_post_init__(self) -> None:
        if self.a == 5:
            raise ValueError("not five")


@attrs.frozen(eq=False)
class Own(Model):
    """One that makes itself."""

    a: int

    def __init__(self, a: int) -> None:
        self.__attrs_init__(a * 2)  # type: ignore[attr-defined]  # attrs makes it


@attrs.frozen(kw_only=True, eq=False)
class Given(Model):
    """One whose default is a Model, and was not sent."""

    inner: Written = Written(name="default")


@attrs.frozen(kw_only=True, eq=False)
class Born(Model):
    """One that is more than its fields from the start."""

    a: int

    def __new__(cls, **fields: Any) -> Self:
        return super().__new__(cls)


@attrs.frozen(kw_only=True, eq=False)
class Fixed(Model):
    """One with a field that nobody can send."""

    a: int = attrs.field(init=False, default=3)


@attrs.frozen(kw_only=True, eq=False)
class Derived(Model):
    """One with a default that depends."""

    a: int
    b: int = attrs.Factory(lambda self: self.a * 2, takes_self=True)


@attrs.frozen(kw_only=True, eq=False)
class Strange(Model):
    """One with a type that no manifest has."""

    when: datetime


@pytest.mark.parametrize(
    "schema", [None, ITEM, PAGE, TYPES["Kebab"], list[PAGE], PAGE | None, Written, Wider, dict[str, list[int]]]
)
def test_what_a_manifest_can_say_is_read_by_msgspec(schema: Any) -> None:
    assert by_msgspec(schema)


@pytest.mark.parametrize(
    "schema",
    [
        *(TYPES["Odd"], TYPES["Box"], TYPES["Umlaut"], Undecorated, Converted, Validated, Prepared, Own, Given),
        *(Born, Fixed, Derived, Strange, Model, dict[int, Written], int | Written, object),
    ],
)
def test_what_msgspec_cannot_be_told_is_not_read_by_it(schema: Any) -> None:
    assert not by_msgspec(schema)
    for data in (
        b'{"a": 5}',
        b'{"a": 7, "x": 1}',
        b'{"name": "a", "ratio": 1}',
        b'{"inside": [{"max-size": 1}]}',
        b"{}",
    ):
        same(data, schema)


def test_a_name_of_the_wire_that_is_no_python_name_is_read_by_msgspec() -> None:
    data = b'{"max-size": 1, "class": {"max-size": 2, "_x": 3, "y": 4}, "self": "a"}'
    same(data, TYPES["Kebab"])
    kebab: Any = MSGSPEC.decode(data, TYPES["Kebab"])
    assert (kebab.max_size, kebab.class_.x, kebab["class"]["y"], kebab.self_) == (1, 3, 4, "a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(kebab, "max-size", 2)


def test_a_schema_that_cannot_be_hashed_will_do() -> None:
    schema = {"not": "even one"}
    with pytest.raises(DecodeError) as caught:
        JSON.decode(b"1", schema)
    assert str(undecodable(b"1", schema)) == str(caught.value)


@pytest.mark.parametrize("data", [b'{"name":"a","ratio":1,"kind":"c","inner":{"name":"b","x":1}}', b'{"name":1}'])
@pytest.mark.parametrize("schema", [Written, Wider, list[Written]])
def test_models_written_by_hand_are_read_alike(data: bytes, schema: Any) -> None:
    same(data, schema)
    same(b"[" + data + b"]", schema)
    same(data.replace(b"{", b'{"size":3,'), schema)


def test_the_annotations_of_a_class_stay_its_own() -> None:
    class Fresh(Written):
        pass

    @attrs.frozen(kw_only=True, eq=False)
    class Other(Model):
        ratio: float
        fresh: "list[int] | None" = None

    before = dict(Other.__annotations__)
    made = pristine.load_manifest(manifest(types={"T": {"properties": {"a": "number"}}})).types["T"]
    assert (MSGSPEC.decode(b'{"ratio": 1}', Other).ratio, by_msgspec(Other)) == (1, True)
    assert (MSGSPEC.decode(b'{"a": 1}', made).a, by_msgspec(made)) == (1, True)
    assert Other.__annotations__ == before
    assert vars(made).get("__annotations__", {}) == {}


def test_what_msgspec_knew_of_a_class_before_is_forgotten() -> None:
    @attrs.frozen(kw_only=True, eq=False)
    class Known(Model):
        ratio: float

    assert type(msgspec.json.Decoder(Known).decode(b'{"ratio": 1}').ratio) is float
    assert type(MSGSPEC.decode(b'{"ratio": 1}', Known).ratio) is int


def test_a_class_that_msgspec_refuses_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = pristine.load_manifest(manifest(types={"T": {"properties": {"a": "number"}}})).types["T"]
    with monkeypatch.context() as patch:
        patch.setattr(msgspec.json, "Decoder", lambda _: 1 / 0)
        assert MSGSPEC.decode(b'{"a": 1}', made) == {"a": 1}
    assert not by_msgspec(made)
    assert "__msgspec_cache__" not in vars(made)


def test_types_may_lead_to_each_other_as_far_as_they_like() -> None:
    chain = {f"T{at}": {"properties": {"next": f"T{at + 1}"}} for at in range(1_500)}
    cls = pristine.load_manifest(manifest(types={**chain, "T1500": {"properties": {"next": "T1400"}}})).types["T0"]
    assert by_msgspec(cls)
    same(b'{"next":' * 50 + b'{"x": 1}' + b"}" * 50, cls)


def test_a_type_may_be_of_as_many_parts_and_levels_as_it_likes() -> None:
    deep: Any = ITEM
    for _ in range(30):
        deep = dict[str, deep | None] if deep is ITEM else list[deep]
    assert by_msgspec(deep)
    same(b"[" * 29 + b'{"a": {"id": 1, "x": 2}, "b": null}' + b"]" * 29, deep)

    wide = {"Part": {"properties": {"of": "Whole"}}, "Whole": {"properties": {f"p{at}": "Part" for at in range(200)}}}
    whole = pristine.load_manifest(manifest(types=wide)).types["Whole"]
    assert by_msgspec(whole)
    parts = b",".join(b'"p%d": {"x": %d, "of": {"p7": {"of": {"y": 1}}}}' % (at, at) for at in range(200))
    same(b"{" + parts + b"}", whole)


@pytest.mark.parametrize("schema", [PAGE, list[Any]], ids=["typed", "any"])
def test_what_is_deep_is_refused_by_name(schema: Any) -> None:
    for start, end in ((b'{"next":', b"}"), (b"[", b"]")):
        assert "deep" in str(undecodable(start * 200_000 + b"1" + end * 200_000, schema))


# -- what was sent is found when it is asked for, and not before -------------------------------------------------------


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The documents that have been read into plain values."""
    found: list[bytes] = []
    plain = serializer._read_anything

    def read(data: bytes) -> Any:
        found.append(data)
        return plain(data)

    monkeypatch.setattr(serializer, "_read_anything", read)
    return found


def many(number: int) -> bytes:
    return b'{"items":[%s]}' % b",".join(b'{"id":%d,"x":%d}' % (at, at) for at in range(number))


def test_a_document_is_read_once_however_many_ask(reads: list[bytes]) -> None:
    page = MSGSPEC.decode(many(10_000), PAGE)
    assert [item.id for item in page.items] == list(range(10_000))
    assert reads == []
    assert [item["x"] for item in page.items] == list(range(10_000))
    assert page["items"][7] == {"id": 7, "x": 7}
    assert len(reads) == 1


def test_no_function_of_python_is_called_for_each_object() -> None:
    data = many(1_000)
    called: list[str] = []

    def heard(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "hypothesis" not in frame.f_code.co_filename:  # which listens to the garbage collector
            called.append(frame.f_code.co_name)

    MSGSPEC.decode(data, PAGE)
    before = sys.getprofile()
    sys.setprofile(heard)
    try:
        MSGSPEC.decode(data, PAGE)
    finally:
        sys.setprofile(before)
    assert len(called) < 10, called


def test_a_part_knows_what_was_sent_when_the_rest_is_gone() -> None:
    item = MSGSPEC.decode(b'{"next": {"next": {"by": {"id": 1, "x": 2}}, "y": 3}}', PAGE).next.next.by
    gc.collect()
    assert (item["x"], "y" in item, len(item)) == (2, False, 2)
    assert item._wire == {"id": 1, "x": 2}


def test_an_answer_is_freed_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            page = MSGSPEC.decode(many(10), PAGE)
            assert page.items[3]["x"] == 3
            del page
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_threads_may_ask_at_once() -> None:
    page, start = MSGSPEC.decode(many(2_000), PAGE), Barrier(8)

    def ask(_: int) -> list[Any]:
        start.wait(10)
        return [item["x"] for item in page.items] + [len(page)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [[*range(2_000), 1]] * 8


def test_threads_may_meet_a_schema_at_once() -> None:
    for _ in range(20):
        made = pristine.load_manifest(manifest(types={"T": {"properties": {"a": "number", "b": "T"}}})).types["T"]
        start = Barrier(4)

        def ask(_: int, start: Barrier = start, made: Any = made) -> Any:
            start.wait(10)
            return told(MSGSPEC.decode(b'{"a": 1, "b": {"a": 2.5}}', made))

        with ThreadPoolExecutor(4) as pool:
            assert len(set(map(repr, pool.map(ask, range(4))))) == 1


# -- and as an adapter -------------------------------------------------------------------------------------------------


def test_payloads_are_checked_as_ever() -> None:
    with pytest.raises(InvalidPayload, match=r"items\[0\].id: must be a whole number, not a string"):
        MSGSPEC.encode({"items": [{"id": "1"}]}, PAGE)
    received = MSGSPEC.decode(b'{"items": [{"id": 1, "x": 2}], "y": 3}', PAGE)
    assert MSGSPEC.encode(received) == b'{"items":[{"id":1,"x":2}],"y":3}'


class Careful(JsonSerializer):
    """Looks through every payload."""

    @staticmethod
    @cache
    def _writer(schema: Any) -> json_serializer.Write:
        return json_serializer._made_plain


def written(one: JsonSerializer, value: Any, schema: Any) -> Any:
    try:
        return one.encode(value, schema)
    except InvalidPayload as error:
        return error.where, str(error)


@given(st.integers(0, 2**32))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_it_writes_what_the_json_serializer_writes(seed: int) -> None:
    author = Author(seed)
    schema = author.schema()
    for _ in range(8):
        try:
            value = json.loads(author.document(schema).decode("utf-8", "surrogateescape"))
        except ValueError:
            continue
        expected = written(Careful(), value, schema)
        assert written(JSON, value, schema) == expected, (value, schema)
        assert written(MSGSPEC, value, schema) == expected, (value, schema)


def test_every_character_and_whole_number_is_written_to_the_same_bytes() -> None:
    everything = [chr(one) for one in range(sys.maxunicode + 1) if not 0xD800 <= one < 0xE000]
    assert MSGSPEC.encode(everything, list[str]) == JSON.encode(everything, list[str])
    whole = [sign * (2**power + more) for sign in (1, -1) for power in (0, 31, 53, 63, 64, 999) for more in (-1, 0, 1)]
    assert MSGSPEC.encode(whole, list[int]) == JSON.encode(whole, list[int])


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_what_cannot_be_written_is_refused_where_it_is(text: str) -> None:
    with pytest.raises(InvalidPayload, match=r"by\[1\]: a lone surrogate") as caught:
        MSGSPEC.encode({"by": ["", text]}, dict[str, list[str]])
    assert caught.value.where == "by[1]"


def test_it_is_chosen_by_name() -> None:
    assert isinstance(pristine.context(serializer="msgspec").serializer, MsgspecSerializer)


def test_without_msgspec_it_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pristine.adapters.msgspec")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(
        ConfigurationError, match=r"serializer 'msgspec' needs .* pip install 'pristine-sdk\[msgspec\]'"
    ):
        pristine.context(serializer="msgspec")
