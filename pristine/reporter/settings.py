"""The options of a reporter, each checked."""

from collections.abc import Iterable
from typing import Any, Final, TypedDict

import attrs

from pristine.adapters.checks import COUNT, SECONDS, SOME_SECONDS, wrong
from pristine.reporter.severity import Severity, severity_of


def _drop(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value not in {"oldest", "newest"}:
        raise wrong(attribute.name, value, "'oldest' or 'newest'")


def _text(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise wrong(attribute.name, value, "text")


def _level(given: Any) -> Severity:
    return severity_of(given, "level")


def _secrets(given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise wrong("secrets", "***", "a list of texts")
    return tuple(given)


class Options(TypedDict, total=False):
    """The keywords of a reporter; Settings tells what they are."""

    path: str
    envelope: str
    level: str
    batch_size: int
    batch_bytes: int
    interval: float
    queue_size: int
    queue_bytes: int
    drop: str
    timeout: float
    backoff: float
    max_backoff: float
    exit_timeout: float
    secrets: Iterable[str]
    max_event_bytes: int
    max_depth: int
    max_items: int
    max_characters: int


@attrs.frozen(kw_only=True)
class Settings:
    """Where events go: POST to `path` under the context's base URL, as `{envelope: [event, …]}`.

    Events below `level` are not taken. A batch goes out when `batch_size` events or `batch_bytes` are there, or after
    `interval` seconds. `queue_size` events and `queue_bytes` are kept; then the `oldest` or the `newest` is dropped.
    A request has `timeout` seconds; after one that failed, `backoff` seconds pass before the next, twice as many each
    time, up to `max_backoff`. At the exit of the process `exit_timeout` seconds are left for what is still there.

    `secrets` are masked wherever they occur, beside the context's credentials and what looks or is named like one. Of
    an event there are at most `max_event_bytes`, values within values to `max_depth`, `max_items` of a list or mapping,
    and `max_characters` of a text.
    """

    path: str = attrs.field(default="/events", validator=_text)
    envelope: str = attrs.field(default="events", validator=_text)
    level: Severity = attrs.field(default=Severity.DEBUG, converter=_level)
    batch_size: int = attrs.field(default=100, validator=COUNT)
    batch_bytes: int = attrs.field(default=512 * 1024, validator=COUNT)
    interval: float = attrs.field(default=5.0, validator=SOME_SECONDS)
    queue_size: int = attrs.field(default=10_000, validator=COUNT)
    queue_bytes: int = attrs.field(default=16 * 1024 * 1024, validator=COUNT)
    drop: str = attrs.field(default="oldest", validator=_drop)
    timeout: float = attrs.field(default=10.0, validator=SOME_SECONDS)
    backoff: float = attrs.field(default=1.0, validator=SECONDS)
    max_backoff: float = attrs.field(default=60.0, validator=SECONDS)
    exit_timeout: float = attrs.field(default=2.0, validator=SECONDS)
    secrets: tuple[str, ...] = attrs.field(default=(), converter=_secrets, repr=False)
    max_event_bytes: int = attrs.field(default=64 * 1024, validator=COUNT)
    max_depth: int = attrs.field(default=8, validator=COUNT)
    max_items: int = attrs.field(default=100, validator=COUNT)
    max_characters: int = attrs.field(default=4000, validator=COUNT)


KNOWN: Final = tuple(field.name for field in attrs.fields(Settings))
