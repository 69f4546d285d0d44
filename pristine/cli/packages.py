"""The commands that make packages: `generate` and `new`."""

import click

from pristine.cli.commands import DEBUG, MANIFEST, Command
from pristine.cli.failures import FAILED


@click.command(
    cls=Command,
    epilog="""\b
Example:
  pristine generate shop.yaml --out shop-sdk --package shop
  pristine generate shop.yaml --out shop-sdk --package shop --check
""",
)
@MANIFEST
@click.option("--out", metavar="DIR", required=True, help="The folder of the project; made where it is missing.")
@click.option("--package", metavar="NAME", required=True, help="What the package is called when it is imported.")
@click.option("--check", is_flag=True, help="Write nothing; print what is stale or edited, if so with status 1.")
@click.option("--force", is_flag=True, help="Overwrite what was changed by hand.")
@DEBUG
def generate(manifest: str, out: str, package: str, *, check: bool, force: bool) -> None:
    """Write a client of MANIFEST's API as a package that can be published: types, methods for both faces, errors.

    Generated files are written again, and removed with what they are for. The project's own files, such as README.md
    and the tests, are written once, where they are missing, and left alone from then on.
    """
    from pristine.cli.generate import generate as write

    if not write(manifest, out, package, check=check, force=force):
        raise click.exceptions.Exit(FAILED)


@click.command(
    cls=Command,
    epilog="""\b
Example:
  pristine new shop && cd shop && make test
""",
)
@click.argument("name")
@click.option("--out", metavar="DIR", help="The folder of the project, instead of one called NAME.")
@DEBUG
def new(name: str, out: str | None) -> None:
    """Begin a package called NAME: a manifest to be changed, the client of it, tests that pass."""
    from pristine.cli.generate import new as begin

    begin(name, out)
