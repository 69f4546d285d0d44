"""What `--stats` tells: the numbers of a run, in a table on stderr, at its end. Only then is rich imported."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import click

from pristine.adapters.telemetry import FanOut, Metrics
from pristine.adapters.telemetry.metrics import Series, Snapshot
from pristine.cli.download import in_bytes
from pristine.cli.failures import one_line, tell
from pristine.config import Context

HEADINGS = ("endpoint", "calls", "failed", "attempts", "events", "sent", "received", "first event", "p50", "p95", "p99")

_WIDE = 1000
"""No cell is cut, however narrow the terminal is."""


@contextmanager
def counting(context: Context[Any], *, wanted: bool) -> Iterator[Context[Any]]:
    """The Context, whose calls are counted where that is wanted; however the block ends, the numbers are told then."""
    if not wanted:
        yield context
        return
    if find_spec("rich") is None:
        raise click.UsageError("--stats needs rich: pip install 'pristine-sdk[cli]'", click.get_current_context())
    metrics = Metrics()
    try:
        yield context.with_(telemetry=FanOut(context.telemetry, metrics))
    finally:
        tell(drawn(metrics.snapshot()))


def drawn(numbers: Snapshot) -> str:
    """The table, with a row for each endpoint."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "endpoint" else "right", no_wrap=True)
    for endpoint in numbers.endpoints:
        table.add_row(*map(Text, row(numbers, endpoint)))
    out = io.StringIO()
    Console(file=out, width=_WIDE, color_system=None).print(table)
    return out.getvalue()


def row(numbers: Snapshot, endpoint: str) -> tuple[str, ...]:
    """The cells of an endpoint, in the order of HEADINGS."""
    streams = numbers.count("streams", endpoint) > 0
    took = numbers.histograms.get(Series("stream.duration" if streams else "call.duration", endpoint))
    first = numbers.histograms.get(Series("stream.first_event", endpoint))
    received = numbers.count("bytes.received", endpoint) + numbers.count("stream.bytes", endpoint)
    return (
        one_line(endpoint),
        f"{numbers.count('calls', endpoint) + numbers.count('streams', endpoint):.0f}",
        f"{numbers.count('calls.failed', endpoint) + numbers.count('streams.failed', endpoint):.0f}",
        f"{numbers.count('attempts', endpoint):.0f}",
        f"{numbers.count('stream.events', endpoint):.0f}" if streams else "-",
        in_bytes(numbers.count("bytes.sent", endpoint)),
        in_bytes(received),
        in_time(None if first is None else first.p50),
        *(("-",) * 3 if took is None else map(in_time, (took.p50, took.p95, took.p99))),
    )


def in_time(seconds: float | None) -> str:
    """Seconds for people: `1.5 ms`, `2.34 s`; `-` where there are none."""
    if seconds is None:
        return "-"
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
