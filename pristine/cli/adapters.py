"""The list of what is installed, for people and for programs."""

import json
from collections.abc import Iterator

import attrs

from pristine.cli.output import in_columns, write_line
from pristine.config import Installed


def show_adapters(adapters: Iterator[Installed], *, as_json: bool) -> None:
    """Print a line for each adapter; as JSON, one object on a line."""
    if as_json:
        for one in adapters:
            write_line(json.dumps(attrs.asdict(one)))
    else:
        write_line("\n".join(in_columns(map(_row, adapters))))


def _row(one: Installed) -> tuple[str, ...]:
    name = f"{one.name} (default)" if one.default else one.name
    can = f"not usable: {one.problem}" if one.problem else ", ".join(one.capabilities)
    return one.port, name, "+".join(one.faces) or "-", one.origin, can
