"""What commands have in common: how superfluous arguments are refused, `--debug`, and the manifest."""

from typing import Final

import click

from pristine.cli import completion
from pristine.cli.output import counted


class Command(click.Command):
    """A command that does not print superfluous arguments: most often they are half of an unquoted credential."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            ctx.fail(f"{counted(len(rest), 'argument')} too many: quote a payload or header that has spaces")
        return rest


def _remember_debug(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    ctx.obj.debug = ctx.obj.debug or given


DEBUG: Final = click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_remember_debug,
    help="Show the traceback of an error.",
)

MANIFEST: Final = click.argument("manifest", shell_complete=completion.files)
