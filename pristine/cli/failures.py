"""How a command ends: its exit status, and one line on stderr that says why.

The line never shows an argument's value, which may be a credential; a server's text in it cannot steer the terminal.
"""

import sys
import traceback
from collections.abc import Callable
from typing import Final

import attrs
import click

from pristine.cli.output import abandon, flush
from pristine.ports.errors import ConfigurationError, ManifestError, PristineError, RequestError

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

STATUSES: Final = """\b
Exit status:
  0    success
  1    the API, the network or the output failed; `validate` found faults;
       `diff` found what breaks callers; `generate --check` found stale files
  2    the command line, configuration, manifest or request is wrong
  130  interrupted (Ctrl-C); the connection was closed
  141  the reader of the output went away
"""

_MISUSE: Final = (click.ClickException, ConfigurationError, ManifestError, RequestError)


@attrs.define
class Reporting:
    """How much is told: set by the first option that is read, since the others may already fail."""

    debug: bool = False


def guarded(command: Callable[[], object], reporting: Reporting) -> int:
    """Run a command to its exit status, whatever happens in it."""
    try:
        command()
        flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _failed("interrupted", INTERRUPTED)
    except BrokenPipeError:
        abandon(sys.stdout)
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 no traceback but on demand
        return _explained(error, reporting)
    return OK


def _explained(error: Exception, reporting: Reporting) -> int:
    if reporting.debug:
        tell("".join(traceback.format_exception(error)))
    return _failed(_told(error), MISUSED if isinstance(error, _MISUSE) else FAILED)


def _told(error: Exception) -> str:
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "pristine"
        return f"{error.format_message().rstrip('.')}; see '{command} --help'"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, ManifestError):
        return f"{str(error).splitlines()[0]}: {'; '.join(map(str, error.faults))}"
    if isinstance(error, PristineError):
        return str(error)
    if isinstance(error, OSError):
        abandon(sys.stdout)
        return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}"
    return f"unexpected {type(error).__name__}: {error} (--debug shows where)"


def _failed(told: str, status: int) -> int:
    tell(f"pristine: {one_line(told)}\n")
    return status


def tell(text: str) -> None:
    """Write to stderr, if anybody is there."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, AttributeError):  # sys.stderr is None where the process was started without one
        abandon(sys.stderr)


def one_line(text: str) -> str:
    """The text on one line, with whatever could move a terminal's cursor escaped."""
    folded = " ".join(line.strip() for line in text.replace("\t", " ").splitlines() if line.strip())
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in folded)
