"""The commands. Each is its options and a few lines; how it ends is `failures`' alone."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from pristine import Pipeline, __version__
from pristine.cli import arguments, completion, exports, imports, packages
from pristine.cli.adapters import show_adapters
from pristine.cli.asked import Asked
from pristine.cli.commands import DEBUG, MANIFEST, Command
from pristine.cli.download import Bar, show_saved
from pristine.cli.failures import FAILED, STATUSES, Reporting, guarded, one_line, tell
from pristine.cli.output import counted, in_utf8, show_event, show_manifest, show_value, write_line
from pristine.cli.schema import show_schema
from pristine.cli.stats import counting
from pristine.config import installed, load_manifest_file
from pristine.manifest.model import Manifest
from pristine.manifest.reading import ManifestFault
from pristine.ports.errors import DocumentError, ManifestError

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def run(args: Sequence[str]) -> int:
    """Run a command line; gives its exit status."""
    in_utf8()
    reporting = Reporting()

    def command() -> None:
        if completion.answered(cli, {"obj": reporting}):
            return
        with cli.make_context("pristine", list(args), obj=reporting) as context:
            cli.invoke(context)

    return guarded(command, reporting)


CALLING: Final = (
    MANIFEST,
    click.argument("endpoint", shell_complete=completion.endpoints),
    click.argument("payload", required=False),
    click.option("--base-url", metavar="URL", help="Where the API is, if the manifest or --config does not say."),
    click.option(
        "--transport",
        metavar="NAME",
        shell_complete=completion.transports,
        help="The transport adapter; httpx unless --config says so.",
    ),
    click.option("--header", metavar="'K: V'", multiple=True, callback=arguments.headers, help="A header; repeatable."),
    click.option(
        "--query",
        metavar="K=V",
        multiple=True,
        callback=arguments.pairs,
        help="A query parameter; a repeated name is an array.",
    ),
    click.option(
        "--path-param", metavar="K=V", multiple=True, callback=arguments.pairs, help="A parameter of the path."
    ),
    click.option(
        "--config",
        metavar="FILE",
        shell_complete=completion.files,
        help="TOML, JSON or YAML with the settings of pristine.context.",
    ),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(min=0, min_open=True),
        help="The limit of the whole call, retries and reading included.",
    ),
    click.option("--idempotency-key", metavar="KEY", help="Send this key: retries are then safe."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON value on a line, for programs."),
    click.option("--stats", is_flag=True, help="Tell on stderr, at the end, how many attempts there were, and times."),
    DEBUG,
)

EXAMPLE: Final = """\b
Example:
  pristine validate chat.json
  pristine call chat.json create_chat '{"prompt": "Hello"}'
"""


def calling(command: Decorated) -> Decorated:
    """The arguments and options of every command that makes a call."""
    for option in reversed(CALLING):
        command = option(command)
    return command


@click.group(epilog=f"{EXAMPLE}\n{STATUSES}", no_args_is_help=False)
@click.version_option(__version__, message="pristine %(version)s")
@DEBUG
def cli() -> None:
    """Call any HTTP API that a manifest describes."""


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine call chat.json create_chat '{"prompt": "Hello"}' \\
      --base-url https://api.example.com --header "Authorization: Bearer $TOKEN"
  pristine call chat.json list_models --query limit=5 --json
""",
)
@calling
def call(**given: Any) -> None:
    """Call ENDPOINT of MANIFEST and print its value.

    PAYLOAD is JSON, - to read it from stdin, or @FILE. JSON is printed indented, text and bytes as they are; with
    --json everything is one line of JSON, bytes as {"base64": "..."}.
    """
    asked = Asked(**given)
    manifest, endpoint = asked.operation(streams=False)
    context, options = asked.context(manifest), asked.options(endpoint)
    with counting(context, wanted=asked.stats) as context, Pipeline(manifest, context) as api:
        value = api.execute(endpoint.id, arguments.payload(asked.payload), **options)
        show_value(value, context.serializer, as_json=asked.as_json)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine stream chat.json stream_chat '{"prompt": "Hello"}' --base-url https://api.example.com
  pristine stream chat.json stream_chat @prompt.json --json | jq -r .data
