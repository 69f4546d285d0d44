"""Work that the server finishes later: how it is known, asked about and stopped."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

import attrs

from pristine.manifest.model.answers import Where
from pristine.manifest.model.basics import NOTHING
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen

Said: TypeAlias = str | bool | int | None
"""What may stand where an answer says its state; None is nothing."""


class Became(StrEnum):
    """What a manifest says of work by a status: it goes on, has ended, has failed, or is not known any more."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


@frozen(kw_only=True)
class Asking:
    """How the server is asked about work: a call of `endpoint`, or, where that is "", a GET of the URL that is its id.

    Values that are "{id}" become the id, and "{id}" and "{iteration}" (from 0) are filled in where they stand in texts.
    """

    endpoint: str = ""
    path_params: Mapping[str, Any] = NOTHING
    query: Mapping[str, Any] = NOTHING
    headers: Mapping[str, str] = NOTHING
    body: Mapping[str, Any] = NOTHING


@frozen(kw_only=True)
class Pace:
    """The waits between two questions, in seconds: `first`, then times `factor`, at most `cap`.

    `jitter` is the part of each that is random. A wait that the server asks for is stronger.
    """

    first: float = 1.0
    factor: float = 2.0
    cap: float = 30.0
    jitter: float = 0.5


@frozen(kw_only=True)
class Later:
    """How an endpoint says that it finishes its work later, and how that is followed.

    `id` is where the first answer has the id of the work, or its URL; `ask` is how to ask for it, `cancel` how to stop
    it. An answer says what became of the work by its status (`statuses`: "202", "5XX"), by something that stands at
    `error`, or by what stands at `state`: one of the values of `done`, `failed`, `expired` or `pending`, None where
    nothing does; True is not 1. What is none of these is the end where `done` is empty, else pending.

    `result` is where the result is; (), or a place without a path: the whole answer. `result_url` is where its URL is,
    `response` its type. `category` says whose doing a failure was. `queue_state`, `queue_reason` and `progress` say how
    far it is; `delay` and `delay_ms` how long to wait.
    `http_timeout` bounds one question, `poll_timeout` all of them, in seconds.
    """

    id: tuple[Where, ...] = ()
    ask: Asking = attrs.field(factory=Asking)
    cancel: Asking | None = None
    state: tuple[Where, ...] = ()
    pending: tuple[Said, ...] = ()
    done: tuple[Said, ...] = ()
    failed: tuple[Said, ...] = ()
    expired: tuple[Said, ...] = ()
    statuses: Mapping[str, Became] = NOTHING
    result: tuple[Where, ...] = ()
    result_url: tuple[Where, ...] = ()
    response: Schema = None
    error: tuple[Where, ...] = ()
    category: tuple[Where, ...] = ()
    queue_state: tuple[Where, ...] = ()
    queue_reason: tuple[Where, ...] = ()
    progress: tuple[Where, ...] = ()
    delay: tuple[Where, ...] = ()
    delay_ms: tuple[Where, ...] = ()
    pace: Pace = attrs.field(factory=Pace)
    http_timeout: float | None = None
    poll_timeout: float | None = None

    @property
    def words(self) -> Mapping[tuple[type, Said], Became]:
        """What each word of a state means, by its type, too: True is not 1."""
        said = ((became, word) for became in reversed(Became) for word in getattr(self, became.value))
        return {(type(word), word): became for became, word in said}
