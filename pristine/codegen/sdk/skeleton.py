"""What a new package begins with: a manifest to be changed, and the commands."""

from typing import Final

from pristine.codegen.sdk.package import check_name

_MANIFEST: Final = """\
# The API, described once. An editor completes it with the schema that `pristine schema` prints.
name: {name}
version: "1"
description: Change this into what the API does.
servers: [{{url: "https://api.example.com/v1"}}]
security_schemes:
  key: {{type: bearer, description: "An API key."}}
security: [key]
errors: {{message: error.message, code: error.code}}

endpoints:
  items.list:
    method: GET
    path: /items
    description: The items, page after page.
    query: {{after: string, limit: {{type: integer, minimum: 1, maximum: 100}}}}
    response: ItemPage
    pagination: {{style: cursor, items: data, parameter: after, next: "data[-1].id", more: has_more, size: limit}}
  items.create:
    method: POST
    path: /items
    description: Make an item.
    idempotency: true
    request: {{properties: {{name: string, labels: {{type: array, items: string}}}}, required: [name]}}
    responses: {{"201": Item}}
  items.get:
    method: GET
    path: /items/{{item_id}}
    description: One item.
    response: Item

types:
  Item:
    properties:
      id: string
      name: string
      state: {{enum: [draft, published], default: draft}}
      labels: {{type: array, items: string}}
    required: [id, name]
  ItemPage:
    properties: {{data: {{type: array, items: Item}}, has_more: boolean}}
    required: [data, has_more]
"""

_MAKEFILE: Final = """\
.PHONY: generate check test

generate: ## make the package again, after a change of the manifest
\tpristine generate manifest.yaml --out . --package {name}

check: ## what continuous integration runs
\tpristine generate manifest.yaml --out . --package {name} --check
\tpython -m pytest

test: ## the tests
\tpython -m pytest
"""


def manifest(name: str) -> str:
    """The manifest that a package begins with, as YAML; raises ConfigurationError for a name that it may not have."""
    check_name(name)
    return _MANIFEST.format(name=name.replace("_", "-"))


def files(name: str) -> dict[str, str]:
    """What stands beside it, by path."""
    return {
        "manifest.yaml": manifest(name),
        "Makefile": _MAKEFILE.format(name=name),
        ".gitignore": "__pycache__/\n.venv/\ndist/\n",
    }
