"""The classes of a package are those of its answers, and do what the classes made without generated code do."""

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.manifest.load import load_manifest
from pristine.ports.errors import ConfigurationError, DecodeError, InvalidPayload
from pristine.ports.model import Model, is_model, sent_fields, wire_names
from pristine.sdk import manifest_of
from pristine.testing.examples import examples_for
from tests.codegen.sdk.packages import ROOT, documents

SERIALIZERS = {"json": JsonSerializer(), "msgspec": MsgspecSerializer()}
DOCUMENTS = documents()


@pytest.fixture(params=SERIALIZERS)
def serializer(request: pytest.FixtureRequest) -> Any:
    return SERIALIZERS[request.param]


@pytest.fixture(scope="module")
def models(importable: Path) -> Any:
    manifest_of("kitchen_sdk")
    return import_module("kitchen_sdk.models")


def plain(value: Any) -> Any:
    """A value with its classes by their names in the manifest, and all that they hold."""
    if isinstance(value, Model):
        fields = {name: plain(getattr(value, name)) for name in wire_names(type(value)).values()}
        return type(value)._said or type(value).__name__, fields, dict(sent_fields(value))
    if isinstance(value, list):
        return [plain(one) for one in value]
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", DOCUMENTS)
def test_answers_and_requests_are_those_of_classes_that_are_made(name: str, serializer: Any, importable: Path) -> None:
    made, written = load_manifest(DOCUMENTS[name]).types, manifest_of(f"{name}_sdk").types
    for said, schema in made.items():
        for value in examples_for(schema, 5):
            data = serializer.encode({**value, "more": [1]} if isinstance(value, dict) and is_model(schema) else value)
            one, other = serializer.decode(data, schema), serializer.decode(data, written[said])
            assert plain(one) == plain(other)
            assert outcome(serializer, one) == outcome(serializer, other)
        for value in examples_for(schema, 5, request=True):
            assert serializer.encode(value, schema) == serializer.encode(value, written[said])


def outcome(serializer: Any, value: Any) -> bytes | str:
    """What is written, or why it cannot be: bytes without a type cannot."""
    try:
        return bytes(serializer.encode(value))
    except InvalidPayload as error:
        return str(error)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_default_is_the_same_in_both(name: str, importable: Path) -> None:
    made, written = load_manifest(DOCUMENTS[name]).types, manifest_of(f"{name}_sdk").types
    for said, schema in made.items():
        if is_model(schema):
            pairs = zip(attrs.fields(schema), attrs.fields(written[said]), strict=True)
            for one, other in pairs:
                assert (one.name, one.metadata, default(one)) == (other.name, other.metadata, default(other))


def default(field: "attrs.Attribute[Any]") -> Any:
    found: Any = field.default
    return found.factory() if isinstance(found, attrs.Factory) else found  # type: ignore[arg-type]  # it is a class


SOUP: dict[str, Any] = {
    "id": 1,
    "name": "Soup",
    "state": "frozen",
    "class": "hot",
    "made-of": [{"id": 2, "name": "Leek"}],
    "eaten": None,
    "chef": {"name": "Anna"},
}


def test_an_answer_is_of_the_written_class(models: Any, serializer: Any) -> None:
    soup = serializer.decode(pristine_bytes(SOUP), manifest_of("kitchen_sdk").types["Dish"])
    assert type(soup) is models.Dish
    assert type(soup.made_of[0]) is models.Dish
    assert (soup.state, soup.class_, soup.vegan, soup.weight, soup.note) == ("frozen", "hot", False, 0, "")
    assert soup["chef"] == {"name": "Anna"}
    assert soup["made-of"] is soup.made_of
    assert "eaten" in soup
    assert "vegan" not in soup
    assert "salt" not in repr(soup)


def pristine_bytes(value: Any) -> bytes:
    return JsonSerializer().encode(value)


def test_a_union_may_hold_what_is_not_known(models: Any, serializer: Any) -> None:
    guests = serializer.decode(
        b'[{"kind": "child", "age": 3}, {"kind": "dog"}]', manifest_of("kitchen_sdk").types["Guests"]
    )
    assert (type(guests[0]), guests[1]) == (models.Child, {"kind": "dog"})


