"""What a child must not take along from its parent: locks, which another thread may have held at the fork.

Objects are renewed in the child before anything else runs there. It costs nothing where nobody forks.
"""

import os
from typing import Any, Final, Protocol
from weakref import WeakSet


class Forked(Protocol):
    """`after_fork` is called in the child, where one thread is left."""

    def after_fork(self) -> None: ...


_LIVE: Final[WeakSet[Any]] = WeakSet()


def renew_in_child(one: Forked) -> None:
    """Call its `after_fork` in every process that is forked while it lives."""
    _LIVE.add(one)


def _renew() -> None:
    for one in list(_LIVE):
        one.after_fork()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_renew)
