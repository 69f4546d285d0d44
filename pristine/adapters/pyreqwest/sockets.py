"""The sockets of one client, found by a mark: the library goes on with a call that is given up, unless they are shut.

It sends a request in a task that nobody can reach, so to close the connection is all that ends it before the head has
come. It does let one set TCP_USER_TIMEOUT for each client; that is the mark, and Linux lets one look for it. Elsewhere
nothing is found, and such a request goes on until it is answered.
"""

import itertools
import math
import os
import socket
import stat
import struct
from contextlib import suppress
from typing import Final

_FIRST: Final = 900_000
"""Milliseconds: about as long as Linux tries to deliver data when it is not told."""

_marks: Final = itertools.count(_FIRST)
_known: Final[dict[int, list[int]]] = {}
"""Mark -> descriptors, as they were when they were last looked for."""

_TIMEOUT: Final[int | None] = getattr(socket, "TCP_USER_TIMEOUT", None)
_OPEN: Final = "/proc/self/fd"
_ESTABLISHED: Final = 1
_SPOKEN: Final = 44
"""Where struct tcp_info (linux/tcp.h) has tcpi_last_data_sent, and 8 behind it tcpi_last_data_recv: milliseconds."""


def new_mark() -> int:
    """A value of TCP_USER_TIMEOUT, in milliseconds, that no other client of this process has."""
    return next(_marks)


def look() -> None:
    """See which sockets there are."""
    known: dict[int, list[int]] = {}
    for descriptor in map(int, os.listdir(_OPEN)) if can_look() else ():  # noqa: PTH208 they are numbers, not paths
        mark, duplicate = _duplicate(descriptor)
        if duplicate is not None:
            duplicate.close()
            if mark >= _FIRST:
                known.setdefault(mark, []).append(descriptor)
    _known.clear()
    _known.update(known)


def shut(mark: int, *, seen: bool = False) -> bool:
    """Shut the sockets that have a mark, in whatever state; False where none is found, or was `seen` before."""
    found = _duplicates(mark) if seen else _marked(mark)
    for connection in found:
        with connection, suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return bool(found)


def silence(mark: int) -> float | None:
    """Seconds since data went or came over the connection; None while it is not made, infinite where none can look."""
    if not can_look():
        return math.inf
    quiet = None
    for connection in _marked(mark):
        with connection:
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
            if info[0] == _ESTABLISHED:
                sent, _, received = struct.unpack_from("=III", info, _SPOKEN)
                quiet = min(sent, received) / 1000
    return quiet


def can_look() -> bool:
    """Whether sockets can be found here."""
    return _TIMEOUT is not None and os.path.isdir(_OPEN)  # noqa: PTH112 Path would cost ten times as much


def _marked(mark: int) -> list[socket.socket]:
    """Duplicates of the sockets that have a mark: what is done is done to them, whoever closes them meanwhile."""
    found = _duplicates(mark)
    if not found:
        look()
        found = _duplicates(mark)
    return found


def _duplicates(mark: int) -> list[socket.socket]:
    found = []
    for descriptor in _known.get(mark, ()):
        now, duplicate = _duplicate(descriptor)
        if duplicate is not None and now == mark:
            found.append(duplicate)
        elif duplicate is not None:
            duplicate.close()
    return found


def _duplicate(descriptor: int) -> tuple[int, socket.socket | None]:
    """The mark of a descriptor, and a duplicate; none of a file, since closing that would give up the file's locks."""
    with suppress(OSError):
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            duplicate = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, os.dup(descriptor))
            return _mark(duplicate), duplicate
    return 0, None


def _mark(connection: socket.socket) -> int:
    with suppress(OSError):  # it is no TCP connection
        return connection.getsockopt(socket.IPPROTO_TCP, _TIMEOUT or 0)
    return 0
