"""The end of the process, which waits until the library's thread has left Python.

It wakes a thread of ours, and has to have the GIL back after that: the program may be over before. What asks an
interpreter that is ending for its GIL is ended, and Rust makes that an abort of the process, with all of its work done.
"""

import sys
import threading
from time import monotonic, sleep
from typing import Final

_PATIENCE: Final = 0.1
_PAUSE: Final = 0.0005


def wait_for_strangers() -> None:
    """Let threads that Python has not started leave it: they are in there for microseconds, if they have the GIL."""
    end = monotonic() + _PATIENCE
    own = {thread.ident for thread in threading.enumerate()}
    while sys._current_exceptions().keys() - own and monotonic() < end:  # noqa: SLF001 documented: all threads in Python
        sleep(_PAUSE)
