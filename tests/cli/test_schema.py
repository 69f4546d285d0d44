"""`pristine schema`: what ships, as it is."""

from pristine.manifest.schema import SHIPPED, document
from tests.cli.conftest import Cli


def test_the_schema_is_printed(cli: Cli) -> None:
    ended = cli("schema")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == SHIPPED.read_bytes()
    assert ended.json == document()


def test_its_help_shows_how(cli: Cli) -> None:
    assert b"pristine schema > manifest.schema.json" in cli("schema", "--help").out
