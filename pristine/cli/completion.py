"""Shell completion: the script that a shell loads, and what completes an argument. Nothing here ever fails aloud.

The shell runs `pristine` with `_PRISTINE_COMPLETE` set; what it gets back may be pasted, so names that a shell could
read as more than a word are left out.
"""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from pristine.cli.failures import one_line
from pristine.config import load_manifest_file
from pristine.config.adapters import PORTS, found

VARIABLE: Final = "_PRISTINE_COMPLETE"
SHELLS: Final = ("bash", "zsh", "fish")

_STREAMING: Final = {"call": False, "stream": True, "download": True}
"""Whether a command is for endpoints that stream."""

_WORD: Final = re.compile(r"[\w.:@%+/-]+")


def script(shell: str) -> str:
    """What a shell loads once: it then asks `pristine` for completions."""
    cls = get_completion_class(shell)
    if cls is None:
        raise click.UsageError(f"there is no completion for {shell}")
    made = cls(click.Command("pristine"), {}, "pristine", VARIABLE)
    return made.source_template % made.source_vars()  # source() would ask the shell for its version


def answered(program: click.Command, context: dict[str, Any]) -> bool:
    """Answer a shell, if one asks for completions; raises Exit with the status where it asks for what there is not."""
    instruction = os.environ.get(VARIABLE)
    if instruction and (status := shell_complete(program, context, "pristine", VARIABLE, instruction)):
        raise click.exceptions.Exit(status)
    return bool(instruction)


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The files of a folder: the shell knows them."""
    return [CompletionItem(incomplete, type="file")]


def endpoints(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The endpoints of the manifest that stands before, of those that the command can call."""
    try:
        return list(_endpoints(context, incomplete))
    except Exception:  # noqa: BLE001 whatever is wrong with the manifest is told when it is used
        return []


def _endpoints(context: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    streams = _STREAMING.get(context.info_name or "")
    for endpoint in load_manifest_file(context.params["manifest"]).endpoints.values():
        fits = streams is None or streams is (endpoint.streaming is not None)
        if fits and endpoint.id.startswith(incomplete) and _WORD.fullmatch(endpoint.id):
            told = one_line(f"{endpoint.method} {endpoint.path} {endpoint.description}")
            yield CompletionItem(endpoint.id, help=told)


def transports(_: click.Context, __: click.Parameter, incomplete: str) -> Sequence[CompletionItem]:
    """The names of the transports that are installed."""
    return [CompletionItem(name) for name in sorted(found(PORTS["transport"][0])) if name.startswith(incomplete)]
