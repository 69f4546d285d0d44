"""What is wrong before anything runs: configurations, ports, files, manifests."""

from collections.abc import Sequence
from typing import Any

from pristine.ports.errors.base import PristineError


class ConfigurationError(PristineError):
    """The wiring is wrong: an unknown name or option, a missing package, a port that lacks a method.

    `setting` is the setting at fault, such as `retry.max_retries`, where it is one.
    """

    setting: str = ""


class WrongFace(ConfigurationError):
    """A port given to the blocking face suspended, or has only the other face's methods."""


class CassetteMismatch(ConfigurationError):
    """A recording has no answer to a request, or only a part of it, or more answers than were asked for.

    `path` and `line` name the recorded exchange that comes nearest; `differences` say what is not as it was there.
    """

    path: str = ""
    line: int | None = None
    differences: Sequence[str] = ()


class DocumentError(ConfigurationError):
    """A manifest or configuration file that cannot be parsed; `source` and `line` say where."""

    source: str = ""
    line: int | None = None


class ManifestError(PristineError):
    """A manifest that cannot be used; `faults` lists every reason, each with its path and line."""

    faults: Sequence[Any] = ()
