"""`pristine docs`: the reference page of an API, on stdout or in a file. The same manifest gives the same bytes."""

from pathlib import Path
from random import Random

from pristine.cli.output import write
from pristine.codegen.reference import reference
from pristine.config import load_manifest_file
from pristine.ports.constraints import Constraints
from pristine.testing.scalars import NoValue, text


def write_docs(manifest: str, output: str | None) -> None:
    """Write the page of the manifest in a file; its examples load that file by its name."""
    page = reference(load_manifest_file(manifest), source=Path(manifest).name, text_like=text_like).encode()
    if output is None:
        write(page)
    else:
        Path(output).write_bytes(page)


def text_like(bounds: Constraints) -> str | None:
    """A text within bounds, a pattern among them; None where none is found."""
    try:
        return text(Random(0), bounds)  # noqa: S311 the same text every time is what is wanted
    except NoValue:
        return None