def test_a_class_is_attrs_own(models: Any) -> None:
    soup = models.Dish(name="Soup", token="t")
    cls: type = models.Dish
    assert attrs.has(cls)
    assert attrs.evolve(soup, name="Stew").name == "Stew"
    assert (soup.tags, soup.tags is models.Dish(name="Soup", token="t").tags) == (["fresh"], False)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        soup.name = "Stew"
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'name'"):
        models.Dish()


def test_an_object_is_copied_and_pickled_with_what_was_sent(models: Any, serializer: Any) -> None:
    soup = serializer.decode(pristine_bytes(SOUP), models.Dish)
    for again in (copy.deepcopy(soup), pickle.loads(pickle.dumps(soup))):
        assert again == soup
        assert again["chef"] == {"name": "Anna"}


def test_a_request_is_checked_by_the_manifest(models: Any, serializer: Any) -> None:
    order = manifest_of("kitchen_sdk").types["Order"]
    dish = models.Dish(name="Soup", token="t")
    sent = JsonSerializer().decode(serializer.encode({"dish": dish, "table": pristine.NULL}, order))
    assert (sent["table"], sent["dish"]["state"], sent["dish"]["token"]) == (None, "raw", "t")
    with pytest.raises(InvalidPayload, match=r"dish\.state"):
        serializer.encode({"dish": {"name": "x", "token": "t", "state": "frozen"}, "table": 1}, order)
    with pytest.raises(DecodeError, match="name: is missing"):
        serializer.decode(b'{"id": 1}', models.Dish)


def test_a_class_without_a_client_knows_its_names(importable: Path) -> None:
    other = import_module("hostile_sdk.models")
    value = other.ImportOs(class_="x", f_1st="y", annotations="z")
    assert (value["class"], value["1st"], value["annotations"]) == ("x", "y", "z")


ALONE = """
from kitchen_sdk.models.dishes_list_response import DishesListResponse
from kitchen_sdk.models.dish_size import DishSize
from kitchen_sdk.models.ticket import Ticket
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
import attrs
for serializer in (JsonSerializer(), MsgspecSerializer()):
    page = serializer.decode(b'{"dishes": [{"id": 1, "name": "Leek", "size": {"big": true}}]}', DishesListResponse)
    print(type(page.dishes[0]).__name__, page.dishes[0].size == DishSize(big=True))
    print(serializer.decode(b'{"id": "a", "state": "new", "more": 1}', Ticket)["more"])

@attrs.frozen(kw_only=True, eq=False)
class Mine(Ticket):
    extra: int = 5

print(Mine(id="x").extra, [field.name for field in attrs.fields(Mine)])
"""


def test_a_class_is_enough_to_read_an_answer(importable: Path) -> None:
    """No client has been made, and nobody has asked for the manifest."""
    command = [sys.executable, "-W", "error", "-c", ALONE]
    path = f"{importable / 'kitchen'}{os.pathsep}{ROOT}"
    ended = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == ["Dish True", "1"] * 2 + ["5 ['id', 'state', 'dish', 'extra']"]


# -- classes that do not fit -------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class Other(pristine.Model):
    """A class of other fields."""

    name: str


DOCUMENT: Mapping[str, Any] = {
    "name": "small",
    "endpoints": {},
    "types": {"Other": {"properties": {"title": "string"}}},
}


UNFIT = (
    (Other, r"has not the fields of its manifest \((name, title|title, name)\)"),
    (str, "is no class of typed objects"),
    (pristine.Model, "is no class of typed objects"),
)


@pytest.mark.parametrize(("cls", "told"), UNFIT)
def test_a_class_that_does_not_fit_is_refused(cls: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_manifest(DOCUMENT, classes={"/types/Other": cls}.get)


def test_a_class_that_fits_is_taken() -> None:
    document = {**DOCUMENT, "types": {"Other": {"properties": {"name": "string"}, "required": ["name"]}}}
    assert load_manifest(document, classes={"/types/Other": Other}.get).types["Other"] is Other
    assert attrs.fields(Other).name.type is str
