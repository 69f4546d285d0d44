"""The commands of `pristine import`: their options. What they do is in importing, which is loaded when one is given."""

import click

from pristine.cli import completion
from pristine.cli.commands import DEBUG, Command


@click.group(
    "import",
    epilog="""\b
Example:
  pristine import openapi openapi.yaml --out api.yaml
""",
)
@DEBUG
def imports() -> None:
    """Make a manifest of another description of an API."""


@imports.command(
    "openapi",
    cls=Command,
    epilog="""\b
Example:
  pristine import openapi openapi.yaml --out api.yaml --report unexpressed.json
  pristine import openapi openapi.json --out api.yaml --overrides choices.yaml
""",
)
@click.argument("file", shell_complete=completion.files)
@click.option("--out", metavar="FILE", shell_complete=completion.files, help="Where to: .json or .yaml; else stdout.")
@click.option(
    "--overrides", metavar="FILE", shell_complete=completion.files, help="Names and other choices that are to stay."
)
@click.option("--report", metavar="FILE", help="A list, in JSON, of all that a manifest has no word for.")
@click.option("--name", metavar="NAME", default="", help="What the API is called, instead of the document's title.")
@DEBUG
def openapi(file: str, out: str | None, overrides: str | None, report: str | None, name: str) -> None:
    """Make a manifest of the OpenAPI document FILE, 3.0 or 3.1, in JSON or YAML, and of the files that it refers to.

    What a manifest has no word for is counted on stderr. Files are read from the folder of FILE or below, and nothing
    is fetched. A document that is imported again with the same overrides keeps the names that were chosen.
    """
    from pristine.cli.importing import import_document

    import_document(file, out=out, overrides=overrides, report=report, name=name)
