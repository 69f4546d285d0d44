"""oneOf, anyOf, discriminators with and without a mapping, and what derives from a schema by its discriminator."""

from typing import Any, Final

import pytest

from tests.manifest.openapi.importing.documents import lost_in, types_of, with_schemas

REF: Final = "#/components/schemas/"
CAT: Final = {"properties": {"kind": {"enum": ["cat"]}, "lives": {"type": "integer"}}, "required": ["kind"]}
DOG: Final = {"properties": {"kind": {"const": "dog"}, "good": {"type": "boolean"}}, "required": ["kind"]}
PLAIN_CAT: Final = {"properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}}
PLAIN_DOG: Final = {"properties": {"kind": {"type": "string"}, "good": {"type": "boolean"}}}
BY_KIND: Final = {"propertyName": "kind"}
BOTH: Final[list[Any]] = [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}]


def told_apart(**mapping: str) -> dict[str, Any]:
    return {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "kind", "mapping": mapping}}


UNIONS: dict[str, tuple[Any, Any]] = {
    "either": ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, {"anyOf": ["string", "integer"]}),
    "two that are the same": ({"oneOf": [{"type": "string"}, {"type": "string"}]}, "string"),
    "one alone": ({"oneOf": [{"$ref": f"{REF}Cat"}]}, "Cat"),
    "one that is anything": ({"oneOf": [{"type": "string"}, {}]}, "any"),
    "with null": ({"oneOf": [*BOTH, {"type": "null"}]}, {"oneOf": ["Cat", "Dog"], "nullable": True}),
    "what all have, which is their kind": ({"type": "object", "oneOf": BOTH}, {"oneOf": ["Cat", "Dog"]}),
    "what all have": (
        {
            "properties": {"id": {"type": "integer"}},
            "oneOf": [{"properties": {"a": True}}, {"properties": {"b": True}}],
        },
        {
            "oneOf": [
                {"properties": {"a": "any", "id": "integer"}},
                {"properties": {"b": "any", "id": "integer"}},
            ]
        },
    ),
    "both words": (
        {"oneOf": [{"properties": {"a": True}}, {"properties": {"b": True}}], "anyOf": [{"properties": {"c": True}}]},
        {"oneOf": [{"properties": {"a": "any", "c": "any"}}, {"properties": {"b": "any", "c": "any"}}]},
    ),
    "told apart by values of their own": ({"oneOf": BOTH, "discriminator": BY_KIND}, told_apart(cat="Cat", dog="Dog")),
    "told apart by a mapping": (
        {"oneOf": BOTH, "discriminator": {**BY_KIND, "mapping": {"c": f"{REF}Cat", "d": "Dog", "e": "Dog"}}},
        told_apart(c="Cat", d="Dog", e="Dog"),
    ),
    "members in place": (
        {"oneOf": [CAT, {"$ref": f"{REF}Dog"}], "discriminator": BY_KIND},
        {"oneOf": ["ItOption0", "Dog"], "discriminator": {**BY_KIND, "mapping": {"cat": "ItOption0", "dog": "Dog"}}},
    ),
    "members of a member": (
        {"oneOf": [{"$ref": f"{REF}Pet"}, {"$ref": f"{REF}Cow"}], "discriminator": BY_KIND},
        {
            "oneOf": ["Cat", "Dog", "Cow"],
            "discriminator": {**BY_KIND, "mapping": {"cat": "Cat", "dog": "Dog", "Cow": "Cow"}},
        },
    ),
}


@pytest.mark.parametrize("case", UNIONS)
def test_alternatives_are_a_union(case: str) -> None:
    schema, expected = UNIONS[case]
    document = with_schemas(It=schema, Cat=CAT, Dog=DOG, Pet={"oneOf": BOTH}, Cow=PLAIN_CAT)
    assert types_of(document)["It"] == expected
    assert lost_in(document) == {}


def test_the_names_of_schemas_tell_them_apart_where_nothing_else_does() -> None:
    schemas = {"my-cat": PLAIN_CAT, "Dog": PLAIN_DOG}
    it = {"oneOf": [{"$ref": f"{REF}my-cat"}, {"$ref": f"{REF}Dog"}], "discriminator": BY_KIND}
    made = types_of(with_schemas(It=it, **schemas))["It"]
    assert made["discriminator"]["mapping"] == {"my-cat": "MyCat", "Dog": "Dog"}


