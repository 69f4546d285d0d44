"""Work that the mock finishes later: how it is to end, which it is, and how often it was asked about. Values.

Work is known by the endpoint that started it and by its name: its id, or what is its own in the URL that is its id.
"""

from hashlib import sha256
from random import Random
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

import attrs

from pristine.core.operation import Operation
from pristine.manifest.model import Became, Later
from pristine.testing.examples import example, seeded
from pristine.testing.mock.answering import NOTHING_GIVEN
from pristine.testing.mock.messages import Incoming

MONITORS: Final = "/_works/"
RESULTS: Final = "/_results/"
"""Below these are the mock's own URLs: of work that is known by its URL, and of results that have one."""


@attrs.frozen
class Plan:
    """How work is to end, and after how many questions that find it pending; None is 1 or 2. Of a test's own."""

    end: Became = Became.DONE
    polls: int | None = None
    result: Any = NOTHING_GIVEN


@attrs.frozen(kw_only=True)
class Work:
    """One piece of work. `pending` is how many questions find it so, `asked` how many came; `seed` is of its call."""

    operation: Operation = attrs.field(repr=False)
    id: str
    seed: str
    plan: Plan
    pending: int
    asked: int = 0
    cancelled: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.operation.id, name_of(self.operation, self.id)

    @property
    def became(self) -> Became:
        """Where it is at the question that has come last."""
        if self.cancelled:
            later = later_of(self.operation)
            says = later.failed or later.error or Became.FAILED in later.statuses.values() or not later.expired
            return Became.FAILED if says else Became.EXPIRED
        return Became.PENDING if self.asked <= self.pending else self.plan.end

    @property
    def share(self) -> float:
        """How much of it is done, as far as its questions tell."""
        return min(1.0, self.asked / (self.pending + 1))

    def result(self) -> Any:
        """What it comes to: a test's own value, or an example; raises ConfigurationError where there is none."""
        schema = later_of(self.operation).response
        if self.plan.result is not NOTHING_GIVEN:
            return self.plan.result
        return {} if schema is None else example(schema, self.random("result"))

    def random(self, *parts: object) -> Random:
        """Randomness of its own."""
        return seeded(self.seed, *parts)


def later_of(operation: Operation) -> Later:
    """How the work of an endpoint is followed, which finishes it later."""
    later = operation.endpoint.future
    assert later is not None  # noqa: S101 who asks has looked
    return later


def digest(*parts: object) -> str:
    """A short text that is the same for the same parts."""
    return sha256(":".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def by_url(operation: Operation) -> bool:
    """Whether the id of an endpoint's work is a URL."""
    return not later_of(operation).ask.endpoint


def name_of(operation: Operation, id: str) -> str:
    """The name of work by its id: of a URL of the mock's the last part, of another what is behind the host."""
    if not by_url(operation):
        return id
    target = target_of(id)
    prefix = f"{MONITORS}{quote(operation.id)}/"
    return unquote(target.removeprefix(prefix)) if target.startswith(prefix) else target


def target_of(url: str) -> str:
    """The path and query of a URL, as a request for it has them."""
    parts = urlsplit(urljoin("/", url))
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def own_url(host: str, kind: str, endpoint: str, name: str) -> str:
    """A URL of the mock's, at the host that was called."""
    path = f"{kind}{quote(endpoint)}/{quote(name, safe='')}"
    return f"http://{quote(host, safe=':[]')}{path}" if host else path


def named_in(incoming: Incoming) -> tuple[str, str, str] | None:
    """The kind of URL of the mock's that is called, with the endpoint and the name that are in it."""
    kind = next((one for one in (MONITORS, RESULTS) if incoming.path.startswith(one)), None)
    endpoint, mark, name = incoming.path.removeprefix(kind or "").partition("/")
    return (kind, unquote(endpoint), unquote(name)) if kind and mark else None
