"""The commands of `pristine export`: their options. What they do is in exporting, which is loaded when one is given."""

from typing import Final

import click

from pristine.cli import completion
from pristine.cli.commands import DEBUG, MANIFEST, Command

EXAMPLE: Final = """\b
Example:
  pristine export openapi chat.yaml --out openapi.yaml
"""


@click.group("export", epilog=EXAMPLE)
@DEBUG
def exports() -> None:
    """Make another description of an API of its manifest."""


@exports.command(
    "openapi",
    cls=Command,
    epilog=EXAMPLE,
)
@MANIFEST
@click.option("--out", metavar="FILE", shell_complete=completion.files, help="Where to: .json or .yaml; else stdout.")
@click.option("--fragments", is_flag=True, help="Tell endpoints of one method and path apart, as /path#id.")
@DEBUG
def openapi(manifest: str, out: str | None, *, fragments: bool) -> None:
    """Make an OpenAPI 3.1 document of the API of MANIFEST.

    What OpenAPI has no words for, such as pages and time limits, is in extensions, x-pristine-..., that
    `pristine import openapi` reads. Endpoints of one method and path, which a document has one operation for, are
    refused without --fragments.
    """
    from pristine.cli.exporting import export_document

    export_document(manifest, out=out, fragments=fragments)
