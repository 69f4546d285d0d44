"""The command line: `pristine call | stream | validate`.

Nothing is imported before `main` runs, so that a missing package is one clear line and an interrupt is status 130.
"""

import sys
from collections.abc import Sequence

MISSING_CLICK = "pristine: the command line needs click: pip install 'pristine-sdk[cli]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (that of the process, unless one is given) and return its exit status."""
    try:
        from pristine.cli.app import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(f"{MISSING_CLICK}\n")
        return 2
    except KeyboardInterrupt:
        return 130
