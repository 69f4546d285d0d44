"""`pristine schema`: the JSON Schema of manifests, as it ships."""

import pkgutil

from pristine.cli.output import write


def show_schema() -> None:
    """Print the schema."""
    write(pkgutil.get_data("pristine.manifest", "schema.json") or b"")