@pytest.mark.parametrize(
    ("it", "pointer", "why"),
    [
        ({"oneOf": [*BOTH, {"type": "string"}], "discriminator": BY_KIND}, "/discriminator", "discriminator"),
        ({"oneOf": [CAT, CAT], "discriminator": BY_KIND}, "/discriminator", "discriminator"),
        ({"oneOf": BOTH, "discriminator": {"mapping": {}}}, "/discriminator", "discriminator"),
        ({"properties": {"kind": True}, "discriminator": BY_KIND}, "/discriminator", "discriminator"),
        ({"oneOf": []}, "/oneOf", "malformed"),
        (
            {"properties": {"a": True}, "oneOf": [{"properties": {f"f{n}": True}} for n in range(51)]},
            "/oneOf",
            "too-many",
        ),
    ],
    ids=["a text", "the same value", "no field", "no union", "no members", "many members"],
)
def test_what_cannot_be_told_apart_is_told(it: Any, pointer: str, why: str) -> None:
    assert lost_in(with_schemas(It=it, Cat=CAT, Dog=DOG)) == {f"{REF}It{pointer}": why}


def test_a_mapping_to_nothing_is_told() -> None:
    it = {"oneOf": BOTH, "discriminator": {**BY_KIND, "mapping": {"x": "Nobody"}}}
    document = with_schemas(It=it, Cat=CAT, Dog=DOG)
    assert types_of(document)["It"] == told_apart(cat="Cat", dog="Dog")
    assert lost_in(document) == {f"{REF}It/discriminator/mapping/x": "discriminator"}


PET: Final[dict[str, Any]] = {
    "properties": {"kind": {"type": "string"}},
    "required": ["kind"],
    "discriminator": BY_KIND,
}


def heir(field: str, of: str = "Pet") -> dict[str, Any]:
    return {"allOf": [{"$ref": f"{REF}{of}"}, {"properties": {field: {"type": "string"}}}]}


def test_what_derives_from_a_schema_stands_for_it() -> None:
    owner = {"properties": {"pet": {"$ref": f"{REF}Pet"}}}
    document = with_schemas(Pet=PET, Cat=heir("lives"), Dog=heir("good"), Owner=owner)
    made = types_of(document)
    assert made["Pet"] == told_apart(Cat="Cat", Dog="Dog")
    assert made["Cat"] == {"properties": {"kind": "string", "lives": "string"}, "required": ["kind"]}
    assert made["Owner"] == {"properties": {"pet": "Pet"}}
    assert lost_in(document) == {}


def test_it_may_be_mapped_and_be_one_of_them_itself() -> None:
    mapping = {"cat": f"{REF}Cat", "pet": f"{REF}Pet"}
    pet = {**PET, "discriminator": {**BY_KIND, "mapping": mapping}}
    made = types_of(with_schemas(Pet=pet, Cat=heir("lives")))
    assert made["Pet"]["oneOf"] == ["PetBase", "Cat"]
    assert made["Pet"]["discriminator"]["mapping"] == {"cat": "Cat", "Pet": "PetBase"}
    assert made["PetBase"] == {"properties": {"kind": "string"}, "required": ["kind"]}


def test_heirs_may_have_heirs() -> None:
    cat = {**heir("lives"), "discriminator": BY_KIND}
    made = types_of(
        with_schemas(Pet=PET, Cat=cat, Lion=heir("mane", "Cat"), Tiger=heir("stripes", "Cat"), Dog=heir("x"))
    )
    assert made["Pet"]["oneOf"] == ["Lion", "Tiger", "Dog"]
    assert made["Cat"]["oneOf"] == ["Lion", "Tiger"]
    assert made["Lion"]["properties"].keys() == {"kind", "lives", "mane"}


def test_an_heir_that_adds_nothing_is_one_all_the_same() -> None:
    made = types_of(with_schemas(Pet=PET, Cat={"allOf": [{"$ref": f"{REF}Pet"}]}, Dog=heir("good")))
    assert made["Pet"] == told_apart(Cat="Cat", Dog="Dog")
    assert made["Cat"] == {"properties": {"kind": "string"}, "required": ["kind"]}
