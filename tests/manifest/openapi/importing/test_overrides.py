"""Overrides: choices of people that stay when a document is imported again."""

from typing import Any, Final

import pytest

import pristine
from pristine.ports.documents import Document
from pristine.ports.errors import ManifestError
from tests.manifest.openapi.importing.documents import OK, imported, lost_in, whole

THING: Final = {"properties": {"max-size": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Thing"}}}
ANSWER: Final = {
    "description": "x",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
}
DOCUMENT: Final = whole(
    paths={
        "/things": {"get": {"operationId": "listThings", "responses": {"200": ANSWER}}, "post": OK},
        "/old": {"get": {**OK, "operationId": "getOld"}},
    },
    components={"schemas": {"Thing": THING, "Alias": {"type": "string"}}},
)


def overridden(**said: Any) -> Any:
    return imported(DOCUMENT, overriding=Document(said, "choices.yaml")).manifest


def test_operations_are_called_and_said_otherwise() -> None:
    found = overridden(
        operations={
            "listThings": {"name": "shop.things.all", "set": {"timeout": 5, "response": None}},
            "POST /things": {"name": "shop.things.make"},
            "GET /old": {"drop": True},
        }
    )
    assert list(found["endpoints"]) == ["shop.things.all", "shop.things.make"]
    assert found["endpoints"]["shop.things.all"] == {"method": "GET", "path": "/things", "timeout": 5}


def test_what_is_dropped_is_told() -> None:
    lost = lost_in(DOCUMENT, overriding=Document({"operations": {"getOld": {"drop": True}}}))
    assert lost == {"#/paths/~1old/get": "dropped"}


def test_types_and_fields_are_called_otherwise_wherever_they_are_named() -> None:
    found = overridden(
        types={
            "Thing": {"name": "Item", "fields": {"max-size": "largest"}, "set": {"description": "A thing"}},
            "Alias": {"set": {"maxLength": 3}},
        }
    )
    assert found["types"] == {
        "Item": {
            "properties": {"max-size": {"type": "integer", "name": "largest"}, "next": "Item"},
            "description": "A thing",
        },
        "Alias": {"type": "string", "maxLength": 3},
    }
    assert found["endpoints"]["things.list"]["response"] == "Item"


def test_a_chosen_name_is_not_given_to_another() -> None:
    made = overridden(types={"Alias": {"name": "Thing"}})["types"]
    assert list(made) == ["Thing2", "Thing"]


def test_the_manifest_has_more_keys() -> None:
    found = overridden(manifest={"errors": {"message": "error"}, "version": None})
    assert found["errors"] == {"message": "error"}
    assert "version" not in found


def test_defaults_are_sent_on_demand() -> None:
    document = whole(components={"schemas": {"It": {"properties": {"n": {"type": "integer", "default": 3}}}}})
    made = imported(document, overriding=Document({"defaults": "send"})).manifest["types"]
    assert made["It"] == {"properties": {"n": {"type": "integer", "default": 3}}}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"operations": {"listThing": {"drop": True}}},
            "there is no operation 'listThing'; did you mean 'listThings'?",
        ),
        ({"operations": {"GET /thing": {}}}, "there is no operation 'GET /thing'; did you mean 'GET /things'?"),
        ({"types": {"Thin": {"name": "X"}}}, "there is no type 'Thin'; did you mean 'Thing'?"),
        ({"types": {"Thing": {"fields": {"maxsize": "m"}}}}, "there is no field 'maxsize'; did you mean 'max-size'?"),
        ({"types": {"Thing": {"name": "a b"}}}, "must be the name of a class"),
        ({"operations": {"getOld": {"name": "a-b"}}}, "must be names with dots between"),
        ({"operations": {"getOld": {"drop": "yes"}}}, "must be true or false"),
        ({"operation": {}}, "unknown key; did you mean 'operations'?"),
        ({"defaults": "sent"}, "did you mean 'send'?"),
        ({"operations": {"getOld": {"name": "x"}, "listThings": {"name": "x"}}}, "two operations are called 'x'"),
        ([], "must be an object"),
    ],
)
def test_an_override_that_matches_nothing_is_a_fault(said: Any, told: str) -> None:
    with pytest.raises(ManifestError, match="fault") as caught:
        imported(DOCUMENT, overriding=Document(said, "choices.yaml"))
    assert any(told in str(fault) for fault in caught.value.faults), caught.value.faults


def test_the_client_has_the_chosen_names() -> None:
    found = overridden(operations={"listThings": {"name": "shop.all"}})
    assert "shop.all" in pristine.load_manifest(found).endpoints
