"""Path and query parameters: text on the command line, sent in the type that the manifest declares."""

from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.server import Api

GOOD_PARAMETERS: list[Any] = [
    ("limit=05", [("limit", "5")]),
    ("ratio=2", [("ratio", "2")]),
    ("ratio=-.5", [("ratio", "-0.5")]),
    ("deep=true", [("deep", "true")]),
    ("word=5", [("word", "5")]),
    ("level=2", [("level", "2")]),
    ("level=max", [("level", "max")]),
    ("maybe=3", [("maybe", "3")]),
    ("ids=1", [("ids", "1")]),
    ('filter={"kind": "new"}', [("filter[kind]", "new")]),
]


@pytest.mark.parametrize(("given", "sent"), GOOD_PARAMETERS, ids=[given for given, _ in GOOD_PARAMETERS])
def test_a_parameter_is_sent_in_its_declared_type(
    cli: Cli, manifest: str, api: Api, given: str, sent: list[tuple[str, str]]
) -> None:
    ended = cli("call", manifest, "search", "--path-param", "user=7", "--query", given)
    assert (ended.err, ended.status) == ("", 0)
    assert api.requests[0]["path"] == "/users/7/items"
    assert api.requests[0]["query"] == sent


BAD_PARAMETERS = {
    "limit=many": "a whole number",
    "limit=1_0": "a whole number",
    "ratio=nan": "a number",
    "deep=yes": "true or false",
    "level=3": "one of 1, 2, max",
    "ids=x": "a list",
    "limt=5": "did you mean 'limit'?",
}


@pytest.mark.parametrize("given", BAD_PARAMETERS)
def test_a_parameter_that_is_not_of_its_type_is_refused(cli: Cli, manifest: str, api: Api, given: str) -> None:
    ended = cli("call", manifest, "search", "--path-param", "user=7", "--query", given)
    assert ended.status == 2
    assert ended.err.startswith("pristine: search: ")
    assert f"query parameter '{given.partition('=')[0]}'" in ended.err
    assert BAD_PARAMETERS[given] in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not api.requests


@pytest.mark.parametrize("kind", ["query", "path"])
def test_one_value_is_expected_where_no_array_is_declared(cli: Cli, manifest: str, kind: str) -> None:
    option, name = {"query": ("--query", "limit"), "path": ("--path-param", "user")}[kind]
    ended = cli("call", manifest, "search", option, f"{name}=1", option, f"{name}=2")
    assert ended.err == f"pristine: {kind} parameter '{name}' takes one value, but 2 were given\n"
