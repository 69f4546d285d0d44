"""The contract of `pristine.ports.serializer.Serializer`.

Unless a subclass says otherwise the notation is JSON. Bytes that a test needs are made by the serializer itself where
that is possible, so that most of it holds for any notation.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import partial
from random import Random
from typing import Any, ClassVar, Final, Literal

from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.serializer import Serializer
from pristine.testing.contracts import values
from pristine.testing.contracts.probing import bounded, fail, in_threads, raised, refused
from pristine.testing.promises import expect, promise

_ENCODE: Final = ("Serializer", 1, "encode checks first: InvalidPayload says where; the value is not changed")
_DECODE: Final = ("Serializer", 2, "decode raises DecodeError, which says where, whatever the bytes are")
_OPEN: Final = ("Serializer", 3, "decode keeps fields and enum members that the schema does not know")
_BACK: Final = ("Serializer", 4, "what is encoded and decoded equals the value")
_MEDIA: Final = ("Serializer", 5, "media_type is what a Content-Type field says of the bytes")
_SHARED: Final = ("Serializer", 6, "one serializer serves several threads, and no call leaves a trace")

_MEDIA_TYPE: Final = re.compile(r"""[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+( *; *[\w-]+=("[^"]*"|[\w.-]+))*""")
_DEPTHS: Final = (100, 1_000, 20_000, 200_000)


class SerializerContract:
    """Subclass it as `Test…`, and say how the serializer is made; for a notation other than JSON, what it cannot say.

    Schemas are those that a manifest makes (Models) and `list`, `dict`, `Literal` and `X | None` of plain types.
    """

    patience: ClassVar[float] = 20.0
    """Seconds in which a body of a few megabytes is decoded or refused."""

    pairs: ClassVar[Sequence[tuple[Any, Any]]] = ()
    """Further (value, schema) that must come back as they were."""

    unwritable: ClassVar[Sequence[Any]] = (math.nan, math.inf, -math.inf, object(), b"bytes", "\ud800", {5: "a key"})
    """Values that the notation cannot say."""

    malformed: ClassVar[Sequence[bytes]] = (
        b"", b" ", b"{", b"[1,]", b"[1,,2]", b'{"a":1}x', b"1 2", b"01", b"1.", b"tru", b"'a'", b'{"a" 1}', b'{"a":1,}',
        b"{1:2}", b'"', b'"\n"', b'"\\x"', b"nan", b"NaN", b"[Infinity]", b"-Infinity", b"\xff\xfe\xfd", b'"\xff"',
        b'"\xc3"', b'{"\x80":1}', b"\x00",
    )  # fmt: skip
    """Bytes that are not of the notation."""

    def make(self) -> Serializer:
        """The serializer."""
        raise NotImplementedError("say how the Serializer is made: def make(self)")

    def nested(self, depth: int) -> Iterable[bytes]:
        """Bytes that nest so deep, plainly and as the fields `parent` of objects."""
        yield b"[" * depth + b"]" * depth
        yield b'{"items":[],"parent":' * depth + b'{"items":[]}' + b"}" * depth
        yield b"[" * depth

    def hostile(self) -> Iterable[bytes]:
        """Bytes, a megabyte or more, that take long where something is done again and again; most are invalid."""
        yield b"1" * 1_000_000
        yield b'"' + b"a" * 4_000_000
        yield b'"' + rb"\u00e9" * 400_000 + b'"'
        yield b"[" + b"1," * 1_000_000
        yield b'{"items":[' + b'{"name":"a"},' * 50_000 + b'{"name":5}]}'
        yield b"{" + b'"items":[],' * 200_000 + b'"items":5}'

    @promise(*_ENCODE)
    def test_a_value_that_breaks_its_schema_is_refused_where_it_does(self) -> None:
        serializer = self.make()
        for value, schema, where in values.breaking():
            what = f"encode({value!r:.200}, {values.named(schema)})"
            error = refused(partial(serializer.encode, value, schema), InvalidPayload, what)
            expect(error.where, where, f"where, of the error of {what}")

    @promise(*_ENCODE)
    def test_a_value_that_cannot_be_written_is_refused_where_it_is(self) -> None:
        serializer = self.make()
        for part in self.unwritable:
            for value, schema, where in (
                ({"a": [1, part]}, None, "a[1]"),
                ({"items": [], "meta": {"a": part}}, values.order(), "meta.a"),
            ):
                what = f"encode({value!r}, {values.named(schema)})"
                error = refused(partial(serializer.encode, value, schema), InvalidPayload, what)
                expect(error.where, where, f"where, of the error of {what}")

    @promise(*_ENCODE)
    def test_a_value_that_is_too_deep_or_holds_itself_is_refused_by_name(self) -> None:
        serializer = self.make()
        circle: list[Any] = [1]
        circle.append({"a": circle})
        for schema in (None, list[Any]):
            refused(partial(serializer.encode, circle, schema), InvalidPayload, "encode(a value that holds itself)")
        for depth in _DEPTHS:
            error = raised(partial(serializer.encode, values.deep(depth)))
            if error is not None and not isinstance(error, InvalidPayload):
                fail(f"encode(a list, {depth} deep)", "bytes or InvalidPayload", repr(error))

    @promise(*_ENCODE)
    def test_a_value_is_not_changed(self) -> None:
        serializer = self.make()
        pairs = [*values.faithful(), *((value, schema) for value, schema, _ in values.breaking())]
        for value, schema in pairs:
            before = deepcopy(value)
            raised(partial(serializer.encode, value, schema))
            values.expect_alike(value, before, f"the value, after encode(…, {values.named(schema)})")

    @promise(*_DECODE)
    def test_what_is_not_of_the_notation_is_refused(self) -> None:
        serializer = self.make()
        for data in self.malformed:
            for schema in (None, values.order(), dict[str, int]):
                what = f"decode({data!r}, {values.named(schema)})"
                error = refused(partial(serializer.decode, data, schema), DecodeError, what)
                expect(type(error.where), str, f"the type of where, of the error of {what}")

    @promise(*_DECODE)
    def test_what_is_not_of_the_schema_is_refused_where_it_is_not(self) -> None:
        serializer = self.make()
        for value, schema, where in values.misfits():
            what = f"decode({value!r:.200} as bytes, {values.named(schema)})"
            data = serializer.encode(value)
            error = refused(partial(serializer.decode, data, schema), DecodeError, what)
            expect(error.where, where, f"where, of the error of {what}")

    @promise(*_DECODE)
    def test_what_is_deep_is_read_or_refused_by_name(self) -> None:
        for depth in _DEPTHS:
            for data in self.nested(depth):
                self._expect_named(data, f"decode(bytes that nest {depth} deep: {data[:30]!r}…)")

    @promise(*_DECODE)
    def test_what_is_large_is_read_or_refused_in_time(self) -> None:
        for data in self.hostile():
            self._expect_named(data, f"decode({len(data)} bytes: {data[:30]!r}…{data[-10:]!r})")

    @promise(*_OPEN)
    def test_what_the_schema_does_not_know_is_kept(self) -> None:
        serializer, order = self.make(), values.order()
        wire = {"items": [{"name": "a", "colour": "red"}], "state": "shipped", "more": [1, {"b": None}], "note": None}
        reply = serializer.decode(serializer.encode(wire), order)
        expect(_field(reply, "more"), wire["more"], "an unknown field")
        expect(_field(reply["items"][0], "colour"), "red", "an unknown field of an item")
        expect(_field(reply, "state"), "shipped", "an unknown member of an enum")
        expect(_field(reply, "note"), None, "a null")
        expect(serializer.decode(serializer.encode(reply)), wire, "the reply, encoded again")
        for schema in (Literal["a", "b"], Literal["a"] | None):
            came = serializer.decode(serializer.encode("c"), schema)
            expect(came, "c", f"an unknown member of {schema}")

    @promise(*_BACK)
    def test_a_value_comes_back(self) -> None:
        serializer = self.make()
        for value, schema in (*values.faithful(), *self.pairs):
            came = serializer.decode(serializer.encode(deepcopy(value), schema), schema)
            values.expect_alike(came, value, f"the value, encoded and decoded as {values.named(schema)}")

    @promise(*_BACK)
    def test_any_plain_value_comes_back(self) -> None:
        serializer, random = self.make(), Random(8)  # noqa: S311 an experiment that can be repeated
        for _ in range(300):
            value = values.plain(random, 4)
            came = serializer.decode(serializer.encode(value))
            values.expect_alike(came, value, "a plain value, encoded and decoded")

    @promise(*_BACK)
    def test_a_typed_value_comes_back(self) -> None:
        serializer, order = self.make(), values.order()
        value = {"items": [{"name": "a"}], "state": "new", "weight": 0.5, "parent": {"items": []}}
        typed = serializer.decode(serializer.encode(deepcopy(value), order), order)
        expect(type(typed), order, "what is decoded")
        for schema in (order, None):
            again = serializer.decode(serializer.encode(typed, schema), order)
            expect(again, typed, f"it, encoded with {values.named(schema)} and decoded")

    @promise(*_MEDIA)
    def test_the_media_type_is_one(self) -> None:
        serializer = self.make()
        media_type: Any = serializer.media_type
        if not isinstance(media_type, str) or not _MEDIA_TYPE.fullmatch(media_type):
            fail("media_type", "such as application/json", repr(media_type))
        raised(lambda: serializer.decode(serializer.encode({"a": 1})))
        expect((serializer.media_type, self.make().media_type), (media_type,) * 2, "media_type, later and of another")

    @promise(*_SHARED)
    def test_threads_do_not_disturb_each_other(self) -> None:
        serializer = self.make()

        def use(number: int) -> None:
            value = {"items": [{"name": f"{number}"}] * number, "weight": float(number)}
            for schema in (None, values.order()) * 20:
                came = serializer.decode(serializer.encode(deepcopy(value), schema), schema)
                expect(came, value, f"a value in thread {number}, encoded and decoded")

        for error in in_threads([partial(use, number) for number in range(8)]):
            raise error

    @promise(*_SHARED)
    def test_no_call_leaves_a_trace(self) -> None:
        used, order = self.make(), values.order()
        value = {"items": [{"name": "a"}], "state": "new"}
        first = used.encode(deepcopy(value), order)
        for bad in ({"items": 5}, {"items": [{"name": "b", "more": 1}]}, {"items": [object()]}):
            raised(partial(used.encode, bad, order))
            raised(partial(used.decode, self.malformed[-1], order))
        expect(used.encode(deepcopy(value), order), first, "a value encoded again, after others that were refused")
        expect(self.make().encode(deepcopy(value), order), first, "a value encoded by another serializer")

    def _expect_named(self, data: bytes, what: str) -> None:
        """A value or a DecodeError, in time."""
        for schema in (None, values.order()):
            # Made in there, because a serializer that must stay in one thread breaks another promise.
            error = bounded(partial(_error_of, self.make, data, schema), self.patience, what)
            if error is not None and not isinstance(error, DecodeError):
                fail(what, "a value or DecodeError", repr(error))


def _field(reply: Any, name: str) -> Any:
    return reply[name] if name in reply else "nothing"  # noqa: SIM401 a Model has no get


def _error_of(make: Callable[[], Serializer], data: bytes, schema: Any) -> BaseException | None:
    serializer = make()
    return raised(lambda: serializer.decode(data, schema))
