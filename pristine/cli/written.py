"""Plain values into files: JSON or YAML, by the suffix of the file. The same value gives the same bytes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click


def writer(out: str | None) -> Callable[[Mapping[str, Any]], bytes]:
    """How a value is written: by the suffix of its file, on stdout as JSON."""
    suffix = ".json" if out is None else Path(out).suffix.lower()
    if suffix not in _WRITERS:
        raise click.UsageError(f"--out is a file that ends in {', '.join(_WRITERS)}, not in {suffix!r}")
    return _WRITERS[suffix]


def as_json(value: Any) -> bytes:
    """A value as indented JSON."""
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode("utf-8", "backslashreplace")


def _as_yaml(value: Any) -> bytes:
    from pristine.cli.yaml_text import yaml_text

    return yaml_text(value).encode("utf-8", "backslashreplace")


_WRITERS: Final[Mapping[str, Callable[[Any], bytes]]] = {".json": as_json, ".yaml": _as_yaml, ".yml": _as_yaml}