""",
)
@calling
def stream(**given: Any) -> None:
    """Call ENDPOINT of MANIFEST and print each event as it arrives.

    PAYLOAD is JSON, - to read it from stdin, or @FILE. An event is printed as its data, after its type where it has
    one; with --json as {"event", "data", "id", "retry"} on one line. A stream of bytes is printed as it is.
    """
    asked = Asked(**given)
    manifest, endpoint = asked.operation(streams=True)
    context, options = asked.context(manifest), asked.options(endpoint)
    body = arguments.payload(asked.payload)
    with (
        counting(context, wanted=asked.stats) as context,
        Pipeline(manifest, context) as api,
        api.execute_stream(endpoint.id, body, **options) as response,
    ):
        raw = endpoint.streaming is not None and endpoint.streaming.format == "bytes"
        for event in response:
            show_event(event, as_json=asked.as_json, raw=raw)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine download files.json get_file --path-param name=big.iso --output big.iso
  pristine download files.json export '{"year": 2025}' --output export.csv --checksum sha256:0f3c...
""",
)
@calling
@click.option("--output", metavar="FILE", required=True, help="Where to; it is replaced once all has come.")
@click.option("--no-resume", is_flag=True, help="Begin anew, whatever an earlier call has left.")
@click.option("--checksum", metavar="SHA256:HEX", help="The digest that the file must have; sha512 too.")
def download(output: str, checksum: str | None, *, no_resume: bool, **given: Any) -> None:
    """Call ENDPOINT of MANIFEST, which streams, and bring the answer's body into a file.

    PAYLOAD is JSON, - to read it from stdin, or @FILE. Until all has come and is right, it grows in FILE.part; the same
    command, given again after a break or Ctrl-C, goes on with that where the server allows it.
    """
    asked = Asked(**given)
    manifest, endpoint = asked.operation(streams=True)
    context, options = asked.context(manifest), asked.options(endpoint)
    body = arguments.payload(asked.payload)
    with (
        counting(context, wanted=asked.stats) as context,
        Pipeline(manifest, context) as api,
        api.execute_stream(endpoint.id, body, **options) as response,
        Bar() as bar,
    ):
        saved = response.to_file(output, progress=bar, resume=not no_resume, checksum=checksum)
    show_saved(saved, as_json=asked.as_json)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine validate chat.json
""",
)
@MANIFEST
@DEBUG
def validate(manifest: str) -> None:
    """Check MANIFEST: print every fault, or what it holds."""
    loaded, faults = _loaded(manifest)
    for fault in faults:
        tell(f"{one_line(fault)}\n")
    if loaded is None:
        tell(f"pristine: {manifest}: {counted(len(faults), 'fault')}\n")
        raise click.exceptions.Exit(FAILED)
    show_manifest(loaded)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine adapters
  pristine adapters --json | jq -r 'select(.port == "transport") | .name'
""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on a line for each, for programs.")
@DEBUG
def adapters(*, as_json: bool) -> None:
    """List the adapters that are installed: port, name, faces, where each comes from, and what it can do."""
    show_adapters(installed(), as_json=as_json)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine mock chat.json --port 8000 &
  pristine call chat.json create_chat '{"prompt": "Hello"}' --base-url http://127.0.0.1:8000
""",
)
@MANIFEST
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to; 0 is any.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other answers.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--polls", type=click.IntRange(0), show_default="1 or 2", help="Questions that find work pending.")
@DEBUG
def mock(manifest: str, *, port: int, seed: int, host: str, polls: int | None) -> None:
    """Serve the API of MANIFEST with examples of its types, until Ctrl-C.

    Requests are held to the manifest: a wrong one is refused with what is wrong with it. The same seed and request give
    the same answer. A line is printed for each request: method, path, endpoint, status.
    """
    from pristine.cli.mock import serve

    serve(load_manifest_file(manifest), host=host, port=port, seed=seed, polls=polls)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine schema > manifest.schema.json
""",
)
@DEBUG
def schema() -> None:
    """Print the JSON Schema of manifests, by which an editor completes and checks them as they are written."""
    show_schema()


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine docs chat.json --output reference.md
""",
)
@MANIFEST
@click.option("--output", metavar="FILE", shell_complete=completion.files, help="Where to, instead of stdout.")
@DEBUG
def docs(manifest: str, output: str | None) -> None:
    """Write the reference of MANIFEST's API: Markdown with every endpoint, an example that runs, and every type."""
    from pristine.cli.docs import write_docs

    write_docs(manifest, output)


@cli.command(
    cls=Command,
    epilog="""\b
Example:
  pristine diff old.json new.json
  pristine diff old.json new.json --json | jq -r 'select(.breaking) | .where'
""",
)
@click.argument("old", shell_complete=completion.files)
@click.argument("new", shell_complete=completion.files)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on a line for each change, for programs.")
@DEBUG
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Tell what changes from the manifest OLD to NEW, what breaks callers first: then the exit status is 1."""
    from pristine.cli.diff import show_changes

    if show_changes(old, new, as_json=as_json):
        raise click.exceptions.Exit(FAILED)


@cli.command(
    "completion",
    cls=Command,
    epilog="""\b
Example:
  pristine completion bash > ~/.local/share/bash-completion/completions/pristine
  pristine completion zsh > ~/.zfunc/_pristine
  pristine completion fish > ~/.config/fish/completions/pristine.fish
""",
)
@click.argument("shell", type=click.Choice(completion.SHELLS))
@DEBUG
def complete(shell: str) -> None:
    """Print what makes SHELL complete commands, options, endpoints and transports."""
    write_line(completion.script(shell))


for one in (packages.generate, packages.new, imports.imports, exports.exports):
    cli.add_command(one)


def _loaded(path: str) -> tuple[Manifest | None, Sequence[str]]:
    """The manifest, or its faults; raises what is no fault of the text: no such file, no reader for its kind."""
    try:
        return load_manifest_file(path), ()
    except ManifestError as error:
        return None, [_placed(fault, path) for fault in error.faults]
    except DocumentError as error:
        if isinstance(error.__cause__, OSError):
            raise
        return None, [str(error)]


def _placed(fault: ManifestFault, path: str) -> str:
    path = fault.source or path
    place = path if fault.line is None else f"{path}:{fault.line}"
    return f"{place}: {fault.path}: {fault.message}"
