"""Documents of manifests, and what a public validator and a public reader of JSON Schema say of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import pristine
from pristine.codegen.openapi.document import openapi
from tests.support.offline import manifest

ROOT: Final = Path(__file__).parents[3]
MANIFESTS: Final = [
    *sorted(ROOT.glob("examples/*/manifest.*")),
    *sorted(ROOT.glob("tests/manifest/corpus/good/*")),
]


def exported(source: Mapping[str, Any] | pristine.Manifest, *, fragments: bool = False) -> dict[str, Any]:
    """The document of a manifest, which the validator has accepted."""
    loaded = source if isinstance(source, pristine.Manifest) else pristine.load_manifest(source)
    document = openapi(loaded, fragments=fragments)
    assert faults(document) == []
    return document


def faults(document: Mapping[str, Any]) -> list[str]:
    """What the validator says against a document."""
    return [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]


def operation(endpoint: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The operation of an endpoint that is `POST /` where nothing else is said."""
    paths: dict[str, dict[str, Any]] = exported(manifest(endpoint, **more))["paths"]
    (item,) = paths.values()
    (found,) = item.values()
    return dict(found)


def schema(said: Any, **types: Any) -> Any:
    """The schema of a type."""
    return exported(manifest(types={"T": said, **types}))["components"]["schemas"]["T"]


def takes(document: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a value is of a schema of the document, where it is an answer: it has no fields for requests alone."""
    told = {"$ref": f"#/components/schemas/{name}", "components": _of_answers(document["components"])}
    return Draft202012Validator(told).is_valid(value)


def _of_answers(said: Any) -> Any:
    if isinstance(said, list):
        return [_of_answers(one) for one in said]
    if not isinstance(said, dict):
        return said
    found = {key: _of_answers(one) for key, one in said.items()}
    if isinstance(found.get("required"), list) and isinstance(found.get("properties"), dict):
        fields = found["properties"]
        found["required"] = [name for name in found["required"] if not fields[name].get("writeOnly")]
    return found
